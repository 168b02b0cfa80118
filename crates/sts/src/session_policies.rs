//! Session policies: what is passed to limit a session further.

use stead_api::sts::PolicyDescriptorType;
use stead_api::{ApiError, ErrorCode};
use stead_directory::Snapshot;
use stead_policy::{DocumentKind, parse};
use stead_session::SessionPolicies;
use stead_types::Arn;

/// Spec: API_AssumeRole, Policy: the plain text has at most 2,048 characters.
const INLINE_CHARACTERS_MAX: usize = 2_048;
/// Spec: API_AssumeRole, PolicyArns: at most 10.
const MANAGED_MAX: usize = 10;

/// Reads the policies of a request. Whether managed ones exist is asked later, by
/// [`must_exist`], since it tells something of the account.
///
/// # Errors
/// A policy that does not parse, is too long, or more than ten ARNs.
pub(crate) fn read(
    inline: Option<&str>,
    managed: &[PolicyDescriptorType],
) -> Result<SessionPolicies, ApiError> {
    if let Some(text) = inline {
        check_inline(text)?;
    }
    if managed.len() > MANAGED_MAX {
        return Err(ApiError::validation(format!(
            "1 validation error detected: Value at 'policyArns' failed to satisfy constraint: \
             Member must have length less than or equal to {MANAGED_MAX}"
        )));
    }
    let arns = managed.iter().filter_map(|descriptor| descriptor.arn.as_deref()).map(parse_arn);
    Ok(SessionPolicies::new(inline, arns.collect::<Result<_, _>>()?))
}

fn check_inline(text: &str) -> Result<(), ApiError> {
    if text.chars().count() > INLINE_CHARACTERS_MAX {
        return Err(ApiError::validation(format!(
            "1 validation error detected: Value at 'policy' failed to satisfy constraint: \
             Member must have length less than or equal to {INLINE_CHARACTERS_MAX}"
        )));
    }
    match parse(text, DocumentKind::Session).refusal() {
        Some(refusal) => {
            Err(ApiError::new(ErrorCode::MalformedPolicyDocument, refusal.wire_message()))
        }
        None => Ok(()),
    }
}

fn parse_arn(text: &str) -> Result<Arn, ApiError> {
    let arn: Arn = text.parse().map_err(|_| invalid(text))?;
    let is_policy = arn.service() == "iam" && arn.resource_of("policy").is_some();
    if is_policy { Ok(arn) } else { Err(invalid(text)) }
}

fn invalid(text: &str) -> ApiError {
    ApiError::validation(format!("{text} is invalid"))
}

/// Refuses managed session policies that do not exist in the session's account.
///
/// # Errors
/// The first that does not exist.
pub(crate) fn must_exist(policies: &SessionPolicies, account: &Snapshot) -> Result<(), ApiError> {
    let missing = policies.managed().iter().find(|arn| account.policy(arn).is_none());
    match missing {
        // Choice: AWS refuses too; no public quotation of its text was found.
        Some(arn) => Err(ApiError::validation(format!("Policy {arn} does not exist."))),
        None => Ok(()),
    }
}
