use stead_api::{ApiError, ErrorCode};
use stead_authorizer::{Denied, Disclosure};
use stead_policy::{Decision, PolicySource, PolicyType};

/// Whether error messages may carry the denial's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageStyle {
    /// AWS's text, then ` (denial d-...)`.
    WithDenialId,
    /// AWS's text and nothing else.
    Strict,
}

/// The error a denied caller receives.
#[must_use]
pub fn refusal(denied: &Denied, denial_id: &str, style: MessageStyle) -> ApiError {
    let error = match restricted_iam(denied) {
        true => ApiError::new(ErrorCode::InvalidClientTokenId, INVALID_TOKEN),
        false => ApiError::access_denied(message(denied)),
    };
    match style {
        MessageStyle::WithDenialId => error.with_hint(format!(" (denial {denial_id})")),
        MessageStyle::Strict => error,
    }
}

/// Observed: cloudyr/aws.iam issue 15 and aws/aws-sdk-js issue 460: IAM answers so,
/// and not AccessDenied, to credentials of GetSessionToken made without MFA.
const INVALID_TOKEN: &str = "The security token included in the request is invalid";

fn restricted_iam(denied: &Denied) -> bool {
    let restricted = matches!(denied.denying_policy, Some(PolicySource::Restriction { .. }));
    restricted && denied.action.starts_with("iam:")
}

/// Spec: UG:troubleshoot_access-denied, "Access denied due to ...": who, what, on
/// which resource, and within one account the one kind of policy that decided.
fn message(denied: &Denied) -> String {
    let Denied { caller_arn, action, shown, .. } = denied;
    let sentence =
        format!("User: {caller_arn} is not authorized to perform: {action} on resource: {shown}");
    match denied.disclosure() {
        Disclosure::SameAccount => sentence + &because(denied),
        Disclosure::OtherAccount => sentence,
    }
}

fn because(denied: &Denied) -> String {
    let Some(policy_type) = denied.policy_type else { return String::new() };
    let name = policy_type.name();
    match denied.decision {
        Decision::ExplicitDeny => {
            format!(" with an explicit deny in {} {name}", article(policy_type))
        }
        Decision::ImplicitDeny => {
            format!(" because no {name} allows the {} action", denied.action)
        }
        Decision::Allow => String::new(),
    }
}

/// Spec: UG:troubleshoot_access-denied: "the role trust policy", of which a role has
/// one; "an identity-based policy"; "a" for every other kind.
const fn article(policy_type: PolicyType) -> &'static str {
    match policy_type {
        PolicyType::Trust => "the",
        PolicyType::Identity => "an",
        PolicyType::ServiceControl
        | PolicyType::ResourceControl
        | PolicyType::Resource
        | PolicyType::Boundary
        | PolicyType::Session => "a",
    }
}
