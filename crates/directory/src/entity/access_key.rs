use stead_types::{AccessKeyId, Timestamp, UniqueId};

use crate::entity::WrappedSecret;

/// A long-term access key. When it was last used is not kept here.
#[derive(Clone, Debug)]
pub struct AccessKey {
    /// The id, `AKIA...` or one of a foreign scheme.
    pub id: AccessKeyId,
    /// Whose key it is.
    pub owner: KeyOwner,
    /// Whether it may be used.
    pub status: KeyStatus,
    /// When the key was created.
    pub created_at: Timestamp,
    /// The secret access key, encrypted.
    pub secret: WrappedSecret,
}

/// Who an access key or an MFA device belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyOwner {
    /// The root user of the account.
    Root,
    /// A user, by unique id.
    User(UniqueId),
}

/// Whether an access key may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyStatus {
    /// It may.
    Active,
    /// It is kept and refused.
    Inactive,
}
