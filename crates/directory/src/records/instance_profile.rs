//! The record of an instance profile.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use stead_types::UniqueIdKind;

use crate::entity::{Entity, InstanceProfile};
use crate::records::field::{TagRecord, parse, parse_id, parse_time};
use crate::snapshot::LoadReason;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InstanceProfileRecord {
    id: String,
    name: String,
    path: String,
    created_at: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    tags: Vec<TagRecord>,
}

impl From<&InstanceProfile> for InstanceProfileRecord {
    fn from(profile: &InstanceProfile) -> Self {
        Self {
            id: profile.id.to_string(),
            name: profile.name.to_string(),
            path: profile.path.to_string(),
            created_at: profile.created_at.to_string(),
            role: profile.role.as_ref().map(ToString::to_string),
            tags: TagRecord::of_resource(&profile.tags),
        }
    }
}

impl InstanceProfileRecord {
    pub(super) fn entity(self) -> Result<Entity, LoadReason> {
        let role = |text: &String| {
            parse_id(text, UniqueIdKind::Role).map_err(|_| LoadReason::Field { field: "role" })
        };
        let profile = InstanceProfile {
            id: parse_id(&self.id, UniqueIdKind::InstanceProfile)?,
            name: parse("name", &self.name)?,
            path: parse("path", &self.path)?,
            created_at: parse_time("created_at", &self.created_at)?,
            role: self.role.as_ref().map(role).transpose()?,
            tags: TagRecord::resource(&self.tags)?,
        };
        Ok(Entity::InstanceProfile(Arc::new(profile)))
    }
}
