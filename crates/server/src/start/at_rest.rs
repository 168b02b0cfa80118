//! Administration of a directory that no server runs on.

use std::path::Path;
use std::sync::Arc;

use stead_administration::{Command, Outcome, Refusal};
use stead_audit::Operator;
use stead_store::Store as _;
use stead_store_sqlite::SqliteStore;
use stead_types::{AccountId, Timestamp};

use super::open::unlock;
use super::{StartError, first};
use crate::accounts::Accounts;
use crate::admin::{self, Administration, Noted};
use crate::audit::{self, AuditKeys, AuditLog};
use crate::clock::{Clock, SystemClock};
use crate::config::{AuditTarget, FixtureKeys, Settings};
use crate::entropy::SystemEntropy;
use crate::installation::{self, NewAccount, RootCredentials};
use crate::keys::{Home, Keys};
use crate::profile::ProfileFiles;

/// Creates an account in a directory that no server runs on.
///
/// # Errors
/// As starting a server; also when the account exists.
pub async fn create_account_offline(
    settings: &Settings,
    id: Option<AccountId>,
) -> Result<RootCredentials, StartError> {
    let store = Arc::new(SqliteStore::open(&settings.data)?);
    let created = create_account(&store, settings, id).await;
    store.close().await;
    created
}

async fn create_account(
    store: &Arc<SqliteStore>,
    settings: &Settings,
    id: Option<AccountId>,
) -> Result<RootCredentials, StartError> {
    let data = &settings.data;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let (accounts, _) = unlock(store, data, &settings.root_key, &*clock).await?;
    let log = log_at_rest(settings, &accounts, &clock)?;
    let created = created(&accounts, data, id, clock.now()).await;
    if let Some(log) = log {
        let outcome = match &created {
            Ok(root) => admin::created(root),
            Err(error) => Outcome::Refused(Refusal::new(error.to_string(), error.help())),
        };
        let account = id.map(|id| id.to_string());
        if let Some(noted) = Noted::of(&Command::CreateAccount { account }) {
            log.accept(&noted.event(&outcome, operator(), clock.now()));
        }
        log.stop().await;
    }
    created
}

async fn created(
    accounts: &Arc<Accounts<SqliteStore>>,
    data: &Path,
    id: Option<AccountId>,
    now: Timestamp,
) -> Result<RootCredentials, StartError> {
    let mut entropy = SystemEntropy;
    if accounts.store().accounts().await?.is_empty() {
        let (profile, fixtures) = (ProfileFiles::of(data), FixtureKeys::default());
        return first::create_first(accounts, id, &fixtures, Some(&profile), now, &mut entropy)
            .await;
    }
    let id = id.unwrap_or_else(|| installation::random_account_id(&mut entropy));
    let mut new = NewAccount::new(id, accounts.root_keys().current(), now, &mut entropy);
    let root = new.add_root_key(&mut entropy)?;
    first::commit(new, accounts).await?;
    Ok(root)
}

/// The audit log of a directory that no server runs on, where the settings want one in it.
fn log_at_rest(
    settings: &Settings,
    accounts: &Accounts<SqliteStore>,
    clock: &Arc<dyn Clock>,
) -> Result<Option<Arc<AuditLog>>, StartError> {
    if settings.audit.target != AuditTarget::Directory {
        // Standard output is the command's own.
        return Ok(None);
    }
    let path = audit::directory(&settings.data);
    let keys = AuditKeys::of(&accounts.root_keys());
    let log = AuditLog::in_directory(path.clone(), &settings.audit, keys, Arc::clone(clock));
    log.map(|log| Some(Arc::new(log))).map_err(|error| StartError::File { path, error })
}

/// Who gives a command on a directory that no server runs on.
fn operator() -> Operator {
    Operator::Command { user: rustix::process::getuid().as_raw() }
}

/// The accounts of a directory that no server runs on.
///
/// # Errors
/// A directory that cannot be opened, or is not there.
pub async fn list_accounts_offline(data: &Path) -> Result<Vec<AccountId>, StartError> {
    must_exist(data)?;
    let store = SqliteStore::open(data)?;
    let accounts = store.accounts().await;
    store.close().await;
    Ok(accounts?)
}

/// Carries an administrative command out on a directory that no server runs on, to its
/// end: what a server would do behind its answer is done before this one.
///
/// # Errors
/// A directory that cannot be opened, or is not there.
pub async fn administer_offline(
    settings: &Settings,
    command: Command,
) -> Result<Outcome, StartError> {
    must_exist(&settings.data)?;
    let store = Arc::new(SqliteStore::open(&settings.data)?);
    let outcome = administer(&store, settings, command).await;
    store.close().await;
    outcome
}

async fn administer(
    store: &Arc<SqliteStore>,
    settings: &Settings,
    command: Command,
) -> Result<Outcome, StartError> {
    let (data, root_key) = (&settings.data, &settings.root_key);
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let (accounts, keyring) = unlock(store, data, root_key, &*clock).await?;
    // What only looks leaves no trace.
    let audit = match Noted::of(&command) {
        Some(_) => log_at_rest(settings, &accounts, &clock)?,
        None => None,
    };
    let home = Home { data: data.clone(), root_key: root_key.own.place() };
    let keys =
        Keys::new(Arc::clone(&accounts), keyring, Arc::clone(&clock), Some(home), audit.clone());
    let keys = Arc::new(keys);
    let administration =
        Administration { accounts, keys: Arc::clone(&keys), clock, audit: audit.clone() };
    let mut outcome = administration.carry_out(command, operator()).await;
    if let Outcome::RewrapBegun {} = outcome {
        // Its failure is told by the report.
        let _told = keys.rewrap().await;
        outcome = Outcome::Keys(keys.report().into());
    }
    if let Some(audit) = audit {
        audit.stop().await;
    }
    Ok(outcome)
}

fn must_exist(data: &Path) -> Result<(), StartError> {
    let path = data.join("stead.db");
    match path.exists() {
        true => Ok(()),
        false => Err(StartError::File { path, error: std::io::ErrorKind::NotFound.into() }),
    }
}
