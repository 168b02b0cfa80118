//! What a store holds before anyone calls: the keyring, the first account, and
//! the root keys of accounts.

mod record;
mod services;

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use stead_administration::{NewKey, RecordText, UserKey};
use stead_directory::commands::role::NewRole;
use stead_directory::commands::{PolicyHolder, access_key, inline_policy, role};
use stead_directory::entity::{
    AccountRoot, KeyOwner, MaxSessionDuration, WrappedSecret as StoredSecret,
};
use stead_directory::imported::{ImportError, ImportedRecord, fill};
use stead_directory::organization::entity::ControlKind;
use stead_directory::organization::full_access_document;
use stead_directory::{DirectoryError, Draft, PrincipalLookup, PrincipalStatus};
use stead_policy::PolicyText;
use stead_session::KeyId;
use stead_session::vault::{
    AccountVault, DataKey, RootKey, SecretName, SecretVault as _, VaultError,
};
use stead_store::{CommitError, NameClaim, Store, StoreError, UniqueName};
use stead_types::{
    AccessKeyId, AccountId, Arn, Entropy, Path, RoleName, Secret, Timestamp, UniqueId,
};
use thiserror::Error;

use crate::accounts::{Accounts, CreateError};

pub(crate) use record::{Installation, OpenedFor};
pub(crate) use services::ServiceAtRest;
pub use services::ServiceFault;

/// The access key of a root user, at the one moment its secret is known.
#[derive(Clone, Debug)]
pub struct RootCredentials {
    /// The account.
    pub account: AccountId,
    /// The id of the key.
    pub access_key_id: AccessKeyId,
    /// Its secret.
    pub secret_access_key: Secret<String>,
}

