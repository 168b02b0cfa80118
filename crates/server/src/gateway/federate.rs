//! Who comes with a foreign token instead of a signature: from the token a request
//! carries to a verified caller.

use std::sync::Arc;

use stead_api::sts::{AssumeRoleWithWebIdentity, AssumeRoleWithWebIdentityRequest, StsOperation};
use stead_api::{ApiError, ErrorCode, KnownOperation};
use stead_authorizer::{VerifiedCaller, WebIdentityRefused};
use stead_federation::oidc::{KeySet, UnverifiedToken};
use stead_query::{Form, decode};
use stead_store::Store;
use stead_types::Timestamp;

use super::Gateway;
use super::authenticate::{Authenticated, store_error};
use crate::accounts::{Account, Version};
use crate::issuer_keys::{Answer, Thumbprint};

/// The region of requests that name none.
///
/// Choice: what is signed names its region; what is not is taken for the region that
/// AWS's global endpoint stands for.
const UNSIGNED_REGION: &str = "us-east-1";

impl<S: Store> Gateway<S> {
    /// Verifies the token of an unsigned request, by the providers and keys that hold at
    /// this moment.
    pub(super) async fn federate(
        &self,
        operation: KnownOperation,
        form: &Form,
        now: Timestamp,
    ) -> Result<Authenticated, ApiError> {
        match operation {
            KnownOperation::Sts(StsOperation::AssumeRoleWithWebIdentity) => {
                self.web_identity(&decode::<AssumeRoleWithWebIdentity>(form)?, now).await
            }
            _ => Err(ApiError::not_implemented(operation.name())),
        }
    }

    async fn web_identity(
        &self,
        input: &AssumeRoleWithWebIdentityRequest,
        now: Timestamp,
    ) -> Result<Authenticated, ApiError> {
        let role_account = stead_sts::account_of_role(&input.role_arn)?;
        check_provider_id(input.provider_id.as_deref())?;
        let token = UnverifiedToken::parse(input.web_identity_token.expose())
            .map_err(|fault| stead_sts::not_a_token(&fault))?;
        let found = self.accounts.find(role_account).await.map_err(|error| store_error(&error))?;
        // An account that is not hosted here looks like one without providers.
        let no_provider = || stead_sts::no_provider(token.issuer());
        let account = found.ok_or_else(no_provider)?;
        let keys = self.keys_for(&token, &account.durable(), now).await?;
        self.identify(&token, &keys, &account, now).map_err(|refused| match refused {
            WebIdentityRefused::NoProvider => no_provider(),
            WebIdentityRefused::Token(refusal) => stead_sts::refused_token(&refusal),
        })
    }

    /// The keys of the token's issuer, if the account has a provider for it: nobody but
    /// who registers providers decides where keys are fetched.
    async fn keys_for(
        &self,
        token: &UnverifiedToken<'_>,
        version: &Version,
        now: Timestamp,
    ) -> Result<Arc<KeySet>, ApiError> {
        let provider = version
            .snapshot
            .oidc_provider_by_issuer(token.issuer())
            .ok_or_else(|| stead_sts::no_provider(token.issuer()))?;
        let listed: Vec<Thumbprint> =
            provider.thumbprints.iter().filter_map(|listed| listed.as_str().parse().ok()).collect();
        let issuer = provider.issuer.as_str();
        let keys = self.issuer_keys.get(issuer, token.key_id(), &listed, now).await;
        keys.map_err(|fault| {
            let context = fault.to_string();
            match fault.cause.answer() {
                Answer::Communication => stead_sts::unreachable_issuer(context),
                Answer::NoVerificationKey => stead_sts::unavailable_keys(context),
                Answer::Thumbprint => stead_sts::unknown_certificate(context),
            }
        })
    }

    /// Verifies over the account as it is now: while keys were fetched, its providers may
    /// have changed.
    fn identify(
        &self,
        token: &UnverifiedToken<'_>,
        keys: &KeySet,
        account: &Arc<Account>,
        now: Timestamp,
    ) -> Result<Authenticated, WebIdentityRefused> {
        let version = account.durable();
        let algorithms = self.issuer_keys.algorithms(token.issuer());
        let caller =
            VerifiedCaller::of_web_identity(token, keys, algorithms, &version.snapshot, now)?;
        let (account, region) = (Arc::clone(account), UNSIGNED_REGION.to_owned());
        Ok(Authenticated { account, version, caller, region })
    }
}

/// Providers that give out access tokens instead of ID tokens are named beside the token.
///
/// Observed: radkawar/stackd, answers of AWS recorded in 2026. Choice: the tokens of Amazon
/// and Facebook are not looked up at these companies from here.
fn check_provider_id(provider_id: Option<&str>) -> Result<(), ApiError> {
    match provider_id {
        None => Ok(()),
        Some("www.amazon.com") => Err(ApiError::new(
            ErrorCode::InvalidIdentityToken,
            "Provided Token is not a Login With Amazon token",
        )),
        Some("graph.facebook.com") => Err(ApiError::new(
            ErrorCode::IDPRejectedClaim,
            "graph.facebook.com rejected OAuth token with response \"Bad signature\" and code 190",
        )),
        Some(_) => Err(ApiError::access_denied(
            "Unrecognized OAuth provider. Do not include a provider parameter when submitting \
             OpenIDConnect ID tokens",
        )),
    }
}
