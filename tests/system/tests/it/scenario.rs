//! The main job, end to end: a role is assumed, with everything that stands in
//! its way, in one account and across two, through HTTP and with an own signer.

use std::time::Duration;

use stead_system_tests::{Answer, Client, Credentials, Options, Server, Service};

const ACCOUNT: &str = "111122223333";
const OTHER_ACCOUNT: &str = "444455556666";
/// 2026-03-01T12:00:00Z.
const BEGINNING: i64 = 1_772_366_400;
/// For how long a denial can be decoded.
const DENIAL_LIFETIME: Duration = Duration::from_secs(12 * 3_600);

/// A server with two accounts, of which only the root users exist.
struct World {
    server: Server,
    client: Client,
}

impl World {
    fn new(trusted_proxies: &[&'static str]) -> Self {
        let server = Server::start(&Options {
            epoch_seconds: BEGINNING,
            roots: vec![
                ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ACCOUNT),
                ("AKIAI44QH8DHBEXAMPLE", "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY", OTHER_ACCOUNT),
            ],
            trusted_proxies: trusted_proxies.to_vec(),
            strict_messages: false,
            loopback_issuers: false,
        })
        .unwrap();
        Self { client: server.client(), server }
    }

    fn root(&self, account: &str) -> &Credentials {
        &self.server.roots()[usize::from(account == OTHER_ACCOUNT)]
    }

    /// Calls IAM as the root user of an account; it must succeed.
    fn set(&self, account: &str, action: &str, parameters: &[(&str, &str)]) -> Answer {
        let answer = self.iam(self.root(account), action, parameters);
        assert!(answer.is_ok(), "{action} {parameters:?}: {}", answer.body);
        answer
    }

    fn iam(&self, caller: &Credentials, action: &str, parameters: &[(&str, &str)]) -> Answer {
        self.client.call(Some(caller), Service::Iam, action, parameters).unwrap()
    }

    fn sts(&self, caller: &Credentials, action: &str, parameters: &[(&str, &str)]) -> Answer {
        self.client.call(Some(caller), Service::Sts, action, parameters).unwrap()
    }

    fn create_user(&self, account: &str, name: &str, document: &str) -> Credentials {
        self.set(account, "CreateUser", &[("UserName", name)]);
        let policy = [("UserName", name), ("PolicyName", "own"), ("PolicyDocument", document)];
        self.set(account, "PutUserPolicy", &policy);
        let key = self.set(account, "CreateAccessKey", &[("UserName", name)]);
        Credentials::of(&key).unwrap()
    }

    fn delete_user(&self, account: &str, name: &str, key: &Credentials) {
        let id = key.access_key_id.as_str();
        self.set(account, "DeleteAccessKey", &[("UserName", name), ("AccessKeyId", id)]);
        self.set(account, "DeleteUserPolicy", &[("UserName", name), ("PolicyName", "own")]);
        self.set(account, "DeleteUser", &[("UserName", name)]);
    }

    fn create_role(&self, account: &str, name: &str, trust: &str, document: &str) {
        let parameters = [("RoleName", name), ("AssumeRolePolicyDocument", trust)];
        self.set(account, "CreateRole", &parameters);
        let policy = [("RoleName", name), ("PolicyName", "own"), ("PolicyDocument", document)];
        self.set(account, "PutRolePolicy", &policy);
    }

    fn trust(&self, account: &str, role: &str, document: &str) {
        let parameters = [("RoleName", role), ("PolicyDocument", document)];
        self.set(account, "UpdateAssumeRolePolicy", &parameters);
    }

    fn assume(&self, caller: &Credentials, role: &str, more: &[(&str, &str)]) -> Answer {
        let parameters = [("RoleArn", role), ("RoleSessionName", "my-session")];
        self.sts(caller, "AssumeRole", &[&parameters, more].concat())
    }
}

/// A policy of one statement that allows an action on everything.
fn allowing(action: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"{action}","Resource":"*"}}]}}"#
    )
}

/// A trust policy that names one principal, under a condition.
fn trusting(principal: &str, condition: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"{principal}"}},"Action":"sts:AssumeRole","Condition":{condition}}}]}}"#
    )
}

fn user_arn(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:user/{name}")
}

fn role_arn(account: &str, name: &str) -> String {
    format!("arn:aws:iam::{account}:role/{name}")
}

/// The text of a denial without its id, and the id.
fn denial(answer: &Answer) -> (String, String) {
    assert_eq!((answer.status, answer.code()), (403, "AccessDenied"), "{}", answer.body);
    let (text, id) = answer.message().split_once(" (denial ").expect("a denial has its id");
    (text.to_owned(), id.trim_end_matches(')').to_owned())
}

