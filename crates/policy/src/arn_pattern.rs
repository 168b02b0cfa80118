//! Patterns over ARNs, component by component.

use crate::Context;
use crate::glob::{Glob, GlobBuilder};
use crate::template::{Syntax, Token, Tokens, Variable, Variables, Wildcards};

/// The six components of an ARN, or `None` for a text that is none.
///
/// Spec: UG:reference-arns, `arn:partition:service:region:account:resource`.
pub(crate) fn components(text: &str) -> Option<[&str; 6]> {
    let mut rest = text.strip_prefix("arn:")?;
    let mut next = || {
        // Components are short: to look at each byte costs less than to search.
        let end = rest.bytes().position(|byte| byte == b':')?;
        let (component, behind) = rest.split_at_checked(end)?;
        rest = behind.get(1..)?;
        Some(component)
    };
    let [partition, service, region, account] = [next()?, next()?, next()?, next()?];
    Some(["arn", partition, service, region, account, rest])
}

/// A text that is an ARN, taken apart once for all patterns it is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ArnText<'t> {
    text: &'t str,
    components: [&'t str; 6],
}

impl<'t> ArnText<'t> {
    /// `None` for a text that is no ARN.
    pub(crate) fn read(text: &'t str) -> Option<Self> {
        components(text).map(|components| Self { text, components })
    }

    /// The whole text.
    pub(crate) const fn text(&self) -> &'t str {
        self.text
    }

    /// The component in which wildcards reach furthest and variables stand.
    pub(crate) const fn resource(&self) -> &'t str {
        let [.., resource] = self.components;
        resource
    }
}

/// A pattern for each component.
#[derive(Clone, Debug, PartialEq, Eq)]
enum ArnGlob {
    /// The first five are literal: compared as one text, colons included, which is the
    /// same since no component but the last holds a colon.
    Headed { head: Box<str>, resource: Glob },
    /// Any other.
    Components(Box<[Glob; 6]>),
}

impl ArnGlob {
    /// The pattern of these components, where variables are only in the last.
    fn new(components: [&str; 6], variables: Variables) -> Self {
        let [head @ .., resource] = components;
        let live = Syntax { wildcards: Wildcards::Live, variables };
        let resource = Glob::with(resource, live);
        if head.iter().any(|component| component.contains(['*', '?'])) {
            let [scheme, partition, service, region, account] = head.map(Glob::new);
            let globs = [scheme, partition, service, region, account, resource];
            return Self::Components(Box::new(globs));
        }
        let length = head.iter().map(|component| component.len() + 1).sum();
        let mut text = String::with_capacity(length);
        for component in head {
            text.push_str(component);
            text.push(':');
        }
        Self::Headed { head: text.into(), resource }
    }

    /// The last component differs most often, so it is asked first.
    fn matches(&self, arn: &ArnText<'_>, context: &Context) -> bool {
        match self {
            Self::Headed { head, resource } => {
                let rest = arn.text.strip_prefix(head.as_ref());
                rest.is_some_and(|rest| resource.matches_in(rest, context))
            }
            Self::Components(globs) => {
                let mut pairs = globs.iter().zip(arn.components).rev();
                pairs.all(|(glob, component)| glob.matches_in(component, context))
            }
        }
    }

    fn find_variable(&self, wanted: &dyn Fn(&Variable) -> bool) -> Option<&Variable> {
        match self {
            Self::Headed { resource, .. } => resource.find_variable(wanted),
            Self::Components(globs) => globs.iter().find_map(|glob| glob.find_variable(wanted)),
        }
    }
}

/// The pattern of a Resource element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ResourcePattern {
    // `None` for `*`, which is everything.
    arn: Option<ArnGlob>,
}

