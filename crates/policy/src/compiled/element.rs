use crate::arn_pattern::{ArnText, ResourcePattern};
use crate::glob::Glob;
use crate::index::ActionTest;
use crate::template::Variables;
use crate::{Context, Patterns, Polarity, Span};

/// A pattern with the text it was made of.
#[derive(Clone, Debug)]
pub(crate) struct Written<P> {
    pub(crate) span: Span,
    pub(crate) text: Box<str>,
    pub(crate) pattern: P,
}

/// Action or NotAction.
#[derive(Clone, Debug)]
pub(crate) struct Actions {
    pub(crate) span: Span,
    pub(crate) polarity: Polarity,
    pub(crate) entries: Box<[Written<Glob>]>,
}

/// Resource or NotResource.
#[derive(Clone, Debug)]
pub(crate) struct Resources {
    pub(crate) span: Span,
    pub(crate) polarity: Polarity,
    pub(crate) variables: Variables,
    pub(crate) entries: Box<[Written<ResourcePattern>]>,
}

impl Actions {
    /// Spec: UG:reference_policies_elements_action, prefix and name are not
    /// case-sensitive, and there are no variables.
    pub(crate) fn compile(patterns: &Patterns) -> Self {
        let entries = patterns.values.iter().map(|value| Written {
            span: value.span,
            text: value.value.as_str().into(),
            pattern: Glob::new(&value.value.to_ascii_lowercase()),
        });
        Self { span: patterns.span, polarity: patterns.polarity, entries: entries.collect() }
    }

    /// Whether the element lets this action pass, of which this is left to ask.
    pub(crate) fn pass(&self, test: &ActionTest, action: &str) -> bool {
        let entry = |place: &u32| usize::try_from(*place).ok().and_then(|at| self.entries.get(at));
        match test {
            ActionTest::Passed => true,
            ActionTest::Whole => self.matches(action),
            ActionTest::Entries(places) => {
                places.iter().filter_map(entry).any(|entry| entry.pattern.matches(action))
            }
        }
    }

    /// Whether the element lets this action pass; it is lower-case.
    pub(crate) fn matches(&self, action: &str) -> bool {
        self.passes(self.entries.iter().any(|entry| entry.pattern.matches(action)))
    }

    /// Whether the element lets an action pass that one of its entries matches, or none.
    pub(crate) fn passes(&self, listed: bool) -> bool {
        listed == (self.polarity == Polarity::Any)
    }
}

impl Resources {
    pub(super) fn compile(patterns: &Patterns, variables: Variables) -> Self {
        let entries = patterns.values.iter().map(|value| Written {
            span: value.span,
            text: value.value.as_str().into(),
            pattern: ResourcePattern::new(&value.value, variables),
        });
        let (span, polarity) = (patterns.span, patterns.polarity);
        Self { span, polarity, variables, entries: entries.collect() }
    }

    /// Whether the element lets this resource pass. It must not depend on an unknown key.
    ///
    /// Spec: UG:reference_policies_variables: with a variable that has no value,
    /// Resource matches nothing and NotResource "will not match any resource",
    /// which makes the statement not apply at all.
    pub(crate) fn matches(&self, arn: Option<&ArnText<'_>>, context: &Context) -> bool {
        let listed = self.entries.iter().any(|entry| entry.pattern.matches(arn, context));
        self.passes(listed, context)
    }

    /// Whether the element lets a resource pass that one of its entries matches, or none.
    pub(crate) fn passes(&self, listed: bool, context: &Context) -> bool {
        match self.polarity {
            Polarity::Any => listed,
            Polarity::NoneOf => {
                let mut patterns = self.entries.iter().map(|entry| &entry.pattern);
                !listed && patterns.all(|pattern| pattern.unresolved(context).is_none())
            }
        }
    }
}
