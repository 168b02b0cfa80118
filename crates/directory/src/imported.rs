//! Entities made of what another installation, or AWS, says of itself.
//!
//! No rule of IAM is applied: what was exported is there, also where it could not be
//! written today. What is never stored here comes in no other way.

mod account;

pub use account::{ImportError, ImportReason, ImportedRecord, fill};

use std::collections::BTreeSet;

use stead_policy::{DocumentKind, PolicyText, parse, replace_strings};
use stead_types::{Arn, PolicyName};

use crate::entity::{AttachedPolicies, InlinePolicies, PermissionsBoundary};
use crate::{PrincipalLookup, PrincipalStatus, StoredPolicy, TrustPolicy};

/// The embedded policies of `owner`, by name. A text that cannot be compiled grants
/// nothing and denies.
#[must_use]
pub fn inline_policies(
    owner: &Arn,
    policies: impl IntoIterator<Item = (PolicyName, PolicyText)>,
) -> InlinePolicies {
    let mut inline = InlinePolicies::default();
    for (name, text) in policies {
        inline.put(owner, name, text);
    }
    inline
}

/// The document of a managed policy.
#[must_use]
pub fn managed_policy(text: PolicyText) -> StoredPolicy {
    StoredPolicy::new(text, DocumentKind::Identity)
}

/// The managed policies with these ARNs, attached to `owner`.
#[must_use]
pub fn attached_policies(owner: &Arn, arns: impl IntoIterator<Item = Arn>) -> AttachedPolicies {
    AttachedPolicies::new(owner, arns)
}

/// The managed policy with this ARN as the boundary of someone.
#[must_use]
pub fn boundary(arn: Arn) -> PermissionsBoundary {
    PermissionsBoundary::new(arn)
}

/// The trust policy of `role` as AWS shows it: an ARN stands for whoever has it now, a
/// bare unique id for someone who is gone.
///
/// Spec: UG:reference_policies_elements_principal: ids are turned back into ARNs on
/// display. Each replaced text keeps its place in the list of principals.
#[must_use]
pub fn trust_policy(
    text: &PolicyText,
    role: &Arn,
    principals: &dyn PrincipalLookup,
) -> TrustPolicy {
    let parsed = parse(text.as_str(), DocumentKind::Trust);
    let named = parsed.policy.iter().flat_map(|policy| policy.aws_principals());
    let mut accounts = BTreeSet::new();
    let edits: Vec<_> = named
        .filter_map(|(span, principal)| {
            let arn: Arn = principal.parse().ok()?;
            let PrincipalStatus::Known(id) = principals.lookup(&arn) else { return None };
            accounts.extend(arn.account());
            Some((span, id.as_str().to_owned()))
        })
        .collect();
    let stored = PolicyText::from(replace_strings(text.as_str(), &edits));
    TrustPolicy::from_stored(stored, accounts, role)
}
