//! The organization as a whole.

use stead_api::organizations::{
    CreateOrganization, CreateOrganizationRequest, CreateOrganizationResponse, DeleteOrganization,
    DeleteOrganizationRequest, DeleteOrganizationResponse, DescribeOrganization,
    DescribeOrganizationRequest, DescribeOrganizationResponse, EnableAllFeatures,
    EnableAllFeaturesRequest, EnableAllFeaturesResponse, OrganizationFeatureSet,
};
use stead_api::{ApiError, ErrorCode};
use stead_authorizer::Authorized;
use stead_directory::organization::commands;
use stead_service::{Call, Handle, Work};
use stead_types::{OrganizationId, RootId};

use crate::{Organizations, error, scope, view};

impl Handle<CreateOrganization> for Organizations {
    const WRITES_ORGANIZATION: bool = true;

    fn execute(
        _permit: Authorized<CreateOrganization>,
        input: CreateOrganizationRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<CreateOrganizationResponse, ApiError> {
        if call.organization().is_some() {
            return Err(error::already_in_organization());
        }
        // Choice: an organization that only shares a bill has no use here.
        if input.feature_set == Some(OrganizationFeatureSet::ConsolidatedBilling) {
            let message = "You specified a feature set that is not available here: use ALL.";
            return Err(error::invalid_input("INVALID_ENUM:FEATURE_SET", message));
        }
        let id = OrganizationId::generate(work.entropy);
        let root = RootId::generate(work.entropy);
        let account = call.account.account();
        let (name, email) = view::name_and_address(account);
        let draft = commands::create(id, root, (account, &name, &email), call.facts.now);
        let organization = Some(view::organization(draft.organization()));
        work.organization = Some(draft);
        Ok(CreateOrganizationResponse { organization })
    }
}

impl Handle<DescribeOrganization> for Organizations {
    fn execute(
        _permit: Authorized<DescribeOrganization>,
        _input: DescribeOrganizationRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<DescribeOrganizationResponse, ApiError> {
        // Spec: API DescribeOrganization: any account of the organization may ask.
        let organization = Some(view::organization(scope::own(call)?));
        Ok(DescribeOrganizationResponse { organization })
    }
}

impl Handle<DeleteOrganization> for Organizations {
    const WRITES_ORGANIZATION: bool = true;

    fn execute(
        _permit: Authorized<DeleteOrganization>,
        _input: DeleteOrganizationRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<DeleteOrganizationResponse, ApiError> {
        commands::delete(scope::draft(call, work)?).map_err(error::refused)?;
        Ok(DeleteOrganizationResponse {})
    }
}

impl Handle<EnableAllFeatures> for Organizations {
    fn execute(
        _permit: Authorized<EnableAllFeatures>,
        _input: EnableAllFeaturesRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<EnableAllFeaturesResponse, ApiError> {
        scope::managed(call)?;
        // Spec: API EnableAllFeatures, HandshakeConstraintViolationException and its reasons.
        let message = "The organization already has all features enabled.";
        Err(ApiError::new(ErrorCode::HandshakeConstraintViolationException, message)
            .with_reason("ORGANIZATION_ALREADY_HAS_ALL_FEATURES"))
    }
}
