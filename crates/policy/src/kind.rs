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

    /// Whether statements say to which resources they apply. In a trust policy
    /// the role is implied.
    #[must_use]
    pub const fn has_resource(self) -> bool {
        !matches!(self, Self::Trust)
    }
}
