//! How much of a token, a key set and a discovery document is read, and how old a
//! token may be.

use std::time::Duration;

/// Characters of a token.
///
/// Spec: STS API Reference, AssumeRoleWithWebIdentity: `WebIdentityToken` has 4 to
/// 20,000 characters.
pub const TOKEN_CHARACTERS_MAX: usize = 20_000;

/// Characters of a token's header, encoded.
///
/// Choice: a header has an algorithm, a key id and a type; certificates, which are
/// ignored, fit beside them.
pub const HEADER_CHARACTERS_MAX: usize = 8_192;

/// Levels of objects and arrays in a header, in claims, in key sets and in discovery
/// documents.
///
/// Choice: AWS's own claims need four; Kubernetes and Google nest as deep.
pub const NESTING_DEPTH_MAX: usize = 16;

/// Bytes of a key id, of a token and of a key.
pub const KEY_ID_BYTES_MAX: usize = 1_024;

/// Bytes of a subject.
///
/// Spec: OpenID Connect Core 1.0, section 2, has 255. Observed: AWS takes longer ones;
/// those of pipelines with many claims in their subject are.
pub const SUBJECT_BYTES_MAX: usize = 2_048;

/// Audiences of one token. Choice: as many as a provider may have client ids.
pub const AUDIENCES_MAX: usize = 100;

/// Bytes of a key set. Choice: 100 RSA keys of 8,192 bits and 100 elliptic ones, each
/// with a chain of certificates, fit.
pub const KEY_SET_BYTES_MAX: usize = 1024 * 1024;

/// Keys of one type; with more, no key of that type is used.
///
/// Spec: UG:id_roles_providers_create_oidc: at most 100 RSA and 100 EC keys. Observed:
/// with 101 RSA keys, tokens signed by the set's EC keys are still accepted. Choice: the
/// same for OKP.
pub const KEYS_PER_TYPE_MAX: usize = 100;

/// Skipped keys whose id and reason are kept; the others are only counted.
pub const SKIPPED_KEYS_MAX: usize = 100;

/// Bits of an RSA key's modulus, at least. Spec: RFC 7518, section 3.3.
pub const RSA_BITS_MIN: usize = 2_048;

/// Bits of an RSA key's modulus, at most. Choice: the longest that `aws-lc-rs` verifies
/// with; the cost grows with the square.
pub const RSA_BITS_MAX: usize = 8_192;

/// Bytes of a discovery document. Choice: those of large providers have some 10 KiB.
pub const DISCOVERY_BYTES_MAX: usize = 256 * 1024;

/// Bytes of an access token that a provider is asked about.
///
/// Spec: Login with Amazon, "Access Tokens": at most 2,048 bytes.
pub const ACCESS_TOKEN_BYTES_MAX: usize = 2_048;

/// Bytes of the ids that a provider answers with. Choice: real ones have some fifty.
pub const OWNER_BYTES_MAX: usize = 512;

/// Bytes of the address of a key set.
pub const ADDRESS_BYTES_MAX: usize = 2_048;

/// How far an issuer's clock may be off.
///
/// Spec: UG:id_roles_providers_oidc grants five minutes past `exp`. Observed: the same
/// for `nbf` and `iat`.
pub const SKEW_MAX: Duration = Duration::from_secs(5 * 60);

/// How long after its `iat` a token is accepted, the skew not counted.
///
/// Choice: AWS has such a bound and does not tell it; a token of five days, not expired,
/// was refused as too old (mozilla-iam/mozilla-aws-cli#146). Service account tokens of
/// Kubernetes for AWS live up to 24 hours and must be accepted.
pub const AGE_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// The latest moment that a claim can name, in seconds after 1970: the year 9999.
/// Milliseconds, the common mistake, lie beyond.
pub(crate) const NUMERIC_DATE_MAX: i64 = 253_402_207_200;

/// Characters of a token's own text that an explanation repeats.
pub(crate) const ECHO_CHARACTERS_MAX: usize = 256;
