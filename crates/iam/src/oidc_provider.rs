//! OpenID Connect providers: registered, shown, listed, deleted.

mod registration;
mod tags;

use std::sync::Arc;

use stead_api::iam::{
    CreateOpenIDConnectProvider, CreateOpenIDConnectProviderRequest,
    CreateOpenIDConnectProviderResponse, DeleteOpenIDConnectProvider,
    DeleteOpenIDConnectProviderRequest, DeleteOpenIDConnectProviderResponse,
    GetOpenIDConnectProvider, GetOpenIDConnectProviderRequest, GetOpenIDConnectProviderResponse,
    ListOpenIDConnectProviders, ListOpenIDConnectProvidersRequest,
    ListOpenIDConnectProvidersResponse, OpenIDConnectProviderListEntry,
};
use stead_api::{ApiError, ErrorCode};
use stead_authorizer::{Ask, Authorized};
use stead_directory::commands::oidc_provider::{self as command, NewOidcProvider};
use stead_directory::entity::OidcProvider;
use stead_directory::{EntityKind, Snapshot};
use stead_service::{Call, Handle, IssuerCheck, LoopbackIssuers, Work};
use stead_types::{Arn, ClientId, IssuerScheme, IssuerUrl, Thumbprint};

use crate::ask::Kind;
use crate::error::api_error;
use crate::target::missing;
use crate::{Iam, ask, input, provider_arn, view};

