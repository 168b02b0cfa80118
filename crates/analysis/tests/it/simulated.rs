//! What is simulated is what happens: random accounts and requests are asked about, and
//! the same requests are signed, verified, authorized and carried out by the handlers.
//!
//! The question reads what would be exported of the accounts and knows nothing else.

use std::collections::BTreeMap;

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Map, Value, json};
use stead_analysis::{Details, Inquiry, InquiryPart, Simulated, Simulation};
use stead_api::iam::{
    GetRole, GetRoleRequest, GetUser, GetUserRequest, ListUsers, ListUsersRequest,
};
use stead_iam::Iam;
use stead_policy::{Decision, Effect, PolicyType};
use stead_types::AccountId;
use stead_world::{BEGINNING, Failure};

use crate::agreement::{self, Both, ISSUER, OWNER, ROUNDS, TARGET, identity, policy, seed};
use crate::numbers::Numbers;

/// What was asked, and whether it is let through.
type Asked = Vec<(Inquiry, bool)>;

fn simulation(both: &Both) -> Simulation {
    Simulation::new(both.export().case(Map::new()).world().unwrap())
}

fn inquiry(caller: &str, action: &str, resource: &str, context: &[(&str, &str)]) -> Inquiry {
    let own = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    Inquiry {
        caller: caller.to_owned(),
        action: action.to_owned(),
        resource: resource.to_owned(),
        session_policies: Vec::new(),
        resource_policy: None,
        context: context.iter().map(own).collect(),
        source_ip: Some([203, 0, 113, 7].into()),
        mfa: false,
        at: BEGINNING,
    }
}

/// A call of AssumeRole as a question: its parameters are condition keys.
fn assume_role(details: &Details) -> Inquiry {
    let mut context = Vec::new();
    let mut tell = |key: &str, value: Option<String>| {
        context.extend(value.map(|value| (key.to_owned(), value)));
    };
    tell("sts:ExternalId", details.external_id.clone());
    tell("sts:RoleSessionName", details.session_name.clone());
    tell("sts:DurationSeconds", details.duration_seconds.map(|seconds| seconds.to_string()));
    for (key, value) in &details.tags {
        tell(&format!("aws:RequestTag/{key}"), Some(value.clone()));
    }
    let caller = details.caller.as_deref().unwrap();
    Inquiry { context, ..inquiry(caller, "sts:AssumeRole", TARGET, &[]) }
}

/// A call with a token as a question: its claims are condition keys. Of one whose times
/// are not those of now there is none.
fn with_token(details: &Details) -> Option<Inquiry> {
    let payload = details.token.as_ref().unwrap().split('.').nth(1).unwrap();
    let payload = BASE64URL_NOPAD.decode(payload.as_bytes()).unwrap();
    let claims: Value = serde_json::from_slice(&payload).unwrap();
    let now = BEGINNING.epoch_seconds();
    if claims["iat"].as_i64()? > now || claims["exp"].as_i64()? < now {
        return None;
    }
    let host = ISSUER.strip_prefix("https://").unwrap();
    let claim = |name: &str| Some((format!("{host}:{name}"), claims[name].as_str()?.to_owned()));
    let mut context: Vec<(String, String)> = ["sub", "aud"].into_iter().filter_map(claim).collect();
    let told = |(key, value): (&str, String)| (key.to_owned(), value);
    context.extend(details.session_name.clone().map(|it| ("sts:RoleSessionName", it)).map(told));
    context.extend(
        details.duration_seconds.map(|it| ("sts:DurationSeconds", it.to_string())).map(told),
    );
    let provider = format!("arn:aws:iam::{OWNER}:oidc-provider/{host}");
    Some(Inquiry { context, ..inquiry(&provider, "sts:AssumeRoleWithWebIdentity", TARGET, &[]) })
}

/// Whether policies let a call of IAM through; what is not there is told to who may ask.
fn let_through<T>(answer: Result<T, Failure>) -> bool {
    match answer {
        Ok(_) => true,
        Err(failure) if failure.code == "NoSuchEntity" => true,
        Err(failure) => {
            assert_eq!(failure.code, "AccessDenied", "{failure:?}");
            false
        }
    }
}

