//! The accounts that the tests play in, and every kind of caller.

use std::collections::BTreeMap;
use std::time::Duration;

use stead_system_tests::{Answer, Client, Credentials, OneTimeCodes, Options, Server, Service};

/// The account everything happens in.
pub(crate) const ACCOUNT: &str = "111122223333";
/// Another account of the installation.
pub(crate) const OTHER_ACCOUNT: &str = "444455556666";

const ROOT: (&str, &str, &str) =
    ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ACCOUNT);
const OTHER_ROOT: (&str, &str, &str) =
    ("AKIAI44QH8DHBEXAMPLE", "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY", OTHER_ACCOUNT);

/// 2026-03-01T12:00:00Z, the moment the server's clock shows at first.
const BEGINNING: i64 = 1_772_366_400;

/// How long before the end of the preparations some sessions expire.
const SHORT_SESSION: Duration = Duration::from_secs(900);

/// What allows something harmless: for policies that are only objects.
pub(crate) const ALLOW: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}"#;
/// Lets the account's policies decide who assumes a role.
pub(crate) const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}]}"#;

const EVERYTHING: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:*","sts:*"],"Resource":"*"}]}"#;
const NOTHING: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"*","Resource":"*"}]}"#;

/// The kinds of caller, in the order of the golden matrix.
pub(crate) const CALLERS: [&str; 18] = [
    "unsigned",
    "wrong secret",
    "inactive key",
    "deleted user",
    "session of a deleted user",
    "session of a deleted role",
    "expired session",
    "no policies",
    "everything denied",
    "role session without permission",
    "session token without mfa",
    "federated user",
    "other account's root",
    "exactly this action",
    "everything allowed",
    "role session with permission",
    "session token with mfa",
    "root",
];

/// A server with two accounts and one caller of every kind.
pub(crate) struct Cast {
    // Dropped last: it is what the client talks to.
    client: Client,
    callers: BTreeMap<&'static str, Option<Credentials>>,
    /// The seed of alice's device.
    seed: String,
    server: Server,
}

