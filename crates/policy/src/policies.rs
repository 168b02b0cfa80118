use std::sync::Arc;

use crate::compiled::CompiledStatement;
use crate::index::Index;
use crate::{CompiledPolicy, PolicySource};

/// A policy and where it comes from.
#[derive(Clone, Copy, Debug)]
pub struct PolicyRef<'a> {
    /// Where it comes from.
    pub source: &'a PolicySource,
    /// What it says.
    pub policy: &'a CompiledPolicy,
}

/// The policies of one layer: listed, or put under one index beforehand.
///
/// Both answer the same. A list suits the few policies a principal usually has, since
/// nothing is prepared for it; each costs one look into its own index. A
/// [`PolicySet`] costs one look for all of them.
#[derive(Clone, Copy, Debug)]
pub enum Policies<'a> {
    /// One, or none.
    Single(Option<PolicyRef<'a>>),
    /// One by one, in this order.
    Listed(&'a [PolicyRef<'a>]),
    /// Under one index.
    Indexed(&'a PolicySet),
}

/// Policies that apply together, under one index: made once, when what applies to a
/// principal changes, and asked for every request.
#[derive(Clone, Debug, Default)]
pub struct PolicySet {
    policies: Box<[(PolicySource, Arc<CompiledPolicy>)]>,
    // Of each statement the places of its policy and of itself in it, in order.
    statements: Box<[(u32, u32)]>,
    index: Index,
}

impl PolicySet {
    /// Puts policies under one index, keeping their order. Linear in their size.
    #[must_use]
    pub fn new(policies: impl IntoIterator<Item = (PolicySource, Arc<CompiledPolicy>)>) -> Self {
        let policies: Box<[(PolicySource, Arc<CompiledPolicy>)]> = policies.into_iter().collect();
        let statements = policies.iter().zip(0_u32..).flat_map(|((_, policy), at)| {
            policy.statements().iter().zip(0_u32..).map(move |(_, statement)| (at, statement))
        });
        let statements = statements.collect();
        let index = Index::new(policies.iter().flat_map(|(_, policy)| policy.statements()));
        Self { policies, statements, index }
    }

    pub(crate) const fn index(&self) -> &Index {
        &self.index
    }

    pub(crate) const fn statement_count(&self) -> usize {
        self.statements.len()
    }

    /// The statement at this place among all of them, with its policy's place.
    pub(crate) fn statement(
        &self,
        place: u32,
    ) -> Option<(usize, &PolicySource, &CompiledStatement)> {
        let at = |place: u32| usize::try_from(place).ok();
        let (policy, statement) = *self.statements.get(at(place)?)?;
        let (source, compiled) = self.policies.get(at(policy)?)?;
        Some((at(policy)?, source, compiled.statements().get(at(statement)?)?))
    }

    /// The policies, in their order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = PolicyRef<'_>> {
        self.policies.iter().map(|(source, policy)| PolicyRef { source, policy })
    }

    /// How many policies there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.policies.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.policies.is_empty()
    }
}

impl<'a> Policies<'a> {
    /// No policies.
    pub const NONE: Self = Self::Single(None);

    /// The policies, in their order.
    pub fn iter(self) -> impl Iterator<Item = PolicyRef<'a>> {
        let (single, listed, indexed) = match self {
            Self::Single(policy) => (policy, &[] as &[_], None),
            Self::Listed(policies) => (None, policies, None),
            Self::Indexed(set) => (None, &[] as &[_], Some(set.iter())),
        };
        single.into_iter().chain(listed.iter().copied()).chain(indexed.into_iter().flatten())
    }
}

impl Default for Policies<'_> {
    fn default() -> Self {
        Self::NONE
    }
}

impl<'a> From<Option<PolicyRef<'a>>> for Policies<'a> {
    fn from(policy: Option<PolicyRef<'a>>) -> Self {
        Self::Single(policy)
    }
}

impl<'a> From<&'a [PolicyRef<'a>]> for Policies<'a> {
    fn from(policies: &'a [PolicyRef<'a>]) -> Self {
        Self::Listed(policies)
    }
}

impl<'a, const N: usize> From<&'a [PolicyRef<'a>; N]> for Policies<'a> {
    fn from(policies: &'a [PolicyRef<'a>; N]) -> Self {
        Self::Listed(policies)
    }
}

impl<'a> From<&'a Vec<PolicyRef<'a>>> for Policies<'a> {
    fn from(policies: &'a Vec<PolicyRef<'a>>) -> Self {
        Self::Listed(policies)
    }
}

impl<'a> From<&'a PolicySet> for Policies<'a> {
    fn from(set: &'a PolicySet) -> Self {
        Self::Indexed(set)
    }
}
