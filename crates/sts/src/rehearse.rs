use stead_api::{ApiError, Operation};
use stead_service::{Call, Handle};

/// What an operation would refuse after the policies have said yes, asked without a
/// permit and without doing anything: for explanations.
///
/// Implemented next to each handler, on what its `execute` begins with.
pub trait Rehearse<Op: Operation>: Handle<Op> {
    /// Whether the operation would be carried out.
    ///
    /// # Errors
    /// What `execute` would answer.
    fn rehearse(input: &Op::Input, call: &Call<'_>) -> Result<(), ApiError>;
}
