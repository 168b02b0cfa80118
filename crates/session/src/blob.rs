//! Sealed texts that are not session tokens: encoded denials, audit, markers.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use stead_types::{Entropy, Secret};
use thiserror::Error;

use crate::keyring::Keyring;
use crate::limits::BLOB_CHARACTERS_MAX;
use crate::sealing::{self, Envelope, EnvelopeError, KeyId, NotAuthentic};

/// What a sealed text is for. A text of one domain opens in no other, nor does
/// a session token: those have a domain of their own, reached only through
/// [`crate::issue`] and [`crate::open`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Domain {
    /// An encoded authorization message.
    Denial,
    /// What ties audit records together.
    Audit,
    /// A pagination marker.
    Marker,
}

/// Why a text can't be sealed or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BlobError {
    /// Sealed, the text would be or is longer than
    /// [`crate::limits::BLOB_CHARACTERS_MAX`].
    #[error("longer than {BLOB_CHARACTERS_MAX} characters when sealed")]
    TooLong,
    /// Not unpadded base64url of the one canonical form, or too short.
    #[error("not a sealed text")]
    Malformed,
    /// A construction this version does not know.
    #[error("sealed by construction {0}, which is unknown")]
    UnknownVersion(u8),
    /// The key was retired, or belongs to another installation.
    #[error("sealed under key {0}, which is unknown")]
    UnknownKey(KeyId),
    /// Made by nobody who holds the key, made for another domain, or changed.
    #[error("not authentic")]
    Forged,
}

impl From<EnvelopeError> for BlobError {
    fn from(error: EnvelopeError) -> Self {
        match error {
            EnvelopeError::Short => Self::Malformed,
            EnvelopeError::Version(version) => Self::UnknownVersion(version),
        }
    }
}

/// Seals an authorization message for `DecodeAuthorizationMessage`: base64url
/// without padding, at most 10,240 characters, the first of them always `A`, so
/// that no denial id of the form `d-...` is taken for one. Expiry is the
/// content's affair, but no text outlives the retirement of its key.
///
/// # Errors
/// [`BlobError::TooLong`] only.
pub fn seal_denial(
    keyring: &Keyring,
    message: &[u8],
    entropy: &mut dyn Entropy,
) -> Result<String, BlobError> {
    seal_blob(keyring, Domain::Denial, message, entropy)
}

/// Opens what [`seal_denial`] has made. Who may read it is not checked here.
///
/// # Errors
/// Any other text is refused.
pub fn open_denial(keyring: &Keyring, text: &str) -> Result<Secret<Vec<u8>>, BlobError> {
    open_blob(keyring, Domain::Denial, text)
}

/// Seals bytes for a domain: base64url without padding.
///
/// # Errors
/// [`BlobError::TooLong`] only.
pub fn seal_blob(
    keyring: &Keyring,
    domain: Domain,
    content: &[u8],
    entropy: &mut dyn Entropy,
) -> Result<String, BlobError> {
    if content.len() > CONTENT_BYTES_MAX {
        return Err(BlobError::TooLong);
    }
    let nonce = sealing::draw_nonce(entropy);
    let sealed = keyring.primary().domains().blob(domain).seal(&nonce, &[], content);
    Ok(URL_SAFE_NO_PAD.encode(sealed))
}

/// Opens what [`seal_blob`] has made for the same domain. Costs one HMAC
/// computation and one AES-GCM pass.
///
/// # Errors
/// Any other text is refused.
pub fn open_blob(
    keyring: &Keyring,
    domain: Domain,
    text: &str,
) -> Result<Secret<Vec<u8>>, BlobError> {
    if text.len() > BLOB_CHARACTERS_MAX {
        return Err(BlobError::TooLong);
    }
    let sealed = URL_SAFE_NO_PAD.decode(text).map_err(|_| BlobError::Malformed)?;
    let envelope = Envelope::parse(&sealed)?;
    let claimed = envelope.claimed_key;
    let key = keyring.find(claimed).ok_or(BlobError::UnknownKey(claimed))?;
    key.domains().blob(domain).open(&envelope, &[]).map_err(|NotAuthentic| BlobError::Forged)
}

/// What fits [`BLOB_CHARACTERS_MAX`]: 7,623 bytes.
const CONTENT_BYTES_MAX: usize = BLOB_CHARACTERS_MAX / 4 * 3 - sealing::OVERHEAD_BYTES;
