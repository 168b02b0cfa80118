use std::fmt::Write;
use std::time::Duration;

use stead_types::Timestamp;

use crate::rejection::{AuthorizationPart, Rejection, ScopeMismatch};

/// An error as AWS answers it.
#[derive(Clone, PartialEq, Eq)]
pub struct AwsText {
    /// The error code.
    pub code: &'static str,
    /// The HTTP status that goes with the code.
    pub status: u16,
    /// The message, for the caller alone: it repeats parts of the request.
    pub message: String,
}

impl AwsText {
    /// The answer to an access key id that is unknown, inactive or malformed, and
    /// to a session token that does not open beside it.
    ///
    /// Observed: STS (<https://github.com/aws-samples/sigv4a-signing-examples/issues/10>).
    #[must_use]
    pub fn invalid_client_token_id() -> Self {
        let message = "The security token included in the request is invalid.";
        Self { code: "InvalidClientTokenId", status: 403, message: message.into() }
    }

    /// The answer to a session token that has expired.
    ///
    /// Observed: `ExpiredToken`, in the words of the common errors of STS and IAM.
    #[must_use]
    pub fn expired_token() -> Self {
        let message = "The security token included in the request is expired";
        Self { code: "ExpiredToken", status: 403, message: message.into() }
    }

    fn missing_token() -> Self {
        let message = "Request is missing Authentication Token";
        Self { code: "MissingAuthenticationToken", status: 403, message: message.into() }
    }

    fn incomplete(message: impl Into<String>) -> Self {
        Self { code: "IncompleteSignature", status: 400, message: message.into() }
    }

    fn mismatch(message: impl Into<String>) -> Self {
        Self { code: "SignatureDoesNotMatch", status: 403, message: message.into() }
    }
}

/// Shows the code only: the message repeats parts of the request.
impl std::fmt::Debug for AwsText {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("AwsText")
            .field("code", &self.code)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// Observed: STS and IAM (<https://github.com/devsecops/bootcamp/issues/118>). The
/// canonical request, which some services append, is not part of it there.
const MISMATCH: &str = "The request signature we calculated does not match the signature you \
    provided. Check your AWS Secret Access Key and signing method. Consult the service \
    documentation for details.";

impl Rejection {
    /// What a service of the Query protocol (STS, IAM) answers; every code is one
    /// of theirs.
    ///
    /// Where two rejections have one text, the caller learns no more than on AWS;
    /// the operator's log tells them apart.
    #[must_use]
    pub fn aws_text(&self) -> AwsText {
        match self {
            // Observed: STS (https://github.com/aws/aws-sdk-java/issues/2317); for
            // other schemes in the recording that `authorization.rs` names.
            Self::MissingAuthentication | Self::ForeignScheme => AwsText::missing_token(),
            Self::BothForms => AwsText::mismatch(BOTH_FORMS),
            Self::UnsupportedAlgorithm { algorithm } => {
                AwsText::incomplete(unsupported_algorithm(algorithm.as_str()))
            }
            Self::NotKeyValue { part, header } => {
                AwsText::incomplete(not_key_value(part.as_str(), header.as_str()))
            }
            Self::IncompleteAuthorization { missing, header } => {
                AwsText::incomplete(incomplete_header(missing, header.as_str()))
            }
            Self::IncompleteQuery { missing } => AwsText::incomplete(incomplete_query(missing)),
            Self::MalformedDate { date } => AwsText::incomplete(malformed_date(date.as_str())),
            Self::MalformedCredential { credential } => {
                AwsText::incomplete(malformed_credential(credential.as_str()))
            }
            Self::Expired { signed_at, now, lifetime } => {
                AwsText::mismatch(expired(*signed_at, *now, *lifetime))
            }
            Self::NotYetCurrent { signed_at, now, skew_max } => {
                AwsText::mismatch(not_yet_current(*signed_at, *now, *skew_max))
            }
            Self::HostNotSigned => AwsText::mismatch(HOST_NOT_SIGNED),
            Self::HeaderNotSigned { name } => AwsText::mismatch(header_not_signed(name)),
            Self::ScopeMismatch(mismatch) => AwsText::mismatch(scope_mismatch(mismatch)),
            Self::UnsignedPayload
            | Self::ChunkedPayload
            | Self::BodyDigestAbsent
            | Self::BodyDigestMalformed
            | Self::BodyDigestMismatch
            | Self::BodyNotRead
            | Self::SignedHeaderAbsent { .. }
            | Self::SignatureMismatch => AwsText::mismatch(MISMATCH),
            Self::DuplicateAuthorizationPart { .. }
            | Self::DuplicateHeader { .. }
            | Self::DuplicateParameter { .. }
            | Self::HeaderAndParameter { .. }
            | Self::MalformedSignedHeaders
            | Self::MalformedHeader { .. }
            | Self::MalformedExpiry { .. }
            | Self::ExpiryOutOfRange { .. } => AwsText::incomplete(self.own_words()),
            Self::MalformedHeaderName
            | Self::MalformedMethod
            | Self::MalformedPath
            | Self::MalformedQuery
            | Self::LimitExceeded { .. } => self.unreadable(),
        }
    }

