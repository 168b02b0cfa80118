use crate::limits::{QUERY_BYTES_MAX, QUERY_PARAMETERS_MAX};
use crate::percent;
use crate::rejection::{Limit, Rejection};
use crate::settings::PlusInQuery;

/// The names that a presigned query uses.
pub(crate) mod name {
    pub(crate) const ALGORITHM: &str = "X-Amz-Algorithm";
    pub(crate) const CONTENT_SHA256: &str = "X-Amz-Content-Sha256";
    pub(crate) const CREDENTIAL: &str = "X-Amz-Credential";
    pub(crate) const DATE: &str = "X-Amz-Date";
    pub(crate) const EXPIRES: &str = "X-Amz-Expires";
    pub(crate) const SECURITY_TOKEN: &str = "X-Amz-Security-Token";
    pub(crate) const SIGNATURE: &str = "X-Amz-Signature";
    pub(crate) const SIGNED_HEADERS: &str = "X-Amz-SignedHeaders";
}

/// The parameters of a query string, encoded, sorted by name and then by value.
#[derive(Default)]
pub(crate) struct Parameters(Vec<Parameter>);

struct Parameter {
    /// The encoded `name=value`.
    text: String,
    name_len: usize,
}

/// What the canonical query string leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leave {
    /// Nothing: the signature is in a header.
    Nothing,
    /// The signature itself.
    Signature,
    /// The signature, and the security token, which was appended after signing.
    SignatureAndToken,
}

impl Leave {
    fn keeps(self, name: &str) -> bool {
        match self {
            Self::Nothing => true,
            Self::Signature => name != name::SIGNATURE,
            Self::SignatureAndToken => name != name::SIGNATURE && name != name::SECURITY_TOKEN,
        }
    }
}

impl Parameters {
    /// Reads a raw query string. One allocation per parameter; `n log n`.
    ///
    /// Choice: empty pieces (`a&&b`) are skipped, as form decoders skip them, and
    /// a piece without `=` has an empty value.
    pub(crate) fn parse(query: &str, plus: PlusInQuery) -> Result<Self, Rejection> {
        if query.len() > QUERY_BYTES_MAX {
            return Err(Rejection::LimitExceeded { limit: Limit::QueryBytes });
        }
        let mut parameters = Self::default();
        for piece in query.split('&').filter(|piece| !piece.is_empty()) {
            if parameters.0.len() == QUERY_PARAMETERS_MAX {
                return Err(Rejection::LimitExceeded { limit: Limit::QueryParameters });
            }
            let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
            parameters.0.push(Parameter::recode(name, value, plus)?);
        }
        parameters.sort();
        Ok(parameters)
    }

    /// Adds parameters from plain, not encoded, names and values.
    pub(crate) fn add<'a>(&mut self, plain: impl IntoIterator<Item = (&'a str, &'a str)>) {
        self.0.extend(plain.into_iter().map(|(name, value)| Parameter::encode(name, value)));
        self.sort();
    }

    /// The decoded value of a parameter that may occur once.
    ///
    /// A value that is not UTF-8 is read with replacement characters: it is
    /// compared or shown, never decoded further.
    pub(crate) fn unique(&self, name: &'static str) -> Result<Option<String>, Rejection> {
        let mut found = self.0.iter().filter(|parameter| parameter.name() == name);
        let Some(parameter) = found.next() else { return Ok(None) };
        match found.next() {
            None => Ok(Some(parameter.plain_value())),
            Some(_) => Err(Rejection::DuplicateParameter { name }),
        }
    }

    /// Whether a parameter of this name is there at all.
    pub(crate) fn contains(&self, name: &str) -> bool {
        self.0.iter().any(|parameter| parameter.name() == name)
    }

    pub(crate) fn write(&self, leave: Leave, text: &mut Vec<u8>) {
        let kept = self.0.iter().filter(|parameter| leave.keeps(parameter.name()));
        for (index, parameter) in kept.enumerate() {
            if index > 0 {
                text.push(b'&');
            }
            text.extend_from_slice(parameter.text.as_bytes());
        }
    }

    fn sort(&mut self) {
        // Name and value are compared apart: `=` sorts behind `-`, so sorting
        // `name=value` would put `a-b=` before `a=`.
        self.0.sort_unstable_by(|left, right| left.key().cmp(&right.key()));
    }
}

