//! What requests bring: metadata, settings, private keys.

use std::time::Duration;

use stead_api::iam::AssertionEncryptionModeType;
use stead_api::{ApiError, ErrorCode};
use stead_directory::EntityKind;
use stead_directory::commands::saml_provider::NewPrivateKey;
use stead_directory::entity::{AssertionEncryption, SamlMetadata, WrappedSecret};
use stead_federation::saml::{Metadata, check_private_key};
use stead_service::Call;
use stead_session::vault::SecretName;
use stead_types::{Arn, Entropy, SamlId, Secret, Timestamp};

use crate::target::missing;

/// How long metadata holds that names no end.
///
/// Choice: a hundred years, so that `ValidUntil` is always there, as it is on AWS
/// (recorded for metadata without an end, 2026-02; when it lies is not recorded).
const VALIDITY_WITHOUT_END: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// Reads a metadata document.
///
/// Spec: UG:troubleshoot_saml, "Could not parse metadata". Why is told to the
/// operator.
pub(super) fn metadata(document: &str, now: Timestamp) -> Result<SamlMetadata, ApiError> {
    let refusal = |fault: stead_federation::saml::MetadataFault| {
        ApiError::new(ErrorCode::InvalidInput, "Could not parse metadata")
            .with_context(format!("the metadata {fault}"))
    };
    let metadata = Metadata::parse(document, now).map_err(refusal)?;
    Ok(SamlMetadata {
        document: document.into(),
        entity_id: metadata.entity_id.into(),
        valid_until: metadata.valid_until.unwrap_or_else(|| now.plus(VALIDITY_WITHOUT_END)),
        signing_certificates: metadata.signing_certificates.into_iter().map(Into::into).collect(),
    })
}

pub(super) fn encryption(mode: AssertionEncryptionModeType) -> AssertionEncryption {
    match mode {
        AssertionEncryptionModeType::Allowed => AssertionEncryption::Allowed,
        AssertionEncryptionModeType::Required => AssertionEncryption::Required,
    }
}

/// Reads the id of a private key. One that no key can have does not exist.
pub(super) fn key_id(id: &str) -> Result<SamlId, ApiError> {
    id.parse().map_err(|_| missing(EntityKind::SamlPrivateKey, id))
}

/// A private key, checked and encrypted for rest.
pub(super) fn private_key(
    pem: &Secret<String>,
    provider: &Arn,
    call: &Call<'_>,
    entropy: &mut dyn Entropy,
) -> Result<NewPrivateKey, ApiError> {
    // Choice: the text; AWS's is not known.
    check_private_key(pem.expose()).map_err(|fault| {
        ApiError::new(ErrorCode::InvalidInput, format!("The private key {fault}."))
    })?;
    let id = SamlId::generate(entropy);
    let name = SecretName::SamlPrivateKey { provider: provider.as_str(), id: &id };
    let wrapped = call
        .vault
        .wrap_text(name, pem, entropy)
        .map_err(|error| ApiError::internal(format!("a private key of {provider}: {error}")))?;
    Ok(NewPrivateKey { id, key: WrappedSecret::new(wrapped.as_bytes()) })
}
