use stead_types::{AccountId, Arn, MfaDeviceName, Path, Timestamp};

use crate::entity::{KeyOwner, ResourceTags, WrappedSecret, arn_with_path};

/// A virtual MFA device. Which codes were used is not kept here.
#[derive(Clone, Debug)]
pub struct MfaDevice {
    /// The serial number, `arn:aws:iam::111122223333:mfa/path/Name`.
    pub serial: Arn,
    /// When the device was created.
    pub created_at: Timestamp,
    /// The seed of its codes, encrypted.
    pub seed: WrappedSecret,
    /// Whose device it is, once enabled.
    pub assigned: Option<MfaAssignment>,
    /// The device's tags; their keys are told apart by case.
    pub tags: ResourceTags,
}

/// Whose device it is, and since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MfaAssignment {
    /// The user or root user.
    pub owner: KeyOwner,
    /// When the device was enabled.
    pub enabled_at: Timestamp,
}

impl MfaDevice {
    /// The serial number a device of this path and name has.
    #[must_use]
    pub fn serial_for(account: AccountId, path: &Path, name: &MfaDeviceName) -> Arn {
        arn_with_path(account, "mfa", path, name.as_str())
    }
}
