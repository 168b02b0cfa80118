//! Patterns over ARNs, component by component.

use crate::Context;
use crate::glob::Glob;
use crate::template::{Syntax, Token, Variable, Variables, Wildcards, tokens};

/// The six components of an ARN, or `None` for a text that is none.
///
/// Spec: UG:reference-arns, `arn:partition:service:region:account:resource`.
pub(crate) fn components(text: &str) -> Option<[&str; 6]> {
    let mut parts = text.splitn(6, ':');
    let mut next = || parts.next();
    let components = [next()?, next()?, next()?, next()?, next()?, next()?];
    let [scheme, ..] = components;
    (scheme == "arn").then_some(components)
}

/// The pattern of a Resource element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ResourcePattern {
    /// `*`.
    Everything,
    /// An ARN with wildcards.
    Arn(Box<[Glob; 6]>),
}

impl ResourcePattern {
    /// Spec: UG:reference_policies_elements_resource: wildcards count within a
    /// component; UG:reference_policies_variables: variables only in the last.
    /// Observed: IAM completes a short ARN with `*`.
    pub(crate) fn new(text: &str, variables: Variables) -> Self {
        if text == "*" {
            return Self::Everything;
        }
        let mut parts = text.splitn(6, ':');
        let mut next = |variables| {
            let syntax = Syntax { wildcards: Wildcards::Live, variables };
            Glob::with(parts.next().unwrap_or("*"), syntax)
        };
        let literal = Variables::Literal;
        Self::Arn(Box::new([
            next(literal),
            next(literal),
            next(literal),
            next(literal),
            next(literal),
            next(variables),
        ]))
    }

    /// Whether a resource matches: its components when it is an ARN.
    ///
    /// Actions without a resource are asked for `*`, which only a pattern for
    /// everything matches.
    pub(crate) fn matches(&self, arn: Option<&[&str; 6]>, context: &Context) -> bool {
        match (self, arn) {
            (Self::Everything, _) => true,
            (Self::Arn(_), None) => false,
            (Self::Arn(globs), Some(components)) => component_wise(globs, components, context),
        }
    }

    /// The first variable that has no value in this context.
    pub(crate) fn unresolved(&self, context: &Context) -> Option<&Variable> {
        match self {
            Self::Everything => None,
            Self::Arn(globs) => globs.iter().find_map(|glob| glob.unresolved(context)),
        }
    }
}

/// The value of an ARN condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ArnPattern {
    /// Six components with wildcards.
    Components(Box<[Glob; 6]>),
    /// One variable and nothing else: the whole ARN.
    Whole(Glob),
}

impl ArnPattern {
    /// `None` for a text without six components, which never matches.
    ///
    /// Spec: UG:reference_policies_elements_condition_operators, each of the six
    /// components is checked separately. Choice: a value that is one variable
    /// stands for a whole ARN, since it could not stand for a component.
    pub(crate) fn new(text: &str, variables: Variables) -> Option<Self> {
        let syntax = Syntax { wildcards: Wildcards::Live, variables };
        let whole = Glob::with(text, syntax);
        if whole.lone_variable().is_some() {
            return Some(Self::Whole(whole));
        }
        let mut parts: Vec<Vec<Token>> = vec![Vec::new()];
        for token in tokens(text, syntax) {
            let Token::Text(literal) = token else {
                parts.last_mut()?.push(token);
                continue;
            };
            let mut rest = literal.as_str();
            while parts.len() < 6
                && let Some((before, behind)) = rest.split_once(':')
            {
                parts.last_mut()?.push(Token::Text(before.to_owned()));
                parts.push(Vec::new());
                rest = behind;
            }
            parts.last_mut()?.push(Token::Text(rest.to_owned()));
        }
        let globs: Vec<Glob> = parts.into_iter().map(Glob::of).collect();
        let globs: Box<[Glob; 6]> = globs.into_boxed_slice().try_into().ok()?;
        Some(Self::Components(globs))
    }

