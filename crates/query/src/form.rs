use std::fmt;

use stead_api::{ApiError, ErrorCode, KnownOperation, Service};

use crate::limits::{
    BODY_BYTES_MAX, ECHO_CHARACTERS_MAX, NAME_BYTES_MAX, PARAMETERS_MAX, QUERY_BYTES_MAX,
};
use crate::percent::{self, PercentError};
use crate::text::shortened;

mod json;
#[cfg(test)]
mod tests;

/// The parameters of a request: unique names, sorted, decoded once.
///
/// Of JSON every value is a parameter, under the name that it has in a form, and so are the
/// lists and objects around it: the element of a list is `Tags.member.1`, and its member
/// `Tags.member.1.Key`.
///
/// `Debug` shows names only, since values may be passwords and tokens.
#[derive(Clone, Default)]
pub struct Form {
    /// Names and values, one behind the other, in the order in which they came.
    text: String,
    /// INVARIANT: sorted by name, and no name twice.
    parameters: Vec<Parameter>,
    /// What the values of JSON are, by where their parameter starts; of a form nothing.
    /// INVARIANT: sorted by the former.
    kinds: Vec<(usize, JsonKind)>,
}

/// What a value of JSON is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JsonKind {
    /// A text.
    Text,
    /// A number, whole or not.
    Number,
    /// `true`.
    True,
    /// `false`.
    False,
    /// A list, whose parameter is empty.
    List,
    /// An object, whose parameter is empty.
    Object,
}

/// Where a name and the value behind it stand in the text of a form.
#[derive(Clone, Copy)]
struct Parameter {
    start: usize,
    middle: usize,
    end: usize,
}

impl Parameter {
    fn name(self, text: &str) -> &str {
        text.get(self.start..self.middle).unwrap_or_default()
    }

    fn value(self, text: &str) -> &str {
        text.get(self.middle..self.end).unwrap_or_default()
    }
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
        // What is decoded is no longer than what is encoded.
        let mut form = Self {
            text: String::with_capacity(query.len() + body.len()),
            parameters: Vec::with_capacity(SCANNED_MAX),
            kinds: Vec::new(),
        };
        form.read_pairs(query.as_bytes())?;
        form.read_pairs(body)?;
        form.sort();
        match form.repeated() {
            Some(name) => Err(malformed(format!("The parameter {name} is given more than once"))),
            None => Ok(form),
        }
    }

    fn sort(&mut self) {
        let Self { text, parameters, .. } = self;
        parameters.sort_unstable_by(|one, other| one.name(text).cmp(other.name(text)));
    }

    /// A name that is given twice.
    ///
    /// Choice: AWS takes the first of several; nobody should have to know which counts.
    fn repeated(&self) -> Option<&str> {
        let mut neighbours = self.names().zip(self.names().skip(1));
        neighbours.find(|(left, right)| left == right).map(|(name, _)| name)
    }

    fn read_pairs(&mut self, bytes: &[u8]) -> Result<(), ApiError> {
        let mut scratch = Vec::new();
        for pair in pieces(bytes) {
            if pair.is_empty() {
                continue;
            }
            if self.parameters.len() >= PARAMETERS_MAX {
                return Err(malformed(format!("More than {PARAMETERS_MAX} parameters")));
            }
            let (name, value) = halves(pair);
            let start = self.text.len();
            self.text.push_str(decode(name, &mut scratch)?);
            let middle = self.text.len();
            self.text.push_str(decode(value, &mut scratch)?);
            let parameter = Parameter { start, middle, end: self.text.len() };
            let name = parameter.name(&self.text);
            if name.len() > NAME_BYTES_MAX {
                return Err(malformed(format!("A parameter name exceeds {NAME_BYTES_MAX} bytes")));
            }
            if name.is_empty() || belongs_to_signature(name) {
                self.text.truncate(start);
            } else {
                self.parameters.push(parameter);
            }
        }
        Ok(())
    }

    /// The names, in order.
    fn names(&self) -> impl Iterator<Item = &str> {
        self.parameters.iter().map(|parameter| parameter.name(&self.text))
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
        self.parameter(name).map(|found| found.value(&self.text))
    }

    fn parameter(&self, name: &str) -> Option<&Parameter> {
        // Names have lengths of their own: of a few parameters nearly none is compared.
        let found = if self.parameters.len() <= SCANNED_MAX {
            self.names().position(|other| other == name)
        } else {
            self.parameters.binary_search_by(|other| other.name(&self.text).cmp(name)).ok()
        };
        found.and_then(|index| self.parameters.get(index))
    }

    /// Whether it was JSON, in which every value has a kind; an empty object has none.
    pub(crate) const fn has_kinds(&self) -> bool {
        !self.kinds.is_empty()
    }

    /// What the value of this parameter is, where it was JSON.
    pub(crate) fn kind(&self, name: &str) -> Option<JsonKind> {
        let start = self.parameter(name)?.start;
        let found = self.kinds.binary_search_by_key(&start, |(start, _)| *start).ok()?;
        self.kinds.get(found).map(|(_, kind)| *kind)
    }

    /// Whether a name begins with these two texts, one behind the other.
    pub(crate) fn begins(&self, prefix: &str, rest: &str) -> bool {
        if self.parameters.len() > SCANNED_MAX {
            return self.names_below(&[prefix, rest].concat()).next().is_some();
        }
        // One byte tells most names apart, without a call for each: several lists are looked
        // for in each request.
        let first = rest.as_bytes().first();
        let may_begin = |name: &str| first.is_none() || name.as_bytes().get(prefix.len()) == first;
        let begins = |name: &str| name.strip_prefix(prefix).is_some_and(|it| it.starts_with(rest));
        self.names().any(|name| may_begin(name) && begins(name))
    }

    /// The names that begin with `prefix`, without it, in order.
    pub(crate) fn names_below<'f>(&'f self, prefix: &'f str) -> impl Iterator<Item = &'f str> {
        let start = self.parameters.partition_point(|other| other.name(&self.text) < prefix);
        self.names().skip(start).map_while(move |name| name.strip_prefix(prefix))
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.names()).finish()
    }
}

/// Up to this many parameters are gone through to find one.
const SCANNED_MAX: usize = 16;

const FORM_TYPE: &str = "application/x-www-form-urlencoded";

/// Whether a content type names a form; what follows a semicolon (the character set,
/// which is UTF-8 whatever it says) does not matter.
pub fn is_form(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case(FORM_TYPE)
}

/// What stands before the first `=` of a pair, and what behind it.
fn halves(pair: &[u8]) -> (&[u8], &[u8]) {
    match memchr::memchr(b'=', pair).and_then(|at| pair.split_at_checked(at)) {
        Some((name, value)) => (name, value.strip_prefix(b"=").unwrap_or(value)),
        None => (pair, b""),
    }
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

fn decode<'d>(bytes: &'d [u8], scratch: &'d mut Vec<u8>) -> Result<&'d str, ApiError> {
    percent::decode(bytes, scratch).map_err(|error| {
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
