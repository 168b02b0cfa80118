//! Who may assume what.

use stead_authorizer::{Ask, RequestFacts, Transport, decide};
use stead_directory::organization::Memberships;
use stead_policy::Decision;
use stead_world::{Credentials, World};

use crate::requests::{
    ACCOUNT, OTHER, STS_ALL, allowing, assume, request, request_in, session, trusting, trusting_if,
    user_arn, who_am_i,
};

fn denied(because: &str) -> String {
    format!(
        "User: arn:aws:iam::{ACCOUNT}:user/alice is not authorized to perform: sts:AssumeRole on \
         resource: arn:aws:iam::{ACCOUNT}:role/target{because}"
    )
}

const NO_TRUST: &str = " because no role trust policy allows the sts:AssumeRole action";
const NO_IDENTITY: &str = " because no identity-based policy allows the sts:AssumeRole action";

#[test]
fn a_role_that_does_not_name_the_user_refuses_and_one_that_does_gives_credentials() {
    let mut world = World::new();
    let (account, _) = world.create_account(ACCOUNT);
    let alice = world.create_user(account, "alice", STS_ALL);
    world.create_user(account, "bob", "");
    let role = world.create_role(account, "target", &trusting(&user_arn("bob")), "");

    let failure = assume(&mut world, &alice, request("target")).unwrap_err();
    assert_eq!((failure.code.as_str(), failure.message), ("AccessDenied", denied(NO_TRUST)));

    world.trust(account, "target", &trusting(&user_arn("alice")));
    let mut asked = request("target");
    asked.duration_seconds = Some(3600);
    let answer = assume(&mut world, &alice, asked).unwrap();
    let credentials = answer.credentials.unwrap();
    assert_eq!(credentials.expiration.seconds_since(world.now), 3600);
    assert!(credentials.access_key_id.starts_with("ASIA"));
    let assumed = answer.assumed_role_user.unwrap();
    let arn = format!("arn:aws:sts::{ACCOUNT}:assumed-role/target/my-session");
    assert_eq!(assumed.arn, arn);
    assert_eq!(assumed.assumed_role_id, format!("{}:my-session", role.id));
    assert_eq!(answer.packed_policy_size, None);
    let held = crate::requests::held(credentials);
    assert_eq!(who_am_i(&mut world, &held), arn);
}

#[test]
fn who_is_named_decides_whether_an_identity_policy_is_needed() {
    let root = format!("arn:aws:iam::{ACCOUNT}:root");
    let any = "*".to_owned();
    let cases = [
        // (principal, identity policy, the denial's reason or none)
        (user_arn("alice"), String::new(), None),
        (user_arn("alice"), STS_ALL.to_owned(), None),
        (root.clone(), String::new(), Some(NO_IDENTITY)),
        (root.clone(), STS_ALL.to_owned(), None),
        (ACCOUNT.to_owned(), STS_ALL.to_owned(), None),
        (root, allowing("sts:AssumeRole", "arn:aws:iam::*:role/other"), Some(NO_IDENTITY)),
        (any, STS_ALL.to_owned(), None),
        (user_arn("bob"), STS_ALL.to_owned(), Some(NO_TRUST)),
        (OTHER.to_owned(), STS_ALL.to_owned(), Some(NO_TRUST)),
    ];
    for (principal, identity, reason) in cases {
        let mut world = World::new();
        let (account, _) = world.create_account(ACCOUNT);
        let alice = world.create_user(account, "alice", &identity);
        world.create_user(account, "bob", "");
        world.create_role(account, "target", &trusting(&principal), "");
        let answer = assume(&mut world, &alice, request("target"));
        assert_eq!(
            answer.map(|_| ()).map_err(|failure| failure.message),
            reason.map_or(Ok(()), |reason| Err(denied(reason))),
            "{principal} {identity}"
        );
    }
}

