//! The text of a pattern taken apart: wildcards, variables, escapes.

use crate::context::{ContextKey, ContextValue};
use crate::{Context, effort};

/// One part of a pattern's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Token<'t> {
    /// Literal text. Its neighbour may be one too.
    Text(&'t str),
    /// `*`: any characters, also none.
    Run,
    /// `?`: one character.
    One,
    /// `${...}`: the value of a condition key.
    Variable(Variable),
}

/// A policy variable.
///
/// Spec: UG:reference_policies_variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Variable {
    key: ContextKey,
    written: Box<str>,
    default: Option<Box<str>>,
}

/// What is special in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Syntax {
    /// Whether `*` and `?` are wildcards.
    pub(crate) wildcards: Wildcards,
    /// Whether `${...}` is a variable or an escape.
    pub(crate) variables: Variables,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wildcards {
    Live,
    Literal,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Variables {
    Live,
    Literal,
}

impl Syntax {
    /// Whether something other than text may begin with this byte.
    pub(crate) const fn is_special(self, byte: u8) -> bool {
        match byte {
            b'*' | b'?' => matches!(self.wildcards, Wildcards::Live),
            b'$' => matches!(self.variables, Variables::Live),
            _ => false,
        }
    }
}

impl Variable {
    /// The value in this request: the key's one value, else the default.
    ///
    /// Spec: a variable without a value, and without a default, matches nothing;
    /// keys with several values cannot be variables. Choice: an empty value counts
    /// as none, as it does for `Null`: a pattern such as `home/${aws:PrincipalTag/team}/*`
    /// must not turn into `home//*`.
    pub(crate) fn resolve<'v>(&'v self, context: &'v Context) -> Option<&'v str> {
        let value = context.lookup(&self.key).and_then(ContextValue::single);
        value.filter(|value| !value.is_empty()).or(self.default.as_deref())
    }

    /// Whether its key is there, but empty.
    pub(crate) fn is_empty(&self, context: &Context) -> bool {
        context.lookup(&self.key).and_then(ContextValue::single) == Some("")
    }

    /// The key it stands for.
    pub(crate) const fn key(&self) -> &ContextKey {
        &self.key
    }

    /// The key it stands for, as written.
    pub(crate) fn written_key(&self) -> &str {
        self.written.split_once(", '").map_or(&*self.written, |(key, _)| key).trim()
    }

    /// What stands in for a value that is not there.
    pub(crate) fn default(&self) -> Option<&str> {
        self.default.as_deref()
    }

    /// As written, without the braces.
    pub(crate) fn written(&self) -> &str {
        &self.written
    }

    fn parse(inner: &str) -> Self {
        let (key, default) = match inner.split_once(", '") {
            Some((key, rest)) => (key, rest.strip_suffix('\'')),
            None => (inner, None),
        };
        Self {
            key: ContextKey::new(key.trim()),
            written: inner.into(),
            default: default.map(Into::into),
        }
    }
}

/// The tokens of a text, one after the other.
#[derive(Clone, Debug)]
pub(crate) struct Tokens<'t> {
    text: &'t str,
    position: usize,
    syntax: Syntax,
    brace: Ahead,
    quote: Ahead,
    quoted_brace: Ahead,
}

/// The next place of something in a text. It is remembered, so that a text full of
/// braces that are never closed is not searched once for each of them.
#[derive(Clone, Debug)]
struct Ahead {
    wanted: &'static str,
    // `usize::MAX` when there is none ahead.
    found: Option<usize>,
}

impl Ahead {
    const fn new(wanted: &'static str) -> Self {
        Self { wanted, found: None }
    }

    /// The first place from `start` on, where no call starts before an earlier one.
    fn next(&mut self, text: &str, start: usize) -> Option<usize> {
        let known = self.found.filter(|found| *found >= start);
        let found = known.unwrap_or_else(|| {
            let rest = text.get(start..).unwrap_or_default();
            let distance = rest.find(self.wanted);
            effort::count(distance.unwrap_or(rest.len()));
            distance.map_or(usize::MAX, |distance| start + distance)
        });
        self.found = Some(found);
        Some(found).filter(|found| *found != usize::MAX)
    }
}

impl<'t> Tokens<'t> {
    /// The tokens of this text.
    pub(crate) const fn new(text: &'t str, syntax: Syntax) -> Self {
        let brace = Ahead::new("}");
        Self {
            text,
            position: 0,
            syntax,
            brace,
            quote: Ahead::new(", '"),
            quoted_brace: Ahead::new("'}"),
        }
    }

