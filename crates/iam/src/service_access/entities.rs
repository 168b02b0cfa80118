//! GetServiceLastAccessedDetailsWithEntities: who of a report called one service.

use stead_api::iam::{
    EntityDetails, EntityInfo, GetServiceLastAccessedDetailsWithEntities,
    GetServiceLastAccessedDetailsWithEntitiesRequest,
    GetServiceLastAccessedDetailsWithEntitiesResponse, JobStatusType, PolicyOwnerEntityType,
};
use stead_api::{ApiError, ErrorCode};
use stead_authorizer::Authorized;
use stead_directory::Snapshot;
use stead_service::{Accesses, Call, Handle, Work};
use stead_types::UniqueIdKind;

use super::details::{calls, find, of_this_report, report};
use super::service;
use crate::Iam;
use crate::pagination::PageRequest;

impl Handle<GetServiceLastAccessedDetailsWithEntities> for Iam {
    /// Observed: who belongs to the report is listed, whether or not they ever called; they
    /// are shown as they are called now, and who is gone is left out (radkawar/stackd,
    /// recorded in 2026).
    fn execute(
        _permit: Authorized<GetServiceLastAccessedDetailsWithEntities>,
        input: GetServiceLastAccessedDetailsWithEntitiesRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<GetServiceLastAccessedDetailsWithEntitiesResponse, ApiError> {
        let page = PageRequest::read(input.marker.as_deref(), input.max_items)?;
        let job = find(&input.job_id, call, work)?;
        let report = report(&job)?;
        let namespace = input.service_namespace.as_str();
        if service(namespace).is_none() {
            // Observed: misspelt so (radkawar/stackd, recorded in 2026).
            let text = format!("Service namepace {namespace} is either invalid or unsupported.");
            return Err(ApiError::new(ErrorCode::InvalidInput, text));
        }
        let prefix = format!("{} ", input.job_id);
        of_this_report(&page, &prefix)?;
        let is_granted = report.services.iter().any(|(name, _)| *name == namespace);
        let listed: Vec<(usize, EntityInfo, &Accesses)> = report
            .entities
            .iter()
            .enumerate()
            .filter(|_| is_granted)
            .filter_map(|(place, held)| Some((place, info(held, call.account)?, held)))
            .collect();
        let page = page.cut(listed, |(place, ..)| format!("{prefix}{place:06}"));
        let details = page.items.into_iter().map(|(_, entity_info, held)| {
            let calls = calls(report, namespace, call.facts.now);
            let own = calls.filter(|(entity, _)| **entity == held.entity);
            EntityDetails { entity_info, last_authenticated: own.map(|(_, it)| it.at).max() }
        });
        Ok(GetServiceLastAccessedDetailsWithEntitiesResponse {
            job_status: JobStatusType::Completed,
            job_creation_date: report.made_at,
            job_completion_date: report.made_at,
            entity_details_list: details.collect(),
            is_truncated: page.is_truncated,
            marker: page.marker,
            error: None,
        })
    }
}

fn info(held: &Accesses, account: &Snapshot) -> Option<EntityInfo> {
    let number = account.account();
    let id = &held.entity;
    match id.kind() {
        UniqueIdKind::User => account.user(id).map(|user| EntityInfo {
            arn: user.arn(number).to_string(),
            name: user.name.to_string(),
            r#type: PolicyOwnerEntityType::User,
            id: id.to_string(),
            path: Some(user.path.to_string()),
        }),
        UniqueIdKind::Role => account.role(id).map(|role| EntityInfo {
            arn: role.arn(number).to_string(),
            name: role.name.to_string(),
            r#type: PolicyOwnerEntityType::Role,
            id: id.to_string(),
            path: Some(role.path.to_string()),
        }),
        _ => None,
    }
}
