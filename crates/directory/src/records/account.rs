//! Records of what belongs to the account as a whole.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::entity::{Alias, CharacterKind, Entity, PasswordPolicy, TokenPreferences, TokenVersion};
use crate::records::field::{parse, parse_time};
use crate::snapshot::LoadReason;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AliasRecord {
    name: String,
    created_at: String,
}

impl From<&Alias> for AliasRecord {
    fn from(alias: &Alias) -> Self {
        Self { name: alias.name.to_string(), created_at: alias.created_at.to_string() }
    }
}

impl AliasRecord {
    pub(super) fn entity(self) -> Result<Entity, LoadReason> {
        let alias = Alias {
            name: parse("name", &self.name)?,
            created_at: parse_time("created_at", &self.created_at)?,
        };
        Ok(Entity::Alias(Arc::new(alias)))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PasswordPolicyRecord {
    minimum_length: u8,
    required: Vec<CharacterKindRecord>,
    users_may_change: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_age_days: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reuse_prevention: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hard_expiry: Option<bool>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum CharacterKindRecord {
    Lowercase,
    Uppercase,
    Number,
    Symbol,
}

impl From<&PasswordPolicy> for PasswordPolicyRecord {
    fn from(policy: &PasswordPolicy) -> Self {
        let kind = |kind: &CharacterKind| match kind {
            CharacterKind::Lowercase => CharacterKindRecord::Lowercase,
            CharacterKind::Uppercase => CharacterKindRecord::Uppercase,
            CharacterKind::Number => CharacterKindRecord::Number,
            CharacterKind::Symbol => CharacterKindRecord::Symbol,
        };
        Self {
            minimum_length: policy.minimum_length,
            required: policy.required.iter().map(kind).collect(),
            users_may_change: policy.users_may_change,
            max_age_days: policy.max_age_days,
            reuse_prevention: policy.reuse_prevention,
            hard_expiry: policy.hard_expiry,
        }
    }
}

impl PasswordPolicyRecord {
    pub(super) fn entity(self) -> Result<Entity, LoadReason> {
        let kind = |kind: &CharacterKindRecord| match kind {
            CharacterKindRecord::Lowercase => CharacterKind::Lowercase,
            CharacterKindRecord::Uppercase => CharacterKind::Uppercase,
            CharacterKindRecord::Number => CharacterKind::Number,
            CharacterKindRecord::Symbol => CharacterKind::Symbol,
        };
        if self.minimum_length > 128 {
            return Err(LoadReason::Field { field: "minimum_length" });
        }
        let policy = PasswordPolicy {
            minimum_length: self.minimum_length,
            required: self.required.iter().map(kind).collect(),
            users_may_change: self.users_may_change,
            max_age_days: self.max_age_days,
            reuse_prevention: self.reuse_prevention,
            hard_expiry: self.hard_expiry,
        };
        Ok(Entity::PasswordPolicy(Arc::new(policy)))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TokenPreferencesRecord {
    global_endpoint: TokenVersionRecord,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum TokenVersionRecord {
    V1,
    V2,
}

impl From<TokenPreferences> for TokenPreferencesRecord {
    fn from(preferences: TokenPreferences) -> Self {
        let global_endpoint = match preferences.global_endpoint {
            TokenVersion::V1 => TokenVersionRecord::V1,
            TokenVersion::V2 => TokenVersionRecord::V2,
        };
        Self { global_endpoint }
    }
}

impl TokenPreferencesRecord {
    pub(super) fn entity(self) -> Entity {
        let global_endpoint = match self.global_endpoint {
            TokenVersionRecord::V1 => TokenVersion::V1,
            TokenVersionRecord::V2 => TokenVersion::V2,
        };
        Entity::TokenPreferences(TokenPreferences { global_endpoint })
    }
}
