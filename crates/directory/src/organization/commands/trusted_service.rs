//! Services that may act in the organization.

use stead_types::Timestamp;

use super::root_access;
use crate::organization::{Missing, OrganizationDraft, OrganizationError};

/// Trusts a service, by its principal; nothing where it is trusted.
pub fn enable(draft: &mut OrganizationDraft, principal: &str, now: Timestamp) {
    if !draft.organization().root().trusted_services.contains_key(principal) {
        draft.edit_root(|root| {
            root.trusted_services.insert(principal.into(), now);
        });
    }
}

/// Trusts a service no more.
///
/// Choice: with trust in IAM the features for root users end, and trust that is given again
/// does not bring them back.
///
/// # Errors
/// It is not trusted, or an account administers it. Spec: ConstraintViolationException,
/// DELEGATED_ADMINISTRATOR_EXISTS_FOR_THIS_SERVICE: all must be deregistered first.
pub fn disable(draft: &mut OrganizationDraft, principal: &str) -> Result<(), OrganizationError> {
    if !draft.organization().root().trusted_services.contains_key(principal) {
        let name = principal.to_owned();
        return Err(OrganizationError::Missing(Missing::TrustedService, name));
    }
    if draft.organization().accounts().any(|member| member.administers.contains_key(principal)) {
        return Err(OrganizationError::ServiceAdministered);
    }
    draft.edit_root(|root| {
        root.trusted_services.remove(principal);
        if principal == root_access::IAM {
            root.root_features.clear();
        }
    });
    Ok(())
}
