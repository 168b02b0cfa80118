//! What the condition operators compare, value by value.
//!
//! Presence, quantifiers and negation are the condition's business; here is one
//! value of the request against one value of the policy.

mod ip;
mod number;

use data_encoding::BASE64;

use crate::arn_pattern::{ArnPattern, ArnText};
use crate::date::Moment;
use crate::glob::Glob;
use crate::template::{Syntax, Variable, Variables, Wildcards};
use crate::{Context, OperatorBase};
use ip::Network;
use number::Decimal;

/// One value of a condition, made ready to be compared.
#[derive(Clone, Debug)]
pub(crate) enum Matcher {
    /// The text, with whatever wildcards the operator knows.
    Text(Glob),
    /// The text but for the case of letters.
    FoldedText(Glob),
    /// An ARN by components.
    Arn(ArnPattern),
    /// A number.
    Number(Relation, Box<str>),
    /// A date.
    Date(Relation, Moment),
    /// `true` or `false`; also what `Null` asks for.
    Bool(bool),
    /// A range of addresses.
    Ip(Network),
    /// Bytes.
    Bytes(Box<[u8]>),
    /// The value is of the wrong type and matches nothing.
    Never,
}

/// How the request's value must stand to the policy's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relation {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Relation {
    fn holds<V: Ord>(self, given: &V, wanted: &V) -> bool {
        match self {
            Self::Equal => given == wanted,
            Self::Less => given < wanted,
            Self::LessOrEqual => given <= wanted,
            Self::Greater => given > wanted,
            Self::GreaterOrEqual => given >= wanted,
        }
    }
}

impl Matcher {
    /// The matcher of an operator for one value of the policy.
    ///
    /// Spec: UG:reference_policies_variables, variables stand in values of the string
    /// and ARN operators. Choice: the operator page adds Bool; the two conflict and
    /// Bool has none here, so that nobody's tag decides a Bool.
    pub(crate) fn new(base: OperatorBase, text: &str, variables: Variables) -> Self {
        use OperatorBase as Base;
        let literal = Syntax { wildcards: Wildcards::Literal, variables };
        let pattern = Syntax { wildcards: Wildcards::Live, variables };
        let matcher = match base {
            Base::StringEquals | Base::StringNotEquals => {
                Some(Self::Text(Glob::with(text, literal)))
            }
            Base::StringEqualsIgnoreCase | Base::StringNotEqualsIgnoreCase => {
                Some(Self::FoldedText(Glob::with(text, literal)))
            }
            Base::StringLike | Base::StringNotLike => Some(Self::Text(Glob::with(text, pattern))),
            // Spec: ArnEquals and ArnLike behave identically.
            Base::ArnEquals | Base::ArnLike | Base::ArnNotEquals | Base::ArnNotLike => {
                ArnPattern::new(text, variables).map(Self::Arn)
            }
            Base::NumericEquals
            | Base::NumericNotEquals
            | Base::NumericLessThan
            | Base::NumericLessThanEquals
            | Base::NumericGreaterThan
            | Base::NumericGreaterThanEquals => {
                Decimal::parse(text).map(|_| Self::Number(relation(base), text.into()))
            }
            Base::DateEquals
            | Base::DateNotEquals
            | Base::DateLessThan
            | Base::DateLessThanEquals
            | Base::DateGreaterThan
            | Base::DateGreaterThanEquals => {
                Moment::parse(text).map(|moment| Self::Date(relation(base), moment))
            }
            Base::Bool | Base::Null => boolean(text).map(Self::Bool),
            Base::IpAddress | Base::NotIpAddress => Network::parse(text).map(Self::Ip),
            Base::BinaryEquals => {
                BASE64.decode(text.as_bytes()).ok().map(|bytes| Self::Bytes(bytes.into()))
            }
        };
        matcher.unwrap_or(Self::Never)
    }

    /// Whether a text of the request matches.
    pub(crate) fn matches(&self, text: &str, context: &Context) -> bool {
        match self {
            Self::Text(glob) => glob.matches_in(text, context),
            Self::FoldedText(glob) => glob.equals_folded(text, context),
            Self::Arn(pattern) => {
                ArnText::read(text).is_some_and(|arn| pattern.matches(&arn, context))
            }
            Self::Number(relation, wanted) => {
                let numbers = Decimal::parse(text).zip(Decimal::parse(wanted));
                numbers.is_some_and(|(given, wanted)| relation.holds(&given, &wanted))
            }
            Self::Date(relation, wanted) => {
                Moment::parse(text).is_some_and(|given| relation.holds(&given, wanted))
            }
            Self::Bool(wanted) => boolean(text) == Some(*wanted),
            Self::Ip(network) => network.contains(text),
            Self::Bytes(wanted) => text.as_bytes() == wanted.as_ref(),
            Self::Never => false,
        }
    }