    /// `${...}` at this place, and the place behind it. A brace that is not closed is
    /// literal text.
    fn braced(&mut self) -> Option<(Token<'t>, usize)> {
        let text = self.text;
        let start = self.position + 2;
        // A default may hold a closing brace of its own: it ends with a quote and a brace.
        let plain_end = self.brace.next(text, start)?;
        let quote = self.quote.next(text, start).filter(|quote| *quote < plain_end);
        let end = match quote {
            Some(quote) => self.quoted_brace.next(text, quote + 3)? + 1,
            None => plain_end,
        };
        let inner = text.get(start..end)?;
        let token = match inner {
            // Spec: the escapes for characters that otherwise have a meaning.
            "*" | "?" | "$" => Token::Text(inner),
            _ => Token::Variable(Variable::parse(inner)),
        };
        Some((token, end + 1))
    }
}

impl<'t> Iterator for Tokens<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        let rest = self.text.get(self.position..).filter(|rest| !rest.is_empty())?;
        if self.syntax.variables == Variables::Live
            && rest.starts_with("${")
            && let Some((token, behind)) = self.braced()
        {
            self.position = behind;
            return Some(token);
        }
        let wildcard = match (rest.as_bytes().first(), self.syntax.wildcards) {
            (Some(b'*'), Wildcards::Live) => Some(Token::Run),
            (Some(b'?'), Wildcards::Live) => Some(Token::One),
            _ => None,
        };
        if wildcard.is_some() {
            self.position += 1;
            return wildcard;
        }
        // What is special is ASCII, so its place is between two characters.
        let special = rest.bytes().skip(1).position(|byte| self.syntax.is_special(byte));
        let (literal, _) = rest.split_at_checked(special.map_or(rest.len(), |at| at + 1))?;
        self.position += literal.len();
        Some(Token::Text(literal))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ContextBuilder;

    const LIVE: Syntax = Syntax { wildcards: Wildcards::Live, variables: Variables::Live };
    const OLD: Syntax = Syntax { wildcards: Wildcards::Live, variables: Variables::Literal };

    fn shown(text: &str, syntax: Syntax) -> String {
        let tokens = Tokens::new(text, syntax).map(|token| match token {
            Token::Text(text) => format!("[{text}]"),
            Token::Run => "*".to_owned(),
            Token::One => "?".to_owned(),
            Token::Variable(variable) => {
                format!("<{}={:?}>", variable.key.folded(), variable.default)
            }
        });
        tokens.collect()
    }

    #[test]
    fn texts_are_taken_apart() {
        for (text, parts) in [
            ("", ""),
            ("a*b?c", "[a]*[b]?[c]"),
            ("${aws:UserName}/x", "<aws:username=None>[/x]"),
            ("${*}${?}${$}{x}", "[*][?][$][{x}]"),
            ("${k, 'd*}e'}f", "<k=Some(\"d*}e\")>[f]"),
            ("${k, 'open}", "[${k, 'open}]"),
            ("${k", "[${k]"),
            ("$x{y}", "[$x{y}]"),
            ("a$$${k}", "[a][$][$]<k=None>"),
            ("${}", "<=None>"),
            ("é*", "[é]*"),
        ] {
            assert_eq!(shown(text, LIVE), parts, "{text}");
        }
        assert_eq!(shown("${k}*", OLD), "[${k}]*");
    }

    #[test]
    fn variables_have_the_keys_one_value_or_the_default() {
        let context = ContextBuilder::new()
            .single("k", "value")
            .single("empty", "")
            .multi("several", ["a"])
            .build();
        for (inner, value) in [
            ("K", Some("value")),
            ("k, 'd'", Some("value")),
            ("empty", None),
            ("empty, 'd'", Some("d")),
            ("several", None),
            ("several, 'd'", Some("d")),
            ("absent", None),
            ("absent, ''", Some("")),
            ("absent,'d'", None),
        ] {
            assert_eq!(Variable::parse(inner).resolve(&context), value, "{inner}");
        }
    }
    #[test]
    fn braces_that_are_never_closed_cost_one_search() {
        for hostile in ["${", "${, '", "${x, '}", "${, '${"] {
            for size in [1_000, 2_000, 4_000] {
                let text = hostile.repeat(size) + "}";
                let (count, steps) = effort::counted(|| Tokens::new(&text, LIVE).count());
                assert!(count > 0 && steps <= 3 * text.len(), "{hostile} {size} {steps}");
            }
        }
    }
}
