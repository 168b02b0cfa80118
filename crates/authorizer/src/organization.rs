//! What organizations add to a decision: the policies that limit caller and resource, and the
//! condition keys that tell where both belong.

use std::sync::Arc;

use stead_directory::Snapshot;
use stead_directory::organization::{Membership, Memberships};
use stead_policy::{Caller, ContextBuilder, Policies, PolicySet, is_under_resource_control};

use crate::decide::Controls;
use crate::{Ask, CallerFacts, Resource};

/// The policies of organizations that apply to one question.
///
/// Holds one entry per level above the caller's account; allocates nothing where neither
/// account belongs to an organization.
pub(crate) struct Limits<'a> {
    service: Vec<Policies<'a>>,
    resource: Option<&'a PolicySet>,
}

impl<'a> Limits<'a> {
    /// Those of the caller's and of the resource's account.
    pub(crate) fn of<Action: AsRef<str>>(
        memberships: &'a Memberships,
        caller: &CallerFacts,
        home: &Snapshot,
        ask: &Ask<Action>,
    ) -> Self {
        // Spec: ORG:orgs_manage_policies_scps and ORG:orgs_manage_policies_rcps, "Tasks and
        // entities not restricted": service-linked roles.
        if is_service_linked(caller, home) {
            return Self::none();
        }
        let of_caller = caller.principal().account().and_then(|account| memberships.of(account));
        let levels = of_caller.map(|membership| membership.service_control()).unwrap_or_default();
        let resource = limited_resource(ask).then(|| memberships.of(ask.resource.account()));
        let resource = resource.flatten().and_then(|membership| membership.resource_control());
        Self { service: levels.iter().map(|level| Policies::Indexed(level)).collect(), resource }
    }

    /// None.
    pub(crate) const fn none() -> Self {
        Self { service: Vec::new(), resource: None }
    }

    pub(crate) fn controls(&self) -> Controls<'_> {
        let resource = self.resource.map_or(Policies::NONE, Policies::Indexed);
        Controls { service: &self.service, resource }
    }

    /// Whether there are any.
    pub(crate) const fn are_any(&self) -> bool {
        !self.service.is_empty() || self.resource.is_some()
    }
}

/// Whether a question is about something that resource control policies can limit.
fn limited_resource<Action: AsRef<str>>(ask: &Ask<Action>) -> bool {
    let service = ask.action.as_ref().split_once(':').map_or("", |(service, _)| service);
    let is_service_linked = match &ask.resource {
        Resource::Role { role: Some(role), .. } => role.is_service_linked(),
        _ => false,
    };
    is_under_resource_control(service) && !is_service_linked
}

fn is_service_linked(caller: &CallerFacts, home: &Snapshot) -> bool {
    match caller.principal() {
        Caller::RoleSession { role_id, .. } => {
            home.role(role_id).is_some_and(|role| role.is_service_linked())
        }
        _ => false,
    }
}

/// Whether the accounts of caller and resource belong to one organization.
pub(crate) fn is_one<Action>(
    memberships: &Memberships,
    caller: &CallerFacts,
    ask: &Ask<Action>,
) -> bool {
    let organization = |account| memberships.of(account).map(|membership| membership.id());
    let of_caller = caller.principal().account().and_then(organization);
    of_caller.is_some() && of_caller == organization(ask.resource.account())
}

/// The condition keys of the organizations of caller and resource.
pub(crate) fn keys<Action>(
    keys: &mut ContextBuilder,
    memberships: &Memberships,
    caller: &CallerFacts,
    ask: &Ask<Action>,
) {
    // Spec: UG:reference_policies_condition-keys, aws:PrincipalOrgID: of principals that are
    // members; who comes with a foreign token or assertion is none yet. Spec: the guide's data
    // perimeter examples leave these calls out of what asks for the key.
    let of_caller = caller.principal().account().and_then(|account| memberships.of(account));
    let of_resource = memberships.of(ask.resource.account());
    place(keys, of_caller, ["aws:PrincipalOrgID", "aws:PrincipalOrgPaths"]);
    place(keys, of_resource, ["aws:ResourceOrgID", "aws:ResourceOrgPaths"]);
    // Spec: the same page, aws:SourceOrgID: of calls that a service makes itself, of the
    // account on whose behalf.
    let source = caller.service_source().and_then(|source| source.account());
    let of_source = source.and_then(|account| memberships.of(account));
    place(keys, of_source, ["aws:SourceOrgID", "aws:SourceOrgPaths"]);
}

fn place(keys: &mut ContextBuilder, of: Option<&Arc<Membership>>, [id, paths]: [&str; 2]) {
    let Some(membership) = of else { return };
    keys.set(id, membership.id().as_str());
    if let Some(path) = membership.path() {
        // Spec: the same page: paths are multivalued, though an account lies in one place.
        keys.set_all(paths, [path]);
    }
}