/// Calls of IAM, which are asked of no handler.
fn of_iam(numbers: &mut Numbers) -> (Both, Asked) {
    let mut both = Both::new(numbers);
    let caller = both.caller;
    let mut own = identity(numbers);
    let action = numbers.one_of(&["iam:Get*", "iam:*", "iam:ListUsers", "iam:GetRole"]);
    let resource = numbers.one_of(&["*", "*", "arn:aws:iam::*:user/*", "arn:aws:iam::*:role/t*"]);
    let effect = numbers.one_of(&["Allow", "Allow", "Allow", "Deny"]);
    let more = json!({"Effect": effect, "Action": action, "Resource": resource});
    own["Statement"].as_array_mut().unwrap().push(more);
    let boundary = (numbers.below(4) == 0).then(|| identity(numbers));
    let credentials = both.user("ann", &own, boundary.as_ref());
    let trust = policy(&[json!({"Effect": "Allow", "Principal": {"AWS": "*"},
        "Action": "sts:AssumeRole"})]);
    both.role(caller, "target", &trust, &identity(numbers), 3_600);
    let arn = |rest: &str| format!("arn:aws:iam::{caller}:{rest}");
    let asked = |action: &str, rest: &str| inquiry(&arn("user/ann"), action, &arn(rest), &[]);
    let world = &mut both.world;
    let user = GetUserRequest { user_name: Some("ann".to_owned()) };
    let role = GetRoleRequest { role_name: "target".to_owned() };
    let users = ListUsersRequest::default();
    let user = let_through(world.call::<Iam, GetUser>(&credentials, user));
    let role = let_through(world.call::<Iam, GetRole>(&credentials, role));
    let users = let_through(world.call::<Iam, ListUsers>(&credentials, users));
    let all = vec![
        (asked("iam:GetUser", "user/ann"), user),
        (asked("iam:GetRole", "role/target"), role),
        (asked("iam:ListUsers", "user/"), users),
    ];
    (both, all)
}

#[test]
fn a_signed_call_is_answered_as_it_was_simulated() {
    let seed = seed();
    let mut counts = BTreeMap::<(String, bool), u32>::new();
    for round in 0..ROUNDS {
        let mut numbers = Numbers::new(seed.wrapping_add(round));
        let (signed, details, real) = agreement::signed(&mut numbers);
        let by_key = (signed, vec![(assume_role(&details), real.is_ok())]);
        let (bearer, details, real) = agreement::with_token(&mut numbers);
        let by_token = with_token(&details).map(|inquiry| (inquiry, real.is_ok()));
        let all = [by_key, (bearer, by_token.into_iter().collect()), of_iam(&mut numbers)];
        for (both, asked) in all {
            let simulation = simulation(&both);
            for (inquiry, real) in asked {
                let simulated = simulation.answer(&inquiry).unwrap();
                let said = format!("seed {seed}, round {round}: {inquiry:?}\n{simulated:?}");
                assert_eq!(simulated.is_allowed(), real, "{said}");
                assert!(simulated.not_in_view.is_empty(), "{said}");
                let effect = if real { Effect::Allow } else { Effect::Deny };
                assert!(simulated.statements.iter().all(|it| it.effect == effect), "{said}");
                *counts.entry((inquiry.action, real)).or_default() += 1;
            }
        }
    }
    println!("{counts:?}");
    assert!(counts.len() == 10 && counts.values().all(|count| *count > 60), "{counts:?}");
}

