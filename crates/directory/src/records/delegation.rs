//! The records of delegation requests, and of what becomes of them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use stead_types::{AccountId, Arn, TagKey, UniqueIdKind};

use crate::entity::{
    Approver, ApproverIdentity, Delegation, DelegationRequest, DelegationState, Entity,
    TemplateParameter, TemplateValue, TokenSender,
};
use crate::records::field::{TagRecord, parse, parse_id, parse_list, parse_time};
use crate::snapshot::LoadReason;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DelegationRequestRecord {
    id: String,
    requestor: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    owner_account: Option<String>,
    description: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    workflow_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    redirect_url: Option<String>,
    notification_channel: String,
    session_seconds: u32,
    sender: SenderRecord,
    template: String,
    parameters: Vec<ParameterRecord>,
    policy: String,
    created_at: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum SenderRecord {
    Anyone,
    OwnerOnly,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ParameterRecord {
    name: String,
    value: ValueRecord,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum ValueRecord {
    One(String),
    List(Vec<String>),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DelegationRecord {
    request: DelegationRequestRecord,
    owner: String,
    state: StateRecord,
    since: String,
    updated_at: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    notes: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rejection_reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    approver: Option<ApproverRecord>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum StateRecord {
    Assigned,
    PendingApproval,
    Accepted,
    Rejected,
    Finalized,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ApproverRecord {
    arn: String,
    identity: IdentityRecord,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
enum IdentityRecord {
    Root,
    User {
        id: String,
    },
    RoleSession {
        role: String,
        session_name: String,
        tags: Vec<TagRecord>,
        transitive: Vec<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        source_identity: Option<String>,
    },
}

impl From<&DelegationRequest> for DelegationRequestRecord {
    fn from(request: &DelegationRequest) -> Self {
        Self {
            id: request.id.to_string(),
            requestor: request.requestor.to_string(),
            owner_account: request.owner_account.map(|account| account.to_string()),
            description: request.description.clone(),
            message: request.message.clone(),
            workflow_id: request.workflow_id.clone(),
            redirect_url: request.redirect_url.clone(),
            notification_channel: request.notification_channel.clone(),
            session_seconds: request.session_seconds,
            sender: match request.sender {
                TokenSender::Anyone => SenderRecord::Anyone,
                TokenSender::OwnerOnly => SenderRecord::OwnerOnly,
            },
            template: request.template.to_string(),
            parameters: request.parameters.iter().map(ParameterRecord::from).collect(),
            policy: request.policy.to_string(),
            created_at: request.created_at.to_string(),
        }
    }
}

impl From<&TemplateParameter> for ParameterRecord {
    fn from(parameter: &TemplateParameter) -> Self {
        let value = match &parameter.value {
            TemplateValue::One(value) => ValueRecord::One(value.clone()),
            TemplateValue::List(values) => ValueRecord::List(values.clone()),
        };
        Self { name: parameter.name.clone(), value }
    }
}

impl DelegationRequestRecord {
    /// A request that the account of this number has made.
    pub(super) fn entity(self, account: AccountId) -> Result<Entity, LoadReason> {
        let request = self.request()?;
        if request.requestor == account {
            Ok(Entity::DelegationRequest(Arc::new(request)))
        } else {
            Err(LoadReason::Misplaced)
        }
    }

    fn request(self) -> Result<DelegationRequest, LoadReason> {
        let owner_account = self.owner_account.as_deref();
        Ok(DelegationRequest {
            id: parse("id", &self.id)?,
            requestor: parse("requestor", &self.requestor)?,
            owner_account: owner_account.map(|text| parse("owner_account", text)).transpose()?,
            description: self.description,
            message: self.message,
            workflow_id: self.workflow_id,
            redirect_url: self.redirect_url,
            notification_channel: self.notification_channel,
            session_seconds: self.session_seconds,
            sender: match self.sender {
                SenderRecord::Anyone => TokenSender::Anyone,
                SenderRecord::OwnerOnly => TokenSender::OwnerOnly,
            },
            template: parse("template", &self.template)?,
            parameters: self.parameters.into_iter().map(ParameterRecord::parameter).collect(),
            policy: self.policy.into(),
            created_at: parse_time("created_at", &self.created_at)?,
        })
    }
}

impl ParameterRecord {
    fn parameter(self) -> TemplateParameter {
        let value = match self.value {
            ValueRecord::One(value) => TemplateValue::One(value),
            ValueRecord::List(values) => TemplateValue::List(values),
        };
        TemplateParameter { name: self.name, value }
    }
}

impl From<&Delegation> for DelegationRecord {
    fn from(held: &Delegation) -> Self {
        Self {
            request: DelegationRequestRecord::from(&*held.request),
            owner: held.owner.to_string(),
            state: match held.state {
                DelegationState::Assigned => StateRecord::Assigned,
                DelegationState::PendingApproval => StateRecord::PendingApproval,
                DelegationState::Accepted => StateRecord::Accepted,
                DelegationState::Rejected => StateRecord::Rejected,
                DelegationState::Finalized => StateRecord::Finalized,
            },
            since: held.since.to_string(),
            updated_at: held.updated_at.to_string(),
            notes: held.notes.clone(),
            rejection_reason: held.rejection_reason.clone(),
            approver: held.approver.as_ref().map(ApproverRecord::from),
        }
    }
}

impl From<&Approver> for ApproverRecord {
    fn from(approver: &Approver) -> Self {
        let identity = match &approver.identity {
            ApproverIdentity::Root => IdentityRecord::Root,
            ApproverIdentity::User(id) => IdentityRecord::User { id: id.to_string() },
            ApproverIdentity::RoleSession {
                role,
                session_name,
                tags,
                transitive,
                source_identity,
            } => IdentityRecord::RoleSession {
                role: role.to_string(),
                session_name: session_name.to_string(),
                tags: TagRecord::of_set(tags),
                transitive: transitive.iter().map(|key| key.as_str().to_owned()).collect(),
                source_identity: source_identity.as_ref().map(ToString::to_string),
            },
        };
        Self { arn: approver.arn.to_string(), identity }
    }
}

impl DelegationRecord {
    /// What the account of this number makes of a request.
    pub(super) fn entity(self, account: AccountId) -> Result<Entity, LoadReason> {
        let owner: Arn = parse("owner", &self.owner)?;
        if owner.account() != Some(account) {
            return Err(LoadReason::Misplaced);
        }
        let held = Delegation {
            request: Arc::new(self.request.request()?),
            owner,
            state: match self.state {
                StateRecord::Assigned => DelegationState::Assigned,
                StateRecord::PendingApproval => DelegationState::PendingApproval,
                StateRecord::Accepted => DelegationState::Accepted,
                StateRecord::Rejected => DelegationState::Rejected,
                StateRecord::Finalized => DelegationState::Finalized,
            },
            since: parse_time("since", &self.since)?,
            updated_at: parse_time("updated_at", &self.updated_at)?,
            notes: self.notes,
            rejection_reason: self.rejection_reason,
            approver: self.approver.map(ApproverRecord::approver).transpose()?,
        };
        Ok(Entity::Delegation(Arc::new(held)))
    }
}

impl ApproverRecord {
    fn approver(self) -> Result<Approver, LoadReason> {
        let identity = match self.identity {
            IdentityRecord::Root => ApproverIdentity::Root,
            IdentityRecord::User { id } => {
                ApproverIdentity::User(parse_id(&id, UniqueIdKind::User)?)
            }
            IdentityRecord::RoleSession {
                role,
                session_name,
                tags,
                transitive,
                source_identity,
            } => {
                let tags = TagRecord::set(&tags)?;
                let transitive: Vec<TagKey> = parse_list("transitive", &transitive)?;
                if transitive.iter().any(|key| tags.find(key.as_str()).is_none()) {
                    return Err(LoadReason::Field { field: "transitive" });
                }
                let source_identity = source_identity.as_deref();
                ApproverIdentity::RoleSession {
                    role: parse_id(&role, UniqueIdKind::Role)?,
                    session_name: parse("session_name", &session_name)?,
                    tags,
                    transitive,
                    source_identity: source_identity
                        .map(|text| parse("source_identity", text))
                        .transpose()?,
                }
            }
        };
        Ok(Approver { arn: parse("arn", &self.arn)?, identity })
    }
}