impl Handle<CreateOpenIDConnectProvider> for Iam {
    fn execute(
        _permit: Authorized<CreateOpenIDConnectProvider>,
        input: CreateOpenIDConnectProviderRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<CreateOpenIDConnectProviderResponse, ApiError> {
        let issuer = issuer(&input.url, call)?;
        let new = NewOidcProvider {
            issuer: issuer.clone(),
            client_ids: client_ids(&input.client_id_list)?,
            thumbprints: thumbprints(&input.thumbprint_list)?,
            tags: input::tags(&input.tags)?,
        };
        let made = command::create(work.draft, new, call.facts.now).map_err(api_error)?;
        // Observed: radkawar/stackd, recorded in 2026: with thumbprints AWS registers hosts
        // that do not exist; it asks the issuer for what it was not told.
        if input.thumbprint_list.is_empty() {
            let (unreachable, provider) = (unreachable(&issuer), made.arn.clone());
            work.issuers.push(IssuerCheck { issuer, provider, unreachable });
        }
        Ok(CreateOpenIDConnectProviderResponse {
            open_id_connect_provider_arn: Some(made.arn.to_string()),
            // Observed: left out when there are none (2026-02).
            tags: view::some(input.tags),
        })
    }
}

impl Handle<GetOpenIDConnectProvider> for Iam {
    fn execute(
        _permit: Authorized<GetOpenIDConnectProvider>,
        input: GetOpenIDConnectProviderRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<GetOpenIDConnectProviderResponse, ApiError> {
        let provider = find(&input.open_id_connect_provider_arn, call.account)?;
        Ok(GetOpenIDConnectProviderResponse {
            // Observed: without its scheme (pulumi/pulumi-aws issue 1748).
            url: Some(provider.issuer.without_scheme().to_owned()),
            client_id_list: Some(provider.client_ids.iter().map(ClientId::to_string).collect()),
            thumbprint_list: Some(provider.thumbprints.iter().map(Thumbprint::to_string).collect()),
            create_date: Some(provider.created_at),
            // Observed: this and the lists are there also when they are empty (2026-03).
            tags: Some(view::resource_tags(&provider.tags)),
        })
    }
}

impl Handle<ListOpenIDConnectProviders> for Iam {
    /// All in one answer: the operation has no pages.
    fn execute(
        _permit: Authorized<ListOpenIDConnectProviders>,
        _input: ListOpenIDConnectProvidersRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<ListOpenIDConnectProvidersResponse, ApiError> {
        let entry = |provider: &Arc<OidcProvider>| OpenIDConnectProviderListEntry {
            arn: Some(provider.arn.to_string()),
        };
        let list = call.account.oidc_providers().map(entry).collect();
        Ok(ListOpenIDConnectProvidersResponse { open_id_connect_provider_list: Some(list) })
    }
}

impl Handle<DeleteOpenIDConnectProvider> for Iam {
    fn execute(
        _permit: Authorized<DeleteOpenIDConnectProvider>,
        input: DeleteOpenIDConnectProviderRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<DeleteOpenIDConnectProviderResponse, ApiError> {
        let arn = parse(&input.open_id_connect_provider_arn)?;
        command::delete(work.draft, &arn).map_err(api_error)?;
        Ok(DeleteOpenIDConnectProviderResponse {})
    }
}

/// Reads the ARN of a provider, of whichever account.
fn parse(arn: &str) -> Result<Arn, ApiError> {
    provider_arn::parse(arn, "oidc-provider")
}

/// A question about a provider that is to be registered.
///
/// # Errors
/// What is not the URL of one.
pub(crate) fn new_question(
    action: &'static str,
    url: &str,
    call: &Call<'_>,
) -> Result<Ask, ApiError> {
    let issuer = issuer(url, call)?;
    Ok(ask::creation(action, Kind::OidcProvider, None, issuer.without_scheme(), call))
}

/// The provider with this ARN. One of another account is not found.
fn find<'a>(arn: &str, account: &'a Snapshot) -> Result<&'a Arc<OidcProvider>, ApiError> {
    let found = account.oidc_provider(&parse(arn)?);
    found.ok_or_else(|| missing(EntityKind::OidcProvider, arn))
}

/// Reads the URL of an issuer that is to be registered.
///
/// Spec: API CreateOpenIDConnectProvider: it begins with `https://` and has no query.
/// The reference advises against a port. Choice: a port is taken, since providers that
/// people run themselves often have one.
fn issuer(url: &str, call: &Call<'_>) -> Result<IssuerUrl, ApiError> {
    // Observed: recorded for a URL without scheme (2026-02).
    let invalid = || ApiError::validation("Invalid Open ID Connect Provider URL");
    let issuer: IssuerUrl = url.parse().map_err(|_| invalid())?;
    match (issuer.scheme(), call.loopback_issuers) {
        (IssuerScheme::Https, _) | (IssuerScheme::LoopbackHttp, LoopbackIssuers::Admitted) => {
            Ok(issuer)
        }
        (IssuerScheme::LoopbackHttp, LoopbackIssuers::Refused) => Err(invalid()),
    }
}

fn client_ids(given: &[String]) -> Result<Vec<ClientId>, ApiError> {
    given.iter().map(|client_id| self::client_id(client_id)).collect()
}

/// Reads a client id; the decoder has checked the same bounds.
fn client_id(given: &str) -> Result<ClientId, ApiError> {
    given.parse().map_err(|_| ApiError::internal("a decoded client id is out of its bounds"))
}

/// Reads thumbprints, whose length the decoder has checked.
///
/// Where none is given AWS fetches the provider's certificates and keeps the
/// thumbprint of the topmost authority. Choice: here the list stays empty. Certificates
/// that a trusted authority signed need no thumbprint, and for others a thumbprint that
/// nobody has looked at would only pin what answered first.
fn thumbprints(given: &[String]) -> Result<Vec<Thumbprint>, ApiError> {
    // Choice: the text; AWS's is not known.
    let refusal = || {
        let text = "Thumbprint list must contain only SHA-1 digests of 40 hexadecimal characters.";
        ApiError::new(ErrorCode::InvalidInput, text)
    };
    given.iter().map(|thumbprint| thumbprint.parse().map_err(|_| refusal())).collect()
}

/// What the caller hears when the issuer does not answer.
///
/// Spec: API CreateOpenIDConnectProvider, OpenIdIdpCommunicationError. Choice: the text.
fn unreachable(issuer: &IssuerUrl) -> ApiError {
    let text = format!("Could not connect to the OpenID Connect provider {issuer}.");
    ApiError::new(ErrorCode::OpenIdIdpCommunicationError, text)
}