impl Cast {
    /// Starts a server and makes every caller through its API.
    pub(crate) fn assemble(strict_messages: bool) -> Self {
        let options = Options {
            epoch_seconds: BEGINNING,
            roots: vec![ROOT, OTHER_ROOT],
            trusted_proxies: Vec::new(),
            strict_messages,
            loopback_issuers: false,
        };
        let server = Server::start(&options).unwrap();
        let client = server.client();
        let mut cast = Self { client, callers: BTreeMap::new(), seed: String::new(), server };
        cast.callers.insert("unsigned", None);
        let [root, other_root] = [0, 1].map(|index| cast.server.roots()[index].clone());
        cast.add("root", root);
        cast.add("other account's root", other_root);
        cast.add_users();
        cast.add_lost();
        cast.add_sessions();
        cast
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// The credentials of a kind of caller; `None` is for who does not sign.
    pub(crate) fn credentials(&self, caller: &str) -> Option<&Credentials> {
        let caller = self.callers.get(caller);
        caller.unwrap_or_else(|| panic!("no such caller")).as_ref()
    }

    /// Calls an operation of the service that its name stands for.
    pub(crate) fn call(&self, caller: &str, action: &str, parameters: &[(&str, &str)]) -> Answer {
        let service = service_of(action);
        let answer = self.client.call(self.credentials(caller), service, action, parameters);
        answer.unwrap_or_else(|error| panic!("{caller} calling {action}: {error:#}"))
    }

    /// The same, which must succeed.
    pub(crate) fn do_as(&self, caller: &str, action: &str, parameters: &[(&str, &str)]) -> Answer {
        let answer = self.call(caller, action, parameters);
        assert!(answer.is_ok(), "{caller} calling {action} {parameters:?}: {}", answer.body);
        answer
    }

    /// The code that alice's device shows, and that was used.
    pub(crate) fn used_code(&self) -> String {
        OneTimeCodes::at(&self.seed, self.client.now()).unwrap().current
    }

    /// Moves the server's clock on.
    pub(crate) fn wait(&self, duration: Duration) {
        self.server.clock().advance(duration);
    }

    /// Lets the caller of exactly one action call this one.
    pub(crate) fn allow_exactly(&self, action: &str) {
        let document = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"{action}","Resource":"*"}}]}}"#
        );
        self.put_user_policy("narrow", &document);
    }

    fn add(&mut self, caller: &'static str, credentials: Credentials) {
        assert!(CALLERS.contains(&caller), "{caller}");
        self.callers.insert(caller, Some(credentials));
    }

    fn put_user_policy(&self, user: &str, document: &str) {
        let parameters =
            [("UserName", user), ("PolicyName", "inline"), ("PolicyDocument", document)];
        self.do_as("root", "PutUserPolicy", &parameters);
    }

    fn create_user(&self, user: &str, document: Option<&str>) -> Credentials {
        self.do_as("root", "CreateUser", &[("UserName", user)]);
        if let Some(document) = document {
            self.put_user_policy(user, document);
        }
        let answer = self.do_as("root", "CreateAccessKey", &[("UserName", user)]);
        Credentials::of(&answer).unwrap()
    }

    fn add_users(&mut self) {
        let alice = self.create_user("alice", Some(EVERYTHING));
        let other_secret = "wrongwrongwrongwrongwrongwrongwrongwrong";
        self.add("wrong secret", alice.clone().with_secret(other_secret));
        self.add("everything allowed", alice);
        let bob = self.create_user("bob", None);
        self.add("no policies", bob);
        let walled = self.create_user("walled", Some(NOTHING));
        self.add("everything denied", walled);
        let narrow = self.create_user("narrow", None);
        self.add("exactly this action", narrow);
        let dormant = self.create_user("dormant", Some(EVERYTHING));
        let id = dormant.access_key_id.as_str();
        let parameters = [("UserName", "dormant"), ("AccessKeyId", id), ("Status", "Inactive")];
        self.do_as("root", "UpdateAccessKey", &parameters);
        self.add("inactive key", dormant);
    }

    /// Whose credentials were good once.
    fn add_lost(&mut self) {
        self.create_role("doomed", Some(EVERYTHING));
        let doomed = self.assume("doomed");
        let expired = self.session("everything allowed", &[("DurationSeconds", "900")]);
        let gone = self.create_user("gone", Some(EVERYTHING));
        self.add("deleted user", gone.clone());
        let orphan = self.session("deleted user", &[]);
        self.server.clock().advance(SHORT_SESSION);
        self.do_as("root", "DeleteRolePolicy", &[("RoleName", "doomed"), ("PolicyName", "inline")]);
        self.do_as("root", "DeleteRole", &[("RoleName", "doomed")]);
        let key = [("UserName", "gone"), ("AccessKeyId", gone.access_key_id.as_str())];
        self.do_as("root", "DeleteAccessKey", &key);
        let policy = [("UserName", "gone"), ("PolicyName", "inline")];
        self.do_as("root", "DeleteUserPolicy", &policy);
        self.do_as("root", "DeleteUser", &[("UserName", "gone")]);
        // What has the same name is somebody else.
        self.create_role("doomed", Some(EVERYTHING));
        self.create_user("gone", Some(EVERYTHING));
        self.add("session of a deleted role", doomed);
        self.add("session of a deleted user", orphan);
        self.add("expired session", expired);
    }

    fn add_sessions(&mut self) {
        self.create_role("worker", Some(EVERYTHING));
        self.create_role("idle", None);
        let (worker, idle) = (self.assume("worker"), self.assume("idle"));
        self.add("role session with permission", worker);
        self.add("role session without permission", idle);
        // Cases write its token in another alphabet, in which it must differ.
        let plain = std::iter::repeat_with(|| self.session("everything allowed", &[]))
            .find(|session| session.session_token.as_ref().unwrap().expose().contains(['+', '/']));
        self.add("session token without mfa", plain.unwrap());
        let parameters = [("Name", "visitor"), ("Policy", EVERYTHING)];
        let visitor = self.do_as("everything allowed", "GetFederationToken", &parameters);
        self.add("federated user", Credentials::of(&visitor).unwrap());
        let proven = self.session_with_mfa();
        self.add("session token with mfa", proven);
    }

    fn session_with_mfa(&mut self) -> Credentials {
        let name = [("VirtualMFADeviceName", "alice")];
        let device = self.do_as("root", "CreateVirtualMFADevice", &name);
        let seed = device.text("Base32StringSeed").unwrap();
        let serial = device.text("SerialNumber").unwrap();
        let codes = OneTimeCodes::at(seed, self.client.now()).unwrap();
        let parameters = [
            ("UserName", "alice"),
            ("SerialNumber", serial),
            ("AuthenticationCode1", codes.previous.as_str()),
            ("AuthenticationCode2", codes.current.as_str()),
        ];
        self.do_as("root", "EnableMFADevice", &parameters);
        // The codes are used up.
        self.server.clock().advance(Duration::from_secs(60));
        let codes = OneTimeCodes::at(seed, self.client.now()).unwrap();
        let proof = [("SerialNumber", serial), ("TokenCode", codes.current.as_str())];
        let session = self.session("everything allowed", &proof);
        seed.clone_into(&mut self.seed);
        session
    }

    fn create_role(&self, role: &str, document: Option<&str>) {
        let parameters = [("RoleName", role), ("AssumeRolePolicyDocument", TRUST)];
        self.do_as("root", "CreateRole", &parameters);
        if let Some(document) = document {
            let parameters =
                [("RoleName", role), ("PolicyName", "inline"), ("PolicyDocument", document)];
            self.do_as("root", "PutRolePolicy", &parameters);
        }
    }

    fn assume(&self, role: &str) -> Credentials {
        let arn = format!("arn:aws:iam::{ACCOUNT}:role/{role}");
        let parameters = [("RoleArn", arn.as_str()), ("RoleSessionName", "session")];
        let answer = self.do_as("everything allowed", "AssumeRole", &parameters);
        Credentials::of(&answer).unwrap()
    }

    fn session(&self, caller: &str, parameters: &[(&str, &str)]) -> Credentials {
        Credentials::of(&self.do_as(caller, "GetSessionToken", parameters)).unwrap()
    }
}

/// The service that has an operation of this name; IAM where none has.
pub(crate) fn service_of(action: &str) -> Service {
    use stead_api::KnownOperation;
    match KnownOperation::lookup(stead_api::Service::Sts, action) {
        Some(_) => Service::Sts,
        None => Service::Iam,
    }
}

/// Puts values in the place of `<<name>>`.
pub(crate) fn fill(text: &str, values: &BTreeMap<String, String>) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<<") {
        let (name, behind) = after.split_once(">>").expect("`<<` has its `>>`");
        let value = values.get(name).unwrap_or_else(|| panic!("nothing is called `{name}`"));
        filled.push_str(before);
        filled.push_str(value);
        rest = behind;
    }
    filled + rest
}
