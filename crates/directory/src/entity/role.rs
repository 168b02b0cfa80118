use stead_types::{AccountId, Arn, Path, RoleName, TagSet, Timestamp, UniqueId};

use crate::entity::{
    AttachedPolicies, InlinePolicies, PermissionsBoundary, arn_with_path, is_arn_with_path,
};
use crate::trust::TrustPolicy;

/// A role.
#[derive(Clone, Debug)]
pub struct Role {
    /// The unique id, `AROA...`.
    pub id: UniqueId,
    /// The name, in the case it was given.
    pub name: RoleName,
    /// The path, `/` when none was given.
    pub path: Path,
    /// When the role was created.
    pub created_at: Timestamp,
    /// The description, if one was given.
    pub description: Option<String>,
    /// Who may assume the role.
    pub trust: TrustPolicy,
    /// The longest session the role gives.
    pub max_session_duration: MaxSessionDuration,
    /// The role's tags.
    pub tags: TagSet,
    /// The policy that bounds the role's permissions.
    pub boundary: Option<PermissionsBoundary>,
    /// Policies embedded in the role.
    pub inline: InlinePolicies,
    /// Managed policies attached to the role.
    pub attached: AttachedPolicies,
}

impl Role {
    /// The role's ARN with its path, `arn:aws:iam::111122223333:role/path/Name`.
    #[must_use]
    pub fn arn(&self, account: AccountId) -> Arn {
        Self::arn_for(account, &self.path, &self.name)
    }

    /// Whether this is the role's ARN, path and case included. Allocates nothing.
    #[must_use]
    pub fn has_arn(&self, account: AccountId, arn: &Arn) -> bool {
        is_arn_with_path(arn, account, "role", &self.path, self.name.as_str())
    }

    /// Whether the role is linked to a service of AWS: only that service changes it.
    ///
    /// Spec: UG:id_roles_create-service-linked-role: what lies under this path.
    #[must_use]
    pub fn is_service_linked(&self) -> bool {
        Self::is_service_path(&self.path)
    }

    /// Whether roles of this path are linked to a service.
    #[must_use]
    pub fn is_service_path(path: &Path) -> bool {
        path.as_str().starts_with("/aws-service-role/")
    }

    /// The ARN a role of this path and name has.
    #[must_use]
    pub fn arn_for(account: AccountId, path: &Path, name: &RoleName) -> Arn {
        arn_with_path(account, "role", path, name.as_str())
    }
}

/// The longest session a role gives: 3,600 to 43,200 seconds.
///
/// Spec: `roleMaxSessionDurationType` of the IAM model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MaxSessionDuration(u32);

impl MaxSessionDuration {
    /// One hour, which a role has when none is given.
    pub const DEFAULT: Self = Self(3_600);

    const SECONDS: std::ops::RangeInclusive<u32> = 3_600..=43_200;

    /// A duration of this many seconds, or `None` outside 3,600 to 43,200.
    #[must_use]
    pub fn from_seconds(seconds: u32) -> Option<Self> {
        Self::SECONDS.contains(&seconds).then_some(Self(seconds))
    }

    /// The duration in seconds.
    #[must_use]
    pub const fn seconds(self) -> u32 {
        self.0
    }
}
