//! Tags of the root, units, accounts and policies.

use stead_types::{AccountId, OrganizationPolicyId, OrganizationalUnitId, Tag, TagKey};

use crate::entity::ResourceTags;
use crate::organization::entity::{ControlPolicy, MemberAccount, OrganizationalUnit};
use crate::organization::{
    Missing, Organization, OrganizationDraft, OrganizationError, OrganizationQuota,
};

/// What can have tags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tagged {
    /// The root.
    Root,
    /// A unit.
    Unit(OrganizationalUnitId),
    /// A member account.
    Account(AccountId),
    /// A policy of the organization's own.
    Policy(OrganizationPolicyId),
}

/// The tags of something.
///
/// # Errors
/// It does not exist.
pub fn of<'o>(
    organization: &'o Organization,
    tagged: &Tagged,
) -> Result<&'o ResourceTags, OrganizationError> {
    let (tags, name) = match tagged {
        Tagged::Root => (Some(&organization.root().tags), String::new()),
        Tagged::Unit(id) => (organization.unit(id).map(|it| &it.tags), id.to_string()),
        Tagged::Account(id) => (organization.account(*id).map(|it| &it.tags), id.to_string()),
        Tagged::Policy(id) => (organization.policy(id).map(|it| &it.tags), id.to_string()),
    };
    tags.ok_or(OrganizationError::Missing(Missing::Target, name))
}

/// Adds tags, or replaces those with their keys.
///
/// # Errors
/// There is no such thing, a key is given twice, or there are too many tags.
pub fn tag(
    draft: &mut OrganizationDraft,
    tagged: &Tagged,
    given: Vec<Tag>,
) -> Result<(), OrganizationError> {
    let mut tags = of(draft.organization(), tagged)?.clone();
    let given = ResourceTags::new(given).map_err(|_| OrganizationError::DuplicateTagKeys)?;
    for (key, value) in given.iter() {
        tags.put(Tag { key: key.clone(), value: value.clone() });
    }
    OrganizationQuota::Tags.admit(tags.len())?;
    set(draft, tagged, tags);
    Ok(())
}

/// Removes the tags with these keys; no error for one that is not there.
///
/// # Errors
/// There is no such thing.
pub fn untag(
    draft: &mut OrganizationDraft,
    tagged: &Tagged,
    keys: &[TagKey],
) -> Result<(), OrganizationError> {
    let mut tags = of(draft.organization(), tagged)?.clone();
    for key in keys {
        tags.remove(key);
    }
    set(draft, tagged, tags);
    Ok(())
}

fn set(draft: &mut OrganizationDraft, tagged: &Tagged, tags: ResourceTags) {
    let organization = draft.organization();
    match tagged {
        Tagged::Root => draft.edit_root(|root| root.tags = tags),
        Tagged::Unit(id) => {
            if let Some(unit) = organization.unit(id).cloned() {
                draft.put_unit(OrganizationalUnit { tags, ..OrganizationalUnit::clone(&unit) });
            }
        }
        Tagged::Account(id) => {
            if let Some(account) = organization.account(*id).cloned() {
                draft.put_account(MemberAccount { tags, ..MemberAccount::clone(&account) });
            }
        }
        Tagged::Policy(id) => {
            if let Some(policy) = organization.policy(id).cloned() {
                draft.put_policy(ControlPolicy { tags, ..ControlPolicy::clone(&policy) });
            }
        }
    }
}
