//! Refusals in AWS's words.

use stead_api::{ApiError, ErrorCode};

/// The caller's account belongs to no organization.
///
/// Observed: cloud-custodian/cloud-custodian issue 8106.
pub(crate) fn not_in_use() -> ApiError {
    let message = "Your account is not a member of an organization.";
    ApiError::new(ErrorCode::AWSOrganizationsNotInUseException, message)
}
