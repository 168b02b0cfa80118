//! No operation can be called without authorization: every kind of caller calls
//! every operation that is built, and what comes of it is a golden file.
//!
//! The requests are in `corpus/authorization/requests.json`. Each is one that
//! succeeds for who may make it, on something made for it alone, so that a denial
//! is a denial and nothing else. A new operation without a request fails here.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Duration;

use serde::Deserialize;
use stead_system_tests::{Answer, OneTimeCodes};

use crate::cast::{ALLOW, CALLERS, Cast, TRUST, fill};
use crate::{foreign, golden};

/// A server holds no more than 300 groups, so it serves this many requests.
const REQUESTS_PER_SERVER: usize = 14;

/// A request that is made by every kind of caller.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    operation: String,
    /// What sets it apart from another request of the same operation.
    variant: Option<String>,
    /// What must be there for it to succeed, made anew for each caller.
    #[serde(default)]
    prepare: Vec<Step>,
    parameters: BTreeMap<String, String>,
}

/// A call that prepares a request.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    #[serde(default = "root", rename = "as")]
    caller: String,
    action: String,
    parameters: BTreeMap<String, String>,
    /// Elements of its answer that the request needs, by the name it has for them.
    #[serde(default)]
    keep: BTreeMap<String, String>,
    /// How long the server's clock then stands further on.
    #[serde(default)]
    then_wait_seconds: u64,
}

fn root() -> String {
    "root".to_owned()
}

/// What came of a request: an error code or `OK`, by caller.
type Outcomes = BTreeMap<&'static str, String>;

impl Request {
    fn name(&self) -> String {
        match &self.variant {
            Some(variant) => format!("{} ({variant})", self.operation),
            None => self.operation.clone(),
        }
    }

    fn action(&self) -> &str {
        self.operation.split_once(':').unwrap().1
    }

    fn outcomes(&self, cast: &Cast, number: usize) -> Outcomes {
        cast.allow_exactly(&self.operation);
        let by_caller = |(index, caller): (usize, &&'static str)| {
            let answer = self.outcome(cast, caller, &format!("n{number}c{index}"));
            (*caller, answer.code().to_owned())
        };
        CALLERS.iter().enumerate().map(by_caller).collect()
    }

    /// Makes the request as this caller, on things called `name`.
    fn outcome(&self, cast: &Cast, caller: &str, name: &str) -> Answer {
        let known = [("name", name), ("allow", ALLOW), ("trust", TRUST)];
        let mut values: BTreeMap<_, _> =
            known.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        for step in &self.prepare {
            let answer = call(cast, &step.caller, &step.action, &step.parameters, &values);
            for (kept, element) in &step.keep {
                values.insert(kept.clone(), kept_text(element, &answer));
            }
            cast.wait(Duration::from_secs(step.then_wait_seconds));
            assert!(answer.is_ok() || !step.keep.is_empty(), "{step:?}: {}", answer.body);
        }
        call(cast, caller, self.action(), &self.parameters, &values)
    }
}

fn call(
    cast: &Cast,
    caller: &str,
    action: &str,
    parameters: &BTreeMap<String, String>,
    values: &BTreeMap<String, String>,
) -> Answer {
    let mut values = values.clone();
    if let Some(seed) = values.get("seed") {
        // A device's seed is needed for the codes it shows now.
        let codes = OneTimeCodes::at(seed, cast.client().now()).unwrap();
        let names = ["seed.previous", "seed.current", "seed.next"].map(str::to_owned);
        values.extend(names.into_iter().zip([codes.previous, codes.current, codes.next]));
    }
    let filled: Vec<(&str, String)> =
        parameters.iter().map(|(name, text)| (name.as_str(), fill(text, &values))).collect();
    let borrowed: Vec<(&str, &str)> =
        filled.iter().map(|(name, text)| (*name, text.as_str())).collect();
    cast.call(caller, action, &borrowed)
}

/// The text of an element of an answer; of a denial's message, the denial's id.
fn kept_text(element: &str, answer: &Answer) -> String {
    let text = answer.text(element).unwrap_or_else(|| panic!("no {element} in {}", answer.body));
    match text.split_once(" (denial ") {
        Some((_, id)) => id.trim_end_matches(')').to_owned(),
        None => text.to_owned(),
    }
}

fn requests() -> Vec<Request> {
    serde_json::from_str(&golden::read("corpus/authorization/requests.json")).unwrap()
}

/// Every operation that is built, as `iam:CreateRole`.
fn built() -> BTreeSet<String> {
    macro_rules! names {
        ([$prefix:literal] $($name:ident,)+) => { [$(concat!($prefix, stringify!($name))),+] };
    }
    let sts = stead_api::implemented_sts!(names, "sts:");
    let iam = stead_api::implemented_iam!(names, "iam:");
    sts.iter().chain(iam.iter()).map(|name| (*name).to_owned()).collect()
}

