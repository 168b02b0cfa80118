/// A range of bytes in the text of a policy: `start` inclusive, `end` exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte behind the last.
    pub end: usize,
}

impl Span {
    /// The range from `start` to `end`, in bytes.
    #[must_use]
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The covered part of `text`; empty when the span lies outside.
    #[must_use]
    pub fn of(self, text: &str) -> &str {
        text.get(self.start..self.end).unwrap_or_default()
    }
}

/// A value and the place in the text it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The JSON token that says it, quotes included.
    pub span: Span,
    /// What is said.
    pub value: T,
}

impl<T> Spanned<T> {
    /// A value at a place.
    pub const fn new(span: Span, value: T) -> Self {
        Self { span, value }
    }
}
