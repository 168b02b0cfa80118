//! The decision over all layers.

use stead_policy::{Caller, FederatedIssuer};

use super::answer::{Answer, Blocker, Cause, Decision, Layer, Place};
use super::condition;
use super::document::{Document, Effect, Elements, Statement};
use super::keys::Keys;
use super::principal::{self, Naming};
use super::resource;

/// May this caller do this to that?
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Such as `sts:AssumeRole`.
    pub action: String,
    /// An ARN, or `*`.
    pub resource: String,
    /// The account that owns the resource, if it is known.
    pub resource_account: Option<String>,
    /// Who asks.
    pub caller: Caller,
    /// The condition keys.
    pub keys: Keys,
}

/// A document with a name to report it by.
pub type Named = (String, Document);

/// Every policy that applies.
#[derive(Clone, Debug, Default)]
pub struct Policies {
    /// Of the user and its groups, or of the role.
    pub identity: Vec<Named>,
    /// The permissions boundary.
    pub boundary: Option<Named>,
    /// Session policies, if any were passed.
    pub session: Option<Vec<Named>>,
    /// On the side of the resource.
    pub resource: Side,
    /// Service control policies, by level from the organization's root.
    pub service_control: Vec<Vec<Named>>,
    /// Resource control policies.
    pub resource_control: Vec<Named>,
}

/// The policy on the side of the resource.
#[derive(Clone, Debug, Default)]
pub enum Side {
    /// None.
    #[default]
    None,
    /// A role's trust policy.
    Trust(Named),
    /// Any other.
    Resource(Named),
}

/// What one layer says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// The first statement that denies.
    pub deny: Option<Place>,
    /// The statement that allows: of several, the first of those that lift most.
    pub allow: Option<(Place, Naming)>,
}

/// What every layer says.
#[derive(Clone, Debug)]
pub struct AllSaid {
    /// Every level by itself.
    pub service_control: Vec<Said>,
    /// The resource's organization.
    pub resource_control: Said,
    /// The resource's side.
    pub resource: Said,
    /// The caller's own policies.
    pub identity: Said,
    /// The boundary.
    pub boundary: Said,
    /// The session policies.
    pub session: Said,
}

/// Answers a question.
#[must_use]
pub fn answer(question: &Question, policies: &Policies) -> Answer {
    let said = all_said(question, policies);
    let must_allow = must_allow(question, policies, &said);
    let blockers = blockers(&said, &must_allow, policies);
    let (decision, cause) = match blockers.first() {
        None => (Decision::Allow, what_allowed(&said, &must_allow, policies)),
        // Point 28: an explicit deny anywhere wins; they come first.
        Some(Blocker::Denies(layer, place)) => {
            (Decision::ExplicitDeny, Cause::Statement(*layer, place.clone()))
        }
        Some(Blocker::Silent(layer, _)) => (Decision::ImplicitDeny, Cause::Silence(*layer)),
    };
    Answer { decision, cause, blockers }
}

/// Asks every statement of every layer.
#[must_use]
pub fn all_said(question: &Question, policies: &Policies) -> AllSaid {
    let has_boundary = policies.boundary.is_some();
    let ask = |documents: &[Named]| said(question, documents, has_boundary);
    let resource = match &policies.resource {
        Side::None => ask(&[]),
        Side::Trust(document) | Side::Resource(document) => ask(std::slice::from_ref(document)),
    };
    // Point 37: SCPs bind users, roles and root users, nobody else.
    let bound = question.caller.account().is_some();
    let levels = if bound { policies.service_control.as_slice() } else { &[] };
    AllSaid {
        service_control: levels.iter().map(|level| ask(level)).collect(),
        resource_control: ask(&policies.resource_control),
        resource,
        identity: ask(&policies.identity),
        boundary: ask(policies.boundary.as_slice()),
        session: ask(policies.session.as_deref().unwrap_or_default()),
    }
}

fn said(question: &Question, documents: &[Named], has_boundary: bool) -> Said {
    let mut said = Said::default();
    for (name, document) in documents {
        for statement in &document.statements {
            let naming = applies(statement, document.variables, question, has_boundary);
            let Some(naming) = naming else { continue };
            match statement.effect {
                Effect::Deny if said.deny.is_none() => said.deny = Some(place(name, statement)),
                Effect::Deny => {}
                Effect::Allow => {
                    let known = said.allow.as_ref().map(|(_, naming)| *naming);
                    if known.is_none_or(|known| naming > known) {
                        said.allow = Some((place(name, statement), naming));
                    }
                }
            }
        }
    }
    said
}

