use super::Bypass;
use crate::caller::Named;
use crate::compiled::CompiledStatement;
use crate::index::{ActionTest, Candidate};
use crate::request::Target;
use crate::{
    Effect, Policies, PolicyRef, PolicySet, PolicySource, PolicyType, Request, StatementRef, Trace,
};

/// What the policies of one layer say to a request.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Survey<'a> {
    deny: Option<Found<'a>>,
    allow: Option<Found<'a>>,
}

/// A statement that applies, and its place: of its policy, and in it.
#[derive(Clone, Copy, Debug)]
struct Found<'a> {
    place: (usize, usize),
    source: &'a PolicySource,
    statement: &'a CompiledStatement,
    named: Named,
}

impl<'a> Survey<'a> {
    /// The first statement that denies.
    pub(super) fn deny(&self) -> Option<StatementRef<'a>> {
        self.deny.map(|found| found.statement.reference(found.source))
    }

    /// The statement that allows; of several the first of those that lift most.
    pub(super) fn allow(&self) -> Option<StatementRef<'a>> {
        self.allow.map(|found| found.statement.reference(found.source))
    }

    /// Whether a statement allows.
    pub(super) const fn allows(&self) -> bool {
        self.allow.is_some()
    }

    /// What the allowing statement lifts.
    pub(super) fn bypass(&self) -> Bypass {
        self.allow.map_or(Bypass::Nothing, |found| Bypass::of(found.named))
    }

    /// Denies of a further level count after those of the levels before.
    pub(super) fn add_deny(&mut self, other: Self) {
        self.deny = self.deny.or(other.deny);
    }

    fn add(&mut self, found: Found<'a>) {
        match found.statement.effect {
            Effect::Deny if self.deny.is_none_or(|known| found.place < known.place) => {
                self.deny = Some(found);
            }
            Effect::Allow if self.allow.is_none_or(|known| found.lifts_before(&known)) => {
                self.allow = Some(found);
            }
            Effect::Deny | Effect::Allow => {}
        }
    }

    /// Whether a statement at this place could change nothing. Only in documents that
    /// name callers does it matter which of several statements allows.
    fn knows(&self, effect: Effect, place: (usize, usize)) -> bool {
        let known = match effect {
            Effect::Deny => self.deny,
            Effect::Allow => self.allow.filter(|known| known.named == Named::NotAsked),
        };
        known.is_some_and(|known| known.place <= place)
    }
}

impl Found<'_> {
    fn lifts_before(&self, known: &Self) -> bool {
        self.named > known.named || (self.named == known.named && self.place < known.place)
    }
}

/// Asks the statements of a layer's policies that the indexes find. Not stopping at
/// the first Deny is what lets an outcome say whether the layer would have allowed.
pub(super) fn survey<'a, T: Trace>(
    policy_type: PolicyType,
    level: Option<usize>,
    policies: Policies<'a>,
    request: &Request<'_>,
    target: &Target<'_>,
    trace: &mut T,
) -> Survey<'a> {
    let mut asking = Asking { request, target, trace, survey: Survey::default() };
    match policies {
        Policies::Indexed(set) if !T::ENABLED => asking.set(set),
        policies => {
            for (at, policy) in policies.iter().enumerate() {
                asking.trace.policy(policy_type, level, policy);
                asking.policy(at, policy);
            }
        }
    }
    asking.survey
}

struct Asking<'t, 'a, T> {
    request: &'t Request<'t>,
    target: &'t Target<'t>,
    trace: &'t mut T,
    survey: Survey<'a>,
}

impl<'a, T: Trace> Asking<'_, 'a, T> {
    fn policy(&mut self, at: usize, PolicyRef { source, policy }: PolicyRef<'a>) {
        let statements = policy.statements();
        if T::ENABLED {
            for (statement, place) in statements.iter().zip(0_u32..) {
                let candidate = Candidate { place, action: &ActionTest::Whole };
                self.statement(at, source, statement, candidate);
            }
            return;
        }
        policy.index().visit(statements.len(), self.request, self.target, |candidate| {
            let place = usize::try_from(candidate.place).ok();
            if let Some(statement) = place.and_then(|place| statements.get(place)) {
                self.statement(at, source, statement, candidate);
            }
        });
    }

    fn set(&mut self, set: &'a PolicySet) {
        set.index().visit(set.statement_count(), self.request, self.target, |candidate| {
            if let Some((at, source, statement)) = set.statement(candidate.place) {
                self.statement(at, source, statement, candidate);
            }
        });
    }

    fn statement(
        &mut self,
        at: usize,
        source: &'a PolicySource,
        statement: &'a CompiledStatement,
        candidate: Candidate<'_>,
    ) {
        let place = (at, statement.index);
        if !T::ENABLED && self.survey.knows(statement.effect, place) {
            return;
        }
        let named = statement.applies(candidate.action, self.request, self.target);
        if T::ENABLED {
            self.trace.statement(statement, self.request, self.target, named);
        }
        if let Some(named) = named {
            self.survey.add(Found { place, source, statement, named });
        }
    }
}
