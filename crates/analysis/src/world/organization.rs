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
pub(super) enum Control {
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

/// The policies of one kind that apply to an account: all at one level.
pub(super) fn controls(
    account: &Node<'_>,
    id: AccountId,
    control: Control,
    places: &mut Places,
) -> Result<PolicySet, CaseError> {
    let mut policies = Vec::new();
    for (index, node) in account.list(control.member())?.into_iter().enumerate() {
        let Some(source) = control.source(id, index) else { continue };
        let text = document_text(&node)?;
        let (compiled, _) = CompiledPolicy::compile_stored(&text, control.kind());
        if let Some(arn) = source.policy_arn() {
            places.controls.insert(arn.clone(), node.pointer.clone());
        }
        policies.push((source, Arc::new(compiled)));
    }
    Ok(PolicySet::new(policies))
}