fn place(policy: &str, statement: &Statement) -> Place {
    Place {
        policy: policy.to_owned(),
        index: statement.index,
        sid: statement.sid.clone(),
        effect: statement.effect,
        span: statement.span,
    }
}

/// Whether a statement applies, and as what it names the caller. Point 15: one that
/// cannot be read allows nothing and denies everything.
fn applies(
    statement: &Statement,
    variables: bool,
    question: &Question,
    has_boundary: bool,
) -> Option<Naming> {
    let Some(elements) = &statement.elements else {
        return (statement.effect == Effect::Deny).then_some(Naming::NoPrincipalElement);
    };
    let fits = action_fits(elements, question)
        && resource_fits(elements, variables, question)
        && condition::all_hold(&elements.conditions, variables, &question.keys);
    if !fits {
        return None;
    }
    principal::naming(elements, statement.effect, &question.caller, has_boundary)
}

/// Points 23 and 24.
fn action_fits(elements: &Elements, question: &Question) -> bool {
    let element = &elements.action;
    let matches = |entry: &String| resource::action_matches(entry, &question.action);
    element.entries.iter().any(matches) != element.negated
}

/// Points 23 and 24. Point 19: NotResource with a variable that stands for nothing does
/// not apply. Point 26: a trust policy has no Resource, its role is implied.
pub(crate) fn resource_fits(elements: &Elements, variables: bool, question: &Question) -> bool {
    let Some(element) = &elements.resource else { return true };
    let (resource, keys) = (&question.resource, &question.keys);
    let matches = |entry: &String| resource::resource_matches(entry, resource, variables, keys);
    let unresolvable = |entry: &String| resource::is_unresolvable(entry, variables, keys);
    if element.negated {
        !element.entries.iter().any(matches) && !element.entries.iter().any(unresolvable)
    } else {
        element.entries.iter().any(matches)
    }
}

/// Which layers block by being silent. Service control policies always do (point 28).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "a column for each layer of the table")]
pub struct MustAllow {
    resource: bool,
    identity: bool,
    boundary: bool,
    session: bool,
}

fn must_allow(question: &Question, policies: &Policies, said: &AllSaid) -> MustAllow {
    let caller = &question.caller;
    let Some(account) = caller.account() else {
        // Point 32: who has no identity policies depends on the resource's side alone.
        return MustAllow { resource: true, identity: false, boundary: false, session: false };
    };
    let is_trust = matches!(policies.resource, Side::Trust(_));
    let own_side = MustAllow {
        // Point 29: a trust policy and the policy of a key must allow explicitly.
        resource: is_trust || is_key(question),
        identity: !has_rights_of_root(caller),
        boundary: policies.boundary.is_some(),
        session: session_policies_limit(caller, policies),
    };
    if owner(question).is_some_and(|owner| owner != account.to_string()) {
        // Point 32: across accounts both sides must allow, and nothing is lifted.
        return MustAllow { resource: true, ..own_side };
    }
    let lifted = match &said.resource.allow {
        None => Lifted::default(),
        Some((_, naming)) => lifted_by(*naming),
    };
    let boundary_stays = user_assumes_role(question, is_trust);
    MustAllow {
        resource: own_side.resource,
        identity: own_side.identity && !lifted.identity,
        boundary: own_side.boundary && (!lifted.boundary || boundary_stays),
        session: own_side.session && !lifted.session,
    }
}

/// Point 29: KMS keys, by their ARN.
fn is_key(question: &Question) -> bool {
    let parts: Vec<&str> = question.resource.split(':').collect();
    parts.len() > 5 && parts[0] == "arn" && parts[2] == "kms" && parts[5].starts_with("key/")
}

/// Point 35: the root user may do everything in its account; so may, as far as its
/// session policies go, a federated user on the root user's behalf.
fn has_rights_of_root(caller: &Caller) -> bool {
    matches!(
        caller,
        Caller::Root { .. } | Caller::FederatedUser { issuer: FederatedIssuer::Root, .. }
    )
}

/// Point 35: session policies limit where there are any; a federated user without them
/// has no permissions at all.
fn session_policies_limit(caller: &Caller, policies: &Policies) -> bool {
    policies.session.is_some() || matches!(caller, Caller::FederatedUser { .. })
}

/// Whose silence does not count, since the resource's policy names the caller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Lifted {
    identity: bool,
    boundary: bool,
    session: bool,
}

