use std::collections::BTreeMap;

use super::super::survey::{Found, Survey};
use super::super::{Bypass, Demand, Demands, Findings, binding_levels, resource_side};
use crate::arn_pattern::ArnText;
use crate::cases::{Question, Shape, answers};
use crate::compiled::element::Written;
use crate::compiled::open::Open;
use crate::context::ContextKey;
use crate::index::ActionTest;
use crate::limits::CASE_ELEMENTS_MAX;
use crate::request::Target;
use crate::unknown::{Assumed, Outlook};
use crate::{
    Context, Decision, Dependence, DependentElement, Effect, Layers, NoTrace, OperatorBase,
    Outcome, Policies, PolicyType, Quantifier, Request, Spanned,
};

/// What is certain about a request, and the statements that depend on unknown keys.
pub(super) struct Ground<'q, 'a> {
    request: &'q Request<'q>,
    target: &'q Target<'q>,
    layers: &'q Layers<'a>,
    parts: Vec<Part<'a>>,
    // Of every statement that depends on unknown keys.
    elements: Vec<Open<'a>>,
    shapes: BTreeMap<Box<str>, Shape>,
}

/// One layer, or one level of one.
struct Part<'a> {
    policy_type: PolicyType,
    level: Option<usize>,
    // By the statements that apply in any case.
    certain: Survey<'a>,
    open: Vec<OpenStatement<'a>>,
}

/// A statement that applies when these elements hold.
struct OpenStatement<'a> {
    found: Found<'a>,
    elements: Vec<Open<'a>>,
}

impl<'q, 'a> Ground<'q, 'a> {
    pub(super) fn new(
        request: &'q Request<'q>,
        target: &'q Target<'q>,
        layers: &'q Layers<'a>,
    ) -> Self {
        let asked = asked(request, layers);
        let shapes = shapes(asked.iter().map(|(_, _, policies)| *policies));
        let part = |(policy_type, level, policies)| {
            let (certain, open) = divide(policies, request, target);
            Part { policy_type, level, certain, open }
        };
        let parts = asked.into_iter().map(part).collect();
        let mut ground = Self { request, target, layers, parts, elements: Vec::new(), shapes };
        ground.leave_out_what_is_idle();
        ground
    }

    /// The outcome in a context that completes the request's own in part.
    pub(super) fn outcome(&self, context: &Context, outlook: Outlook) -> Outcome<'a> {
        let findings = self.findings(|open| {
            self.applies(open, context, outlook.assumes(open.found.statement.effect))
        });
        findings.conclude(self.request, self.layers, &mut NoTrace)
    }

    fn applies(&self, open: &OpenStatement<'a>, context: &Context, assumed: Assumed) -> bool {
        open.elements.iter().all(|element| element.holds(self.arn(), context, assumed))
    }

    /// What each layer says, when of the statements in question these apply.
    fn findings(&self, applies: impl Fn(&OpenStatement<'a>) -> bool) -> Findings<'a> {
        let mut findings = Findings::silent(self.layers);
        for part in &self.parts {
            let mut survey = part.certain;
            for open in part.open.iter().filter(|open| applies(open)) {
                survey.add(open.found);
            }
            findings.set(part.policy_type, part.level, survey);
        }
        findings
    }

    /// Leaves out statements that cannot change the decision, whatever the keys are.
    fn leave_out_what_is_idle(&mut self) {
        // With the fewest Allows most layers must allow.
        let worst = self.findings(|open| open.found.statement.effect == Effect::Deny);
        let demands = Demands::of(self.request, &worst, self.layers, &mut NoTrace);
        for part in &mut self.parts {
            let demand = demands.of_layer(part.policy_type);
            let certain = part.certain;
            part.open.retain(|OpenStatement { found, .. }| {
                found.statement.effect == Effect::Deny
                    || (found.adds_to(&certain)
                        && (demand == Demand::Allow || found.lifts() != Bypass::Nothing))
            });
        }
        self.collect_elements();
    }

    /// Leaves out elements that hold whatever the keys are, and statements with one
    /// that never does.
    pub(super) fn leave_out_what_is_settled(&mut self) {
        if self.elements.len() > CASE_ELEMENTS_MAX {
            return;
        }
        let mut parts = std::mem::take(&mut self.parts);
        for part in &mut parts {
            for mut open in std::mem::take(&mut part.open) {
                let found: Vec<_> = open.elements.iter().map(|one| self.settled(*one)).collect();
                if found.contains(&Some(false)) {
                    continue;
                }
                let mut settled = found.iter();
                open.elements.retain(|_| settled.next().is_some_and(Option::is_none));
                if open.elements.is_empty() {
                    part.certain.add(open.found);
                } else {
                    part.open.push(open);
                }
            }
        }
        self.parts = parts;
        self.leave_out_what_is_idle();
    }

    /// Whether an element holds, if it does or does not whatever the keys are.
    fn settled(&self, element: Open<'a>) -> Option<bool> {
        let question = Alone { ground: self, element: [element] };
        let found = answers(&question, self.request.context);
        match (found.exact, found.yes.is_some(), found.no.is_some()) {
            (true, true, false) => Some(true),
            (true, false, true) => Some(false),
            _ => None,
        }
    }

    fn collect_elements(&mut self) {
        let open = self.parts.iter().flat_map(|part| &part.open);
        self.elements = open.flat_map(|open| open.elements.iter().copied()).collect();
    }

    /// What the decision depends on.
    pub(super) fn dependences(&self) -> Vec<Dependence<'a>> {
        let open =
            self.parts.iter().flat_map(|part| part.open.iter().map(move |open| (part, open)));
        let each = open.flat_map(|(part, open)| {
            open.elements.iter().map(move |element| self.dependence(part, open, *element))
        });
        each.collect()
    }

    fn dependence(
        &self,
        part: &Part<'a>,
        open: &OpenStatement<'a>,
        element: Open<'a>,
    ) -> Dependence<'a> {
        let keys = element.keys(self.request.context).into_iter();
        Dependence {
            policy_type: part.policy_type,
            level: part.level,
            statement: open.found.statement.reference(open.found.source),
            keys: keys.map(|key| key.written.into()).collect(),
            element: match element {
                Open::Condition(condition) => DependentElement::Condition {
                    operator: condition.operator,
                    operator_span: condition.operator_span,
                    key: Spanned::new(condition.key_span, &condition.key),
                    values: written(&condition.values),
                },
                Open::Resources(resources) => DependentElement::Resource {
                    polarity: resources.polarity,
                    span: resources.span,
                    values: written(&resources.entries),
                },
            },
        }
    }
}

