//! The accounts an installation begins with.

use std::collections::BTreeMap;
use std::sync::Arc;

use stead_store::Store;
use stead_types::{AccountId, Entropy, Timestamp};

use super::StartError;
use crate::accounts::Accounts;
use crate::config::{FixtureKey, FixtureKeys};
use crate::installation::{InstallationError, NewAccount, RootCredentials, random_account_id};
use crate::profile::ProfileFiles;

/// Creates the first account, with a root key or with those that fixtures bring. Its credentials are on disk before it exists: a
/// crash in between leaves a key that opens nothing, and not an account that
/// nobody can enter.
pub(super) async fn create_first<S: Store>(
    accounts: &Arc<Accounts<S>>,
    id: Option<AccountId>,
    fixtures: &FixtureKeys,
    profile: Option<&ProfileFiles>,
    now: Timestamp,
    entropy: &mut (dyn Entropy + Send),
) -> Result<RootCredentials, StartError> {
    let id = id.unwrap_or_else(|| random_account_id(entropy));
    let _root_key_stays = accounts.allow_creation().await;
    let mut new = NewAccount::new(id, accounts.root_keys().current(), now, entropy);
    let own: Vec<_> = fixtures.iter().filter(|fixture| fixture.account == id).collect();
    import(&mut new, &own, entropy)?;
    // A root user has two keys at most: one that was brought along will do.
    let root = match own.first() {
        Some(fixture) => RootCredentials {
            account: id,
            access_key_id: fixture.id.clone(),
            secret_access_key: fixture.secret.clone(),
        },
        None => new.add_root_key(entropy)?,
    };
    if let Some(files) = profile {
        files
            .write_credentials(&root.access_key_id, &root.secret_access_key)
            .map_err(|error| StartError::File { path: files.credentials(), error })?;
    }
    commit(new, accounts).await?;
    Ok(root)
}

/// Creates the accounts that fixture keys name, besides the first one.
pub(super) async fn create_fixtures<S: Store>(
    accounts: &Arc<Accounts<S>>,
    first: AccountId,
    fixtures: &FixtureKeys,
    now: Timestamp,
    entropy: &mut (dyn Entropy + Send),
) -> Result<(), StartError> {
    let mut by_account: BTreeMap<AccountId, Vec<&FixtureKey>> = BTreeMap::new();
    for fixture in fixtures.iter().filter(|fixture| fixture.account != first) {
        by_account.entry(fixture.account).or_default().push(fixture);
    }
    let _root_key_stays = accounts.allow_creation().await;
    for (id, keys) in by_account {
        let mut new = NewAccount::new(id, accounts.root_keys().current(), now, entropy);
        import(&mut new, &keys, entropy)?;
        commit(new, accounts).await?;
    }
    Ok(())
}

fn import(
    new: &mut NewAccount,
    keys: &[&FixtureKey],
    entropy: &mut dyn Entropy,
) -> Result<(), InstallationError> {
    keys.iter().try_for_each(|key| new.import_root_key(&key.id, &key.secret, entropy))
}

pub(super) async fn commit<S: Store>(
    new: NewAccount,
    accounts: &Arc<Accounts<S>>,
) -> Result<(), StartError> {
    let created = new.commit(accounts).await;
    created.map_err(|error| InstallationError::Account(error.to_string()).into())
}
