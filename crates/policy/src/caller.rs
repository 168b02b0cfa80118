use stead_types::{AccountId, Arn, UniqueId};

/// Who asks, as far as a Principal element can tell.
///
/// A user with temporary credentials of GetSessionToken is still a `User`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// The root user of an account.
    Root {
        /// The account.
        account: AccountId,
    },
    /// An IAM user.
    User {
        /// The user's account.
        account: AccountId,
        /// The user's ARN, with its path.
        arn: Arn,
        /// The user's unique id, `AIDA...`.
        id: UniqueId,
    },
    /// A session of a role.
    RoleSession {
        /// The role's account.
        account: AccountId,
        /// The role's ARN, with its path.
        role_arn: Arn,
        /// The role's unique id, `AROA...`.
        role_id: UniqueId,
        /// `arn:aws:sts::111122223333:assumed-role/Name/Session`.
        session_arn: Arn,
        /// The session's name.
        session_name: Box<str>,
        /// The identity provider the session came from: a provider's ARN or the
        /// bare name of a well-known one.
        federated_provider: Option<Box<str>>,
    },
    /// A session of GetFederationToken.
    FederatedUser {
        /// The account.
        account: AccountId,
        /// `arn:aws:sts::111122223333:federated-user/Name`.
        arn: Arn,
        /// Who asked for the session.
        issuer: FederatedIssuer,
    },
    /// Who presents the token of an OIDC provider, before a session exists.
    WebIdentity {
        /// The provider's ARN, or the bare name of a well-known one (`accounts.google.com`).
        provider: Box<str>,
    },
    /// Who presents a SAML assertion, before a session exists.
    Saml {
        /// The provider's ARN.
        provider: Box<str>,
    },
    /// A service acting for itself.
    Service {
        /// The service principal, such as `ec2.amazonaws.com`.
        name: Box<str>,
    },
    /// Nobody in particular.
    Anonymous,
}

/// Who asked for a federated-user session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FederatedIssuer {
    /// The root user of the account.
    Root,
    /// An IAM user of the account.
    User {
        /// The user's ARN.
        arn: Arn,
        /// The user's unique id.
        id: UniqueId,
    },
}

impl Caller {
    /// The account whose identity policies speak for the caller, if one does.
    #[must_use]
    pub const fn account(&self) -> Option<AccountId> {
        match self {
            Self::Root { account }
            | Self::User { account, .. }
            | Self::RoleSession { account, .. }
            | Self::FederatedUser { account, .. } => Some(*account),
            Self::WebIdentity { .. }
            | Self::Saml { .. }
            | Self::Service { .. }
            | Self::Anonymous => None,
        }
    }
}

/// As what a Principal element names the caller.
///
/// INVARIANT: ascending by how much of the caller's own side being named so lifts;
/// see the decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Named {
    /// The statement has no Principal element, or cannot be read.
    NotAsked,
    /// By the account.
    Account,
    /// By an identity provider.
    Federated,
    /// As a service.
    Service,
    /// With everybody.
    Everyone,
    /// By the role of the session.
    Role,
    /// By the user who asked for the federated-user session.
    FederatingUser,
    /// As the user.
    User,
    /// With everybody, but a condition asks for the caller's ARN.
    EveryoneByArn,
    /// As this very session.
    Session,
}

/// Which aspects of a caller a NotPrincipal element lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facets {
    account: Listed,
    entity: Listed,
    session: Listed,
    provider: Listed,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Listed {
    #[default]
    No,
    Yes,
}

impl Facets {
    pub(crate) const fn of(named: Named) -> Self {
        let no = Listed::No;
        let mut facets = Self { account: no, entity: no, session: no, provider: no };
        match named {
            Named::Everyone | Named::EveryoneByArn => {
                let yes = Listed::Yes;
                facets = Self { account: yes, entity: yes, session: yes, provider: yes };
            }
            Named::Account => facets.account = Listed::Yes,
            Named::Role | Named::User | Named::FederatingUser => facets.entity = Listed::Yes,
            // A service is all there is to such a caller.
            Named::Session | Named::Service => facets.session = Listed::Yes,
            Named::Federated => facets.provider = Listed::Yes,
            Named::NotAsked => {}
        }
        facets
    }

    pub(crate) fn add(&mut self, other: Self) {
        let or = |left: &mut Listed, right: Listed| {
            if right == Listed::Yes {
                *left = right;
            }
        };
        or(&mut self.account, other.account);
        or(&mut self.entity, other.entity);
        or(&mut self.session, other.session);
        or(&mut self.provider, other.provider);
    }

    pub(crate) fn any(self) -> bool {
        self != Self::default()
    }

    /// Whether every aspect this caller has is listed.
    pub(crate) fn all_of(self, caller: &Caller) -> bool {
        let yes = |listed: Listed| listed == Listed::Yes;
        match caller {
            Caller::Root { .. } => yes(self.account),
            Caller::User { .. } => yes(self.account) && yes(self.entity),
            Caller::RoleSession { .. } => {
                yes(self.account) && yes(self.entity) && yes(self.session)
            }
            Caller::FederatedUser { .. } => yes(self.account) && yes(self.session),
            Caller::WebIdentity { .. } | Caller::Saml { .. } => yes(self.provider),
            Caller::Service { .. } => yes(self.session),
            Caller::Anonymous => self.any(),
        }
    }
}
