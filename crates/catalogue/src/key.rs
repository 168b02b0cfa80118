//! Condition keys.

/// A condition key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    // The service, where the name begins with a colon.
    service: &'static str,
    name: &'static str,
    /// What its values are.
    pub kind: KeyKind,
}

/// What the values of a condition key are.
///
/// Complete on purpose. Spec: the service authorization reference, "Type".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyKind {
    /// Text.
    Text,
    /// An ARN.
    Arn,
    /// `true` or `false`.
    Bool,
    /// A number.
    Number,
    /// A date.
    Date,
    /// An address.
    Ip,
    /// Any number of texts.
    Texts,
    /// Any number of ARNs.
    Arns,
    /// Any number of booleans.
    Bools,
    /// One that is not known here.
    Other,
}

impl KeyKind {
    pub(crate) fn named(name: &str) -> Self {
        match name {
            "String" => Self::Text,
            "ARN" => Self::Arn,
            "Bool" => Self::Bool,
            "Numeric" => Self::Number,
            "Date" => Self::Date,
            "IPAddress" => Self::Ip,
            "ArrayOfString" => Self::Texts,
            "ArrayOfARN" => Self::Arns,
            "ArrayOfBool" => Self::Bools,
            _ => Self::Other,
        }
    }

    /// Whether a request can give it several values.
    #[must_use]
    pub const fn is_multivalued(self) -> bool {
        matches!(self, Self::Texts | Self::Arns | Self::Bools)
    }
}

impl Key {
    pub(crate) const fn new(service: &'static str, name: &'static str, kind: KeyKind) -> Self {
        Self { service, name, kind }
    }

    /// The name, such as `s3:ExistingObjectTag/*`, where `*` stands for any text.
    #[must_use]
    pub fn name(self) -> String {
        if self.name.starts_with(':') {
            [self.service, self.name].concat()
        } else {
            self.name.to_owned()
        }
    }

    /// Whether this is the key's name, in any case.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        is(self.service, self.name, name)
    }
}

/// Whether a name is that of a key as the text has it: with the service's prefix in the
/// place of nothing, any text in the place of `*`, in any case.
pub(crate) fn is(service: &str, written: &str, name: &str) -> bool {
    let rest = if written.starts_with(':') { strip_prefix(name, service) } else { Some(name) };
    rest.is_some_and(|rest| matches(written, rest))
}

fn matches(template: &str, text: &str) -> bool {
    let Some((literal, template)) = template.split_once('*') else {
        return template.eq_ignore_ascii_case(text);
    };
    let Some(rest) = strip_prefix(text, literal) else { return false };
    // What stands for the name is not empty.
    let places = rest.char_indices().skip(1).map(|(at, _)| at).chain([rest.len()]);
    !rest.is_empty()
        && if template.is_empty() {
            true
        } else {
            places.into_iter().any(|at| rest.get(at..).is_some_and(|rest| matches(template, rest)))
        }
}

fn strip_prefix<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let (begin, rest) = text.split_at_checked(prefix.len())?;
    begin.eq_ignore_ascii_case(prefix).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_with_placeholders() {
        for (written, name, same) in [
            (":prefix", "s3:prefix", true),
            (":prefix", "S3:PREFIX", true),
            (":prefix", "s3:prefixes", false),
            (":prefix", "prefix", false),
            ("aws:ResourceTag/*", "aws:resourcetag/a/b", true),
            ("aws:ResourceTag/*", "aws:ResourceTag/", false),
            ("aws:ResourceTag/*", "aws:ResourceTag", false),
            (":a/*.value", "s3:a/é.value", true),
            (":a/*.value", "s3:a/.value", false),
            (":a/*.value", "s3:a/b.other", false),
            ("host/*:sub", "HOST/x:sub", true),
        ] {
            assert_eq!(is("s3", written, name), same, "{written} {name}");
        }
    }
}