#[test]
fn an_explicit_deny_wins_on_either_side() {
    let deny = r#"{"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Action":"*","Resource":"*"},
        {"Effect":"Deny","Action":"sts:Assume*","Resource":"*"}]}"#;
    let trust_deny = format!(
        r#"{{"Version":"2012-10-17","Statement":[
        {{"Effect":"Allow","Principal":{{"AWS":"*"}},"Action":"sts:AssumeRole"}},
        {{"Effect":"Deny","Principal":{{"AWS":"{}"}},"Action":"sts:AssumeRole"}}]}}"#,
        user_arn("alice")
    );
    for (identity, trust, reason) in [
        (deny, trusting(&user_arn("alice")), " with an explicit deny in an identity-based policy"),
        (STS_ALL, trust_deny, " with an explicit deny in the role trust policy"),
    ] {
        let mut world = World::new();
        let (account, _) = world.create_account(ACCOUNT);
        let alice = world.create_user(account, "alice", identity);
        world.create_role(account, "target", &trust, "");
        let failure = assume(&mut world, &alice, request("target")).unwrap_err();
        assert_eq!(failure.message, denied(reason));
    }
}

#[test]
fn a_boundary_must_allow_also_when_the_user_is_named() {
    let mut world = World::new();
    let (account, _) = world.create_account(ACCOUNT);
    let alice = world.create_user(account, "alice", STS_ALL);
    world.create_role(account, "target", &trusting(&user_arn("alice")), "");
    world.bound_user(account, "alice", &allowing("s3:*", "*"));
    let failure = assume(&mut world, &alice, request("target")).unwrap_err();
    assert_eq!(
        failure.message,
        denied(" because no permissions boundary allows the sts:AssumeRole action")
    );
}

#[test]
fn across_accounts_both_sides_must_allow_and_the_text_names_neither() {
    for (identity, trusted, allowed) in
        [(STS_ALL, true, true), ("", true, false), (STS_ALL, false, false), ("", false, false)]
    {
        let mut world = World::new();
        let (account, _) = world.create_account(ACCOUNT);
        let (other, _) = world.create_account(OTHER);
        let alice = world.create_user(account, "alice", identity);
        let trust = if trusted { trusting(&user_arn("alice")) } else { trusting(OTHER) };
        world.create_role(other, "target", &trust, "");
        let answer = assume(&mut world, &alice, request_in(OTHER, "target"));
        match (answer, allowed) {
            (Ok(answer), true) => assert!(answer.assumed_role_user.unwrap().arn.contains(OTHER)),
            (Err(failure), false) => assert_eq!(
                failure.message,
                format!(
                    "User: {} is not authorized to perform: sts:AssumeRole on resource: \
                     arn:aws:iam::{OTHER}:role/target",
                    user_arn("alice")
                )
            ),
            (answer, _) => panic!("{identity} {trusted}: {answer:?}"),
        }
    }
}

#[test]
fn a_missing_role_looks_like_one_that_does_not_trust() {
    let mut world = World::new();
    let (account, _) = world.create_account(ACCOUNT);
    let (other, _) = world.create_account(OTHER);
    let alice = world.create_user(account, "alice", STS_ALL);
    world.create_role(account, "target", &trusting(OTHER), "");
    world.create_role(other, "target", &trusting(OTHER), "");
    for (home, absent_home) in [(ACCOUNT, ACCOUNT), (OTHER, OTHER), (OTHER, "999999999999")] {
        let present = assume(&mut world, &alice, request_in(home, "target")).unwrap_err();
        let absent = assume(&mut world, &alice, request_in(absent_home, "absent")).unwrap_err();
        assert_eq!(present.code, absent.code);
        let renamed = absent.message.replace("role/absent", "role/target");
        assert_eq!(present.message, renamed.replace(absent_home, home));
    }
    // The case of a role's name counts (Spec: UG:reference_iam-quotas, names).
    world.trust(account, "target", &trusting(&user_arn("alice")));
    assert!(assume(&mut world, &alice, request("Target")).is_err());
    assert!(assume(&mut world, &alice, request("target")).is_ok());
}

#[test]
fn a_missing_role_looks_like_one_that_the_callers_own_policies_keep_away() {
    for (identity, bounded) in [("", false), (STS_ALL, true), ("", true)] {
        let mut world = World::new();
        let (account, _) = world.create_account(ACCOUNT);
        let alice = world.create_user(account, "alice", identity);
        if bounded {
            world.bound_user(account, "alice", &allowing("s3:*", "*"));
        }
        world.create_role(account, "target", &trusting(ACCOUNT), "");
        let present = assume(&mut world, &alice, request("target")).unwrap_err();
        let absent = assume(&mut world, &alice, request("absent")).unwrap_err();
        assert_eq!(present.message, absent.message.replace("role/absent", "role/target"));
    }
}