/// The operations that anybody with good credentials may call, and where AWS says so.
fn without_permission() -> BTreeSet<String> {
    let text = golden::read("golden/operations-without-permission.txt");
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines
        .map(|line| {
            let (operation, reason) = line.split_once(": Spec: ").expect("OPERATION: Spec: REASON");
            assert!(!reason.is_empty());
            operation.to_owned()
        })
        .collect()
}

#[test]
fn every_built_operation_has_a_request() {
    let mut requested: BTreeSet<String> =
        requests().into_iter().map(|request| request.operation).collect();
    // Their callers come with a foreign proof instead of a signature.
    requested.extend(foreign::OPERATIONS.map(str::to_owned));
    assert_eq!(requested, built());
}

#[test]
fn no_operation_is_reached_without_authorization() {
    let mut all: BTreeMap<String, (String, Outcomes)> = BTreeMap::new();
    for chunk in requests().chunks(REQUESTS_PER_SERVER) {
        let cast = Cast::assemble(false);
        for (number, request) in chunk.iter().enumerate() {
            let outcomes = request.outcomes(&cast, number);
            let before = all.insert(request.name(), (request.operation.clone(), outcomes));
            assert!(before.is_none(), "{} stands twice", request.name());
        }
    }
    let mut wrong = Vec::new();
    let open = without_permission();
    for (name, (operation, outcomes)) in &all {
        let is_open = open.contains(operation);
        wrong.extend(violations(name, outcomes, is_open));
    }
    golden::check("golden/authorization-matrix.txt", &written(&all));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What may not be, whatever the golden file says.
fn violations(name: &str, outcomes: &Outcomes, is_open: bool) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut expect = |caller: &str, codes: &[&str]| {
        let outcome = outcomes[caller].as_str();
        if !codes.contains(&outcome) {
            wrong.push(format!("{name} by {caller}: {outcome}, not one of {codes:?}"));
        }
    };
    expect("unsigned", &["MissingAuthenticationToken"]);
    expect("wrong secret", &["SignatureDoesNotMatch"]);
    for caller in
        ["inactive key", "deleted user", "session of a deleted user", "session of a deleted role"]
    {
        expect(caller, &["InvalidClientTokenId"]);
    }
    expect("expired session", &["ExpiredToken"]);
    // A denial must not tell whether there is what it is about, so it is AccessDenied
    // and never NoSuchEntity or the like.
    let denied = if is_open { "OK" } else { "AccessDenied" };
    expect("no policies", &[denied]);
    expect("everything denied", &[denied]);
    let sessions = refused_to_sessions(name, is_open);
    expect("role session without permission", sessions);
    let anything_but_identity =
        ["AccessDenied", "InvalidClientTokenId", "InvalidUserType", "ValidationError"];
    let open_to_federated = name == "sts:GetCallerIdentity";
    expect("federated user", if open_to_federated { &["OK"] } else { &anything_but_identity });
    if name.starts_with("iam:") {
        // Spec: API_GetSessionToken, "Permissions": no IAM without MFA.
        expect("session token without mfa", &["InvalidClientTokenId"]);
    }
    if !name.contains('(') {
        expect("exactly this action", &["OK"]);
        expect("everything allowed", &["OK"]);
    }
    wrong
}

/// What a role session without permission is answered.
fn refused_to_sessions(name: &str, is_open: bool) -> &'static [&'static str] {
    if name.ends_with("(of the caller)") {
        // Observed: AWS asks for a user's name before it asks any policy; it tells
        // nothing, since a role has no access keys.
        return &["ValidationError"];
    }
    if name.starts_with("iam:ChangePassword") {
        // Spec: API ChangePassword: only users have a password to change.
        return &["InvalidUserType"];
    }
    // Spec: UG:id_credentials_temp_request: GetSessionToken is for long-term keys.
    let for_long_term_keys = name.starts_with("sts:GetSessionToken");
    if is_open && !for_long_term_keys { &["OK"] } else { &["AccessDenied"] }
}

/// The outcomes as they are committed: by request, then by outcome.
fn written(all: &BTreeMap<String, (String, Outcomes)>) -> String {
    let mut text = String::from(
        "# What comes of every request of corpus/authorization/requests.json, by kind of caller.\n\
         # UPDATE_GOLDEN=1 writes this file; read the difference as code.\n",
    );
    for (name, (_, outcomes)) in all {
        let outcomes = CALLERS.iter().map(|caller| (*caller, outcomes[caller].as_str()));
        write_outcomes(&mut text, name, outcomes);
    }
    text
}

/// The callers of an operation, each with an outcome, by outcome.
pub(crate) fn write_outcomes<'a>(
    text: &mut String,
    name: &str,
    outcomes: impl Iterator<Item = (&'a str, &'a str)>,
) {
    let mut by_code: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (caller, outcome) in outcomes {
        by_code.entry(outcome).or_default().push(caller);
    }
    let _ = writeln!(text, "\n{name}");
    for (code, callers) in by_code {
        let _ = writeln!(text, "    {code}: {}", callers.join(", "));
    }
}
