//! Features of Organizations for root users: what the account that manages an organization may
//! do for the root users of its members, with sessions of STS AssumeRoot.

use stead_api::iam::{
    DisableOrganizationsRootCredentialsManagement,
    DisableOrganizationsRootCredentialsManagementRequest,
    DisableOrganizationsRootCredentialsManagementResponse, DisableOrganizationsRootSessions,
    DisableOrganizationsRootSessionsRequest, DisableOrganizationsRootSessionsResponse,
    EnableOrganizationsRootCredentialsManagement,
    EnableOrganizationsRootCredentialsManagementRequest,
    EnableOrganizationsRootCredentialsManagementResponse, EnableOrganizationsRootSessions,
    EnableOrganizationsRootSessionsRequest, EnableOrganizationsRootSessionsResponse, FeatureType,
    ListOrganizationsFeatures, ListOrganizationsFeaturesRequest, ListOrganizationsFeaturesResponse,
};
use stead_api::{ApiError, ErrorCode};
use stead_authorizer::Authorized;
use stead_directory::organization::commands::root_access as command;
use stead_directory::organization::entity::RootFeature;
use stead_directory::organization::{Organization, OrganizationDraft, OrganizationError};
use stead_service::{Call, Handle, Work};
use stead_types::AccountId;

use crate::Iam;

impl Handle<ListOrganizationsFeatures> for Iam {
    fn execute(
        _permit: Authorized<ListOrganizationsFeatures>,
        _input: ListOrganizationsFeaturesRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<ListOrganizationsFeaturesResponse, ApiError> {
        let organization = managed(call, not_administrator)?;
        if !organization.trusts_iam() {
            return Err(no_trust(call.account.account()));
        }
        Ok(ListOrganizationsFeaturesResponse {
            organization_id: Some(organization.id().to_string()),
            enabled_features: Some(enabled(organization)),
        })
    }
}

macro_rules! changes {
    ($($operation:ident($request:ident) -> $response:ident
        = $command:ident $feature:ident or $other:ident,)+) => {$(
        impl Handle<$operation> for Iam {
            const WRITES_ORGANIZATION: bool = true;

            fn execute(
                _permit: Authorized<$operation>,
                _input: $request,
                call: &Call<'_>,
                work: &mut Work<'_>,
            ) -> Result<$response, ApiError> {
                managed(call, $other)?;
                let change =
                    |draft: &mut OrganizationDraft| command::$command(draft, RootFeature::$feature);
                let organization = changed(change, call, work)?;
                Ok($response {
                    organization_id: Some(organization.id().to_string()),
                    enabled_features: Some(enabled(organization)),
                })
            }
        }
    )+};
}

// Which of the two errors another account than the managing one is answered is by the errors
// that the model has for the operation.
changes! {
    EnableOrganizationsRootSessions(EnableOrganizationsRootSessionsRequest)
        -> EnableOrganizationsRootSessionsResponse = enable Sessions or not_management,
    DisableOrganizationsRootSessions(DisableOrganizationsRootSessionsRequest)
        -> DisableOrganizationsRootSessionsResponse = disable Sessions or not_administrator,
    EnableOrganizationsRootCredentialsManagement(EnableOrganizationsRootCredentialsManagementRequest)
        -> EnableOrganizationsRootCredentialsManagementResponse
        = enable CredentialsManagement or not_management,
    DisableOrganizationsRootCredentialsManagement(DisableOrganizationsRootCredentialsManagementRequest)
        -> DisableOrganizationsRootCredentialsManagementResponse
        = disable CredentialsManagement or not_administrator,
}

/// The organization that the caller's account manages.
///
/// # Errors
/// There is none, or another account manages it: no administrator can be delegated to here.
fn managed<'a>(call: &Call<'a>, other: fn() -> ApiError) -> Result<&'a Organization, ApiError> {
    let organization = call.organization().ok_or_else(no_organization)?;
    let is_own = organization.management() == call.account.account();
    is_own.then_some(organization).ok_or_else(other)
}

/// The organization after a change.
fn changed<'w>(
    change: impl FnOnce(&mut OrganizationDraft) -> Result<(), OrganizationError>,
    call: &Call<'_>,
    work: &'w mut Work<'_>,
) -> Result<&'w Organization, ApiError> {
    let draft = work.organization.as_mut().ok_or_else(no_organization)?;
    change(draft).map_err(|error| match error {
        OrganizationError::IamNotTrusted => no_trust(call.account.account()),
        other => ApiError::internal(format!("a feature of an organization: {other}")),
    })?;
    Ok(draft.organization())
}

fn enabled(organization: &Organization) -> Vec<FeatureType> {
    let features = organization.root().root_features.iter();
    features
        .map(|feature| match feature {
            RootFeature::CredentialsManagement => FeatureType::RootCredentialsManagement,
            RootFeature::Sessions => FeatureType::RootSessions,
        })
        .collect()
}

/// Spec: API ListOrganizationsFeatures and the others, OrganizationNotFoundException. Choice:
/// the text.
fn no_organization() -> ApiError {
    let message =
        "The request was rejected because no organization is associated with your account.";
    ApiError::new(ErrorCode::OrganizationNotFoundException, message)
}

/// Observed: radkawar/stackd, recorded in 2026.
fn no_trust(account: AccountId) -> ApiError {
    let message =
        format!("Trusted Access for IAM not enabled by organization of input account {account}.");
    ApiError::new(ErrorCode::ServiceAccessNotEnabledException, message)
}

/// Spec: API EnableOrganizationsRootSessions and its like, CallerIsNotManagementAccountException.
/// Choice: the text is the reference's.
fn not_management() -> ApiError {
    let message = "The request was rejected because the account making the request is not the \
                   management account for the organization.";
    ApiError::new(ErrorCode::CallerIsNotManagementAccountException, message)
}

/// Spec: API ListOrganizationsFeatures and the others,
/// AccountNotManagementOrDelegatedAdministratorException. Choice: the text is the reference's.
fn not_administrator() -> ApiError {
    let message = "The request was rejected because the account making the request is not the \
                   management account or delegated administrator account for centralized root \
                   access.";
    ApiError::new(ErrorCode::AccountNotManagementOrDelegatedAdministratorException, message)
}
