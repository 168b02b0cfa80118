//! Records of what belongs to the account as a whole.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::entity::{Alias, Entity};
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
