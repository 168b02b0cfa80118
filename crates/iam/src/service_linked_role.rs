//! Roles that are linked to a service of AWS.
//!
//! No service of AWS is here: such a role is made for what asks for one, as deployment tools
//! do, and is protected as on AWS.

mod services;

use stead_api::iam::{
    CreateServiceLinkedRole, CreateServiceLinkedRoleRequest, CreateServiceLinkedRoleResponse,
    DeleteServiceLinkedRole, DeleteServiceLinkedRoleRequest, DeleteServiceLinkedRoleResponse,
    DeletionTaskStatusType, GetServiceLinkedRoleDeletionStatus,
    GetServiceLinkedRoleDeletionStatusRequest, GetServiceLinkedRoleDeletionStatusResponse,
};
use stead_api::{ApiError, ErrorCode};
use stead_authorizer::{Ask, Authorized};
use stead_directory::commands::role::NewRole;
use stead_directory::commands::service_linked_role as command;
use stead_directory::entity::MaxSessionDuration;
use stead_directory::{DirectoryError, EntityKind};
use stead_service::{Call, Handle, Job, Work};
use stead_types::{Arn, Path, Uuid};

use self::services::{LinkedService, Suffix, find};
use crate::ask::Kind;
use crate::error::api_error;
use crate::role::principals::Principals;
use crate::role::view;
use crate::{Iam, ask, input};

/// What the names of all these roles begin with.
const PREFIX: &str = "AWSServiceRoleFor";

