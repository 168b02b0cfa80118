use std::fmt;

use stead_api::{ApiError, ErrorCode, KnownOperation, Service};

use crate::limits::{
    BODY_BYTES_MAX, ECHO_CHARACTERS_MAX, NAME_BYTES_MAX, PARAMETERS_MAX, QUERY_BYTES_MAX,
};
use crate::percent::{self, PercentError};
use crate::text::shortened;

#[cfg(test)]
mod tests;

/// The parameters of a request: unique names, sorted, decoded once.
///
/// `Debug` shows names only, since values may be passwords and tokens.
#[derive(Clone)]
#[cfg_attr(test, derive(PartialEq, Eq))]
pub struct Form {
    /// INVARIANT: sorted by name, and no name twice.
    parameters: Vec<(String, String)>,
}

impl Form {
    /// Reads the parameters of a query string and of a body.
    ///
    /// `query` is the text after `?`, without it. Both may carry parameters; clients that
    /// send all of them in the query of a POST with an empty body and no content type are
    /// in use. Parameters that begin with `X-Amz-` belong to the signature and are left
    /// out, as are parameters without a name.
    ///
    /// # Errors
    /// `RequestEntityTooLarge` over [`BODY_BYTES_MAX`]; `MalformedInput` for whatever
    /// cannot be read: over another limit, a broken percent sequence, no UTF-8, a name
    /// given twice, or a body that is not a form.
    pub fn parse(
        query: Option<&str>,
        content_type: Option<&str>,
        body: &[u8],
    ) -> Result<Self, ApiError> {
        let query = query.unwrap_or_default();
        if query.len() > QUERY_BYTES_MAX {
            return Err(malformed(format!("The query string exceeds {QUERY_BYTES_MAX} bytes")));
        }
        if body.len() > BODY_BYTES_MAX {
            let message = format!("The request body exceeds {BODY_BYTES_MAX} bytes");
            return Err(ApiError::new(ErrorCode::RequestEntityTooLarge, message));
        }
        // Choice: AWS leaves a body of another type unread and then misses the action.
        if !body.is_empty() && !content_type.is_some_and(is_form) {
            return Err(malformed(format!("The request body must be of the type {FORM_TYPE}")));
        }
        let mut parameters = Vec::new();
        read_pairs(query.as_bytes(), &mut parameters)?;
        read_pairs(body, &mut parameters)?;
        parameters.sort();
        // Choice: AWS takes the first of several; nobody should have to know which counts.
        let mut neighbours = parameters.iter().zip(parameters.iter().skip(1));
        if let Some(((name, _), _)) = neighbours.find(|((left, _), (right, _))| left == right) {
            return Err(malformed(format!("The parameter {name} is given more than once")));
        }
        Ok(Self { parameters })
    }

    /// The operation that `Action` and `Version` name.
    ///
    /// # Errors
    /// `MissingAction` without an action; `InvalidAction` for a version or an action that
    /// does not exist.
    pub fn operation(&self) -> Result<KnownOperation, ApiError> {
        let Some(action) = self.value("Action") else {
            // Choice: AWS redirects to a page about IAM, which no client can read.
            return Err(ApiError::new(ErrorCode::MissingAction, "Missing Action"));
        };
        // Observed: STS, which answers a missing version, an empty one, and one it does
        // not know with the same words.
        let version = self.value("Version").unwrap_or("NO_VERSION_SPECIFIED");
        let service = Service::from_version(version);
        let known = service.and_then(|service| KnownOperation::lookup(service, action));
        known.ok_or_else(|| {
            let action = shortened(action, ECHO_CHARACTERS_MAX);
            let version = shortened(version, ECHO_CHARACTERS_MAX);
            let message = format!("Could not find operation {action} for version {version}");
            ApiError::new(ErrorCode::InvalidAction, message)
        })
    }

    /// The value of this parameter.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        // Names have lengths of their own: of a few parameters nearly none is compared.
        let found = if self.parameters.len() <= SCANNED_MAX {
            self.parameters.iter().position(|(other, _)| other == name)
        } else {
            self.parameters.binary_search_by(|(other, _)| other.as_str().cmp(name)).ok()
        };
        found.and_then(|index| self.parameters.get(index)).map(|(_, value)| value.as_str())
    }

    /// Whether a name begins with these two texts, one behind the other.
    pub(crate) fn begins(&self, prefix: &str, rest: &str) -> bool {
        if self.parameters.len() > SCANNED_MAX {
            return self.names_below(&[prefix, rest].concat()).next().is_some();
        }
        let begins = |name: &str| name.strip_prefix(prefix).is_some_and(|it| it.starts_with(rest));
        self.parameters.iter().any(|(name, _)| begins(name))
    }

    /// The names that begin with `prefix`, without it, in order.
    pub(crate) fn names_below<'f>(&'f self, prefix: &'f str) -> impl Iterator<Item = &'f str> {
        let start = self.parameters.partition_point(|(name, _)| name.as_str() < prefix);
        let rest = self.parameters.iter().skip(start);
        rest.map_while(move |(name, _)| name.strip_prefix(prefix))
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.parameters.iter().map(|(name, _)| name);
        formatter.debug_list().entries(names).finish()
    }
}

/// Up to this many parameters are gone through to find one.
const SCANNED_MAX: usize = 16;

const FORM_TYPE: &str = "application/x-www-form-urlencoded";

/// Whether a content type names a form; what follows a semicolon (the character set,
/// which is UTF-8 whatever it says) does not matter.
fn is_form(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case(FORM_TYPE)
}

fn read_pairs(bytes: &[u8], parameters: &mut Vec<(String, String)>) -> Result<(), ApiError> {
    for pair in pieces(bytes) {
        if pair.is_empty() {
            continue;
        }
        if parameters.len() >= PARAMETERS_MAX {
            return Err(malformed(format!("More than {PARAMETERS_MAX} parameters")));
        }
        let mut halves = pair.splitn(2, |byte| *byte == b'=');
        let name = decode(halves.next().unwrap_or_default())?;
        let value = decode(halves.next().unwrap_or_default())?;
        if name.len() > NAME_BYTES_MAX {
            return Err(malformed(format!("A parameter name exceeds {NAME_BYTES_MAX} bytes")));
        }
        if !name.is_empty() && !belongs_to_signature(&name) {
            parameters.push((name, value));
        }
    }
    Ok(())
}

/// What stands between the `&`.
fn pieces(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let ends = memchr::memchr_iter(b'&', bytes).chain(std::iter::once(bytes.len()));
    let mut start = 0;
    ends.map(move |end| {
        let piece = bytes.get(start..end).unwrap_or_default();
        start = end + 1;
        piece
    })
}

/// Spec: the query form of Signature Version 4 puts its parts into `X-Amz-` parameters.
fn belongs_to_signature(name: &str) -> bool {
    name.get(..6).is_some_and(|head| head.eq_ignore_ascii_case("x-amz-"))
}

fn decode(bytes: &[u8]) -> Result<String, ApiError> {
    percent::decode(bytes).map_err(|error| {
        let problem = match error {
            PercentError::Sequence => "has a broken percent sequence",
            PercentError::Utf8 => "is not UTF-8",
        };
        // Where is not said, not even to the operator: it could be within a token.
        malformed(format!("A parameter {problem}"))
    })
}

fn malformed(message: String) -> ApiError {
    ApiError::new(ErrorCode::MalformedInput, message)
}