    /// Whether a request's value matches. What is no ARN never does.
    pub(crate) fn matches(&self, text: &str, context: &Context) -> bool {
        let Some(given) = components(text) else { return false };
        match self {
            Self::Components(globs) => component_wise(globs, &given, context),
            Self::Whole(glob) => glob.matches_in(text, context),
        }
    }

    /// The first variable that has no value in this context.
    pub(crate) fn unresolved(&self, context: &Context) -> Option<&Variable> {
        match self {
            Self::Components(globs) => globs.iter().find_map(|glob| glob.unresolved(context)),
            Self::Whole(glob) => glob.unresolved(context),
        }
    }
}

/// The last component differs most often, so it is asked first.
fn component_wise(globs: &[Glob; 6], components: &[&str; 6], context: &Context) -> bool {
    let mut pairs = globs.iter().zip(components).rev();
    pairs.all(|(glob, component)| glob.matches_in(component, context))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ContextBuilder;

    #[test]
    fn resources_match_by_component() {
        for (pattern, resource, matched) in [
            ("*", "*", true),
            ("*", "arn:aws:s3:::b", true),
            ("arn:aws:s3:::*", "*", false),
            ("arn:aws:s3:::b/*", "arn:aws:s3:::b/x/y", true),
            ("arn:aws:s3:::b/*", "arn:aws:s3:::B/x", false),
            ("arn:aws:iam::*:role/x", "arn:aws:iam::111122223333:role/x", true),
            ("arn:aws:logs:*:log-group", "arn:aws:logs:eu:1:log-group", false),
            ("arn:aws:s3:*", "arn:aws:s3:::bucket", true),
            ("arn:aws:s3:eu", "arn:aws:s3:::bucket", false),
            ("arn:aws:s3", "arn:aws:s3:::bucket", true),
            ("arn:*", "arn:aws:s3:::bucket", true),
            ("arn:aws:sns:*:1:t", "arn:aws:sns:eu:x:1:t", false),
            ("arn:aws:l:r:1:g:*:s", "arn:aws:l:r:1:g:a:b:s", true),
            ("arn:aws:s3:::${aws:username}", "arn:aws:s3:::alice", true),
            ("arn:aws:s3:::${x}", "arn:aws:s3:::alice", false),
            ("arn:aws:s3::${aws:username}:x", "arn:aws:s3::alice:x", false),
        ] {
            let context = ContextBuilder::new().single("aws:username", "alice").build();
            let compiled = ResourcePattern::new(pattern, Variables::Live);
            let given = components(resource);
            assert_eq!(compiled.matches(given.as_ref(), &context), matched, "{pattern} {resource}");
        }
    }

    #[test]
    fn arn_values_match_by_component() {
        let context = ContextBuilder::new()
            .single("arn", "arn:aws:iam::111122223333:user/a")
            .single("account", "111122223333")
            .single("sneaky", "111122223333:role/a")
            .build();
        let role = "arn:aws:iam::111122223333:role/a";
        for (pattern, text, matched) in [
            ("arn:aws:iam::*:role/*", role, true),
            ("arn:aws:x:*:111122223333:finance/*", "arn:aws:x:r:z:111122223333:finance/a", false),
            ("*", role, false),
            ("arn:aws:iam:*", role, false),
            ("arn:aws:iam::*:role/*", "role", false),
            ("arn:aws:iam::${account}:role/a", role, true),
            ("arn:aws:iam::${sneaky}:*", role, false),
            ("${arn}", "arn:aws:iam::111122223333:user/a", true),
            ("${arn}", role, false),
            ("${absent}", role, false),
            ("ARN:aws:iam::*:role/*", role, false),
        ] {
            let compiled = ArnPattern::new(pattern, Variables::Live);
            let found = compiled.is_some_and(|pattern| pattern.matches(text, &context));
            assert_eq!(found, matched, "{pattern} {text}");
        }
    }
}