const GUARDED: &str = r#"{"Version": "2012-10-17", "Statement": [
  {"Sid": "Read", "Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::reports/*"},
  {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::reports/*",
   "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}},
  {"Sid": "Never", "Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::reports/secret/*"}
]}"#;

fn of_policy() -> (Simulation, String) {
    let account: AccountId = OWNER.parse().unwrap();
    let policies = [("guarded".to_owned(), GUARDED.to_owned())];
    let simulation = Simulation::of_policies(&policies, &[account].into()).unwrap();
    (simulation, Simulation::supposed_caller(account))
}

fn asked(action: &str, resource: &str, from: Option<&str>) -> Simulated {
    let (simulation, caller) = of_policy();
    let inquiry = Inquiry {
        source_ip: from.map(|text| text.parse().unwrap()),
        ..inquiry(&caller, action, resource, &[])
    };
    simulation.answer(&inquiry).unwrap()
}

#[test]
fn the_deciding_statements_and_missing_keys_are_told() {
    let read = asked("s3:GetObject", "arn:aws:s3:::reports/a", None);
    assert_eq!(read.decision, Decision::Allow);
    let [statement] = read.statements.as_slice() else { panic!("{read:?}") };
    assert_eq!((statement.index, statement.sid.as_deref()), (0, Some("Read")));
    assert_eq!(statement.policy_type, PolicyType::Identity);
    assert!(statement.span.of(GUARDED).starts_with("{\"Sid\": \"Read\""));
    let secret = asked("s3:GetObject", "arn:aws:s3:::reports/secret/a", None);
    assert_eq!(secret.decision, Decision::ExplicitDeny);
    assert_eq!(secret.statements.iter().map(|it| it.index).collect::<Vec<_>>(), [2]);
    let write = asked("s3:PutObject", "arn:aws:s3:::reports/a", None);
    assert_eq!((write.decision, write.statements.len()), (Decision::ImplicitDeny, 0));
    assert_eq!(write.missing_keys, ["aws:SourceIp"]);
    assert_eq!(write.blockers, [(PolicyType::Identity, Decision::ImplicitDeny)]);
    let write = asked("s3:PutObject", "arn:aws:s3:::reports/a", Some("203.0.113.7"));
    assert!(write.is_allowed() && write.missing_keys.is_empty(), "{write:?}");
    // Of a statement about something else no key is missing.
    assert!(read.missing_keys.is_empty());
}

#[test]
fn what_cannot_be_asked_is_refused_with_its_part() {
    let (simulation, caller) = of_policy();
    let unknown = format!("arn:aws:iam::{OWNER}:user/nobody");
    let session = format!("arn:aws:sts::{OWNER}:assumed-role/nobody/x");
    for (caller, action, resource, part) in [
        (unknown.as_str(), "s3:GetObject", "*", InquiryPart::Caller),
        (session.as_str(), "s3:GetObject", "*", InquiryPart::Caller),
        ("nobody", "s3:GetObject", "*", InquiryPart::Caller),
        (&caller, "s3:*", "*", InquiryPart::Action),
        (&caller, "GetObject", "*", InquiryPart::Action),
        (&caller, "s3:GetObject", "reports", InquiryPart::Resource),
        (&caller, "sts:AssumeRole", "*", InquiryPart::Resource),
        (&caller, "sts:AssumeRoleWithWebIdentity", TARGET, InquiryPart::Caller),
        ("ec2.amazonaws.com", "s3:GetObject", "arn:aws:s3:::a", InquiryPart::Resource),
    ] {
        let error = simulation.answer(&inquiry(caller, action, resource, &[])).unwrap_err();
        assert_eq!(error.part, part, "{caller} {action} {resource}: {error}");
    }
}

#[test]
fn the_policy_of_a_resource_is_missed_where_it_could_allow() {
    let (simulation, caller) = of_policy();
    let queue = "arn:aws:sqs:eu-central-1:444455556666:queue";
    let simulated = simulation.answer(&inquiry(&caller, "sqs:SendMessage", queue, &[])).unwrap();
    assert_eq!(simulated.decision, Decision::ImplicitDeny);
    assert_eq!(simulated.not_in_view, [format!("the policy of the resource `{queue}`")]);
    assert!(asked("s3:ListBucket", "arn:aws:s3:::reports", None).not_in_view.is_empty());
}

#[test]
fn a_role_that_is_not_in_view_is_denied_and_told() {
    let (simulation, caller) = of_policy();
    let simulated = simulation.answer(&inquiry(&caller, "STS:assumerole", TARGET, &[])).unwrap();
    assert!(!simulated.is_allowed());
    assert_eq!(simulated.not_in_view, [format!("the role `{TARGET}`")]);
}
