//! What generated cases reach: shares of answers, of what each kind of document says,
//! and both outcomes of every operator and element.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

use stead_policy::Caller;

use crate::generate::Case;
use crate::literal::decision::{self, AllSaid, Named, Said};
use crate::literal::document::Effect;
use crate::literal::operator::{NAMES, Operator, Quantifier};
use crate::literal::principal::Naming;
use crate::literal::{
    Answer, Cause, Decision, Kind, Layer, Policies, Question, Side, condition, resource,
};

/// How often each of several outcomes occurred.
pub type Counts<const N: usize> = [u64; N];

/// The counts of some cases.
#[derive(Clone, Debug, Default)]
pub struct Statistics {
    /// Sets of documents.
    pub sets: u64,
    /// Documents set and question.
    pub pairs: u64,
    /// Allowed, explicitly denied, implicitly denied.
    pub decisions: Counts<3>,
    /// The same where a kind of document is among the layers.
    pub by_kind: BTreeMap<Kind, Counts<3>>,
    /// The same by who asks.
    pub by_caller: BTreeMap<&'static str, Counts<3>>,
    /// What a layer says by itself: allows, denies, neither.
    pub said: BTreeMap<Kind, Counts<3>>,
    /// What decided: a statement that allows, one that denies, silence.
    pub causes: BTreeMap<Layer, Counts<3>>,
    /// Decided by the root user's own right.
    pub by_root: u64,
    /// Each operator: holds, does not.
    pub operators: BTreeMap<Operator, Counts<2>>,
    /// Each element in its two forms: fits, does not.
    pub elements: BTreeMap<&'static str, Counts<2>>,
    /// As what statements that allow on the resource's side name the caller.
    pub namings: BTreeMap<Naming, u64>,
    /// Statements that cannot be read: Allow, Deny.
    pub unreadable: Counts<2>,
    /// How many blockers there were at once: none, one, two, three or more.
    pub blockers: Counts<4>,
}

impl Statistics {
    /// Counts a case and its answers.
    pub fn add(&mut self, case: &Case, policies: &Policies, answers: &[Answer]) {
        self.sets += 1;
        for (question, answer) in case.questions.iter().zip(answers) {
            self.pairs += 1;
            let said = decision::all_said(question, policies);
            self.add_answer(question, answer, policies, &said);
            for (kind, documents) in layers(policies) {
                self.add_documents(question, kind, documents);
            }
        }
    }

    fn add_answer(
        &mut self,
        question: &Question,
        answer: &Answer,
        policies: &Policies,
        said: &AllSaid,
    ) {
        let decided = match answer.decision {
            Decision::Allow => 0,
            Decision::ExplicitDeny => 1,
            Decision::ImplicitDeny => 2,
        };
        self.decisions[decided] += 1;
        self.by_caller.entry(caller(&question.caller)).or_default()[decided] += 1;
        let mut kinds: Vec<Kind> = layers(policies).into_iter().map(|(kind, _)| kind).collect();
        kinds.dedup();
        for kind in kinds {
            self.by_kind.entry(kind).or_default()[decided] += 1;
        }
        match &answer.cause {
            Cause::Statement(layer, place) => {
                let index = if place.effect == Effect::Allow { 0 } else { 1 };
                self.causes.entry(*layer).or_default()[index] += 1;
            }
            Cause::Silence(layer) => self.causes.entry(*layer).or_default()[2] += 1,
            Cause::RootUser => self.by_root += 1,
        }
        self.blockers[answer.blockers.len().min(3)] += 1;
        self.add_said(policies, said);
    }

    fn add_said(&mut self, policies: &Policies, said: &AllSaid) {
        let mut add = |kind, said: &Said| {
            let counts = self.said.entry(kind).or_default();
            counts[0] += u64::from(said.allow.is_some());
            counts[1] += u64::from(said.deny.is_some());
            counts[2] += u64::from(said.allow.is_none() && said.deny.is_none());
        };
        for level in &said.service_control {
            add(Kind::ServiceControl, level);
        }
        let present = [
            (Kind::ResourceControl, &said.resource_control, !policies.resource_control.is_empty()),
            (Kind::Trust, &said.resource, matches!(policies.resource, Side::Trust(_))),
            (Kind::Resource, &said.resource, matches!(policies.resource, Side::Resource(_))),
            (Kind::Identity, &said.identity, !policies.identity.is_empty()),
            (Kind::Boundary, &said.boundary, policies.boundary.is_some()),
            (Kind::Session, &said.session, policies.session.is_some()),
        ];
        for (kind, said, is_present) in present {
            if is_present {
                add(kind, said);
            }
        }
        if let Some((_, naming)) = &said.resource.allow {
            *self.namings.entry(*naming).or_default() += 1;
        }
    }

