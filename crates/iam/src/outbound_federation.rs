//! Identity tokens for services elsewhere: whether the account issues them, and its keys.

use stead_api::iam::{
    DisableOutboundWebIdentityFederation, DisableOutboundWebIdentityFederationRequest,
    DisableOutboundWebIdentityFederationResponse, EnableOutboundWebIdentityFederation,
    EnableOutboundWebIdentityFederationRequest, EnableOutboundWebIdentityFederationResponse,
    GetOutboundWebIdentityFederationInfo, GetOutboundWebIdentityFederationInfoRequest,
    GetOutboundWebIdentityFederationInfoResponse,
};
use stead_api::{ApiError, ErrorCode};
use stead_authorizer::Authorized;
use stead_directory::Draft;
use stead_directory::commands::outbound_federation::{self as command, Beginning, NewTokenKey};
use stead_directory::entity::{TokenKey, Vending, WrappedSecret};
use stead_service::{Call, Handle, NewTokenKeys, TokenKeyWork, Work};
use stead_session::vault::{SecretName, SecretVault};
use stead_types::{Entropy, Timestamp, Uuid};

use crate::Iam;
use crate::error::api_error;

impl Handle<EnableOutboundWebIdentityFederation> for Iam {
    const MAKES_TOKEN_KEYS: bool = true;

    /// Observed: an account that is switched on again has the keys that it had
    /// (radkawar/stackd, recorded in 2026).
    fn token_keys(_: &EnableOutboundWebIdentityFederationRequest, call: &Call<'_>) -> TokenKeyWork {
        match call.account.outbound_federation() {
            Some(_) => TokenKeyWork::None,
            None => TokenKeyWork::OfEachKind,
        }
    }

    fn execute(
        _permit: Authorized<EnableOutboundWebIdentityFederation>,
        _: EnableOutboundWebIdentityFederationRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<EnableOutboundWebIdentityFederationResponse, ApiError> {
        let made = match work.token_keys.take() {
            Some(made) => wrapped(made, 0, call.vault, work.entropy)?,
            None if work.draft.snapshot().outbound_federation().is_some() => Vec::new(),
            None => return Err(ApiError::internal("no keys were made for the first issuer")),
        };
        let beginning = Beginning { issuer: Uuid::generate(work.entropy), keys: made };
        let issuer =
            command::enable(work.draft, || beginning, call.facts.now).map_err(api_error)?;
        let issuer_identifier = Some(call.issuer_base.issuer(&issuer));
        Ok(EnableOutboundWebIdentityFederationResponse { issuer_identifier })
    }
}

impl Handle<DisableOutboundWebIdentityFederation> for Iam {
    fn execute(
        _permit: Authorized<DisableOutboundWebIdentityFederation>,
        _: DisableOutboundWebIdentityFederationRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<DisableOutboundWebIdentityFederationResponse, ApiError> {
        command::disable(work.draft).map_err(api_error)?;
        Ok(DisableOutboundWebIdentityFederationResponse {})
    }
}

impl Handle<GetOutboundWebIdentityFederationInfo> for Iam {
    /// Observed: without the word `already`, and the same whether the account has an issuer
    /// or never had one (radkawar/stackd, recorded in 2026).
    fn execute(
        _permit: Authorized<GetOutboundWebIdentityFederationInfo>,
        _: GetOutboundWebIdentityFederationInfoRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<GetOutboundWebIdentityFederationInfoResponse, ApiError> {
        let federation = call.account.outbound_federation();
        let is_enabled = federation.is_some_and(|now| now.vending == Vending::Enabled);
        match call.account.token_issuer().filter(|_| is_enabled) {
            Some(issuer) => Ok(GetOutboundWebIdentityFederationInfoResponse {
                issuer_identifier: Some(call.issuer_base.issuer(&issuer.id)),
                jwt_vending_enabled: Some(true),
            }),
            None => {
                let account = call.account.account();
                let text =
                    format!("Outbound identity federation is disabled for account {account}");
                Err(ApiError::new(ErrorCode::FeatureDisabled, text))
            }
        }
    }
}

/// Puts further keys in the place of those that sign the account's identity tokens. No
/// operation of IAM does it: AWS changes its keys by itself, and here whoever runs the
/// server says so.
///
/// # Errors
/// The account has no issuer, or too many keys that are still published.
pub fn replace_token_keys(
    draft: &mut Draft,
    made: NewTokenKeys,
    vault: &dyn SecretVault,
    entropy: &mut dyn Entropy,
    now: Timestamp,
) -> Result<(), ApiError> {
    let number = command::next_number(draft.snapshot());
    let keys = wrapped(made, number, vault, entropy)?;
    command::replace_keys(draft, keys, now).map_err(api_error)
}

/// The keys as they rest, under the ids that go with the number.
fn wrapped(
    NewTokenKeys(made): NewTokenKeys,
    number: u32,
    vault: &dyn SecretVault,
    entropy: &mut dyn Entropy,
) -> Result<Vec<NewTokenKey>, ApiError> {
    let wrap = |key: stead_session::token_key::NewTokenKey| {
        let id = TokenKey::id_of(key.public.algorithm(), number);
        let private = vault.wrap(SecretName::TokenKey(&id), &key.private, entropy);
        let private =
            private.map_err(|error| ApiError::internal(format!("the token key {id}: {error}")))?;
        let private = WrappedSecret::new(private.as_bytes());
        Ok(NewTokenKey { public: key.public, private })
    };
    made.into_iter().map(wrap).collect()
}
