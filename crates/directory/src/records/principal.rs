//! Records of users, groups and roles.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use stead_types::{AccountId, UniqueId, UniqueIdKind};

use crate::entity::{
    AttachedPolicies, Entity, Group, InlinePolicies, MaxSessionDuration, Role, User,
};
use crate::records::field::{self, InlinePolicyRecord, TagRecord, parse, parse_id, parse_time};
use crate::snapshot::LoadReason;
use crate::trust::TrustPolicy;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UserRecord {
    id: String,
    name: String,
    path: String,
    created_at: String,
    tags: Vec<TagRecord>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    boundary: Option<String>,
    inline: Vec<InlinePolicyRecord>,
    attached: Vec<String>,
    groups: Vec<String>,
}

impl From<&User> for UserRecord {
    fn from(user: &User) -> Self {
        Self {
            id: user.id.to_string(),
            name: user.name.to_string(),
            path: user.path.to_string(),
            created_at: user.created_at.to_string(),
            tags: TagRecord::of_set(&user.tags),
            boundary: field::boundary_text(user.boundary.as_ref()),
            inline: InlinePolicyRecord::of(&user.inline),
            attached: field::attached_texts(&user.attached),
            groups: user.groups.iter().map(UniqueId::to_string).collect(),
        }
    }
}

impl UserRecord {
    pub(super) fn entity(self, account: AccountId) -> Result<Entity, LoadReason> {
        let group = |text: &String| parse("groups", text);
        let mut user = User {
            id: parse_id(&self.id, UniqueIdKind::User)?,
            name: parse("name", &self.name)?,
            path: parse("path", &self.path)?,
            created_at: parse_time("created_at", &self.created_at)?,
            tags: TagRecord::set(&self.tags)?,
            boundary: field::parse_boundary(self.boundary.as_ref())?,
            inline: InlinePolicies::default(),
            attached: AttachedPolicies::default(),
            groups: self.groups.iter().map(group).collect::<Result<BTreeSet<_>, _>>()?,
        };
        let arn = user.arn(account);
        let inline = InlinePolicyRecord::policies(self.inline, &arn)?;
        user.inline = inline;
        user.attached = field::parse_attached(&self.attached, &arn)?;
        Ok(Entity::User(Arc::new(user)))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GroupRecord {
    id: String,
    name: String,
    path: String,
    created_at: String,
    inline: Vec<InlinePolicyRecord>,
    attached: Vec<String>,
}

impl From<&Group> for GroupRecord {
    fn from(group: &Group) -> Self {
        Self {
            id: group.id.to_string(),
            name: group.name.to_string(),
            path: group.path.to_string(),
            created_at: group.created_at.to_string(),
            inline: InlinePolicyRecord::of(&group.inline),
            attached: field::attached_texts(&group.attached),
        }
    }
}

impl GroupRecord {
    pub(super) fn entity(self, account: AccountId) -> Result<Entity, LoadReason> {
        let mut group = Group {
            id: parse_id(&self.id, UniqueIdKind::Group)?,
            name: parse("name", &self.name)?,
            path: parse("path", &self.path)?,
            created_at: parse_time("created_at", &self.created_at)?,
            inline: InlinePolicies::default(),
            attached: AttachedPolicies::default(),
        };
        let arn = group.arn(account);
        let inline = InlinePolicyRecord::policies(self.inline, &arn)?;
        group.inline = inline;
        group.attached = field::parse_attached(&self.attached, &arn)?;
        Ok(Entity::Group(Arc::new(group)))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RoleRecord {
    id: String,
    name: String,
    path: String,
    created_at: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    trust: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    trust_foreign_accounts: Vec<String>,
    max_session_duration_seconds: u32,
    tags: Vec<TagRecord>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    boundary: Option<String>,
    inline: Vec<InlinePolicyRecord>,
    attached: Vec<String>,
}

impl From<&Role> for RoleRecord {
    fn from(role: &Role) -> Self {
        Self {
            id: role.id.to_string(),
            name: role.name.to_string(),
            path: role.path.to_string(),
            created_at: role.created_at.to_string(),
            description: role.description.clone(),
            trust: role.trust.stored().as_str().to_owned(),
            trust_foreign_accounts: role
                .trust
                .foreign_accounts()
                .map(|id| id.to_string())
                .collect(),
            max_session_duration_seconds: role.max_session_duration.seconds(),
            tags: TagRecord::of_set(&role.tags),
            boundary: field::boundary_text(role.boundary.as_ref()),
            inline: InlinePolicyRecord::of(&role.inline),
            attached: field::attached_texts(&role.attached),
        }
    }
}

impl RoleRecord {
    pub(super) fn entity(self, account: AccountId) -> Result<Entity, LoadReason> {
        let name = parse("name", &self.name)?;
        let path = parse("path", &self.path)?;
        let arn = Role::arn_for(account, &path, &name);
        let account_of = |text: &String| parse("trust_foreign_accounts", text);
        let accounts = self.trust_foreign_accounts.iter().map(account_of);
        let accounts = accounts.collect::<Result<BTreeSet<_>, _>>()?;
        let trust = TrustPolicy::from_stored(self.trust.into(), accounts, &arn);
        let inline = InlinePolicyRecord::policies(self.inline, &arn)?;
        let role = Role {
            id: parse_id(&self.id, UniqueIdKind::Role)?,
            created_at: parse_time("created_at", &self.created_at)?,
            description: self.description,
            trust,
            max_session_duration: MaxSessionDuration::from_seconds(
                self.max_session_duration_seconds,
            )
            .ok_or(LoadReason::Field { field: "max_session_duration_seconds" })?,
            tags: TagRecord::set(&self.tags)?,
            boundary: field::parse_boundary(self.boundary.as_ref())?,
            inline,
            attached: field::parse_attached(&self.attached, &arn)?,
            name,
            path,
        };
        Ok(Entity::Role(Arc::new(role)))
    }
}
