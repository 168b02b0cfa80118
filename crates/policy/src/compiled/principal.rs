use stead_types::{AccountId, Arn, UniqueId};

use super::condition::CompiledCondition;
use super::element::Written;
use crate::caller::{Facets, Named};
use crate::request::Boundary;
use crate::{Caller, Effect, FederatedIssuer, Polarity, PrincipalKind, Principals, Span, effort};

/// Principal or NotPrincipal, made ready.
#[derive(Clone, Debug)]
pub(crate) struct PrincipalMatcher {
    pub(crate) span: Span,
    pub(crate) polarity: Polarity,
    pub(crate) entries: Box<[Written<Who>]>,
    // Whether the conditions tie the statement to a caller's ARN.
    by_arn: bool,
}

/// One principal.
///
/// Spec: UG:reference_policies_elements_principal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// `"*"`.
    Everyone,
    /// `"AWS": "*"`.
    EveryoneUnderAws,
    /// An account, which is not the same as its root user.
    Account(AccountId),
    /// A user, a role or a session, by ARN.
    Arn(Box<str>),
    /// A user or a role, by unique id.
    Id(UniqueId),
    /// An identity provider.
    Federated(Box<str>),
    /// `"Federated": "*"`, which AWS does not document.
    EveryoneFederated,
    /// A service.
    Service(Box<str>),
    /// An object store's user, or what is no principal at all: nobody here.
    Nobody,
}

impl PrincipalMatcher {
    pub(super) fn compile(principals: &Principals, conditions: &[CompiledCondition]) -> Self {
        let entries = principals.entries.iter().map(|entry| Written {
            span: entry.value.span,
            text: entry.value.value.as_str().into(),
            pattern: Who::new(entry.kind, &entry.value.value),
        });
        Self {
            span: principals.span,
            polarity: principals.polarity,
            entries: entries.collect(),
            by_arn: conditions.iter().any(CompiledCondition::names_principal_arn),
        }
    }

    /// As what the element names the caller; `None` when it does not.
    pub(crate) fn names(
        &self,
        effect: Effect,
        caller: &Caller,
        boundary: Boundary,
    ) -> Option<Named> {
        match self.polarity {
            Polarity::Any => {
                self.entries.iter().filter_map(|entry| self.named(entry, effect, caller)).max()
            }
            Polarity::NoneOf => {
                self.excludes_not(effect, caller, boundary).then_some(Named::Everyone)
            }
        }
    }

    fn named(&self, entry: &Written<Who>, effect: Effect, caller: &Caller) -> Option<Named> {
        match entry.pattern.names(effect, caller)? {
            Named::Everyone if self.by_arn => Some(Named::EveryoneByArn),
            named => Some(named),
        }
    }

    /// NotPrincipal: whether the statement applies to the caller.
    ///
    /// Spec: UG:reference_policies_elements_notprincipal: to spare a session from a
    /// Deny, the session, its role and its account must all be listed; and
    /// UG:access_policies_boundaries: the Deny always hits who has a boundary.
    /// An Allow, which AWS refuses, spares whom it lists in any of these ways.
    fn excludes_not(&self, effect: Effect, caller: &Caller, boundary: Boundary) -> bool {
        let mut listed = Facets::default();
        for entry in &self.entries {
            listed.add(entry.pattern.facets(caller));
        }
        match effect {
            Effect::Allow => !listed.any(),
            Effect::Deny => boundary == Boundary::Set || !listed.all_of(caller),
        }
    }
}

impl Who {
    fn new(kind: PrincipalKind, text: &str) -> Self {
        match kind {
            PrincipalKind::Everyone if text == "*" => Self::Everyone,
            PrincipalKind::Aws => Self::under_aws(text),
            PrincipalKind::Federated if text == "*" => Self::EveryoneFederated,
            PrincipalKind::Federated => Self::Federated(text.into()),
            PrincipalKind::Service => Self::Service(text.into()),
            PrincipalKind::CanonicalUser | PrincipalKind::Everyone => Self::Nobody,
        }
    }

