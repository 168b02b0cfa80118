//! Session tokens: issued and opened.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use stead_types::{AccessKeyId, AccessKeyKind, Entropy, Secret, Timestamp};
use thiserror::Error;

use crate::claims::{Claims, ClaimsError, EncodeError, SessionPrincipal};
use crate::keyring::Keyring;
use crate::limits::{SESSION_LIFETIME_MAX, TOKEN_CHARACTERS_MAX};
use crate::packed::PackedSize;
use crate::sealing::{self, Envelope, EnvelopeError, KeyId, NotAuthentic, SealNonce, SealingKey};

/// Temporary credentials, as they go to the caller once.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Issued {
    /// `ASIA` and 16 characters that carry the account.
    pub access_key_id: AccessKeyId,
    /// 40 characters of base64.
    pub secret_access_key: Secret<String>,
    /// Padded base64 of the standard alphabet, at most
    /// [`TOKEN_CHARACTERS_MAX`] characters.
    pub session_token: Secret<String>,
    /// The first moment at which the credentials are refused.
    pub expires_at: Timestamp,
}

/// What an authentic, unexpired token has said.
///
/// Not checked: that the role or user still exists, and that the request was
/// signed with the secret access key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Session {
    /// What the session carries.
    pub claims: Claims,
    /// The access key id the token was presented, and issued, with.
    pub access_key_id: AccessKeyId,
    /// The secret that the request must have been signed with.
    pub secret_access_key: Secret<String>,
}

/// Why claims can't become a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum IssueError {
    /// It would end before it begins or outlive [`SESSION_LIFETIME_MAX`].
    #[error("a session lasts at least a second and at most 129600")]
    Lifetime,
    /// Policies and tags are too large together.
    #[error("policies and tags take {}% of the allotted space", .0.percent())]
    PackedPolicyTooLarge(PackedSize),
    /// The identity provider's claims are longer than
    /// [`crate::limits::FEDERATION_BYTES_MAX`].
    #[error("the claims of the identity provider are too long")]
    FederationTooLong,
    /// Everything together is longer than a token may be: a provider's claims beside
    /// policies and tags. Without a provider types refuse this earlier.
    #[error("the claims do not fit a token")]
    TooLong,
}

/// Why a token opens no session. For the log: whoever sent the token learns no
/// more than that it is not valid, or that it has expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum OpenError {
    /// Not padded base64 of the one canonical form, too long or too short.
    #[error("not a session token")]
    Malformed,
    /// A construction this version does not know.
    #[error("sealed by construction {0}, which is unknown")]
    UnknownVersion(u8),
    /// The key was retired, or belongs to another installation.
    #[error("sealed under key {0}, which is unknown")]
    UnknownKey(KeyId),
    /// Made by nobody who holds the key, changed, or presented beside another
    /// access key id: which of them can't be known.
    #[error("not authentic beside this access key id")]
    Forged,
    /// Authentic, but not to be understood.
    #[error("authentic, with unreadable claims")]
    Claims(#[source] ClaimsError),
    /// Authentic, but no longer valid.
    #[error("expired at {at}")]
    Expired {
        /// When it expired.
        at: Timestamp,
    },
}

/// Makes the credentials of a session.
///
/// Draws 37 bytes: the random part of the access key id and the token's nonce.
///
/// # Errors
/// Claims that last too long or do not fit a token are refused.
pub fn issue(
    keyring: &Keyring,
    claims: &Claims,
    entropy: &mut dyn Entropy,
) -> Result<Issued, IssueError> {
    let plaintext = checked(claims)?;
    let access_key_id = AccessKeyId::generate(AccessKeyKind::Temporary, claims.account, entropy);
    let nonce = sealing::draw_nonce(entropy);
    let key = keyring.primary().domains().session_tokens();
    let sealed = key.seal(&nonce, access_key_id.as_str().as_bytes(), &plaintext);
    let session_token = Secret::new(STANDARD.encode(sealed));
    // A token that could not be opened again must not be handed out.
    if session_token.expose().len() > TOKEN_CHARACTERS_MAX {
        return Err(IssueError::TooLong);
    }
    Ok(Issued {
        secret_access_key: secret_access_key(key, &nonce, &access_key_id),
        session_token,
        expires_at: claims.expires_at,
        access_key_id,
    })
}

/// Opens a token that was presented beside `access_key_id` at `now`.
///
/// Costs two HMAC computations and one AES-GCM pass, about ten microseconds for a usual
/// token; two buffers of the token's length are allocated beside the claims.
///
/// # Errors
/// Only an authentic token can be [`OpenError::Expired`]: expiry is looked at
/// last, so that nobody learns anything from a made-up token.
pub fn open(
    keyring: &Keyring,
    access_key_id: &AccessKeyId,
    token: &str,
    now: Timestamp,
) -> Result<Session, OpenError> {
    if token.len() > TOKEN_CHARACTERS_MAX {
        return Err(OpenError::Malformed);
    }
    let sealed = STANDARD.decode(token).map_err(|_| OpenError::Malformed)?;
    let envelope = Envelope::parse(&sealed)?;
    let claimed = envelope.claimed_key;
    let key = keyring.find(claimed).ok_or(OpenError::UnknownKey(claimed))?;
    let key = key.domains().session_tokens();
    let plaintext = key.open(&envelope, access_key_id.as_str().as_bytes())?;
    let claims = Claims::decode(plaintext.expose()).map_err(OpenError::Claims)?;
    if now >= claims.expires_at {
        return Err(OpenError::Expired { at: claims.expires_at });
    }
    let secret_access_key = secret_access_key(key, envelope.nonce, access_key_id);
    Ok(Session { claims, access_key_id: access_key_id.clone(), secret_access_key })
}

impl From<EnvelopeError> for OpenError {
    fn from(error: EnvelopeError) -> Self {
        match error {
            EnvelopeError::Short => Self::Malformed,
            EnvelopeError::Version(version) => Self::UnknownVersion(version),
        }
    }
}

impl From<NotAuthentic> for OpenError {
    fn from(NotAuthentic: NotAuthentic) -> Self {
        Self::Forged
    }
}

fn checked(claims: &Claims) -> Result<Vec<u8>, IssueError> {
    let seconds = claims.expires_at.seconds_since(claims.issued_at);
    if !u64::try_from(seconds).is_ok_and(|seconds| LIFETIME_SECONDS.contains(&seconds)) {
        return Err(IssueError::Lifetime);
    }
    let packed = match claims.principal {
        SessionPrincipal::Delegated { .. } => PackedSize::in_token(&claims.policies, &claims.tags),
        _ => PackedSize::of(&claims.policies, &claims.tags),
    };
    if !packed.fits() {
        return Err(IssueError::PackedPolicyTooLarge(packed));
    }
    claims.encode().map_err(|error| match error {
        EncodeError::Federation => IssueError::FederationTooLong,
        EncodeError::Length => IssueError::TooLong,
    })
}

const LIFETIME_SECONDS: std::ops::RangeInclusive<u64> = 1..=SESSION_LIFETIME_MAX.as_secs();

// The secret comes from the token's 256 random bits and the key, never from the
// access key id alone: ids have 39 random bits, and two sessions can share one.
fn secret_access_key(key: &SealingKey, nonce: &SealNonce, id: &AccessKeyId) -> Secret<String> {
    // 30 bytes are the 40 characters of base64 that AWS's secrets have.
    let bytes = key.derive::<30>("secret access key", nonce, id.as_str().as_bytes());
    Secret::new(STANDARD.encode(bytes.as_slice()))
}
