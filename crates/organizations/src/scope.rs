//! Whose organization a call is about, and what the ids of a request mean in it.

use std::str::FromStr;
use std::sync::Arc;

use stead_api::ApiError;
use stead_directory::organization::commands::tags::Tagged;
use stead_directory::organization::entity::{ControlKind, Handshake, Parent, Target};
use stead_directory::organization::{Missing, Organization, OrganizationDraft};
use stead_service::{Call, Work};
use stead_types::{HandshakeId, OrganizationPolicyId, OrganizationalUnitId};

use crate::error;

/// The organization of the caller's account.
///
/// # Errors
/// There is none.
pub(crate) fn own<'a>(call: &Call<'a>) -> Result<&'a Organization, ApiError> {
    call.organization().ok_or_else(error::not_in_use)
}

/// The organization that the caller's account manages.
///
/// # Errors
/// There is none, or another account manages it.
pub(crate) fn managed<'a>(call: &Call<'a>) -> Result<&'a Organization, ApiError> {
    let organization = own(call)?;
    if organization.management() == call.account.account() {
        Ok(organization)
    } else {
        Err(error::not_management())
    }
}

/// The organization of the caller's account, for who may read it: the account that manages it
/// and those that administer a service for it.
///
/// Spec: API RegisterDelegatedAdministrator: it grants to read the organization; and the API
/// reference of each operation that reads. Access is decided before, by the policies of the
/// caller's own account.
///
/// # Errors
/// There is none, or the account is neither.
pub(crate) fn readable<'a>(call: &Call<'a>) -> Result<&'a Organization, ApiError> {
    let organization = own(call)?;
    let account = organization.account(call.account.account());
    if account.is_some_and(|member| !member.administers.is_empty()) {
        return Ok(organization);
    }
    managed(call)
}

/// The same as [`managed`], to be changed.
///
/// # Errors
/// As of [`managed`].
pub(crate) fn draft<'w>(
    call: &Call<'_>,
    work: &'w mut Work<'_>,
) -> Result<&'w mut OrganizationDraft, ApiError> {
    managed(call)?;
    work.organization.as_mut().ok_or_else(error::not_in_use)
}

/// An invitation that the caller's account has sent or was sent, with its organization.
///
/// # Errors
/// There is none: others' invitations are not told of.
pub(crate) fn handshake<'a>(
    call: &Call<'a>,
    id: &str,
) -> Result<(&'a Organization, &'a Arc<Handshake>), ApiError> {
    let account = call.account.account();
    let sent = call.organization().filter(|own| own.management() == account);
    let received = call.memberships.inviting(account).map(AsRef::as_ref);
    let id: Option<HandshakeId> = id.parse().ok();
    let found = sent.into_iter().chain(received).find_map(|organization| {
        let found = organization.handshake(id.as_ref()?)?;
        let is_theirs = organization.management() == account || found.account == account;
        is_theirs.then_some((organization, found))
    });
    found.ok_or_else(|| error::missing(Missing::Handshake))
}

/// What units and accounts can lie under, by its id.
pub(crate) fn parent(organization: &Organization, id: &str) -> Option<Parent> {
    let unit = || id.parse::<OrganizationalUnitId>().ok().map(Parent::Unit);
    let found = is_root(organization, id).then_some(Parent::Root).or_else(unit)?;
    match &found {
        Parent::Unit(unit) if organization.unit(unit).is_none() => None,
        _ => Some(found),
    }
}

/// What policies can be attached to, by its id.
pub(crate) fn target(organization: &Organization, id: &str) -> Option<Target> {
    if let Some(parent) = parent(organization, id) {
        return Some(parent.into());
    }
    let account = id.parse().ok()?;
    organization.account(account).map(|_| Target::Account(account))
}

/// What can have tags, by its id.
pub(crate) fn tagged(organization: &Organization, id: &str) -> Option<Tagged> {
    match target(organization, id) {
        Some(Target::Root) => Some(Tagged::Root),
        Some(Target::Unit(unit)) => Some(Tagged::Unit(unit)),
        Some(Target::Account(account)) => Some(Tagged::Account(account)),
        None => {
            let policy: OrganizationPolicyId = id.parse().ok()?;
            organization.policy(&policy).map(|_| Tagged::Policy(policy.clone()))
        }
    }
}

/// Whether an id is that of the organization's root.
pub(crate) fn is_root(organization: &Organization, id: &str) -> bool {
    organization.root().root.as_str() == id
}

/// An id of what must exist: one that cannot be an id names nothing.
///
/// # Errors
/// It is no id.
pub(crate) fn id<T: FromStr>(text: &str, what: Missing) -> Result<T, ApiError> {
    text.parse().map_err(|_| error::missing(what))
}

/// The kind of policies with this name in a request.
///
/// # Errors
/// It is not one of those that limit permissions.
pub(crate) fn kind(name: &str) -> Result<ControlKind, ApiError> {
    ControlKind::from_wire(name).ok_or_else(error::unavailable_kind)
}
