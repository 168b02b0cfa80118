//! What the condition operators compare, value by value.
//!
//! Presence, quantifiers and negation are the condition's business; here is one
//! value of the request against one value of the policy.

mod ip;
mod literals;
mod number;

use std::net::IpAddr;

use data_encoding::BASE64;

use crate::arn_pattern::{ArnPattern, ArnText};
use crate::date::Moment;
use crate::glob::Glob;
use crate::template::{Syntax, Variable, Variables, Wildcards};
use crate::{Context, OperatorBase, effort};
pub(crate) use ip::Network;
pub(crate) use literals::Literals;
pub(crate) use number::Decimal;
use number::Number;

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
    Number(Relation, Number),
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

/// One text of the request, read once as what an operator compares, however many
/// values the policy has.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Given<'t> {
    /// Text, or the bytes of a text.
    Text(&'t str),
    /// An ARN.
    Arn(ArnText<'t>),
    /// A number.
    Number(Decimal<'t>),
    /// A date.
    Date(Moment),
    /// `true` or `false`.
    Bool(bool),
    /// An address.
    Ip(IpAddr),
    /// It is of the wrong type and matches nothing.
    Unlike,
}

impl<'t> Given<'t> {
    /// The text as the operator reads it.
    pub(crate) fn read(base: OperatorBase, text: &'t str) -> Self {
        let read = match Type::of(base) {
            Type::Text | Type::FoldedText | Type::Pattern | Type::Bytes => Some(Self::Text(text)),
            Type::Arn => ArnText::read(text).map(Self::Arn),
            Type::Number => Decimal::parse(text).map(Self::Number),
            Type::Date => Moment::parse(text).map(Self::Date),
            Type::Bool => boolean(text).map(Self::Bool),
            Type::Ip => text.parse().ok().map(Self::Ip),
        };
        read.unwrap_or(Self::Unlike)
    }
}

/// What operators compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
    Text,
    FoldedText,
    Pattern,
    Arn,
    Number,
    Date,
    Bool,
    Ip,
    Bytes,
}

impl Type {
    const fn of(base: OperatorBase) -> Self {
        use OperatorBase as Base;
        match base {
            Base::StringEquals | Base::StringNotEquals => Self::Text,
            Base::StringEqualsIgnoreCase | Base::StringNotEqualsIgnoreCase => Self::FoldedText,
            Base::StringLike | Base::StringNotLike => Self::Pattern,
            // Spec: ArnEquals and ArnLike behave identically.
            Base::ArnEquals | Base::ArnLike | Base::ArnNotEquals | Base::ArnNotLike => Self::Arn,
            Base::NumericEquals
            | Base::NumericNotEquals
            | Base::NumericLessThan
            | Base::NumericLessThanEquals
            | Base::NumericGreaterThan
            | Base::NumericGreaterThanEquals => Self::Number,
            Base::DateEquals
            | Base::DateNotEquals
            | Base::DateLessThan
            | Base::DateLessThanEquals
            | Base::DateGreaterThan
            | Base::DateGreaterThanEquals => Self::Date,
            Base::Bool | Base::Null => Self::Bool,
            Base::IpAddress | Base::NotIpAddress => Self::Ip,
            Base::BinaryEquals => Self::Bytes,
        }
    }
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
        let literal = Syntax { wildcards: Wildcards::Literal, variables };
        let pattern = Syntax { wildcards: Wildcards::Live, variables };
        let matcher = match Type::of(base) {
            Type::Text => Some(Self::Text(Glob::with(text, literal))),
            Type::FoldedText => Some(Self::FoldedText(Glob::with(text, literal))),
            Type::Pattern => Some(Self::Text(Glob::with(text, pattern))),
            Type::Arn => ArnPattern::new(text, variables).map(Self::Arn),
            Type::Number => Number::parse(text).map(|number| Self::Number(relation(base), number)),
            Type::Date => Moment::parse(text).map(|moment| Self::Date(relation(base), moment)),
            Type::Bool => boolean(text).map(Self::Bool),
            Type::Ip => Network::parse(text).map(Self::Ip),
            Type::Bytes => {
                BASE64.decode(text.as_bytes()).ok().map(|bytes| Self::Bytes(bytes.into()))
            }
        };
        matcher.unwrap_or(Self::Never)
    }

    /// Whether a text of the request matches, read for the same operator.
    pub(crate) fn matches(&self, given: &Given<'_>, context: &Context) -> bool {
        effort::count(1);
        match (self, given) {
            (Self::Text(glob), Given::Text(text)) => glob.matches_in(text, context),
            (Self::FoldedText(glob), Given::Text(text)) => glob.equals_folded(text, context),
            (Self::Arn(pattern), Given::Arn(arn)) => pattern.matches(arn, context),
            (Self::Number(relation, wanted), Given::Number(given)) => {
                relation.holds(given, &wanted.decimal())
            }
            (Self::Date(relation, wanted), Given::Date(given)) => relation.holds(given, wanted),
            (Self::Bool(wanted), Given::Bool(given)) => wanted == given,
            (Self::Ip(network), Given::Ip(address)) => network.contains(address),
            (Self::Bytes(wanted), Given::Text(text)) => text.as_bytes() == wanted.as_ref(),
            _ => false,
        }
    }

    /// Whether bytes of the request match.
    pub(crate) fn matches_bytes(&self, bytes: &[u8]) -> bool {
        matches!(self, Self::Bytes(wanted) if wanted.as_ref() == bytes)
    }

    /// Whether it matches this text and no other: the text of the value it is made of.
    fn is_literal(&self, text: &str) -> bool {
        match self {
            Self::Text(glob) | Self::FoldedText(glob) => glob.exact() == Some(text),
            Self::Arn(pattern) => pattern.is_exact(),
            Self::Number(..)
            | Self::Date(..)
            | Self::Bool(_)
            | Self::Ip(_)
            | Self::Bytes(_)
            | Self::Never => false,
        }
    }

    /// The first variable of which this is true.
    pub(crate) fn find_variable(&self, wanted: &dyn Fn(&Variable) -> bool) -> Option<&Variable> {
        match self {
            Self::Text(glob) | Self::FoldedText(glob) => glob.find_variable(wanted),
            Self::Arn(pattern) => pattern.find_variable(wanted),
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
    let value_type = Type::of(base);
    if matches!(value_type, Type::Text | Type::FoldedText | Type::Pattern)
        || !matches!(Matcher::new(base, text, Variables::Live), Matcher::Never)
    {
        return None;
    }
    match value_type {
        Type::Text | Type::FoldedText | Type::Pattern => None,
        Type::Arn => Some("an ARN with six components"),
        Type::Number => Some("a number"),
        Type::Date => Some("a date"),
        Type::Bool => Some("`true` or `false`"),
        Type::Ip => Some("an IP address or range"),
        Type::Bytes => Some("base64"),
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
            (Base::NumericLessThanEquals, "10", "9", true),
            (Base::NumericLessThanEquals, "10", "11", false),
            (Base::NumericGreaterThan, "9", "10", true),
            (Base::NumericGreaterThanEquals, "9", "ten", false),
            (Base::NumericGreaterThanEquals, "9", "9", true),
            (Base::NumericGreaterThanEquals, "9", "10", true),
            (Base::NumericGreaterThanEquals, "9", "8", false),
            (Base::DateEquals, "2026-01-01", "1767225600", true),
            (Base::DateLessThan, "2026", "2025-12-31T23:59:59Z", true),
            (Base::DateGreaterThan, "2026", "2026-01-01T00:00:00Z", false),
            (Base::DateGreaterThanEquals, "2026", "2026-01-01T00:00:00Z", true),
            (Base::DateGreaterThanEquals, "2026", "2027", true),
            (Base::DateLessThanEquals, "2026", "2025", true),
            (Base::DateLessThanEquals, "2026", "2026-01-01T00:00:01Z", false),
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
            let given_as = Given::read(base, given);
            let found = matcher.matches(&given_as, &Context::empty());
            assert_eq!(found, matched, "{} {wanted} {given}", base.name());
        }
        // What was read for another operator matches nothing.
        let text = Matcher::new(Base::StringEquals, "true", Variables::Live);
        assert!(!text.matches(&Given::read(Base::Bool, "true"), &Context::empty()));
        let bytes = Matcher::new(Base::BinaryEquals, "/w==", Variables::Live);
        assert!(bytes.matches_bytes(&[0xff]) && !bytes.matches_bytes(&[0xfe]));
        assert!(!Matcher::new(Base::StringEquals, "a", Variables::Live).matches_bytes(b"a"));
    }
}
