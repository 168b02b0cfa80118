//! AssumeRoot: who may, of whom, for what, and what the session is.

use stead_api::sts::{
    AssumeRoot, AssumeRootRequest, AssumeRootResponse, GetAccessKeyInfo, GetAccessKeyInfoRequest,
    GetCallerIdentity, GetCallerIdentityRequest, GetCallerIdentityResponse, GetSessionToken,
    GetSessionTokenRequest, PolicyDescriptorType,
};
use stead_directory::organization::commands::{account, root_access, trusted_service};
use stead_directory::organization::entity::{ControlKind, RootFeature, Target};
use stead_policy::Caller;
use stead_sts::Sts;
use stead_types::{AccountId, Timestamp};
use stead_world::{Credentials, Failure, World};

use crate::requests::{ACCOUNT, OTHER, STS_ALL, held, request, session, trusting_if};

const AUDIT: &str = "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials";
const DELETE: &str = "arn:aws:iam::aws:policy/root-task/IAMDeleteRootUserCredentials";
const PASSWORD: &str = "arn:aws:iam::aws:policy/root-task/IAMCreateRootUserPassword";
const BUCKET: &str = "arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy";
const OUTSIDE: &str = "999988887777";

/// An organization that `ACCOUNT` manages and `OTHER` belongs to, with both features, and an
/// account that belongs to none; alice of the managing account may do everything of STS.
struct Fixture {
    world: World,
    management: AccountId,
    member: AccountId,
    root: Credentials,
    alice: Credentials,
}

impl Fixture {
    fn new() -> Self {
        let mut world = World::new();
        let (management, root) = world.create_account(ACCOUNT);
        let (member, _) = world.create_account(OTHER);
        world.create_account(OUTSIDE);
        let alice = world.create_user(management, "alice", STS_ALL);
        world.create_organization(&[management, member]);
        let mut fixture = Self { world, management, member, root, alice };
        let now = fixture.world.now;
        fixture.world.edit_organization(management, |draft, _| {
            trusted_service::enable(draft, "iam.amazonaws.com", now);
            RootFeature::ALL.into_iter().try_for_each(|feature| root_access::enable(draft, feature))
        });
        fixture
    }

    fn call(
        &mut self,
        caller: &Credentials,
        target: &str,
        task: &str,
        seconds: Option<i32>,
    ) -> Result<AssumeRootResponse, Failure> {
        let request = AssumeRootRequest {
            target_principal: target.to_owned(),
            task_policy_arn: PolicyDescriptorType { arn: Some(task.to_owned()) },
            duration_seconds: seconds,
        };
        self.world.call::<Sts, AssumeRoot>(caller, request)
    }

    fn refused(&mut self, caller: &Credentials, target: &str, task: &str) -> (String, String) {
        let failure = self.call(caller, target, task, None).unwrap_err();
        (failure.code, failure.message)
    }

    /// Alice is refused without a reason.
    fn assert_refused(&mut self, target: &str, task: &str) {
        let alice = self.alice.clone();
        let expected = ("AccessDenied".to_owned(), sentence("user/alice", target));
        assert_eq!(self.refused(&alice, target, task), expected, "{target} {task}");
    }

    fn assumed(&mut self, target: &str, task: &str) -> AssumeRootResponse {
        let alice = self.alice.clone();
        self.call(&alice, target, task, None).unwrap()
    }
}

fn sentence(caller: &str, account: &str) -> String {
    format!(
        "User: arn:aws:iam::{ACCOUNT}:{caller} is not authorized to perform: sts:AssumeRoot on resource: arn:aws:iam::{account}:root"
    )
}

fn who(world: &mut World, caller: &Credentials) -> GetCallerIdentityResponse {
    world.call::<Sts, GetCallerIdentity>(caller, GetCallerIdentityRequest {}).unwrap()
}

fn expiry(response: &AssumeRootResponse) -> Timestamp {
    response.credentials.as_ref().unwrap().expiration
}

#[test]
fn the_managing_account_acts_as_the_root_user_of_a_member() {
    let mut fixture = Fixture::new();
    let now = fixture.world.now;
    for target in [OTHER.to_owned(), format!("arn:aws:iam::{OTHER}:root")] {
        let response = fixture.assumed(&target, AUDIT);
        assert_eq!(response.source_identity, None);
        assert_eq!(expiry(&response).seconds_since(now), 900);
        let session = held(response.credentials.unwrap());
        let caller = fixture.world.identify(&session).unwrap();
        assert_eq!(*caller.principal(), Caller::Root { account: fixture.member });
        assert_eq!(caller.root_task().unwrap().policy_arn(), AUDIT);
        let who = who(&mut fixture.world, &session);
        assert_eq!(who.arn.as_deref(), Some(&*format!("arn:aws:iam::{OTHER}:root")));
        assert_eq!((who.account.as_deref(), who.user_id.as_deref()), (Some(OTHER), Some(OTHER)));
    }
}

