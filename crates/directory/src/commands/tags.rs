//! Tags of users, roles, managed policies, MFA devices, identity providers, instance
//! profiles and server certificates.

use std::sync::Arc;

use stead_types::{
    Arn, InstanceProfileName, RoleName, ServerCertificateName, Tag, TagKey, TagSet, UserName,
};

use super::find;
use crate::entity::{Entity, ResourceTags};
use crate::{DirectoryError, Draft, EntityKind, Quota};

/// What can have tags.
#[derive(Clone, Copy, Debug)]
pub enum Taggable<'a> {
    /// A user, by name.
    User(&'a UserName),
    /// A role, by name.
    Role(&'a RoleName),
    /// A customer managed policy, by ARN.
    Policy(&'a Arn),
    /// An MFA device, by serial number.
    MfaDevice(&'a Arn),
    /// An OpenID Connect provider, by ARN.
    OidcProvider(&'a Arn),
    /// A SAML provider, by ARN.
    SamlProvider(&'a Arn),
    /// An instance profile, by name.
    InstanceProfile(&'a InstanceProfileName),
    /// A server certificate, by name.
    ServerCertificate(&'a ServerCertificateName),
}

/// Adds tags, or replaces those with their keys.
///
/// # Errors
/// The resource does not exist, a key is given twice, or there are too many tags.
pub fn tag(
    draft: &mut Draft,
    resource: Taggable<'_>,
    tags: Vec<Tag>,
) -> Result<(), DirectoryError> {
    edit(
        draft,
        resource,
        |set| {
            for tag in principal_tags(tags.clone())?.iter() {
                set.put(tag.clone());
            }
            Quota::TagsPerResource.admit(set.len())
        },
        |set| {
            for (key, value) in resource_tags(tags.clone())?.iter() {
                set.put(Tag { key: key.clone(), value: value.clone() });
            }
            Quota::TagsPerResource.admit(set.len())
        },
    )
}

/// Removes the tags with these keys; no error for a key that is not there.
///
/// # Errors
/// The resource does not exist.
pub fn untag(
    draft: &mut Draft,
    resource: Taggable<'_>,
    keys: &[TagKey],
) -> Result<(), DirectoryError> {
    edit(
        draft,
        resource,
        |set| {
            keys.iter().for_each(|key| set.remove(key.as_str()));
            Ok(())
        },
        |set| {
            keys.iter().for_each(|key| set.remove(key));
            Ok(())
        },
    )
}

/// The tags of a new user or role.
pub(super) fn principal_tags(tags: Vec<Tag>) -> Result<TagSet, DirectoryError> {
    let set = TagSet::new(tags).map_err(|_| DirectoryError::DuplicateTagKeys)?;
    Quota::TagsPerResource.admit(set.len())?;
    Ok(set)
}

/// The tags of a new managed policy, MFA device, identity provider, instance profile or
/// server certificate.
pub(super) fn resource_tags(tags: Vec<Tag>) -> Result<ResourceTags, DirectoryError> {
    let set = ResourceTags::new(tags).map_err(|_| DirectoryError::DuplicateTagKeys)?;
    Quota::TagsPerResource.admit(set.len())?;
    Ok(set)
}

/// Changes the tags of a resource, in the way that its kind of tags needs.
fn edit(
    draft: &mut Draft,
    resource: Taggable<'_>,
    of_principal: impl FnOnce(&mut TagSet) -> Result<(), DirectoryError>,
    of_resource: impl FnOnce(&mut ResourceTags) -> Result<(), DirectoryError>,
) -> Result<(), DirectoryError> {
    let snapshot = draft.snapshot();
    let entity = match resource {
        Taggable::User(name) => {
            let mut user = (*find::user(snapshot, name)?).clone();
            of_principal(&mut user.tags)?;
            Entity::User(Arc::new(user))
        }
        Taggable::Role(name) => {
            let mut role = (*find::role(snapshot, name)?).clone();
            of_principal(&mut role.tags)?;
            Entity::Role(Arc::new(role))
        }
        Taggable::Policy(arn) => {
            let missing = || DirectoryError::missing(EntityKind::Policy, arn);
            let mut policy = (*find::own_policy(snapshot, arn, missing)?).clone();
            of_resource(&mut policy.tags)?;
            Entity::ManagedPolicy(Arc::new(policy))
        }
        Taggable::MfaDevice(serial) => {
            let mut device = (*find::mfa_device(snapshot, serial)?).clone();
            of_resource(&mut device.tags)?;
            Entity::MfaDevice(Arc::new(device))
        }
        Taggable::OidcProvider(arn) => {
            let mut provider = (*find::oidc_provider(snapshot, arn)?).clone();
            of_resource(&mut provider.tags)?;
            Entity::OidcProvider(Arc::new(provider))
        }
        Taggable::SamlProvider(arn) => {
            let mut provider = (*find::saml_provider(snapshot, arn)?).clone();
            of_resource(&mut provider.tags)?;
            Entity::SamlProvider(Arc::new(provider))
        }
        Taggable::InstanceProfile(name) => {
            let mut profile = (*find::instance_profile(snapshot, name)?).clone();
            of_resource(&mut profile.tags)?;
            Entity::InstanceProfile(Arc::new(profile))
        }
        Taggable::ServerCertificate(name) => {
            let mut held = (*find::server_certificate(snapshot, name)?).clone();
            of_resource(&mut held.tags)?;
            Entity::ServerCertificate(Arc::new(held))
        }
    };
    draft.put(entity);
    Ok(())
}
