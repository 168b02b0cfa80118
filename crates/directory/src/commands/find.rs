//! Finding what a command is about, or saying that it is missing.

use std::sync::Arc;

use stead_types::{Arn, GroupName, InstanceProfileName, RoleName, ServerCertificateName, UserName};

use crate::entity::{
    Group, InstanceProfile, KeyOwner, ManagedPolicy, MfaDevice, OidcProvider, Role, SamlProvider,
    ServerCertificate, User,
};
use crate::{DirectoryError, EntityKind, Snapshot};

type Found<E> = Result<Arc<E>, DirectoryError>;

pub(super) fn user(snapshot: &Snapshot, name: &UserName) -> Found<User> {
    let found = snapshot.user_by_name(name.as_str()).cloned();
    found.ok_or_else(|| DirectoryError::missing(EntityKind::User, name))
}

pub(super) fn group(snapshot: &Snapshot, name: &GroupName) -> Found<Group> {
    let found = snapshot.group_by_name(name.as_str()).cloned();
    found.ok_or_else(|| DirectoryError::missing(EntityKind::Group, name))
}

pub(super) fn role(snapshot: &Snapshot, name: &RoleName) -> Found<Role> {
    let found = snapshot.role_by_name(name.as_str()).cloned();
    found.ok_or_else(|| DirectoryError::missing(EntityKind::Role, name))
}

/// A role that a command would change: none that is linked to a service.
///
/// Observed: radkawar/stackd, recorded in 2026.
pub(super) fn own_role(snapshot: &Snapshot, name: &RoleName) -> Found<Role> {
    let found = role(snapshot, name)?;
    if found.is_service_linked() {
        return Err(DirectoryError::ServiceLinkedRole { name: found.name.to_string() });
    }
    Ok(found)
}

/// A policy that a command would change: it must be the account's own.
pub(super) fn own_policy(
    snapshot: &Snapshot,
    arn: &Arn,
    missing: impl FnOnce() -> DirectoryError,
) -> Found<ManagedPolicy> {
    // Observed: for a policy of AWS this is answered before anything else, a
    // missing version included (2026-02).
    if arn.account() != Some(snapshot.account()) {
        return Err(DirectoryError::PolicyOutsideAccount { arn: arn.clone() });
    }
    snapshot.policy(arn).cloned().ok_or_else(missing)
}

pub(super) fn mfa_device(snapshot: &Snapshot, serial: &Arn) -> Found<MfaDevice> {
    let found = snapshot.mfa_device(serial).cloned();
    found.ok_or_else(|| DirectoryError::missing(EntityKind::MfaDevice, serial))
}

pub(super) fn oidc_provider(snapshot: &Snapshot, arn: &Arn) -> Found<OidcProvider> {
    let found = snapshot.oidc_provider(arn).cloned();
    found.ok_or_else(|| DirectoryError::missing(EntityKind::OidcProvider, arn))
}

pub(super) fn saml_provider(snapshot: &Snapshot, arn: &Arn) -> Found<SamlProvider> {
    let found = snapshot.saml_provider(arn).cloned();
    found.ok_or_else(|| DirectoryError::missing(EntityKind::SamlProvider, arn))
}

pub(super) fn instance_profile(
    snapshot: &Snapshot,
    name: &InstanceProfileName,
) -> Found<InstanceProfile> {
    let found = snapshot.instance_profile_by_name(name.as_str()).cloned();
    found.ok_or_else(|| DirectoryError::missing(EntityKind::InstanceProfile, name))
}

pub(super) fn server_certificate(
    snapshot: &Snapshot,
    name: &ServerCertificateName,
) -> Found<ServerCertificate> {
    let found = snapshot.server_certificate_by_name(name.as_str()).cloned();
    found.ok_or_else(|| DirectoryError::missing(EntityKind::ServerCertificate, name))
}

/// The owner of keys and devices must exist.
pub(super) fn owner(snapshot: &Snapshot, owner: &KeyOwner) -> Result<(), DirectoryError> {
    match owner {
        KeyOwner::User(id) if snapshot.user(id).is_none() => {
            Err(DirectoryError::missing(EntityKind::User, id))
        }
        KeyOwner::User(_) | KeyOwner::Root => Ok(()),
    }
}

/// A policy that is to be attached, or set as a boundary.
pub(super) fn attachable(snapshot: &Snapshot, arn: &Arn) -> Found<ManagedPolicy> {
    let found = snapshot.policy(arn).cloned();
    found.ok_or_else(|| DirectoryError::missing(EntityKind::AttachablePolicy, arn))
}