    /// Whether bytes of the request match.
    pub(crate) fn matches_bytes(&self, bytes: &[u8]) -> bool {
        matches!(self, Self::Bytes(wanted) if wanted.as_ref() == bytes)
    }

    /// The first variable that has no value in this context.
    pub(crate) fn unresolved(&self, context: &Context) -> Option<&Variable> {
        match self {
            Self::Text(glob) | Self::FoldedText(glob) => glob.unresolved(context),
            Self::Arn(pattern) => pattern.unresolved(context),
            Self::Number(..)
            | Self::Date(..)
            | Self::Bool(_)
            | Self::Ip(_)
            | Self::Bytes(_)
            | Self::Never => None,
        }
    }
}

const fn relation(base: OperatorBase) -> Relation {
    use OperatorBase as Base;
    match base {
        Base::NumericLessThan | Base::DateLessThan => Relation::Less,
        Base::NumericLessThanEquals | Base::DateLessThanEquals => Relation::LessOrEqual,
        Base::NumericGreaterThan | Base::DateGreaterThan => Relation::Greater,
        Base::NumericGreaterThanEquals | Base::DateGreaterThanEquals => Relation::GreaterOrEqual,
        _ => Relation::Equal,
    }
}

/// Choice: letters may have either case; AWS documents `true` and `false` and does
/// not say what it does with `True`.
fn boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

/// What a value should be but is not, for the operator; such a value never matches.
pub(crate) fn value_fault(base: OperatorBase, text: &str) -> Option<&'static str> {
    use OperatorBase as Base;
    if !matches!(Matcher::new(base, text, Variables::Live), Matcher::Never) {
        return None;
    }
    match base {
        Base::Bool | Base::Null => Some("`true` or `false`"),
        Base::IpAddress | Base::NotIpAddress => Some("an IP address or range"),
        Base::BinaryEquals => Some("base64"),
        Base::ArnEquals | Base::ArnLike | Base::ArnNotEquals | Base::ArnNotLike => {
            Some("an ARN with six components")
        }
        base if base.is_date() => Some("a date"),
        _ => Some("a number"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_compare_as_documented() {
        use OperatorBase as Base;
        for (base, wanted, given, matched) in [
            (Base::StringEquals, "a", "a", true),
            (Base::StringEquals, "a", "A", false),
            (Base::StringEquals, "a*", "ab", false),
            (Base::StringEquals, "a*", "a*", true),
            (Base::StringEqualsIgnoreCase, "aé", "AÉ", true),
            (Base::StringEqualsIgnoreCase, "a", "ab", false),
            (Base::StringEqualsIgnoreCase, "ab", "a", false),
            (Base::StringLike, "a*", "ab", true),
            (Base::StringLike, "a*", "Ab", false),
            (Base::NumericEquals, "10", "10.0", true),
            (Base::NumericEquals, "x", "x", false),
            (Base::NumericLessThan, "10", "9", true),
            (Base::NumericLessThan, "10", "10", false),
            (Base::NumericLessThanEquals, "10", "10", true),
            (Base::NumericGreaterThan, "9", "10", true),
            (Base::NumericGreaterThanEquals, "9", "ten", false),
            (Base::DateEquals, "2026-01-01", "1767225600", true),
            (Base::DateLessThan, "2026", "2025-12-31T23:59:59Z", true),
            (Base::DateGreaterThan, "2026", "2026-01-01T00:00:00Z", false),
            (Base::Bool, "true", "TRUE", true),
            (Base::Bool, "true", "false", false),
            (Base::Bool, "true", "1", false),
            (Base::Bool, "yes", "yes", false),
            (Base::BinaryEquals, "aGk=", "hi", true),
            (Base::BinaryEquals, "aGk=", "aGk=", false),
            (Base::BinaryEquals, "aGk", "hi", false),
            (Base::IpAddress, "10.0.0.0/8", "10.1.2.3", true),
            (Base::ArnLike, "arn:aws:iam::*:role/*", "arn:aws:iam::1:role/x", true),
            (Base::ArnEquals, "arn:aws:iam::*:role/*", "arn:aws:iam::1:role/x", true),
        ] {
            let matcher = Matcher::new(base, wanted, Variables::Live);
            let found = matcher.matches(given, &Context::empty());
            assert_eq!(found, matched, "{} {wanted} {given}", base.name());
        }
        let bytes = Matcher::new(Base::BinaryEquals, "/w==", Variables::Live);
        assert!(bytes.matches_bytes(&[0xff]) && !bytes.matches_bytes(&[0xfe]));
        assert!(!Matcher::new(Base::StringEquals, "a", Variables::Live).matches_bytes(b"a"));
    }
}
