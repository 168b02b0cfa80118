//! Resources: whether the actions act on anything of the kind.

use std::collections::BTreeMap;

use stead_catalogue::{Action, ResourceType, Service};
use stead_policy::{DocumentKind, Pattern, Polarity, Spanned};

use crate::document::{Document, Known, Resolved};
use crate::limits::FORMS_COMPARED_MAX;
use crate::{Example, Finding, Rule, Severity};

pub(super) const RULES: &[&Rule] = &[&UNSUPPORTED, &UNUSED];

static UNSUPPORTED: Rule = Rule {
    code: "resource/unsupported",
    severity: Severity::Warning,
    title: "the action acts on none of the resources",
    text: "An action is allowed or denied on resources of the types it acts on. With others the \
           statement says nothing about it. Actions that act on no resource, such as most that \
           list, are allowed with `*` alone.",
    fixable: false,
    shown: Example::new(
        DocumentKind::Identity,
        r#"{"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "arn:aws:s3:::reports"}"#,
    ),
    clean: Example::new(
        DocumentKind::Identity,
        r#"{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::reports"}"#,
    ),
};

static UNUSED: Rule = Rule {
    code: "resource/unused",
    severity: Severity::Warning,
    title: "none of the actions acts on the resource",
    text: "The statement says nothing about this resource. Often a slash is missing or too much: a \
           bucket is `arn:aws:s3:::name`, what is in it is `arn:aws:s3:::name/*`.",
    fixable: false,
    shown: Example::new(
        DocumentKind::Identity,
        r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": ["arn:aws:s3:::reports", "arn:aws:s3:::reports/*"]}"#,
    ),
    clean: Example::new(
        DocumentKind::Identity,
        r#"{"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": ["arn:aws:s3:::reports", "arn:aws:s3:::reports/*"]}"#,
    ),
};

pub(super) fn check(document: &Document<'_>, findings: &mut Vec<Finding>) {
    for resolved in &document.statements {
        check_statement(document, resolved, findings);
    }
}

/// A resource of a statement, made ready to be compared.
struct Given<'p> {
    written: &'p Spanned<String>,
    pattern: Pattern,
    used: bool,
}

/// Choice: `*` as a resource fits everything, an action that is not known fits every
/// resource, and nothing is said of NotAction and NotResource.
fn check_statement(document: &Document<'_>, resolved: &Resolved<'_>, findings: &mut Vec<Finding>) {
    let Some(resources) = resolved.resources() else { return };
    if resolved.statement.actions.polarity == Polarity::NoneOf {
        return;
    }
    let mut given: Vec<Given<'_>> = resources.values.iter().map(Given::new).collect();
    if given.iter().any(|resource| resource.written.value == "*") {
        return;
    }
    let mut forms = Forms { fitting: BTreeMap::new(), compared: 0 };
    let mut all_known = true;
    for named in &resolved.actions {
        let Known::Actions(service, actions) = &named.known else {
            all_known = false;
            continue;
        };
        all_known &= !actions.is_empty();
        let mut fits = actions.is_empty();
        for action in actions {
            fits |= forms.fit(service, action, &mut given);
        }
        if !fits {
            findings.push(unsupported(&named.pattern.value, service, actions, named.pattern));
        }
    }
    // Choice: other services' resource policies name resources in ways of their own.
    if all_known && document.kind != DocumentKind::Resource {
        let unused = given.iter().filter(|resource| !resource.used);
        findings.extend(unused.map(|resource| unused_resource(resource.written)));
    }
}

impl<'p> Given<'p> {
    fn new(written: &'p Spanned<String>) -> Self {
        let pattern = Pattern::of_resource(&written.value);
        Self { written, pattern, used: false }
    }
}

/// Which resources of a statement fit a type of a service, by names.
struct Forms {
    fitting: BTreeMap<(&'static str, &'static str), Vec<usize>>,
    compared: usize,
}

impl Forms {
    /// Whether the action acts on one of the resources; notes all of which it does.
    fn fit(
        &mut self,
        service: &'static Service,
        action: &'static Action,
        given: &mut [Given<'_>],
    ) -> bool {
        let mut fits = false;
        for kind in service.types_of(action) {
            for at in self.fitting(service, kind, given) {
                fits = true;
                if let Some(resource) = given.get_mut(at) {
                    resource.used = true;
                }
            }
        }
        fits
    }

    fn fitting(
        &mut self,
        service: &'static Service,
        kind: &'static ResourceType,
        given: &[Given<'_>],
    ) -> Vec<usize> {
        let name = (service.name, kind.name);
        if let Some(known) = self.fitting.get(&name) {
            return known.clone();
        }
        self.compared += given.len();
        let give_up = self.compared > FORMS_COMPARED_MAX;
        let forms: Vec<Pattern> =
            kind.arns().map(|arn| Pattern::of_form(&format!("arn:${{Partition}}:{arn}"))).collect();
        let fits = |resource: &Given<'_>| {
            give_up || forms.iter().any(|form| form.overlaps(&resource.pattern))
        };
        let places = given.iter().enumerate().filter(|(_, resource)| fits(resource));
        let places: Vec<usize> = places.map(|(at, _)| at).collect();
        self.fitting.insert(name, places.clone());
        places
    }
}

fn unsupported(
    text: &str,
    service: &Service,
    actions: &[&Action],
    pattern: &Spanned<String>,
) -> Finding {
    let mut names: Vec<&str> = actions
        .iter()
        .flat_map(|action| service.types_of(action))
        .flat_map(ResourceType::arns)
        .collect();
    names.sort_unstable();
    names.dedup();
    let message = match names.as_slice() {
        [] => format!("`{text}` acts on no resource, so it needs `*`"),
        _ => format!("`{text}` acts on none of these resources"),
    };
    let finding = Finding::new(&UNSUPPORTED, pattern.span, message);
    match names.as_slice() {
        [] => finding.help("put it into a statement with `\"Resource\": \"*\"`"),
        [first, rest @ ..] => {
            let more = if rest.is_empty() { "" } else { ", among others" };
            finding.help(format!("it acts on `arn:aws:{first}`{more}"))
        }
    }
}

fn unused_resource(resource: &Spanned<String>) -> Finding {
    let message = format!("none of the statement's actions acts on `{}`", resource.value);
    let finding = Finding::new(&UNUSED, resource.span, message);
    let bucket = resource.value.strip_prefix("arn:aws:s3:::");
    match bucket.map(|name| (name, name.split_once('/'))) {
        Some((_, Some((name, "*")))) => {
            finding.help(format!("the bucket itself is `arn:aws:s3:::{name}`"))
        }
        Some((name, None)) => {
            finding.help(format!("what is in the bucket is `arn:aws:s3:::{name}/*`"))
        }
        _ => finding,
    }
}
