use stead_types::{AccountId, Arn, InstanceProfileName, Path, Timestamp, UniqueId};

use crate::entity::{ResourceTags, arn_with_path};

/// An instance profile: how a role is handed to a machine.
#[derive(Clone, Debug)]
pub struct InstanceProfile {
    /// The unique id, `AIPA...`.
    pub id: UniqueId,
    /// The name, in the case it was given.
    pub name: InstanceProfileName,
    /// The path, `/` when none was given.
    pub path: Path,
    /// When the profile was created.
    pub created_at: Timestamp,
    /// The unique id of the role in it. A role is not deleted while it is in one.
    pub role: Option<UniqueId>,
    /// The profile's tags; their keys are told apart by case.
    pub tags: ResourceTags,
}

impl InstanceProfile {
    /// The profile's ARN, `arn:aws:iam::111122223333:instance-profile/path/Name`.
    #[must_use]
    pub fn arn(&self, account: AccountId) -> Arn {
        arn_with_path(account, "instance-profile", &self.path, self.name.as_str())
    }
}
