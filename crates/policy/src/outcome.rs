use crate::{Effect, PolicySource, Span};

/// The answer to a request. Never a `bool`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Decision {
    /// Something allows, nothing denies, nothing limits.
    Allow,
    /// A statement denies.
    ExplicitDeny,
    /// A layer that must allow does not.
    ImplicitDeny,
}

/// The kinds of policy that take part in a decision, as AWS's messages name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PolicyType {
    /// Service control policies.
    ServiceControl,
    /// Resource control policies.
    ResourceControl,
    /// The trust policy of a role.
    Trust,
    /// The policy of any other resource.
    Resource,
    /// Identity-based policies.
    Identity,
    /// The permissions boundary.
    Boundary,
    /// Session policies.
    Session,
}

impl PolicyType {
    /// As AWS's messages say it: `identity-based policy`, `role trust policy`.
    ///
    /// Spec: UG:troubleshoot_access-denied.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ServiceControl => "service control policy",
            Self::ResourceControl => "resource control policy",
            Self::Trust => "role trust policy",
            Self::Resource => "resource-based policy",
            Self::Identity => "identity-based policy",
            Self::Boundary => "permissions boundary",
            Self::Session => "session policy",
        }
    }
}

/// One statement of one policy of a request's layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatementRef<'a> {
    /// Where the policy comes from.
    pub source: &'a PolicySource,
    /// The statement's place in its policy, from 0.
    pub index: usize,
    /// The statement's Sid.
    pub sid: Option<&'a str>,
    /// Allow or Deny.
    pub effect: Effect,
    /// The statement in the policy's text.
    pub span: Span,
}

/// Why the decision is what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause<'a> {
    /// This statement decided.
    Statement {
        /// The kind of policy it stands in.
        policy_type: PolicyType,
        /// The statement.
        statement: StatementRef<'a>,
    },
    /// No policy of this kind allows, and one has to.
    NothingAllows {
        /// The kind of policy.
        policy_type: PolicyType,
    },
    /// The root user may do everything in its own account.
    RootUser,
}

impl Cause<'_> {
    /// The kind of policy that decided; none for the root user's own right.
    #[must_use]
    pub const fn policy_type(&self) -> Option<PolicyType> {
        match self {
            Self::Statement { policy_type, .. } | Self::NothingAllows { policy_type } => {
                Some(*policy_type)
            }
            Self::RootUser => None,
        }
    }
}

/// One layer that stands in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocker<'a> {
    /// The layer.
    pub policy_type: PolicyType,
    /// How it stands in the way.
    pub reason: BlockReason<'a>,
}

/// How a layer stands in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockReason<'a> {
    /// The first statement of the layer that denies.
    Denies(StatementRef<'a>),
    /// Nothing in the layer allows. For service control policies, the first level
    /// (from the root, counted from 0) that does not.
    DoesNotAllow {
        /// The level, for service control policies.
        level: Option<usize>,
    },
}

/// Every layer that stands in the way, in the order in which AWS names them.
///
/// A fixed place per layer and reason, so that it never allocates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Blockers<'a> {
    // INVARIANT: filled from the front. Seven layers, each denying or not
    // allowing or both.
    slots: [Option<Blocker<'a>>; 14],
}

impl<'a> Blockers<'a> {
    pub(crate) fn push(&mut self, blocker: Blocker<'a>) {
        if let Some(slot) = self.slots.iter_mut().find(|slot| slot.is_none()) {
            *slot = Some(blocker);
        }
    }

    /// The blockers.
    pub fn iter(&self) -> impl Iterator<Item = &Blocker<'a>> {
        self.slots.iter().flatten()
    }

    /// Whether nothing stands in the way.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots.iter().all(Option::is_none)
    }
}

/// The decision, with what decided and everything that stands in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Outcome<'a> {
    /// The answer.
    pub decision: Decision,
    /// What decided. For a denial, the first of the blockers by AWS's order.
    pub cause: Cause<'a>,
    /// Every layer that blocks, not only the first; empty when allowed.
    pub blockers: Blockers<'a>,
}
