use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use stead_policy::PolicyText;
use stead_types::{AccountId, Arn, Path, PolicyName, Timestamp, UniqueId};

use crate::StoredPolicy;
use crate::entity::{ResourceTags, arn_with_path};

/// A managed policy: one of the account, or one of the shared AWS catalogue.
#[derive(Clone, Debug)]
pub struct ManagedPolicy {
    /// The unique id, `ANPA...`.
    pub id: UniqueId,
    /// The name, in the case it was given.
    pub name: PolicyName,
    /// The path, `/` when none was given.
    pub path: Path,
    /// The ARN, `arn:aws:iam::111122223333:policy/path/Name`. It never changes.
    pub arn: Arn,
    /// When the policy was created.
    pub created_at: Timestamp,
    /// When its newest version was created (Spec: API Policy, UpdateDate).
    pub updated_at: Timestamp,
    /// The description, if one was given. It can't be changed.
    pub description: Option<String>,
    /// The policy's tags; their keys are told apart by case.
    pub tags: ResourceTags,
    /// The version that is evaluated.
    // INVARIANT: a key of `versions`.
    pub default_version: VersionId,
    /// The versions kept, by number.
    pub versions: BTreeMap<VersionId, PolicyVersion>,
    /// The number the next version gets: numbers are not given twice.
    pub next_version: VersionId,
    /// The default version as it is evaluated.
    pub stored: StoredPolicy,
}

/// One version of a managed policy.
#[derive(Clone, Debug)]
pub struct PolicyVersion {
    /// The document as it was sent.
    pub text: PolicyText,
    /// When the version was created.
    pub created_at: Timestamp,
}

impl ManagedPolicy {
    /// The document of the default version.
    #[must_use]
    pub fn default_text(&self) -> Option<&PolicyText> {
        self.versions.get(&self.default_version).map(|version| &version.text)
    }

    /// The ARN a policy of this path and name has.
    #[must_use]
    pub fn arn_for(account: AccountId, path: &Path, name: &PolicyName) -> Arn {
        arn_with_path(account, "policy", path, name.as_str())
    }
}

/// The number of a policy version, shown as `v1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct VersionId(u32);

impl VersionId {
    /// `v1`, which every policy begins with.
    pub const FIRST: Self = Self(1);

    /// The version with this number, or `None` for 0.
    #[must_use]
    pub fn from_number(number: u32) -> Option<Self> {
        (number > 0).then_some(Self(number))
    }

    /// The number, from 1.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }

    /// The version after this one; the last number is its own successor.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for VersionId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "v{}", self.0)
    }
}

/// Why a text is not a version id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a version id is v and a number from 1")]
pub struct VersionIdError;

impl FromStr for VersionId {
    type Err = VersionIdError;

    // Spec: `policyVersionIdType`, `v[1-9][0-9]*(\.[A-Za-z0-9-]*)?`. The suffix
    // belongs to versions that AWS makes itself; none exists here.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.strip_prefix('v').ok_or(VersionIdError)?;
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
        let number = digits.parse().map_err(|_| VersionIdError)?;
        if plain { Self::from_number(number).ok_or(VersionIdError) } else { Err(VersionIdError) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_ids_are_v_and_a_number() {
        assert_eq!("v12".parse::<VersionId>().unwrap().to_string(), "v12");
        for bad in ["", "v", "v0", "v01", "1", "V1", "v+1", "v-1", "v1.x", "v99999999999"] {
            assert_eq!(bad.parse::<VersionId>(), Err(VersionIdError), "{bad}");
        }
    }
}