    /// Choice: for what AWS is not known to answer in a certain way, a text in
    /// its manner.
    fn own_words(&self) -> String {
        match self {
            Self::DuplicateAuthorizationPart { name } => {
                format!("Authorization header has more than one '{name}' parameter.")
            }
            Self::DuplicateHeader { name } => format!("Found more than one '{name}' HTTP header."),
            Self::DuplicateParameter { name } => {
                format!("AWS query-string parameters must not repeat '{name}'. {RE_EXAMINE}")
            }
            Self::HeaderAndParameter { name } => {
                format!("Found '{name}' both as a query-string param and as HTTP header.")
            }
            Self::MalformedHeader { name } => format!("The value of '{name}' is not valid."),
            // Observed: S3 (https://github.com/aws/aws-cli/issues/5464), but for the
            // zero, a choice. STS does not read the parameter.
            Self::MalformedExpiry { .. } => "X-Amz-Expires should be a number".into(),
            Self::ExpiryOutOfRange { seconds: 0 } => "X-Amz-Expires must be at least 1".into(),
            Self::ExpiryOutOfRange { .. } => {
                "X-Amz-Expires must be less than a week (in seconds); \
                that is, the given X-Amz-Expires must be less than 604800 seconds"
                    .into()
            }
            _ => "The list of signed headers is not valid.".into(),
        }
    }

