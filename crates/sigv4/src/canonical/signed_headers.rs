//! The list `SignedHeaders`.

use crate::canonical::headers::{is_token, is_usual};
use crate::limits::SIGNED_HEADERS_MAX;
use crate::pieces::pieces;
use crate::rejection::{Limit, Rejection};

/// The names of the headers that a signature covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SignedHeaders {
    /// INVARIANT: tokens of HTTP in lower case, in order, none twice, joined by semicolons,
    /// as the canonical request has them; or nothing.
    text: Box<str>,
}

impl SignedHeaders {
    /// Reads the list. Linear in one that is canonical, which clients send; one allocation.
    ///
    /// Choice: names may come in any case and order, as the canonical form has one
    /// case and one order only; a name that is there twice is refused.
    pub(crate) fn read(list: &str) -> Result<Self, Rejection> {
        if list.is_empty() {
            return Ok(Self { text: list.into() });
        }
        let (mut count, mut before, mut is_canonical) = (0, "", true);
        for name in pieces(list, |byte| byte == b';') {
            let usual = is_usual(name);
            if !usual && !is_token(name) {
                return Err(Rejection::MalformedSignedHeaders);
            }
            if count == SIGNED_HEADERS_MAX {
                return Err(Rejection::LimitExceeded { limit: Limit::SignedHeaders });
            }
            let has_upper_case = !usual && name.bytes().any(|byte| byte.is_ascii_uppercase());
            is_canonical &= before < name && !has_upper_case;
            (count, before) = (count + 1, name);
        }
        if is_canonical { Ok(Self { text: list.into() }) } else { Self::sorted(list) }
    }

    /// Those of a request that is to be signed: in lower case, in order, none twice.
    pub(crate) fn of(names: &[&str]) -> Self {
        Self { text: names.join(";").into() }
    }

    fn sorted(list: &str) -> Result<Self, Rejection> {
        let list = list.to_ascii_lowercase();
        let mut names: Vec<&str> = list.split(';').collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        if names.len() < count {
            return Err(Rejection::MalformedSignedHeaders);
        }
        Ok(Self::of(&names))
    }

    /// As the canonical request has them.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Each name, in order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        pieces(&self.text, |byte| byte == b';').filter(|name| !name.is_empty())
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.names().any(|signed| signed == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_case_and_order_is_read_as_the_canonical_one() {
        for list in ["host;x-amz-date", "x-amz-date;host", "X-Amz-Date;Host"] {
            let read = SignedHeaders::read(list).unwrap();
            assert_eq!(read.as_str(), "host;x-amz-date", "{list}");
            assert_eq!(read.names().collect::<Vec<_>>(), ["host", "x-amz-date"]);
        }
        assert_eq!(SignedHeaders::read("").unwrap().names().count(), 0);
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        for list in [";", "host;", ";host", "host;;date", "a b", "host;host", "Host;a;host"] {
            let read = SignedHeaders::read(list);
            assert_eq!(read, Err(Rejection::MalformedSignedHeaders), "{list}");
        }
    }

    #[test]
    fn so_many_and_no_more() {
        let list = |count| -> String {
            let names: Vec<_> = (0..count).map(|index| format!("h{index:03}")).collect();
            names.join(";")
        };
        assert!(SignedHeaders::read(&list(SIGNED_HEADERS_MAX)).is_ok());
        let limit = Rejection::LimitExceeded { limit: Limit::SignedHeaders };
        assert_eq!(SignedHeaders::read(&list(SIGNED_HEADERS_MAX + 1)), Err(limit));
    }
}
