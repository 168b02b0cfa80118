//! How much of SAML documents is read.

/// Fewest characters of a metadata document.
///
/// Spec: IAM API Reference, CreateSAMLProvider: `SAMLMetadataDocument` has 1,000 to
/// 10,000,000 characters.
pub const METADATA_CHARACTERS_MIN: usize = 1_000;

/// Most bytes of a metadata document. Choice: bytes, where AWS counts characters, so
/// that a document always fits into a record.
pub const METADATA_BYTES_MAX: usize = 10_000_000;

/// How deep elements are nested. Choice: signed metadata needs a dozen levels.
pub const NESTING_DEPTH_MAX: u32 = 64;

/// Characters of an entity id. Spec: SAML 2.0 Metadata, section 2.2.1.
pub const ENTITY_ID_CHARACTERS_MAX: usize = 1_024;

/// Bits of an RSA key in a certificate. Spec: UG:id_roles_providers_create_saml:
/// at least 1,024. Choice: at most 8,192, which no provider needs and each signature
/// would pay for.
pub const RSA_KEY_BITS: std::ops::RangeInclusive<usize> = 1_024..=8_192;
