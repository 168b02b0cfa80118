use crate::{
    Completion, Effect, Operator, Outcome, Polarity, PolicyType, Span, Spanned, StatementRef,
};

/// The answer to a request some of whose condition keys are unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Partial<'a> {
    /// It is allowed whatever the unknown keys are.
    ///
    /// The outcome is that of one way in which they can be: another statement may be
    /// the cause in another.
    Allowed(Outcome<'a>),
    /// It is denied whatever the unknown keys are.
    ///
    /// The outcome is that of one way in which they can be: in another, other layers
    /// may block, and explicitly instead of implicitly.
    Denied(Outcome<'a>),
    /// It depends on them.
    Depends(Dependences<'a>),
}

/// On what a decision depends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependences<'a> {
    /// What stands in statements that may make the difference, in their order.
    ///
    /// Not everything here need matter: what could not be shown to make no difference
    /// is listed too.
    pub on: Vec<Dependence<'a>>,
    /// Some of the unknown keys, as they can be, with which the request is allowed
    /// whatever the others are. `None` when none was found among those tried.
    pub allowed_when: Option<Completion>,
    /// The same for a denial.
    pub denied_when: Option<Completion>,
}

/// Part of a statement that depends on unknown keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependence<'a> {
    /// The layer.
    pub policy_type: PolicyType,
    /// The level in the organization, from its root, for service control policies.
    pub level: Option<usize>,
    /// The statement. Whatever else it asks is so, or is listed too.
    pub statement: StatementRef<'a>,
    /// The unknown keys, as the policy writes them.
    pub keys: Vec<String>,
    /// What depends on them.
    pub element: DependentElement<'a>,
}

/// Part of a statement that can depend on condition keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DependentElement<'a> {
    /// A condition, whose key or variables are unknown.
    Condition {
        /// The operator.
        operator: Operator,
        /// Where it stands.
        operator_span: Span,
        /// The key, as written.
        key: Spanned<&'a str>,
        /// The policy's values, as written.
        values: Vec<Spanned<&'a str>>,
    },
    /// Resource or NotResource, with variables that are unknown.
    Resource {
        /// Which of the two.
        polarity: Polarity,
        /// Where its value stands.
        span: Span,
        /// The entries, as written.
        values: Vec<Spanned<&'a str>>,
    },
}

impl Dependence<'_> {
    /// What the element has to do for the request to be allowed.
    #[must_use]
    pub const fn needed(&self) -> Needed {
        match self.statement.effect {
            Effect::Allow => Needed::Holds,
            Effect::Deny => Needed::Fails,
        }
    }
}

/// What an element has to do for a request to be allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Needed {
    /// It stands in an Allow: it must hold, with the others of its statement, unless
    /// another statement allows.
    Holds,
    /// It stands in a Deny: it must not hold, or another of its statement must not.
    Fails,
}
