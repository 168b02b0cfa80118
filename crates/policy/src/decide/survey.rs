use super::Bypass;
use crate::caller::Named;
use crate::compiled::CompiledStatement;
use crate::index::{ActionTest, Candidate, Index};
use crate::request::Target;
use crate::unknown::Outlook;
use crate::{Effect, Policies, PolicyRef, PolicySource, PolicyType, Request, StatementRef, Trace};

/// What the policies of one layer say to a request.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Survey<'a> {
    deny: Option<Found<'a>>,
    allow: Option<Found<'a>>,
}

/// A statement that applies, and its place: of its policy, and in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found<'a> {
    pub(super) place: (usize, usize),
    pub(super) source: &'a PolicySource,
    pub(super) statement: &'a CompiledStatement,
    pub(super) named: Named,
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

    /// Whether the allowing statement names the caller with everybody else.
    pub(super) fn names_everyone(&self) -> bool {
        self.allow.is_some_and(|found| found.named == Named::Everyone)
    }

    /// Denies of a further level count after those of the levels before.
    pub(super) fn add_deny(&mut self, other: Self) {
        self.deny = self.deny.or(other.deny);
    }

    /// A statement applies.
    pub(super) fn add(&mut self, found: Found<'a>) {
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
    /// What being named so lifts, when the statement allows.
    pub(super) fn lifts(&self) -> Bypass {
        Bypass::of(self.named)
    }

    /// Whether its allowing could change what a layer says.
    pub(super) fn adds_to(&self, survey: &Survey<'_>) -> bool {
        survey.allow.is_none_or(|known| Bypass::of(known.named) < self.lifts())
    }

    fn lifts_before(&self, known: &Self) -> bool {
        self.named > known.named || (self.named == known.named && self.place < known.place)
    }
}

/// Asks the statements of a layer's policies that the indexes find. Not stopping at
/// the first Deny is what lets an outcome say whether the layer would have allowed.
pub(super) fn survey<'a: 't, 't, T: Trace<'t>>(
    policy_type: PolicyType,
    level: Option<usize>,
    policies: Policies<'a>,
    request: &Request<'t>,
    target: &Target<'_>,
    trace: &mut T,
) -> Survey<'a> {
    trace.layer(policy_type, level, policies);
    if matches!(policies, Policies::Single(None)) {
        return Survey::default();
    }
    let mut asking = Asking { request, target, trace, survey: Survey::default() };
    match policies {
        Policies::Indexed(set) => {
            asking.found(set.index(), set.statement_count(), |place| set.statement(place));
        }
        policies => {
            for (at, PolicyRef { source, policy }) in policies.iter().enumerate() {
                let statements = policy.statements();
                asking.found(policy.index(), statements.len(), |place| {
                    let statement = statements.get(usize::try_from(place).ok()?)?;
                    Some((at, source, statement))
                });
            }
        }
    }
    asking.survey
}

struct Asking<'q, 't, 'a, T> {
    request: &'q Request<'t>,
    target: &'q Target<'q>,
    trace: &'q mut T,
    survey: Survey<'a>,
}

impl<'a: 't, 't, T: Trace<'t>> Asking<'_, 't, 'a, T> {
    /// Asks every statement that an index finds.
    fn found(
        &mut self,
        index: &Index,
        count: usize,
        at_place: impl Fn(u32) -> Option<(usize, &'a PolicySource, &'a CompiledStatement)>,
    ) {
        if T::ENABLED {
            // A trace has each statement once and in order, and of those that are walked
            // only the ones that an index would find.
            for place in index.places(count, self.request, self.target) {
                if let Some((at, source, statement)) = at_place(place)
                    && statement.concerns(self.target)
                {
                    let action = &ActionTest::Passed;
                    self.statement(at, source, statement, Candidate { place, action });
                }
            }
            return;
        }
        index.visit(count, self.request, self.target, |candidate| {
            if let Some((at, source, statement)) = at_place(candidate.place) {
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
        let named = statement.applies(candidate.action, self.request, self.target, Outlook::Worst);
        if T::ENABLED {
            self.trace.statement(at, statement, self.request, self.target, named);
        }
        if let Some(named) = named {
            self.survey.add(Found { place, source, statement, named });
        }
    }
}
