use std::fmt;
use std::time::Duration;

use stead_types::Timestamp;
use thiserror::Error;

use crate::limits::{ECHO_BYTES_MAX, NAME_BYTES_MAX};

/// Why a request's signature is not accepted.
///
/// `Display` is for operators: it repeats nothing of the request but times and
/// header names. What the caller is told is [`Rejection::aws_text`]. The list is
/// complete on purpose: who maps it should fail to build when it grows.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Rejection {
    /// The request carries no signature: neither an `Authorization` header nor
    /// `X-Amz-Algorithm` in the query.
    #[error("the request is not signed")]
    MissingAuthentication,
    /// The `Authorization` header is of another scheme, such as `Bearer`.
    #[error("the authorization header is of another scheme")]
    ForeignScheme,
    /// The request is signed in its headers and in its query.
    #[error("the request is signed both in a header and in the query")]
    BothForms,
    /// The algorithm is not `AWS4-HMAC-SHA256`.
    #[error("the signature algorithm is not supported")]
    UnsupportedAlgorithm {
        /// The algorithm as the request names it.
        algorithm: Echo,
    },
    /// A part of the `Authorization` header has no `=`.
    #[error("a part of the authorization header is no key=value pair")]
    NotKeyValue {
        /// The part.
        part: Echo,
        /// The whole header.
        header: Echo,
    },
    /// Parts of the header form are absent.
    #[error("the authorization header is incomplete")]
    IncompleteAuthorization {
        /// What is absent, in AWS's order.
        missing: Vec<AuthorizationPart>,
        /// The whole header.
        header: Echo,
    },
    /// Parts of the presigned form are absent.
    #[error("the presigned query is incomplete")]
    IncompleteQuery {
        /// The names of the absent parameters, in AWS's order.
        missing: Vec<&'static str>,
    },
    /// A part of the `Authorization` header occurs twice.
    #[error("the authorization header has two `{name}` parts")]
    DuplicateAuthorizationPart {
        /// The part's name.
        name: &'static str,
    },
    /// A header that must be single occurs twice.
    #[error("the request has two `{name}` headers")]
    DuplicateHeader {
        /// The header's name, in lower case.
        name: &'static str,
    },
    /// A query parameter that must be single occurs twice.
    #[error("the query has two `{name}` parameters")]
    DuplicateParameter {
        /// The parameter's name.
        name: &'static str,
    },
    /// A value is given in a header and in the query.
    #[error("`{name}` is given both as a header and in the query")]
    HeaderAndParameter {
        /// The header's name, in lower case.
        name: &'static str,
    },
    /// The request's time is not in one of the two forms.
    #[error("the date of the request is malformed")]
    MalformedDate {
        /// The value.
        date: Echo,
    },
    /// The credential is not `key id/date/region/service/terminator`.
    #[error("the credential does not have five parts")]
    MalformedCredential {
        /// The value.
        credential: Echo,
    },
    /// The list of signed headers has an empty, repeated or impossible name.
    #[error("the list of signed headers is malformed")]
    MalformedSignedHeaders,
    /// A header has a name that is no token of HTTP.
    #[error("a header name is malformed")]
    MalformedHeaderName,
    /// A header that this crate reads holds something that is not text.
    #[error("the value of the `{name}` header is not text")]
    MalformedHeader {
        /// The header's name, in lower case.
        name: &'static str,
    },
    /// The method is no token of HTTP.
    #[error("the method is malformed")]
    MalformedMethod,
    /// The path does not begin with a slash or has a broken escape.
    #[error("the path is malformed")]
    MalformedPath,
    /// The query string has a broken escape.
    #[error("the query string is malformed")]
    MalformedQuery,
    /// `X-Amz-Expires` is not a number.
    #[error("the expiry of the presigned request is malformed")]
    MalformedExpiry {
        /// The value.
        expiry: Echo,
    },
    /// `X-Amz-Expires` is not between one second and seven days.
    #[error("the expiry of the presigned request, {seconds} s, is out of range")]
    ExpiryOutOfRange {
        /// The value; what does not fit is the largest number.
        seconds: u64,
    },
    /// The request has more of something than is read.
    #[error("the request exceeds the limit on {limit}")]
    LimitExceeded {
        /// The limit.
        limit: Limit,
    },

    /// The signature is too old.
    #[error("the signature of {signed_at} has expired at {now}")]
    Expired {
        /// The time of the signature.
        signed_at: Timestamp,
        /// The verifier's time.
        now: Timestamp,
        /// How long the signature was good for.
        lifetime: Duration,
    },
    /// The signature is from the future.
    #[error("the signature of {signed_at} is not yet current at {now}")]
    NotYetCurrent {
        /// The time of the signature.
        signed_at: Timestamp,
        /// The verifier's time.
        now: Timestamp,
        /// How far it may lie ahead.
        skew_max: Duration,
    },
    /// The `host` header is not signed.
    #[error("the host header is not signed")]
    HostNotSigned,
    /// The request has an `x-amz-*` header that is not signed.
    #[error("the `{name}` header is not signed")]
    HeaderNotSigned {
        /// The header's name, in lower case; of a long one the beginning.
        name: Box<str>,
    },
    /// A signed header is not in the request.
    #[error("the signed header `{name}` is absent")]
    SignedHeaderAbsent {
        /// The header's name, in lower case; of a long one the beginning.
        name: Box<str>,
    },
    /// The credential is not scoped to this service, region and day.
    #[error("the credential has another scope")]
    ScopeMismatch(ScopeMismatch),
    /// The request declares `UNSIGNED-PAYLOAD` where that is not accepted.
    #[error("the body is not signed")]
    UnsignedPayload,
    /// The request declares a chunked body where that is not accepted.
    #[error("the body is signed in chunks")]
    ChunkedPayload,
    /// The request does not declare the digest of its body where it must.
    #[error("the digest of the body is not declared")]
    BodyDigestAbsent,
    /// The declared digest of the body is not one.
    #[error("the declared digest of the body is malformed")]
    BodyDigestMalformed,
    /// The declared digest is not that of the body.
    #[error("the declared digest is not that of the body")]
    BodyDigestMismatch,
    /// The service did not read the body although its settings need its digest.
    #[error("the body was not read")]
    BodyNotRead,
    /// The signature is another: the key or anything that is signed differs.
    #[error("the signature does not match")]
    SignatureMismatch,
}