    /// Spec: the account number, and the ARN that ends with `:root`, mean the account.
    fn under_aws(text: &str) -> Self {
        if text == "*" {
            return Self::EveryoneUnderAws;
        }
        if let Ok(account) = text.parse() {
            return Self::Account(account);
        }
        if let Ok(id) = text.parse() {
            return Self::Id(id);
        }
        match text.parse::<Arn>() {
            // Choice: an account is one of a partition, and accounts here are of `aws`: AWS
            // refuses principals of other partitions.
            Ok(arn) if arn.service() == "iam" && arn.resource() == "root" => {
                let account = arn.account().filter(|_| arn.partition() == "aws");
                account.map_or(Self::Nobody, Self::Account)
            }
            // Wildcards within an ARN have no meaning here; they never match.
            Ok(_) => Self::Arn(text.into()),
            Err(_) => Self::Nobody,
        }
    }

    /// As what this principal names the caller.
    pub(crate) fn names(&self, effect: Effect, caller: &Caller) -> Option<Named> {
        effort::count(1);
        let federated = matches!(caller, Caller::WebIdentity { .. } | Caller::Saml { .. });
        match self {
            Self::Everyone => Some(Named::Everyone),
            // Observed: documented as the same as `*`, yet it lets no bearer of a foreign
            // token in, of either kind; recorded by the project radkawar/stackd.
            // Choice: it denies all.
            Self::EveryoneUnderAws => {
                (effect == Effect::Deny || !federated).then_some(Named::Everyone)
            }
            Self::Account(account) => {
                (caller.account() == Some(*account)).then_some(Named::Account)
            }
            Self::Arn(arn) => named_by_arn(arn, caller),
            Self::Id(id) => named_by_id(id, caller),
            Self::Federated(provider) => {
                (federated_provider(caller) == Some(provider)).then_some(Named::Federated)
            }
            // Choice: undocumented, so it denies and never admits.
            Self::EveryoneFederated => {
                let hit = effect == Effect::Deny && federated_provider(caller).is_some();
                hit.then_some(Named::Federated)
            }
            Self::Service(service) => matches!(caller, Caller::Service { name } if name == service)
                .then_some(Named::Service),
            Self::Nobody => None,
        }
    }

    /// Whether AWS does not document, or not clearly, if this principal names the caller.
    pub(crate) fn is_unsettled(&self, caller: &Caller) -> bool {
        match self {
            Self::EveryoneUnderAws => {
                matches!(caller, Caller::WebIdentity { .. } | Caller::Saml { .. })
            }
            Self::EveryoneFederated => federated_provider(caller).is_some(),
            Self::Everyone
            | Self::Account(_)
            | Self::Arn(_)
            | Self::Id(_)
            | Self::Federated(_)
            | Self::Service(_)
            | Self::Nobody => false,
        }
    }

    /// Which aspects of the caller this entry of a NotPrincipal lists.
    fn facets(&self, caller: &Caller) -> Facets {
        // As in a Deny: here, to name somebody is to spare him.
        match self.names(Effect::Allow, caller) {
            None => Facets::default(),
            Some(named) => Facets::of(named),
        }
    }
}

fn named_by_arn(arn: &str, caller: &Caller) -> Option<Named> {
    let is = |other: &Arn| other.as_str() == arn;
    match caller {
        Caller::User { arn, .. } if is(arn) => Some(Named::User),
        Caller::RoleSession { session_arn, .. } if is(session_arn) => Some(Named::Session),
        Caller::RoleSession { role_arn, .. } if is(role_arn) => Some(Named::Role),
        Caller::FederatedUser { arn, .. } if is(arn) => Some(Named::Session),
        Caller::FederatedUser { issuer: FederatedIssuer::User { arn, .. }, .. } if is(arn) => {
            Some(Named::FederatingUser)
        }
        _ => None,
    }
}

fn named_by_id(id: &UniqueId, caller: &Caller) -> Option<Named> {
    match caller {
        Caller::User { id: own, .. } if own == id => Some(Named::User),
        Caller::RoleSession { role_id, .. } if role_id == id => Some(Named::Role),
        Caller::FederatedUser { issuer: FederatedIssuer::User { id: own, .. }, .. }
            if own == id =>
        {
            Some(Named::FederatingUser)
        }
        _ => None,
    }
}

/// The provider that vouches for the caller, now or when the session was made.
pub(crate) const fn federated_provider(caller: &Caller) -> Option<&str> {
    match caller {
        Caller::WebIdentity { provider } | Caller::Saml { provider } => Some(provider),
        Caller::RoleSession { federated_provider: Some(provider), .. } => Some(provider),
        _ => None,
    }
}
