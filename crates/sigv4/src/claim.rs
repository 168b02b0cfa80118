use std::cmp::Ordering;
use std::fmt;
use std::time::Duration;

use data_encoding::HEXLOWER;
use stead_types::{Secret, Timestamp};

use crate::authorization::{self, ALGORITHM, Spelled};
use crate::canonical::headers::{is_token, name as header};
use crate::canonical::query::name as parameter;
use crate::canonical::{self, Headers, Leave, Parameters, SignedHeaders};
use crate::date;
use crate::limits::{PRESIGNED_EXPIRY_MAX, PRESIGNED_EXPIRY_MIN};
use crate::payload::{Declared, Payload, sha256};
use crate::pieces::halves;
use crate::rejection::{Echo, Rejection, shown_name};
use crate::request::RequestHead;
use crate::scope::Scope;
use crate::settings::{PayloadMode, Settings};

/// What a request says about who signed it, when and how. Nothing is proven.
///
/// Owns what it needs, so the request may be dropped and the body awaited between
/// [`Claim::parse`] and [`Claim::verify`].
pub struct Claim {
    pub(crate) form: Form,
    pub(crate) access_key_id: Box<str>,
    pub(crate) scope: Scope,
    pub(crate) claimed_time: Timestamp,
    /// The same as text, `20150830T123600Z`: it is signed, and its day compared.
    pub(crate) claimed_basic: [u8; 16],
    pub(crate) claimed_lifetime: Option<Duration>,
    pub(crate) security_token: Option<Secret<String>>,
    pub(crate) signed_headers: SignedHeaders,
    /// Whether all that must be signed is, and all that is signed is there.
    pub(crate) coverage: Result<(), Rejection>,
    pub(crate) declared: Declared,
    pub(crate) payload_mode: PayloadMode,
    /// Absent when it is not 64 lower-case hexadecimal digits: then it matches
    /// nothing.
    pub(crate) signature: Option<[u8; 32]>,
    /// The canonical request up to the digest of the body.
    pub(crate) canonical: Vec<u8>,
    /// The same without the security token, where the query has one.
    pub(crate) canonical_without_token: Option<Vec<u8>>,
}

/// Where the signature is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// In the `Authorization` header.
    Header,
    /// In the query string.
    Presigned,
}

impl Claim {
    /// Reads a request's signature, and writes its canonical form.
    ///
    /// Linear in the request but for sorting headers and parameters; allocates
    /// the canonical request, and each parameter of the query.
    ///
    /// # Errors
    /// [`Rejection::MissingAuthentication`] when there is none, which a service
    /// with unsigned operations treats as an anonymous caller; another rejection
    /// when it is incomplete, ambiguous, malformed or too large.
    pub fn parse(head: &RequestHead<'_>, settings: &Settings) -> Result<Self, Rejection> {
        let headers = Headers::read(head.headers)?;
        let parameters = Parameters::parse(head.query, settings.plus)?;
        let spelled = authorization::find(&headers, &parameters)?;

        let (claimed_time, claimed_basic) = read_date(&spelled)?;
        if spelled.algorithm != ALGORITHM {
            let algorithm = Echo::new(&spelled.algorithm);
            return Err(Rejection::UnsupportedAlgorithm { algorithm });
        }
        let (access_key_id, scope) = read_credential(&spelled.credential)?;
        let claimed_lifetime = spelled.expiry.as_deref().map(read_expiry).transpose()?;
        let signed_headers = SignedHeaders::read(&spelled.signed_headers)?;
        let token = find_token(spelled.form, &headers, &parameters)?;
        let declared = find_declared(spelled.form, &headers, &parameters)?;

        if !is_token(head.method) {
            return Err(Rejection::MalformedMethod);
        }
        let path = canonical::path::canonical(head.path, settings)?;
        let canonical = |leave| {
            canonical::head(head.method, &path, &parameters, leave, &headers, &signed_headers)
        };
        let leave = match spelled.form {
            Form::Header => Leave::Nothing,
            Form::Presigned => Leave::Signature,
        };
        Ok(Self {
            form: spelled.form,
            access_key_id,
            scope,
            claimed_time,
            claimed_basic,
            claimed_lifetime,
            coverage: check_coverage(&headers, &signed_headers),
            declared,
            payload_mode: settings.payload,
            signature: read_signature(&spelled.signature),
            canonical: canonical(leave),
            canonical_without_token: token
                .is_appendable()
                .then(|| canonical(Leave::SignatureAndToken)),
            security_token: token.into_secret(),
            signed_headers,
        })
    }

