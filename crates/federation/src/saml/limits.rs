//! How much of SAML documents is read, and how old an assertion may be.

use std::time::Duration;

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

/// Certificates for signing of one provider. Spec: UG:reference_iam-quotas: ten keys for
/// each SAML provider.
pub const CERTIFICATES_MAX: usize = 10;

/// Bits of an RSA key in a certificate. Spec: UG:id_roles_providers_create_saml:
/// at least 1,024. Choice: at most 8,192, which no provider needs and each signature
/// would pay for.
pub const RSA_KEY_BITS: std::ops::RangeInclusive<usize> = 1_024..=8_192;

/// Characters of a response in base64.
///
/// Spec: STS API Reference, AssumeRoleWithSAML: `SAMLAssertion` has 4 to 100,000
/// characters.
pub const RESPONSE_CHARACTERS_MAX: usize = 100_000;

/// Elements of a response. Choice: a user with 500 roles needs some 600.
pub const ELEMENTS_MAX: usize = 2_000;

/// Elements, texts, comments and instructions of a response. Choice: three for each
/// element, as where every one stands on a line of its own.
pub const NODES_MAX: usize = 6_000;

/// Attributes and namespace declarations of one element. Choice: responses need a
/// dozen; what canonicalization costs grows with them.
pub const ATTRIBUTES_MAX: usize = 64;

/// Characters of the ID of a signed element. Choice: those of identity providers have
/// some forty.
pub const ID_CHARACTERS_MAX: usize = 256;

/// Prefixes of namespaces that a signature lists for canonicalization. Each is looked for
/// at every element, so that thousands take minutes. Choice: providers list two or three.
pub const PREFIXES_MAX: usize = 16;

/// Bytes of a subject. Choice: as for web identities.
pub const SUBJECT_BYTES_MAX: usize = crate::oidc::limits::SUBJECT_BYTES_MAX;

/// How long after it was issued an assertion can be used.
///
/// Observed: AWS's text, `Token must be redeemed within 5 minutes of issuance`, in many
/// public reports.
pub const AGE_MAX: Duration = Duration::from_secs(300);

/// How far the provider's clock may be ahead. Behind it may not be.
///
/// Observed (radkawar/stackd, recorded in 2026): an assertion that expired a minute ago
/// is refused. Choice: five minutes for times in the future, which AWS does not look at.
pub const SKEW_MAX: Duration = Duration::from_secs(300);

/// Wrapped keys of an encrypted assertion; each costs an operation with each private
/// key. Choice: one for each of the provider's two keys, and as many for others.
pub const ENCRYPTED_KEYS_MAX: usize = 4;
