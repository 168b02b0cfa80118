//! The services that are registered, as requests find them.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use stead_sigv4::SecretVersion;
use stead_store::Store;
use stead_types::{AccessKeyId, Secret, ServicePrincipal};

use crate::accounts::RootKeys;
use crate::installation::{Installation, InstallationError, ServiceAtRest, ServiceFault};

/// A service, and the key that it signs with.
///
/// Choice: the secret is unwrapped while the server runs. There are few, and the root key
/// that opens them is in the same memory.
#[derive(Clone, Debug)]
pub(crate) struct RegisteredService {
    pub(crate) name: ServicePrincipal,
    pub(crate) access_key_id: AccessKeyId,
    pub(crate) secret: Secret<String>,
    pub(crate) version: SecretVersion,
}

/// All of them, by the ids of their keys. A request takes one and uses it to its end.
#[derive(Debug, Default)]
pub(crate) struct LiveServices(ArcSwap<HashMap<AccessKeyId, Arc<RegisteredService>>>);

impl RegisteredService {
    fn opened(at_rest: &ServiceAtRest, root_keys: &RootKeys) -> Result<Self, ServiceFault> {
        let secret = at_rest.secret(root_keys)?;
        Ok(Self {
            name: at_rest.name.clone(),
            access_key_id: at_rest.access_key_id.clone(),
            version: SecretVersion::of(&secret),
            secret,
        })
    }
}

impl LiveServices {
    /// The services that a store holds. Where those cannot be read, there is none, and the log
    /// says why: what else there is goes on.
    pub(crate) async fn load<S: Store>(
        store: &S,
        root_keys: &RootKeys,
    ) -> Result<Self, InstallationError> {
        let loaded = Self::default();
        if let Some(installation) = Installation::load(store).await? {
            match installation.services() {
                Ok(services) => loaded.replace(services, root_keys),
                Err(error) => tracing::error!(%error, "no registered service is accepted"),
            }
        }
        Ok(loaded)
    }

    /// The service with this key. Costs a counter and a hash.
    pub(crate) fn find(&self, id: &AccessKeyId) -> Option<Arc<RegisteredService>> {
        self.0.load().get(id).cloned()
    }

    /// Puts those in place that are durable. One that cannot be opened is as if it were not
    /// registered, and is told of: it can sign nothing.
    pub(crate) fn replace(&self, at_rest: &[ServiceAtRest], root_keys: &RootKeys) {
        let opened = at_rest.iter().filter_map(|service| {
            match RegisteredService::opened(service, root_keys) {
                Ok(service) => Some((service.access_key_id.clone(), Arc::new(service))),
                Err(error) => {
                    tracing::error!(%error, "a registered service is not accepted");
                    None
                }
            }
        });
        self.0.store(Arc::new(opened.collect()));
    }
}