#[test]
fn a_session_is_as_long_as_is_asked_for() {
    let mut fixture = Fixture::new();
    let (alice, now) = (fixture.alice.clone(), fixture.world.now);
    for (asked, expected) in [(Some(0), 1), (Some(1), 1), (Some(60), 60), (Some(900), 900)] {
        let response = fixture.call(&alice, OTHER, AUDIT, asked).unwrap();
        assert_eq!(expiry(&response).seconds_since(now), expected, "{asked:?}");
    }
}

#[test]
fn the_source_identity_of_who_calls_is_kept() {
    let mut fixture = Fixture::new();
    fixture.world.create_role(fixture.management, "ops", &trusting_both(), STS_ALL);
    let alice = fixture.alice.clone();
    let mut asked = request("ops");
    asked.source_identity = Some("ann".to_owned());
    let ops = session(&mut fixture.world, &alice, asked);
    let response = fixture.call(&ops, OTHER, AUDIT, None).unwrap();
    assert_eq!(response.source_identity.as_deref(), Some("ann"));
    let caller = fixture.world.identify(&held(response.credentials.unwrap())).unwrap();
    let kept = caller.claims().unwrap().source_identity.clone();
    assert_eq!(kept.unwrap().as_str(), "ann");
}

fn trusting_both() -> String {
    trusting_if(ACCOUNT, "sts:AssumeRole sts:SetSourceIdentity", "{}")
}

#[test]
fn what_is_no_open_member_is_refused_without_a_reason() {
    let mut fixture = Fixture::new();
    for target in [ACCOUNT, OUTSIDE, "123123123123"] {
        fixture.assert_refused(target, AUDIT);
    }
    fixture.assumed(OTHER, AUDIT);
    let member = fixture.member;
    fixture.world.edit_organization(member, |draft, _| account::close(draft, member));
    fixture.assert_refused(OTHER, AUDIT);
}

#[test]
fn a_task_takes_the_feature_that_it_belongs_to() {
    let mut fixture = Fixture::new();
    let management = fixture.management;
    let disable = |fixture: &mut Fixture, feature| {
        fixture
            .world
            .edit_organization(management, |draft, _| root_access::disable(draft, feature));
    };
    disable(&mut fixture, RootFeature::Sessions);
    fixture.assumed(OTHER, AUDIT);
    fixture.assumed(OTHER, DELETE);
    fixture.assert_refused(OTHER, PASSWORD);
    fixture.assert_refused(OTHER, BUCKET);
    disable(&mut fixture, RootFeature::CredentialsManagement);
    for task in [AUDIT, DELETE, PASSWORD, BUCKET] {
        fixture.assert_refused(OTHER, task);
    }
    fixture.world.edit_organization(management, |draft, _| {
        root_access::enable(draft, RootFeature::Sessions)
    });
    for task in [AUDIT, PASSWORD, BUCKET] {
        fixture.assumed(OTHER, task);
    }
    fixture.assert_refused(OTHER, DELETE);
    fixture.world.edit_organization(management, |draft, _| {
        trusted_service::disable(draft, "iam.amazonaws.com")
    });
    fixture.assert_refused(OTHER, AUDIT);
}

#[test]
fn only_users_and_roles_of_the_managing_account_may() {
    let mut fixture = Fixture::new();
    let root = fixture.root.clone();
    let expected = ("AccessDenied".to_owned(), sentence("root", OTHER));
    assert_eq!(fixture.refused(&root, OTHER, AUDIT), expected);

    // Neither a member of another one nor the member of itself.
    for number in [OTHER, OUTSIDE] {
        let bob = fixture.world.create_user(number.parse().unwrap(), "bob", STS_ALL);
        for target in [OTHER, ACCOUNT] {
            let sentence = sentence("user/bob", target).replacen(ACCOUNT, number, 1);
            let expected = ("AccessDenied".to_owned(), sentence);
            assert_eq!(fixture.refused(&bob, target, AUDIT), expected);
        }
    }

    // Nor credentials of GetSessionToken, nor what AssumeRoot itself has given out.
    let alice = fixture.alice.clone();
    let request = GetSessionTokenRequest::default();
    let token = fixture.world.call::<Sts, GetSessionToken>(&alice, request).unwrap();
    let token = held(token.credentials.unwrap());
    assert_eq!(fixture.refused(&token, OTHER, AUDIT).0, "AccessDenied");
    let session = held(fixture.assumed(OTHER, AUDIT).credentials.unwrap());
    assert_eq!(fixture.refused(&session, OTHER, AUDIT).0, "AccessDenied");
}

