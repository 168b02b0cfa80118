//! Features of Organizations for root users: an account of an organization can hand its root
//! user over to the management account. No organization has these features here: every account
//! is answered as AWS answers one that is in none.

use stead_api::iam::{
    DisableOrganizationsRootCredentialsManagement,
    DisableOrganizationsRootCredentialsManagementRequest,
    DisableOrganizationsRootCredentialsManagementResponse, DisableOrganizationsRootSessions,
    DisableOrganizationsRootSessionsRequest, DisableOrganizationsRootSessionsResponse,
    EnableOrganizationsRootCredentialsManagement,
    EnableOrganizationsRootCredentialsManagementRequest,
    EnableOrganizationsRootCredentialsManagementResponse, EnableOrganizationsRootSessions,
    EnableOrganizationsRootSessionsRequest, EnableOrganizationsRootSessionsResponse,
    ListOrganizationsFeatures, ListOrganizationsFeaturesRequest, ListOrganizationsFeaturesResponse,
};
use stead_api::{ApiError, ErrorCode};
use stead_authorizer::Authorized;
use stead_service::{Call, Handle, Work};

use crate::Iam;

/// Spec: API ListOrganizationsFeatures and the others, OrganizationNotFoundException. Choice:
/// the text.
fn no_organization() -> ApiError {
    let message =
        "The request was rejected because no organization is associated with your account.";
    ApiError::new(ErrorCode::OrganizationNotFoundException, message)
}

macro_rules! without_organization {
    ($($operation:ident($request:ident) -> $response:ident,)+) => {$(
        impl Handle<$operation> for Iam {
            fn execute(
                _permit: Authorized<$operation>,
                _input: $request,
                _call: &Call<'_>,
                _work: &mut Work<'_>,
            ) -> Result<$response, ApiError> {
                Err(no_organization())
            }
        }
    )+};
}

without_organization! {
    ListOrganizationsFeatures(ListOrganizationsFeaturesRequest) -> ListOrganizationsFeaturesResponse,
    EnableOrganizationsRootSessions(EnableOrganizationsRootSessionsRequest)
        -> EnableOrganizationsRootSessionsResponse,
    DisableOrganizationsRootSessions(DisableOrganizationsRootSessionsRequest)
        -> DisableOrganizationsRootSessionsResponse,
    EnableOrganizationsRootCredentialsManagement(EnableOrganizationsRootCredentialsManagementRequest)
        -> EnableOrganizationsRootCredentialsManagementResponse,
    DisableOrganizationsRootCredentialsManagement(DisableOrganizationsRootCredentialsManagementRequest)
        -> DisableOrganizationsRootCredentialsManagementResponse,
}