#[test]
fn a_role_is_assumed_once_its_trust_policy_names_the_user() {
    let world = World::new(&[]);
    let alice = world.create_user(ACCOUNT, "alice", &allowing("sts:*"));
    world.create_user(ACCOUNT, "somebody", &allowing("sts:*"));
    let target = role_arn(ACCOUNT, "target");
    world.create_role(
        ACCOUNT,
        "target",
        &trusting(&user_arn("somebody"), "{}"),
        &allowing("iam:GetUser"),
    );

    let (text, id) = denial(&world.assume(&alice, &target, &[]));
    assert_eq!(
        text,
        format!(
            "User: {} is not authorized to perform: sts:AssumeRole on resource: {target} because no role trust policy allows the sts:AssumeRole action",
            user_arn("alice")
        )
    );
    let decoded = world.sts(&alice, "DecodeAuthorizationMessage", &[("EncodedMessage", &id)]);
    let decoded = decoded.text("DecodedMessage").unwrap();
    let document: serde_json::Value = serde_json::from_str(decoded).unwrap();
    assert_eq!(document["allowed"], false);
    assert_eq!(document["explicitDeny"], false);
    assert_eq!(document["context"]["action"], "sts:AssumeRole");
    assert_eq!(document["context"]["resource"], target.as_str());
    assert_eq!(document["context"]["principal"]["arn"], user_arn("alice").as_str());

    world.trust(ACCOUNT, "target", &trusting(&user_arn("alice"), "{}"));
    let assumed = world.assume(&alice, &target, &[("DurationSeconds", "3600")]);
    assert_eq!(assumed.text("Expiration"), Some("2026-03-01T13:00:00Z"), "{}", assumed.body);
    let session = Credentials::of(&assumed).unwrap();
    let who = world.sts(&session, "GetCallerIdentity", &[]);
    let session_arn = format!("arn:aws:sts::{ACCOUNT}:assumed-role/target/my-session");
    assert_eq!(who.text("Arn"), Some(session_arn.as_str()));
    assert!(who.text("UserId").unwrap().ends_with(":my-session"));

    assert!(world.iam(&session, "GetUser", &[("UserName", "alice")]).is_ok());
    let (text, _) = denial(&world.iam(&session, "DeleteUser", &[("UserName", "alice")]));
    assert_eq!(
        text,
        format!(
            "User: {session_arn} is not authorized to perform: iam:DeleteUser on resource: user alice because no identity-based policy allows the iam:DeleteUser action"
        )
    );

    world.server.clock().advance(Duration::from_secs(3_599));
    assert!(world.sts(&session, "GetCallerIdentity", &[]).is_ok());
    world.server.clock().advance(Duration::from_secs(1));
    let expired = world.sts(&session, "GetCallerIdentity", &[]);
    assert_eq!((expired.status, expired.code()), (403, "ExpiredToken"));
}

#[test]
fn a_user_that_was_deleted_and_made_again_is_no_longer_trusted() {
    let world = World::new(&[]);
    let alice = world.create_user(ACCOUNT, "alice", &allowing("sts:*"));
    let target = role_arn(ACCOUNT, "target");
    world.create_role(ACCOUNT, "target", &trusting(&user_arn("alice"), "{}"), &allowing("iam:*"));
    let own = Credentials::of(&world.sts(&alice, "GetSessionToken", &[])).unwrap();
    assert!(world.assume(&own, &target, &[]).is_ok());

    world.delete_user(ACCOUNT, "alice", &alice);
    for lost in [&alice, &own] {
        let answer = world.sts(lost, "GetCallerIdentity", &[]);
        assert_eq!((answer.status, answer.code()), (403, "InvalidClientTokenId"));
    }
    let again = world.create_user(ACCOUNT, "alice", &allowing("sts:*"));
    assert_eq!(
        world.sts(&own, "GetCallerIdentity", &[]).code(),
        "InvalidClientTokenId",
        "the session of one user must not be another's, be it of the same name"
    );
    denial(&world.assume(&again, &target, &[]));
    let role = world.set(ACCOUNT, "GetRole", &[("RoleName", "target")]);
    let document = role.text("AssumeRolePolicyDocument").unwrap();
    assert!(document.contains("%22AIDA"), "the id of who was trusted shows: {document}");
    world.trust(ACCOUNT, "target", &trusting(&user_arn("alice"), "{}"));
    assert!(world.assume(&again, &target, &[]).is_ok());
}

