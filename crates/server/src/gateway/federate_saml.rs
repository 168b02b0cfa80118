//! Who comes with a SAML response instead of a signature.

use std::sync::Arc;

use stead_api::ApiError;
use stead_api::sts::AssumeRoleWithSAMLRequest;
use stead_authorizer::VerifiedCaller;
use stead_federation::saml::UnverifiedResponse;
use stead_service::decryption_keys;
use stead_store::Store;
use stead_types::{Arn, Timestamp};

use super::Gateway;
use super::authenticate::Authenticated;
use super::federate::UNSIGNED_REGION;
use crate::request_id::RequestId;
use crate::throttle::rate_exceeded;

impl<S: Store> Gateway<S> {
    /// Verifies the response of an unsigned request, by the provider that the role's
    /// account has at this moment.
    pub(super) async fn saml_subject(
        &self,
        input: &AssumeRoleWithSAMLRequest,
        id: RequestId,
        now: Timestamp,
    ) -> Result<Authenticated, ApiError> {
        let id = id.to_string();
        let role_account = stead_sts::account_of_role(&input.role_arn)?;
        let provider = provider_arn(&input.principal_arn)?;
        let response = UnverifiedResponse::parse(input.saml_assertion.expose())
            .map_err(|fault| stead_sts::not_a_saml_response(&fault, &id))?;
        let memberships = self.organizations.memberships();
        let found = self.open_account(role_account, &memberships).await?;
        // An account that is not hosted here looks like one without providers.
        let account = found.ok_or_else(|| stead_sts::no_saml_provider(provider.as_str(), &id))?;
        let version = account.durable();
        let registered = version.snapshot.saml_provider(&provider);
        let keys = match registered.filter(|_| response.is_encrypted()) {
            Some(registered) => decryption_keys(registered, account.vault())?,
            None => Vec::new(),
        };
        let (endpoints, snapshot) = (self.saml.endpoints.clone(), Arc::clone(&version.snapshot));
        let verify = move || {
            VerifiedCaller::of_saml(&response, &provider, &keys, &endpoints, &snapshot, now)
        };
        let caller = self.beside_others(verify).await?;
        let caller = caller.map_err(|refused| stead_sts::refused_saml(&refused, &id))?;
        let region = UNSIGNED_REGION.to_owned();
        Ok(Authenticated { account: Arc::clone(&account), version, memberships, caller, region })
    }
}

impl<S> Gateway<S> {
    /// Runs what takes milliseconds, for whoever asks, where it keeps nobody else waiting:
    /// on other threads than those that answer, only so many at a time, and so many more
    /// that wait for it.
    async fn beside_others<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ApiError> {
        let failed = |_| ApiError::internal("a SAML response could not be verified");
        let queue = Arc::clone(&self.saml_queue).try_acquire_owned();
        let queued = queue.map_err(|_| rate_exceeded("too many SAML responses to verify"))?;
        // The semaphore is never closed.
        let place = Arc::clone(&self.saml_places).acquire_owned().await;
        let place = place.map_err(|_| ApiError::internal("no place to verify a SAML response"))?;
        let worked = tokio::task::spawn_blocking(move || {
            // Kept to the end, also where nobody waits for it any more.
            let _places = (place, queued);
            work()
        });
        worked.await.map_err(failed)
    }
}

/// Choice: worded as for the ARN of a role.
fn provider_arn(text: &str) -> Result<Arn, ApiError> {
    let arn = text.parse().ok().filter(|arn: &Arn| {
        let named = arn.resource_of("saml-provider").is_some_and(|name| !name.is_empty());
        let placed = arn.partition() == "aws" && arn.region().is_empty();
        named && placed && arn.service() == "iam" && arn.account().is_some()
    });
    arn.ok_or_else(|| ApiError::validation(format!("{text} is invalid")))
}
