//! Patterns with wildcards and variables, matched without allocation.

mod sieve;

use crate::template::{Syntax, Token, Tokens, Variable, Variables, Wildcards};
use crate::{Context, effort};

/// A compiled pattern.
///
/// It is cut at every `*` into chunks: the first is anchored at the start, the last at
/// the end, and those between are each looked for once, leftmost first. There is no
/// backtracking over chunks.
///
/// A match is linear in the text and the pattern: literal chunks are found by the
/// standard library's two-way search. The exception are chunks between two `*` that
/// hold a `?` or a variable, of which no linear search is known that needs no tables:
/// they cost (length of the text) x (length of the chunk) / 64 steps, a step being one
/// comparison of 64 neighbouring places at once. Since a chunk longer than the text is
/// refused at once, a pattern costs at most its own length times the text's / 64.
///
/// What a variable stands for is compared as it is: a `*` in a tag's value is no
/// wildcard. Choice: AWS does not say so; anything else would let whoever may set a
/// tag write policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Glob {
    shape: Shape,
}

/// What most patterns are, and what all others are made of.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Shape {
    /// `*`.
    Anything,
    /// No wildcard and no variable.
    Exact(Box<str>),
    /// Text and one `*` behind it.
    Prefix(Box<str>),
    /// Anything else.
    // INVARIANT: neither two texts nor two runs are neighbours; no text is empty.
    Pieces(Box<[Piece]>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(Box<str>),
    One,
    Variable(Box<Variable>),
    Run,
}

/// Puts a pattern together, token by token.
#[derive(Debug, Default)]
pub(crate) struct GlobBuilder {
    pieces: Vec<Piece>,
    // The text since the last piece.
    text: String,
}

impl Glob {
    /// A pattern with wildcards and without variables.
    pub(crate) fn new(text: &str) -> Self {
        Self::with(text, Syntax { wildcards: Wildcards::Live, variables: Variables::Literal })
    }

    /// A pattern in which only this much is special.
    pub(crate) fn with(text: &str, syntax: Syntax) -> Self {
        let shape = match text.bytes().position(|byte| syntax.is_special(byte)) {
            None => Shape::Exact(text.into()),
            Some(at) => match text.split_at_checked(at) {
                Some(("", "*")) => Shape::Anything,
                Some((prefix, "*")) => Shape::Prefix(prefix.into()),
                _ => {
                    let mut builder = GlobBuilder::default();
                    Tokens::new(text, syntax).for_each(|token| builder.push(token));
                    return builder.build();
                }
            },
        };
        Self { shape }
    }

    /// Whether it matches the text; variables have no value.
    pub(crate) fn matches(&self, text: &str) -> bool {
        self.matches_in(text, &Context::empty())
    }

    /// Whether it matches the text, variables having their values in this context.
    pub(crate) fn matches_in(&self, text: &str, context: &Context) -> bool {
        effort::count(1);
        match &self.shape {
            Shape::Anything => true,
            Shape::Exact(whole) => text == whole.as_ref(),
            Shape::Prefix(prefix) => text.starts_with(prefix.as_ref()),
            Shape::Pieces(pieces) => match_chunks(pieces, text, context).is_some(),
        }
    }

    /// Whether it equals the text but for the case of letters. Wildcards have no
    /// meaning here, and are none in patterns made for this.
    pub(crate) fn equals_folded(&self, text: &str, context: &Context) -> bool {
        if let Shape::Exact(whole) = &self.shape {
            return folded(whole).eq(folded(text));
        }
        let mut given = folded(text);
        for piece in self.pieces() {
            let Some(part) = piece.literal(context) else { return false };
            if !folded(part).all(|wanted| given.next() == Some(wanted)) {
                return false;
            }
        }
        given.next().is_none()
    }

    /// The text, when that is all it matches.
    pub(crate) const fn exact(&self) -> Option<&str> {
        match &self.shape {
            Shape::Exact(whole) => Some(whole),
            Shape::Anything | Shape::Prefix(_) | Shape::Pieces(_) => None,
        }
    }

