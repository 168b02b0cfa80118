//! Every bound of this crate, with its source.

use std::time::Duration;

/// The longest session token, in characters.
///
/// Choice: a client sends the token as one header line, and the common proxies
/// allow a line 8,190 (Apache) or 8,192 (nginx) bytes, of which
/// `x-amz-security-token: ` takes 22. AWS promises no bound.
pub const TOKEN_CHARACTERS_MAX: usize = 8_000;

/// How many packed bytes session policies, policy ARNs and session tags may take
/// together: 100 % of `PackedPolicySize`.
///
/// Observed: what [`PackedSize`](crate::PackedSize) lists; with three bytes for each tag
/// beside its key and its value no other allotment gives the four sizes of tags that
/// were recorded.
pub const PACKED_BYTES_ALLOTTED: usize = 460;

/// How many bytes session policies, policy ARNs and session tags may take in the token.
///
/// Choice: AWS bounds the packed form only, and what repeats itself packs to almost
/// nothing. This is as much as leaves the longest other claims room below
/// [`TOKEN_CHARACTERS_MAX`]: twice the longest inline session policy of ASCII characters.
pub const PLAIN_BYTES_ALLOTTED: usize = 4_096;

/// How many bytes the claims of an identity provider may take.
///
/// Choice: the longest ARN of a provider, the longest subject that is accepted of one
/// (2,048 bytes), an audience of 255 characters, and 400 bytes of authentication methods.
/// Up to 1,500 bytes fit beside policies and tags of 100 %; what is beyond that takes
/// their room, since [`TOKEN_CHARACTERS_MAX`] holds for all together.
pub const FEDERATION_BYTES_MAX: usize = 3_072;

/// The longest sealed text of another kind, in characters.
///
/// Spec: `encodedMessageType` of the STS model has 1 to 10240 characters.
pub const BLOB_CHARACTERS_MAX: usize = 10_240;

/// The longest life of a session.
///
/// Spec: API_GetSessionToken and API_GetFederationToken, `DurationSeconds`:
/// 129,600 seconds. Roles stop at 43,200.
pub const SESSION_LIFETIME_MAX: Duration = Duration::from_secs(129_600);

/// How much longer than [`SESSION_LIFETIME_MAX`] a key that no longer seals is
/// kept for opening, for clocks that differ between nodes.
pub const RETIREMENT_MARGIN: Duration = Duration::from_secs(3_600);

/// How many master keys a keyring holds: one that seals and fifteen that only
/// open. With a rotation every three hours nothing has to be dropped early.
pub const KEYRING_KEYS_MAX: usize = 16;

/// The longest secret that is wrapped for rest, in bytes. The longest there are: the
/// private keys of SAML providers and of server certificates (Spec: `privateKeyType` of the
/// IAM model).
pub const SECRET_BYTES_MAX: usize = 16_384;
