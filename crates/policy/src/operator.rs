/// A condition operator with its quantifier and suffix, such as
/// `ForAnyValue:StringLikeIfExists`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Operator {
    /// How a set of request values is treated.
    pub quantifier: Quantifier,
    /// What is compared and how.
    pub base: OperatorBase,
    /// Whether an absent key makes the condition true.
    pub if_exists: bool,
}

/// How a condition treats a key with several values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Quantifier {
    /// No prefix: the key has one value.
    Single,
    /// `ForAllValues:` every value of the request must match.
    ForAllValues,
    /// `ForAnyValue:` one value of the request must match.
    ForAnyValue,
}

/// The operators of the language.
///
/// Complete on purpose. Spec: UG:reference_policies_elements_condition_operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are the language's own")]
pub enum OperatorBase {
    StringEquals,
    StringNotEquals,
    StringEqualsIgnoreCase,
    StringNotEqualsIgnoreCase,
    StringLike,
    StringNotLike,
    NumericEquals,
    NumericNotEquals,
    NumericLessThan,
    NumericLessThanEquals,
    NumericGreaterThan,
    NumericGreaterThanEquals,
    DateEquals,
    DateNotEquals,
    DateLessThan,
    DateLessThanEquals,
    DateGreaterThan,
    DateGreaterThanEquals,
    Bool,
    BinaryEquals,
    IpAddress,
    NotIpAddress,
    ArnEquals,
    ArnLike,
    ArnNotEquals,
    ArnNotLike,
    Null,
}

impl Operator {
    /// The operator of this name; `None` when there is no such operator.
    ///
    /// Choice: names are recognised without regard to case. AWS documents one
    /// spelling and does not say what it does with others; to refuse them would
    /// lose documents, to ignore them would lose conditions.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let (quantifier, rest) = match name.split_once(':') {
            None => (Quantifier::Single, name),
            Some((prefix, rest)) => (Quantifier::named(prefix)?, rest),
        };
        if let Some(base) = OperatorBase::named(rest) {
            return Some(Self { quantifier, base, if_exists: false });
        }
        let suffix_at = rest.len().checked_sub("IfExists".len())?;
        let (stem, suffix) = rest.split_at_checked(suffix_at)?;
        let base = OperatorBase::named(stem)?;
        // Spec: the suffix goes with every operator but Null.
        let suffixed = suffix.eq_ignore_ascii_case("IfExists") && base != OperatorBase::Null;
        suffixed.then_some(Self { quantifier, base, if_exists: true })
    }

    /// The name as documented.
    #[must_use]
    pub fn name(self) -> String {
        let prefix = match self.quantifier {
            Quantifier::Single => "",
            Quantifier::ForAllValues => "ForAllValues:",
            Quantifier::ForAnyValue => "ForAnyValue:",
        };
        let suffix = if self.if_exists { "IfExists" } else { "" };
        format!("{prefix}{}{suffix}", self.base.name())
    }
}

impl Quantifier {
    fn named(name: &str) -> Option<Self> {
        if name.eq_ignore_ascii_case("ForAllValues") {
            Some(Self::ForAllValues)
        } else if name.eq_ignore_ascii_case("ForAnyValue") {
            Some(Self::ForAnyValue)
        } else {
            None
        }
    }
}

