use stead_types::{AccountId, Arn, Timestamp};

use crate::entity::WrappedSecret;

/// The account itself, and so its root user.
#[derive(Clone, Debug)]
pub struct AccountRoot {
    /// The account number.
    pub id: AccountId,
    /// When the account was created.
    pub created_at: Timestamp,
    /// The key that secrets of this account rest encrypted under, itself
    /// wrapped by the root key of the installation. Opaque here.
    pub data_key: WrappedSecret,
}

impl AccountRoot {
    /// The ARN of the root user, `arn:aws:iam::111122223333:root`.
    #[must_use]
    pub fn arn(&self) -> Arn {
        Arn::iam(self.id, "root")
    }
}
