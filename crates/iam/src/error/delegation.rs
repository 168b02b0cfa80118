//! What cannot be done with a delegation request.

use stead_api::{ApiError, ErrorCode};
use stead_directory::DirectoryError;
use stead_directory::entity::DelegationState;

/// Choice: the texts, and that sending a token for somebody else is a matter of permission;
/// the model has the codes.
pub(super) fn refusal(error: &DirectoryError) -> ApiError {
    let invalid = |text| ApiError::new(ErrorCode::InvalidInput, text);
    match error {
        DirectoryError::DelegationTaken { id } => {
            invalid(format!("The delegation request {id} is associated already."))
        }
        DirectoryError::DelegationState { id, state } => {
            let state = state.map_or("EXPIRED", shown);
            invalid(format!("The delegation request {id} is in the state {state}."))
        }
        DirectoryError::NotTheDelegationOwner { id } => ApiError::access_denied(format!(
            "Only the owner of the delegation request {id} can send its token."
        )),
        other => ApiError::internal(other.to_string()),
    }
}

/// As the API names it.
const fn shown(state: DelegationState) -> &'static str {
    match state {
        DelegationState::Assigned => "ASSIGNED",
        DelegationState::PendingApproval => "PENDING_APPROVAL",
        DelegationState::Accepted => "ACCEPTED",
        DelegationState::Rejected => "REJECTED",
        DelegationState::Finalized => "FINALIZED",
    }
}
