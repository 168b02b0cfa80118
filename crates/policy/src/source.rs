use stead_types::Arn;

/// Where a policy comes from, for traces and messages.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PolicySource {
    /// Embedded in a user, group or role.
    Inline {
        /// The user, group or role.
        owner: Arn,
        /// The policy's name.
        name: Box<str>,
    },
    /// A managed policy attached to a user, group or role.
    Managed {
        /// The policy's ARN.
        arn: Arn,
        /// The user, group or role it is attached to.
        attached_to: Arn,
    },
    /// A managed policy set as the permissions boundary.
    Boundary {
        /// The policy's ARN.
        arn: Arn,
    },
    /// The policy document passed when the session was made.
    SessionInline,
    /// A managed policy passed by ARN when the session was made.
    SessionManaged {
        /// The policy's ARN.
        arn: Arn,
    },
    /// What the kind of the caller's credentials rules out, whatever its policies say.
    Restriction {
        /// Which kind of credentials.
        name: Box<str>,
    },
    /// The trust policy of a role.
    Trust {
        /// The role's ARN.
        role: Arn,
    },
    /// The policy of any other resource.
    Resource {
        /// The resource, usually by its ARN.
        resource: Box<str>,
    },
    /// A service control policy.
    ServiceControl {
        /// The policy's ARN.
        arn: Arn,
        /// The root, organizational unit or account it is attached to, by id.
        target: Box<str>,
    },
    /// A resource control policy.
    ResourceControl {
        /// The policy's ARN.
        arn: Arn,
        /// The root, organizational unit or account it is attached to, by id.
        target: Box<str>,
    },
}

impl PolicySource {
    /// The ARN of the policy itself, where it has one.
    #[must_use]
    pub const fn policy_arn(&self) -> Option<&Arn> {
        match self {
            Self::Managed { arn, .. }
            | Self::Boundary { arn }
            | Self::SessionManaged { arn }
            | Self::ServiceControl { arn, .. }
            | Self::ResourceControl { arn, .. } => Some(arn),
            Self::Inline { .. }
            | Self::Restriction { .. }
            | Self::SessionInline
            | Self::Trust { .. }
            | Self::Resource { .. } => None,
        }
    }
}
