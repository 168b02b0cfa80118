//! What the account wants of STS.

use stead_api::ApiError;
use stead_api::iam::{
    GlobalEndpointTokenVersion, SetSecurityTokenServicePreferences,
    SetSecurityTokenServicePreferencesRequest, SetSecurityTokenServicePreferencesResponse,
};
use stead_authorizer::Authorized;
use stead_directory::commands::token_preferences as command;
use stead_directory::entity::{TokenPreferences, TokenVersion};
use stead_service::{Call, Handle, Work};

use crate::Iam;

/// Choice: what is set is told by GetAccountSummary, and makes no other tokens: those that
/// are issued here are good in every region already.
impl Handle<SetSecurityTokenServicePreferences> for Iam {
    fn execute(
        _permit: Authorized<SetSecurityTokenServicePreferences>,
        input: SetSecurityTokenServicePreferencesRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<SetSecurityTokenServicePreferencesResponse, ApiError> {
        let global_endpoint = match input.global_endpoint_token_version {
            GlobalEndpointTokenVersion::V1Token => TokenVersion::V1,
            GlobalEndpointTokenVersion::V2Token => TokenVersion::V2,
        };
        command::put(work.draft, TokenPreferences { global_endpoint });
        Ok(SetSecurityTokenServicePreferencesResponse {})
    }
}
