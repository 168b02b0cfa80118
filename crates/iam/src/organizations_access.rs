//! Reports on what the accounts of an organization access. None are made: every account is
//! answered as one that belongs to no organization.

use stead_api::ApiError;
use stead_api::iam::{
    GenerateOrganizationsAccessReport, GenerateOrganizationsAccessReportRequest,
    GenerateOrganizationsAccessReportResponse, GetOrganizationsAccessReport,
    GetOrganizationsAccessReportRequest, GetOrganizationsAccessReportResponse,
};
use stead_authorizer::Authorized;
use stead_service::{Call, Handle, Work};

use crate::Iam;

impl Handle<GenerateOrganizationsAccessReport> for Iam {
    /// Spec: API GenerateOrganizationsAccessReport: only the management account of an
    /// organization may ask. Choice: the code and the text.
    fn execute(
        _permit: Authorized<GenerateOrganizationsAccessReport>,
        _input: GenerateOrganizationsAccessReportRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<GenerateOrganizationsAccessReportResponse, ApiError> {
        let account = call.account.account();
        let text = format!("Account {account} is not the management account of an organization.");
        Err(ApiError::access_denied(text))
    }
}

impl Handle<GetOrganizationsAccessReport> for Iam {
    /// None was ever generated. Choice: the text, as for other reports.
    fn execute(
        _permit: Authorized<GetOrganizationsAccessReport>,
        input: GetOrganizationsAccessReportRequest,
        _call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<GetOrganizationsAccessReportResponse, ApiError> {
        Err(ApiError::no_such_entity(format!("Job {} does not exist.", input.job_id)))
    }
}
