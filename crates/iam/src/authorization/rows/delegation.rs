//! Requests for delegation.

use crate::delegation;

rows! {
    // It has no id yet: its resource is that of all of them.
    CreateDelegationRequest
        (by ["delegation-request"] tags None, "to be created: `delegation-request/*`",
         |action, _, call| Ok(delegation::about(action, "*", call)))
        keys [value ("iam:DelegationDuration", "{session_duration}",
                     |input, _| Some(input.session_duration.to_string())),
              value ("iam:NotificationChannel", "{notification_channel}",
                     |input, _| Some(input.notification_channel.clone())),
              value ("iam:TemplateArn", "{permissions}",
                     |input, _| input.permissions.policy_template_arn.clone())];
    GetDelegationRequest
        (delegation request: delegation_request_id)
        keys [owner_of_request (delegation_request_id)];
    AssociateDelegationRequest
        (delegation request: delegation_request_id)
        keys [owner_of_request (delegation_request_id)];
    UpdateDelegationRequest
        (delegation request: delegation_request_id)
        keys [owner_of_request (delegation_request_id)];
    AcceptDelegationRequest
        (delegation request: delegation_request_id)
        keys [owner_of_request (delegation_request_id)];
    RejectDelegationRequest
        (delegation request: delegation_request_id)
        keys [owner_of_request (delegation_request_id)];
    SendDelegationToken
        (delegation request: delegation_request_id)
        keys [owner_of_request (delegation_request_id)];
    // Spec: API GetHumanReadableSummary: the rules are those of GetDelegationRequest.
    GetHumanReadableSummary
        (by ["delegation-request"] tags None, "`{entity_arn}`",
         |action, input, call| delegation::summary_question(action, &input.entity_arn, call))
        keys [value ("iam:DelegationRequestOwner", "that of the request",
                     |input, call| delegation::owner_by_arn(&input.entity_arn, call))];
    ListDelegationRequests (any)
        keys [value ("iam:DelegationRequestOwner", "{owner_id}", |input, _| input.owner_id.clone())];
}