/// Points 30 and 31: by who is named, in the same account.
fn lifted_by(naming: Naming) -> Lifted {
    let (identity, boundary, session) = match naming {
        // The account: no bypass, its own policies decide.
        Naming::Account => (false, false, false),
        // The role: limited by boundary and session.
        Naming::Role => (true, false, false),
        // The user who federated: limited by boundary and session.
        Naming::UserWhoFederated => (true, false, false),
        // Everybody. Choice: limited by boundary and session...
        Naming::Everyone => (true, false, false),
        // ... unless a condition asks for the caller's ARN.
        Naming::EveryoneByArn => (true, true, true),
        // The user: not limited by identity and boundary.
        Naming::User => (true, true, false),
        // The session: not limited by any.
        Naming::Session => (true, true, true),
        // These name nobody who has a side of his own.
        Naming::Provider | Naming::Service | Naming::NoPrincipalElement => (false, false, false),
    };
    Lifted { identity, boundary, session }
}

/// Point 30: a user named in a trust policy is still limited by its boundary.
fn user_assumes_role(question: &Question, is_trust: bool) -> bool {
    let action = question.action.to_ascii_lowercase();
    let is_user = matches!(question.caller, Caller::User { .. });
    is_trust && is_user && action.starts_with("sts:assumerole")
}

/// Choice: whose resource it is: as the request says, else as its ARN says, else the
/// caller's own.
fn owner(question: &Question) -> Option<String> {
    let in_arn = || {
        let segments = resource::segments(&question.resource)?;
        let number = segments[4];
        let is_account = number.len() == 12 && number.bytes().all(|byte| byte.is_ascii_digit());
        is_account.then(|| number.to_owned())
    };
    question.resource_account.clone().or_else(in_arn)
}

/// Everything in the way: what denies, then what must allow and does not, in AWS's
/// order. Choice: a silent trust policy is named last.
fn blockers(said: &AllSaid, must_allow: &MustAllow, policies: &Policies) -> Vec<Blocker> {
    let side = side(policies);
    let first_deny = said.service_control.iter().find_map(|level| level.deny.clone());
    let denials = [
        (Layer::ServiceControl, first_deny),
        (Layer::ResourceControl, said.resource_control.deny.clone()),
        (side, said.resource.deny.clone()),
        (Layer::Identity, said.identity.deny.clone()),
        (Layer::Boundary, said.boundary.deny.clone()),
        (Layer::Session, said.session.deny.clone()),
    ];
    let denials = denials.into_iter();
    let mut blockers: Vec<Blocker> =
        denials.filter_map(|(layer, deny)| Some(Blocker::Denies(layer, deny?))).collect();
    // Points 28 and 37: every level must allow.
    if let Some(level) = said.service_control.iter().position(|level| level.allow.is_none()) {
        blockers.push(Blocker::Silent(Layer::ServiceControl, Some(level)));
    }
    // Point 38: resource control policies only deny.
    let resource_is_silent = must_allow.resource && said.resource.allow.is_none();
    let silences = [
        (side, resource_is_silent && side == Layer::Resource),
        (Layer::Identity, must_allow.identity && said.identity.allow.is_none()),
        (Layer::Boundary, must_allow.boundary && said.boundary.allow.is_none()),
        (Layer::Session, must_allow.session && said.session.allow.is_none()),
        (side, resource_is_silent && side == Layer::Trust),
    ];
    for (layer, silent) in silences {
        if silent {
            blockers.push(Blocker::Silent(layer, None));
        }
    }
    blockers
}

fn side(policies: &Policies) -> Layer {
    match policies.resource {
        Side::Trust(_) => Layer::Trust,
        Side::None | Side::Resource(_) => Layer::Resource,
    }
}

/// What allowed. The side that had to is named: the resource's where it must allow or
/// where the caller's own policies need not, else the caller's own.
fn what_allowed(said: &AllSaid, must_allow: &MustAllow, policies: &Policies) -> Cause {
    let by = |layer, said: &Said| {
        said.allow.as_ref().map(|(place, _)| Cause::Statement(layer, place.clone()))
    };
    let resource = by(side(policies), &said.resource);
    let identity = by(Layer::Identity, &said.identity);
    let session = by(Layer::Session, &said.session);
    let own_side = if must_allow.resource || !must_allow.identity {
        resource.or(identity)
    } else {
        identity.or(resource)
    };
    // Point 35: the root user needs no statement.
    own_side.or(session).unwrap_or(Cause::RootUser)
}
