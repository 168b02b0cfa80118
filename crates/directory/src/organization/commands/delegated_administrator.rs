//! Accounts that administer a service for the organization.

use stead_types::{AccountId, Timestamp};

use super::account::{find, find_other};
use crate::organization::entity::{MemberAccount, MemberStatus};
use crate::organization::{OrganizationDraft, OrganizationError};

/// Makes a member an administrator of a service that is trusted.
///
/// Spec: API RegisterDelegatedAdministrator, and the reasons of ConstraintViolationException.
/// Choice: any number of accounts may administer a service; how many AWS allows is each
/// service's own to say.
///
/// # Errors
/// There is no such account, it manages the organization, is closed, or administers the
/// service already; or the service is not trusted.
pub fn register(
    draft: &mut OrganizationDraft,
    account: AccountId,
    principal: &str,
    now: Timestamp,
) -> Result<(), OrganizationError> {
    let organization = draft.organization();
    let mut member = find_other(organization, account)?.clone();
    if member.status == MemberStatus::Suspended {
        return Err(OrganizationError::AlreadyClosed);
    }
    // Also what bounds the list: it is never longer than that of trusted services.
    if !organization.root().trusted_services.contains_key(principal) {
        return Err(OrganizationError::ServiceNotTrusted);
    }
    if member.administers.contains_key(principal) {
        return Err(OrganizationError::AlreadyAdministers);
    }
    member.administers.insert(principal.into(), now);
    draft.put_account(member);
    Ok(())
}

/// Makes it one no more.
///
/// # Errors
/// There is no such account, or it does not administer the service.
pub fn deregister(
    draft: &mut OrganizationDraft,
    account: AccountId,
    principal: &str,
) -> Result<(), OrganizationError> {
    let mut member: MemberAccount = find(draft.organization(), account)?.clone();
    if member.administers.remove(principal).is_none() {
        return Err(OrganizationError::AdministersNot);
    }
    draft.put_account(member);
    Ok(())
}