    /// The access key id, as the request spells it: any text without a slash,
    /// bounded by the header or query it came in. Who looks it up parses it first.
    #[must_use]
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// The scope the request says its key has.
    #[must_use]
    pub const fn scope(&self) -> &Scope {
        &self.scope
    }

    /// When the request says it was signed.
    #[must_use]
    pub const fn claimed_time(&self) -> Timestamp {
        self.claimed_time
    }

    /// The session token, which a temporary access key needs beside it.
    ///
    /// It may be unsigned, in a presigned query: that is safe as long as a token
    /// opens beside its own access key id only.
    #[must_use]
    pub fn security_token(&self) -> Option<&Secret<String>> {
        self.security_token.as_ref()
    }

    /// The names of the signed headers, in lower case, sorted.
    pub fn signed_headers(&self) -> impl Iterator<Item = &str> {
        self.signed_headers.names()
    }

    /// Where the signature is.
    #[must_use]
    pub const fn form(&self) -> Form {
        self.form
    }

    /// The canonical request, to find out why a signature does not match.
    ///
    /// For operators and tests: it can hold a session token.
    #[must_use]
    pub fn canonical_request(&self, payload: Payload) -> Vec<u8> {
        let mut text = self.canonical.clone();
        text.extend_from_slice(payload.to_text().as_bytes());
        text
    }

    /// The text that the key signs, for [`Claim::canonical_request`].
    #[must_use]
    pub fn string_to_sign(&self, payload: Payload) -> String {
        string_to_sign(&self.claimed_basic, &self.scope, &self.canonical, payload)
    }
}

/// The text that a key signs.
///
/// Spec: IAM User Guide, "Create a signed AWS API request", steps 2 and 3.
pub(crate) fn string_to_sign(
    signed_at: &[u8; 16],
    scope: &Scope,
    canonical: &[u8],
    payload: Payload,
) -> String {
    let mut text = String::with_capacity(ALGORITHM.len() + 128 + scope.as_str().len());
    // ASCII: it is a moment that was written.
    let signed_at = std::str::from_utf8(signed_at).unwrap_or_default();
    for line in [ALGORITHM, signed_at, scope.as_str()] {
        text.push_str(line);
        text.push('\n');
    }
    let digest = payload.with_text(|payload| sha256(&[canonical, payload]));
    HEXLOWER.encode_append(&digest, &mut text);
    text
}

fn read_date(spelled: &Spelled<'_>) -> Result<(Timestamp, [u8; 16]), Rejection> {
    let text = &*spelled.date;
    let malformed = || Rejection::MalformedDate { date: Echo::new(text) };
    let moment = match spelled.form {
        Form::Header => date::parse(text),
        Form::Presigned => Timestamp::from_basic(text).ok(),
    };
    let moment = moment.ok_or_else(malformed)?;
    let basic = moment.basic();
    // A leap second is read as the second before it; what is signed has to be
    // what the request says.
    if basic != text.as_bytes() && Timestamp::from_basic(text).is_ok() {
        return Err(malformed());
    }
    Ok((moment, basic))
}

fn read_credential(credential: &str) -> Result<(Box<str>, Scope), Rejection> {
    let five = halves(credential, |byte| byte == b'/')
        .and_then(|(id, rest)| Some((id, Scope::from_text(rest)?)));
    let Some((id, scope)) = five else {
        return Err(Rejection::MalformedCredential { credential: Echo::new(credential) });
    };
    Ok((id.into(), scope))
}

fn read_expiry(text: &str) -> Result<Duration, Rejection> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Rejection::MalformedExpiry { expiry: Echo::new(text) });
    }
    // Digits only, so the one way to fail is a number that is too large.
    let seconds = text.parse().unwrap_or(u64::MAX);
    let expiry = Duration::from_secs(seconds);
    if (PRESIGNED_EXPIRY_MIN..=PRESIGNED_EXPIRY_MAX).contains(&expiry) {
        Ok(expiry)
    } else {
        Err(Rejection::ExpiryOutOfRange { seconds })
    }
}

