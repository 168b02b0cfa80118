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
        let text = text.to_ascii_lowercase();
        let (quantifier, rest) = match text.split_once(':') {
            None => (Quantifier::None, text.as_str()),
            Some(("forallvalues", rest)) => (Quantifier::ForAllValues, rest),
            Some(("foranyvalue", rest)) => (Quantifier::ForAnyValue, rest),
            Some(_) => return None,
        };
        let (name, if_exists) = match rest.strip_suffix("ifexists") {
            None => (rest, false),
            Some(name) => (name, true),
        };
        let name = NAMES.into_iter().find(|known| known.eq_ignore_ascii_case(name))?;
        let exists = name != "Null" || !if_exists;
        exists.then_some(Self { quantifier, name, if_exists })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for quantifier in [Quantifier::None, Quantifier::ForAllValues, Quantifier::ForAnyValue] {
            for name in NAMES {
                for if_exists in [false, true] {
                    let operator = Operator { quantifier, name, if_exists };
                    let exists = name != "Null" || !if_exists;
                    let read = Operator::read(&operator.written());
                    assert_eq!(read, exists.then_some(operator));
                }
            }
        }
        for text in ["", "StringEqual", "ForEach:Bool", "Bool:ForAnyValue", "IfExists"] {
            assert_eq!(Operator::read(text), None, "{text}");
        }
    }
}
