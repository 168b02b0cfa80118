use std::collections::BTreeSet;

use stead_types::{AccountId, Arn, Path, TagSet, Timestamp, UniqueId, UserName};

use crate::entity::{
    AttachedPolicies, InlinePolicies, PermissionsBoundary, arn_with_path, is_arn_with_path,
};

/// An IAM user.
#[derive(Clone, Debug)]
pub struct User {
    /// The unique id, `AIDA...`.
    pub id: UniqueId,
    /// The name, in the case it was given.
    pub name: UserName,
    /// The path, `/` when none was given.
    pub path: Path,
    /// When the user was created.
    pub created_at: Timestamp,
    /// The user's tags.
    pub tags: TagSet,
    /// The policy that bounds the user's permissions.
    pub boundary: Option<PermissionsBoundary>,
    /// Policies embedded in the user.
    pub inline: InlinePolicies,
    /// Managed policies attached to the user.
    pub attached: AttachedPolicies,
    /// The unique ids of the groups the user is a member of.
    pub groups: BTreeSet<UniqueId>,
}

impl User {
    /// The user's ARN, `arn:aws:iam::111122223333:user/path/Name`.
    #[must_use]
    pub fn arn(&self, account: AccountId) -> Arn {
        Self::arn_for(account, &self.path, &self.name)
    }

    /// Whether this is the user's ARN, path and case included. Allocates nothing.
    #[must_use]
    pub fn has_arn(&self, account: AccountId, arn: &Arn) -> bool {
        is_arn_with_path(arn, account, "user", &self.path, self.name.as_str())
    }

    /// The ARN a user of this path and name has.
    #[must_use]
    pub fn arn_for(account: AccountId, path: &Path, name: &UserName) -> Arn {
        arn_with_path(account, "user", path, name.as_str())
    }
}
