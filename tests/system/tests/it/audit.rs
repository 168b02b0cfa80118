//! The audit log of the built server: an event per call, no secret in any, and nothing
//! that is done to it goes unseen.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;
use stead_system_tests::{
    Answer, Built, Client, Credentials, OneTimeCodes, Process, Scratch, Service,
};

use crate::issuer::{AUDIENCE, Issuer, new_key};

const ACCOUNT: &str = "111122223333";
const EVERYTHING: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

/// A server that keeps a log, and what was done with it.
struct World {
    built: Built,
    scratch: Scratch,
    server: Option<Process>,
    client: Client,
    root: Credentials,
    /// The ids of the answers.
    requests: RefCell<BTreeSet<String>>,
    /// What must be nowhere but in answers and in requests.
    secrets: RefCell<BTreeSet<String>>,
}

impl World {
    fn new(name: &str) -> Self {
        let built = Built::find().unwrap();
        let scratch = Scratch::new(name).unwrap();
        let flags = ["--account", ACCOUNT, "--dangerous-allow-loopback-issuers"];
        let server = built.serve(scratch.path(), &flags).unwrap();
        let root = Credentials::of_directory(scratch.path()).unwrap();
        let client = server.client();
        let world = Self {
            built,
            scratch,
            server: Some(server),
            client,
            root,
            requests: RefCell::default(),
            secrets: RefCell::default(),
        };
        world.keep(world.root.secret_access_key.expose());
        world
    }

    fn keep(&self, secret: &str) {
        self.secrets.borrow_mut().insert(secret.to_owned());
    }

    /// Notes the answer's id, and credentials in it.
    fn noted(&self, answer: Answer) -> Answer {
        if let Some(id) = answer.text("RequestId") {
            self.requests.borrow_mut().insert(id.to_owned());
        }
        for element in ["SecretAccessKey", "SessionToken", "Base32StringSeed", "QRCodePNG"] {
            answer.all(element).for_each(|secret| self.keep(secret));
        }
        answer
    }

    fn call(
        &self,
        caller: Option<&Credentials>,
        service: Service,
        action: &str,
        parameters: &[(&str, &str)],
    ) -> Answer {
        self.noted(self.client.call(caller, service, action, parameters).unwrap())
    }

    fn iam(&self, action: &str, parameters: &[(&str, &str)]) -> Answer {
        let answer = self.call(Some(&self.root), Service::Iam, action, parameters);
        assert!(answer.is_ok(), "{action}: {}", answer.body);
        answer
    }

    fn sts(&self, caller: &Credentials, action: &str, parameters: &[(&str, &str)]) -> Answer {
        self.call(Some(caller), Service::Sts, action, parameters)
    }

    fn user(&self, name: &str) -> Credentials {
        self.iam("CreateUser", &[("UserName", name)]);
        let policy = [("UserName", name), ("PolicyName", "p"), ("PolicyDocument", EVERYTHING)];
        self.iam("PutUserPolicy", &policy);
        Credentials::of(&self.iam("CreateAccessKey", &[("UserName", name)])).unwrap()
    }

    fn role(&self, name: &str, trust: &str) -> String {
        let parameters = [("RoleName", name), ("AssumeRolePolicyDocument", trust)];
        self.iam("CreateRole", &parameters).text("Arn").unwrap().to_owned()
    }

    /// `stead log ...`: whether it ended well, and what it printed.
    fn log(&self, arguments: &[&str]) -> (bool, String) {
        let mut command = self.built.command();
        command.arg("log").args(arguments).arg("--data").arg(self.scratch.path());
        let output = command.output().unwrap();
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    }

    fn events(&self, filter: &[&str]) -> Vec<Value> {
        let (ended_well, lines) = self.log(&[&["query", "--json"], filter].concat());
        assert!(ended_well);
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The events of all calls so far: the last may take a moment to be written.
    fn all_events(&self) -> Vec<Value> {
        let expected = self.requests.borrow().len();
        for _ in 0..400 {
            let events = self.events(&[]);
            if events.len() >= expected {
                return events;
            }
            std::thread::yield_now();
        }
        self.events(&[])
    }

    fn files(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.scratch.path().join("audit")).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    }

