//! Patterns with wildcards and variables, matched without allocation.

use crate::Context;
use crate::template::{Syntax, Token, Variable, Variables, Wildcards, tokens};

/// A compiled pattern.
///
/// It is cut at every `*` into chunks of fixed length: the first is anchored at the
/// start, the last at the end, and those between are each looked for once, leftmost
/// first. There is no backtracking over chunks, so a match costs at most (length of
/// the text) x (length of the longest chunk), and is linear in the text for chunks
/// without `?` and variables, which are found by the standard library's two-way search.
///
/// What a variable stands for is compared as it is: a `*` in a tag's value is no
/// wildcard. Choice: AWS does not say so; anything else would let whoever may set a
/// tag write policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Glob {
    // INVARIANT: not empty; between two neighbours stands one `*` (or several).
    chunks: Box<[Chunk]>,
}

type Chunk = Box<[Piece]>;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(Box<str>),
    One,
    Variable(Variable),
}

impl Glob {
    /// A pattern with wildcards and without variables.
    pub(crate) fn new(text: &str) -> Self {
        Self::with(text, Syntax { wildcards: Wildcards::Live, variables: Variables::Literal })
    }

    /// A pattern in which only this much is special.
    pub(crate) fn with(text: &str, syntax: Syntax) -> Self {
        Self::of(tokens(text, syntax))
    }

    /// A pattern of these tokens.
    pub(crate) fn of(tokens: Vec<Token>) -> Self {
        let mut chunks = vec![Vec::new()];
        for token in tokens {
            let piece = match token {
                Token::Run => {
                    chunks.push(Vec::new());
                    continue;
                }
                Token::Text(text) if text.is_empty() => continue,
                Token::Text(text) => Piece::Text(text.into()),
                Token::One => Piece::One,
                Token::Variable(variable) => Piece::Variable(variable),
            };
            if let Some(chunk) = chunks.last_mut() {
                chunk.push(piece);
            }
        }
        Self { chunks: chunks.into_iter().map(Into::into).collect() }
    }

    /// Whether it matches the text; variables have no value.
    pub(crate) fn matches(&self, text: &str) -> bool {
        self.matches_in(text, &Context::empty())
    }

    /// Whether it matches the text, variables having their values in this context.
    pub(crate) fn matches_in(&self, text: &str, context: &Context) -> bool {
        let Some((first, rest)) = self.chunks.split_first() else { return false };
        let Some(text) = strip_front(first, text, context) else { return false };
        let Some((last, middle)) = rest.split_last() else { return text.is_empty() };
        let Some(mut text) = strip_back(last, text, context) else { return false };
        for chunk in middle {
            match find(chunk, text, context) {
                Some(behind) => text = behind,
                None => return false,
            }
        }
        true
    }

    /// Whether it equals the text but for the case of letters. Wildcards have no
    /// meaning here, and are none in patterns made for this.
    pub(crate) fn equals_folded(&self, text: &str, context: &Context) -> bool {
        let mut given = text.chars().flat_map(char::to_lowercase);
        for piece in self.chunks.iter().flatten() {
            let part = match piece {
                Piece::Text(part) => Some(part.as_ref()),
                Piece::Variable(variable) => variable.resolve(context),
                Piece::One => None,
            };
            let Some(part) = part else { return false };
            if !part.chars().flat_map(char::to_lowercase).all(|wanted| given.next() == Some(wanted))
            {
                return false;
            }
        }
        given.next().is_none()
    }

    /// The first variable that has no value in this context.
    pub(crate) fn unresolved(&self, context: &Context) -> Option<&Variable> {
        let variables = self.chunks.iter().flatten().filter_map(|piece| match piece {
            Piece::Variable(variable) => Some(variable),
            Piece::Text(_) | Piece::One => None,
        });
        variables.into_iter().find(|variable| variable.resolve(context).is_none())
    }

    /// The variable, when the pattern is nothing else.
    pub(crate) fn lone_variable(&self) -> Option<&Variable> {
        match self.chunks.as_ref() {
            [chunk] => match chunk.as_ref() {
                [Piece::Variable(variable)] => Some(variable),
                _ => None,
            },
            _ => None,
        }
    }
}

