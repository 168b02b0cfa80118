//! Services are registered and removed like keys are changed: their secrets are wrapped under
//! the root key, and rest among the records of the installation.

use std::sync::Arc;

use stead_store::Store;
use stead_types::{Secret, ServicePrincipal};

use super::{Keys, KeysError};
use crate::entropy::SystemEntropy;
use crate::installation::ServiceAtRest;
use crate::services::LiveServices;

impl<S: Store> Keys<S> {
    /// The same, with the services as requests find them.
    #[must_use]
    pub(crate) fn with_services(mut self, services: Arc<LiveServices>) -> Self {
        self.services = services;
        self
    }

    /// The services that are registered, by name.
    pub(crate) async fn list_services(&self) -> Result<Vec<ServiceAtRest>, KeysError> {
        Ok(self.installation().await?.services()?.to_vec())
    }

    /// Registers a service with a fresh key; its secret is told this once. It signs once that
    /// is durable.
    pub(crate) async fn register_service(
        &self,
        name: ServicePrincipal,
    ) -> Result<(ServiceAtRest, Secret<String>), KeysError> {
        let _only_one = self.changing.lock().await;
        let (store, root_keys) = (self.accounts.store(), self.accounts.root_keys());
        let (installation, now) = (self.installation().await?, self.clock.now());
        let mut services = installation.services()?.to_vec();
        let mut entropy = SystemEntropy;
        let added = installation.add_service(store, name, now, &root_keys, &mut entropy).await;
        let (added, secret) = added?;
        services.push(added.clone());
        self.services.replace(&services, &root_keys);
        Ok((added, secret))
    }

    /// Removes a service: its key signs nothing any more from the moment that this is durable.
    pub(crate) async fn remove_service(
        &self,
        name: &ServicePrincipal,
    ) -> Result<ServiceAtRest, KeysError> {
        let _only_one = self.changing.lock().await;
        let (store, installation) = (self.accounts.store(), self.installation().await?);
        let mut services = installation.services()?.to_vec();
        let removed = installation.remove_service(store, name).await?;
        services.retain(|service| service.name != removed.name);
        self.services.replace(&services, &self.accounts.root_keys());
        self.erase().await;
        Ok(removed)
    }
}