#[test]
fn the_root_user_cannot_assume_roles() {
    let mut world = World::new();
    let (account, root) = world.create_account(ACCOUNT);
    world.create_role(account, "target", &trusting(ACCOUNT), "");
    let failure = assume(&mut world, &root, request("target")).unwrap_err();
    assert_eq!(failure.code, "AccessDenied");
    assert_eq!(failure.message, "Roles may not be assumed by root accounts.");
}

#[test]
fn an_external_id_must_be_the_one_the_trust_policy_asks_for() {
    let mut world = World::new();
    let (account, _) = world.create_account(ACCOUNT);
    let alice = world.create_user(account, "alice", STS_ALL);
    let condition = r#"{"StringEquals":{"sts:ExternalId":"Unique-1"}}"#;
    let trust = trusting_if(&user_arn("alice"), "sts:AssumeRole", condition);
    world.create_role(account, "target", &trust, "");
    for (sent, allowed) in [
        (Some("Unique-1"), true),
        (Some("unique-1"), false),
        (Some("Unique-12"), false),
        (None, false),
    ] {
        let mut asked = request("target");
        asked.external_id = sent.map(str::to_owned);
        assert_eq!(assume(&mut world, &alice, asked).is_ok(), allowed, "{sent:?}");
    }
}

#[test]
fn the_session_name_is_a_condition_key() {
    let mut world = World::new();
    let (account, _) = world.create_account(ACCOUNT);
    let alice = world.create_user(account, "alice", STS_ALL);
    let condition = r#"{"StringLike":{"sts:RoleSessionName":"${aws:username}"}}"#;
    let trust = trusting_if(&user_arn("alice"), "sts:AssumeRole", condition);
    world.create_role(account, "target", &trust, "");
    for (name, allowed) in [("alice", true), ("alicf", false), ("my-session", false)] {
        let mut asked = request("target");
        asked.role_session_name = name.to_owned();
        assert_eq!(assume(&mut world, &alice, asked).is_ok(), allowed, "{name}");
    }
}

#[test]
fn a_recreated_user_is_another_user() {
    let mut world = World::new();
    let (account, _) = world.create_account(ACCOUNT);
    let alice = world.create_user(account, "alice", STS_ALL);
    world.create_role(account, "target", &trusting(&user_arn("alice")), "");
    assert!(assume(&mut world, &alice, request("target")).is_ok());
    world.delete_user(account, "alice");
    assert_eq!(who_am_i(&mut world, &alice), "no such key");
    let again = world.create_user(account, "alice", STS_ALL);
    let failure = assume(&mut world, &again, request("target")).unwrap_err();
    assert_eq!(failure.message, denied(NO_TRUST));
}

#[test]
fn sessions_end_on_the_second_and_with_their_role() {
    let mut world = World::new();
    let (account, _) = world.create_account(ACCOUNT);
    let alice = world.create_user(account, "alice", STS_ALL);
    let trust = trusting(&user_arn("alice"));
    world.create_role(account, "target", &trust, "");
    let held = session(&mut world, &alice, request("target"));
    world.wait(3599);
    assert!(who_am_i(&mut world, &held).ends_with("my-session"));
    world.wait(1);
    assert!(who_am_i(&mut world, &held).starts_with("expired at"));

    let held = session(&mut world, &alice, request("target"));
    world.delete_role(account, "target");
    let gone = "the principal behind the credentials no longer exists";
    assert_eq!(who_am_i(&mut world, &held), gone);
    world.create_role(account, "target", &trust, "");
    assert_eq!(who_am_i(&mut world, &held), gone);
}

#[test]
fn temporary_credentials_work_only_whole() {
    let mut world = World::new();
    let (account, _) = world.create_account(ACCOUNT);
    let alice = world.create_user(account, "alice", STS_ALL);
    world.create_role(account, "target", &trusting(&user_arn("alice")), "");
    let one = session(&mut world, &alice, request("target"));
    let two = session(&mut world, &alice, request("target"));
    let broken = [
        Credentials { session_token: None, ..one.clone() },
        Credentials { session_token: two.session_token.clone(), ..one.clone() },
        Credentials { secret: two.secret.clone(), ..one.clone() },
        Credentials { access_key_id: two.access_key_id.clone(), ..one.clone() },
    ];
    for credentials in broken {
        assert_eq!(world.identify(&credentials).unwrap_err().code, "Unauthenticated");
    }
    assert!(world.identify(&one).is_ok());
}