    /// Requests that HTTP libraries refuse before this crate sees them, mostly.
    fn unreadable(&self) -> AwsText {
        // Spec: the common errors of the STS and IAM API references.
        if *self == Self::MalformedQuery {
            let message = "The query string contains a syntax error.";
            return AwsText { code: "MalformedQueryString", status: 404, message: message.into() };
        }
        // Choice: S3's words, under the code these services have for bad input.
        let message = match self {
            Self::LimitExceeded { .. } => {
                "Your request header and query parameters exceed the maximum allowed size."
            }
            Self::MalformedPath => "Couldn't parse the specified URI.",
            _ => "The request is not valid.",
        };
        AwsText { code: "MalformedInput", status: 400, message: message.into() }
    }
}

// Observed: the recording that `authorization.rs` names, for this and the next.
const BOTH_FORMS: &str = "Found both 'X-Amz-Algorithm' as a query-string param and \
    'Authorization' as HTTP header.";
const RE_EXAMINE: &str = "Re-examine the query-string parameters.";

/// Observed: <https://github.com/aws/aws-sdk-php/issues/2469>.
const HOST_NOT_SIGNED: &str =
    "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.";

/// Choice: the words for the host, with the header's name. S3 answers
/// `AccessDenied` and a list of names instead.
fn header_not_signed(name: &str) -> String {
    format!("'{name}' must be a 'SignedHeader' in the AWS Authorization.")
}

/// Observed: the recording that `authorization.rs` names, trailing space included.
fn unsupported_algorithm(algorithm: &str) -> String {
    format!("Unsupported AWS 'algorithm': '{algorithm}' (only AWS4-HMAC-SHA256 for now). ")
}

/// Observed: STS (<https://github.com/jenkinsci/aws-credentials-plugin/issues/72>).
fn not_key_value(part: &str, header: &str) -> String {
    format!(
        "'{part}' not a valid key=value pair (missing equal-sign) in Authorization header: \
         '{header}'."
    )
}

/// Observed: <https://github.com/aws/chalice/issues/828> and, of a Query service,
/// <https://github.com/brendanhay/amazonka/issues/316>.
fn incomplete_header(missing: &[AuthorizationPart], header: &str) -> String {
    let mut text = String::new();
    for part in missing {
        text.push_str(match part {
            AuthorizationPart::Credential => {
                "Authorization header requires 'Credential' parameter. "
            }
            AuthorizationPart::Signature => "Authorization header requires 'Signature' parameter. ",
            AuthorizationPart::SignedHeaders => {
                "Authorization header requires 'SignedHeaders' parameter. "
            }
            AuthorizationPart::Date => {
                "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' \
                 header. "
            }
        });
    }
    text.push_str("Authorization=");
    text.push_str(header);
    text
}

/// Observed: the recording that `authorization.rs` names.
fn incomplete_query(missing: &[&str]) -> String {
    let mut text = String::new();
    for name in missing {
        // Writing to a `String` cannot fail.
        let _ = write!(text, "AWS query-string parameters must include '{name}'. ");
    }
    text.push_str(RE_EXAMINE);
    text
}

/// Observed: the recording that `authorization.rs` names.
fn malformed_date(date: &str) -> String {
    format!(
        "Date must be in ISO-8601 'basic format'. Got '{date}'. See \
         http://en.wikipedia.org/wiki/ISO_8601"
    )
}

/// Observed: STS (<https://github.com/hashicorp/vault/issues/4939>) and IAM
/// (<https://github.com/aws/aws-sdk-go/issues/1042>).
fn malformed_credential(credential: &str) -> String {
    format!(
        "Credential must have exactly 5 slash-delimited elements, e.g. \
         keyid/date/region/service/term, got '{credential}'"
    )
}

/// Observed: STS (<https://github.com/devsecops/bootcamp/issues/101>).
/// Choice: a lifetime that is not in whole minutes is shown in seconds.
fn expired(signed_at: Timestamp, now: Timestamp, lifetime: Duration) -> String {
    format!(
        "Signature expired: {} is now earlier than {} ({} - {}.)",
        signed_at.to_basic(),
        now.minus(lifetime).to_basic(),
        now.to_basic(),
        in_minutes(lifetime),
    )
}

/// Spec: IAM User Guide, "Troubleshoot Signature Version 4"; the tail in brackets
/// is the mirror image of the text above.
fn not_yet_current(signed_at: Timestamp, now: Timestamp, skew_max: Duration) -> String {
    format!(
        "Signature not yet current: {} is still later than {} ({} + {}.)",
        signed_at.to_basic(),
        now.plus(skew_max).to_basic(),
        now.to_basic(),
        in_minutes(skew_max),
    )
}

fn in_minutes(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if seconds.is_multiple_of(60) {
        format!("{} min", seconds / 60)
    } else {
        format!("{seconds} sec")
    }
}

/// Observed: order and words in the recording that `authorization.rs` names; the
/// space at the end of the first three also in
/// <https://github.com/cognitect-labs/aws-api/issues/27> (STS), while the date alone
/// has none (<https://github.com/tedder/requests-aws4auth/issues/7>).
/// Choice: a service with several names lists them.
fn scope_mismatch(mismatch: &ScopeMismatch) -> String {
    let mut text = String::new();
    // Writing to a `String` cannot fail.
    if let Some(region) = &mismatch.region {
        let _ = write!(
            text,
            "Credential should be scoped to a valid region, not '{}'. ",
            region.as_str()
        );
    }
    if let Some(services) = &mismatch.service {
        let services = services.join("' or '");
        let _ = write!(text, "Credential should be scoped to correct service: '{services}'. ");
    }
    if let Some(terminator) = &mismatch.terminator {
        let _ = write!(
            text,
            "Credential should be scoped with a valid terminator: 'aws4_request', not '{}'. ",
            terminator.as_str()
        );
    }
    if let Some(date) = &mismatch.date {
        let _ = write!(
            text,
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from \
             HTTP: '{}' != '{}', from '{}'.",
            date.claimed.as_str(),
            date.signed_at.to_basic_date(),
            date.signed_at.to_basic()
        );
    }
    text
}
