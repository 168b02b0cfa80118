//! Records of the account itself, access keys, MFA devices and passwords.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use stead_types::{AccountId, Arn, UniqueIdKind};

use crate::entity::{
    AccessKey, AccountRoot, Entity, KeyStatus, LoginProfile, MfaAssignment, MfaDevice,
};
use crate::records::field::{
    TagRecord, owner_text, parse, parse_id, parse_owner, parse_secret, parse_time, secret_text,
};
use crate::snapshot::LoadReason;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountRecord {
    id: String,
    created_at: String,
    data_key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    login_profile: Option<String>,
}

impl From<&AccountRoot> for AccountRecord {
    fn from(root: &AccountRoot) -> Self {
        Self {
            id: root.id.to_string(),
            created_at: root.created_at.to_string(),
            data_key: secret_text(&root.data_key),
            login_profile: root.login_profile.map(|since| since.to_string()),
        }
    }
}

impl AccountRecord {
    pub(super) fn entity(self, account: AccountId) -> Result<Entity, LoadReason> {
        let since = self.login_profile;
        let root = AccountRoot {
            id: parse("id", &self.id)?,
            created_at: parse_time("created_at", &self.created_at)?,
            data_key: parse_secret("data_key", &self.data_key)?,
            login_profile: since
                .as_deref()
                .map(|since| parse_time("login_profile", since))
                .transpose()?,
        };
        if root.id == account {
            Ok(Entity::Account(Arc::new(root)))
        } else {
            Err(LoadReason::Misplaced)
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccessKeyRecord {
    id: String,
    owner: String,
    status: StatusRecord,
    created_at: String,
    secret: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum StatusRecord {
    Active,
    Inactive,
}

impl From<&AccessKey> for AccessKeyRecord {
    fn from(key: &AccessKey) -> Self {
        Self {
            id: key.id.to_string(),
            owner: owner_text(&key.owner),
            status: match key.status {
                KeyStatus::Active => StatusRecord::Active,
                KeyStatus::Inactive => StatusRecord::Inactive,
            },
            created_at: key.created_at.to_string(),
            secret: secret_text(&key.secret),
        }
    }
}

impl AccessKeyRecord {
    pub(super) fn entity(self) -> Result<Entity, LoadReason> {
        let key = AccessKey {
            id: parse("id", &self.id)?,
            owner: parse_owner(&self.owner)?,
            status: match self.status {
                StatusRecord::Active => KeyStatus::Active,
                StatusRecord::Inactive => KeyStatus::Inactive,
            },
            created_at: parse_time("created_at", &self.created_at)?,
            secret: parse_secret("secret", &self.secret)?,
        };
        Ok(Entity::AccessKey(Arc::new(key)))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MfaDeviceRecord {
    serial: String,
    created_at: String,
    seed: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    assigned: Option<AssignmentRecord>,
    tags: Vec<TagRecord>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AssignmentRecord {
    owner: String,
    enabled_at: String,
}

impl From<&MfaDevice> for MfaDeviceRecord {
    fn from(device: &MfaDevice) -> Self {
        Self {
            serial: device.serial.to_string(),
            created_at: device.created_at.to_string(),
            seed: secret_text(&device.seed),
            assigned: device.assigned.as_ref().map(|assigned| AssignmentRecord {
                owner: owner_text(&assigned.owner),
                enabled_at: assigned.enabled_at.to_string(),
            }),
            tags: TagRecord::of_resource(&device.tags),
        }
    }
}

impl MfaDeviceRecord {
    pub(super) fn entity(self, account: AccountId) -> Result<Entity, LoadReason> {
        let serial: Arn = parse("serial", &self.serial)?;
        if serial.account() != Some(account) || serial.resource_of("mfa").is_none() {
            return Err(LoadReason::Misplaced);
        }
        let assignment = |record: AssignmentRecord| {
            Ok(MfaAssignment {
                owner: parse_owner(&record.owner)?,
                enabled_at: parse_time("assigned", &record.enabled_at)?,
            })
        };
        let device = MfaDevice {
            serial,
            created_at: parse_time("created_at", &self.created_at)?,
            seed: parse_secret("seed", &self.seed)?,
            assigned: self.assigned.map(assignment).transpose()?,
            tags: TagRecord::resource(&self.tags)?,
        };
        Ok(Entity::MfaDevice(Arc::new(device)))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LoginProfileRecord {
    user: String,
    created_at: String,
    changed_at: String,
    reset_required: bool,
    password: String,
    previous: Vec<String>,
}

impl From<&LoginProfile> for LoginProfileRecord {
    fn from(profile: &LoginProfile) -> Self {
        Self {
            user: profile.user.to_string(),
            created_at: profile.created_at.to_string(),
            changed_at: profile.changed_at.to_string(),
            reset_required: profile.reset_required,
            password: secret_text(&profile.password),
            previous: profile.previous.iter().map(secret_text).collect(),
        }
    }
}

impl LoginProfileRecord {
    pub(super) fn entity(self) -> Result<Entity, LoadReason> {
        let previous = self.previous.iter().map(|text| parse_secret("previous", text));
        let profile = LoginProfile {
            user: parse_id(&self.user, UniqueIdKind::User)?,
            created_at: parse_time("created_at", &self.created_at)?,
            changed_at: parse_time("changed_at", &self.changed_at)?,
            reset_required: self.reset_required,
            password: parse_secret("password", &self.password)?,
            previous: previous.collect::<Result<_, _>>()?,
        };
        if profile.previous.len() > LoginProfile::PREVIOUS_MAX {
            return Err(LoadReason::Field { field: "previous" });
        }
        Ok(Entity::LoginProfile(Arc::new(profile)))
    }
}
