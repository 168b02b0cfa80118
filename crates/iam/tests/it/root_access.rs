//! Features of Organizations for root users, and what sessions of AssumeRoot do in IAM.

use stead_api::sts::{AssumeRoot, AssumeRootRequest, PolicyDescriptorType};
use stead_directory::organization::commands::trusted_service;
use stead_directory::organization::entity::{ControlKind, Target};
use stead_sts::Sts;
use stead_types::AccountId;
use stead_world::Credentials;

use crate::script::Script;

const MEMBER: &str = "444455556666";
const EVERYTHING: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
const FEATURES: [&str; 2] = ["RootCredentialsManagement", "RootSessions"];

/// An organization whose managing account has the script's actors, and whose member has a root
/// user who acts as `member`.
struct Fixture {
    script: Script,
    member: AccountId,
    alice: Credentials,
}

impl Fixture {
    fn new() -> Self {
        let mut script = Script::new();
        let (member, root) = script.world.create_account(MEMBER);
        script.world.create_organization(&[script.account, member]);
        script.actor("member", root);
        let alice = script.world.create_user(script.account, "alice", EVERYTHING);
        Self { script, member, alice }
    }

    /// One that has both features.
    fn enabled() -> Self {
        let mut fixture = Self::new();
        fixture.trust_iam();
        for operation in
            ["EnableOrganizationsRootCredentialsManagement", "EnableOrganizationsRootSessions"]
        {
            fixture.script.call("root", operation, &[]).unwrap();
        }
        fixture
    }

    fn trust_iam(&mut self) {
        let now = self.script.world.now;
        self.script.world.edit_organization(self.member, |draft, _| {
            trusted_service::enable(draft, "iam.amazonaws.com", now);
            Ok(())
        });
    }

    /// A session of the member's root user for a task, that acts as `session`.
    fn begin(&mut self, task: &str) {
        let alice = self.alice.clone();
        let request = AssumeRootRequest {
            target_principal: MEMBER.to_owned(),
            task_policy_arn: PolicyDescriptorType {
                arn: Some(format!("arn:aws:iam::aws:policy/root-task/{task}")),
            },
            duration_seconds: None,
        };
        let answer = self.script.world.call::<Sts, AssumeRoot>(&alice, request).unwrap();
        let issued = answer.credentials.unwrap();
        let session = Credentials {
            access_key_id: issued.access_key_id,
            secret: issued.secret_access_key,
            session_token: Some(issued.session_token),
        };
        self.script.actor("session", session);
    }

    fn refused(&mut self, actor: &str, operation: &str, with: &[(&str, &str)]) -> (String, String) {
        let failure = self.script.call(actor, operation, with).unwrap_err();
        (failure.code, failure.message)
    }

    /// The session is denied by its task.
    fn assert_denied(&mut self, operation: &str, with: &[(&str, &str)]) {
        let (code, message) = self.refused("session", operation, with);
        assert_eq!(code, "AccessDenied", "{operation}: {message}");
        let caller = format!("User: arn:aws:iam::{MEMBER}:root is not authorized to perform: ");
        assert!(message.starts_with(&caller), "{message}");
        let why = " with an explicit deny in an identity-based policy";
        assert!(message.ends_with(why), "{operation}: {message}");
    }
}

#[test]
fn features_are_for_who_manages_an_organization_that_trusts_iam() {
    let mut fixture = Fixture::new();
    let all = [
        "ListOrganizationsFeatures",
        "EnableOrganizationsRootSessions",
        "DisableOrganizationsRootSessions",
        "EnableOrganizationsRootCredentialsManagement",
        "DisableOrganizationsRootCredentialsManagement",
    ];
    for operation in all {
        let (code, message) = fixture.refused("root", operation, &[]);
        assert_eq!(code, "ServiceAccessNotEnabledException", "{operation}");
        let expected =
            "Trusted Access for IAM not enabled by organization of input account 111122223333.";
        assert_eq!(message, expected);
        let (code, _) = fixture.refused("member", operation, &[]);
        let expected = match operation.starts_with("Enable") {
            true => "CallerIsNotManagementAccountException",
            false => "AccountNotManagementOrDelegatedAdministratorException",
        };
        assert_eq!(code, expected, "{operation}");
    }
    let mut alone = Script::new();
    for operation in all {
        let failure = alone.call("root", operation, &[]).unwrap_err();
        assert_eq!(failure.code, "OrganizationNotFoundException", "{operation}");
    }
}