#[test]
fn the_policies_of_the_caller_are_asked_about_the_task() {
    let mut fixture = Fixture::new();
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"sts:AssumeRoot","Resource":"arn:aws:iam::{OTHER}:root","Condition":{{"StringEquals":{{"sts:TaskPolicyArn":"{AUDIT}","aws:ResourceAccount":"{OTHER}"}}}}}}]}}"#
    );
    let carol = fixture.world.create_user(fixture.management, "carol", &policy);
    fixture.call(&carol, OTHER, AUDIT, None).unwrap();
    let why = " because no identity-based policy allows the sts:AssumeRoot action";
    let expected = ("AccessDenied".to_owned(), sentence("user/carol", OTHER) + why);
    assert_eq!(fixture.refused(&carol, OTHER, DELETE), expected);
    let nobody = fixture.world.create_user(fixture.management, "nobody", "");
    let expected = ("AccessDenied".to_owned(), sentence("user/nobody", OTHER) + why);
    assert_eq!(fixture.refused(&nobody, OTHER, AUDIT), expected);
    // Of an account that is none of the organization's no more is told than that.
    let expected = ("AccessDenied".to_owned(), sentence("user/nobody", OUTSIDE));
    assert_eq!(fixture.refused(&nobody, OUTSIDE, AUDIT), expected);
}

#[test]
fn a_boundary_limits_who_asks_and_a_deny_for_the_member_counts() {
    let mut fixture = Fixture::new();
    let (management, alice) = (fixture.management, fixture.alice.clone());
    let deny = r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRoot","Resource":"*"}}"#;
    let target = Target::Account(fixture.member);
    fixture.world.limit(fixture.member, ControlKind::ResourceControl, &target, deny);
    let (code, message) = fixture.refused(&alice, OTHER, AUDIT);
    assert_eq!(code, "AccessDenied");
    assert!(message.contains("with an explicit deny in a resource control policy"), "{message}");

    let mut fixture = Fixture::new();
    let only_roles = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}}"#;
    fixture.world.bound_user(management, "alice", only_roles);
    let (_, message) = fixture.refused(&alice, OTHER, AUDIT);
    assert!(message.ends_with("because no permissions boundary allows the sts:AssumeRoot action"));
}

#[test]
fn a_session_does_nothing_in_sts() {
    let mut fixture = Fixture::new();
    let session = held(fixture.assumed(OTHER, BUCKET).credentials.unwrap());
    let request = GetAccessKeyInfoRequest { access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned() };
    let failure = fixture.world.call::<Sts, GetAccessKeyInfo>(&session, request).unwrap_err();
    assert_eq!(failure.code, "AccessDenied");
    let why = "with an explicit deny in an identity-based policy";
    assert!(failure.message.ends_with(why), "{}", failure.message);
}

#[test]
fn what_is_no_target_and_no_task_is_told_before_policies_are_asked() {
    let mut fixture = Fixture::new();
    let nobody = fixture.world.create_user(fixture.management, "nobody", "");
    for target in [
        format!("arn:aws:iam::{OTHER}:user/alice"),
        format!("arn:aws:sts::{OTHER}:root"),
        format!("arn:aws-cn:iam::{OTHER}:root"),
        "arn:aws:iam:::root".to_owned(),
        "1111222233334".to_owned(),
        "not-a-principal".to_owned(),
    ] {
        let expected = "Request must contain a valid target principal";
        let (code, message) = fixture.refused(&nobody, &target, AUDIT);
        assert_eq!((code.as_str(), message.as_str()), ("ValidationError", expected), "{target}");
    }
    for task in
        ["arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::aws:policy/root-task/Other"]
    {
        let expected = "Request must contain valid AWS managed task policy ARN";
        let (code, message) = fixture.refused(&nobody, OTHER, task);
        assert_eq!((code.as_str(), message.as_str()), ("ValidationError", expected), "{task}");
    }
}
