//! What policies would say: nothing here is about the call that asks, and nothing is done.
//!
//! A simulation goes the way of a call: the policies of the principal are gathered, the
//! question is put to them by `stead_authorizer::simulate`, and the evaluation is that of
//! every decision. What is left to this module is AWS's way of asking and of telling.

// Which keys policies ask for.
mod context_keys;

// The two operations, and what a request says.
mod caller;
mod entries;
mod given;
mod operations;
mod page;
mod request;
mod resource;
mod source;

// What is found.
mod evaluate;
mod held;
mod positions;
mod sources;

use stead_api::ApiError;
use stead_authorizer::Ask;
use stead_service::Call;

use self::source::SourceArn;

/// The question about the user, group or role whose policies are asked about.
///
/// # Errors
/// What is not the ARN of one.
pub(crate) fn question(
    action: &'static str,
    source: &str,
    call: &Call<'_>,
) -> Result<Ask, ApiError> {
    Ok(SourceArn::read(source)?.ask(action, call))
}