#[test]
fn a_session_policy_limits_and_never_widens() {
    let mut world = World::new();
    let (account, _) = world.create_account(ACCOUNT);
    let alice = world.create_user(account, "alice", STS_ALL);
    let role_policy = allowing("s3:*", "*");
    world.create_role(account, "target", &trusting(&user_arn("alice")), &role_policy);
    let managed = world.create_policy(account, "reading", &allowing("s3:Get*", "*"));

    let unlimited = session(&mut world, &alice, request("target"));
    let mut asked = request("target");
    asked.policy = Some(allowing("s3:Put*", "*"));
    let inline = session(&mut world, &alice, asked.clone());
    asked.policy_arns =
        vec![stead_api::sts::PolicyDescriptorType { arn: Some(managed.to_string()) }];
    let both = session(&mut world, &alice, asked.clone());
    asked.policy = Some(allowing("ec2:*", "*"));
    asked.policy_arns.clear();
    let elsewhere = session(&mut world, &alice, asked);

    for (credentials, get, put, run) in [
        (&unlimited, true, true, false),
        (&inline, false, true, false),
        (&both, true, true, false),
        (&elsewhere, false, false, false),
    ] {
        let allowed = [
            may(&world, credentials, "s3:GetObject"),
            may(&world, credentials, "s3:PutObject"),
            may(&world, credentials, "ec2:RunInstances"),
        ];
        assert_eq!(allowed, [get, put, run]);
    }
}

#[test]
fn broken_session_policies_are_refused() {
    let mut world = World::new();
    let (account, _) = world.create_account(ACCOUNT);
    let alice = world.create_user(account, "alice", STS_ALL);
    world.create_role(account, "target", &trusting(&user_arn("alice")), "");
    let long = allowing("s3:*", &format!("arn:aws:s3:::{}", "x".repeat(2048)));
    for (policy, code) in [
        ("{", "MalformedPolicyDocument"),
        (
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}]}"#,
            "MalformedPolicyDocument",
        ),
        (long.as_str(), "ValidationError"),
    ] {
        let mut asked = request("target");
        asked.policy = Some(policy.to_owned());
        assert_eq!(assume(&mut world, &alice, asked).unwrap_err().code, code, "{policy}");
    }
    for arn in [
        "arn:aws:iam::aws:policy/Absent",
        "arn:aws:iam::111122223333:policy/absent",
        "arn:aws:iam::111122223333:role/target",
    ] {
        let mut asked = request("target");
        asked.policy_arns =
            vec![stead_api::sts::PolicyDescriptorType { arn: Some(arn.to_owned()) }];
        assert_eq!(assume(&mut world, &alice, asked).unwrap_err().code, "ValidationError", "{arn}");
    }
}

#[test]
fn a_role_does_not_assume_itself_unless_it_trusts_itself() {
    let mut world = World::new();
    let (account, _) = world.create_account(ACCOUNT);
    let alice = world.create_user(account, "alice", STS_ALL);
    world.create_role(account, "target", &trusting(&user_arn("alice")), STS_ALL);
    let held = session(&mut world, &alice, request("target"));
    assert!(assume(&mut world, &held, request("target")).is_err());
    let both = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":["{}","arn:aws:iam::{ACCOUNT}:role/target"]}},"Action":"sts:AssumeRole"}}]}}"#,
        user_arn("alice")
    );
    world.trust(account, "target", &both);
    assert!(assume(&mut world, &held, request("target")).is_ok());
}

/// Whether the policies of these credentials allow an action on everything.
pub(crate) fn may(world: &World, credentials: &Credentials, action: &'static str) -> bool {
    let caller = world.identify(credentials).unwrap();
    let home = world.account(caller.account());
    let facts = RequestFacts {
        now: world.now,
        source_ip: [203, 0, 113, 7].into(),
        transport: Transport::Tls,
        requested_region: "us-east-1".to_owned(),
        user_agent: None,
        referer: None,
    };
    let memberships = Memberships::of_all(world.organizations());
    let ask = Ask::any(action, caller.account());
    match decide::<()>(&caller, home, &memberships, &ask, &facts) {
        Ok(_) => true,
        Err(denied) => {
            assert_ne!(denied.decision, Decision::Allow);
            false
        }
    }
}