    /// The first variable of which this is true.
    pub(crate) fn find_variable(&self, wanted: &dyn Fn(&Variable) -> bool) -> Option<&Variable> {
        let mut variables = self.pieces().iter().filter_map(|piece| match piece {
            Piece::Variable(variable) => Some(variable.as_ref()),
            Piece::Text(_) | Piece::One | Piece::Run => None,
        });
        variables.find(|variable| wanted(variable))
    }

    /// The variable, when the pattern is nothing else.
    pub(crate) fn lone_variable(&self) -> Option<&Variable> {
        match self.pieces() {
            [Piece::Variable(variable)] => Some(variable),
            _ => None,
        }
    }

    fn pieces(&self) -> &[Piece] {
        match &self.shape {
            Shape::Anything | Shape::Exact(_) | Shape::Prefix(_) => &[],
            Shape::Pieces(pieces) => pieces,
        }
    }
}

impl GlobBuilder {
    /// One token more.
    pub(crate) fn push(&mut self, token: Token<'_>) {
        let piece = match token {
            Token::Text(text) => return self.text.push_str(text),
            Token::Run => Piece::Run,
            Token::One => Piece::One,
            Token::Variable(variable) => Piece::Variable(Box::new(variable)),
        };
        self.end_text();
        if piece != Piece::Run || self.pieces.last() != Some(&Piece::Run) {
            self.pieces.push(piece);
        }
    }

    /// The pattern of these tokens.
    pub(crate) fn build(mut self) -> Glob {
        if self.pieces.is_empty() {
            return Glob { shape: Shape::Exact(self.text.into()) };
        }
        self.end_text();
        let shape = match self.pieces.as_mut_slice() {
            [Piece::Run] => Shape::Anything,
            [Piece::Text(prefix), Piece::Run] => Shape::Prefix(std::mem::take(prefix)),
            _ => Shape::Pieces(self.pieces.into()),
        };
        Glob { shape }
    }

    fn end_text(&mut self) {
        if !self.text.is_empty() {
            self.pieces.push(Piece::Text(self.text.as_str().into()));
            self.text.clear();
        }
    }
}

impl Piece {
    /// What it stands for in this context; `None` when that is not one text.
    fn literal<'p>(&'p self, context: &'p Context) -> Option<&'p str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Variable(variable) => variable.resolve(context),
            Self::One | Self::Run => None,
        }
    }
}

/// The characters of a text in lower case.
pub(crate) fn folded(text: &str) -> impl Iterator<Item = char> + Clone {
    text.chars().flat_map(char::to_lowercase)
}

fn match_chunks(pieces: &[Piece], text: &str, context: &Context) -> Option<()> {
    let mut chunks = pieces.split(|piece| matches!(piece, Piece::Run));
    let text = strip_front(chunks.next()?, text, context)?;
    let Some(last) = chunks.next_back() else { return text.is_empty().then_some(()) };
    let mut text = strip_back(last, text, context)?;
    for chunk in chunks {
        text = find(chunk, text, context)?;
    }
    Some(())
}

/// What is left of the text behind the chunk.
fn strip_front<'t>(chunk: &[Piece], mut text: &'t str, context: &Context) -> Option<&'t str> {
    for piece in chunk {
        effort::count(1);
        text = if matches!(piece, Piece::One) {
            let mut characters = text.chars();
            characters.next()?;
            characters.as_str()
        } else {
            text.strip_prefix(piece.literal(context)?)?
        };
    }
    Some(text)
}

/// What is left of the text before the chunk.
fn strip_back<'t>(chunk: &[Piece], mut text: &'t str, context: &Context) -> Option<&'t str> {
    for piece in chunk.iter().rev() {
        effort::count(1);
        text = if matches!(piece, Piece::One) {
            let mut characters = text.chars();
            characters.next_back()?;
            characters.as_str()
        } else {
            text.strip_suffix(piece.literal(context)?)?
        };
    }
    Some(text)
}

