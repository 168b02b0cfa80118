use std::sync::Arc;

use stead_types::{AccountId, Arn, SamlId, SamlProviderName, Timestamp};

use crate::entity::{ResourceTags, WrappedSecret};

/// A SAML provider: whoever signs assertions that roles of the account can trust.
#[derive(Clone, Debug)]
pub struct SamlProvider {
    /// The ARN, `arn:aws:iam::111122223333:saml-provider/Name`. It never changes.
    pub arn: Arn,
    /// The unique id; a provider made anew under the same name has another.
    pub uuid: SamlId,
    /// When the provider was created.
    pub created_at: Timestamp,
    /// What the provider says of itself.
    pub metadata: SamlMetadata,
    /// Whether assertions must be encrypted.
    pub encryption: AssertionEncryption,
    /// The keys that open encrypted assertions, in the order they were added.
    pub private_keys: Vec<SamlPrivateKey>,
    /// The provider's tags; their keys are told apart by case.
    pub tags: ResourceTags,
}

/// The metadata of a SAML provider: the document, and what was read in it when it was
/// accepted. Assertions are judged by what was read; the document is only shown.
#[derive(Clone, PartialEq, Eq)]
pub struct SamlMetadata {
    /// The XML document as it was sent.
    pub document: Arc<str>,
    /// The provider's entity id: the issuer of its assertions.
    pub entity_id: Box<str>,
    /// Until when the metadata holds.
    pub valid_until: Timestamp,
    /// The X.509 certificates, in DER, whose keys sign assertions.
    // INVARIANT: at least one.
    pub signing_certificates: Vec<Arc<[u8]>>,
}

/// Whether assertions must be encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssertionEncryption {
    /// They may be.
    Allowed,
    /// They must be.
    Required,
}

/// A key that opens encrypted assertions.
#[derive(Clone, Debug)]
pub struct SamlPrivateKey {
    /// The key's id.
    pub id: SamlId,
    /// When the key was added.
    pub added_at: Timestamp,
    /// The key in PEM, encrypted.
    pub key: WrappedSecret,
}

impl SamlProvider {
    /// The ARN a provider of this name has.
    #[must_use]
    pub fn arn_for(account: AccountId, name: &SamlProviderName) -> Arn {
        Arn::iam(account, &format!("saml-provider/{name}"))
    }
}

// Documents can have megabytes.
impl std::fmt::Debug for SamlMetadata {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("SamlMetadata")
            .field("document", &format_args!("{} bytes", self.document.len()))
            .field("entity_id", &self.entity_id)
            .field("valid_until", &self.valid_until)
            .field("signing_certificates", &self.signing_certificates.len())
            .finish()
    }
}
