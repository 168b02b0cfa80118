//! The names of the condition operators.

/// Every operator, as documented.
pub const NAMES: [&str; 27] = [
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
    "DateEquals",
    "DateNotEquals",
    "DateLessThan",
    "DateLessThanEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
    "Bool",
    "BinaryEquals",
    "IpAddress",
    "NotIpAddress",
    "ArnEquals",
    "ArnLike",
    "ArnNotEquals",
    "ArnNotLike",
    "Null",
];

/// How a set of values is treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are the language's own")]
pub enum Quantifier {
    None,
    ForAllValues,
    ForAnyValue,
}

/// An operator with what stands before and behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Operator {
    /// What stands before the colon.
    pub quantifier: Quantifier,
    /// One of [`NAMES`].
    pub name: &'static str,
    /// Whether `IfExists` stands behind it.
    pub if_exists: bool,
}

impl Operator {
    /// Point 15: `None` for a name that is no operator. Choice: names in any case.
    /// Point 3: `IfExists` goes with every operator but Null.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        for quantifier in [Quantifier::None, Quantifier::ForAllValues, Quantifier::ForAnyValue] {
            for name in NAMES {
                for if_exists in [false, true] {
                    let operator = Self { quantifier, name, if_exists };
                    let exists = name != "Null" || !if_exists;
                    if exists && operator.written().eq_ignore_ascii_case(text) {
                        return Some(operator);
                    }
                }
            }
        }
        None
    }

    /// As it is written.
    #[must_use]
    pub fn written(self) -> String {
        let prefix = match self.quantifier {
            Quantifier::None => "",
            Quantifier::ForAllValues => "ForAllValues:",
            Quantifier::ForAnyValue => "ForAnyValue:",
        };
        let suffix = if self.if_exists { "IfExists" } else { "" };
        format!("{prefix}{}{suffix}", self.name)
    }

    /// Point 2: the operators that are true when nothing matches.
    #[must_use]
    pub fn is_negated(self) -> bool {
        self.name.contains("Not")
    }
}
