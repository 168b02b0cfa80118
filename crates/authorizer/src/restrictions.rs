//! What AWS keeps from temporary credentials of users, whatever their policies say.
//!
//! Written as policies that only deny, so that the one evaluator decides these too
//! and a trace shows them as it shows every other statement.

use std::sync::LazyLock;

use stead_policy::{CompiledPolicy, DocumentKind, PolicyRef, PolicySource};

use crate::CallerFacts;
use crate::caller::SessionKind;

/// A restriction: where it comes from, and its compiled statements.
pub(crate) struct Restriction {
    source: PolicySource,
    policy: CompiledPolicy,
}

/// Spec: API_GetSessionToken, "Permissions": no IAM operation unless MFA
/// authentication information is included in the request, no STS operation except
/// AssumeRole and GetCallerIdentity. Observed: GetWebIdentityToken too (radkawar/stackd,
/// recorded in 2026).
static SESSION_TOKEN: LazyLock<Restriction> = LazyLock::new(|| {
    restriction(
        "GetSessionToken credentials",
        r#"{"Version":"2012-10-17","Statement":[
            {"Sid":"NoIamWithoutMfa","Effect":"Deny","Action":"iam:*","Resource":"*",
             "Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}},
            {"Sid":"OnlyAssumeRoleAndIdentityTokensOfSts","Effect":"Deny","Resource":"*","Action":[
                "sts:AssumeRoleWith*","sts:AssumeRoot","sts:Decode*","sts:GetAccessKeyInfo",
                "sts:GetDelegatedAccessToken","sts:GetFederationToken","sts:GetService*",
                "sts:GetSessionToken"]}]}"#,
    )
});

/// Spec: API_GetFederationToken, "Permissions": no IAM operation, no STS operation
/// except GetCallerIdentity (which no policy can take away).
static FEDERATION_TOKEN: LazyLock<Restriction> = LazyLock::new(|| {
    restriction(
        "GetFederationToken credentials",
        r#"{"Version":"2012-10-17","Statement":[
            {"Sid":"NoIamAndNoSts","Effect":"Deny","Action":["iam:*","sts:*"],"Resource":"*"}]}"#,
    )
});

impl Restriction {
    pub(crate) fn reference(&self) -> PolicyRef<'_> {
        PolicyRef { source: &self.source, policy: &self.policy }
    }
}

fn restriction(name: &str, text: &str) -> Restriction {
    // A text that does not compile denies everything, and the tests of this module fail.
    let (policy, _) = CompiledPolicy::compile_stored(text, DocumentKind::Identity);
    Restriction { source: PolicySource::Restriction { name: name.into() }, policy }
}

/// The restriction on this caller's credentials, if they are of a restricted kind.
pub(crate) fn restriction_of(caller: &CallerFacts) -> Option<&'static Restriction> {
    match caller.session_kind()? {
        // Spec: UG:access_policies-temporary-delegation: a delegated session may create roles
        // where what was asked for says so.
        // What limits a session of AssumeRoot is the policy of its task.
        SessionKind::AssumedRole | SessionKind::Delegated | SessionKind::AssumedRoot => None,
        SessionKind::SessionToken => Some(&SESSION_TOKEN),
        SessionKind::FederatedUser => Some(&FEDERATION_TOKEN),
    }
}
