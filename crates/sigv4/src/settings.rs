/// How a service canonicalises requests and learns the digest of their bodies.
///
/// Signer and verifier must use the same settings. A service has one value,
/// fixed in its code: these are not options of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How often the path is percent-encoded.
    pub path_encoding: PathEncoding,
    /// Whether dot segments and repeated slashes of the path are resolved.
    pub path_normalisation: PathNormalisation,
    /// What a bare `+` in the query string means to the service.
    pub plus: PlusInQuery,
    /// How the digest of the body is known.
    pub payload: PayloadMode,
}

/// How often the path is percent-encoded in the canonical request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathEncoding {
    /// Once: each segment is decoded and encoded again (S3).
    Single,
    /// Twice: the path as it is on the wire is encoded once more (all others).
    Double,
}

/// Whether the path is normalised before it is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathNormalisation {
    /// Dot segments are resolved and repeated slashes become one.
    Normalise,
    /// The path stays as it is (S3, whose keys may hold `//` and `..`).
    Keep,
}

/// What a bare `+` in the query string means to the service that reads it.
///
/// The canonical form has to agree with the service's own decoding. If a service
/// reads `+` as a space and the signature covers it as `%2B`, then whoever
/// carries the request may turn `%2B` into `+`, which changes what the service
/// reads and leaves the signature valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlusInQuery {
    /// A space, canonically `%20`: for services that decode forms.
    Space,
    /// A plus sign, canonically `%2B`: for services that only percent-decode.
    Literal,
}

/// How the digest of the body, the last line of the canonical request, is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayloadMode {
    /// The service reads the whole body and computes the digest. A request that
    /// declares one in `x-amz-content-sha256` must declare the same.
    Computed,
    /// The signer declares the digest in `x-amz-content-sha256`; who reads the
    /// body later compares (S3).
    Declared {
        /// Whether `UNSIGNED-PAYLOAD` is accepted.
        unsigned: UnsignedPayload,
        /// Whether `STREAMING-...` is accepted.
        chunked: ChunkedPayload,
    },
}

/// Whether a request may leave its body out of the signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnsignedPayload {
    /// `UNSIGNED-PAYLOAD` is refused.
    Refused,
    /// `UNSIGNED-PAYLOAD` is accepted; a presigned request that declares nothing
    /// means it.
    Allowed,
}

/// Whether a request may sign its body in chunks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChunkedPayload {
    /// `STREAMING-...` is refused.
    Refused,
    /// `STREAMING-...` is accepted; the service verifies the chunks against
    /// [`Verified::signature`](crate::Verified::signature).
    Allowed,
}

impl Settings {
    /// The settings of STS, IAM and the other services of the Query protocol.
    ///
    /// Their parameters live in the body, so an unsigned body would leave the
    /// whole request unsigned: it is refused.
    #[must_use]
    pub const fn query_services() -> Self {
        Self {
            path_encoding: PathEncoding::Double,
            path_normalisation: PathNormalisation::Normalise,
            // Choice: form decoding, which these services do, reads `+` as a
            // space. The Go and Rust SDKs, among others, sign it as `%20`.
            plus: PlusInQuery::Space,
            payload: PayloadMode::Computed,
        }
    }

    /// The settings of S3.
    ///
    /// Unsigned and chunked bodies are off; a service that takes them says so in
    /// [`Settings::payload`].
    #[must_use]
    pub const fn s3() -> Self {
        Self {
            path_encoding: PathEncoding::Single,
            path_normalisation: PathNormalisation::Keep,
            // Observed: S3 accepts a presigned request signed over `%20` and sent
            // with `+` (https://github.com/mhart/aws4fetch/issues/83).
            plus: PlusInQuery::Space,
            payload: PayloadMode::Declared {
                unsigned: UnsignedPayload::Refused,
                chunked: ChunkedPayload::Refused,
            },
        }
    }
}
