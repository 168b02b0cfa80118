use stead_types::{AccountId, Arn, GroupName, Path, Timestamp, UniqueId};

use crate::entity::{AttachedPolicies, InlinePolicies, arn_with_path};

/// A user group. Who is in it is kept with the users.
#[derive(Clone, Debug)]
pub struct Group {
    /// The unique id, `AGPA...`.
    pub id: UniqueId,
    /// The name, in the case it was given.
    pub name: GroupName,
    /// The path, `/` when none was given.
    pub path: Path,
    /// When the group was created.
    pub created_at: Timestamp,
    /// Policies embedded in the group.
    pub inline: InlinePolicies,
    /// Managed policies attached to the group.
    pub attached: AttachedPolicies,
}

impl Group {
    /// The group's ARN, `arn:aws:iam::111122223333:group/path/Name`.
    #[must_use]
    pub fn arn(&self, account: AccountId) -> Arn {
        Self::arn_for(account, &self.path, &self.name)
    }

    /// The ARN a group of this path and name has.
    #[must_use]
    pub fn arn_for(account: AccountId, path: &Path, name: &GroupName) -> Arn {
        arn_with_path(account, "group", path, name.as_str())
    }
}
