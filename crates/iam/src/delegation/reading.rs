//! Looking at delegation requests.

use stead_api::iam::{
    GetDelegationRequest, GetDelegationRequestRequest, GetDelegationRequestResponse,
    GetHumanReadableSummary, GetHumanReadableSummaryRequest, GetHumanReadableSummaryResponse,
    ListDelegationRequests, ListDelegationRequestsRequest, ListDelegationRequestsResponse,
    PermissionCheckStatusType, SummaryStateType,
};
use stead_api::{ApiError, ErrorCode};
use stead_authorizer::Authorized;
use stead_service::{Call, Handle, Work};
use stead_types::Arn;

use super::{Found, names, permission_check, summary, view};
use crate::Iam;
use crate::pagination::PageRequest;

impl Handle<GetDelegationRequest> for Iam {
    fn names(input: &GetDelegationRequestRequest) -> Vec<String> {
        names(&input.delegation_request_id)
    }

    /// Choice: the check of permissions is made at once, so `IN_PROGRESS` is never answered.
    fn execute(
        _permit: Authorized<GetDelegationRequest>,
        input: GetDelegationRequestRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<GetDelegationRequestResponse, ApiError> {
        let found = Found::visible(&input.delegation_request_id, call)?;
        let checked = (input.delegation_permission_check == Some(true))
            .then(|| permission_check::check(&found.request.policy, call));
        Ok(GetDelegationRequestResponse {
            delegation_request: Some(view::shown(&found, call.account.account(), call.facts.now)),
            permission_check_status: checked.map(|_| PermissionCheckStatusType::Complete),
            permission_check_result: checked,
        })
    }
}

impl Handle<ListDelegationRequests> for Iam {
    /// Choice: those that the account has taken up, in the order of their ids. Those that it
    /// has made are known to it by the ids that it got.
    fn execute(
        _permit: Authorized<ListDelegationRequests>,
        input: ListDelegationRequestsRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<ListDelegationRequestsResponse, ApiError> {
        let page = PageRequest::read(input.marker.as_deref(), input.max_items)?;
        let owner = input.owner_id.as_deref();
        let held = call.account.delegations();
        let held = held.filter(|held| owner.is_none_or(|owner| held.owner.as_str() == owner));
        let page = page.cut(held, |held| held.id().to_string());
        let shown = page.items.into_iter().map(|held| {
            let found = Found { request: &held.request, held: Some(held) };
            view::shown(&found, call.account.account(), call.facts.now)
        });
        Ok(ListDelegationRequestsResponse {
            delegation_requests: Some(shown.collect()),
            is_truncated: Some(page.is_truncated),
            marker: page.marker,
        })
    }
}

impl Handle<GetHumanReadableSummary> for Iam {
    fn names(input: &GetHumanReadableSummaryRequest) -> Vec<String> {
        match request_of(&input.entity_arn) {
            Ok(Some(id)) => names(&id),
            Ok(None) | Err(_) => Vec::new(),
        }
    }

    /// Choice: AWS has a language model write the summary. Here the policy is told, statement
    /// by statement: what is the same is told the same, and nothing is left out. It is in
    /// English whatever is asked for, and `Locale` says so.
    fn execute(
        _permit: Authorized<GetHumanReadableSummary>,
        input: GetHumanReadableSummaryRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<GetHumanReadableSummaryResponse, ApiError> {
        let Some(id) = request_of(&input.entity_arn)? else {
            return Ok(GetHumanReadableSummaryResponse {
                summary_content: None,
                locale: None,
                summary_state: Some(SummaryStateType::NotSupported),
            });
        };
        let found = Found::visible(&id, call)?;
        Ok(GetHumanReadableSummaryResponse {
            summary_content: Some(summary::of(found.request)),
            locale: Some(summary::LOCALE.to_owned()),
            summary_state: Some(SummaryStateType::Available),
        })
    }
}

/// The delegation request that an ARN names; `None` for other things of IAM.
///
/// # Errors
/// What is no ARN of IAM.
pub(super) fn request_of(text: &str) -> Result<Option<String>, ApiError> {
    let arn = text.parse::<Arn>().ok();
    let arn = arn.filter(|arn| arn.service() == "iam" && arn.account().is_some());
    let invalid = || ApiError::new(ErrorCode::InvalidInput, format!("ARN {text} is not valid."));
    let arn = arn.ok_or_else(invalid)?;
    Ok(arn.resource_of("delegation-request").map(str::to_owned))
}
