use stead_api::ApiError;
use stead_api::sts::{GetCallerIdentity, GetCallerIdentityRequest, GetCallerIdentityResponse};
use stead_authorizer::Authorized;
use stead_service::{Asks, Authorization, Call, Handle, Work};

use crate::Sts;

impl Authorization<GetCallerIdentity> for Sts {
    fn asks(_: &GetCallerIdentityRequest, _: &Call<'_>) -> Result<Asks, ApiError> {
        let source = "Spec: API_GetCallerIdentity: no permissions are required, and an \
                      explicit deny of sts:GetCallerIdentity does not take it away";
        Ok(Asks::NoPermissionNeeded { source })
    }
}

impl Handle<GetCallerIdentity> for Sts {
    fn execute(
        _permit: Authorized<GetCallerIdentity>,
        _: GetCallerIdentityRequest,
        call: &Call<'_>,
        _: &mut Work<'_>,
    ) -> Result<GetCallerIdentityResponse, ApiError> {
        Ok(GetCallerIdentityResponse {
            user_id: Some(call.caller.user_id().into_owned()),
            account: Some(call.caller.account().to_string()),
            arn: Some(call.caller.arn().to_string()),
        })
    }
}