#[test]
fn features_are_enabled_and_disabled_one_by_one() {
    let mut fixture = Fixture::new();
    fixture.trust_iam();
    let id = fixture.script.world.organizations()[0].id().to_string();
    for (operation, expected) in [
        ("ListOrganizationsFeatures", &[][..]),
        ("EnableOrganizationsRootSessions", &FEATURES[1..]),
        ("EnableOrganizationsRootSessions", &FEATURES[1..]),
        ("EnableOrganizationsRootCredentialsManagement", &FEATURES[..]),
        ("ListOrganizationsFeatures", &FEATURES[..]),
        ("DisableOrganizationsRootSessions", &FEATURES[..1]),
        ("ListOrganizationsFeatures", &FEATURES[..1]),
        ("DisableOrganizationsRootCredentialsManagement", &[][..]),
        ("DisableOrganizationsRootCredentialsManagement", &[][..]),
    ] {
        let answer = fixture.script.call("root", operation, &[]).unwrap();
        assert_eq!(answer["OrganizationId"], *id, "{operation}");
        let shown = answer["EnabledFeatures"].as_array().cloned().unwrap_or_default();
        assert_eq!(shown, expected, "{operation}");
    }
}

#[test]
fn an_audit_sees_the_root_user_and_nothing_else() {
    let mut fixture = Fixture::enabled();
    fixture.script.call("member", "CreateUser", &[("UserName", "bob")]).unwrap();
    fixture.begin("IAMAuditRootUserCredentials");
    let keys = fixture.script.call("session", "ListAccessKeys", &[]).unwrap();
    let id = keys["AccessKeyMetadata"][0]["AccessKeyId"].as_str().unwrap().to_owned();
    fixture.script.call("session", "GetAccessKeyLastUsed", &[("AccessKeyId", &id)]).unwrap();
    let summary = fixture.script.call("session", "GetAccountSummary", &[]).unwrap();
    assert_eq!(summary["SummaryMap"]["AccountAccessKeysPresent"], 1);
    assert_eq!(summary["SummaryMap"]["AccountPasswordPresent"], 0);
    let user = fixture.script.call("session", "GetUser", &[]).unwrap();
    assert_eq!(user["User"]["Arn"], format!("arn:aws:iam::{MEMBER}:root"));
    for operation in ["ListMFADevices", "ListSigningCertificates"] {
        fixture.script.call("session", operation, &[]).unwrap();
    }
    let (code, message) = fixture.refused("session", "GetLoginProfile", &[]);
    let missing = format!("Login Profile for User {MEMBER} cannot be found.");
    assert_eq!((code.as_str(), message), ("NoSuchEntity", missing));
    for operation in ["ListAccessKeys", "GetUser", "GetLoginProfile", "ListMFADevices"] {
        fixture.assert_denied(operation, &[("UserName", "bob")]);
    }
    fixture.assert_denied("DeleteAccessKey", &[("AccessKeyId", &id)]);
    fixture.assert_denied("DeleteLoginProfile", &[]);
    fixture.assert_denied("ListUsers", &[]);
    fixture.assert_denied("CreateAccessKey", &[]);
}

