use aws_lc_rs::digest;
use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};

use crate::claim::Form;
use crate::rejection::Rejection;
use crate::settings::{ChunkedPayload, PayloadMode, UnsignedPayload};

/// What the service knows about the body when it verifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyDigest {
    /// The SHA-256 of the whole body, computed by the service.
    Computed([u8; 32]),
    /// The body is read later; see [`PayloadMode::Declared`].
    NotRead,
}

impl BodyDigest {
    /// The digest of a body that is in memory.
    #[must_use]
    pub fn of(body: &[u8]) -> Self {
        Self::Computed(sha256(&[body]))
    }
}

/// What a signature says about the body: the last line of the canonical request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payload {
    /// The SHA-256 of the body.
    Digest([u8; 32]),
    /// Nothing: `UNSIGNED-PAYLOAD`.
    Unsigned,
    /// The body comes in chunks; the request's signature is the seed.
    Chunked(Chunked),
}

/// How a body is sent in chunks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chunked {
    /// `STREAMING-AWS4-HMAC-SHA256-PAYLOAD`.
    Signed,
    /// `STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER`.
    SignedWithTrailer,
    /// `STREAMING-UNSIGNED-PAYLOAD-TRAILER`: no chunk is signed.
    UnsignedWithTrailer,
}

impl Payload {
    /// The digest of a body that is in memory.
    #[must_use]
    pub fn of(body: &[u8]) -> Self {
        Self::Digest(sha256(&[body]))
    }

    /// The value that is signed, and that `x-amz-content-sha256` declares.
    ///
    /// Spec: S3 API Reference, "Signature calculations for the authorization
    /// header", the table of `x-amz-content-sha256`.
    #[must_use]
    pub fn to_text(self) -> String {
        self.with_text(|text| String::from_utf8_lossy(text).into_owned())
    }

    /// The same, lent as the ASCII that it is: no place is made for it.
    pub(crate) fn with_text<T>(self, read: impl FnOnce(&[u8]) -> T) -> T {
        let mut digits = [0; 64];
        let text = match self {
            Self::Digest(digest) => {
                HEXLOWER.encode_mut(&digest, &mut digits);
                return read(&digits);
            }
            Self::Unsigned => UNSIGNED,
            Self::Chunked(Chunked::Signed) => CHUNKED,
            Self::Chunked(Chunked::SignedWithTrailer) => CHUNKED_TRAILER,
            Self::Chunked(Chunked::UnsignedWithTrailer) => CHUNKED_UNSIGNED_TRAILER,
        };
        read(text.as_bytes())
    }
}

const UNSIGNED: &str = "UNSIGNED-PAYLOAD";
const CHUNKED: &str = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
const CHUNKED_TRAILER: &str = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
const CHUNKED_UNSIGNED_TRAILER: &str = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

/// What a request declares about its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Declared {
    Nothing,
    This(Payload),
    /// Something that is no digest.
    Malformed,
}

impl Declared {
    pub(crate) fn read(value: Option<&str>) -> Self {
        let Some(value) = value else { return Self::Nothing };
        match value {
            UNSIGNED => Self::This(Payload::Unsigned),
            CHUNKED => Self::This(Payload::Chunked(Chunked::Signed)),
            CHUNKED_TRAILER => Self::This(Payload::Chunked(Chunked::SignedWithTrailer)),
            CHUNKED_UNSIGNED_TRAILER => Self::This(Payload::Chunked(Chunked::UnsignedWithTrailer)),
            _ => decode_digest(value)
                .map_or(Self::Malformed, |digest| Self::This(Payload::Digest(digest))),
        }
    }

    /// What the signature covers, given what the service accepts and what it
    /// knows about the body.
    pub(crate) fn resolve(
        self,
        mode: PayloadMode,
        form: Form,
        body: BodyDigest,
    ) -> Result<Payload, Rejection> {
        let payload = match (self, mode, form) {
            (Self::Malformed, _, _) => return Err(Rejection::BodyDigestMalformed),
            (Self::This(payload), _, _) => payload,
            (Self::Nothing, PayloadMode::Computed, _) => return computed(body),
            // Spec: S3 API Reference, "Authenticating requests: using query
            // parameters": a presigned request signs `UNSIGNED-PAYLOAD`.
            (Self::Nothing, PayloadMode::Declared { .. }, Form::Presigned) => Payload::Unsigned,
            (Self::Nothing, PayloadMode::Declared { .. }, Form::Header) => {
                return Err(Rejection::BodyDigestAbsent);
            }
        };
        accept(payload, mode)?;
        match (payload, mode, body) {
            (Payload::Digest(declared), _, BodyDigest::Computed(digest)) if declared != digest => {
                Err(Rejection::BodyDigestMismatch)
            }
            (_, PayloadMode::Computed, BodyDigest::NotRead) => Err(Rejection::BodyNotRead),
            _ => Ok(payload),
        }
    }
}

fn computed(body: BodyDigest) -> Result<Payload, Rejection> {
    match body {
        BodyDigest::Computed(digest) => Ok(Payload::Digest(digest)),
        BodyDigest::NotRead => Err(Rejection::BodyNotRead),
    }
}

fn accept(payload: Payload, mode: PayloadMode) -> Result<(), Rejection> {
    let (unsigned, chunked) = match mode {
        PayloadMode::Computed => (UnsignedPayload::Refused, ChunkedPayload::Refused),
        PayloadMode::Declared { unsigned, chunked } => (unsigned, chunked),
    };
    let is_unsigned =
        matches!(payload, Payload::Unsigned | Payload::Chunked(Chunked::UnsignedWithTrailer));
    if matches!(payload, Payload::Chunked(_)) && chunked == ChunkedPayload::Refused {
        return Err(Rejection::ChunkedPayload);
    }
    if is_unsigned && unsigned == UnsignedPayload::Refused {
        return Err(Rejection::UnsignedPayload);
    }
    Ok(())
}

fn decode_digest(text: &str) -> Option<[u8; 32]> {
    let bytes = HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok()?;
    bytes.try_into().ok()
}

/// The SHA-256 of the parts, one behind the other.
pub(crate) fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(part);
    }
    let mut out = [0; 32];
    // INVARIANT: SHA-256 has 32 bytes, so the lengths are equal.
    out.copy_from_slice(context.finish().as_ref());
    out
}