impl<'a> Question<'a> for Ground<'_, 'a> {
    fn answer(&self, context: &Context, outlook: Outlook) -> bool {
        self.outcome(context, outlook).decision == Decision::Allow
    }

    fn elements(&self) -> &[Open<'a>] {
        &self.elements
    }

    fn undecided(&self, context: &Context) -> Vec<Open<'a>> {
        let open = self.parts.iter().flat_map(|part| &part.open);
        let may_apply = open.filter(|open| self.applies(open, context, Assumed::Holds));
        may_apply.flat_map(|open| open.elements.iter().copied()).collect()
    }

    fn arn(&self) -> Option<&ArnText<'_>> {
        self.target.arn.as_ref()
    }

    fn shape(&self, key: &ContextKey) -> Shape {
        self.shapes.get(key.folded()).copied().unwrap_or_default()
    }
}

/// Whether one element holds.
struct Alone<'g, 'q, 'a> {
    ground: &'g Ground<'q, 'a>,
    element: [Open<'a>; 1],
}

impl<'a> Question<'a> for Alone<'_, '_, 'a> {
    fn answer(&self, context: &Context, outlook: Outlook) -> bool {
        let assumed = match outlook {
            Outlook::Worst => Assumed::Fails,
            Outlook::Best => Assumed::Holds,
        };
        self.element.iter().all(|element| element.holds(self.arn(), context, assumed))
    }

    fn elements(&self) -> &[Open<'a>] {
        &self.element
    }

    fn undecided(&self, _: &Context) -> Vec<Open<'a>> {
        self.element.to_vec()
    }

    fn arn(&self) -> Option<&ArnText<'_>> {
        self.ground.arn()
    }

    fn shape(&self, key: &ContextKey) -> Shape {
        self.ground.shape(key)
    }
}

/// The policies of every layer that is asked, level by level.
fn asked<'a>(
    request: &Request<'_>,
    layers: &Layers<'a>,
) -> Vec<(PolicyType, Option<usize>, Policies<'a>)> {
    let (resource_type, resource) = resource_side(layers);
    let levels = binding_levels(request, layers).iter().enumerate();
    let levels = levels.map(|(at, level)| (PolicyType::ServiceControl, Some(at), *level));
    let others = [
        (PolicyType::ResourceControl, None, layers.resource_control),
        (resource_type, None, resource.into()),
        (PolicyType::Identity, None, layers.identity),
        (PolicyType::Boundary, None, layers.boundary.into()),
        (PolicyType::Session, None, layers.session.unwrap_or_default()),
    ];
    levels.chain(others).collect()
}

/// What applies in any case, and what may.
fn divide<'a>(
    policies: Policies<'a>,
    request: &Request<'_>,
    target: &Target<'_>,
) -> (Survey<'a>, Vec<OpenStatement<'a>>) {
    let mut certain = Survey::default();
    let mut open = Vec::new();
    for (at, policy) in policies.iter().enumerate() {
        for statement in policy.policy.statements() {
            // Taken so that it applies if it can.
            let outlook = match statement.effect {
                Effect::Allow => Outlook::Best,
                Effect::Deny => Outlook::Worst,
            };
            let applies = statement.applies(&ActionTest::Whole, request, target, outlook);
            let Some(named) = applies else { continue };
            let place = (at, statement.index);
            let found = Found { place, source: policy.source, statement, named };
            let elements = Open::of(statement, request.context);
            if elements.is_empty() {
                certain.add(found);
            } else {
                open.push(OpenStatement { found, elements });
            }
        }
    }
    (certain, open)
}

/// What the policies take each key to be.
fn shapes<'a>(policies: impl Iterator<Item = Policies<'a>>) -> BTreeMap<Box<str>, Shape> {
    let mut shapes: BTreeMap<Box<str>, Shape> = BTreeMap::new();
    let statements = policies.flat_map(Policies::iter).flat_map(|one| one.policy.statements());
    for condition in statements.flat_map(|statement| statement.conditions()) {
        let set = condition.operator.quantifier != Quantifier::Single;
        let binary = condition.operator.base == OperatorBase::BinaryEquals;
        if set || binary {
            let shape = shapes.entry(condition.lookup_key().folded().into()).or_default();
            shape.set |= set;
            shape.binary |= binary;
        }
    }
    shapes
}

fn written<P>(entries: &[Written<P>]) -> Vec<Spanned<&str>> {
    entries.iter().map(|entry| Spanned::new(entry.span, entry.text.as_ref())).collect()
}