#[test]
fn credentials_of_the_root_user_are_deleted() {
    let mut fixture = Fixture::enabled();
    fixture.begin("IAMDeleteRootUserCredentials");
    let keys = fixture.script.call("session", "ListAccessKeys", &[]).unwrap();
    let id = keys["AccessKeyMetadata"][0]["AccessKeyId"].as_str().unwrap().to_owned();
    fixture.script.call("session", "DeleteAccessKey", &[("AccessKeyId", &id)]).unwrap();
    let keys = fixture.script.call("session", "ListAccessKeys", &[]).unwrap();
    assert_eq!(keys["AccessKeyMetadata"].as_array().map_or(0, Vec::len), 0);
    assert_eq!(fixture.refused("member", "GetUser", &[]).0, "Unauthenticated");
    let certificate = [("CertificateId", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")];
    assert_eq!(
        fixture.refused("session", "DeleteSigningCertificate", &certificate).0,
        "NoSuchEntity"
    );
    assert_eq!(fixture.refused("session", "DeleteLoginProfile", &[]).0, "NoSuchEntity");
    fixture.assert_denied("CreateLoginProfile", &[]);
    fixture.assert_denied("CreateAccessKey", &[]);
    fixture.assert_denied("GetAccountSummary", &[]);
    fixture.assert_denied("DeleteUser", &[("UserName", "bob")]);
}

#[test]
fn the_root_user_is_let_have_a_password_and_not() {
    let mut fixture = Fixture::enabled();
    fixture.begin("IAMCreateRootUserPassword");
    let (code, _) = fixture.refused("session", "CreateLoginProfile", &[("Password", "Pa55word!")]);
    assert_eq!(code, "ValidationError");
    let created = fixture.script.call("session", "CreateLoginProfile", &[]).unwrap();
    assert!(created["LoginProfile"]["UserName"].is_null(), "{created}");
    let (code, message) = fixture.refused("session", "CreateLoginProfile", &[]);
    let exists = format!("Login Profile for user {MEMBER} already exists.");
    assert_eq!((code.as_str(), message), ("EntityAlreadyExists", exists));
    let shown = fixture.script.call("session", "GetLoginProfile", &[]).unwrap();
    assert_eq!(shown["LoginProfile"], created["LoginProfile"]);
    fixture.assert_denied("CreateLoginProfile", &[("UserName", "bob"), ("Password", "Pa55word!")]);
    fixture.assert_denied("DeleteLoginProfile", &[]);
    // With its own key the root user names somebody.
    for operation in ["CreateLoginProfile", "GetLoginProfile", "DeleteLoginProfile"] {
        assert_eq!(fixture.refused("member", operation, &[]).0, "ValidationError", "{operation}");
    }
    let summary = fixture.script.call("member", "GetAccountSummary", &[]).unwrap();
    assert_eq!(summary["SummaryMap"]["AccountPasswordPresent"], 1);
    fixture.begin("IAMDeleteRootUserCredentials");
    fixture.script.call("session", "DeleteLoginProfile", &[]).unwrap();
    assert_eq!(fixture.refused("session", "GetLoginProfile", &[]).0, "NoSuchEntity");
}

#[test]
fn tasks_of_other_services_do_nothing_here() {
    let mut fixture = Fixture::enabled();
    for task in ["S3UnlockBucketPolicy", "SQSUnlockQueuePolicy"] {
        fixture.begin(task);
        for operation in ["GetUser", "ListAccessKeys", "GetAccountSummary", "ListUsers"] {
            fixture.assert_denied(operation, &[]);
        }
    }
}

#[test]
fn service_control_policies_limit_the_session_and_can_tell_it() {
    let mut fixture = Fixture::enabled();
    let (member, target) = (fixture.member, Target::Account(fixture.member));
    let deny = |condition: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Deny","Action":"*","Resource":"*","Condition":{{"ArnLike":{{"aws:PrincipalArn":"arn:aws:iam::*:root"}}{condition}}}}}}}"#
        )
    };
    // What AWS's examples exempt: aws-samples/service-control-policy-examples, "Prevent root
    // credentials management in member accounts".
    let exempt = deny(r#","Null":{"aws:AssumedRoot":"true"}"#);
    fixture.script.world.limit(member, ControlKind::ServiceControl, &target, &exempt);
    fixture.begin("IAMAuditRootUserCredentials");
    fixture.script.call("session", "GetAccountSummary", &[]).unwrap();
    let (code, message) = fixture.refused("member", "GetAccountSummary", &[]);
    assert_eq!(code, "AccessDenied");
    assert!(message.contains("with an explicit deny in a service control policy"), "{message}");

    fixture.script.world.limit(member, ControlKind::ServiceControl, &target, &deny(""));
    let (code, message) = fixture.refused("session", "GetAccountSummary", &[]);
    assert_eq!(code, "AccessDenied");
    assert!(message.contains("with an explicit deny in a service control policy"), "{message}");
}
