//! Delegation requests: made by one account, taken up and answered by another.
//!
//! Spec: UG:temporary-delegation-building-integration, "State Transitions".

use std::sync::Arc;

use stead_types::{Arn, Timestamp, Uuid};

use crate::entity::{
    Approver, Delegation, DelegationRequest, DelegationState, Entity, EntityKey, TokenSender,
};
use crate::{DirectoryError, Draft, EntityKind, Quota};

/// Keeps a request that this account makes, and forgets those that are long over.
///
/// # Errors
/// The account has a request of this workflow, or too many requests.
pub fn request(
    draft: &mut Draft,
    new: DelegationRequest,
    now: Timestamp,
) -> Result<(), DirectoryError> {
    let is_over = |held: &DelegationRequest| {
        now >= held.expires_at().plus(DelegationRequest::KEPT_AFTERWARDS)
    };
    let over: Vec<Uuid> = draft
        .snapshot()
        .delegation_requests()
        .filter(|held| is_over(held))
        .map(|held| held.id.clone())
        .collect();
    over.into_iter().for_each(|id| draft.delete(EntityKey::DelegationRequest(id)));
    // Spec: API CreateDelegationRequest, `RequestorWorkflowId`: unique among the requests.
    if draft.snapshot().delegation_requests().any(|held| held.workflow_id == new.workflow_id) {
        return Err(DirectoryError::exists(EntityKind::DelegationRequest, new.workflow_id));
    }
    let count = draft.snapshot().delegation_requests().count();
    Quota::DelegationRequestsPerAccount.admit(count + 1)?;
    draft.put(Entity::DelegationRequest(Arc::new(new)));
    Ok(())
}

/// Takes a request up for this account, and forgets delegations that are long over. That no
/// other account has taken it up is for the store to say.
///
/// # Errors
/// This account has taken it up already, or too many.
pub fn associate(
    draft: &mut Draft,
    request: Arc<DelegationRequest>,
    owner: Arn,
    now: Timestamp,
) -> Result<(), DirectoryError> {
    if draft.snapshot().delegation(&request.id).is_some() {
        return Err(DirectoryError::DelegationTaken { id: request.id.clone() });
    }
    let is_over = |held: &Delegation| now >= held.expires_at().plus(Delegation::KEPT_AFTERWARDS);
    let over: Vec<Uuid> = draft
        .snapshot()
        .delegations()
        .filter(|held| is_over(held))
        .map(|held| held.id().clone())
        .collect();
    over.into_iter().for_each(|id| draft.delete(EntityKey::Delegation(id)));
    Quota::DelegationsPerAccount.admit(draft.snapshot().delegations().count() + 1)?;
    draft.put(Entity::Delegation(Arc::new(Delegation {
        request,
        owner,
        state: DelegationState::Assigned,
        since: now,
        updated_at: now,
        notes: None,
        rejection_reason: None,
        approver: None,
    })));
    Ok(())
}

/// Hands a request on to who may accept it. Notes that are not given stay as they are.
///
/// # Errors
/// There is none, or it is not waiting for an answer.
pub fn hand_on(
    draft: &mut Draft,
    id: &Uuid,
    notes: Option<String>,
    now: Timestamp,
) -> Result<(), DirectoryError> {
    let held = waiting(draft, id, now)?;
    // It waits no longer for being handed on twice.
    let is_pending = held.state == DelegationState::PendingApproval;
    let since = if is_pending { held.since } else { now };
    let notes = notes.or(held.notes.clone());
    let state = DelegationState::PendingApproval;
    put(draft, Delegation { state, since, notes, ..held }, now);
    Ok(())
}

/// Accepts a request as this identity.
///
/// # Errors
/// There is none, or it is not waiting for an answer.
pub fn accept(
    draft: &mut Draft,
    id: &Uuid,
    approver: Approver,
    now: Timestamp,
) -> Result<(), DirectoryError> {
    let held = waiting(draft, id, now)?;
    let (state, approver) = (DelegationState::Accepted, Some(approver));
    put(draft, Delegation { state, since: now, approver, ..held }, now);
    Ok(())
}

/// Rejects a request, also one that was accepted and whose token was not sent.
///
/// # Errors
/// There is none, or it was answered otherwise.
pub fn reject(
    draft: &mut Draft,
    id: &Uuid,
    reason: Option<String>,
    now: Timestamp,
) -> Result<(), DirectoryError> {
    let held = in_state(
        draft,
        id,
        &[DelegationState::Assigned, DelegationState::PendingApproval, DelegationState::Accepted],
        now,
    )?;
    let state = DelegationState::Rejected;
    // Nobody speaks for it any more.
    let approver = None;
    put(draft, Delegation { state, since: now, rejection_reason: reason, approver, ..held }, now);
    Ok(())
}

/// Lets the requestor have the access from now on.
///
/// # Errors
/// There is none, it is not accepted, or it is for its owner to do.
pub fn send_token(
    draft: &mut Draft,
    id: &Uuid,
    sender: &Arn,
    now: Timestamp,
) -> Result<(), DirectoryError> {
    let held = in_state(draft, id, &[DelegationState::Accepted], now)?;
    if held.request.sender == TokenSender::OwnerOnly && held.owner != *sender {
        return Err(DirectoryError::NotTheDelegationOwner { id: id.clone() });
    }
    put(draft, Delegation { state: DelegationState::Finalized, since: now, ..held }, now);
    Ok(())
}

/// The delegation, which waits for an answer.
///
/// # Errors
/// As of [`in_state`].
fn waiting(draft: &Draft, id: &Uuid, now: Timestamp) -> Result<Delegation, DirectoryError> {
    in_state(draft, id, &[DelegationState::Assigned, DelegationState::PendingApproval], now)
}

/// The delegation, which is in one of these states and has not expired.
fn in_state(
    draft: &Draft,
    id: &Uuid,
    states: &[DelegationState],
    now: Timestamp,
) -> Result<Delegation, DirectoryError> {
    let missing = || DirectoryError::missing(EntityKind::DelegationRequest, id);
    let held = draft.snapshot().delegation(id).ok_or_else(missing)?;
    if held.is_expired(now) {
        return Err(DirectoryError::DelegationState { id: id.clone(), state: None });
    }
    if !states.contains(&held.state) {
        let state = Some(held.state);
        return Err(DirectoryError::DelegationState { id: id.clone(), state });
    }
    Ok((**held).clone())
}

fn put(draft: &mut Draft, held: Delegation, now: Timestamp) {
    draft.put(Entity::Delegation(Arc::new(Delegation { updated_at: now, ..held })));
}
