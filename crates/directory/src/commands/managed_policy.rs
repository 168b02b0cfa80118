//! Customer managed policies and their versions.

use std::collections::BTreeMap;
use std::sync::Arc;

use stead_policy::{DocumentKind, PolicyText};
use stead_types::{Arn, Entropy, Path, PolicyName, Tag, Timestamp, UniqueId, UniqueIdKind};

use super::{find, tags};
use crate::entity::{Entity, EntityKey, ManagedPolicy, PolicyVersion, VersionId};
use crate::policy_document;
use crate::{DeleteConflict, DirectoryError, Draft, EntityKind, Quota, StoredPolicy};

/// A managed policy to be created.
#[derive(Clone, Debug)]
pub struct NewPolicy {
    /// The name.
    pub name: PolicyName,
    /// The path.
    pub path: Path,
    /// The document of the first version, as it was sent.
    pub text: PolicyText,
    /// The description, if there is to be one.
    pub description: Option<String>,
    /// The tags, as they were given.
    pub tags: Vec<Tag>,
}

/// Whether a new version becomes the one that is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewVersion {
    /// It does.
    Default,
    /// It is kept for later.
    Kept,
}

/// Creates a managed policy with its first version.
///
/// # Errors
/// The name is taken, the document is wrong or too large, or a tag or quota is wrong.
pub fn create(
    draft: &mut Draft,
    new: NewPolicy,
    now: Timestamp,
    entropy: &mut dyn Entropy,
) -> Result<Arc<ManagedPolicy>, DirectoryError> {
    let tags = tags::resource_tags(new.tags)?;
    admit(&new.text)?;
    let snapshot = draft.snapshot();
    if snapshot.customer_policy_by_name(new.name.as_str()).is_some() {
        return Err(DirectoryError::exists(EntityKind::Policy, new.name));
    }
    Quota::PoliciesPerAccount.admit(snapshot.customer_policy_count() + 1)?;
    let stored = StoredPolicy::new(new.text.clone(), DocumentKind::Identity);
    let first = PolicyVersion { text: new.text, created_at: now };
    let policy = Arc::new(ManagedPolicy {
        id: UniqueId::generate(UniqueIdKind::ManagedPolicy, entropy),
        arn: ManagedPolicy::arn_for(snapshot.account(), &new.path, &new.name),
        name: new.name,
        path: new.path,
        created_at: now,
        updated_at: now,
        description: new.description,
        tags,
        default_version: VersionId::FIRST,
        versions: BTreeMap::from([(VersionId::FIRST, first)]),
        next_version: VersionId::FIRST.next(),
        stored,
    });
    draft.put(Entity::ManagedPolicy(policy.clone()));
    Ok(policy)
}

/// Adds a version. Its number was never given before.
///
/// # Errors
/// The policy does not exist or is not of the account, the document is wrong or
/// too large, or there are five versions already.
pub fn create_version(
    draft: &mut Draft,
    arn: &Arn,
    text: PolicyText,
    new: NewVersion,
    now: Timestamp,
) -> Result<VersionId, DirectoryError> {
    let missing = || DirectoryError::missing(EntityKind::AttachablePolicy, arn);
    let mut policy = (*find::own_policy(draft.snapshot(), arn, missing)?).clone();
    admit(&text)?;
    Quota::VersionsPerPolicy.admit(policy.versions.len() + 1)?;
    let id = policy.next_version;
    policy.next_version = id.next();
    policy.updated_at = now;
    if new == NewVersion::Default {
        policy.default_version = id;
        policy.stored = StoredPolicy::new(text.clone(), DocumentKind::Identity);
    }
    policy.versions.insert(id, PolicyVersion { text, created_at: now });
    draft.put(Entity::ManagedPolicy(Arc::new(policy)));
    Ok(id)
}

/// Makes a version the one that is evaluated, at once for all who have the policy.
///
/// # Errors
/// The policy or the version does not exist, or the policy is not of the account.
pub fn set_default_version(
    draft: &mut Draft,
    arn: &Arn,
    id: VersionId,
) -> Result<(), DirectoryError> {
    let mut policy = (*with_version(draft, arn, id)?).clone();
    if let Some(version) = policy.versions.get(&id) {
        policy.stored = StoredPolicy::new(version.text.clone(), DocumentKind::Identity);
        policy.default_version = id;
        draft.put(Entity::ManagedPolicy(Arc::new(policy)));
    }
    Ok(())
}

/// Deletes a version that is not the default version.
///
/// # Errors
/// The policy or the version does not exist, the policy is not of the account, or
/// the version is the default version.
pub fn delete_version(draft: &mut Draft, arn: &Arn, id: VersionId) -> Result<(), DirectoryError> {
    let mut policy = (*with_version(draft, arn, id)?).clone();
    if policy.default_version == id {
        return Err(DirectoryError::DeleteConflict(DeleteConflict::DefaultVersion));
    }
    policy.versions.remove(&id);
    draft.put(Entity::ManagedPolicy(Arc::new(policy)));
    Ok(())
}

/// Deletes a policy with its default version.
///
/// # Errors
/// The policy does not exist, is not of the account, is attached or a boundary,
/// or has other versions.
pub fn delete(draft: &mut Draft, arn: &Arn) -> Result<(), DirectoryError> {
    let snapshot = draft.snapshot();
    let missing = || DirectoryError::missing(EntityKind::Policy, arn);
    let policy = find::own_policy(snapshot, arn, missing)?;
    // Choice: the order. Observed: a policy that is only a boundary counts as
    // attached too (2025-12).
    if snapshot.entities_with_policy(arn).next().is_some() {
        return Err(DirectoryError::DeleteConflict(DeleteConflict::PolicyInUse));
    }
    if policy.versions.len() > 1 {
        return Err(DirectoryError::DeleteConflict(DeleteConflict::PolicyHasVersions));
    }
    draft.delete(EntityKey::ManagedPolicy(policy.id.clone()));
    Ok(())
}

fn admit(text: &PolicyText) -> Result<(), DirectoryError> {
    policy_document::admit_managed(text)?;
    Quota::PolicySize.admit(text.counted_characters())
}

/// The policy, if it has this version. A missing policy is reported as a missing version.
fn with_version(
    draft: &Draft,
    arn: &Arn,
    id: VersionId,
) -> Result<Arc<ManagedPolicy>, DirectoryError> {
    let missing =
        || DirectoryError::missing(EntityKind::PolicyVersion, format!("{arn} version {id}"));
    let policy = find::own_policy(draft.snapshot(), arn, missing)?;
    if policy.versions.contains_key(&id) { Ok(policy) } else { Err(missing()) }
}
