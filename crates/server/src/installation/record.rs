//! The records of the installation itself: the keyring, a root key that is taking the place
//! of another, and the services that are registered.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use stead_session::vault::{RootKey, WrappedSecret};
use stead_session::{KeyId, KeyState, Keyring};
use stead_store::{Aggregate, Change, Commit, Loaded, RecordKey, Revision, Store};
use stead_types::{AccessKeyId, Entropy, Secret, ServicePrincipal, Timestamp};

use super::services::{ServiceAtRest, ServiceFault};
use super::{InstallationError, new_secret};
use crate::accounts::RootKeys;
use crate::limits::SERVICES_MAX;

/// The keys of the records, and the only format they have had.
const KEYRING: &str = "keyring";
const ROOT_KEY_CHANGE: &str = "root-key-change";
const OPENED_FOR: &str = "session-keys-opened-for";
pub(super) const FORMAT: u16 = 1;

/// The records of an installation at one revision.
#[derive(Debug)]
pub(crate) struct Installation {
    revision: Revision,
    /// The keyring, wrapped.
    keyring: WrappedSecret,
    /// The change of the root key that is under way.
    pub(crate) change: Option<RootKeyChange>,
    /// How long keys of the keyring have only opened.
    pub(crate) opened_for: OpenedFor,
    /// The services that are registered, or which of them cannot be read.
    services: Result<Vec<ServiceAtRest>, ServiceFault>,
}

/// How long each session key that was replaced has only opened, while a server ran: a lower
/// bound, which no clock that is set can move. It tells which keys can be dropped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenedFor {
    /// Seconds, by the id of the key.
    seconds: BTreeMap<String, u64>,
}

impl OpenedFor {
    pub(crate) fn of(&self, key: KeyId) -> Duration {
        Duration::from_secs(self.seconds.get(&key.to_string()).copied().unwrap_or_default())
    }

    /// Counts time for every key that only opens.
    pub(crate) fn add(&mut self, keyring: &Keyring, elapsed: Duration) {
        for key in opening(keyring) {
            let seconds = self.seconds.entry(key).or_default();
            *seconds = seconds.saturating_add(elapsed.as_secs());
        }
    }

    /// Forgets keys that are gone.
    pub(crate) fn keep(&mut self, keyring: &Keyring) {
        let kept: BTreeSet<String> = opening(keyring).collect();
        self.seconds.retain(|key, _| kept.contains(key));
    }
}

fn opening(keyring: &Keyring) -> impl Iterator<Item = String> {
    let opening = keyring.keys().filter(|key| key.state != KeyState::Primary);
    opening.map(|key| key.id.to_string())
}

/// A root key that takes the place of another one. While this stands, things are wrapped
/// under either of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RootKeyChange {
    /// The old root key, wrapped under the new one: whoever has the new one can finish.
    replaced: WrappedSecret,
    /// The id of the old root key, for people.
    from: String,
}

/// The form in which the keyring is stored.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyringRecord {
    wrapped: String,
}

/// The form in which a change of the root key is stored.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RootKeyChangeRecord {
    from: String,
    replaced: String,
}

impl Installation {
    /// Makes the keyring of a new installation and answers when it is durable.
    pub(crate) async fn create<S: Store>(
        store: &S,
        keyring: &Keyring,
        root_key: &RootKey,
        entropy: &mut (dyn Entropy + Send),
    ) -> Result<(), InstallationError> {
        let change = put_keyring(&root_key.wrap_keyring(keyring, entropy))?;
        write(store, Revision::ABSENT, vec![change]).await
    }

    /// The records; `None` in a store that nothing was written to.
    pub(crate) async fn load<S: Store>(store: &S) -> Result<Option<Self>, InstallationError> {
        let loaded = store.load(&Aggregate::Installation).await?;
        loaded.as_ref().map(Self::read).transpose()
    }

