//! Records of SSH public keys, of signing certificates, and of credentials for single services.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use stead_types::{UniqueId, UniqueIdKind};

use crate::entity::{Entity, KeyStatus, ServiceCredential, SigningCertificate, SshPublicKey};
use crate::records::field::{parse, parse_id, parse_secret, parse_time, secret_text};
use crate::snapshot::LoadReason;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum StatusRecord {
    Active,
    Inactive,
}

impl From<KeyStatus> for StatusRecord {
    fn from(status: KeyStatus) -> Self {
        match status {
            KeyStatus::Active => Self::Active,
            KeyStatus::Inactive => Self::Inactive,
        }
    }
}

impl From<StatusRecord> for KeyStatus {
    fn from(status: StatusRecord) -> Self {
        match status {
            StatusRecord::Active => Self::Active,
            StatusRecord::Inactive => Self::Inactive,
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ServiceCredentialRecord {
    id: String,
    user: String,
    service: String,
    alias: String,
    status: StatusRecord,
    created_at: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    secret: String,
}

impl From<&ServiceCredential> for ServiceCredentialRecord {
    fn from(held: &ServiceCredential) -> Self {
        Self {
            id: held.id.to_string(),
            user: held.user.to_string(),
            service: held.service.to_string(),
            alias: held.alias.to_string(),
            status: held.status.into(),
            created_at: held.created_at.to_string(),
            expires_at: held.expires_at.map(|moment| moment.to_string()),
            secret: secret_text(&held.secret),
        }
    }
}

impl ServiceCredentialRecord {
    pub(super) fn entity(self) -> Result<Entity, LoadReason> {
        let expires_at = self.expires_at.as_deref().map(|text| parse_time("expires_at", text));
        let held = ServiceCredential {
            id: parse("id", &self.id)?,
            user: user(&self.user)?,
            service: parse("service", &self.service)?,
            alias: self.alias.into(),
            status: self.status.into(),
            created_at: parse_time("created_at", &self.created_at)?,
            expires_at: expires_at.transpose()?,
            secret: parse_secret("secret", &self.secret)?,
        };
        Ok(Entity::ServiceCredential(Arc::new(held)))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SshPublicKeyRecord {
    id: String,
    user: String,
    blob: String,
    status: StatusRecord,
    uploaded_at: String,
}

impl From<&SshPublicKey> for SshPublicKeyRecord {
    fn from(key: &SshPublicKey) -> Self {
        Self {
            id: key.id.to_string(),
            user: key.user.to_string(),
            blob: STANDARD.encode(&key.blob),
            status: key.status.into(),
            uploaded_at: key.uploaded_at.to_string(),
        }
    }
}

impl SshPublicKeyRecord {
    pub(super) fn entity(self) -> Result<Entity, LoadReason> {
        let blob = STANDARD.decode(&self.blob);
        let blob = blob.map_err(|_| LoadReason::Field { field: "blob" })?;
        let key = SshPublicKey {
            id: parse("id", &self.id)?,
            user: user(&self.user)?,
            blob: blob.into(),
            status: self.status.into(),
            uploaded_at: parse_time("uploaded_at", &self.uploaded_at)?,
        };
        Ok(Entity::SshPublicKey(Arc::new(key)))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SigningCertificateRecord {
    id: String,
    user: String,
    body: String,
    der: String,
    status: StatusRecord,
    uploaded_at: String,
}

impl From<&SigningCertificate> for SigningCertificateRecord {
    fn from(held: &SigningCertificate) -> Self {
        Self {
            id: held.id.to_string(),
            user: held.user.to_string(),
            body: held.body.to_string(),
            der: STANDARD.encode(&held.der),
            status: held.status.into(),
            uploaded_at: held.uploaded_at.to_string(),
        }
    }
}

impl SigningCertificateRecord {
    pub(super) fn entity(self) -> Result<Entity, LoadReason> {
        let der = STANDARD.decode(&self.der);
        let der = der.map_err(|_| LoadReason::Field { field: "der" })?;
        let held = SigningCertificate {
            id: parse("id", &self.id)?,
            user: user(&self.user)?,
            body: self.body.into(),
            der: der.into(),
            status: self.status.into(),
            uploaded_at: parse_time("uploaded_at", &self.uploaded_at)?,
        };
        Ok(Entity::SigningCertificate(Arc::new(held)))
    }
}

fn user(text: &str) -> Result<UniqueId, LoadReason> {
    parse_id(text, UniqueIdKind::User).map_err(|_| LoadReason::Field { field: "user" })
}