    fn log_file(&self) -> PathBuf {
        let mut files = self.files().into_iter();
        files.find(|path| path.extension().is_some_and(|it| it == "jsonl")).unwrap()
    }

    fn finding_codes(&self) -> Vec<String> {
        let (holds, printed) = self.log(&["verify", "--json"]);
        let report: Value = serde_json::from_str(&printed).unwrap();
        assert_eq!(report["holds"], holds);
        let findings = report["findings"].as_array().unwrap().iter();
        findings.map(|finding| finding["code"].as_str().unwrap().to_owned()).collect()
    }
}

fn trusting(principal: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"{principal}"}},"Action":"sts:AssumeRole"}}]}}"#
    )
}

/// Keys, sessions and their misuse.
fn with_keys(world: &World) {
    let alice = world.user("alice");
    let role = world.role("reader", &trusting(&format!("arn:aws:iam::{ACCOUNT}:user/alice")));
    let assume = [("RoleArn", role.as_str()), ("RoleSessionName", "me")];
    let session = Credentials::of(&world.sts(&alice, "AssumeRole", &assume)).unwrap();
    assert!(world.sts(&session, "GetCallerIdentity", &[]).is_ok());
    let denied = world.call(Some(&session), Service::Iam, "CreateUser", &[("UserName", "x")]);
    assert_eq!(denied.code(), "AccessDenied");
    let federated = [("Name", "visitor"), ("Policy", EVERYTHING)];
    let visitor = Credentials::of(&world.sts(&alice, "GetFederationToken", &federated)).unwrap();
    assert!(world.sts(&visitor, "GetCallerIdentity", &[]).is_ok());
    let forged = alice.clone().with_secret("nobodys/secret+0123456789012345678901234");
    world.keep("nobodys/secret+0123456789012345678901234");
    assert_eq!(world.sts(&forged, "GetCallerIdentity", &[]).code(), "SignatureDoesNotMatch");
    // AWS's message repeats what it refuses.
    world.keep("9x8y7z6");
    let code = [&assume[..], &[("TokenCode", "9x8y7z6")]].concat();
    let refused = world.sts(&alice, "AssumeRole", &code);
    assert!(refused.message().contains("9x8y7z6"), "{}", refused.body);
}

/// A second factor: its seed and its codes.
fn with_a_device(world: &World, alice: &Credentials) {
    let made = world.iam("CreateVirtualMFADevice", &[("VirtualMFADeviceName", "phone")]);
    let (seed, serial) =
        (made.text("Base32StringSeed").unwrap(), made.text("SerialNumber").unwrap());
    let codes = OneTimeCodes::at(seed, world.client.now()).unwrap();
    let text = data_encoding::BASE64.decode(seed.as_bytes()).unwrap();
    world.keep(std::str::from_utf8(&text).unwrap());
    for code in [&codes.previous, &codes.current, &codes.next] {
        world.keep(code);
    }
    world.iam(
        "EnableMFADevice",
        &[
            ("UserName", "alice"),
            ("SerialNumber", serial),
            ("AuthenticationCode1", &codes.previous),
            ("AuthenticationCode2", &codes.current),
        ],
    );
    let proof = [("SerialNumber", serial), ("TokenCode", &*codes.next)];
    let session = Credentials::of(&world.sts(alice, "GetSessionToken", &proof)).unwrap();
    assert!(world.sts(&session, "GetCallerIdentity", &[]).is_ok());
}

