//! Member accounts.

use std::collections::BTreeMap;
use std::time::Duration;

use stead_types::{AccountId, CreateAccountRequestId, Entropy, RoleName, Tag, Timestamp};

use super::{attached_at_first, expect_parent, tags};
use crate::organization::entity::{
    AccountRequest, AccountRequestState, JoinedBy, MemberAccount, MemberStatus, OrganizationKey,
    Parent,
};
use crate::organization::{
    Missing, Organization, OrganizationDraft, OrganizationError, OrganizationQuota,
};

/// What an account is to be.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Its number, which no account has.
    pub account: AccountId,
    /// What the organization calls it.
    pub name: Box<str>,
    /// The address of its root user.
    pub email: Box<str>,
    /// The role in it that the management account can assume.
    pub role: RoleName,
    /// Its tags.
    pub tags: Vec<Tag>,
}

/// Notes that an account is to be created. It is created by whoever carries the request
/// out, and a member with [`complete`]: an account is an aggregate of its own, so this is the
/// first of three steps, and each can be done again.
///
/// Another account may have the address: then the request has failed at once.
///
/// # Errors
/// There would be too many accounts.
pub fn request(
    draft: &mut OrganizationDraft,
    new: NewAccount,
    entropy: &mut dyn Entropy,
    now: Timestamp,
) -> Result<CreateAccountRequestId, OrganizationError> {
    let organization = draft.organization();
    let is_open = |it: &AccountRequest| it.state == AccountRequestState::InProgress;
    let open = || organization.account_requests().filter(|request| is_open(request));
    OrganizationQuota::Accounts.admit(organization.accounts().count() + open().count() + 1)?;
    let same = |email: &str| email.eq_ignore_ascii_case(&new.email);
    // Spec: API CreateAccount, `Email`: it must not be associated with another account.
    // Observed: a request that breaks this is taken and fails later (radkawar/stackd, recorded
    // in 2026).
    let is_used = organization.accounts().any(|account| same(&account.email))
        || open().any(|request| same(&request.email));
    let state = match is_used {
        true => AccountRequestState::EmailInUse { at: now },
        false => AccountRequestState::InProgress,
    };
    forget_old(draft, now);
    let id = CreateAccountRequestId::generate(entropy);
    let NewAccount { account, name, email, role, tags: given } = new;
    draft.put_request(AccountRequest {
        id: id.clone(),
        account,
        name,
        email,
        role,
        tags: tags(given)?,
        requested_at: now,
        state,
    });
    Ok(id)
}

/// How long requests that are at their end are told of. Choice: AWS does not say.
const REQUEST_KEPT: Duration = Duration::from_hours(90 * 24);

fn forget_old(draft: &mut OrganizationDraft, now: Timestamp) {
    let is_old = |request: &AccountRequest| match request.state {
        AccountRequestState::InProgress => false,
        AccountRequestState::Succeeded { at } | AccountRequestState::EmailInUse { at } => {
            at.plus(REQUEST_KEPT) < now
        }
    };
    let requests = draft.organization().account_requests();
    let old = requests.filter(|request| is_old(request)).map(|request| request.id.clone());
    for id in old.collect::<Vec<_>>() {
        draft.delete(OrganizationKey::AccountRequest(id));
    }
}

/// Makes the account of a request a member, right under the root. Nothing for a request that
/// is at its end.
///
/// # Errors
/// There is no such request.
pub fn complete(
    draft: &mut OrganizationDraft,
    id: &CreateAccountRequestId,
    now: Timestamp,
) -> Result<(), OrganizationError> {
    let missing = || OrganizationError::Missing(Missing::AccountRequest, id.to_string());
    let request = draft.organization().account_request(id).ok_or_else(missing)?;
    let mut request = AccountRequest::clone(request);
    if request.state != AccountRequestState::InProgress {
        return Ok(());
    }
    let policies = attached_at_first(draft.organization());
    draft.put_account(MemberAccount {
        account: request.account,
        name: request.name.clone(),
        email: request.email.clone(),
        status: MemberStatus::Active,
        joined_at: now,
        joined_by: JoinedBy::Created,
        parent: Parent::Root,
        policies,
        tags: request.tags.clone(),
        administers: BTreeMap::new(),
    });
    request.state = AccountRequestState::Succeeded { at: now };
    draft.put_request(request);
    Ok(())
}

/// Moves an account from one parent to another.
///
/// # Errors
/// There is no such account or parent, it does not lie under the one it is to be moved from,
/// or lies under the other already.
pub fn move_to(
    draft: &mut OrganizationDraft,
    account: AccountId,
    from: &Parent,
    to: Parent,
) -> Result<(), OrganizationError> {
    let organization = draft.organization();
    let found = find(organization, account)?;
    if found.parent != *from {
        return Err(OrganizationError::NotUnderParent);
    }
    expect_parent(organization, &to)?;
    if found.parent == to {
        return Err(OrganizationError::DuplicateAccount(account));
    }
    let moved = MemberAccount { parent: to, ..found.clone() };
    draft.put_account(moved);
    Ok(())
}

/// Closes an account: its credentials are good for nothing any more.
///
/// # Errors
/// There is no such account, it manages the organization, or it is closed.
pub fn close(draft: &mut OrganizationDraft, account: AccountId) -> Result<(), OrganizationError> {
    let found = find_other(draft.organization(), account)?;
    if found.status == MemberStatus::Suspended {
        return Err(OrganizationError::AlreadyClosed);
    }
    let closed = MemberAccount { status: MemberStatus::Suspended, ..found.clone() };
    draft.put_account(closed);
    Ok(())
}

/// Takes an account out of the organization: no policy of it limits the account any more.
///
/// # Errors
/// There is no such account, it manages the organization, it is closed: it would be open again
/// elsewhere, or it administers a service. Spec: ConstraintViolationException,
/// CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG.
pub fn remove(draft: &mut OrganizationDraft, account: AccountId) -> Result<(), OrganizationError> {
    let found = find_other(draft.organization(), account)?;
    if found.status == MemberStatus::Suspended {
        return Err(OrganizationError::AlreadyClosed);
    }
    if !found.administers.is_empty() {
        return Err(OrganizationError::Administers);
    }
    draft.delete(OrganizationKey::Account(account));
    Ok(())
}

pub(super) fn find_other(
    organization: &Organization,
    account: AccountId,
) -> Result<&MemberAccount, OrganizationError> {
    let found = find(organization, account)?;
    if account == organization.management() {
        return Err(OrganizationError::ManagementAccount);
    }
    Ok(found)
}

pub(super) fn find(
    organization: &Organization,
    account: AccountId,
) -> Result<&MemberAccount, OrganizationError> {
    let missing = || OrganizationError::Missing(Missing::Account, account.to_string());
    organization.account(account).map(AsRef::as_ref).ok_or_else(missing)
}