    /// The records that were loaded.
    pub(crate) fn read(loaded: &Loaded) -> Result<Self, InstallationError> {
        let missing = InstallationError::Keyring("there is no record of it");
        let keyring: KeyringRecord = find(loaded, KEYRING)?.ok_or(missing)?;
        let change = find::<RootKeyChangeRecord>(loaded, ROOT_KEY_CHANGE)?;
        let change = change.map(|record| {
            Ok::<_, InstallationError>(RootKeyChange {
                replaced: wrapped(&record.replaced)?,
                from: record.from,
            })
        });
        Ok(Self {
            revision: loaded.revision,
            keyring: wrapped(&keyring.wrapped)?,
            change: change.transpose()?,
            opened_for: find(loaded, OPENED_FOR)?.unwrap_or_default(),
            services: ServiceAtRest::all(loaded),
        })
    }

    /// The root keys that open this installation, out of those at hand.
    pub(crate) fn root_keys(&self, at_hand: Vec<RootKey>) -> Result<RootKeys, InstallationError> {
        let needed = match &self.change {
            Some(change) => change.to()?,
            None => self.keyring.claimed_key().map_err(InstallationError::RootKey)?,
        };
        let first = at_hand.first().map(RootKey::id);
        let Some(current) = at_hand.into_iter().find(|key| key.id() == needed) else {
            return Err(match (&self.change, first) {
                (Some(change), _) => {
                    InstallationError::RootKeyChange { to: needed, from: change.from.clone() }
                }
                (None, at_hand) => other_key(needed, at_hand.unwrap_or(needed)),
            });
        };
        let replaced = match &self.change {
            Some(change) => Some(change.replaced(&current)?),
            None => None,
        };
        Ok(RootKeys::new(current, replaced))
    }

    /// The keyring.
    pub(crate) fn keyring(&self, root_keys: &RootKeys) -> Result<Keyring, InstallationError> {
        root_keys.unwrap_keyring(&self.keyring).map_err(InstallationError::RootKey)
    }

    /// The id of the root key that opens this installation.
    pub(crate) fn root_key_id(&self) -> Result<KeyId, InstallationError> {
        match &self.change {
            Some(change) => change.to(),
            None => self.keyring.claimed_key().map_err(InstallationError::RootKey),
        }
    }

    /// Puts another keyring in the place of this one, with how long its keys have opened, and
    /// answers when that is durable.
    pub(crate) async fn replace_keyring<S: Store>(
        &self,
        store: &S,
        keyring: &Keyring,
        opened_for: &OpenedFor,
        root_key: &RootKey,
        entropy: &mut (dyn Entropy + Send),
    ) -> Result<(), InstallationError> {
        let changes = vec![
            put_keyring(&root_key.wrap_keyring(keyring, entropy))?,
            put(OPENED_FOR, opened_for)?,
        ];
        write(store, self.revision, changes).await
    }

    /// Notes how long keys have opened.
    pub(crate) async fn note_opened_for<S: Store>(
        &self,
        store: &S,
        opened_for: &OpenedFor,
    ) -> Result<(), InstallationError> {
        write(store, self.revision, vec![put(OPENED_FOR, opened_for)?]).await
    }

    /// Notes that one root key takes the place of another, before anything is wrapped under
    /// it, and answers when that is durable.
    pub(crate) async fn begin_change<S: Store>(
        &self,
        store: &S,
        to: &RootKey,
        from: &RootKey,
        entropy: &mut (dyn Entropy + Send),
    ) -> Result<(), InstallationError> {
        let replaced = STANDARD.encode(to.wrap_replaced(from, entropy).as_bytes());
        let record = RootKeyChangeRecord { from: from.id().to_string(), replaced };
        write(store, self.revision, vec![put(ROOT_KEY_CHANGE, &record)?]).await
    }

    /// The services that are registered, by name.
    pub(crate) fn services(&self) -> Result<&[ServiceAtRest], InstallationError> {
        match &self.services {
            Ok(services) => Ok(services),
            Err(fault) => Err(fault.clone().into()),
        }
    }

