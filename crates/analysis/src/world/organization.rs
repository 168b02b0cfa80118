//! The policies of an organization, as plain documents.

use std::sync::Arc;

use stead_policy::{CompiledPolicy, DocumentKind, PolicySet, PolicySource};
use stead_types::{AccountId, Arn};

use super::Places;
use super::load::document_text;
use crate::CaseError;
use crate::node::Node;

/// Which of the two kinds.
#[derive(Clone, Copy)]
enum Control {
    Service,
    Resource,
}

impl Control {
    const fn member(self) -> &'static str {
        match self {
            Self::Service => "ServiceControlPolicies",
            Self::Resource => "ResourceControlPolicies",
        }
    }

    const fn kind(self) -> DocumentKind {
        match self {
            Self::Service => DocumentKind::ServiceControl,
            Self::Resource => DocumentKind::ResourceControl,
        }
    }

    /// Documents have no ARN of their own in an export; one is made of the place.
    fn source(self, account: AccountId, index: usize) -> Option<PolicySource> {
        let kind = match self {
            Self::Service => "service_control_policy",
            Self::Resource => "resource_control_policy",
        };
        let text = format!("arn:aws:organizations::{account}:policy/o-exported/{kind}/p-{index}");
        let (arn, target): (Arn, _) = (text.parse().ok()?, account.to_string().into());
        Some(match self {
            Self::Service => PolicySource::ServiceControl { arn, target },
            Self::Resource => PolicySource::ResourceControl { arn, target },
        })
    }
}

/// The service control policies that apply to an account, a set per level from the root down.
///
/// An element of the list that is a list itself is a level; other elements are documents, and
/// make one level together.
pub(super) fn levels(
    account: &Node<'_>,
    id: AccountId,
    places: &mut Places,
) -> Result<Vec<PolicySet>, CaseError> {
    let (mut levels, mut together, mut count) = (Vec::new(), Vec::new(), 0);
    for node in account.list(Control::Service.member())? {
        if node.value.is_array() {
            levels.push(set(node.elements()?, id, Control::Service, &mut count, places)?);
        } else {
            together.push(node);
        }
    }
    if !together.is_empty() {
        levels.push(set(together, id, Control::Service, &mut count, places)?);
    }
    Ok(levels)
}

/// The resource control policies that apply to an account's resources: all of them may deny, so
/// that levels make no difference.
pub(super) fn resource_controls(
    account: &Node<'_>,
    id: AccountId,
    places: &mut Places,
) -> Result<PolicySet, CaseError> {
    set(account.list(Control::Resource.member())?, id, Control::Resource, &mut 0, places)
}

fn set(
    nodes: Vec<Node<'_>>,
    id: AccountId,
    control: Control,
    count: &mut usize,
    places: &mut Places,
) -> Result<PolicySet, CaseError> {
    let mut policies = Vec::new();
    for node in nodes {
        let Some(source) = control.source(id, *count) else { continue };
        *count += 1;
        let text = document_text(&node)?;
        let (compiled, _) = CompiledPolicy::compile_stored(&text, control.kind());
        if let Some(arn) = source.policy_arn() {
            places.controls.insert(arn.clone(), node.pointer.clone());
        }
        policies.push((source, Arc::new(compiled)));
    }
    Ok(PolicySet::new(policies))
}
