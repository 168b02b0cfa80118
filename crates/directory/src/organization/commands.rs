//! The rules of AWS Organizations, one file per subject: each command reads a draft, refuses
//! or records what changes, as [`crate::commands`] do for an account.

pub mod account;
pub mod delegated_administrator;
pub mod handshake;
pub mod policy;
pub mod root_access;
pub mod tags;
pub mod trusted_service;
pub mod unit;

use std::collections::{BTreeMap, BTreeSet};

use stead_types::{AccountId, OrganizationId, RootId, Timestamp};

use super::entity::{JoinedBy, MemberAccount, MemberStatus, OrganizationRoot, Parent};
use super::{Missing, Organization, OrganizationDraft, OrganizationError};
use crate::entity::ResourceTags;

/// Begins an organization with its management account as the first member.
///
/// No kind of policies takes effect: each is enabled.
#[must_use]
pub fn create(
    id: OrganizationId,
    root: RootId,
    (management, name, email): (AccountId, &str, &str),
    now: Timestamp,
) -> OrganizationDraft {
    let mut draft = OrganizationDraft::found(OrganizationRoot {
        id,
        root,
        management,
        created_at: now,
        enabled: BTreeSet::new(),
        policies: BTreeSet::new(),
        tags: ResourceTags::default(),
        trusted_services: BTreeMap::new(),
        root_features: BTreeSet::new(),
    });
    draft.put_account(MemberAccount {
        account: management,
        name: name.into(),
        email: email.into(),
        status: MemberStatus::Active,
        joined_at: now,
        // Observed: ListAccounts shows the management account so.
        joined_by: JoinedBy::Invited,
        parent: Parent::Root,
        policies: BTreeSet::new(),
        tags: ResourceTags::default(),
        administers: BTreeMap::new(),
    });
    draft
}

/// Ends the organization; units and policies go with it.
///
/// # Errors
/// There are other members.
pub fn delete(draft: &mut OrganizationDraft) -> Result<(), OrganizationError> {
    let management = draft.organization().management();
    if draft.organization().accounts().any(|account| account.account != management) {
        return Err(OrganizationError::NotEmpty);
    }
    draft.dissolve();
    Ok(())
}

/// # Errors
/// There is no such unit.
fn expect_parent(organization: &Organization, parent: &Parent) -> Result<(), OrganizationError> {
    match parent {
        Parent::Root => Ok(()),
        Parent::Unit(id) if organization.unit(id).is_some() => Ok(()),
        Parent::Unit(id) => Err(OrganizationError::Missing(Missing::Parent, id.to_string())),
    }
}

/// What is attached to something new: AWS's policies of the kinds that take effect.
///
/// Spec: Organizations User Guide, orgs_manage_policies_scps and orgs_manage_policies_rcps:
/// each root, unit and account has them from the beginning.
fn attached_at_first(organization: &Organization) -> BTreeSet<stead_types::OrganizationPolicyId> {
    let enabled = organization.root().enabled.iter();
    enabled.map(|kind| super::full_access_id(*kind).clone()).collect()
}

/// # Errors
/// A key is given twice, or there are too many.
fn tags(tags: Vec<stead_types::Tag>) -> Result<ResourceTags, OrganizationError> {
    let tags = ResourceTags::new(tags).map_err(|_| OrganizationError::DuplicateTagKeys)?;
    super::OrganizationQuota::Tags.admit(tags.len())?;
    Ok(tags)
}
