//! The credential report: who can sign in with what, and when it was last used.

mod rows;

use std::time::Duration;

use stead_api::iam::{
    GenerateCredentialReport, GenerateCredentialReportRequest, GenerateCredentialReportResponse,
    GetCredentialReport, GetCredentialReportRequest, GetCredentialReportResponse, ReportFormatType,
    ReportStateType,
};
use stead_api::{ApiError, ErrorCode};
use stead_authorizer::Authorized;
use stead_service::{Call, CredentialReport, Handle, Work};

use crate::Iam;

/// Spec: UG:id_credentials_getting-report: a report is made once in four hours, and one that
/// is older has expired.
const LIFETIME: Duration = Duration::from_secs(4 * 3_600);

impl Handle<GenerateCredentialReport> for Iam {
    /// Choice: the report is whole when it was begun, since everything it tells is at hand:
    /// `INPROGRESS` is never answered. Observed: the states and the text (2026-02).
    fn execute(
        _permit: Authorized<GenerateCredentialReport>,
        _input: GenerateCredentialReportRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<GenerateCredentialReportResponse, ApiError> {
        let account = call.account.account();
        if work.reports.find(account).is_some_and(|report| is_fresh(&report, call)) {
            return Ok(GenerateCredentialReportResponse {
                state: Some(ReportStateType::Complete),
                description: None,
            });
        }
        let content = rows::report(call.account, work.usage).into_bytes();
        work.reports.keep(account, CredentialReport { made_at: call.facts.now, content });
        let description = "No report exists. Starting a new report generation task";
        Ok(GenerateCredentialReportResponse {
            state: Some(ReportStateType::Started),
            description: Some(description.to_owned()),
        })
    }
}

impl Handle<GetCredentialReport> for Iam {
    fn execute(
        _permit: Authorized<GetCredentialReport>,
        _input: GetCredentialReportRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<GetCredentialReportResponse, ApiError> {
        // Observed: recorded without a text (2026-02).
        let absent = || ApiError::new(ErrorCode::ReportNotPresent, "");
        let report = work.reports.find(call.account.account()).ok_or_else(absent)?;
        if !is_fresh(&report, call) {
            // Spec: API GetCredentialReport, ReportExpired. Choice: the text.
            let message = "The credential report has expired. Generate a new one.";
            return Err(ApiError::new(ErrorCode::ReportExpired, message));
        }
        Ok(GetCredentialReportResponse {
            content: Some(report.content.clone()),
            report_format: Some(ReportFormatType::TextCsv),
            generated_time: Some(report.made_at),
        })
    }
}

fn is_fresh(report: &CredentialReport, call: &Call<'_>) -> bool {
    call.facts.now < report.made_at.plus(LIFETIME)
}
