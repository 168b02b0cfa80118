//! The record of a server certificate.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use stead_types::UniqueIdKind;

use crate::entity::{Entity, ServerCertificate};
use crate::records::field::{TagRecord, parse, parse_id, parse_secret, parse_time, secret_text};
use crate::snapshot::LoadReason;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ServerCertificateRecord {
    id: String,
    name: String,
    path: String,
    uploaded_at: String,
    expires_at: String,
    body: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    chain: Option<String>,
    private_key: String,
    tags: Vec<TagRecord>,
}

impl From<&ServerCertificate> for ServerCertificateRecord {
    fn from(held: &ServerCertificate) -> Self {
        Self {
            id: held.id.to_string(),
            name: held.name.to_string(),
            path: held.path.to_string(),
            uploaded_at: held.uploaded_at.to_string(),
            expires_at: held.expires_at.to_string(),
            body: held.body.to_string(),
            chain: held.chain.as_ref().map(ToString::to_string),
            private_key: secret_text(&held.private_key),
            tags: TagRecord::of_resource(&held.tags),
        }
    }
}

impl ServerCertificateRecord {
    pub(super) fn entity(self) -> Result<Entity, LoadReason> {
        let held = ServerCertificate {
            id: parse_id(&self.id, UniqueIdKind::Certificate)?,
            name: parse("name", &self.name)?,
            path: parse("path", &self.path)?,
            uploaded_at: parse_time("uploaded_at", &self.uploaded_at)?,
            expires_at: parse_time("expires_at", &self.expires_at)?,
            body: self.body.into(),
            chain: self.chain.map(Into::into),
            private_key: parse_secret("private_key", &self.private_key)?,
            tags: TagRecord::resource(&self.tags)?,
        };
        Ok(Entity::ServerCertificate(Arc::new(held)))
    }
}
