//! CreateDelegationRequest: one account asks.

use stead_api::iam::{
    CreateDelegationRequest, CreateDelegationRequestRequest, CreateDelegationRequestResponse,
    DelegationPermission, PolicyParameter, PolicyParameterTypeEnum,
};
use stead_api::{ApiError, ErrorCode};
use stead_authorizer::Authorized;
use stead_directory::Snapshot;
use stead_directory::commands::delegation as command;
use stead_directory::entity::{DelegationRequest, TemplateParameter, TemplateValue, TokenSender};
use stead_service::{Call, Handle, Work};
use stead_types::{AccountId, Arn, Uuid};

use super::template;
use crate::Iam;
use crate::error::api_error;

impl Handle<CreateDelegationRequest> for Iam {
    /// Choice: there is no console, so `ConsoleDeepLink` is left out.
    fn execute(
        _permit: Authorized<CreateDelegationRequest>,
        input: CreateDelegationRequestRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<CreateDelegationRequestResponse, ApiError> {
        let now = call.facts.now;
        must_be_topic(&input.notification_channel)?;
        let id = Uuid::generate(work.entropy);
        let (template, parameters, policy) =
            permissions(&input.permissions, work.draft.snapshot())?;
        let new = DelegationRequest {
            id: id.clone(),
            requestor: call.account.account(),
            owner_account: input.owner_account_id.as_deref().map(account).transpose()?,
            description: input.description,
            message: input.request_message,
            workflow_id: input.requestor_workflow_id,
            redirect_url: input.redirect_url,
            notification_channel: input.notification_channel,
            session_seconds: u32::try_from(input.session_duration)
                .map_err(|_| ApiError::internal("a decoded duration below zero"))?,
            sender: match input.only_send_by_owner {
                Some(true) => TokenSender::OwnerOnly,
                Some(false) | None => TokenSender::Anyone,
            },
            template,
            parameters,
            policy: policy.into(),
            created_at: now,
        };
        command::request(work.draft, new, now).map_err(api_error)?;
        Ok(CreateDelegationRequestResponse {
            console_deep_link: None,
            delegation_request_id: Some(id.to_string()),
        })
    }
}

/// Spec: API CreateDelegationRequest, `NotificationChannel`: ARNs of SNS topics only.
fn must_be_topic(text: &str) -> Result<(), ApiError> {
    let arn = text.parse::<Arn>().ok();
    match arn.filter(|arn| arn.service() == "sns" && arn.account().is_some()) {
        Some(_) => Ok(()),
        None => Err(invalid(format!("{text} is not the ARN of an SNS topic."))),
    }
}

fn account(text: &str) -> Result<AccountId, ApiError> {
    text.parse().map_err(|_| invalid(format!("{text} is not an account id.")))
}

/// The template, what is put into it, and the policy that comes of it.
fn permissions(
    asked: &DelegationPermission,
    account: &Snapshot,
) -> Result<(Arn, Vec<TemplateParameter>, String), ApiError> {
    let text = asked.policy_template_arn.as_deref();
    let text = text.ok_or_else(|| invalid("PolicyTemplateArn is required.".to_owned()))?;
    let unknown = || invalid(format!("Policy template {text} does not exist."));
    let arn: Arn = text.parse().map_err(|_| unknown())?;
    // Choice: templates that partners register with AWS are not public. Here a managed
    // policy of the requestor's account, or one of AWS's that is loaded, is a template.
    let policy = account.policy(&arn).ok_or_else(unknown)?;
    let document = policy.default_text().ok_or_else(unknown)?;
    let parameters: Vec<_> = asked.parameters.iter().map(parameter).collect::<Result<_, _>>()?;
    let rendered = template::render(document.as_str(), &parameters);
    let rendered = rendered.map_err(|fault| invalid(fault.to_string()))?;
    Ok((arn, parameters, rendered))
}

fn parameter(given: &PolicyParameter) -> Result<TemplateParameter, ApiError> {
    let name = given.name.clone().ok_or_else(|| invalid("A parameter has no name.".to_owned()))?;
    let value = match (given.r#type, given.values.as_slice()) {
        (None | Some(PolicyParameterTypeEnum::String), [value]) => {
            TemplateValue::One(value.clone())
        }
        (Some(PolicyParameterTypeEnum::StringList), [_, ..]) => {
            TemplateValue::List(given.values.clone())
        }
        _ => {
            let text = format!("The values of the parameter {name} are not of its type.");
            return Err(invalid(text));
        }
    };
    Ok(TemplateParameter { name, value })
}

// Choice: the texts of all of these; the model has the code.
fn invalid(text: String) -> ApiError {
    ApiError::new(ErrorCode::InvalidInput, text)
}