impl ResourcePattern {
    /// Spec: UG:reference_policies_elements_resource: wildcards count within a
    /// component; UG:reference_policies_variables: variables only in the last.
    /// Observed: IAM completes a short ARN with `*`.
    pub(crate) fn new(text: &str, variables: Variables) -> Self {
        if text == "*" {
            return Self { arn: None };
        }
        let mut parts = text.splitn(6, ':');
        let components = std::array::from_fn(|_| parts.next().unwrap_or("*"));
        Self { arn: Some(ArnGlob::new(components, variables)) }
    }

    /// Whether a resource matches: its components when it is an ARN.
    ///
    /// Actions without a resource are asked for `*`, which only a pattern for
    /// everything matches.
    pub(crate) fn matches(&self, arn: Option<&ArnText<'_>>, context: &Context) -> bool {
        match (&self.arn, arn) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(glob), Some(arn)) => glob.matches(arn, context),
        }
    }

    /// The first variable that has no value in this context.
    pub(crate) fn unresolved(&self, context: &Context) -> Option<&Variable> {
        self.find_variable(&|variable| variable.resolve(context).is_none())
    }

    /// The first variable of which this is true.
    pub(crate) fn find_variable(&self, wanted: &dyn Fn(&Variable) -> bool) -> Option<&Variable> {
        self.arn.as_ref()?.find_variable(wanted)
    }
}

/// The value of an ARN condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ArnPattern {
    form: Form,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Form {
    /// Six components with wildcards.
    Components(ArnGlob),
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
        if variables == Variables::Live && text.contains("${") {
            return with_variables(text).map(|form| Self { form });
        }
        let mut parts = text.splitn(6, ':');
        let mut next = || parts.next();
        let components = [next()?, next()?, next()?, next()?, next()?, next()?];
        Some(Self { form: Form::Components(ArnGlob::new(components, Variables::Literal)) })
    }

    /// Whether it matches one ARN only: the text it was made of.
    pub(crate) const fn is_exact(&self) -> bool {
        match &self.form {
            Form::Components(ArnGlob::Headed { resource, .. }) => resource.exact().is_some(),
            Form::Components(ArnGlob::Components(_)) | Form::Whole(_) => false,
        }
    }

    /// Whether a request's value matches. What is no ARN never does.
    pub(crate) fn matches(&self, arn: &ArnText<'_>, context: &Context) -> bool {
        match &self.form {
            Form::Components(glob) => glob.matches(arn, context),
            Form::Whole(glob) => glob.matches_in(arn.text, context),
        }
    }

    /// The first variable of which this is true.
    pub(crate) fn find_variable(&self, wanted: &dyn Fn(&Variable) -> bool) -> Option<&Variable> {
        match &self.form {
            Form::Components(glob) => glob.find_variable(wanted),
            Form::Whole(glob) => glob.find_variable(wanted),
        }
    }
}

/// Colons within a variable, as in its default, part nothing.
fn with_variables(text: &str) -> Option<Form> {
    let syntax = Syntax { wildcards: Wildcards::Live, variables: Variables::Live };
    let mut globs = Vec::with_capacity(6);
    let mut component = GlobBuilder::default();
    for token in Tokens::new(text, syntax) {
        let Token::Text(mut literal) = token else {
            component.push(token);
            continue;
        };
        while globs.len() < 5
            && let Some((before, behind)) = literal.split_once(':')
        {
            component.push(Token::Text(before));
            globs.push(std::mem::take(&mut component).build());
            literal = behind;
        }
        component.push(Token::Text(literal));
    }
    let last = component.build();
    if globs.is_empty() && last.lone_variable().is_some() {
        return Some(Form::Whole(last));
    }
    globs.push(last);
    let globs: Box<[Glob; 6]> = globs.into_boxed_slice().try_into().ok()?;
    Some(Form::Components(ArnGlob::Components(globs)))
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
            let given = ArnText::read(resource);
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
            let given = ArnText::read(text);
            let pair = compiled.zip(given);
            let found = pair.is_some_and(|(pattern, given)| pattern.matches(&given, &context));
            assert_eq!(found, matched, "{pattern} {text}");
        }
    }
}
