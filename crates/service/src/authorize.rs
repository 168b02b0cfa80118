use stead_api::{ApiError, Operation};
use stead_authorizer::{Authorized, Denied, decide};
use stead_directory::PrincipalLookup;
use stead_policy::{PolicyTrace, StatementTrace};
use stead_types::UniqueId;

use crate::{Asks, Call, VerifiedCall};

/// Why an operation may not run.
#[derive(Debug)]
pub enum Refused {
    /// A question was answered with no.
    Denied(Box<Denied>),
    /// The handler asked nothing that names its own operation: a defect, refused.
    NothingAsked(ApiError),
}

/// Has every question of an operation answered, and makes the permit.
///
/// Costs one evaluation per question; a denial costs a second, traced one.
///
/// # Errors
/// The first question that is denied.
pub fn authorize<Op: Operation>(
    asks: &Asks,
    call: &VerifiedCall<'_>,
) -> Result<Authorized<Op>, Refused> {
    let caller = call.verified_caller();
    let questions = match asks {
        Asks::NoPermissionNeeded { source } => {
            return Ok(Authorized::needs_no_permission(caller, source));
        }
        Asks::Permissions(questions) => questions,
    };
    let mut permit = None;
    for ask in questions {
        let granted = decide::<Op>(caller, call.account, call.memberships, ask, call.facts)
            .map_err(|denied| Refused::Denied(with_meanings(denied, call)))?;
        if ask.action == Op::ACTION {
            permit = Some(granted);
        }
    }
    permit.ok_or_else(|| {
        Refused::NothingAsked(ApiError::internal(format!("{} asks nothing of its own", Op::NAME)))
    })
}

/// Says whom the unique ids in the trace mean, as far as the call sees their accounts.
fn with_meanings(mut denied: Box<Denied>, call: &Call<'_>) -> Box<Denied> {
    let statements = denied.trace.policies().flat_map(PolicyTrace::statements);
    let values = statements.flat_map(StatementTrace::elements).flat_map(|element| element.values);
    let ids = values.filter_map(|value| value.text.parse().ok());
    denied.meanings =
        ids.filter_map(|id: UniqueId| call.arn_of(&id).map(|arn| (id, arn))).collect();
    denied
}