/// Why an installation cannot be opened or added to.
#[derive(Debug, Error)]
pub enum InstallationError {
    /// The store cannot answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A record of the installation is missing or not of a known format.
    #[error("the keyring of the installation cannot be read: {0}")]
    Keyring(&'static str),
    /// The root key at hand does not open it.
    #[error("the keyring of the installation cannot be unwrapped: {0}")]
    RootKey(VaultError),
    /// Another root key is taking the place of the one at hand.
    #[error("root key {to} is taking the place of {from}, and is not at hand")]
    RootKeyChange {
        /// The key that is needed.
        to: KeyId,
        /// The key whose place it takes, as it was noted.
        from: String,
    },
    /// The keyring was not written.
    #[error("the keyring of the installation cannot be written: {0}")]
    Commit(#[from] CommitError),
    /// A service cannot be read.
    #[error(transparent)]
    Service(#[from] ServiceFault),
    /// A service of this name is registered.
    #[error("the service `{service}` is registered already")]
    ServiceExists {
        /// Its name.
        service: String,
    },
    /// No service of this name is registered.
    #[error("no service `{service}` is registered")]
    NoService {
        /// Its name.
        service: String,
    },
    /// There is no room for another service.
    #[error("there are {} services, as many as there can be", crate::limits::SERVICES_MAX)]
    TooManyServices,
    /// The account was not created.
    #[error("{0}")]
    Account(String),
}

/// An account that exists in memory only, with everything its first commit needs.
pub(crate) struct NewAccount {
    draft: Draft,
    claims: Vec<NameClaim>,
    vault: AccountVault,
    now: Timestamp,
}

impl NewAccount {
    pub(crate) fn new(
        id: AccountId,
        root_key: &RootKey,
        now: Timestamp,
        entropy: &mut dyn Entropy,
    ) -> Self {
        let key = DataKey::generate(entropy);
        let data_key = StoredSecret::new(root_key.wrap_data_key(id, &key, entropy).as_bytes());
        let root = AccountRoot { id, created_at: now, data_key, login_profile: None };
        let vault = AccountVault::new(id, &key);
        Self { draft: Draft::create_account(root), claims: Vec::new(), vault, now }
    }

    /// Gives the root user a fresh key.
    pub(crate) fn add_root_key(
        &mut self,
        entropy: &mut dyn Entropy,
    ) -> Result<RootCredentials, InstallationError> {
        let access_key_id = access_key::new_id(self.draft.snapshot(), entropy);
        let secret_access_key = new_secret(entropy);
        self.put_key(KeyOwner::Root, access_key_id.clone(), &secret_access_key, entropy)?;
        let account = self.draft.snapshot().account();
        Ok(RootCredentials { account, access_key_id, secret_access_key })
    }

    /// Gives the root user a key that somebody brings along. Its id is reserved
    /// in the whole installation.
    pub(crate) fn import_root_key(
        &mut self,
        id: &AccessKeyId,
        secret: &Secret<String>,
        entropy: &mut dyn Entropy,
    ) -> Result<(), InstallationError> {
        let name = format!("key/{id}").parse::<UniqueName>();
        let name = name.map_err(|error| InstallationError::Account(error.to_string()))?;
        self.claims.push(NameClaim::Reserve(name));
        self.put_key(KeyOwner::Root, id.clone(), secret, entropy)
    }

    /// Puts all that was exported of the account into it.
    pub(crate) fn import(&mut self, records: &[RecordText]) -> Result<(), ImportError> {
        let records = records.iter().map(|record| ImportedRecord {
            key: &record.key,
            format: record.format,
            body: &record.body,
        });
        fill(&mut self.draft, records)
    }

    /// Gives the account a role with every permission, which another account may assume.
    ///
    /// Spec: Organizations User Guide, orgs_manage_accounts_access-cross-account-role: what an
    /// account that is created in an organization has.
    pub(crate) fn add_access_role(
        &mut self,
        name: &RoleName,
        trusted: AccountId,
        entropy: &mut dyn Entropy,
    ) -> Result<(), InstallationError> {
        let refused = |error: DirectoryError| InstallationError::Account(error.to_string());
        let new = NewRole {
            name: name.clone(),
            path: Path::root(),
            trust: PolicyText::new(access_trust(trusted)),
            description: None,
            max_session_duration: MaxSessionDuration::DEFAULT,
            boundary: None,
            tags: Vec::new(),
        };
        role::create(&mut self.draft, new, &NobodyElse, self.now, entropy).map_err(refused)?;
        let policy = "AdministratorAccess".parse();
        let policy =
            policy.map_err(|_| InstallationError::Account("a name that is none".to_owned()))?;
        let holder = PolicyHolder::Role(name);
        let everything = PolicyText::new(full_access_document(ControlKind::ServiceControl));
        inline_policy::put(&mut self.draft, holder, policy, everything).map_err(refused)
    }

    /// Gives every user a fresh key.
    pub(crate) fn add_user_keys(
        &mut self,
        entropy: &mut dyn Entropy,
    ) -> Result<Vec<UserKey>, InstallationError> {
        let users: Vec<_> = self.draft.snapshot().users("/", None).cloned().collect();
        let mut keys = Vec::with_capacity(users.len());
        for user in users {
            let id = access_key::new_id(self.draft.snapshot(), entropy);
            let secret = new_secret(entropy);
            self.put_key(KeyOwner::User(user.id.clone()), id.clone(), &secret, entropy)?;
            let (access_key_id, secret_access_key) = (id.to_string(), secret.expose().clone());
            let key = NewKey { access_key_id, secret_access_key };
            keys.push(UserKey { user: user.name.to_string(), key });
        }
        Ok(keys)
    }

    fn put_key(
        &mut self,
        owner: KeyOwner,
        id: AccessKeyId,
        secret: &Secret<String>,
        entropy: &mut dyn Entropy,
    ) -> Result<(), InstallationError> {
        let refused = |error: &dyn std::fmt::Display| InstallationError::Account(error.to_string());
        let name = SecretName::AccessKey(&id);
        let wrapped =
            self.vault.wrap_text(name, secret, entropy).map_err(|error| refused(&error))?;
        let wrapped = StoredSecret::new(wrapped.as_bytes());
        access_key::create(&mut self.draft, owner, id, wrapped, self.now)
            .map(drop)
            .map_err(|error: DirectoryError| refused(&error))
    }

    /// Writes the account and answers when it is durable.
    pub(crate) async fn commit<S: Store>(
        self,
        accounts: &Arc<Accounts<S>>,
    ) -> Result<(), CreateError> {
        accounts.create(self.draft, self.claims).await.map(drop)
    }
}

fn access_trust(trusted: AccountId) -> String {
    let principal = format!("arn:aws:iam::{trusted}:root");
    let statement = json!({
        "Effect": "Allow", "Principal": { "AWS": principal }, "Action": "sts:AssumeRole",
    });
    json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string()
}

/// For a trust policy that names an account as a whole: nobody is looked up.
struct NobodyElse;

impl PrincipalLookup for NobodyElse {
    fn lookup(&self, _: &Arn) -> PrincipalStatus {
        PrincipalStatus::NotHosted
    }

    fn arn_of(&self, _: &UniqueId) -> Option<Arn> {
        None
    }
}

/// 30 bytes are the 40 characters of base64 that AWS's secrets have.
fn new_secret(entropy: &mut dyn Entropy) -> Secret<String> {
    let mut random = zeroize::Zeroizing::new([0_u8; 30]);
    entropy.fill(&mut *random);
    Secret::new(STANDARD.encode(*random))
}

/// A number for an account that nobody chose one for.
pub(crate) fn random_account_id(entropy: &mut dyn Entropy) -> AccountId {
    loop {
        let mut random = [0_u8; 8];
        entropy.fill(&mut random);
        // Twelve digits without leading zeros, which tools like to lose. The
        // draw is far wider than the range, so no number is favoured.
        let number = 100_000_000_000 + u64::from_be_bytes(random) % 900_000_000_000;
        if let Ok(id) = AccountId::from_number(number) {
            return id;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SystemEntropy;

    #[test]
    fn random_accounts_have_twelve_digits_and_no_leading_zero() {
        for _ in 0..1000 {
            assert!(random_account_id(&mut SystemEntropy).number() >= 100_000_000_000);
        }
    }
}
