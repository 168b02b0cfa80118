//! ListPolicies.

use std::sync::Arc;

use stead_api::ApiError;
use stead_api::iam::{
    ListPolicies, ListPoliciesRequest, ListPoliciesResponse, PolicyScopeType, PolicyUsageType,
};
use stead_authorizer::Authorized;
use stead_directory::entity::ManagedPolicy;
use stead_directory::{Snapshot, aws_managed_policies};
use stead_service::{Call, Handle, Work};

use crate::managed_policy::view;
use crate::pagination::PageRequest;
use crate::{Iam, input};

impl Handle<ListPolicies> for Iam {
    fn execute(
        _permit: Authorized<ListPolicies>,
        input: ListPoliciesRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<ListPoliciesResponse, ApiError> {
        let request = PageRequest::read(input.marker.as_deref(), input.max_items)?;
        let prefix = input::path_prefix(input.path_prefix.as_deref())?;
        let usage = Usage::asked_for(&input);
        let policies = in_scope(input.scope, prefix, call.account)
            .filter(|(_, policy)| usage.is_met(policy, call.account));
        let page = request.cut(policies, |(origin, policy)| origin.key(policy));
        let shown = page.items.iter().map(|(_, policy)| view::listed(policy, call.account));
        Ok(ListPoliciesResponse {
            policies: Some(shown.collect()),
            is_truncated: page.is_truncated,
            marker: page.marker,
        })
    }
}

/// Where a policy comes from. The account's own are listed first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    Account,
    Aws,
}

impl Origin {
    /// What the list is ordered by.
    fn key(self, policy: &ManagedPolicy) -> String {
        match self {
            Self::Account => format!("0{}", policy.name.fold()),
            Self::Aws => format!("1{}", policy.arn),
        }
    }
}

/// The policies of a scope under a path, in the order of their keys.
fn in_scope<'a>(
    scope: Option<PolicyScopeType>,
    path_prefix: &'a str,
    account: &'a Snapshot,
) -> impl Iterator<Item = (Origin, &'a Arc<ManagedPolicy>)> {
    let (own, aws) = match scope {
        None | Some(PolicyScopeType::All) => (true, true),
        Some(PolicyScopeType::Local) => (true, false),
        Some(PolicyScopeType::Aws) => (false, true),
    };
    let under_path =
        move |policy: &&Arc<ManagedPolicy>| policy.path.as_str().starts_with(path_prefix);
    let of_account = own.then(|| account.customer_policies(path_prefix, None));
    let of_aws = aws.then(|| aws_managed_policies().filter(under_path));
    let of_account = of_account.into_iter().flatten().map(|policy| (Origin::Account, policy));
    of_account.chain(of_aws.into_iter().flatten().map(|policy| (Origin::Aws, policy)))
}

/// How a policy must be used to be listed.
#[derive(Clone, Copy, Debug)]
enum Usage {
    /// In any way, or not at all.
    Any,
    /// Attached to a user, group or role.
    Attached,
    /// As the boundary of a user or role.
    Boundary,
}

impl Usage {
    /// Spec: API ListPolicies: OnlyAttached lists what is attached to a user, group or
    /// role; PolicyUsageFilter lists only policies used as permissions policies, or
    /// only those used as boundaries. Choice: where both are given, the filter says
    /// which use is meant.
    fn asked_for(input: &ListPoliciesRequest) -> Self {
        match (input.policy_usage_filter, input.only_attached) {
            (Some(PolicyUsageType::PermissionsBoundary), _) => Self::Boundary,
            (Some(PolicyUsageType::PermissionsPolicy), _) | (None, Some(true)) => Self::Attached,
            (None, None | Some(false)) => Self::Any,
        }
    }

    fn is_met(self, policy: &ManagedPolicy, account: &Snapshot) -> bool {
        let mut uses = account.entities_with_policy(&policy.arn);
        match self {
            Self::Any => true,
            Self::Attached => uses.any(|policy_use| !policy_use.is_boundary()),
            Self::Boundary => uses.any(stead_directory::PolicyUse::is_boundary),
        }
    }
}
