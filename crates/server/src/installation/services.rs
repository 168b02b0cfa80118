//! The records of registered services: what each is called, and the key it signs with.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use stead_session::vault::WrappedSecret;
use stead_store::{Change, Loaded, Record};
use stead_types::{AccessKeyId, Entropy, Secret, ServicePrincipal, Timestamp};
use thiserror::Error;

use super::InstallationError;
use super::record::{FORMAT, put, record_key, wrapped};
use crate::accounts::RootKeys;

/// What the keys of these records begin with; the service's name follows.
const PREFIX: &str = "service/";

/// A registered service as it rests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServiceAtRest {
    pub(crate) name: ServicePrincipal,
    pub(crate) access_key_id: AccessKeyId,
    pub(crate) created_at: Timestamp,
    secret: WrappedSecret,
}

/// Why a service that is registered cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the service `{service}` cannot be read: {why}")]
pub struct ServiceFault {
    service: String,
    why: String,
}

impl ServiceFault {
    fn new(service: &str, why: impl ToString) -> Self {
        Self { service: service.to_owned(), why: why.to_string() }
    }
}

/// The form in which a service is stored.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ServiceRecord {
    access_key_id: String,
    /// The secret, wrapped under the root key.
    secret: String,
    /// Seconds since the epoch.
    created_at: i64,
}

impl ServiceAtRest {
    /// A service with this key.
    pub(super) fn new(
        name: ServicePrincipal,
        access_key_id: AccessKeyId,
        secret: &Secret<String>,
        created_at: Timestamp,
        root_keys: &RootKeys,
        entropy: &mut dyn Entropy,
    ) -> Self {
        let secret =
            root_keys.current().wrap_service_secret(&name, &access_key_id, secret, entropy);
        Self { name, access_key_id, created_at, secret }
    }

    /// The secret of its key.
    pub(crate) fn secret(&self, root_keys: &RootKeys) -> Result<Secret<String>, ServiceFault> {
        let (name, id) = (&self.name, &self.access_key_id);
        let secret = root_keys.unwrap_service_secret(name, id, &self.secret);
        secret.map_err(|error| ServiceFault::new(name.as_str(), error))
    }

    /// All that were registered, by name.
    pub(super) fn all(loaded: &Loaded) -> Result<Vec<Self>, ServiceFault> {
        let named = |record: &Record| {
            let name = record.key.as_str().strip_prefix(PREFIX)?.to_owned();
            Some(Self::read(&name, record))
        };
        let mut services =
            loaded.records.iter().filter_map(named).collect::<Result<Vec<_>, _>>()?;
        services.sort_by(|left, right| left.name.cmp(&right.name));
        Ok(services)
    }

    fn read(name: &str, record: &Record) -> Result<Self, ServiceFault> {
        if record.value.format != FORMAT {
            return Err(ServiceFault::new(name, "its format is of a later version"));
        }
        let damaged = || ServiceFault::new(name, "its record is damaged");
        let body: ServiceRecord =
            serde_json::from_str(&record.value.body).map_err(|_| damaged())?;
        Ok(Self {
            name: name.parse().map_err(|_| damaged())?,
            access_key_id: body.access_key_id.parse().map_err(|_| damaged())?,
            created_at: Timestamp::from_epoch_seconds(body.created_at),
            secret: wrapped(&body.secret).map_err(|_| damaged())?,
        })
    }

    pub(super) fn to_change(&self) -> Result<Change, InstallationError> {
        let record = ServiceRecord {
            access_key_id: self.access_key_id.to_string(),
            secret: STANDARD.encode(self.secret.as_bytes()),
            created_at: self.created_at.epoch_seconds(),
        };
        put(&key(&self.name), &record)
    }

    pub(super) fn deletion(&self) -> Result<Change, InstallationError> {
        Ok(Change::delete(record_key(&key(&self.name))?))
    }

    /// The same under the current root key.
    pub(super) fn rewrapped(
        &self,
        root_keys: &RootKeys,
        entropy: &mut dyn Entropy,
    ) -> Result<Self, ServiceFault> {
        let Self { name, access_key_id, created_at, .. } = self.clone();
        let secret = self.secret(root_keys)?;
        Ok(Self::new(name, access_key_id, &secret, created_at, root_keys, entropy))
    }
}

fn key(name: &ServicePrincipal) -> String {
    format!("{PREFIX}{name}")
}

#[cfg(test)]
mod tests {
    use stead_session::Keyring;
    use stead_session::vault::RootKey;
    use stead_store::{Aggregate, Commit, Store as _};
    use stead_store_sqlite::SqliteStore;