/// Callers who come with what a provider gave them.
fn with_foreign_proofs(world: &World) {
    let key = new_key("k");
    let issuer = Issuer::start(&key);
    let url = issuer.url();
    let provider = [("Url", url.as_str()), ("ClientIDList.member.1", AUDIENCE)];
    let provider = world.iam("CreateOpenIDConnectProvider", &provider);
    let provider = provider.text("OpenIDConnectProviderArn").unwrap();
    let trust = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"Federated":"{provider}"}},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{{"StringEquals":{{"{}:aud":"{AUDIENCE}"}}}}}}]}}"#,
        issuer.bare(),
    );
    let role = world.role("deploy", &trust);
    let token = issuer.token(&key, world.client.now());
    let stranger = issuer.token(&new_key("k"), world.client.now());
    for (token, expected) in [(&token, "OK"), (&stranger, "InvalidIdentityToken")] {
        world.keep(token);
        token.split('.').skip(1).for_each(|part| world.keep(part));
        let parameters = [
            ("RoleArn", role.as_str()),
            ("RoleSessionName", "job"),
            ("WebIdentityToken", token.as_str()),
        ];
        let action = "AssumeRoleWithWebIdentity";
        let answer = world.call(None, Service::Sts, action, &parameters);
        assert_eq!(answer.code(), expected, "{}", answer.body);
        if let Some(session) = Credentials::of(&answer) {
            assert!(world.sts(&session, "GetCallerIdentity", &[]).is_ok());
        }
    }
    let assertion = "PHNhbWxwOlJlc3BvbnNlPm5vYm9keXM8L3NhbWxwOlJlc3BvbnNlPg==";
    world.keep(assertion);
    let provider = format!("arn:aws:iam::{ACCOUNT}:saml-provider/corp");
    let parameters =
        [("RoleArn", role.as_str()), ("PrincipalArn", &*provider), ("SAMLAssertion", assertion)];
    let refused = world.call(None, Service::Sts, "AssumeRoleWithSAML", &parameters);
    assert!(!refused.is_ok());
}

