//! What the account that is asked makes of a request.

use stead_api::iam::{
    AcceptDelegationRequest, AcceptDelegationRequestRequest, AcceptDelegationRequestResponse,
    AssociateDelegationRequest, AssociateDelegationRequestRequest,
    AssociateDelegationRequestResponse, RejectDelegationRequest, RejectDelegationRequestRequest,
    RejectDelegationRequestResponse, SendDelegationToken, SendDelegationTokenRequest,
    SendDelegationTokenResponse, UpdateDelegationRequest, UpdateDelegationRequestRequest,
    UpdateDelegationRequestResponse,
};
use stead_api::{ApiError, ErrorCode};
use stead_authorizer::Authorized;
use stead_directory::commands::delegation as command;
use stead_directory::entity::{Approver, ApproverIdentity, Delegation};
use stead_directory::{DirectoryError, EntityKind};
use stead_policy::Caller;
use stead_service::{Call, Handle, NameReservation, Work};

use super::{Found, existing, names};
use crate::Iam;
use crate::error::api_error;
use crate::target::missing;

/// Spec: UG:access_policies-temporary-delegation: root users can accept requests of four
/// hours or less.
const ROOT_SECONDS_MAX: u32 = 4 * 3_600;

impl Handle<AssociateDelegationRequest> for Iam {
    fn names(input: &AssociateDelegationRequestRequest) -> Vec<String> {
        names(&input.delegation_request_id)
    }

    /// Spec: API AssociateDelegationRequest: only an identity of the owner account may, if
    /// one was said, and else anybody; the ARN of the caller is the owner from then on.
    fn execute(
        _permit: Authorized<AssociateDelegationRequest>,
        input: AssociateDelegationRequestRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<AssociateDelegationRequestResponse, ApiError> {
        let id = &input.delegation_request_id;
        let (own, now) = (call.account.account(), call.facts.now);
        let absent = || missing(EntityKind::DelegationRequest, id);
        let Found { request, held } = Found::any(id, call).ok_or_else(absent)?;
        let is_for_own = request.owner_account.is_none_or(|owner| owner == own);
        let is_taken = held.is_some_and(|held| held.owner.account() != Some(own));
        if !is_for_own || is_taken {
            return Err(absent());
        }
        if held.is_none() && now >= request.expires_at() {
            let id = request.id.clone();
            return Err(api_error(DirectoryError::DelegationState { id, state: None }));
        }
        let request = request.clone();
        let name = Delegation::unique_name(&request.id);
        command::associate(work.draft, request, call.caller.arn().into_owned(), now)
            .map_err(api_error)?;
        // Another account may take it up at the same moment.
        work.names.push(NameReservation { name, taken: absent() });
        Ok(AssociateDelegationRequestResponse {})
    }
}

impl Handle<UpdateDelegationRequest> for Iam {
    /// Spec: API UpdateDelegationRequest: the request is then PENDING_APPROVAL.
    fn execute(
        _permit: Authorized<UpdateDelegationRequest>,
        input: UpdateDelegationRequestRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<UpdateDelegationRequestResponse, ApiError> {
        let id = existing(&input.delegation_request_id)?;
        command::hand_on(work.draft, &id, input.notes, call.facts.now).map_err(api_error)?;
        Ok(UpdateDelegationRequestResponse {})
    }
}

impl Handle<AcceptDelegationRequest> for Iam {
    fn execute(
        _permit: Authorized<AcceptDelegationRequest>,
        input: AcceptDelegationRequestRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<AcceptDelegationRequestResponse, ApiError> {
        let id = existing(&input.delegation_request_id)?;
        let approver = approver(call)?;
        let held = work.draft.snapshot().delegation(&id);
        let is_long = held.is_some_and(|held| held.request.session_seconds > ROOT_SECONDS_MAX);
        if is_long && matches!(approver.identity, ApproverIdentity::Root) {
            let text = "The root user can accept delegation requests of four hours or less.";
            return Err(ApiError::new(ErrorCode::InvalidInput, text));
        }
        command::accept(work.draft, &id, approver, call.facts.now).map_err(api_error)?;
        Ok(AcceptDelegationRequestResponse {})
    }
}

impl Handle<RejectDelegationRequest> for Iam {
    fn execute(
        _permit: Authorized<RejectDelegationRequest>,
        input: RejectDelegationRequestRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<RejectDelegationRequestResponse, ApiError> {
        let id = existing(&input.delegation_request_id)?;
        command::reject(work.draft, &id, input.notes, call.facts.now).map_err(api_error)?;
        Ok(RejectDelegationRequestResponse {})
    }
}

impl Handle<SendDelegationToken> for Iam {
    /// Choice: nothing is sent. The requestor has the token already, which is the id of the
    /// request; it opens nothing before this, and nothing to any other account.
    fn execute(
        _permit: Authorized<SendDelegationToken>,
        input: SendDelegationTokenRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<SendDelegationTokenResponse, ApiError> {
        let id = existing(&input.delegation_request_id)?;
        let (sender, now) = (call.caller.arn(), call.facts.now);
        command::send_token(work.draft, &id, &sender, now).map_err(api_error)?;
        Ok(SendDelegationTokenResponse {})
    }
}

/// The caller, as who the requestor will act.
///
/// # Errors
/// Choice: a caller whom session policies limit. The credentials have those of the request
/// in their place, so that a limited session could else hand out more than it has.
fn approver(call: &Call<'_>) -> Result<Approver, ApiError> {
    let refused =
        || ApiError::access_denied("Cannot accept a delegation request with these credentials");
    let claims = call.caller.claims();
    if claims.is_some_and(|claims| !claims.policies.is_empty()) {
        return Err(refused());
    }
    let identity = match (call.caller.principal(), claims) {
        (Caller::Root { .. }, _) => ApproverIdentity::Root,
        (Caller::User { id, .. }, _) => ApproverIdentity::User(id.clone()),
        (Caller::RoleSession { role_id, session_name, .. }, Some(claims)) => {
            ApproverIdentity::RoleSession {
                role: role_id.clone(),
                session_name: session_name.parse().map_err(|_| refused())?,
                tags: claims.tags.all().clone(),
                transitive: claims.tags.transitive().map(|tag| tag.key.clone()).collect(),
                source_identity: claims.source_identity.clone(),
            }
        }
        _ => return Err(refused()),
    };
    Ok(Approver { arn: call.caller.arn().into_owned(), identity })
}