impl Handle<CreateServiceLinkedRole> for Iam {
    fn execute(
        _permit: Authorized<CreateServiceLinkedRole>,
        input: CreateServiceLinkedRoleRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<CreateServiceLinkedRoleResponse, ApiError> {
        let service = find(&input.aws_service_name).ok_or_else(|| unknown(&input))?;
        let suffix = input.custom_suffix.as_deref();
        if suffix.is_some() && service.suffix == Suffix::Refused {
            // Observed: radkawar/stackd, recorded in 2026.
            let text = format!("Custom suffix is not allowed for {}", service.name);
            return Err(ApiError::new(ErrorCode::InvalidInput, text));
        }
        let new = new_role(service, suffix, input.description)?;
        let name = new.name.to_string();
        let policy: Arn = policy_arn(service)?;
        let principals = Principals::new(call, work.draft);
        let now = call.facts.now;
        let made = command::create(work.draft, new, &[policy], &principals, now, work.entropy);
        let made = made.map_err(|error| refusal(error, &name))?;
        let shown = sent_trust(service);
        let role = view::created(&made, call.account.account(), shown, Vec::new());
        Ok(CreateServiceLinkedRoleResponse { role: Some(role) })
    }
}

impl Handle<DeleteServiceLinkedRole> for Iam {
    /// Choice: the role is gone at once, since no service has resources here that would still
    /// use it. The task can be asked about for a day.
    fn execute(
        _permit: Authorized<DeleteServiceLinkedRole>,
        input: DeleteServiceLinkedRoleRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<DeleteServiceLinkedRoleResponse, ApiError> {
        let name = input::existing_name(EntityKind::Role, &input.role_name)?;
        let gone = command::delete(work.draft, &name).map_err(api_error)?;
        let id = Uuid::generate(work.entropy);
        let task = format!("task{}{}/{id}", gone.path, gone.name);
        work.jobs.keep(call.account.account(), &task, Job::RoleDeletion);
        Ok(DeleteServiceLinkedRoleResponse { deletion_task_id: task })
    }
}

impl Handle<GetServiceLinkedRoleDeletionStatus> for Iam {
    /// Observed: the texts (radkawar/stackd, recorded in 2026).
    fn execute(
        _permit: Authorized<GetServiceLinkedRoleDeletionStatus>,
        input: GetServiceLinkedRoleDeletionStatusRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<GetServiceLinkedRoleDeletionStatusResponse, ApiError> {
        if role_of_task(&input.deletion_task_id).is_none() {
            return Err(ApiError::new(ErrorCode::InvalidInput, "Invalid task id"));
        }
        let job = work.jobs.find(call.account.account(), &input.deletion_task_id);
        match job.as_deref() {
            Some(Job::RoleDeletion) => Ok(GetServiceLinkedRoleDeletionStatusResponse {
                status: DeletionTaskStatusType::Succeeded,
                reason: None,
            }),
            Some(Job::AccessReport(_)) | None => {
                let text = "Cannot find deletion status for given id.";
                Err(ApiError::no_such_entity(text))
            }
        }
    }
}

/// The question about a role that is to be created for a service. For one that is not known
/// it is a role without the service's name.
pub(crate) fn new_question(
    action: &'static str,
    input: &CreateServiceLinkedRoleRequest,
    call: &Call<'_>,
) -> Ask {
    let service = input.aws_service_name.as_str();
    let role = find(service).map_or(PREFIX, |service| service.role);
    let name = name_of(role, input.custom_suffix.as_deref());
    let path = format!("/aws-service-role/{service}/");
    ask::creation(action, Kind::Role, Some(&path), &name, call)
}

/// The question about the role that a task names, with its tags while it is there.
pub(crate) fn task_question(action: &'static str, task: &str, call: &Call<'_>) -> Ask {
    let account = call.account.account();
    let Some(role) = role_of_task(task) else { return Ask::any(action, account) };
    let arn = Arn::iam(account, &role);
    let found = role.rsplit('/').next().and_then(|name| call.account.role_by_name(name));
    let found = found.filter(|role| role.arn(account) == arn);
    Ask::plain(action, account, arn.as_str()).with_resource_tags(found.map(|role| &role.tags))
}

/// The resource of the role in `task/aws-service-role/SERVICE/ROLE/ID`.
fn role_of_task(task: &str) -> Option<String> {
    let path = task.strip_prefix("task/aws-service-role/")?;
    let mut parts = path.split('/');
    let (service, role, id) = (parts.next()?, parts.next()?, parts.next()?);
    let is_whole = parts.next().is_none() && !service.is_empty() && !role.is_empty();
    (is_whole && id.len() == 36).then(|| format!("role/aws-service-role/{service}/{role}"))
}

fn name_of(role: &str, suffix: Option<&str>) -> String {
    suffix.map_or_else(|| role.to_owned(), |suffix| format!("{role}_{suffix}"))
}

fn new_role(
    service: &LinkedService,
    suffix: Option<&str>,
    description: Option<String>,
) -> Result<NewRole, ApiError> {
    let path: Path = format!("/aws-service-role/{}/", service.name)
        .parse()
        .map_err(|_| ApiError::internal("a service whose path is none"))?;
    let trust = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"Service":"{}"}},"Action":"sts:AssumeRole"}}]}}"#,
        service.name
    );
    Ok(NewRole {
        name: input::new_name(&name_of(service.role, suffix))?,
        path,
        trust: trust.into(),
        description,
        max_session_duration: MaxSessionDuration::DEFAULT,
        boundary: None,
        tags: Vec::new(),
    })
}

/// The trust policy as the answer to the creation has it, with lists.
///
/// Observed: GetRole shows it without (radkawar/stackd, recorded in 2026).
fn sent_trust(service: &LinkedService) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Action":["sts:AssumeRole"],"Effect":"Allow","Principal":{{"Service":["{}"]}}}}]}}"#,
        service.name
    )
}

fn policy_arn(service: &LinkedService) -> Result<Arn, ApiError> {
    let arn = format!("arn:aws:iam::aws:policy/aws-service-role/{}", service.policy);
    arn.parse().map_err(|_| ApiError::internal("a service whose policy has no ARN"))
}

/// Choice: the code and the text; what AWS answers is not known.
fn unknown(input: &CreateServiceLinkedRoleRequest) -> ApiError {
    let service = &input.aws_service_name;
    let text = format!("{service} is not a service that has service-linked roles here.");
    ApiError::new(ErrorCode::InvalidInput, text)
}

/// Observed: radkawar/stackd, recorded in 2026.
fn refusal(error: DirectoryError, name: &str) -> ApiError {
    match error {
        DirectoryError::EntityAlreadyExists { kind: EntityKind::Role, .. } => ApiError::new(
            ErrorCode::InvalidInput,
            format!(
                "Service role name {name} has been taken in this account, please try a different suffix."
            ),
        ),
        error => api_error(error),
    }
}
