//! The text of a pattern taken apart: wildcards, variables, escapes.

use crate::Context;
use crate::context::{ContextKey, ContextValue};

/// One part of a pattern's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// Literal text.
    Text(String),
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

/// Takes a text apart. Neighbouring literals are one token.
pub(crate) fn tokens(text: &str, syntax: Syntax) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        if syntax.variables == Variables::Live
            && let Some((token, behind)) = braced(rest)
        {
            push(&mut tokens, token);
            rest = behind;
            continue;
        }
        push(
            &mut tokens,
            match (character, syntax.wildcards) {
                ('*', Wildcards::Live) => Token::Run,
                ('?', Wildcards::Live) => Token::One,
                _ => Token::Text(character.to_string()),
            },
        );
        rest = rest.get(character.len_utf8()..).unwrap_or_default();
    }
    tokens
}

/// `${...}` at the beginning of a text, and what is behind it. A brace that is not
/// closed is literal text.
fn braced(text: &str) -> Option<(Token, &str)> {
    let inner_on = text.strip_prefix("${")?;
    // A default may hold a closing brace of its own: it ends with a quote and a brace.
    let plain_end = inner_on.find('}')?;
    let quote = inner_on.find(", '").filter(|quote| *quote < plain_end);
    let end = match quote {
        Some(quote) => {
            let value_at = quote + 3;
            let length = inner_on.get(value_at..)?.find("'}")?;
            value_at + length + 1
        }
        None => plain_end,
    };
    let (inner, behind) = inner_on.split_at_checked(end)?;
    let token = match inner {
        // Spec: the escapes for characters that otherwise have a meaning.
        "*" | "?" | "$" => Token::Text(inner.to_owned()),
        _ => Token::Variable(Variable::parse(inner)),
    };
    Some((token, behind.get(1..)?))
}

fn push(tokens: &mut Vec<Token>, token: Token) {
    if let (Some(Token::Text(last)), Token::Text(more)) = (tokens.last_mut(), &token) {
        last.push_str(more);
    } else {
        tokens.push(token);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ContextBuilder;

    const LIVE: Syntax = Syntax { wildcards: Wildcards::Live, variables: Variables::Live };
    const OLD: Syntax = Syntax { wildcards: Wildcards::Live, variables: Variables::Literal };

    fn shown(text: &str, syntax: Syntax) -> String {
        let tokens = tokens(text, syntax).into_iter().map(|token| match token {
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
            ("${*}${?}${$}{x}", "[*?${x}]"),
            ("${k, 'd*}e'}f", "<k=Some(\"d*}e\")>[f]"),
            ("${k, 'open}", "[${k, 'open}]"),
            ("${k", "[${k]"),
            ("$x{y}", "[$x{y}]"),
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
}
