//! Invitations of accounts that exist.

use std::collections::BTreeMap;
use std::time::Duration;

use stead_types::{AccountId, Entropy, HandshakeId, Tag, Timestamp};

use super::{attached_at_first, tags};
use crate::organization::entity::{
    Handshake, HandshakeState, JoinedBy, MemberAccount, MemberStatus, OrganizationKey, Parent,
};
use crate::organization::{Missing, OrganizationDraft, OrganizationError, OrganizationQuota};

/// For how long an invitation can be answered. Spec: Organizations User Guide,
/// orgs_reference_limits, "Expiration values for handshakes".
const OPEN_FOR: Duration = Duration::from_hours(15 * 24);

/// For how long it is told of afterwards. Spec: API ListHandshakesForAccount: 30 days.
const TOLD_FOR: Duration = Duration::from_hours(30 * 24);

/// Invites an account.
///
/// # Errors
/// It is a member, or is invited, or there would be too many accounts.
pub fn invite(
    draft: &mut OrganizationDraft,
    account: AccountId,
    notes: &str,
    given: Vec<Tag>,
    entropy: &mut dyn Entropy,
    now: Timestamp,
) -> Result<HandshakeId, OrganizationError> {
    let organization = draft.organization();
    if organization.account(account).is_some() {
        return Err(OrganizationError::AlreadyMember);
    }
    let is_open = |it: &Handshake| it.state_at(now) == HandshakeState::Open;
    if organization.handshakes().any(|it| it.account == account && is_open(it)) {
        return Err(OrganizationError::DuplicateHandshake);
    }
    let open = organization.handshakes().filter(|it| is_open(it)).count();
    OrganizationQuota::Accounts.admit(organization.accounts().count() + open + 1)?;
    let given = tags(given)?;
    forget_old(draft, now);
    let id = HandshakeId::generate(entropy);
    draft.put_handshake(Handshake {
        id: id.clone(),
        account,
        notes: notes.into(),
        tags: given,
        requested_at: now,
        expires_at: now.plus(OPEN_FOR),
        state: HandshakeState::Open,
    });
    Ok(id)
}

fn forget_old(draft: &mut OrganizationDraft, now: Timestamp) {
    let old = draft.organization().handshakes();
    let old = old.filter(|it| it.expires_at.plus(TOLD_FOR) < now).map(|it| it.id.clone());
    for id in old.collect::<Vec<_>>() {
        draft.delete(OrganizationKey::Handshake(id));
    }
}

/// Accepts an invitation: its account is a member, right under the root. That it belongs to
/// no other organization is for the caller to see to.
///
/// # Errors
/// There is no such invitation, or it is not open.
pub fn accept(
    draft: &mut OrganizationDraft,
    id: &HandshakeId,
    (name, email): (&str, &str),
    now: Timestamp,
) -> Result<(), OrganizationError> {
    let handshake = answer(draft, id, HandshakeState::Accepted, now)?;
    let policies = attached_at_first(draft.organization());
    draft.put_account(MemberAccount {
        account: handshake.account,
        name: name.into(),
        email: email.into(),
        status: MemberStatus::Active,
        joined_at: now,
        joined_by: JoinedBy::Invited,
        parent: Parent::Root,
        policies,
        tags: handshake.tags,
        administers: BTreeMap::new(),
    });
    Ok(())
}

/// Declines an invitation, for its account.
///
/// # Errors
/// As of [`accept`].
pub fn decline(
    draft: &mut OrganizationDraft,
    id: &HandshakeId,
    now: Timestamp,
) -> Result<(), OrganizationError> {
    answer(draft, id, HandshakeState::Declined, now).map(drop)
}

/// Takes an invitation back, for the organization.
///
/// # Errors
/// As of [`accept`].
pub fn cancel(
    draft: &mut OrganizationDraft,
    id: &HandshakeId,
    now: Timestamp,
) -> Result<(), OrganizationError> {
    answer(draft, id, HandshakeState::Canceled, now).map(drop)
}

/// Observed: an answer that was given is told from another one (radkawar/stackd, recorded in
/// 2026).
fn answer(
    draft: &mut OrganizationDraft,
    id: &HandshakeId,
    answer: HandshakeState,
    now: Timestamp,
) -> Result<Handshake, OrganizationError> {
    let missing = || OrganizationError::Missing(Missing::Handshake, id.to_string());
    let found = draft.organization().handshake(id).ok_or_else(missing)?;
    match found.state_at(now) {
        HandshakeState::Open => {}
        state if state == answer => return Err(OrganizationError::HandshakeInState),
        _ => return Err(OrganizationError::HandshakeClosed),
    }
    let answered = Handshake { state: answer, ..Handshake::clone(found) };
    draft.put_handshake(answered.clone());
    Ok(answered)
}
