//! What documents grant of a service, without a request.
//!
//! Two answers, which AWS finds in two ways. Observed: radkawar/stackd, recorded in 2026.
//! - Whether one document grants something of a service, for ListPoliciesGrantingServiceAccess:
//!   words are compared, and only a Deny of the whole service takes it away.
//! - What several documents together grant, for reports: known actions on resources that they
//!   act on, without what is denied in full.
//!
//! Conditions are taken to hold where something is allowed, and not where it is denied.

use stead_catalogue::{Action, ResourceType, Service};
use stead_policy::{Effect, Pattern, Patterns, Polarity, Policy, Statement};

/// Most comparisons of a resource with the forms of ARNs for one report; beyond, a resource
/// fits and nothing covers it.
///
/// Choice: all of AWS's own managed policies need a tenth at most.
const COMPARED_MAX: usize = 20_000;

/// Whether a document grants something of a service.
pub(super) fn grants_service(policy: &Policy, service: &Service) -> bool {
    let statements = policy.statements();
    let of = |effect| statements.iter().filter(move |it| it.effect.value == effect);
    let allows = |statement: &Statement| {
        names_some_of(&statement.actions, service)
            && resources_may_be_of(statement.resources.as_ref(), service)
    };
    let denies_all = |statement: &Statement| {
        is_unconditional(statement)
            && statement.actions.polarity == Polarity::Any
            && statement.actions.values.iter().any(|it| is_all_of(&it.value, service))
            && statement.resources.as_ref().is_some_and(|resources| {
                resources.polarity == Polarity::Any
                    && resources.values.iter().any(|it| it.value == "*")
            })
    };
    of(Effect::Allow).any(allows) && !of(Effect::Deny).any(denies_all)
}

fn names_some_of(actions: &Patterns, service: &Service) -> bool {
    let mut values = actions.values.iter();
    match actions.polarity {
        Polarity::Any => values.any(|it| is_of(&it.value, service)),
        Polarity::NoneOf => !values.any(|it| is_all_of(&it.value, service)),
    }
}

/// Whether the pattern of an action begins with the service.
fn is_of(pattern: &str, service: &Service) -> bool {
    let vendor = pattern.split_once(':').map_or(pattern, |(vendor, _)| vendor);
    Pattern::of_action(vendor).matches_folded(service.name)
}

/// Whether the pattern of an action is every action of the service.
fn is_all_of(pattern: &str, service: &Service) -> bool {
    match pattern.split_once(':') {
        Some((_, name)) => name == "*" && is_of(pattern, service),
        None => pattern == "*",
    }
}

fn resources_may_be_of(resources: Option<&Patterns>, service: &Service) -> bool {
    let Some(resources) = resources else { return true };
    let mut values = resources.values.iter();
    match resources.polarity {
        Polarity::NoneOf => !values.any(|it| it.value == "*"),
        Polarity::Any => values.any(|it| may_be_of(&it.value, service)),
    }
}

/// Whether a resource may be one of the service, by the service in its ARN.
fn may_be_of(resource: &str, service: &Service) -> bool {
    let Some(written) = resource.split(':').nth(2) else { return true };
    if resource == "*" || written.contains("${") {
        return true;
    }
    let written = Pattern::of_action(written);
    let forms = service.types.iter().flat_map(ResourceType::arns);
    let mut owners = forms.filter_map(|form| form.split(':').next());
    written.matches_folded(service.name) || owners.any(|owner| written.matches_folded(owner))
}

fn is_unconditional(statement: &Statement) -> bool {
    statement.conditions.is_empty()
}

/// What some documents together grant, found service by service.
#[derive(Debug)]
pub(super) struct Granted {
    allows: Vec<Part>,
    denies: Vec<Part>,
    compared: usize,
}

/// A statement.
#[derive(Debug)]
struct Part {
    actions: Vec<(String, Pattern)>,
    action_polarity: Polarity,
    resources: Vec<Resource>,
    resource_polarity: Polarity,
}

#[derive(Clone, Debug)]
struct Resource {
    // The service in the ARN; `None` where it is not one word.
    owner: Option<String>,
    pattern: Pattern,
    is_all: bool,
}