fn read_signature(text: &str) -> Option<[u8; 32]> {
    let (digits, mut bytes) = (text.as_bytes(), [0; 32]);
    if digits.len() != 2 * bytes.len() {
        return None;
    }
    HEXLOWER.decode_mut(digits, &mut bytes).ok()?;
    Some(bytes)
}

/// Whether the host and every `x-amz-*` header are signed, and every signed
/// header is there.
///
/// Spec: IAM User Guide, "Create a signed AWS API request": the canonical headers
/// must include the host and any `x-amz-*` header of the request.
fn check_coverage(headers: &Headers<'_>, signed: &SignedHeaders) -> Result<(), Rejection> {
    if !signed.contains(header::HOST) {
        return Err(Rejection::HostNotSigned);
    }
    let (unsigned, absent) = differences(headers.names(), signed.names());
    if let Some(name) = unsigned {
        return Err(Rejection::HeaderNotSigned { name: shown_name(name) });
    }
    // Two hosts would be signed as one value and could be read as either.
    headers.unique(header::HOST)?;
    match absent {
        Some(name) => Err(Rejection::SignedHeaderAbsent { name: shown_name(name) }),
        None => Ok(()),
    }
}

/// The first header that must be signed and is not, and the first signed name without a
/// header. Both lists are in order; each is gone through once.
fn differences<'h, 's>(
    headers: impl Iterator<Item = &'h str>,
    signed: impl Iterator<Item = &'s str>,
) -> (Option<&'h str>, Option<&'s str>) {
    let (mut unsigned, mut absent) = (None, None);
    let (mut headers, mut signed) = (headers.peekable(), signed.peekable());
    loop {
        let order = match (headers.peek(), signed.peek()) {
            (None, None) => return (unsigned, absent),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(header), Some(name)) => header.cmp(name),
        };
        if order.is_lt() {
            unsigned = unsigned.or(headers.peek().copied().filter(|it| it.starts_with("x-amz-")));
        } else if order.is_gt() {
            absent = absent.or(signed.peek().copied());
        }
        if order.is_le() {
            headers.next();
        }
        if order.is_ge() {
            signed.next();
        }
    }
}

/// Where a request has its security token.
enum Token {
    None,
    InHeader(Secret<String>),
    InQuery(Secret<String>),
}

impl Token {
    const fn is_appendable(&self) -> bool {
        matches!(self, Self::InQuery(_))
    }

    fn into_secret(self) -> Option<Secret<String>> {
        match self {
            Self::None => None,
            Self::InHeader(token) | Self::InQuery(token) => Some(token),
        }
    }
}

fn find_token(
    form: Form,
    headers: &Headers<'_>,
    parameters: &Parameters,
) -> Result<Token, Rejection> {
    let name = header::SECURITY_TOKEN;
    let in_header = authorization::text(headers, name)?;
    let in_query = match form {
        Form::Header => None,
        Form::Presigned => parameters.unique(parameter::SECURITY_TOKEN)?,
    };
    match (in_header, in_query) {
        (None, None) => Ok(Token::None),
        (Some(token), None) => Ok(Token::InHeader(Secret::new(token.into()))),
        (None, Some(token)) => Ok(Token::InQuery(Secret::new(token))),
        (Some(_), Some(_)) => Err(Rejection::HeaderAndParameter { name }),
    }
}

fn find_declared(
    form: Form,
    headers: &Headers<'_>,
    parameters: &Parameters,
) -> Result<Declared, Rejection> {
    let name = header::CONTENT_SHA256;
    let in_header = authorization::text(headers, name)?;
    let in_query = match form {
        Form::Header => None,
        Form::Presigned => parameters.unique(parameter::CONTENT_SHA256)?,
    };
    match (in_header, in_query) {
        (Some(_), Some(_)) => Err(Rejection::HeaderAndParameter { name }),
        (in_header, in_query) => Ok(Declared::read(in_header.or(in_query.as_deref()))),
    }
}

/// Shows what is not secret; the canonical request can hold a token.
impl fmt::Debug for Claim {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Claim")
            .field("form", &self.form)
            .field("access_key_id", &self.access_key_id)
            .field("scope", &self.scope)
            .field("claimed_time", &self.claimed_time)
            .finish_non_exhaustive()
    }
}
