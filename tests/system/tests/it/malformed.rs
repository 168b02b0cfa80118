//! Bad input: every malformed request gets the error AWS gives, and the server
//! goes on answering.
//!
//! The cases are in `corpus/malformed`, a file by subject. A case is a request, how
//! it is signed, what is then done to it, and what comes back. Where a request
//! that is nearly malformed is accepted, the case stands beside those refused.

mod case;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use data_encoding::BASE64;
use stead_system_tests::{
    Credentials, Options, Response, Server, Service, exchange, exchange_and_end, form, hold,
};

use crate::cast::{ACCOUNT, ALLOW, Cast, TRUST};
use crate::golden;
use case::{Case, Expected, Way};

const SUBJECTS: [&str; 5] = ["wire", "signature", "tokens", "parameters", "policies"];

/// The table may grow, not shrink.
const REFUSALS_MIN: usize = 500;

/// How often it is seen to that the server still answers as it should.
const GOOD_REQUEST_EVERY: usize = 10;

fn cases() -> Vec<(String, Case)> {
    let of_subject = |subject: &&str| {
        let path = format!("corpus/malformed/{subject}.json");
        let cases: Vec<Case> = serde_json::from_str(&golden::read(&path))
            .unwrap_or_else(|error| panic!("{path}: {error}"));
        cases
            .into_iter()
            .map(|case| (format!("{subject}: {}", case.name), case))
            .collect::<Vec<_>>()
    };
    SUBJECTS.iter().flat_map(of_subject).collect()
}

#[test]
fn the_table_is_large_and_every_case_names_its_source() {
    let cases = cases();
    let mut names = BTreeSet::new();
    for (name, case) in &cases {
        assert!(names.insert(name), "{name} stands twice");
        let sources = ["Spec: ", "Observed: ", "Choice: "];
        assert!(sources.iter().any(|kind| case.source.starts_with(kind)), "{name}");
    }
    let refusals = cases.iter().filter(|(_, case)| case.expect.is_refusal()).count();
    assert!(refusals >= REFUSALS_MIN, "only {refusals} of {} are refused", cases.len());
}

#[test]
fn malformed_requests_get_their_errors_and_the_server_stays_up() {
    let stage = Stage::set();
    let mut wrong = Vec::new();
    let mut held = Vec::new();
    for (index, (name, case)) in cases().iter().enumerate() {
        match stage.play(case, &mut held) {
            Ok(()) => {}
            Err(difference) => wrong.push(format!("{name}\n    {difference}")),
        }
        if index.is_multiple_of(GOOD_REQUEST_EVERY) {
            stage.check_alive();
        }
    }
    stage.check_alive();
    assert!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
}

/// What the cases play on.
struct Stage {
    cast: Cast,
    /// A session that another installation has issued for the same account.
    foreign: Credentials,
    /// What stands for `<<name>>` in cases.
    values: BTreeMap<String, String>,
}

impl Stage {
    fn set() -> Self {
        let cast = Cast::assemble(true);
        let values = known(&cast);
        prepare(&cast);
        let foreign = foreign_session(&cast);
        Self { cast, foreign, values }
    }

    fn credentials(&self, caller: &str) -> Option<Credentials> {
        match caller {
            "session of another installation" => Some(self.foreign.clone()),
            _ => self.cast.credentials(caller).cloned(),
        }
    }

    fn play(&self, case: &Case, held: &mut Vec<std::net::TcpStream>) -> Result<(), String> {
        let address = self.cast.client().authority();
        let bytes = case.bytes(self.cast.client(), &self.values, |who| self.credentials(who));
        let response = match case.send {
            Way::Hold => {
                held.push(hold(address, &bytes).map_err(|error| error.to_string())?);
                self.check_alive();
                return Ok(());
            }
            Way::ThenEnd => exchange_and_end(address, &bytes),
            Way::Whole | Way::Chunked => exchange(address, &bytes),
        };
        let response = response.map_err(|error| format!("{error:#}"))?;
        compare(&case.expect, response.as_ref(), &self.values)
    }

    fn check_alive(&self) {
        let alice = self.cast.credentials("everything allowed");
        let answer = self.cast.client().call(alice, Service::Sts, "GetCallerIdentity", &[]);
        let answer = answer.expect("the server answers");
        assert_eq!(answer.text("Arn"), Some("arn:aws:iam::111122223333:user/alice"));
    }
}

