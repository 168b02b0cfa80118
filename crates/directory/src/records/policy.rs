//! Records of customer managed policies.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use stead_policy::DocumentKind;
use stead_types::{AccountId, UniqueIdKind};

use crate::StoredPolicy;
use crate::entity::{Entity, ManagedPolicy, PolicyVersion, VersionId};
use crate::records::field::{TagRecord, parse, parse_id, parse_time};
use crate::snapshot::LoadReason;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PolicyRecord {
    id: String,
    name: String,
    path: String,
    created_at: String,
    updated_at: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    tags: Vec<TagRecord>,
    default_version: u32,
    next_version: u32,
    versions: Vec<VersionRecord>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct VersionRecord {
    version: u32,
    created_at: String,
    document: String,
}

impl From<&ManagedPolicy> for PolicyRecord {
    fn from(policy: &ManagedPolicy) -> Self {
        let version = |(id, version): (&VersionId, &PolicyVersion)| VersionRecord {
            version: id.number(),
            created_at: version.created_at.to_string(),
            document: version.text.as_str().to_owned(),
        };
        Self {
            id: policy.id.to_string(),
            name: policy.name.to_string(),
            path: policy.path.to_string(),
            created_at: policy.created_at.to_string(),
            updated_at: policy.updated_at.to_string(),
            description: policy.description.clone(),
            tags: TagRecord::of_resource(&policy.tags),
            default_version: policy.default_version.number(),
            next_version: policy.next_version.number(),
            versions: policy.versions.iter().map(version).collect(),
        }
    }
}

impl PolicyRecord {
    pub(super) fn entity(self, account: AccountId) -> Result<Entity, LoadReason> {
        let name = parse("name", &self.name)?;
        let path = parse("path", &self.path)?;
        let default_version = version_id("default_version", self.default_version)?;
        let next_version = version_id("next_version", self.next_version)?;
        let versions = versions(self.versions, next_version)?;
        let default =
            versions.get(&default_version).ok_or(LoadReason::Field { field: "default_version" })?;
        let stored = StoredPolicy::new(default.text.clone(), DocumentKind::Identity);
        let policy = ManagedPolicy {
            id: parse_id(&self.id, UniqueIdKind::ManagedPolicy)?,
            arn: ManagedPolicy::arn_for(account, &path, &name),
            name,
            path,
            created_at: parse_time("created_at", &self.created_at)?,
            updated_at: parse_time("updated_at", &self.updated_at)?,
            description: self.description,
            tags: TagRecord::resource(&self.tags)?,
            default_version,
            versions,
            next_version,
            stored,
        };
        Ok(Entity::ManagedPolicy(Arc::new(policy)))
    }
}

fn versions(
    records: Vec<VersionRecord>,
    next: VersionId,
) -> Result<BTreeMap<VersionId, PolicyVersion>, LoadReason> {
    let mut versions = BTreeMap::new();
    for record in records {
        let id = version_id("versions", record.version)?;
        let created_at = parse_time("versions", &record.created_at)?;
        let version = PolicyVersion { text: record.document.into(), created_at };
        if id >= next || versions.insert(id, version).is_some() {
            return Err(LoadReason::Field { field: "versions" });
        }
    }
    Ok(versions)
}

fn version_id(field: &'static str, number: u32) -> Result<VersionId, LoadReason> {
    VersionId::from_number(number).ok_or(LoadReason::Field { field })
}
