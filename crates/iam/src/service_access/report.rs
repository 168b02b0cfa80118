//! GenerateServiceLastAccessedDetails: the report is made.

use stead_api::ApiError;
use stead_api::iam::{
    AccessAdvisorUsageGranularityType, GenerateServiceLastAccessedDetails,
    GenerateServiceLastAccessedDetailsRequest, GenerateServiceLastAccessedDetailsResponse,
};
use stead_authorizer::Authorized;
use stead_catalogue::Service;
use stead_policy::{DocumentKind, Policy, parse};
use stead_service::{AccessReport, Accesses, Call, Handle, Job, Work};
use stead_types::Uuid;

use super::grants::Granted;
use super::target::{Policies, Target};
use crate::Iam;

impl Handle<GenerateServiceLastAccessedDetails> for Iam {
    /// Choice: the report is whole when it was begun, since everything it tells is at hand:
    /// `IN_PROGRESS` is never answered.
    ///
    /// Observed: who belongs to it stays as at this moment (radkawar/stackd, recorded in 2026).
    fn execute(
        _permit: Authorized<GenerateServiceLastAccessedDetails>,
        input: GenerateServiceLastAccessedDetailsRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<GenerateServiceLastAccessedDetailsResponse, ApiError> {
        let target = Target::find(&input.arn, Policies::Taken, call)?;
        let granularity =
            input.granularity.unwrap_or(AccessAdvisorUsageGranularityType::ServiceLevel);
        let entities = target.entities(call.account).into_iter();
        let report = AccessReport {
            // Observed: the user with any of its keys, or just the session (radkawar/stackd,
            // recorded in 2026).
            owner: call.caller.user_id().into_owned(),
            granularity,
            made_at: call.facts.now,
            services: granted(&documents(target, call), granularity),
            entities: entities
                .map(|entity| Accesses { accesses: work.usage.accesses(&entity), entity })
                .collect(),
        };
        let id = Uuid::generate(work.entropy).to_string();
        work.jobs.keep(call.account.account(), &id, Job::AccessReport(report));
        Ok(GenerateServiceLastAccessedDetailsResponse { job_id: Some(id) })
    }
}

/// The documents that count, as they are now.
fn documents(target: Target<'_>, call: &Call<'_>) -> Vec<Policy> {
    let holders = target.holders(call.account);
    let inline = holders.iter().flat_map(|holder| holder.inline.iter());
    let inline = inline.map(|(_, policy)| policy.text.clone());
    let mut arns: Vec<_> = holders.iter().flat_map(|holder| holder.attached.iter()).collect();
    arns.sort_unstable();
    arns.dedup();
    let attached = arns.into_iter().filter_map(|arn| call.account.policy(arn));
    let itself = match target {
        Target::Policy(policy) => Some(policy),
        Target::User(_) | Target::Group(_) | Target::Role(_) => None,
    };
    let managed = attached.chain(itself).filter_map(|policy| policy.default_text()).cloned();
    let texts = inline.chain(managed);
    texts.filter_map(|text| parse(text.as_str(), DocumentKind::Identity).policy).collect()
}

/// The services that are granted, and which actions of them are tracked.
fn granted(
    policies: &[Policy],
    granularity: AccessAdvisorUsageGranularityType,
) -> Vec<(&'static str, Vec<&'static str>)> {
    let mut granted = Granted::by(policies);
    let services = stead_catalogue::services().filter_map(stead_catalogue::service);
    let found = services.filter_map(|service| {
        let is_tracked =
            granularity == AccessAdvisorUsageGranularityType::ActionLevel && is_tracked(service);
        let actions = granted.of(service, if is_tracked { usize::MAX } else { 1 });
        let names = actions.iter().map(|action| action.name);
        // Spec: UG:access_policies_access-advisor: passing a role is not tracked.
        let tracked = names.filter(|name| is_tracked && *name != "PassRole");
        (!actions.is_empty()).then(|| (service.name, tracked.collect()))
    });
    found.collect()
}

/// Whether single actions of a service are told.
///
/// Choice: of the services that answer here. AWS has a list of its own, on which are others;
/// nothing is known of their calls here.
fn is_tracked(service: &Service) -> bool {
    matches!(service.name, "iam" | "sts")
}
