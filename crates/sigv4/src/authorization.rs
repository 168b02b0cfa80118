//! Where a request says who signed it: the `Authorization` header or the query.

use std::borrow::Cow;

use crate::canonical::headers::name as header;
use crate::canonical::query::name as parameter;
use crate::canonical::{Headers, Parameters};
use crate::claim::Form;
use crate::limits::AUTHORIZATION_BYTES_MAX;
use crate::pieces::{halves, pieces};
use crate::rejection::{AuthorizationPart, Echo, Limit, Rejection};

/// The only algorithm of this version.
pub(crate) const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// The parts of a signature as the request spells them; nothing is checked yet
/// but that each is there.
pub(crate) struct Spelled<'a> {
    pub(crate) form: Form,
    pub(crate) algorithm: Cow<'a, str>,
    pub(crate) credential: Cow<'a, str>,
    pub(crate) signed_headers: Cow<'a, str>,
    pub(crate) signature: Cow<'a, str>,
    pub(crate) date: Cow<'a, str>,
    /// `X-Amz-Expires`, of the presigned form only.
    pub(crate) expiry: Option<String>,
}

/// Finds the signature, and decides which form it has.
///
/// Observed: the order of these checks and their texts, recorded from the real
/// service in <https://github.com/mhart/dynalite> (index.js).
pub(crate) fn find<'a>(
    headers: &Headers<'a>,
    parameters: &Parameters,
) -> Result<Spelled<'a>, Rejection> {
    let authorization = text(headers, header::AUTHORIZATION)?;
    match (authorization, parameters.contains(parameter::ALGORITHM)) {
        (None, false) => Err(Rejection::MissingAuthentication),
        (Some(_), true) => Err(Rejection::BothForms),
        (Some(authorization), false) => from_header(authorization, headers),
        (None, true) => from_query(parameters),
    }
}

/// The value of a header that may occur once, as text.
pub(crate) fn text<'a>(
    headers: &Headers<'a>,
    name: &'static str,
) -> Result<Option<&'a str>, Rejection> {
    headers
        .unique(name)?
        .map(|value| std::str::from_utf8(value).map_err(|_| Rejection::MalformedHeader { name }))
        .transpose()
}

fn from_header<'a>(
    authorization: &'a str,
    headers: &Headers<'a>,
) -> Result<Spelled<'a>, Rejection> {
    if authorization.len() > AUTHORIZATION_BYTES_MAX {
        return Err(Rejection::LimitExceeded { limit: Limit::AuthorizationBytes });
    }
    if !authorization.starts_with("AWS4-") {
        return Err(Rejection::ForeignScheme);
    }
    let (algorithm, rest) = halves(authorization, is_separator).unwrap_or((authorization, ""));
    let parts = Parts::read(rest, authorization)?;
    let date = match text(headers, header::X_AMZ_DATE)? {
        Some(date) => Some(date),
        None => text(headers, header::DATE)?,
    };
    let missing = parts.missing(date);
    match (parts.credential, parts.signature, parts.signed_headers, date) {
        (Some(credential), Some(signature), Some(signed_headers), Some(date))
            if missing.is_empty() =>
        {
            Ok(Spelled {
                form: Form::Header,
                algorithm: algorithm.into(),
                credential: credential.into(),
                signed_headers: signed_headers.into(),
                signature: signature.into(),
                date: date.into(),
                expiry: None,
            })
        }
        _ => Err(Rejection::IncompleteAuthorization { missing, header: Echo::new(authorization) }),
    }
}

/// The parts of an `Authorization` header behind the algorithm.
#[derive(Default)]
struct Parts<'a> {
    credential: Option<&'a str>,
    signature: Option<&'a str>,
    signed_headers: Option<&'a str>,
}

impl<'a> Parts<'a> {
    /// Observed: AWS separates the parts at commas and spaces alike; a space
    /// behind `Credential=` makes a part without `=`
    /// (<https://github.com/iann0036/cloud9-sync/issues/10>). Choice: parts of
    /// other names are ignored, a part that occurs twice is refused.
    fn read(rest: &'a str, header: &str) -> Result<Self, Rejection> {
        let mut parts = Self::default();
        for part in pieces(rest, is_separator).filter(|part| !part.is_empty()) {
            let Some((name, value)) = halves(part, |byte| byte == b'=') else {
                let (part, header) = (Echo::new(part), Echo::new(header));
                return Err(Rejection::NotKeyValue { part, header });
            };
            match name {
                "Credential" => set(&mut parts.credential, "Credential", value)?,
                "Signature" => set(&mut parts.signature, "Signature", value)?,
                "SignedHeaders" => set(&mut parts.signed_headers, "SignedHeaders", value)?,
                _ => {}
            }
        }
        Ok(parts)
    }

    /// Observed: an empty credential or signature counts as absent, an empty list
    /// of signed headers does not.
    fn missing(&self, date: Option<&str>) -> Vec<AuthorizationPart> {
        let is_empty = |value: Option<&str>| value.is_none_or(str::is_empty);
        [
            (is_empty(self.credential), AuthorizationPart::Credential),
            (is_empty(self.signature), AuthorizationPart::Signature),
            (self.signed_headers.is_none(), AuthorizationPart::SignedHeaders),
            (is_empty(date), AuthorizationPart::Date),
        ]
        .into_iter()
        .filter_map(|(is_missing, part)| is_missing.then_some(part))
        .collect()
    }
}

fn set<'a>(
    place: &mut Option<&'a str>,
    name: &'static str,
    value: &'a str,
) -> Result<(), Rejection> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(Rejection::DuplicateAuthorizationPart { name }),
    }
}

const fn is_separator(byte: u8) -> bool {
    matches!(byte, b',' | b' ' | b'\t' | b'\r' | b'\n')
}

fn from_query(parameters: &Parameters) -> Result<Spelled<'static>, Rejection> {
    let mut missing = Vec::new();
    let mut required = |name: &'static str| -> Result<Cow<'static, str>, Rejection> {
        let value = parameters.unique(name)?.unwrap_or_default();
        if value.is_empty() {
            missing.push(name);
        }
        Ok(value.into())
    };
    let spelled = Spelled {
        form: Form::Presigned,
        algorithm: required(parameter::ALGORITHM)?,
        credential: required(parameter::CREDENTIAL)?,
        signature: required(parameter::SIGNATURE)?,
        signed_headers: required(parameter::SIGNED_HEADERS)?,
        date: required(parameter::DATE)?,
        expiry: parameters.unique(parameter::EXPIRES)?,
    };
    if missing.is_empty() { Ok(spelled) } else { Err(Rejection::IncompleteQuery { missing }) }
}