/// A part of the header form that can be absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthorizationPart {
    /// `Credential`.
    Credential,
    /// `Signature`.
    Signature,
    /// `SignedHeaders`.
    SignedHeaders,
    /// The `x-amz-date` header, or `date` in its place.
    Date,
}

/// How a claimed scope differs from the expected one; every difference is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScopeMismatch {
    /// The claimed region, where it is not expected.
    pub region: Option<Echo>,
    /// The expected services, where the claimed one is none of them.
    pub service: Option<Box<[Box<str>]>>,
    /// The claimed terminator, where it is not `aws4_request`.
    pub terminator: Option<Echo>,
    /// The dates, where the claimed one is not the day of the request.
    pub date: Option<DateMismatch>,
}

/// A scope whose date is not the day of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DateMismatch {
    /// The date of the scope.
    pub claimed: Echo,
    /// The time of the request.
    pub signed_at: Timestamp,
}

/// What a limit bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Bytes of the `Authorization` header.
    AuthorizationBytes,
    /// Number of headers.
    Headers,
    /// Bytes of all headers.
    HeaderBytes,
    /// Number of signed headers.
    SignedHeaders,
    /// Bytes of the path.
    PathBytes,
    /// Bytes of the query string.
    QueryBytes,
    /// Number of query parameters.
    QueryParameters,
}

impl fmt::Display for Limit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::AuthorizationBytes => "the length of the authorization header",
            Self::Headers => "the number of headers",
            Self::HeaderBytes => "the length of the headers",
            Self::SignedHeaders => "the number of signed headers",
            Self::PathBytes => "the length of the path",
            Self::QueryBytes => "the length of the query",
            Self::QueryParameters => "the number of query parameters",
        })
    }
}

/// The caller's own input, to be repeated to the caller and to nobody else.
///
/// Holds at most 1 KiB, and no control characters, which an answer in XML could
/// not carry. `Debug` shows the length only, so that a signature or a secret that
/// was put in the wrong place does not reach a log.
#[derive(Clone, PartialEq, Eq)]
pub struct Echo(Box<str>);

impl Echo {
    /// Keeps the beginning of a text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let is_carried = |character: char| {
            !character.is_control() && !matches!(character, '\u{fffe}' | '\u{ffff}')
        };
        let kept = beginning(text, ECHO_BYTES_MAX).chars();
        Self(kept.map(|character| if is_carried(character) { character } else { '?' }).collect())
    }

    /// The text, for the answer to the caller.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A header's name, as far as it is repeated.
pub(crate) fn shown_name(name: &str) -> Box<str> {
    beginning(name, NAME_BYTES_MAX).into()
}

fn beginning(text: &str, bytes_max: usize) -> &str {
    // A boundary is within the text, so the fallback cannot be reached.
    text.get(..text.floor_char_boundary(bytes_max)).unwrap_or_default()
}

impl fmt::Debug for Echo {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Echo({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_echo_is_bounded_and_not_shown_to_operators() {
        let echo = Echo::new(&"é".repeat(ECHO_BYTES_MAX));
        assert_eq!(echo.as_str().len(), ECHO_BYTES_MAX);
        assert_eq!(Echo::new("a\0b\n\u{ffff}c").as_str(), "a?b??c");
        assert_eq!(shown_name(&"x".repeat(500)).len(), NAME_BYTES_MAX);
        let rejection = Rejection::MalformedDate { date: Echo::new("hunter2") };
        assert!(!format!("{rejection} {rejection:?}").contains("hunter2"));
    }
}