#[test]
fn both_accounts_decide_and_each_reads_its_own_side_of_a_denial() {
    let world = World::new(&[]);
    let alice = world.create_user(ACCOUNT, "alice", &allowing("sts:*"));
    let bob = world.create_user(ACCOUNT, "bob", &allowing("iam:*"));
    let target = role_arn(OTHER_ACCOUNT, "target");
    let condition = r#"{"StringEquals":{"sts:ExternalId":"Shared-With-Partner"}}"#;
    world.create_role(OTHER_ACCOUNT, "target", &trusting(ACCOUNT, condition), &allowing("sts:*"));

    let wrong = [("ExternalId", "guess")];
    let right = [("ExternalId", "Shared-With-Partner")];
    let (text, id) = denial(&world.assume(&alice, &target, &wrong));
    let sentence = |name: &str, role: &str| {
        let caller = user_arn(name);
        format!("User: {caller} is not authorized to perform: sts:AssumeRole on resource: {role}")
    };
    assert_eq!(text, sentence("alice", &target), "another account's policies are not spoken of");
    let absent = role_arn(OTHER_ACCOUNT, "absent");
    let (text, _) = denial(&world.assume(&alice, &absent, &wrong));
    assert_eq!(text, sentence("alice", &absent), "a missing role answers as an untrusting one");
    denial(&world.assume(&bob, &target, &right));

    let parameters = [("EncodedMessage", id.as_str())];
    let read = |account| world.sts(world.root(account), "DecodeAuthorizationMessage", &parameters);
    let (mine, theirs) = (read(ACCOUNT), read(OTHER_ACCOUNT));
    assert!(mine.is_ok() && !mine.body.contains("Shared-With-Partner"), "{}", mine.body);
    assert!(theirs.is_ok() && theirs.body.contains("Shared-With-Partner"), "{}", theirs.body);
    denial(&world.sts(&bob, "DecodeAuthorizationMessage", &parameters));

    let assumed = world.assume(&alice, &target, &right);
    let session = Credentials::of(&assumed).unwrap();
    let who = world.sts(&session, "GetCallerIdentity", &[]);
    assert_eq!(who.text("Account"), Some(OTHER_ACCOUNT));
    // From there back into the first account: a chain, of an hour at most.
    let back = role_arn(ACCOUNT, "back");
    let named = trusting(&role_arn(OTHER_ACCOUNT, "target"), "{}");
    world.create_role(ACCOUNT, "back", &named, &allowing("iam:*"));
    let hours = [("RoleName", "back"), ("MaxSessionDuration", "43200")];
    world.set(ACCOUNT, "UpdateRole", &hours);
    assert!(world.assume(&session, &back, &[("DurationSeconds", "3600")]).is_ok());
    let longer = world.assume(&session, &back, &[("DurationSeconds", "3601")]);
    assert_eq!((longer.status, longer.code()), (400, "ValidationError"), "{}", longer.body);

    let never = [("EncodedMessage", "d-ffffffffffffffffffffffffffffffff")];
    let never = world.sts(world.root(ACCOUNT), "DecodeAuthorizationMessage", &never);
    assert_eq!((never.status, never.code()), (400, "InvalidAuthorizationMessageException"));
    world.server.clock().advance(DENIAL_LIFETIME - Duration::from_secs(1));
    assert!(read(ACCOUNT).is_ok());
    world.server.clock().advance(Duration::from_secs(1));
    let late = read(ACCOUNT);
    assert_eq!((late.status, late.message()), (never.status, never.message()));
}

#[test]
fn where_a_request_comes_from_is_what_a_trusted_proxy_says_and_nobody_else() {
    let condition =
        r#"{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"},"Bool":{"aws:SecureTransport":"true"}}"#;
    let inside = [("x-forwarded-for", "203.0.113.7"), ("x-forwarded-proto", "https")];
    let outside = [("x-forwarded-for", "198.51.100.7"), ("x-forwarded-proto", "https")];
    let plain = [("x-forwarded-for", "203.0.113.7"), ("x-forwarded-proto", "http")];
    let claimed =
        [("x-forwarded-for", "203.0.113.7, 198.51.100.7"), ("x-forwarded-proto", "https")];
    for (proxies, headers, expected) in [
        (&["127.0.0.0/8"][..], &inside[..], "OK"),
        (&["127.0.0.0/8"], &outside, "AccessDenied"),
        (&["127.0.0.0/8"], &plain, "AccessDenied"),
        (&["127.0.0.0/8"], &claimed, "AccessDenied"),
        (&["127.0.0.0/8", "198.51.100.0/24"], &claimed, "OK"),
        (&["127.0.0.0/8"], &[], "AccessDenied"),
        (&["192.0.2.0/24"], &inside, "AccessDenied"),
        (&[], &inside, "AccessDenied"),
    ] {
        let world = World::new(proxies);
        let alice = world.create_user(ACCOUNT, "alice", &allowing("sts:*"));
        let role = role_arn(ACCOUNT, "target");
        let trust = trusting(&user_arn("alice"), condition);
        world.create_role(ACCOUNT, "target", &trust, &allowing("iam:*"));
        let parameters = [("RoleArn", role.as_str()), ("RoleSessionName", "my-session")];
        let answer = world.client.call_with_headers(
            Some(&alice),
            Service::Sts,
            "AssumeRole",
            &parameters,
            headers,
        );
        assert_eq!(answer.unwrap().code(), expected, "{proxies:?} {headers:?}");
    }
}
