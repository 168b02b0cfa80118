//! GetServiceLastAccessedDetails: the report is read, service by service.

use std::time::Duration;

use stead_api::iam::{
    AccessAdvisorUsageGranularityType, GetServiceLastAccessedDetails,
    GetServiceLastAccessedDetailsRequest, GetServiceLastAccessedDetailsResponse, JobStatusType,
    ServiceLastAccessed, TrackedActionLastAccessed,
};
use stead_api::{ApiError, ErrorCode};
use stead_authorizer::Authorized;
use stead_directory::Snapshot;
use stead_service::{Access, AccessReport, Call, Handle, Job, Work};
use stead_types::{Timestamp, UniqueId, UniqueIdKind};

use super::title;
use crate::Iam;
use crate::pagination::PageRequest;

/// Services on a page when the caller does not say.
///
/// Observed: 200, whatever the documentation says (radkawar/stackd, recorded in 2026).
const SERVICES_DEFAULT: usize = 200;

/// For how long a call is told. Spec: UG:access_policies_access-advisor, 400 days.
const TRACKED: Duration = Duration::from_secs(400 * 24 * 3_600);

impl Handle<GetServiceLastAccessedDetails> for Iam {
    fn execute(
        _permit: Authorized<GetServiceLastAccessedDetails>,
        input: GetServiceLastAccessedDetailsRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<GetServiceLastAccessedDetailsResponse, ApiError> {
        let page = PageRequest::read(input.marker.as_deref(), input.max_items)?
            .unless_said(input.max_items, SERVICES_DEFAULT);
        let job = find(&input.job_id, call, work)?;
        let report = report(&job)?;
        let prefix = format!("{}/", input.job_id);
        of_this_report(&page, &prefix)?;
        let page = page.cut(&report.services, |(name, _)| format!("{prefix}{name}"));
        let shown = page
            .items
            .iter()
            .filter_map(|(name, actions)| service_view(name, actions, report, call));
        Ok(GetServiceLastAccessedDetailsResponse {
            job_status: JobStatusType::Completed,
            job_type: Some(report.granularity),
            job_creation_date: report.made_at,
            services_last_accessed: shown.collect(),
            job_completion_date: report.made_at,
            is_truncated: page.is_truncated,
            marker: page.marker,
            error: None,
        })
    }
}

/// The job with this id.
///
/// Observed: the text, also for one of somebody else (radkawar/stackd, recorded in 2026).
pub(super) fn find(
    id: &str,
    call: &Call<'_>,
    work: &Work<'_>,
) -> Result<std::sync::Arc<Job>, ApiError> {
    let absent = || ApiError::no_such_entity(format!("Job {id} does not exist."));
    let job = work.jobs.find(call.account.account(), id).ok_or_else(absent)?;
    match &*job {
        Job::AccessReport(report) if report.owner == call.caller.user_id() => Ok(job),
        Job::AccessReport(_) | Job::RoleDeletion => Err(absent()),
    }
}

/// The report that a job is, if it is one.
pub(super) fn report(job: &Job) -> Result<&AccessReport, ApiError> {
    match job {
        Job::AccessReport(report) => Ok(report),
        Job::RoleDeletion => Err(ApiError::internal("a job that is no report")),
    }
}

/// Observed: a marker of another report or of another operation (radkawar/stackd, recorded in
/// 2026).
pub(super) fn of_this_report(page: &PageRequest, prefix: &str) -> Result<(), ApiError> {
    match page.after() {
        Some(after) if !after.starts_with(prefix) => Err(ApiError::new(
            ErrorCode::InvalidInput,
            "The marker passed in the request was invalid.",
        )),
        _ => Ok(()),
    }
}

/// The calls of a service that are told, with who made them.
pub(super) fn calls<'r>(
    report: &'r AccessReport,
    service: &str,
    now: Timestamp,
) -> impl Iterator<Item = (&'r UniqueId, &'r Access)> {
    report
        .entities
        .iter()
        .flat_map(|entity| entity.accesses.iter().map(|access| (&entity.entity, access)))
        .filter(move |(_, access)| {
            access.operation.service().signing_name() == service && now < access.at.plus(TRACKED)
        })
}

fn service_view(
    name: &str,
    actions: &[&'static str],
    report: &AccessReport,
    call: &Call<'_>,
) -> Option<ServiceLastAccessed> {
    let service = stead_catalogue::service(name)?;
    let calls: Vec<_> = calls(report, name, call.facts.now).collect();
    let last = calls.iter().max_by_key(|(_, access)| access.at);
    let mut entities: Vec<&UniqueId> = calls.iter().map(|(entity, _)| *entity).collect();
    entities.sort_unstable();
    entities.dedup();
    let tracked = actions.iter().map(|action| {
        let of_action = calls.iter().filter(|(_, access)| access.operation.name() == *action);
        let last = of_action.max_by_key(|(_, access)| access.at);
        TrackedActionLastAccessed {
            action_name: Some((*action).to_owned()),
            last_accessed_entity: last.and_then(|(entity, _)| arn(entity, call.account)),
            last_accessed_time: last.map(|(_, access)| access.at),
            last_accessed_region: last.map(|(_, access)| access.region.to_string()),
        }
    });
    let tracked = crate::view::some(tracked.collect());
    Some(ServiceLastAccessed {
        service_name: title(service).to_owned(),
        last_authenticated: last.map(|(_, access)| access.at),
        service_namespace: service.name.to_owned(),
        last_authenticated_entity: last.and_then(|(entity, _)| arn(entity, call.account)),
        last_authenticated_region: last.map(|(_, access)| access.region.to_string()),
        total_authenticated_entities: Some(i32::try_from(entities.len()).unwrap_or(i32::MAX)),
        tracked_actions_last_accessed: match report.granularity {
            AccessAdvisorUsageGranularityType::ActionLevel => tracked,
            AccessAdvisorUsageGranularityType::ServiceLevel => None,
        },
    })
}

/// The ARN that a user or role has now; none of one who is gone.
fn arn(entity: &UniqueId, account: &Snapshot) -> Option<String> {
    let number = account.account();
    let arn = match entity.kind() {
        UniqueIdKind::User => account.user(entity)?.arn(number),
        UniqueIdKind::Role => account.role(entity)?.arn(number),
        _ => return None,
    };
    Some(arn.to_string())
}