impl OperatorBase {
    /// Every operator.
    pub const ALL: [Self; 27] = [
        Self::StringEquals,
        Self::StringNotEquals,
        Self::StringEqualsIgnoreCase,
        Self::StringNotEqualsIgnoreCase,
        Self::StringLike,
        Self::StringNotLike,
        Self::NumericEquals,
        Self::NumericNotEquals,
        Self::NumericLessThan,
        Self::NumericLessThanEquals,
        Self::NumericGreaterThan,
        Self::NumericGreaterThanEquals,
        Self::DateEquals,
        Self::DateNotEquals,
        Self::DateLessThan,
        Self::DateLessThanEquals,
        Self::DateGreaterThan,
        Self::DateGreaterThanEquals,
        Self::Bool,
        Self::BinaryEquals,
        Self::IpAddress,
        Self::NotIpAddress,
        Self::ArnEquals,
        Self::ArnLike,
        Self::ArnNotEquals,
        Self::ArnNotLike,
        Self::Null,
    ];

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|base| base.name().eq_ignore_ascii_case(name))
    }

    /// The name as documented.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::StringEquals => "StringEquals",
            Self::StringNotEquals => "StringNotEquals",
            Self::StringEqualsIgnoreCase => "StringEqualsIgnoreCase",
            Self::StringNotEqualsIgnoreCase => "StringNotEqualsIgnoreCase",
            Self::StringLike => "StringLike",
            Self::StringNotLike => "StringNotLike",
            Self::NumericEquals => "NumericEquals",
            Self::NumericNotEquals => "NumericNotEquals",
            Self::NumericLessThan => "NumericLessThan",
            Self::NumericLessThanEquals => "NumericLessThanEquals",
            Self::NumericGreaterThan => "NumericGreaterThan",
            Self::NumericGreaterThanEquals => "NumericGreaterThanEquals",
            Self::DateEquals => "DateEquals",
            Self::DateNotEquals => "DateNotEquals",
            Self::DateLessThan => "DateLessThan",
            Self::DateLessThanEquals => "DateLessThanEquals",
            Self::DateGreaterThan => "DateGreaterThan",
            Self::DateGreaterThanEquals => "DateGreaterThanEquals",
            Self::Bool => "Bool",
            Self::BinaryEquals => "BinaryEquals",
            Self::IpAddress => "IpAddress",
            Self::NotIpAddress => "NotIpAddress",
            Self::ArnEquals => "ArnEquals",
            Self::ArnLike => "ArnLike",
            Self::ArnNotEquals => "ArnNotEquals",
            Self::ArnNotLike => "ArnNotLike",
            Self::Null => "Null",
        }
    }

    /// Whether the operator is true when no value matches.
    ///
    /// Spec: UG:reference_policies_multi-value-conditions, negated matching
    /// operators are a NOR over the values.
    #[must_use]
    pub const fn is_negated(self) -> bool {
        matches!(
            self,
            Self::StringNotEquals
                | Self::StringNotEqualsIgnoreCase
                | Self::StringNotLike
                | Self::NumericNotEquals
                | Self::DateNotEquals
                | Self::NotIpAddress
                | Self::ArnNotEquals
                | Self::ArnNotLike
        )
    }

    /// Whether values are dates.
    #[must_use]
    pub const fn is_date(self) -> bool {
        matches!(
            self,
            Self::DateEquals
                | Self::DateNotEquals
                | Self::DateLessThan
                | Self::DateLessThanEquals
                | Self::DateGreaterThan
                | Self::DateGreaterThanEquals
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for base in OperatorBase::ALL {
            for quantifier in
                [Quantifier::Single, Quantifier::ForAllValues, Quantifier::ForAnyValue]
            {
                for if_exists in [false, true] {
                    let operator = Operator { quantifier, base, if_exists };
                    let read = Operator::named(&operator.name());
                    let exists = base != OperatorBase::Null || !if_exists;
                    assert_eq!(read, exists.then_some(operator), "{}", operator.name());
                }
            }
        }
    }

    #[test]
    fn other_names_are_no_operators() {
        for name in [
            "",
            "x",
            "String",
            "StringEqual",
            "StringEquals ",
            "IfExists",
            "NullIfExists",
            "StringEqualsIfExist",
            "StringEqualsIfExistsIfExists",
            "ForAnyValue::StringEquals",
            "ForAnyValues:StringEquals",
            ":StringEquals",
            "ForAnyValue:ForAllValues:StringEquals",
            "BinaryLike",
            "é",
        ] {
            assert_eq!(Operator::named(name), None, "{name}");
        }
    }
}
