use stead_api::sts::{
    DecodeAuthorizationMessage, DecodeAuthorizationMessageRequest,
    DecodeAuthorizationMessageResponse,
};
use stead_api::{ApiError, ErrorCode, Operation};
use stead_authorizer::{Ask, Authorized};
use stead_service::{Asks, Authorization, Call, Handle, Work};

use crate::Sts;

impl Authorization<DecodeAuthorizationMessage> for Sts {
    fn asks(_: &DecodeAuthorizationMessageRequest, call: &Call<'_>) -> Result<Asks, ApiError> {
        Ok(Ask::any(DecodeAuthorizationMessage::ACTION, call.caller.account()).into())
    }
}

impl Handle<DecodeAuthorizationMessage> for Sts {
    fn execute(
        _permit: Authorized<DecodeAuthorizationMessage>,
        input: DecodeAuthorizationMessageRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<DecodeAuthorizationMessageResponse, ApiError> {
        let record = work.denials.find(&input.encoded_message).ok_or_else(invalid)?;
        let document =
            record.document_for(call.caller.account(), call.facts.now).ok_or_else(invalid)?;
        Ok(DecodeAuthorizationMessageResponse {
            decoded_message: Some(document.as_str().to_owned()),
        })
    }
}

/// Unknown, foreign, forged and expired messages answer alike: an id tells nobody but
/// the accounts concerned that there was a denial.
fn invalid() -> ApiError {
    // Choice: the code is the model's; no public quotation of its text was found.
    ApiError::new(
        ErrorCode::InvalidAuthorizationMessageException,
        "The encoded authorization message is not valid or can no longer be decoded.",
    )
}
