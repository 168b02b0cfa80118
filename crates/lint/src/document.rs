//! A document with what its rules all ask for.

use stead_catalogue::{Action, Key, Service};
use stead_policy::{
    Condition, DocumentKind, Effect, Operator, OperatorBase, Pattern, Patterns, Polarity, Policy,
    PrincipalEntry, PrincipalKind, Spanned, Statement,
};
use stead_types::{AccountId, Timestamp};

use crate::limits::ENTRIES_LOOKED_UP_MAX;

/// What is known beside the document.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The accounts of whoever asks: principals of others are third parties. Empty where
    /// that is not known.
    pub accounts: Vec<AccountId>,
    /// An identity policy is that of a managed policy.
    pub managed: bool,
    /// The moment after which conditions on the time count as expired; none do where it is
    /// not known.
    pub now: Option<Timestamp>,
}

/// A document that AWS accepts.
pub(crate) struct Document<'p> {
    pub(crate) text: &'p str,
    pub(crate) kind: DocumentKind,
    pub(crate) policy: &'p Policy,
    pub(crate) options: &'p Options,
    pub(crate) statements: Vec<Resolved<'p>>,
}

/// A statement, and what the catalogue has of its actions.
pub(crate) struct Resolved<'p> {
    pub(crate) statement: &'p Statement,
    pub(crate) actions: Vec<Named<'p>>,
}

/// An entry of Action or NotAction.
pub(crate) struct Named<'p> {
    pub(crate) pattern: &'p Spanned<String>,
    pub(crate) known: Known,
}

/// What the catalogue has of an entry.
pub(crate) enum Known {
    /// It is for every action there is.
    Everything,
    /// There is no such service.
    NoService,
    /// The actions it is for; none where there is none of that name.
    Actions(&'static Service, Vec<&'static Action>),
}

impl<'p> Document<'p> {
    pub(crate) fn new(
        text: &'p str,
        kind: DocumentKind,
        policy: &'p Policy,
        options: &'p Options,
    ) -> Self {
        let mut left = ENTRIES_LOOKED_UP_MAX;
        let statements = policy.statements().iter();
        let statements = statements.map(|it| Resolved::new(it, &mut left)).collect();
        Self { text, kind, policy, options, statements }
    }
}

impl<'p> Resolved<'p> {
    fn new(statement: &'p Statement, left: &mut usize) -> Self {
        let named = |pattern: &'p Spanned<String>| {
            let found = left.checked_sub(1).map(|rest| {
                *left = rest;
                known(&pattern.value)
            });
            Named { pattern, known: found.unwrap_or(Known::Everything) }
        };
        Self { statement, actions: statement.actions.values.iter().map(named).collect() }
    }

    /// The actions that the statement is for, with their services; `None` where these are
    /// all but a few, or one of them is not known.
    pub(crate) fn known_actions(&self) -> Option<Vec<(&'static Service, &'static Action)>> {
        if self.statement.actions.polarity == Polarity::NoneOf {
            return None;
        }
        let mut all = Vec::new();
        for named in &self.actions {
            match &named.known {
                Known::Actions(service, actions) if !actions.is_empty() => {
                    all.extend(actions.iter().map(|action| (*service, *action)));
                }
                Known::Everything | Known::NoService | Known::Actions(..) => return None,
            }
        }
        Some(all)
    }

    /// The services that the statement names.
    pub(crate) fn services(&self) -> impl Iterator<Item = &'static Service> {
        self.actions.iter().filter_map(|named| match &named.known {
            Known::Actions(service, _) => Some(*service),
            Known::Everything | Known::NoService => None,
        })
    }

    pub(crate) fn allows(&self) -> bool {
        self.statement.effect.value == Effect::Allow
    }

    /// The principals, where the element says who is meant and not who is not.
    pub(crate) fn principals(&self) -> impl Iterator<Item = &'p PrincipalEntry> {
        let named = self.statement.principals.as_ref();
        let named = named.filter(|element| element.polarity == Polarity::Any);
        named.into_iter().flat_map(|element| &element.entries)
    }

    /// The conditions on this key.
    pub(crate) fn conditions_on(&self, key: &str) -> impl Iterator<Item = &'p Condition> {
        let conditions = self.statement.conditions.iter();
        conditions.filter(move |condition| condition.key.value.eq_ignore_ascii_case(key))
    }

    /// Whether the statement asks for one of these keys to have a value that is named: a
    /// key that is absent, or any value, is not enough.
    pub(crate) fn asks_for(&self, keys: &[&str]) -> bool {
        keys.iter().any(|key| self.conditions_on(key).any(narrows))
    }

    /// The resources, where the element says which are meant.
    pub(crate) fn resources(&self) -> Option<&'p Patterns> {
        self.statement.resources.as_ref().filter(|element| element.polarity == Polarity::Any)
    }
}

fn known(pattern: &str) -> Known {
    let Some((prefix, name)) = pattern.split_once(':') else { return Known::Everything };
    if prefix == "*" {
        return Known::Everything;
    }
    let Some(service) = stead_catalogue::service(prefix) else { return Known::NoService };
    if !name.contains(['*', '?']) {
        return Known::Actions(service, service.action(name).into_iter().collect());
    }
    let wanted = Pattern::of_action(name);
    let matches = |action: &&Action| wanted.matches_folded(action.name);
    Known::Actions(service, service.actions.iter().filter(matches).collect())
}

/// Whether a condition holds only for values that it names, and not without the key.
pub(crate) fn narrows(condition: &Condition) -> bool {
    let Some(operator) = condition.operator.value else { return false };
    is_positive(operator)
        && !operator.if_exists
        && !condition.values.is_empty()
        && condition.values.iter().all(|value| !is_any(operator.base, &value.value))
}

/// Whether the operator asks for a value rather than against one.
pub(crate) fn is_positive(operator: Operator) -> bool {
    !operator.base.is_negated() && operator.base != OperatorBase::Null
}

/// Whether a value stands for every value.
pub(crate) fn is_any(base: OperatorBase, value: &str) -> bool {
    use OperatorBase as Base;
    let wild = matches!(base, Base::StringLike | Base::ArnLike | Base::ArnEquals);
    let everything = || {
        let mut parts = value.split(':');
        let mut open = parts.all(|part| part.bytes().all(|byte| byte == b'*' || byte == b'?'));
        // `arn:aws:iam::*:*` and the like name no account.
        open |= value.starts_with("arn:")
            && value.split(':').skip(3).all(|part| part.bytes().all(|byte| byte == b'*'));
        open
    };
    wild && !value.is_empty() && everything()
}

/// The catalogue's key of this name for a statement; `None` where no service has it.
pub(crate) fn key_of(resolved: &Resolved<'_>, name: &str) -> Option<Key> {
    if let Some(key) = stead_catalogue::global_key(name) {
        return Some(key);
    }
    let own = name.split_once(':').and_then(|(prefix, _)| stead_catalogue::service(prefix));
    let own = own.and_then(|service| service.key(name));
    own.or_else(|| resolved.services().find_map(|service| service.key(name)))
}

/// The issuer of an OpenID Connect provider, without its scheme; `None` for principals that
/// are none.
pub(crate) fn issuer(entry: &PrincipalEntry) -> Option<&str> {
    if entry.kind != PrincipalKind::Federated {
        return None;
    }
    let text = entry.value.value.as_str();
    match text.split_once(":oidc-provider/") {
        Some((_, issuer)) => Some(issuer),
        None if text.starts_with("arn:") => None,
        None => Some(text),
    }
}
