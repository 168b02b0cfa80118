use stead_api::sts::{GetAccessKeyInfo, GetAccessKeyInfoRequest, GetAccessKeyInfoResponse};
use stead_api::{ApiError, Operation};
use stead_authorizer::{Ask, Authorized};
use stead_service::{Asks, Authorization, Call, Handle, Work};
use stead_types::AccessKeyId;

use crate::Sts;

impl Authorization<GetAccessKeyInfo> for Sts {
    fn asks(_: &GetAccessKeyInfoRequest, call: &Call<'_>) -> Result<Asks, ApiError> {
        Ok(Ask::any(GetAccessKeyInfo::ACTION, call.caller.account()).into())
    }
}

impl Handle<GetAccessKeyInfo> for Sts {
    /// Arithmetic on the id: it says neither that the key exists nor that it works
    /// (Spec: API_GetAccessKeyInfo, "does not indicate the state of the access key").
    fn execute(
        _permit: Authorized<GetAccessKeyInfo>,
        input: GetAccessKeyInfoRequest,
        call: &Call<'_>,
        _: &mut Work<'_>,
    ) -> Result<GetAccessKeyInfoResponse, ApiError> {
        let id: AccessKeyId = input.access_key_id.parse().map_err(|_| unknown(&input))?;
        // A key of the caller's own account may have an id that carries no account.
        let own = call.account.access_key(&id).map(|_| call.account.account());
        let account = own.or_else(|| id.claimed_account()).ok_or_else(|| unknown(&input))?;
        Ok(GetAccessKeyInfoResponse { account: Some(account.to_string()) })
    }
}

// Choice: no public quotation of AWS's answer to an id without an account was found.
fn unknown(input: &GetAccessKeyInfoRequest) -> ApiError {
    let id = &input.access_key_id;
    ApiError::validation(format!("The account of access key {id} cannot be determined."))
}