/// What is left of the text behind the leftmost place where the chunk stands.
fn find<'t>(chunk: &[Piece], text: &'t str, context: &Context) -> Option<&'t str> {
    match chunk {
        [] => Some(text),
        [Piece::Text(literal)] => {
            let found = text.split_once(literal.as_ref()).map(|(_, behind)| behind);
            effort::count(text.len() - found.map_or(0, str::len) + literal.len());
            found
        }
        _ => sieve::find(chunk, text, context),
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

    proptest! {
        #[test]
        fn a_chunk_is_found_wherever_it_stands(
            chunk in "[ab?]{1,4}|[ab]{0,5}[?]{0,70}[ab?]{0,5}",
            before in "[abé]{0,150}",
            like in prop::collection::vec("[abé]", 80),
            behind in "[abé]{0,80}",
        ) {
            let wanted: Vec<char> = chunk.chars().collect();
            let fits = |(wanted, given): (&char, &char)| *wanted == '?' || wanted == given;
            let stands_in = |text: &str| {
                let given: Vec<char> = text.chars().collect();
                let places = 0..(given.len() + 1).saturating_sub(wanted.len());
                places.into_iter().any(|place| wanted.iter().zip(&given[place..]).all(fits))
            };
            let middle: String = chunk
                .chars()
                .zip(like)
                .map(|(wanted, like)| if wanted == '?' { like } else { wanted.into() })
                .collect();
            for text in [format!("{before}{behind}"), format!("{before}{middle}{behind}")] {
                let ascii = text.replace('é', "b");
                for text in [text, ascii] {
                    let glob = Glob::new(&format!("*{chunk}*"));
                    prop_assert_eq!(glob.matches(&text), stands_in(&text), "{}", text);
                }
            }
        }

        #[test]
        fn variables_are_found_like_what_they_stand_for(
            value in "[ab]{1,70}",
            rest in "[ab]{0,3}",
            text in "[abé]{0,200}",
        ) {
            let context = ContextBuilder::new().single("v", &value).build();
            let syntax = Syntax { wildcards: Wildcards::Live, variables: Variables::Live };
            let glob = Glob::with(&format!("*${{v}}{rest}*"), syntax);
            for text in [format!("{text}{value}{rest}{text}"), text] {
                let stands_in = text.contains(&format!("{value}{rest}"));
                prop_assert_eq!(glob.matches_in(&text, &context), stands_in, "{}", text);
            }
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
    fn what_most_patterns_are_is_told_from_the_rest() {
        let (exact, prefix) =
            (|text: &str| Shape::Exact(text.into()), |text: &str| Shape::Prefix(text.into()));
        for (pattern, shape) in [
            ("", exact("")),
            ("a", exact("a")),
            ("*", Shape::Anything),
            ("**", Shape::Anything),
            ("a*", prefix("a")),
            ("a**", prefix("a")),
        ] {
            assert_eq!(Glob::new(pattern).shape, shape, "{pattern}");
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

    /// The steps it takes to match a pattern in vain.
    fn cost(pattern: &str, text: &str) -> usize {
        let glob = Glob::new(pattern);
        let (matched, steps) = effort::counted(|| glob.matches(text));
        assert!(!matched, "{pattern}");
        steps
    }

    #[test]
    fn nested_wildcards_cost_no_more_than_text_and_pattern() {
        for size in [500, 1_000, 2_000] {
            let text = "a".repeat(2 * size);
            assert!(cost(&format!("{}b", "*a".repeat(size)), &text) < 8 * size);
            assert!(cost(&format!("{}b*", "*a".repeat(size)), &text) < 8 * size);
            assert!(cost(&format!("*{}b*", "a".repeat(size)), &text) < 8 * size);
        }
    }

    #[test]
    fn question_marks_between_wildcards_are_tried_at_many_places_at_once() {
        for size in [500, 1_000, 2_000] {
            let longest = size * size / 64 + 8 * size;
            let chunk = "a?".repeat(size / 4);
            assert!(cost(&format!("*{chunk}b*"), &"aa".repeat(size / 2)) < longest);
            assert!(cost(&format!("*{chunk}b*"), &"é".repeat(size)) < longest);
            assert!(cost(&format!("*{}b*", "a".repeat(size / 2)), &"a".repeat(size)) < longest);
        }
    }
}
