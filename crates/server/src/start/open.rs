//! The installation behind a server: opened, or made on first start.

use std::collections::HashMap;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Arc;

use stead_session::vault::RootKey;
use stead_session::{KeyId, Keyring};
use stead_store::Store as _;
use stead_store_sqlite::{OpenError, SqliteStore};
use stead_types::{Entropy as _, Secret};

use super::{StartError, first};
use crate::accounts::{Accounts, RootKeys};
use crate::admin::AdminClient;
use crate::clock::Clock;
use crate::config::{FixtureKeys, Settings, Storage};
use crate::entropy::SystemEntropy;
use crate::installation::{Installation, RootCredentials};
use crate::organizations::Organizations;
use crate::own_certificate;
use crate::private_file;
use crate::profile::ProfileFiles;
use crate::root_key::{self, Place, RootKeyError, RootKeySources};
use crate::services::LiveServices;

/// What a server leaves in its data directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Footprint {
    /// Profile files and an administrative socket, and the store if it is durable.
    DataDirectory,
    /// Nothing at all. For an ephemeral server inside another program.
    Nothing,
}

/// An installation that is ready to be served.
pub(super) struct Opened {
    pub(super) store: Arc<SqliteStore>,
    pub(super) accounts: Arc<Accounts<SqliteStore>>,
    pub(super) organizations: Arc<Organizations<SqliteStore>>,
    pub(super) keyring: Keyring,
    /// Those that are registered.
    pub(super) services: Arc<LiveServices>,
    /// The root key of the first account, when it was created just now.
    pub(super) first: Option<RootCredentials>,
}

pub(super) async fn open(
    settings: &Settings,
    footprint: Footprint,
    clock: &dyn Clock,
) -> Result<Opened, StartError> {
    match &settings.storage {
        Storage::Durable => durable(settings, clock).await,
        Storage::Ephemeral { fixtures } => ephemeral(settings, fixtures, footprint, clock).await,
    }
}

async fn durable(settings: &Settings, clock: &dyn Clock) -> Result<Opened, StartError> {
    let store = Arc::new(SqliteStore::open(&settings.data)?);
    let opened = fill(&store, settings, clock).await;
    if opened.is_err() {
        // So that the directory is free when the failure is told.
        store.close().await;
    }
    opened
}

async fn fill(
    store: &Arc<SqliteStore>,
    settings: &Settings,
    clock: &dyn Clock,
) -> Result<Opened, StartError> {
    let (accounts, keyring) = unlock(store, &settings.data, &settings.root_key, clock).await?;
    let hosted = store.accounts().await?;
    if let Some(asked) = settings.account
        && !hosted.is_empty()
        && !hosted.contains(&asked)
    {
        return Err(StartError::OtherAccount(asked));
    }
    let first = if hosted.is_empty() {
        let (profile, fixtures) = (ProfileFiles::of(&settings.data), FixtureKeys::default());
        let (now, mut entropy) = (clock.now(), SystemEntropy);
        let account = settings.account;
        let created =
            first::create_first(&accounts, account, &fixtures, Some(&profile), now, &mut entropy);
        Some(created.await?)
    } else {
        None
    };
    let organizations = Arc::new(Organizations::load(Arc::clone(&accounts)).await?);
    let services = Arc::new(LiveServices::load(&**store, &accounts.root_keys()).await?);
    Ok(Opened { store: Arc::clone(store), accounts, organizations, keyring, services, first })
}

/// The accounts and the keyring behind the root key, which is made where nothing
/// is wrapped under one yet.
pub(super) async fn unlock(
    store: &Arc<SqliteStore>,
    data: &Path,
    sources: &RootKeySources,
    clock: &dyn Clock,
) -> Result<(Arc<Accounts<SqliteStore>>, Keyring), StartError> {
    remove_leftovers(data)?;
    let (root_keys, keyring) = match Installation::load(&**store).await? {
        Some(installation) => {
            let root_keys = installation.root_keys(sources.read(data).await?)?;
            if installation.change.is_none() {
                in_order(data, sources.own.place(), root_keys.current().id())?;
            }
            let keyring = installation.keyring(&root_keys)?;
            (root_keys, keyring)
        }
        None => {
            let root_key = sources.own.read_or_create(data, &mut SystemEntropy).await?;
            let keyring = make_keyring(store, &root_key, clock).await?;
            (RootKeys::new(root_key, None), keyring)
        }
    };
    tell(sources.own.place());
    Ok((Arc::new(Accounts::new(Arc::clone(store), root_keys, HashMap::new())), keyring))
}

