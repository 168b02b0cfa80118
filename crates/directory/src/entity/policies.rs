use std::collections::BTreeMap;

use stead_policy::{DocumentKind, PolicyRef, PolicySource, PolicyText};
use stead_types::{Arn, PolicyName};

use crate::StoredPolicy;

/// A policy embedded in a user, group or role.
#[derive(Clone, Debug)]
pub struct InlinePolicy {
    /// The document as it was sent.
    pub text: PolicyText,
    /// The document as it is evaluated.
    pub stored: StoredPolicy,
    /// Whose it is, for traces and messages.
    pub source: PolicySource,
}

/// The policies embedded in a user, group or role, by name.
///
/// Choice: names of inline policies are told apart by case; AWS says otherwise
/// only of names that are unique within the account.
#[derive(Clone, Debug, Default)]
pub struct InlinePolicies(BTreeMap<PolicyName, InlinePolicy>);

impl InlinePolicies {
    /// The policy with this name.
    #[must_use]
    pub fn find(&self, name: &PolicyName) -> Option<&InlinePolicy> {
        self.0.get(name)
    }

    /// The policies in the order of their names.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&PolicyName, &InlinePolicy)> {
        self.0.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The characters that count against the quota, of all policies together.
    #[must_use]
    pub fn counted_characters(&self) -> usize {
        self.0.values().map(|policy| policy.text.counted_characters()).sum()
    }

    /// The policies in the form in which they are evaluated.
    pub(crate) fn references(&self) -> impl Iterator<Item = PolicyRef<'_>> {
        self.0
            .values()
            .map(|policy| PolicyRef { source: &policy.source, policy: policy.stored.compiled() })
    }

    pub(crate) fn put(&mut self, owner: &Arn, name: PolicyName, text: PolicyText) {
        let stored = StoredPolicy::new(text.clone(), DocumentKind::Identity);
        self.insert(owner, name, text, stored);
    }

    fn insert(&mut self, owner: &Arn, name: PolicyName, text: PolicyText, stored: StoredPolicy) {
        let source = PolicySource::Inline { owner: owner.clone(), name: name.as_str().into() };
        self.0.insert(name, InlinePolicy { text, stored, source });
    }

    pub(crate) fn remove(&mut self, name: &PolicyName) -> Option<InlinePolicy> {
        self.0.remove(name)
    }

    /// The same policies under the owner's new ARN.
    pub(crate) fn owned_by(&self, owner: &Arn) -> Self {
        let mut moved = Self::default();
        for (name, policy) in &self.0 {
            moved.insert(owner, name.clone(), policy.text.clone(), policy.stored.clone());
        }
        moved
    }
}

/// The managed policies attached to a user, group or role, by ARN.
///
/// What a policy says is looked up when it is evaluated, so that a new default
/// version counts at once for all who have it.
#[derive(Clone, Debug, Default)]
pub struct AttachedPolicies(BTreeMap<Arn, PolicySource>);

impl AttachedPolicies {
    /// The policies with these ARNs, attached to `owner`.
    pub(crate) fn new(owner: &Arn, arns: impl IntoIterator<Item = Arn>) -> Self {
        let mut attached = Self::default();
        for arn in arns {
            attached.attach(owner, arn);
        }
        attached
    }

    /// Whether this policy is attached.
    #[must_use]
    pub fn contains(&self, arn: &Arn) -> bool {
        self.0.contains_key(arn)
    }

    /// The ARNs in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Arn> {
        self.0.keys()
    }

    /// How many policies are attached.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether none is attached.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The ARNs, each with whose attachment it is, for traces and messages.
    pub(crate) fn sources(&self) -> impl Iterator<Item = (&Arn, &PolicySource)> {
        self.0.iter()
    }

    pub(crate) fn attach(&mut self, owner: &Arn, arn: Arn) {
        let source = PolicySource::Managed { arn: arn.clone(), attached_to: owner.clone() };
        self.0.insert(arn, source);
    }

    /// Whether the policy was attached before.
    pub(crate) fn detach(&mut self, arn: &Arn) -> bool {
        self.0.remove(arn).is_some()
    }

    /// The same attachments under the owner's new ARN.
    pub(crate) fn owned_by(&self, owner: &Arn) -> Self {
        Self::new(owner, self.0.keys().cloned())
    }
}

/// The managed policy that bounds the permissions of a user or role.
#[derive(Clone, Debug)]
pub struct PermissionsBoundary {
    arn: Arn,
    source: PolicySource,
}

impl PermissionsBoundary {
    pub(crate) fn new(arn: Arn) -> Self {
        Self { source: PolicySource::Boundary { arn: arn.clone() }, arn }
    }

    /// The ARN of the policy.
    #[must_use]
    pub const fn arn(&self) -> &Arn {
        &self.arn
    }

    pub(crate) const fn source(&self) -> &PolicySource {
        &self.source
    }
}
