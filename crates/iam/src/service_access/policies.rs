//! ListPoliciesGrantingServiceAccess.

use std::collections::{BTreeMap, BTreeSet};

use stead_api::iam::{
    ListPoliciesGrantingServiceAccess, ListPoliciesGrantingServiceAccessEntry,
    ListPoliciesGrantingServiceAccessRequest, ListPoliciesGrantingServiceAccessResponse,
    PolicyGrantingServiceAccess, PolicyOwnerEntityType, PolicyType,
};
use stead_api::{ApiError, ErrorCode};
use stead_authorizer::Authorized;
use stead_catalogue::Service;
use stead_policy::{DocumentKind, Policy, parse};
use stead_service::{Call, Handle, Work};

use super::grants::grants_service;
use super::service;
use super::target::{Holder, HolderKind, Policies, Target};
use crate::Iam;

impl Handle<ListPoliciesGrantingServiceAccess> for Iam {
    /// All in one answer. Observed: 200 services, which are as many as can be asked about,
    /// come at once (radkawar/stackd, recorded in 2026). So no marker is ever given out, and
    /// every one that comes is none of ours.
    fn execute(
        _permit: Authorized<ListPoliciesGrantingServiceAccess>,
        input: ListPoliciesGrantingServiceAccessRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<ListPoliciesGrantingServiceAccessResponse, ApiError> {
        if input.marker.is_some() {
            return Err(ApiError::validation("Invalid Marker."));
        }
        let target = Target::find(&input.arn, Policies::Refused, call)?;
        let services = services(&input.service_namespaces)?;
        let policies = held(&target.holders(call.account), call);
        let entry = |service: &'static Service| ListPoliciesGrantingServiceAccessEntry {
            service_namespace: Some(service.name.to_owned()),
            policies: Some(
                policies
                    .values()
                    .filter(|(_, policy)| grants_service(policy, service))
                    .map(|(shown, _)| shown.clone())
                    .collect(),
            ),
        };
        Ok(ListPoliciesGrantingServiceAccessResponse {
            policies_granting_service_access: services.into_iter().map(entry).collect(),
            is_truncated: false,
            marker: None,
        })
    }
}

/// The services in the order they were asked for, each once.
///
/// Observed: the text, with all that are unknown (radkawar/stackd, recorded in 2026).
fn services(namespaces: &[String]) -> Result<Vec<&'static Service>, ApiError> {
    let unknown: Vec<&str> =
        namespaces.iter().map(String::as_str).filter(|name| service(name).is_none()).collect();
    if !unknown.is_empty() {
        let text = format!("Invalid service namespace: [{}]", unknown.join(", "));
        return Err(ApiError::new(ErrorCode::InvalidInput, text));
    }
    let mut seen = BTreeSet::new();
    let services = namespaces.iter().filter_map(|name| service(name));
    Ok(services.filter(|service| seen.insert(service.name)).collect())
}

/// The policies, as they are shown and as they are read; a managed one once.
///
/// Choice: by name; AWS's order changes from call to call.
fn held(
    holders: &[Holder<'_>],
    call: &Call<'_>,
) -> BTreeMap<(String, String), (PolicyGrantingServiceAccess, Policy)> {
    let mut all = BTreeMap::new();
    for holder in holders {
        for (name, inline) in holder.inline.iter() {
            let shown = PolicyGrantingServiceAccess {
                policy_name: name.to_string(),
                policy_type: PolicyType::Inline,
                policy_arn: None,
                entity_type: Some(match holder.kind {
                    HolderKind::User => PolicyOwnerEntityType::User,
                    HolderKind::Group => PolicyOwnerEntityType::Group,
                    HolderKind::Role => PolicyOwnerEntityType::Role,
                }),
                entity_name: Some(holder.name.to_owned()),
            };
            let read = parse(inline.text.as_str(), DocumentKind::Identity).policy;
            let place = (name.to_string(), format!("{:?} {}", holder.kind, holder.name));
            all.extend(read.map(|policy| (place, (shown, policy))));
        }
        let managed = holder.attached.iter().filter_map(|arn| call.account.policy(arn));
        for managed in managed {
            let shown = PolicyGrantingServiceAccess {
                policy_name: managed.name.to_string(),
                policy_type: PolicyType::Managed,
                policy_arn: Some(managed.arn.to_string()),
                entity_type: None,
                entity_name: None,
            };
            let text = managed.default_text();
            let read = text.and_then(|text| parse(text.as_str(), DocumentKind::Identity).policy);
            let place = (managed.name.to_string(), managed.arn.to_string());
            all.extend(read.map(|policy| (place, (shown, policy))));
        }
    }
    all
}
