//! SAML providers, of which exports have the names, and where they are described the metadata.

use std::time::Duration;

use stead_directory::entity::{AssertionEncryption, ResourceTags, SamlMetadata, SamlProvider};
use stead_federation::saml::Metadata;
use stead_types::{AccountId, Arn, SamlProviderName, Timestamp};

use super::{ids, load};
use crate::CaseError;
use crate::node::Node;

/// How long metadata holds that names no end. Choice: as of a provider that is created.
const VALIDITY_WITHOUT_END: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// The providers of an account.
#[derive(Default)]
pub(super) struct SamlProviders {
    /// All.
    pub(super) arns: Vec<Arn>,
    /// Those with their metadata.
    pub(super) described: Vec<SamlProvider>,
    /// Those that have private keys, which no export has.
    pub(super) with_keys: Vec<Arn>,
}

impl SamlProviders {
    /// Adds one, as `get-saml-provider` describes it with its ARN, or with its ARN alone.
    pub(super) fn add(&mut self, node: &Node<'_>, account: AccountId) -> Result<(), CaseError> {
        let arn = load::arn(node)?;
        if let Some(document) = node.member("SAMLMetadataDocument") {
            let provider = provider(node, &document, &arn, account)?;
            if self.described.iter().any(|other| other.arn == arn) {
                return Err(node.wrong("a SAML provider of a name that no other has"));
            }
            if !node.list("PrivateKeyList")?.is_empty() {
                self.with_keys.push(arn.clone());
            }
            self.described.push(provider);
        }
        self.arns.push(arn);
        Ok(())
    }
}

/// Spec: IAM API Reference, GetSAMLProvider.
fn provider(
    node: &Node<'_>,
    document: &Node<'_>,
    arn: &Arn,
    account: AccountId,
) -> Result<SamlProvider, CaseError> {
    let name: Option<SamlProviderName> =
        arn.resource_of("saml-provider").and_then(|name| name.parse().ok());
    if name.is_none_or(|name| SamlProvider::arn_for(account, &name) != *arn) {
        return Err(node.required("Arn")?.wrong("the ARN of a SAML provider of this account"));
    }
    let created_at = load::created_at(node);
    let given = node.member("SAMLProviderUUID").and_then(|id| id.value.as_str()?.parse().ok());
    let uuid = given.or_else(|| ids::saml_id(arn));
    Ok(SamlProvider {
        uuid: uuid.ok_or_else(|| node.wrong("a SAML provider with an id"))?,
        arn: arn.clone(),
        created_at,
        metadata: metadata(node, document, created_at)?,
        encryption: encryption(node)?,
        private_keys: Vec::new(),
        tags: ResourceTags::default(),
    })
}

/// What is asked is whether it was valid when the provider was made: one whose metadata has
/// ended since is there, and lets nobody in.
fn metadata(
    node: &Node<'_>,
    document: &Node<'_>,
    created_at: Timestamp,
) -> Result<SamlMetadata, CaseError> {
    let text = document.text()?;
    let read = Metadata::parse(text, created_at)
        .map_err(|fault| document.wrong(&format!("SAML metadata; this {fault}")))?;
    let told = match node.member("ValidUntil") {
        Some(end) => Some(load::moment(node, "ValidUntil").ok_or_else(|| end.wrong("a moment"))?),
        None => None,
    };
    let ends = [told, read.valid_until].into_iter().flatten();
    Ok(SamlMetadata {
        document: text.into(),
        entity_id: read.entity_id.into(),
        valid_until: ends.min().unwrap_or_else(|| created_at.plus(VALIDITY_WITHOUT_END)),
        signing_certificates: read.signing_certificates.into_iter().map(Into::into).collect(),
    })
}

fn encryption(node: &Node<'_>) -> Result<AssertionEncryption, CaseError> {
    let Some(mode) = node.member("AssertionEncryptionMode") else {
        return Ok(AssertionEncryption::Allowed);
    };
    match mode.text()? {
        "Allowed" => Ok(AssertionEncryption::Allowed),
        "Required" => Ok(AssertionEncryption::Required),
        _ => Err(mode.wrong("`Allowed` or `Required`")),
    }
}
