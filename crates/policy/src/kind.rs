/// What a policy document is for; each kind has a grammar of its own.
///
/// Complete on purpose: a new kind must make every match think.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DocumentKind {
    /// Attached to a user, group or role, inline or managed.
    Identity,
    /// A permissions boundary: an identity policy that only limits.
    Boundary,
    /// Passed when a session is made.
    Session,
    /// Who may assume a role.
    Trust,
    /// Attached to any other resource.
    Resource,
    /// A service control policy of an organization.
    ServiceControl,
    /// A resource control policy of an organization.
    ResourceControl,
}

impl DocumentKind {
    /// Whether statements must say to whom they apply.
    #[must_use]
    pub const fn has_principal(self) -> bool {
        match self {
            Self::Trust | Self::Resource | Self::ResourceControl => true,
            Self::Identity | Self::Boundary | Self::Session | Self::ServiceControl => false,
        }
    }

    /// Whether white space between the tokens of a document counts against its quota.
    ///
    /// Spec: UG:reference_iam-quotas: not for what IAM stores. ORG:orgs_manage_policies_scps_syntax
    /// and ..._rcps_syntax: every character does. STS measures a session policy as the
    /// parameter it is passed in. Choice: other services' documents count as a whole.
    #[must_use]
    pub const fn counts_white_space(self) -> bool {
        match self {
            Self::Identity | Self::Boundary | Self::Trust => false,
            Self::Session | Self::Resource | Self::ServiceControl | Self::ResourceControl => true,
        }
    }

    /// Whether statements say to which resources they apply. In a trust policy
    /// the role is implied.
    #[must_use]
    pub const fn has_resource(self) -> bool {
        !matches!(self, Self::Trust)
    }
}
