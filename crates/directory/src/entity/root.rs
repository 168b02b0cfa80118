use stead_types::{AccountId, Arn, Timestamp};

use crate::entity::{Entity, EntityKey, WrappedSecret};
use crate::records;
use crate::snapshot::LoadReason;

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
    /// Since when the root user is let have a password, where it is: it has none of its own
    /// here, and nobody signs in with one.
    pub login_profile: Option<Timestamp>,
}

impl AccountRoot {
    /// Reads the record of an account itself, whose key is [`AccountRoot::record_key`].
    ///
    /// # Errors
    /// As loading a snapshot reports them.
    pub fn read(account: AccountId, format: u16, body: &str) -> Result<Self, LoadReason> {
        match records::decode(account, &Self::record_key(), format, body)? {
            Entity::Account(root) => Ok(Self::clone(&root)),
            _ => Err(LoadReason::UnknownKind),
        }
    }

    /// The key of the record of an account itself.
    #[must_use]
    pub fn record_key() -> String {
        EntityKey::Account.text()
    }

    /// The ARN of the root user, `arn:aws:iam::111122223333:root`.
    #[must_use]
    pub fn arn(&self) -> Arn {
        Arn::iam(self.id, "root")
    }
}
