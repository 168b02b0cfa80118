use stead_api::{ApiError, ErrorCode};
use stead_authorizer::{Denied, Disclosure};
use stead_policy::{Decision, PolicySource, PolicyType};

/// What follows AWS's text in the message of a denial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reference<'a> {
    /// ` (denial d-...)`: the id under which this node keeps the denial.
    Id(&'a str),
    /// ` Encoded authorization failure message: ...`: the denial itself, sealed, so
    /// that whoever holds the keys can decode it later and elsewhere.
    ///
    /// Observed: services such as EC2 append it in these words (aws-sdk-go issue 1536).
    Sealed(&'a str),
    /// Nothing: messages are exactly AWS's.
    None,
}

/// The error a denied caller receives.
#[must_use]
pub fn refusal(denied: &Denied, reference: Reference<'_>) -> ApiError {
    let error = match restricted_iam(denied) {
        true => ApiError::new(ErrorCode::InvalidClientTokenId, INVALID_TOKEN),
        false => ApiError::access_denied(message(denied)),
    };
    match reference {
        Reference::Id(id) => error.with_hint(format!(" (denial {id})")),
        Reference::Sealed(message) => {
            error.with_hint(format!(" Encoded authorization failure message: {message}"))
        }
        Reference::None => error,
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
    // Observed: aws-actions/configure-aws-credentials issue 318: whichever action was
    // denied and by which policy, the bearer of a foreign token learns only this.
    if let Some(action) = denied.federated_action {
        return format!("Not authorized to perform {action}");
    }
    let Denied { caller_arn, action, shown, .. } = denied;
    // Choice: who is a service has no ARN; its name stands where that would.
    let caller = denied.service_name.as_deref().unwrap_or(caller_arn.as_str());
    let sentence =
        format!("User: {caller} is not authorized to perform: {action} on resource: {shown}");
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
            let which = denying_control(denied);
            format!(" with an explicit deny in {} {name}{which}", article(policy_type))
        }
        Decision::ImplicitDeny => {
            format!(" because no {name} allows the {} action", denied.action)
        }
        Decision::Allow => String::new(),
    }
}

/// Which policy of an organization has denied.
///
/// Observed: messages of SQS, KMS and STS end in it for resource control policies
/// (radkawar/stackd, recorded in 2026). Spec: AWS Security Blog, "Enhanced access denied error
/// messages with policy ARNs": so do those for service control policies.
fn denying_control(denied: &Denied) -> String {
    match &denied.denying_policy {
        Some(
            PolicySource::ServiceControl { arn, .. } | PolicySource::ResourceControl { arn, .. },
        ) => format!(": {arn}"),
        _ => String::new(),
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