    /// Registers a service with a fresh key, and answers when that is durable.
    pub(crate) async fn add_service<S: Store>(
        &self,
        store: &S,
        name: ServicePrincipal,
        now: Timestamp,
        root_keys: &RootKeys,
        entropy: &mut (dyn Entropy + Send),
    ) -> Result<(ServiceAtRest, Secret<String>), InstallationError> {
        let services = self.services()?;
        if services.iter().any(|service| service.name == name) {
            return Err(InstallationError::ServiceExists { service: name.to_string() });
        }
        if services.len() >= SERVICES_MAX {
            return Err(InstallationError::TooManyServices);
        }
        let id = AccessKeyId::generate_without_account(entropy);
        let secret = new_secret(entropy);
        let service = ServiceAtRest::new(name, id, &secret, now, root_keys, entropy);
        write(store, self.revision, vec![service.to_change()?]).await?;
        Ok((service, secret))
    }

    /// Removes a service, and answers when that is durable.
    pub(crate) async fn remove_service<S: Store>(
        &self,
        store: &S,
        name: &ServicePrincipal,
    ) -> Result<ServiceAtRest, InstallationError> {
        let found = self.services()?.iter().find(|service| service.name == *name);
        let none = || InstallationError::NoService { service: name.to_string() };
        let service = found.ok_or_else(none)?;
        write(store, self.revision, vec![service.deletion()?]).await?;
        Ok(service.clone())
    }

    /// Wraps the keyring and the secrets of services under the new root key, and forgets the
    /// old one, in one commit.
    pub(crate) async fn end_change<S: Store>(
        &self,
        store: &S,
        root_keys: &RootKeys,
        entropy: &mut (dyn Entropy + Send),
    ) -> Result<(), InstallationError> {
        let keyring = self.keyring(root_keys)?;
        let keyring = put_keyring(&root_keys.current().wrap_keyring(&keyring, entropy))?;
        let forgotten = Change::delete(record_key(ROOT_KEY_CHANGE)?);
        let mut changes = vec![keyring, forgotten];
        for service in self.services()? {
            changes.push(service.rewrapped(root_keys, entropy)?.to_change()?);
        }
        write(store, self.revision, changes).await
    }
}

impl RootKeyChange {
    /// The id of the new root key.
    pub(crate) fn to(&self) -> Result<KeyId, InstallationError> {
        self.replaced.claimed_key().map_err(InstallationError::RootKey)
    }

    fn replaced(&self, current: &RootKey) -> Result<RootKey, InstallationError> {
        current.unwrap_replaced(&self.replaced).map_err(InstallationError::RootKey)
    }
}

fn other_key(wrapped_under: KeyId, at_hand: KeyId) -> InstallationError {
    InstallationError::RootKey(stead_session::vault::VaultError::OtherKey {
        wrapped_under,
        at_hand,
    })
}

fn find<R: DeserializeOwned>(loaded: &Loaded, key: &str) -> Result<Option<R>, InstallationError> {
    let Some(record) = loaded.records.iter().find(|record| record.key.as_str() == key) else {
        return Ok(None);
    };
    if record.value.format != FORMAT {
        return Err(InstallationError::Keyring("its format is of a later version"));
    }
    serde_json::from_str(&record.value.body).map(Some).map_err(|_| damaged())
}

pub(super) fn wrapped(text: &str) -> Result<WrappedSecret, InstallationError> {
    STANDARD.decode(text).map(WrappedSecret::from_bytes).map_err(|_| damaged())
}

const fn damaged() -> InstallationError {
    InstallationError::Keyring("its record is damaged")
}

fn put_keyring(keyring: &WrappedSecret) -> Result<Change, InstallationError> {
    put(KEYRING, &KeyringRecord { wrapped: STANDARD.encode(keyring.as_bytes()) })
}

pub(super) fn put(key: &str, record: &impl Serialize) -> Result<Change, InstallationError> {
    let body = serde_json::to_string(record);
    let body = body.map_err(|_| InstallationError::Keyring("it cannot be encoded"))?;
    Ok(Change::put(record_key(key)?, FORMAT, body))
}

pub(super) fn record_key(key: &str) -> Result<RecordKey, InstallationError> {
    key.parse().map_err(|_| InstallationError::Keyring("its key is none"))
}

