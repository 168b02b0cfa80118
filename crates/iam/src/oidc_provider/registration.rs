//! What is registered with a provider: client ids and thumbprints.

use stead_api::ApiError;
use stead_api::iam::{
    AddClientIDToOpenIDConnectProvider, AddClientIDToOpenIDConnectProviderRequest,
    AddClientIDToOpenIDConnectProviderResponse, RemoveClientIDFromOpenIDConnectProvider,
    RemoveClientIDFromOpenIDConnectProviderRequest,
    RemoveClientIDFromOpenIDConnectProviderResponse, UpdateOpenIDConnectProviderThumbprint,
    UpdateOpenIDConnectProviderThumbprintRequest, UpdateOpenIDConnectProviderThumbprintResponse,
};
use stead_authorizer::Authorized;
use stead_directory::commands::oidc_provider as command;
use stead_service::{Call, Handle, Work};

use super::{client_id, parse, thumbprints};
use crate::Iam;
use crate::error::api_error;

impl Handle<AddClientIDToOpenIDConnectProvider> for Iam {
    fn execute(
        _permit: Authorized<AddClientIDToOpenIDConnectProvider>,
        input: AddClientIDToOpenIDConnectProviderRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<AddClientIDToOpenIDConnectProviderResponse, ApiError> {
        let arn = parse(&input.open_id_connect_provider_arn)?;
        let client_id = client_id(&input.client_id)?;
        command::add_client_id(work.draft, &arn, client_id).map_err(api_error)?;
        Ok(AddClientIDToOpenIDConnectProviderResponse {})
    }
}

impl Handle<RemoveClientIDFromOpenIDConnectProvider> for Iam {
    fn execute(
        _permit: Authorized<RemoveClientIDFromOpenIDConnectProvider>,
        input: RemoveClientIDFromOpenIDConnectProviderRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<RemoveClientIDFromOpenIDConnectProviderResponse, ApiError> {
        let arn = parse(&input.open_id_connect_provider_arn)?;
        let client_id = client_id(&input.client_id)?;
        command::remove_client_id(work.draft, &arn, &client_id).map_err(api_error)?;
        Ok(RemoveClientIDFromOpenIDConnectProviderResponse {})
    }
}

impl Handle<UpdateOpenIDConnectProviderThumbprint> for Iam {
    fn execute(
        _permit: Authorized<UpdateOpenIDConnectProviderThumbprint>,
        input: UpdateOpenIDConnectProviderThumbprintRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<UpdateOpenIDConnectProviderThumbprintResponse, ApiError> {
        let arn = parse(&input.open_id_connect_provider_arn)?;
        let thumbprints = thumbprints(&input.thumbprint_list)?;
        command::set_thumbprints(work.draft, &arn, thumbprints).map_err(api_error)?;
        Ok(UpdateOpenIDConnectProviderThumbprintResponse {})
    }
}