    fn add_documents(&mut self, question: &Question, kind: Kind, (_, document): &Named) {
        let keys = &question.keys;
        for statement in &document.statements {
            let Some(elements) = &statement.elements else {
                self.unreadable[usize::from(statement.effect == Effect::Deny)] += 1;
                continue;
            };
            for condition in &elements.conditions {
                let holds = condition::holds(condition, document.variables, keys);
                self.operators.entry(condition.operator).or_default()[usize::from(!holds)] += 1;
            }
            let mut add = |name, fits: bool| {
                self.elements.entry(name).or_default()[usize::from(!fits)] += 1;
            };
            let action = &elements.action;
            let matches = |entry: &String| resource::action_matches(entry, &question.action);
            let fits = action.entries.iter().any(matches) != action.negated;
            add(if action.negated { "NotAction" } else { "Action" }, fits);
            if let Some(element) = &elements.resource {
                let fits = decision::resource_fits(elements, document.variables, question);
                add(if element.negated { "NotResource" } else { "Resource" }, fits);
            }
            if let Some(element) = &elements.principal {
                let naming = crate::literal::principal::naming(
                    elements,
                    statement.effect,
                    &question.caller,
                    false,
                );
                let negated = if element.negated { "NotPrincipal" } else { "Principal" };
                add(
                    if kind == Kind::ResourceControl { "RCP principal" } else { negated },
                    naming.is_some(),
                );
            }
        }
    }

    /// Every operator with every quantifier that did not both hold and fail so often.
    #[must_use]
    pub fn starved_operators(&self, least: u64) -> Vec<String> {
        let quantifiers = [Quantifier::None, Quantifier::ForAllValues, Quantifier::ForAnyValue];
        let mut starved = Vec::new();
        for name in NAMES {
            for quantifier in quantifiers {
                for if_exists in [false, true] {
                    let operator = Operator { quantifier, name, if_exists };
                    let counts = self.operators.get(&operator).copied().unwrap_or_default();
                    let exists = Operator::read(&operator.written()).is_some();
                    if exists && counts.iter().any(|count| *count < least) {
                        starved.push(format!("{}: {counts:?}", operator.written()));
                    }
                }
            }
        }
        starved
    }
}

/// Every document and its kind.
fn layers(policies: &Policies) -> Vec<(Kind, &Named)> {
    let (trust, resource) = match &policies.resource {
        Side::None => (None, None),
        Side::Trust(document) => (Some(document), None),
        Side::Resource(document) => (None, Some(document)),
    };
    let of = |kind, documents: Vec<_>| documents.into_iter().map(move |document| (kind, document));
    of(Kind::Identity, policies.identity.iter().collect())
        .chain(of(Kind::Boundary, policies.boundary.iter().collect()))
        .chain(of(Kind::Session, policies.session.iter().flatten().collect()))
        .chain(of(Kind::Trust, trust.into_iter().collect()))
        .chain(of(Kind::Resource, resource.into_iter().collect()))
        .chain(of(Kind::ServiceControl, policies.service_control.iter().flatten().collect()))
        .chain(of(Kind::ResourceControl, policies.resource_control.iter().collect()))
        .collect()
}

fn caller(caller: &Caller) -> &'static str {
    match caller {
        Caller::Root { .. } => "root",
        Caller::User { .. } => "user",
        Caller::RoleSession { .. } => "role session",
        Caller::FederatedUser { .. } => "federated user",
        Caller::WebIdentity { .. } => "web identity",
        Caller::Saml { .. } => "saml",
        Caller::Service { .. } => "service",
        Caller::Anonymous => "anonymous",
    }
}

fn shares<const N: usize>(counts: &Counts<N>) -> String {
    let total = counts.iter().sum::<u64>().max(1);
    let share = |count: &u64| {
        let tenths = count * 1000 / total;
        format!("{:>3}.{} %", tenths / 10, tenths % 10)
    };
    let shares: Vec<String> = counts.iter().map(share).collect();
    format!("{total:>10}  {}", shares.join("  "))
}

impl Display for Statistics {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let mut line = |name: &str, rest: String| writeln!(formatter, "{name:<36}{rest}");
        line("sets of documents", format!("{:>10}", self.sets))?;
        line("", "     count    Allow  Explicit  Implicit".to_owned())?;
        line("pairs", shares(&self.decisions))?;
        for (kind, counts) in &self.by_kind {
            line(&format!("  with {kind:?}"), shares(counts))?;
        }
        for (caller, counts) in &self.by_caller {
            line(&format!("  by {caller}"), shares(counts))?;
        }
        line("", "     count   allows    denies   neither".to_owned())?;
        for (kind, counts) in &self.said {
            line(&format!("{kind:?} says"), shares(counts))?;
        }
        line("", "     count   allows    denies  is silent".to_owned())?;
        for (layer, counts) in &self.causes {
            line(&format!("{layer:?} decides"), shares(counts))?;
        }
        line("the root user's own right", format!("{:>10}", self.by_root))?;
        line("", "     count     none       one       two  more blockers".to_owned())?;
        line("blocked by", shares(&self.blockers))?;
        line("", "     count    Allow      Deny".to_owned())?;
        line("unreadable statements", shares(&self.unreadable))?;
        line("", "     count     fits    doesn't".to_owned())?;
        for (name, counts) in &self.elements {
            line(name, shares(counts))?;
        }
        for (naming, count) in &self.namings {
            line(&format!("allowed on the resource's side: {naming:?}"), format!("{count:>10}"))?;
        }
        line("", "     count    holds    doesn't".to_owned())?;
        for (operator, counts) in &self.operators {
            line(&operator.written(), shares(counts))?;
        }
        Ok(())
    }
}
