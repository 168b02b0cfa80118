//! Which policies apply to a user or role.
//!
//! This is where unreadable records fail closed: what is attached and can't be
//! found denies everything, since it may have denied anything.

use stead_policy::{PolicyRef, PolicySource};
use stead_types::Arn;

use crate::Snapshot;
use crate::entity::{AttachedPolicies, Group, InlinePolicies, PermissionsBoundary, Role, User};
use crate::policy_document;

impl Snapshot {
    /// The identity policies of a user: its own and those of its groups.
    ///
    /// A membership in a group that can't be read, and an attached policy that
    /// can't be found, stand in the list as a policy that denies everything.
    #[must_use]
    pub fn identity_policies_of_user<'a>(&'a self, user: &'a User) -> Vec<PolicyRef<'a>> {
        let mut policies = Vec::new();
        self.collect(&user.inline, &user.attached, &mut policies);
        for id in &user.groups {
            match self.group(id).map(|group| -> &Group { group }) {
                Some(group) => self.collect(&group.inline, &group.attached, &mut policies),
                None => policies.push(policy_document::unreadable_group()),
            }
        }
        policies
    }

    /// The identity policies of a role, as [`Self::identity_policies_of_user`].
    #[must_use]
    pub fn identity_policies_of_role<'a>(&'a self, role: &'a Role) -> Vec<PolicyRef<'a>> {
        let mut policies = Vec::new();
        self.collect(&role.inline, &role.attached, &mut policies);
        policies
    }

    /// The identity policies of a group, as [`Self::identity_policies_of_user`].
    #[must_use]
    pub fn identity_policies_of_group<'a>(&'a self, group: &'a Group) -> Vec<PolicyRef<'a>> {
        let mut policies = Vec::new();
        self.collect(&group.inline, &group.attached, &mut policies);
        policies
    }

    /// The permissions boundary of a user or role as it is evaluated. One that
    /// can't be found denies everything.
    #[must_use]
    pub fn boundary_policy<'a>(&'a self, boundary: &'a PermissionsBoundary) -> PolicyRef<'a> {
        self.managed(boundary.arn(), boundary.source())
    }

    fn collect<'a>(
        &'a self,
        inline: &'a InlinePolicies,
        attached: &'a AttachedPolicies,
        policies: &mut Vec<PolicyRef<'a>>,
    ) {
        policies.extend(inline.references());
        policies.extend(attached.sources().map(|(arn, source)| self.managed(arn, source)));
    }

    fn managed<'a>(&'a self, arn: &Arn, source: &'a PolicySource) -> PolicyRef<'a> {
        match self.policy(arn) {
            Some(policy) => PolicyRef { source, policy: policy.stored.compiled() },
            None => PolicyRef { source, policy: policy_document::unreadable() },
        }
    }
}