/// Removes what was left by processes that were killed while they wrote files with secrets.
/// Whoever holds the store is the only one who writes them.
fn remove_leftovers(data: &Path) -> Result<(), StartError> {
    let profile = ProfileFiles::of(data);
    let root_keys = [root_key::FILE_NAME, root_key::NEXT_FILE_NAME].map(|name| data.join(name));
    let own_key = own_certificate::files(data).key;
    for path in root_keys.into_iter().chain([profile.credentials(), own_key]) {
        private_file::remove_leftovers(&path).map_err(|error| StartError::File { path, error })?;
    }
    Ok(())
}

/// Puts the files of root keys in order where no change is under way, and names those that
/// have no use here.
fn in_order(data: &Path, place: Place, in_use: KeyId) -> Result<(), RootKeyError> {
    if place == Place::BesideTheData {
        root_key::settle(data, in_use)?;
    } else if root_key::is_beside(data, in_use)? {
        tracing::warn!(
            path = %data.join(root_key::FILE_NAME).display(),
            "the root key in use stands beside the data, too: delete this file, since the \
             settings name another place"
        );
    }
    if let Some(path) = root_key::left_behind(data, in_use) {
        tracing::warn!(
            path = %path.display(),
            "this file holds a root key that opens nothing here any more: delete it, unless \
             backups from before the change need it"
        );
    }
    Ok(())
}

async fn make_keyring(
    store: &SqliteStore,
    root_key: &RootKey,
    clock: &dyn Clock,
) -> Result<Keyring, StartError> {
    let keyring = Keyring::new(clock.now(), &mut SystemEntropy);
    Installation::create(store, &keyring, root_key, &mut SystemEntropy).await?;
    Ok(keyring)
}

/// What the root key protects from depends on where it is.
fn tell(place: Place) {
    match place {
        Place::BesideTheData => tracing::info!(
            "the root key is beside the data: it protects copies of the database and backups \
             without it, not from someone who can read the whole directory"
        ),
        Place::OperatorFile => tracing::info!(
            "the root key is in a file of its own: keep it out of backups of the data directory"
        ),
        Place::Given => tracing::info!("the root key is not kept on this disk by stead"),
    }
}

async fn ephemeral(
    settings: &Settings,
    fixtures: &FixtureKeys,
    footprint: Footprint,
    clock: &dyn Clock,
) -> Result<Opened, StartError> {
    let profile = match footprint {
        Footprint::DataDirectory => Some(ephemeral_profile(&settings.data).await?),
        Footprint::Nothing => None,
    };
    let store = Arc::new(SqliteStore::in_memory()?);
    let (now, mut entropy) = (clock.now(), SystemEntropy);
    let mut random = zeroize::Zeroizing::new([0_u8; 32]);
    entropy.fill(&mut *random);
    let root_key = RootKey::new(&Secret::new(*random));
    let keyring = make_keyring(&store, &root_key, clock).await?;
    let imported = fixtures.iter().map(|key| (key.id.clone(), key.account)).collect();
    let root_keys = RootKeys::new(root_key, None);
    let accounts = Arc::new(Accounts::new(Arc::clone(&store), root_keys, imported));
    let created = first::create_first(
        &accounts,
        settings.account,
        fixtures,
        profile.as_ref(),
        now,
        &mut entropy,
    );
    let root = created.await?;
    first::create_fixtures(&accounts, root.account, fixtures, now, &mut entropy).await?;
    let organizations = Arc::new(Organizations::load(Arc::clone(&accounts)).await?);
    let services = Arc::default();
    Ok(Opened { store, accounts, organizations, keyring, services, first: Some(root) })
}

const WRITABLE_BY_OTHERS: u32 = 0o002;

/// An ephemeral server has no lock on its directory, so it looks around first:
/// it must not overwrite the profile of a durable installation or of a server
/// that runs.
async fn ephemeral_profile(data: &Path) -> Result<ProfileFiles, StartError> {
    let file_error = |error| StartError::File { path: data.to_owned(), error };
    private_file::make_directory(data).map_err(file_error)?;
    let mode = data.metadata().map_err(file_error)?.mode();
    if mode & WRITABLE_BY_OTHERS != 0 {
        // As for a durable one: who may replace the profile may send its users elsewhere.
        return Err(OpenError::OpenToAll { directory: data.to_owned() }.into());
    }
    let durable = [root_key::FILE_NAME, "stead.db"];
    if durable.iter().any(|name| data.join(name).exists()) {
        return Err(StartError::NotEphemeral(data.to_owned()));
    }
    match AdminClient::connect(data).await {
        Ok(None) => Ok(ProfileFiles::of(data)),
        Ok(Some(_)) | Err(_) => Err(StartError::Running(data.to_owned())),
    }
}
