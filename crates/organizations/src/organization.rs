//! The organization as a whole.

use stead_api::organizations::{
    DescribeOrganization, DescribeOrganizationRequest, DescribeOrganizationResponse,
};
use stead_api::{ApiError, Operation};
use stead_authorizer::{Ask, Authorized};
use stead_service::{Asks, Authorization, Call, Handle, Work};

use crate::{Organizations, error};

impl Authorization<DescribeOrganization> for Organizations {
    /// Spec: Service Authorization Reference, Organizations: the action knows no resource.
    fn asks(_: &DescribeOrganizationRequest, call: &Call<'_>) -> Result<Asks, ApiError> {
        Ok(Ask::any(DescribeOrganization::ACTION, call.account.account()).into())
    }
}

impl Handle<DescribeOrganization> for Organizations {
    fn execute(
        _permit: Authorized<DescribeOrganization>,
        _input: DescribeOrganizationRequest,
        _call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<DescribeOrganizationResponse, ApiError> {
        Err(error::not_in_use())
    }
}
