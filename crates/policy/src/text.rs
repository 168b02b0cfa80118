use std::fmt;
use std::sync::Arc;

use crate::{DocumentKind, Span};

/// The text of a policy document, byte for byte as it was sent.
///
/// AWS gives a document back as it was written, white space included, so the text
/// is what is stored. Nothing about its content is checked here: see [`crate::parse`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PolicyText(Arc<str>);

impl PolicyText {
    /// The document with this text.
    #[must_use]
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Self(text.into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The size that AWS's quotas count: characters, without white space.
    ///
    /// Spec: UG:reference_iam-quotas, "IAM doesn't count white space when
    /// calculating the size of a policy against these quotas".
    /// Choice: white space inside a string is content and is counted; AWS does
    /// not say, and to count it is the stricter reading.
    #[must_use]
    pub fn counted_characters(&self) -> usize {
        without_white_space(&self.0).count()
    }

    /// The part of the document that is too much for a quota of `max` characters,
    /// counted as AWS counts for this kind; see [`DocumentKind::counts_white_space`].
    ///
    /// Which quota applies, and what is answered, is for whoever stores the document.
    ///
    /// ```
    /// use stead_policy::{DocumentKind, PolicyText, Span};
    /// let text = PolicyText::from("[1,  2,\n3]");
    /// assert_eq!(text.excess(DocumentKind::Trust, 7), None);
    /// assert_eq!(text.excess(DocumentKind::Trust, 5), Some(Span::new(8, 10)));
    /// assert_eq!(text.excess(DocumentKind::Session, 7), Some(Span::new(7, 10)));
    /// ```
    #[must_use]
    pub fn excess(&self, kind: DocumentKind, max: usize) -> Option<Span> {
        let start = if kind.counts_white_space() {
            self.0.char_indices().nth(max).map(|(start, _)| start)
        } else {
            without_white_space(&self.0).nth(max)
        };
        start.map(|start| Span::new(start, self.0.len()))
    }
}

/// Where each character stands that is no white space between tokens.
fn without_white_space(text: &str) -> impl Iterator<Item = usize> {
    let mut state = Lexer::Outside;
    text.char_indices().filter_map(move |(start, character)| {
        let counts = state != Lexer::Outside || !matches!(character, ' ' | '\t' | '\n' | '\r');
        state = state.after(character);
        counts.then_some(start)
    })
}

/// Where in a JSON text a character stands, as far as strings matter.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lexer {
    Outside,
    InString,
    Escaped,
}

impl Lexer {
    const fn after(self, character: char) -> Self {
        match (self, character) {
            (Self::Outside, '"') | (Self::Escaped, _) => Self::InString,
            (Self::InString, '"') => Self::Outside,
            (Self::InString, '\\') => Self::Escaped,
            (state, _) => state,
        }
    }
}

impl From<&str> for PolicyText {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for PolicyText {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl fmt::Debug for PolicyText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, formatter)
    }
}

/// The text with the JSON strings at the given spans replaced by other strings,
/// quoted anew; everything between them is kept byte for byte.
///
/// This is how principals are put in and taken out of a trust policy without
/// touching its layout: spans come from [`crate::Policy::aws_principals`]. A span
/// that overlaps an earlier one or lies outside the text is left out.
///
/// ```
/// use stead_policy::{Span, replace_strings};
/// let text = r#"{ "AWS": "a" }"#;
/// assert_eq!(replace_strings(text, &[(Span::new(9, 12), "b\"".into())]), r#"{ "AWS": "b\"" }"#);
/// ```
#[must_use]
pub fn replace_strings(text: &str, edits: &[(Span, String)]) -> String {
    let mut ordered: Vec<&(Span, String)> = edits.iter().collect();
    ordered.sort_by_key(|(span, _)| *span);
    let mut edited = String::with_capacity(text.len());
    let mut position = 0;
    for (span, replacement) in ordered {
        if span.start > span.end || text.get(span.start..span.end).is_none() {
            continue;
        }
        let Some(kept) = text.get(position..span.start) else { continue };
        edited.push_str(kept);
        edited.push_str(&serde_json::Value::from(replacement.as_str()).to_string());
        position = span.end;
    }
    edited.push_str(text.get(position..).unwrap_or_default());
    edited
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_between_tokens_is_not_counted() {
        for (text, counted) in [
            ("", 0),
            (" \t\r\n", 0),
            ("{ }", 2),
            ("{\"a b\": 1}", 9),
            (r#"{"a\" b" : 1}"#, 11),
            ("{\"é\" :\n1}", 7),
        ] {
            assert_eq!(PolicyText::from(text).counted_characters(), counted, "{text}");
        }
    }

    #[test]
    fn strings_are_replaced_in_place() {
        let text = r#"["a",  "b" ]"#;
        let edits = [(Span::new(7, 10), "y\n".to_owned()), (Span::new(1, 4), "x".to_owned())];
        assert_eq!(replace_strings(text, &edits), r#"["x",  "y\n" ]"#);
        assert_eq!(replace_strings(text, &[]), text);
        let outside = [(Span::new(90, 99), "z".to_owned()), (Span::new(4, 1), "z".to_owned())];
        assert_eq!(replace_strings(text, &outside), text);
        let twice = [(Span::new(1, 4), "x".to_owned()), (Span::new(2, 5), "y".to_owned())];
        assert_eq!(replace_strings(text, &twice), r#"["x",  "b" ]"#);
    }
}
