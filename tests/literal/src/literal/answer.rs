//! What an evaluation answers.

use super::document::Effect;

/// Whether the request is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are AWS's own")]
pub enum Decision {
    Allow,
    ExplicitDeny,
    ImplicitDeny,
}

/// The kinds of policy that decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are AWS's own")]
pub enum Layer {
    ServiceControl,
    ResourceControl,
    Trust,
    Resource,
    Identity,
    Boundary,
    Session,
}

/// A statement of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The policy, by the name it was given.
    pub policy: String,
    /// The statement's place in it, from 0.
    pub index: usize,
    /// Its Sid.
    pub sid: Option<String>,
    /// Allow or Deny.
    pub effect: Effect,
    /// Where it stands in the text.
    pub span: (usize, usize),
}

/// What decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A statement.
    Statement(Layer, Place),
    /// That nothing in a layer allows.
    Silence(Layer),
    /// The root user's own right.
    RootUser,
}

/// What stands in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Blocker {
    /// The first statement of a layer that denies.
    Denies(Layer, Place),
    /// Nothing in a layer allows; for service control policies, at which level first.
    Silent(Layer, Option<usize>),
}

/// The whole answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Whether the request is allowed.
    pub decision: Decision,
    /// What decided: the first blocker, or what allowed.
    pub cause: Cause,
    /// Everything that stands in the way.
    pub blockers: Vec<Blocker>,
}
