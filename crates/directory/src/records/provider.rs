//! Records of identity providers.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use stead_types::{AccountId, ClientId, IssuerUrl, SamlProviderName, Thumbprint};

use crate::entity::{
    AssertionEncryption, Entity, OidcProvider, SamlMetadata, SamlPrivateKey, SamlProvider,
};
use crate::records::field::{TagRecord, parse, parse_list, parse_secret, parse_time, secret_text};
use crate::snapshot::LoadReason;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OidcProviderRecord {
    issuer: String,
    created_at: String,
    client_ids: Vec<String>,
    thumbprints: Vec<String>,
    tags: Vec<TagRecord>,
}

impl From<&OidcProvider> for OidcProviderRecord {
    fn from(provider: &OidcProvider) -> Self {
        Self {
            issuer: provider.issuer.to_string(),
            created_at: provider.created_at.to_string(),
            client_ids: provider.client_ids.iter().map(ClientId::to_string).collect(),
            thumbprints: provider.thumbprints.iter().map(Thumbprint::to_string).collect(),
            tags: TagRecord::of_resource(&provider.tags),
        }
    }
}

impl OidcProviderRecord {
    pub(super) fn entity(self, account: AccountId) -> Result<Entity, LoadReason> {
        let issuer: IssuerUrl = parse("issuer", &self.issuer)?;
        let provider = OidcProvider {
            arn: OidcProvider::arn_for(account, &issuer),
            issuer,
            created_at: parse_time("created_at", &self.created_at)?,
            client_ids: parse_list("client_ids", &self.client_ids)?,
            thumbprints: parse_list("thumbprints", &self.thumbprints)?,
            tags: TagRecord::resource(&self.tags)?,
        };
        Ok(Entity::OidcProvider(Arc::new(provider)))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SamlProviderRecord {
    name: String,
    uuid: String,
    created_at: String,
    metadata: MetadataRecord,
    encryption: EncryptionRecord,
    private_keys: Vec<PrivateKeyRecord>,
    tags: Vec<TagRecord>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MetadataRecord {
    document: String,
    entity_id: String,
    valid_until: String,
    signing_certificates: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum EncryptionRecord {
    Allowed,
    Required,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PrivateKeyRecord {
    id: String,
    added_at: String,
    key: String,
}

impl From<&SamlProvider> for SamlProviderRecord {
    fn from(provider: &SamlProvider) -> Self {
        let private_key = |key: &SamlPrivateKey| PrivateKeyRecord {
            id: key.id.to_string(),
            added_at: key.added_at.to_string(),
            key: secret_text(&key.key),
        };
        Self {
            name: provider.arn.resource_of("saml-provider").unwrap_or_default().to_owned(),
            uuid: provider.uuid.to_string(),
            created_at: provider.created_at.to_string(),
            metadata: MetadataRecord::from(&provider.metadata),
            encryption: match provider.encryption {
                AssertionEncryption::Allowed => EncryptionRecord::Allowed,
                AssertionEncryption::Required => EncryptionRecord::Required,
            },
            private_keys: provider.private_keys.iter().map(private_key).collect(),
            tags: TagRecord::of_resource(&provider.tags),
        }
    }
}

impl From<&SamlMetadata> for MetadataRecord {
    fn from(metadata: &SamlMetadata) -> Self {
        let certificates = metadata.signing_certificates.iter();
        Self {
            document: metadata.document.to_string(),
            entity_id: metadata.entity_id.to_string(),
            valid_until: metadata.valid_until.to_string(),
            signing_certificates: certificates.map(|der| STANDARD.encode(der)).collect(),
        }
    }
}

impl SamlProviderRecord {
    pub(super) fn entity(self, account: AccountId) -> Result<Entity, LoadReason> {
        let name: SamlProviderName = parse("name", &self.name)?;
        let private_key = |record: &PrivateKeyRecord| {
            Ok(SamlPrivateKey {
                id: parse("private_keys", &record.id)?,
                added_at: parse_time("private_keys", &record.added_at)?,
                key: parse_secret("private_keys", &record.key)?,
            })
        };
        let provider = SamlProvider {
            arn: SamlProvider::arn_for(account, &name),
            uuid: parse("uuid", &self.uuid)?,
            created_at: parse_time("created_at", &self.created_at)?,
            metadata: self.metadata.metadata()?,
            encryption: match self.encryption {
                EncryptionRecord::Allowed => AssertionEncryption::Allowed,
                EncryptionRecord::Required => AssertionEncryption::Required,
            },
            private_keys: self.private_keys.iter().map(private_key).collect::<Result<_, _>>()?,
            tags: TagRecord::resource(&self.tags)?,
        };
        Ok(Entity::SamlProvider(Arc::new(provider)))
    }
}

impl MetadataRecord {
    fn metadata(self) -> Result<SamlMetadata, LoadReason> {
        const FIELD: &str = "signing_certificates";
        let certificate = |text: &String| -> Result<Arc<[u8]>, LoadReason> {
            let der = STANDARD.decode(text).map_err(|_| LoadReason::Field { field: FIELD })?;
            Ok(der.into())
        };
        let certificates = self.signing_certificates.iter().map(certificate);
        let signing_certificates = certificates.collect::<Result<Vec<_>, _>>()?;
        if signing_certificates.is_empty() {
            return Err(LoadReason::Field { field: FIELD });
        }
        Ok(SamlMetadata {
            document: self.document.into(),
            entity_id: self.entity_id.into(),
            valid_until: parse_time("valid_until", &self.valid_until)?,
            signing_certificates,
        })
    }
}