#[test]
fn every_call_leaves_an_event_and_no_secret_is_in_any() {
    let world = World::new("audit-events");
    with_keys(&world);
    let bob = world.user("bob");
    let alice = Credentials::of(&world.iam("CreateAccessKey", &[("UserName", "alice")])).unwrap();
    with_a_device(&world, &alice);
    with_foreign_proofs(&world);
    // Calls that are none.
    world.noted(
        world.client.send(&world.client.post(b"Version=2011-06-15".to_vec())).unwrap().answer(),
    );
    assert!(!world.call(Some(&bob), Service::Iam, "NoSuchThing", &[]).is_ok());
    assert!(!world.call(None, Service::Sts, "GetCallerIdentity", &[]).is_ok());
    assert!(!world.call(Some(&bob), Service::Iam, "CreateUser", &[("UserName", "?")]).is_ok());

    let events = world.all_events();
    let ids: BTreeSet<String> =
        events.iter().map(|event| event["requestID"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids.len(), events.len(), "a call has one event");
    assert_eq!(ids, *world.requests.borrow());
    events.iter().for_each(has_the_shape);
    says_who_and_what(&world);
    assert_eq!(world.finding_codes(), [""; 0]);

    let server = world.server.as_ref().unwrap();
    let mut texts = vec![server.log().into_bytes()];
    assert!(texts[0].len() > 1000, "the server's own log is looked at too");
    texts.extend(world.files().iter().map(|path| fs::read(path).unwrap()));
    let secrets = world.secrets.borrow();
    assert!(secrets.len() > 25, "{}", secrets.len());
    for secret in secrets.iter() {
        for text in &texts {
            let found = text.windows(secret.len()).any(|part| part == secret.as_bytes());
            assert!(!found, "`{secret}` was written");
        }
    }
}

/// Spec: CloudTrail User Guide, cloudtrail-event-reference-record-contents: the members
/// that are not optional.
fn has_the_shape(event: &Value) {
    for member in [
        "eventVersion",
        "userIdentity",
        "eventTime",
        "eventSource",
        "eventName",
        "awsRegion",
        "sourceIPAddress",
        "requestParameters",
        "responseElements",
        "requestID",
        "eventID",
        "readOnly",
        "eventType",
        "managementEvent",
        "eventCategory",
        "chain",
    ] {
        assert!(event.get(member).is_some(), "{member}: {event}");
    }
    assert_eq!(event["eventVersion"], "1.11");
    assert_eq!(event["sourceIPAddress"], "127.0.0.1");
}

fn says_who_and_what(world: &World) {
    let one = |filter: &[&str]| {
        let found = world.events(filter);
        assert_eq!(found.len(), 1, "{filter:?}: {found:?}");
        found[0].clone()
    };
    let assumed = one(&["--action", "sts:AssumeRole", "--outcome", "allowed"]);
    assert_eq!(assumed["userIdentity"]["type"], "IAMUser");
    assert_eq!(assumed["userIdentity"]["userName"], "alice");
    assert_eq!(assumed["requestParameters"]["roleSessionName"], "me");
    let credentials = &assumed["responseElements"]["credentials"];
    assert!(credentials["accessKeyId"].as_str().unwrap().starts_with("ASIA"));
    let secret = ["secretAccessKey", "sessionToken"];
    assert!(secret.iter().all(|name| credentials.get(name).is_none()), "{credentials}");
    assert_eq!(assumed["resources"][0]["ARN"], format!("arn:aws:iam::{ACCOUNT}:role/reader"));

    let denied = one(&["--role", "reader", "--action", "CreateUser", "--outcome", "denied"]);
    let identity = &denied["userIdentity"];
    assert_eq!(identity["type"], "AssumedRole");
    assert_eq!(identity["sessionContext"]["sessionIssuer"]["userName"], "reader");
    assert_eq!(identity["sessionContext"]["attributes"]["mfaAuthenticated"], "false");
    assert_eq!(denied["errorCode"], "AccessDenied");
    assert_eq!(denied["additionalEventData"]["decision"], "implicitDeny");
    assert_eq!(denied["requestParameters"]["userName"], "x");

    let job = "AssumeRoleWithWebIdentity";
    let web = one(&["--action", job, "--outcome", "allowed"]);
    assert_eq!(web["userIdentity"]["type"], "WebIdentityUser");
    assert_eq!(web["userIdentity"]["userName"], "alice");
    assert!(web["requestParameters"].get("webIdentityToken").is_none(), "{web}");
    let failed = one(&["--action", job, "--outcome", "failed"]);
    assert_eq!(failed["userIdentity"]["type"], "Unknown");
    assert_eq!(failed["requestParameters"]["roleSessionName"], "job");
    let by_job = world.events(&["--role", "deploy", "--action", "GetCallerIdentity"]);
    let context = &by_job[0]["userIdentity"]["sessionContext"]["webIdFederationData"];
    assert!(context["federatedProvider"].as_str().unwrap().contains(":oidc-provider/"));

    let forged = world.events(&["--action", "GetCallerIdentity", "--outcome", "denied"]);
    let forged: Vec<_> =
        forged.iter().filter(|event| event["errorCode"] == "SignatureDoesNotMatch").collect();
    assert_eq!(forged[0]["errorMessage"], "HIDDEN_DUE_TO_SECURITY_REASONS");
    let named = forged[0]["additionalEventData"]["claimedAccessKeyId"].as_str().unwrap();
    assert!(named.starts_with("AKIA"));
    assert!(world.events(&["--since", "2100-01-01T00:00:00Z"]).is_empty());
    assert!(world.events(&["--account", "999988887777"]).is_empty());
}

#[test]
fn whatever_is_done_to_the_log_is_found() {
    let world = World::new("audit-tampering");
    for name in ["a", "b", "c", "d", "e", "f"] {
        world.iam("CreateUser", &[("UserName", name)]);
    }
    assert_eq!(world.all_events().len(), 6);
    // The head follows the lines within a second.
    let head = world.scratch.path().join("audit/head.json");
    while !fs::read_to_string(&head).is_ok_and(|head| head.contains("\"sequence\":8")) {
        std::thread::yield_now();
    }
    let path = world.log_file();
    let whole = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    let text = |lines: &[&str]| lines.join("\n") + "\n";
    let changed = lines[4].replace("\"userName\":\"c\"", "\"userName\":\"x\"");
    assert_ne!(changed, lines[4]);
    let replaced = [&lines[..4], &[changed.as_str()], &lines[5..]].concat();
    let removed = [&lines[..4], &lines[5..]].concat();
    let swapped = [&lines[..4], &[lines[5], lines[4]], &lines[6..]].concat();
    assert_eq!(world.finding_codes(), [""; 0]);
    for (content, expected) in [
        (text(&removed), vec!["missing"]),
        (text(&replaced), vec!["changed"]),
        (text(&swapped), vec!["missing", "out-of-order"]),
        (text(&lines[..6]), vec!["truncated"]),
        (whole.trim_end_matches("\"}}\n").to_owned(), vec!["truncated"]),
        (text(&lines[1..]), vec!["no-beginning", "missing"]),
    ] {
        fs::write(&path, content).unwrap();
        assert_eq!(world.finding_codes(), expected);
    }
    fs::write(&path, &whole).unwrap();
    assert_eq!(world.finding_codes(), [""; 0]);
    fs::remove_file(&path).unwrap();
    assert_eq!(world.finding_codes(), ["truncated"]);
    fs::write(&path, &whole).unwrap();
    fs::remove_file(&head).unwrap();
    assert_eq!(world.finding_codes(), ["no-head"]);
}

#[test]
fn a_killed_server_leaves_a_log_that_holds() {
    let mut world = World::new("audit-killed");
    for round in 0..5 {
        for number in 0..20 {
            world.iam("CreateUser", &[("UserName", &format!("user-{round}-{number}"))]);
        }
        world.server.take().unwrap().kill().unwrap();
        assert_eq!(world.finding_codes(), [""; 0]);
        let server = world.built.serve(world.scratch.path(), &[]).unwrap();
        world.client = server.client();
        world.server = Some(server);
    }
    let (holds, printed) = world.log(&["verify"]);
    assert!(holds, "{printed}");
    assert_eq!(printed.matches("a server was killed").count(), 5, "{printed}");
}

#[test]
fn a_server_that_cannot_keep_its_log_does_not_start() {
    // What is not a directory stands where the log is to be.
    let scratch = Scratch::new("audit-nowhere").unwrap();
    fs::write(scratch.path().join("audit"), "").unwrap();
    let refused = Built::find().unwrap().serve(scratch.path(), &[]).unwrap_err().to_string();
    assert!(refused.contains("audit"), "{refused}");
    let off = Built::find().unwrap().serve(scratch.path(), &["--audit-log", "off"]);
    off.unwrap().kill().unwrap();
}

#[test]
fn the_last_use_of_a_role_is_told() {
    let world = World::new("audit-last-use");
    let alice = world.user("alice");
    let role = world.role("reader", &trusting(&format!("arn:aws:iam::{ACCOUNT}:user/alice")));
    let used = |world: &World| {
        let answer = world.iam("GetRole", &[("RoleName", "reader")]);
        answer.text("LastUsedDate").map(str::to_owned)
    };
    assert_eq!(used(&world), None);
    let assume = [("RoleArn", role.as_str()), ("RoleSessionName", "me")];
    let session = Credentials::of(&world.sts(&alice, "AssumeRole", &assume)).unwrap();
    assert_eq!(used(&world), None, "it was assumed and not used");
    assert!(world.sts(&session, "GetCallerIdentity", &[]).is_ok());
    assert!(used(&world).is_some());
}

#[test]
fn standard_output_takes_the_log_too() {
    let scratch = Scratch::new("audit-stdout").unwrap();
    let built = Built::find().unwrap();
    let ready = scratch.path().join("ready");
    let mut command = built.command();
    command.args(["serve", "--ephemeral", "--listen", "127.0.0.1:0", "--audit-log", "stdout"]);
    command.arg("--data").arg(scratch.path()).arg("--ready-file").arg(&ready);
    let out = fs::File::create(scratch.path().join("out")).unwrap();
    let mut child = command.stdout(out).stderr(std::process::Stdio::null()).spawn().unwrap();
    let begun = |text: &str| fs::read_to_string(scratch.path().join(text)).unwrap_or_default();
    let until = |condition: &dyn Fn() -> bool| {
        for _ in 0..1000 {
            if condition() {
                return;
            }
            std::thread::park_timeout(Duration::from_millis(10));
        }
        panic!("it took too long");
    };
    until(&|| begun("ready").starts_with("http"));
    let root = Credentials::of_directory(scratch.path()).unwrap();
    let clock = std::sync::Arc::new(stead_server::clock::SystemClock);
    let client = Client::new(begun("ready").trim(), clock);
    let answer = client.call(Some(&root), Service::Sts, "GetCallerIdentity", &[]).unwrap();
    assert!(answer.is_ok());
    until(&|| begun("out").contains("\"eventName\":\"GetCallerIdentity\""));
    child.kill().unwrap();
    child.wait().unwrap();
    let lines: Vec<Value> =
        begun("out").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0]["mark"], "open");
    assert_eq!(lines[2]["chain"]["sequence"], 3);
    assert!(!scratch.path().join("audit").exists());
}