/// What `<<name>>` stands for.
fn known(cast: &Cast) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    let mut know = |name: &str, value: &str| {
        values.insert(name.to_owned(), value.to_owned());
    };
    know("host", cast.client().authority());
    know("account", ACCOUNT);
    know("allow", ALLOW);
    know("trust", TRUST);
    know("now", &cast.client().now().to_basic());
    know("used.code", &cast.used_code());
    for (name, caller) in [
        ("alice", "everything allowed"),
        ("session", "session token without mfa"),
        ("proven", "session token with mfa"),
        ("worker", "role session with permission"),
        ("root", "root"),
    ] {
        let credentials = cast.credentials(caller).unwrap();
        know(&format!("{name}.id"), &credentials.access_key_id);
        if let Some(token) = &credentials.session_token {
            know(&format!("{name}.token"), token.expose());
        }
    }
    let session = cast.credentials("session token without mfa").unwrap();
    know("session.id.19", &first(19, &session.access_key_id));
    let token = session.session_token.as_ref().unwrap().expose();
    know("session.token.8", &first(8, token));
    know("session.token.100", &first(100, token));
    know("session.token.cut", token.trim_end_matches('=').split_at(token.len() - 4).0);
    know("session.token.url", &token.replace('+', "-").replace('/', "_"));
    know("session.token.escaped", form([("", token.as_str())].into_iter()).trim_start_matches('='));
    let mut sealed = BASE64.decode(token.as_bytes()).unwrap();
    sealed[0] = 0xff;
    know("session.token.version", &BASE64.encode(&sealed));
    values
}

fn first(count: usize, text: &str) -> String {
    text.chars().take(count).collect()
}

/// What cases find in the account: see the corpus.
fn prepare(cast: &Cast) {
    let arn = format!("arn:aws:iam::{ACCOUNT}:policy/kept");
    let steps: [(&str, &[(&str, &str)]); 8] = [
        ("CreatePolicy", &[("PolicyName", "kept"), ("PolicyDocument", ALLOW)]),
        ("CreateUser", &[("UserName", "keeper")]),
        ("CreateAccessKey", &[("UserName", "keeper")]),
        ("CreateAccessKey", &[("UserName", "keeper")]),
        ("AttachUserPolicy", &[("UserName", "keeper"), ("PolicyArn", arn.as_str())]),
        ("CreateGroup", &[("GroupName", "kept")]),
        ("AddUserToGroup", &[("GroupName", "kept"), ("UserName", "keeper")]),
        ("CreateVirtualMFADevice", &[("VirtualMFADeviceName", "spare")]),
    ];
    for (action, parameters) in steps {
        cast.do_as("root", action, parameters);
    }
}

fn foreign_session(cast: &Cast) -> Credentials {
    let epoch_seconds = cast.client().now().epoch_seconds();
    let root = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ACCOUNT);
    let options = Options { epoch_seconds, roots: vec![root], ..Options::default() };
    let server = Server::start(&options).unwrap();
    let answer =
        server.client().call(Some(&server.roots()[0]), Service::Sts, "GetSessionToken", &[]);
    Credentials::of(&answer.unwrap()).unwrap()
}

fn compare(
    expect: &Expected,
    response: Option<&Response>,
    values: &BTreeMap<String, String>,
) -> Result<(), String> {
    let Some(response) = response else {
        return match expect {
            Expected::Closed => Ok(()),
            other => Err(format!("closed without an answer, expected {other:?}")),
        };
    };
    let answer = response.answer();
    let got = format!("got {} {}", response.status, answer.body);
    match expect {
        Expected::Closed => return Err(got),
        Expected::Http(status) if *status == response.status && answer.text("Code").is_none() => {
            return Ok(());
        }
        Expected::Error { status, code, .. }
            if *status == response.status && Some(code.as_str()) == answer.text("Code") => {}
        Expected::Http(_) | Expected::Error { .. } => {
            return Err(format!("{got}\n    expected {:?}", expect));
        }
    }
    if !answer.is_well_formed() || response.header("x-amzn-requestid") != answer.text("RequestId") {
        return Err(format!("{got}: not as AWS writes errors"));
    }
    expect.check_message(answer.message(), values)
}