impl Parameter {
    fn recode(name: &str, value: &str, plus: PlusInQuery) -> Result<Self, Rejection> {
        let mut text = String::with_capacity(name.len() + 1 + value.len());
        percent::recode(name, plus, &mut text).map_err(|_| Rejection::MalformedQuery)?;
        let name_len = text.len();
        text.push('=');
        percent::recode(value, plus, &mut text).map_err(|_| Rejection::MalformedQuery)?;
        Ok(Self { text, name_len })
    }

    fn encode(name: &str, value: &str) -> Self {
        let mut text = String::with_capacity(name.len() + 1 + value.len());
        percent::encode(name.bytes(), &mut text);
        let name_len = text.len();
        text.push('=');
        percent::encode(value.bytes(), &mut text);
        Self { text, name_len }
    }

    fn key(&self) -> (&str, &str) {
        (self.name(), self.value())
    }

    // INVARIANT: the text is ASCII and `name_len` is the place of its first `=`,
    // so the fallbacks below cannot be reached.
    fn name(&self) -> &str {
        self.text.get(..self.name_len).unwrap_or_default()
    }

    fn value(&self) -> &str {
        self.text.get(self.name_len + 1..).unwrap_or_default()
    }

    fn plain_value(&self) -> String {
        let bytes = percent::decode(self.value(), PlusInQuery::Literal).filter_map(Result::ok);
        let bytes: Vec<u8> = bytes.collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(query: &str, leave: Leave) -> Result<String, Rejection> {
        let parameters = Parameters::parse(query, PlusInQuery::Space)?;
        let mut text = Vec::new();
        parameters.write(leave, &mut text);
        Ok(String::from_utf8(text).unwrap())
    }

    #[test]
    fn parameters_are_sorted_by_encoded_name_then_value() {
        for (query, expect) in [
            ("", ""),
            ("a", "a="),
            ("a=&a", "a=&a="),
            ("&&b=2&&a=1&", "a=1&b=2"),
            ("b=1&a=2&a=1", "a=1&a=2&b=1"),
            ("a-b=1&a=2", "a=2&a-b=1"),
            ("a=b=c", "a=b%3Dc"),
            ("=x", "=x"),
            ("%61=1&%E1%88%B4=2&B=3", "%E1%88%B4=2&B=3&a=1"),
            ("a=b+c&d=e%2Bf", "a=b%20c&d=e%2Bf"),
        ] {
            assert_eq!(canonical(query, Leave::Nothing).as_deref(), Ok(expect), "{query}");
        }
    }

    #[test]
    fn only_what_is_not_signed_is_left_out() {
        let query = "X-Amz-Signature=1&X-Amz-Security-Token=2&x-amz-signature=3";
        for (leave, expect) in [
            (Leave::Nothing, "X-Amz-Security-Token=2&X-Amz-Signature=1&x-amz-signature=3"),
            (Leave::Signature, "X-Amz-Security-Token=2&x-amz-signature=3"),
            (Leave::SignatureAndToken, "x-amz-signature=3"),
        ] {
            assert_eq!(canonical(query, leave).as_deref(), Ok(expect));
        }
    }

    #[test]
    fn broken_escapes_and_too_much_are_refused() {
        for query in ["a=%", "%4=1", "a=%zz"] {
            assert_eq!(canonical(query, Leave::Nothing), Err(Rejection::MalformedQuery), "{query}");
        }
        let many = "a&".repeat(QUERY_PARAMETERS_MAX);
        assert!(canonical(&many, Leave::Nothing).is_ok());
        let limit = Rejection::LimitExceeded { limit: Limit::QueryParameters };
        assert_eq!(canonical(&format!("{many}a"), Leave::Nothing), Err(limit));
        let long = "a".repeat(QUERY_BYTES_MAX + 1);
        let limit = Rejection::LimitExceeded { limit: Limit::QueryBytes };
        assert_eq!(canonical(&long, Leave::Nothing), Err(limit));
    }

    #[test]
    fn names_are_compared_decoded_and_must_be_unique() {
        let parse = |query| Parameters::parse(query, PlusInQuery::Space).unwrap();
        assert_eq!(parse("X%2DAmz-Date=a%2Fb").unique(name::DATE), Ok(Some("a/b".into())));
        assert_eq!(parse("x-amz-date=1").unique(name::DATE), Ok(None));
        assert_eq!(
            parse("X-Amz-Date=1&X%2DAmz-Date=1").unique(name::DATE),
            Err(Rejection::DuplicateParameter { name: name::DATE })
        );
    }
}