    use super::super::record::Installation;
    use super::*;
    use crate::entropy::SystemEntropy;

    const NOW: Timestamp = Timestamp::from_epoch_seconds(1_772_366_400);
    const RECORD: &str = "service/storage.example.internal";

    fn root_keys(byte: u8) -> RootKeys {
        RootKeys::new(RootKey::new(&Secret::new([byte; 32])), None)
    }

    async fn created(store: &SqliteStore) -> Installation {
        let keyring = Keyring::new(NOW, &mut SystemEntropy);
        let keys = root_keys(1);
        Installation::create(store, &keyring, keys.current(), &mut SystemEntropy).await.unwrap();
        loaded(store).await
    }

    async fn loaded(store: &SqliteStore) -> Installation {
        Installation::load(store).await.unwrap().unwrap()
    }

    fn name(text: &str) -> ServicePrincipal {
        text.parse().unwrap()
    }

    #[tokio::test]
    async fn a_service_is_read_back_and_its_secret_opens_under_the_root_key_only() {
        let store = SqliteStore::in_memory().unwrap();
        let installation = created(&store).await;
        let storage = name("storage.example.internal");
        let (keys, entropy) = (root_keys(1), &mut SystemEntropy);
        let (made, secret) =
            installation.add_service(&store, storage.clone(), NOW, &keys, entropy).await.unwrap();
        let read = loaded(&store).await;
        assert_eq!(read.services().unwrap(), std::slice::from_ref(&made));
        assert_eq!(made.secret(&keys).unwrap().expose(), secret.expose());
        assert_eq!(secret.expose().len(), 40);
        assert!(made.secret(&root_keys(2)).is_err());
        // Neither as another service's nor as another key's.
        let other = ServiceAtRest { name: name("other.example.internal"), ..made.clone() };
        assert!(other.secret(&keys).is_err());
        let id = AccessKeyId::generate_without_account(&mut SystemEntropy);
        assert!(ServiceAtRest { access_key_id: id, ..made.clone() }.secret(&keys).is_err());

        let again = read.add_service(&store, storage.clone(), NOW, &keys, &mut SystemEntropy).await;
        assert!(matches!(again, Err(InstallationError::ServiceExists { .. })));
        read.remove_service(&store, &storage).await.unwrap();
        let read = loaded(&store).await;
        assert_eq!(read.services().unwrap(), []);
        let gone = read.remove_service(&store, &storage).await;
        assert!(matches!(gone, Err(InstallationError::NoService { .. })));
    }

    #[tokio::test]
    async fn so_many_services_are_registered_and_none_more() {
        let store = SqliteStore::in_memory().unwrap();
        let mut installation = created(&store).await;
        let keys = root_keys(1);
        let mut add = async |number: usize| {
            let name = name(&format!("service-{number}.example"));
            let mut entropy = SystemEntropy;
            let added = installation.add_service(&store, name, NOW, &keys, &mut entropy).await;
            let added = added.map(drop);
            installation = loaded(&store).await;
            added
        };
        for number in 0..crate::limits::SERVICES_MAX {
            add(number).await.unwrap();
        }
        let one_more = add(crate::limits::SERVICES_MAX).await;
        assert!(matches!(one_more, Err(InstallationError::TooManyServices)), "{one_more:?}");
    }

    #[tokio::test]
    async fn records_of_later_formats_and_other_shapes_are_refused_by_name() {
        let good = r#"{"access_key_id":"AKIAIOSFODNN7EXAMPLE","secret":"AA==","created_at":0}"#;
        for (key, format, body) in [
            (RECORD, 2, good),
            (RECORD, 1, ""),
            (RECORD, 1, "{}"),
            (RECORD, 1, &good.replace("}", r#","more":1}"#)),
            (RECORD, 1, &good.replace("AA==", "*")),
            (RECORD, 1, &good.replace("AKIAIOSFODNN7EXAMPLE", "-")),
            ("service/Storage.example", 1, good),
            ("service/", 1, good),
        ] {
            let store = SqliteStore::in_memory().unwrap();
            created(&store).await;
            let revision = store.load(&Aggregate::Installation).await.unwrap().unwrap().revision;
            let change = Change::put(key.parse().unwrap(), format, body);
            let commit =
                Commit::new(Aggregate::Installation, revision, vec![change], Vec::new()).unwrap();
            store.commit(commit).await.unwrap();
            // The keyring is still there: what is damaged is one service.
            let installation = loaded(&store).await;
            let refused = installation.services().unwrap_err().to_string();
            let expected = format!("the service `{}`", key.strip_prefix(PREFIX).unwrap());
            assert!(refused.starts_with(&expected), "{refused}");
        }
    }
}
