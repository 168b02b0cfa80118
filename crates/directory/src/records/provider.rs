//! Records of identity providers.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use stead_types::{AccountId, ClientId, IssuerUrl, Thumbprint};

use crate::entity::{Entity, OidcProvider};
use crate::policy_document::Damage;
use crate::records::field::{TagRecord, parse, parse_list, parse_time};
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
    pub(super) fn entity(self, account: AccountId) -> Result<(Entity, Damage), LoadReason> {
        let issuer: IssuerUrl = parse("issuer", &self.issuer)?;
        let provider = OidcProvider {
            arn: OidcProvider::arn_for(account, &issuer),
            issuer,
            created_at: parse_time("created_at", &self.created_at)?,
            client_ids: parse_list("client_ids", &self.client_ids)?,
            thumbprints: parse_list("thumbprints", &self.thumbprints)?,
            tags: TagRecord::resource(&self.tags)?,
        };
        Ok((Entity::OidcProvider(Arc::new(provider)), Damage::None))
    }
}
