//! Services that may act in the organization.

use stead_api::ApiError;
use stead_api::organizations::{
    DisableAWSServiceAccess, DisableAWSServiceAccessRequest, DisableAWSServiceAccessResponse,
    EnableAWSServiceAccess, EnableAWSServiceAccessRequest, EnableAWSServiceAccessResponse,
    EnabledServicePrincipal, ListAWSServiceAccessForOrganization,
    ListAWSServiceAccessForOrganizationRequest, ListAWSServiceAccessForOrganizationResponse,
};
use stead_authorizer::Authorized;
use stead_directory::organization::OrganizationError;
use stead_directory::organization::commands::trusted_service;
use stead_service::{Call, Handle, Work};

use crate::{Organizations, error, pagination, scope};

impl Handle<EnableAWSServiceAccess> for Organizations {
    const WRITES_ORGANIZATION: bool = true;

    fn execute(
        _permit: Authorized<EnableAWSServiceAccess>,
        input: EnableAWSServiceAccessRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<EnableAWSServiceAccessResponse, ApiError> {
        let draft = scope::draft(call, work)?;
        trusted_service::enable(draft, &input.service_principal, call.facts.now);
        Ok(EnableAWSServiceAccessResponse {})
    }
}

impl Handle<DisableAWSServiceAccess> for Organizations {
    const WRITES_ORGANIZATION: bool = true;

    fn execute(
        _permit: Authorized<DisableAWSServiceAccess>,
        input: DisableAWSServiceAccessRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<DisableAWSServiceAccessResponse, ApiError> {
        let draft = scope::draft(call, work)?;
        match trusted_service::disable(draft, &input.service_principal) {
            // Choice: what is not trusted is as it is to be; AWS does not say.
            Ok(()) | Err(OrganizationError::Missing(..)) => Ok(DisableAWSServiceAccessResponse {}),
            Err(refused) => Err(error::refused(refused)),
        }
    }
}

impl Handle<ListAWSServiceAccessForOrganization> for Organizations {
    fn execute(
        _permit: Authorized<ListAWSServiceAccessForOrganization>,
        input: ListAWSServiceAccessForOrganizationRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<ListAWSServiceAccessForOrganizationResponse, ApiError> {
        let organization = scope::readable(call)?;
        let asked = (input.next_token.as_deref(), input.max_results);
        let trusted = organization.root().trusted_services.iter();
        let (trusted, next_token) = pagination::page(asked, trusted, |(name, _)| name.to_string())?;
        let shown = trusted.into_iter().map(|(name, since)| EnabledServicePrincipal {
            service_principal: Some(name.to_string()),
            date_enabled: Some(*since),
        });
        Ok(ListAWSServiceAccessForOrganizationResponse {
            enabled_service_principals: Some(shown.collect()),
            next_token,
        })
    }
}