impl Granted {
    pub(super) fn by<'p>(policies: impl IntoIterator<Item = &'p Policy>) -> Self {
        let mut granted = Self { allows: Vec::new(), denies: Vec::new(), compared: 0 };
        for statement in policies.into_iter().flat_map(Policy::statements) {
            match statement.effect.value {
                Effect::Allow => granted.allows.push(Part::of(statement)),
                Effect::Deny if is_unconditional(statement) => {
                    granted.denies.push(Part::of(statement));
                }
                Effect::Deny => {}
            }
        }
        granted
    }

    /// The actions of a service that are granted, in the order of the catalogue; as many as
    /// are asked for.
    pub(super) fn of<'s>(&mut self, service: &'s Service, max: usize) -> Vec<&'s Action> {
        let Self { allows, denies, compared } = self;
        let allows: Vec<&Part> = allows.iter().filter(|part| part.names(service)).collect();
        if allows.is_empty() {
            return Vec::new();
        }
        let denies: Vec<&Part> = denies.iter().filter(|part| part.names(service)).collect();
        let mut is_granted = |action: &&Action| {
            let name = format!("{}:{}", service.name, action.name);
            let mut matching = allows.iter().filter(|part| part.matches(&name));
            matching.any(|part| {
                let resources = part.granted_resources();
                resources.iter().any(|resource| {
                    acts_on(service, action, resource, compared)
                        && !denies
                            .iter()
                            .any(|deny| deny.matches(&name) && deny.covers(resource, compared))
                })
            })
        };
        service.actions.iter().filter(|action| is_granted(action)).take(max).collect()
    }
}

impl Part {
    fn of(statement: &Statement) -> Self {
        let actions = statement.actions.values.iter();
        let resources = statement.resources.as_ref();
        Self {
            actions: actions.map(|it| (it.value.clone(), Pattern::of_action(&it.value))).collect(),
            action_polarity: statement.actions.polarity,
            resources: resources
                .map(|all| all.values.iter().map(|it| Resource::of(&it.value)).collect())
                .unwrap_or_else(|| vec![Resource::of("*")]),
            resource_polarity: resources.map_or(Polarity::Any, |all| all.polarity),
        }
    }

    /// Whether it can be about actions of the service.
    fn names(&self, service: &Service) -> bool {
        let mut written = self.actions.iter().map(|(written, _)| written);
        match self.action_polarity {
            Polarity::Any => written.any(|written| is_of(written, service)),
            Polarity::NoneOf => !written.any(|written| is_all_of(written, service)),
        }
    }

    fn matches(&self, action: &str) -> bool {
        let some = self.actions.iter().any(|(_, pattern)| pattern.matches_folded(action));
        some == (self.action_polarity == Polarity::Any)
    }

    /// What it grants access to: what is not excepted counts as everything.
    fn granted_resources(&self) -> Vec<Resource> {
        match self.resource_polarity {
            Polarity::Any => self.resources.clone(),
            Polarity::NoneOf if self.resources.iter().any(|it| it.is_all) => Vec::new(),
            Polarity::NoneOf => vec![Resource::of("*")],
        }
    }

    /// Whether it is about all that the resource can be.
    fn covers(&self, resource: &Resource, compared: &mut usize) -> bool {
        if self.resources.iter().any(|own| own.is_all) {
            return self.resource_polarity == Polarity::Any;
        }
        *compared = compared.saturating_add(self.resources.len());
        if *compared > COMPARED_MAX {
            return false;
        }
        let mut own = self.resources.iter();
        match self.resource_polarity {
            Polarity::Any => own.any(|own| own.pattern.covers(&resource.pattern)),
            Polarity::NoneOf => !own.any(|own| own.pattern.overlaps(&resource.pattern)),
        }
    }
}

impl Resource {
    fn of(text: &str) -> Self {
        if text == "*" {
            return Self { owner: None, pattern: Pattern::of_policy(text), is_all: true };
        }
        let owner = text.split(':').nth(2).filter(|owner| !owner.contains(['*', '?', '$']));
        Self {
            owner: owner.map(str::to_ascii_lowercase),
            pattern: Pattern::of_resource(text),
            is_all: false,
        }
    }
}

/// Whether an action acts on something that the resource can be.
fn acts_on(service: &Service, action: &Action, resource: &Resource, compared: &mut usize) -> bool {
    if resource.is_all {
        return true;
    }
    let forms = service.types_of(action).flat_map(ResourceType::arns);
    let mut fitting = forms.filter(|form| {
        resource.owner.as_ref().is_none_or(|owner| form.split(':').next() == Some(owner))
    });
    fitting.any(|form| {
        *compared = compared.saturating_add(1);
        let form = || Pattern::of_form(&format!("arn:${{Partition}}:{form}"));
        *compared > COMPARED_MAX || form().overlaps(&resource.pattern)
    })
}

#[cfg(test)]
mod tests;
