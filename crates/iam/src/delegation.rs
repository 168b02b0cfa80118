//! Temporary delegation: one account asks another for access, somebody there answers, and
//! STS GetDelegatedAccessToken gives out what was accepted.
//!
//! `docs/decisions/0010-delegation.md` says where what is kept, and how the requestor gets
//! the credentials without a notification of SNS.

mod answering;
mod permission_check;
mod reading;
mod requesting;
mod summary;
mod template;
mod view;

use std::sync::Arc;

use stead_api::ApiError;
use stead_authorizer::Ask;
use stead_directory::EntityKind;
use stead_directory::entity::{Delegation, DelegationRequest};
use stead_service::Call;
use stead_types::{Arn, Uuid};

use self::reading::request_of;
pub(crate) use self::template::render as policy_of_template;
use crate::target::missing;

/// A request that the caller may know of, and what has become of it.
struct Found<'a> {
    request: &'a Arc<DelegationRequest>,
    held: Option<&'a Arc<Delegation>>,
}

impl<'a> Found<'a> {
    /// The request of this id.
    ///
    /// Spec: API GetDelegationRequest: a request without an owner account is shown to every
    /// account, one that was not taken up to the account it is for, and later to that of its
    /// owner. Choice: the account that has made it sees it too, since no notification tells
    /// it what becomes of it here.
    ///
    /// # Errors
    /// There is none, or none for this account: the two are answered alike.
    fn visible(id: &str, call: &Call<'a>) -> Result<Self, ApiError> {
        let own = call.account.account();
        let found = Self::any(id, call).filter(|found| match found.held {
            _ if found.request.requestor == own => true,
            Some(held) => held.owner.account() == Some(own),
            None => found.request.owner_account.is_none_or(|owner| owner == own),
        });
        found.ok_or_else(|| missing(EntityKind::DelegationRequest, id))
    }

    fn any(id: &str, call: &Call<'a>) -> Option<Self> {
        let id: Uuid = id.parse().ok()?;
        let held = call.snapshots().find_map(|snapshot| snapshot.delegation(&id));
        let request = call.snapshots().find_map(|snapshot| snapshot.delegation_request(&id));
        // The requestor's own may be forgotten before what has become of it.
        let request = request.or_else(|| held.map(|held| &held.request))?;
        Some(Self { request, held })
    }
}

/// The names that lead to the accounts which know of a request; none for what is no id.
fn names(id: &str) -> Vec<String> {
    let id = id.parse::<Uuid>().ok();
    let names = |id: Uuid| vec![DelegationRequest::unique_name(&id), Delegation::unique_name(&id)];
    id.map(names).unwrap_or_default()
}

/// The id as the directory has it.
///
/// # Errors
/// No request has it.
fn existing(id: &str) -> Result<Uuid, ApiError> {
    id.parse().map_err(|_| missing(EntityKind::DelegationRequest, id))
}

/// A question about a request.
///
/// Spec: Service Authorization Reference, IAM: the resource `delegation-request`, with
/// `iam:DelegationRequestOwner`. Choice: the account in the ARN is the caller's, which is the
/// owner's of every request that was taken up there; so nobody's policies speak for another
/// account. The default permission of an owner is not given: policies must allow the call.
pub(crate) fn about(action: &'static str, id: &str, call: &Call<'_>) -> Ask {
    Ask::plain(action, call.account.account(), arn(id, call).as_str())
}

/// The owner of a request that was taken up in the caller's account.
pub(crate) fn owner(id: &str, call: &Call<'_>) -> Option<String> {
    let id = id.parse::<Uuid>().ok()?;
    Some(call.account.delegation(&id)?.owner.to_string())
}

/// The same of the request that an ARN names.
pub(crate) fn owner_by_arn(arn: &str, call: &Call<'_>) -> Option<String> {
    owner(&request_of(arn).ok()??, call)
}

/// A question about what can be told in words: a request, or what else an ARN of IAM names.
///
/// # Errors
/// What is no ARN of IAM.
pub(crate) fn summary_question(
    action: &'static str,
    arn: &str,
    call: &Call<'_>,
) -> Result<Ask, ApiError> {
    Ok(match request_of(arn)? {
        Some(id) => about(action, &id, call),
        None => Ask::plain(action, call.account.account(), arn),
    })
}

fn arn(id: &str, call: &Call<'_>) -> Arn {
    Arn::iam(call.account.account(), &format!("delegation-request/{id}"))
}
