//! Policies that a simulation is given as texts.

use stead_api::ApiError;
use stead_policy::{CompiledPolicy, DocumentKind, PolicyRef, PolicySource, ResourcePolicy, parse};

use super::request::{Request, invalid};

/// A policy that came with the request.
#[derive(Debug)]
pub(super) struct Given {
    pub(super) text: String,
    pub(super) kind: DocumentKind,
    source: PolicySource,
    policy: CompiledPolicy,
}

/// The policies that came with the request.
#[derive(Debug)]
pub(super) struct GivenPolicies {
    pub(super) identity: Vec<Given>,
    pub(super) boundary: Option<Given>,
    pub(super) resource: Option<Given>,
}

impl Given {
    /// Observed: radkawar/stackd, recorded in 2026: the names under which answers show them.
    fn read(text: &str, name: String, kind: DocumentKind) -> Option<Self> {
        let policy = CompiledPolicy::compile(&parse(text, kind).policy?, kind);
        let source = PolicySource::Resource { resource: name.into() };
        Some(Self { text: text.to_owned(), kind, source, policy })
    }

    pub(super) const fn reference(&self) -> PolicyRef<'_> {
        PolicyRef { source: &self.source, policy: &self.policy }
    }

    /// Whether a policy of this source is meant.
    pub(super) fn is(&self, source: &PolicySource) -> bool {
        self.source == *source
    }

    /// As the policy on the side of a resource.
    pub(super) const fn on_the_resource(&self) -> ResourcePolicy<'_> {
        match self.kind {
            DocumentKind::Trust => ResourcePolicy::Trust(self.reference()),
            _ => ResourcePolicy::Resource(self.reference()),
        }
    }
}

impl GivenPolicies {
    /// Reads every text. `resource_kind` is what a policy on the side of the resource is.
    ///
    /// # Errors
    /// Observed: the same recording, for the list of identity policies. Choice: the others
    /// alike.
    pub(super) fn read(request: &Request, resource_kind: DocumentKind) -> Result<Self, ApiError> {
        let identity = request.policies.iter().zip(1..).map(|(text, number)| {
            let name = format!("PolicyInputList.{number}");
            Given::read(text, name, DocumentKind::Identity).ok_or_else(|| {
                invalid(format!("Policy input list item {number} has invalid content"))
            })
        });
        let boundary = request.boundaries.first().map(|text| {
            let name = "PermissionsBoundaryPolicyInputList.1".to_owned();
            Given::read(text, name, DocumentKind::Identity).ok_or_else(|| {
                invalid("Permissions boundary policy input list item 1 has invalid content")
            })
        });
        let resource = request.resource_policy.as_ref().map(|text| {
            Given::read(text, "ResourcePolicy".to_owned(), resource_kind)
                .ok_or_else(|| invalid("Resource policy has invalid content"))
        });
        Ok(Self {
            identity: identity.collect::<Result<_, _>>()?,
            boundary: boundary.transpose()?,
            resource: resource.transpose()?,
        })
    }

    /// Every one of them.
    pub(super) fn all(&self) -> impl Iterator<Item = &Given> {
        self.identity.iter().chain(&self.boundary).chain(&self.resource)
    }
}