async fn write<S: Store>(
    store: &S,
    expected: Revision,
    changes: Vec<Change>,
) -> Result<(), InstallationError> {
    let commit = Commit::new(Aggregate::Installation, expected, changes, Vec::new())
        .map_err(|_| InstallationError::Keyring("it does not fit a commit"))?;
    store.commit(commit).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use stead_session::vault::VaultError;
    use stead_store::CommitError;
    use stead_store_sqlite::SqliteStore;
    use stead_types::{Secret, Timestamp};

    use super::*;
    use crate::entropy::SystemEntropy;

    fn root_key(byte: u8) -> RootKey {
        RootKey::new(&Secret::new([byte; 32]))
    }

    const NOW: Timestamp = Timestamp::from_epoch_seconds(1_772_366_400);

    async fn created(store: &SqliteStore) -> Keyring {
        let keyring = Keyring::new(NOW, &mut SystemEntropy);
        assert!(Installation::load(store).await.unwrap().is_none());
        Installation::create(store, &keyring, &root_key(1), &mut SystemEntropy).await.unwrap();
        keyring
    }

    async fn loaded(store: &SqliteStore) -> Installation {
        Installation::load(store).await.unwrap().unwrap()
    }

    #[tokio::test]
    async fn a_keyring_is_read_back_under_its_root_key_only() {
        let store = SqliteStore::in_memory().unwrap();
        let made = created(&store).await;
        let installation = loaded(&store).await;
        let root_keys = installation.root_keys(vec![root_key(2), root_key(1)]).unwrap();
        assert!(installation.keyring(&root_keys).unwrap().keys().eq(made.keys()));
        assert!(matches!(
            installation.root_keys(vec![root_key(2)]),
            Err(InstallationError::RootKey(VaultError::OtherKey { .. }))
        ));
        let again = Installation::create(&store, &made, &root_key(1), &mut SystemEntropy).await;
        assert!(matches!(again, Err(InstallationError::Commit(CommitError::Conflict { .. }))));
    }

    #[tokio::test]
    async fn while_a_root_key_changes_the_new_one_opens_all_and_the_old_one_is_told_so() {
        let store = SqliteStore::in_memory().unwrap();
        let made = created(&store).await;
        let (old, new) = (root_key(1), root_key(2));
        let begun = loaded(&store).await;
        begun.begin_change(&store, &new, &old, &mut SystemEntropy).await.unwrap();
        let changing = loaded(&store).await;
        let refused = changing.root_keys(vec![root_key(1)]).unwrap_err();
        let expected = format!("root key {} is taking the place of {}", new.id(), old.id());
        assert!(refused.to_string().starts_with(&expected), "{refused}");
        let root_keys = changing.root_keys(vec![root_key(2)]).unwrap();
        assert!(changing.keyring(&root_keys).unwrap().keys().eq(made.keys()));
        // Whoever has not seen the change cannot write over it.
        let late = begun
            .replace_keyring(&store, &made, &OpenedFor::default(), &old, &mut SystemEntropy)
            .await;
        assert!(matches!(late, Err(InstallationError::Commit(CommitError::Conflict { .. }))));

        changing.end_change(&store, &root_keys, &mut SystemEntropy).await.unwrap();
        let ended = loaded(&store).await;
        assert_eq!((ended.change.clone(), ended.root_key_id().unwrap()), (None, new.id()));
        assert!(ended.root_keys(vec![root_key(1)]).is_err());
        let root_keys = ended.root_keys(vec![root_key(1), root_key(2)]).unwrap();
        assert!(ended.keyring(&root_keys).unwrap().keys().eq(made.keys()));
    }

    #[tokio::test]
    async fn records_of_later_formats_and_other_shapes_are_refused() {
        for (format, body) in [
            (2, r#"{"wrapped":""}"#),
            (1, r#"{"wrapped":""}"#),
            (1, r#"{"wrapped":"*"}"#),
            (1, r#"{"wrapped":"","more":1}"#),
            (1, ""),
        ] {
            let store = SqliteStore::in_memory().unwrap();
            let change = Change::put(record_key(KEYRING).unwrap(), format, body);
            write(&store, Revision::ABSENT, vec![change]).await.unwrap();
            let refused = match Installation::load(&store).await {
                Ok(found) => found.unwrap().root_keys(vec![root_key(1)]).map(drop),
                Err(error) => Err(error),
            };
            assert!(refused.is_err(), "{format} {body}");
        }
    }
}
