//! Reports on what the accounts of an organization access. There are no organizations here.

use stead_api::iam::{
    GenerateOrganizationsAccessReport, GenerateOrganizationsAccessReportRequest,
    GenerateOrganizationsAccessReportResponse, GetOrganizationsAccessReport,
    GetOrganizationsAccessReportRequest, GetOrganizationsAccessReportResponse,
};
use stead_api::{ApiError, Operation};
use stead_authorizer::{Ask, Authorized};
use stead_service::{Asks, Call, Handle, Work};
use stead_types::Arn;

use crate::Iam;

impl Handle<GenerateOrganizationsAccessReport> for Iam {
    /// Spec: Service Authorization Reference, IAM: `access-report/PATH`, and
    /// `iam:OrganizationsPolicyId`.
    fn asks(
        input: &GenerateOrganizationsAccessReportRequest,
        call: &Call<'_>,
    ) -> Result<Asks, ApiError> {
        let account = call.account.account();
        let report = Arn::iam(account, &format!("access-report/{}", input.entity_path));
        let action = GenerateOrganizationsAccessReport::ACTION;
        let ask = Ask::plain(action, account, report.as_str());
        Ok(match input.organizations_policy_id.as_deref() {
            Some(policy) => ask.with("iam:OrganizationsPolicyId", policy).into(),
            None => ask.into(),
        })
    }

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
    /// Spec: Service Authorization Reference, IAM: the action knows no resource.
    fn asks(_: &GetOrganizationsAccessReportRequest, call: &Call<'_>) -> Result<Asks, ApiError> {
        Ok(Ask::any(GetOrganizationsAccessReport::ACTION, call.account.account()).into())
    }

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