/// What is left of the text behind the chunk.
fn strip_front<'t>(chunk: &[Piece], mut text: &'t str, context: &Context) -> Option<&'t str> {
    for piece in chunk {
        text = match piece {
            Piece::Text(literal) => text.strip_prefix(literal.as_ref())?,
            Piece::Variable(variable) => text.strip_prefix(variable.resolve(context)?)?,
            Piece::One => {
                let mut characters = text.chars();
                characters.next()?;
                characters.as_str()
            }
        };
    }
    Some(text)
}

/// What is left of the text before the chunk.
fn strip_back<'t>(chunk: &[Piece], mut text: &'t str, context: &Context) -> Option<&'t str> {
    for piece in chunk.iter().rev() {
        text = match piece {
            Piece::Text(literal) => text.strip_suffix(literal.as_ref())?,
            Piece::Variable(variable) => text.strip_suffix(variable.resolve(context)?)?,
            Piece::One => {
                let mut characters = text.chars();
                characters.next_back()?;
                characters.as_str()
            }
        };
    }
    Some(text)
}

/// What is left of the text behind the leftmost place where the chunk stands.
fn find<'t>(chunk: &[Piece], text: &'t str, context: &Context) -> Option<&'t str> {
    match chunk {
        [] => Some(text),
        [Piece::Text(literal)] => text.split_once(literal.as_ref()).map(|(_, behind)| behind),
        _ => {
            let starts = text.char_indices().map(|(start, _)| start).chain([text.len()]);
            let mut tails = starts.filter_map(|start| text.get(start..));
            tails.find_map(|tail| strip_front(chunk, tail, context))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ContextBuilder;
    use proptest::prelude::*;

    /// The textbook matcher, by trying everything.
    fn naive(pattern: &[char], text: &[char]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some(('*', rest)) => (0..=text.len()).any(|skip| naive(rest, &text[skip..])),
            Some(('?', rest)) => !text.is_empty() && naive(rest, &text[1..]),
            Some((literal, rest)) => text.first() == Some(literal) && naive(rest, &text[1..]),
        }
    }

    proptest! {
        #[test]
        fn agrees_with_trying_everything(pattern in "[abé*?]{0,9}", text in "[abé*?]{0,12}") {
            let wanted: Vec<char> = pattern.chars().collect();
            let given: Vec<char> = text.chars().collect();
            prop_assert_eq!(Glob::new(&pattern).matches(&text), naive(&wanted, &given));
        }
    }

    #[test]
    fn patterns_match_whole_texts() {
        for (pattern, text, matched) in [
            ("", "", true),
            ("", "a", false),
            ("a", "a", true),
            ("a", "A", false),
            ("*", "", true),
            ("**", "x", true),
            ("a*", "ba", false),
            ("*a", "ab", false),
            ("a*a", "a", false),
            ("a*a", "aa", true),
            ("a*b*c", "abbbcbc", true),
            ("?", "é", true),
            ("?", "", false),
            ("*?*", "", false),
            ("ab*ba", "aba", false),
        ] {
            assert_eq!(Glob::new(pattern).matches(text), matched, "{pattern} {text}");
        }
    }

    #[test]
    fn values_of_variables_are_data() {
        let syntax = Syntax { wildcards: Wildcards::Live, variables: Variables::Live };
        let context = ContextBuilder::new().single("tag", "*").single("nested", "${tag}").build();
        for (pattern, text, matched) in [
            ("${tag}", "*", true),
            ("${tag}", "anything", false),
            ("a${tag}*", "a*b", true),
            ("a${tag}*", "ab", false),
            ("*${tag}", "xy*", true),
            ("*${tag}*", "x*y", true),
            ("*${tag}?", "x*y", true),
            ("*${tag}*", "xy", false),
            ("${nested}", "*", false),
            ("${nested}", "${tag}", true),
            ("${absent}", "", false),
            ("*${absent}*", "x", false),
            ("${absent, '*'}", "*", true),
            ("${absent, '*'}", "x", false),
            ("${*}", "x", false),
            ("${*}", "*", true),
        ] {
            let glob = Glob::with(pattern, syntax);
            assert_eq!(glob.matches_in(text, &context), matched, "{pattern} {text}");
        }
    }

    #[test]
    fn hostile_patterns_stay_cheap() {
        let pattern = "*a".repeat(2_000) + "b";
        let text = "a".repeat(4_000);
        assert!(!Glob::new(&pattern).matches(&text));
        let pattern = format!("*{}*", "a?".repeat(500));
        assert!(!Glob::new(&pattern).matches(&"ab".repeat(400)));
    }
}
