use super::OrganizationError;
use super::entity::ControlKind;

/// How much an organization may hold.
///
/// Spec: Organizations User Guide, orgs_reference_limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrganizationQuota {
    /// Member accounts. AWS has ten and raises it. Choice: so many that a change of all of
    /// them is one commit.
    Accounts,
    /// Units.
    Units,
    /// How deep units lie under the root.
    UnitDepth,
    /// Policies of a kind.
    Policies(ControlKind),
    /// Policies of a kind attached to one target.
    AttachedPolicies,
    /// Policies of a kind that must stay attached to a target.
    AttachedPoliciesMin,
    /// Characters of a policy document.
    PolicyCharacters,
    /// Tags of one thing.
    Tags,
}

impl OrganizationQuota {
    /// How many there may be; of [`Self::AttachedPoliciesMin`] how many there must be.
    #[must_use]
    pub const fn limit(self) -> usize {
        match self {
            Self::Accounts => 5_000,
            Self::Units => 2_000,
            Self::UnitDepth | Self::AttachedPolicies => 5,
            Self::Policies(ControlKind::ServiceControl) => 10_000,
            Self::Policies(ControlKind::ResourceControl) => 1_000,
            Self::AttachedPoliciesMin => 1,
            Self::PolicyCharacters => 5_120,
            Self::Tags => 50,
        }
    }

    /// # Errors
    /// So many are more than there may be.
    pub(super) fn admit(self, count: usize) -> Result<(), OrganizationError> {
        if count > self.limit() { Err(OrganizationError::Quota(self)) } else { Ok(()) }
    }
}
