//! Delegation requests as answers show them.

use stead_api::iam::{
    DelegationPermission, DelegationRequest as View, PolicyParameter, PolicyParameterTypeEnum,
    StateType,
};
use stead_directory::entity::{
    DelegationRequest, DelegationState, TemplateParameter, TemplateValue, TokenSender,
};
use stead_types::{AccountId, Timestamp};

use super::{Found, permission_check};

/// A request, with what has become of it, as this account sees it. `RequestorName` is left
/// out: requestors do not register here, so nobody has looked at what they call themselves.
///
/// Choice: who took it up, who accepted it and what they told each other is for the account
/// of its owner; the requestor sees the state and why it was rejected.
pub(super) fn shown(found: &Found<'_>, own: AccountId, now: Timestamp) -> View {
    let Found { request, held } = found;
    let view = asked(request, now);
    let Some(held) = held else { return view };
    let is_own = held.owner.account() == Some(own);
    let approver = held.approver.as_ref().filter(|_| is_own);
    View {
        owner_account_id: held.owner.account().map(|account| account.to_string()),
        owner_id: is_own.then(|| held.owner.to_string()),
        approver_id: approver.map(|approver| approver.arn.to_string()),
        state: Some(if held.is_expired(now) { StateType::Expired } else { state(held.state) }),
        expiration_time: Some(held.expires_at()),
        notes: held.notes.clone().filter(|_| is_own),
        rejection_reason: held.rejection_reason.clone(),
        updated_time: Some(held.updated_at),
        ..view
    }
}

/// A request that nobody has taken up.
fn asked(request: &DelegationRequest, now: Timestamp) -> View {
    let expires_at = request.expires_at();
    let state = if now >= expires_at { StateType::Expired } else { StateType::Unassigned };
    let boundaries = permission_check::boundaries(&request.policy);
    View {
        delegation_request_id: Some(request.id.to_string()),
        owner_account_id: request.owner_account.map(|account| account.to_string()),
        description: Some(request.description.clone()),
        request_message: request.message.clone(),
        permissions: Some(DelegationPermission {
            policy_template_arn: Some(request.template.to_string()),
            parameters: request.parameters.iter().map(parameter).collect(),
        }),
        permission_policy: Some(request.policy.to_string()),
        role_permission_restriction_arns: (!boundaries.is_empty()).then_some(boundaries),
        owner_id: None,
        approver_id: None,
        state: Some(state),
        expiration_time: Some(expires_at),
        requestor_id: Some(request.requestor.to_string()),
        requestor_name: None,
        create_date: Some(request.created_at),
        session_duration: i32::try_from(request.session_seconds).ok(),
        redirect_url: request.redirect_url.clone(),
        notes: None,
        rejection_reason: None,
        only_send_by_owner: Some(request.sender == TokenSender::OwnerOnly),
        updated_time: Some(request.created_at),
    }
}

fn parameter(held: &TemplateParameter) -> PolicyParameter {
    let (values, kind) = match &held.value {
        TemplateValue::One(value) => (vec![value.clone()], PolicyParameterTypeEnum::String),
        TemplateValue::List(values) => (values.clone(), PolicyParameterTypeEnum::StringList),
    };
    PolicyParameter { name: Some(held.name.clone()), values, r#type: Some(kind) }
}

const fn state(state: DelegationState) -> StateType {
    match state {
        DelegationState::Assigned => StateType::Assigned,
        DelegationState::PendingApproval => StateType::PendingApproval,
        DelegationState::Accepted => StateType::Accepted,
        DelegationState::Rejected => StateType::Rejected,
        DelegationState::Finalized => StateType::Finalized,
    }
}
