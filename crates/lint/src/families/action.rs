//! Actions: whether there are any of that name.

use stead_catalogue::{Service, services};
use stead_policy::{DocumentKind, Spanned};

use crate::document::{Document, Known, Named, Resolved};
use crate::edit::replaced;
use crate::nearest::nearest;
use crate::{Example, Finding, Rule, Severity};

pub(super) const RULES: &[&Rule] =
    &[&UNKNOWN_SERVICE, &UNKNOWN, &MATCHES_NOTHING, &SPELLING, &NO_RESOURCE_CONTROL];

const IDENTITY: DocumentKind = DocumentKind::Identity;

static UNKNOWN_SERVICE: Rule = Rule {
    code: "action/unknown-service",
    severity: Severity::Warning,
    title: "no service has this prefix",
    text: "AWS accepts every prefix, so a wrong one is noticed only when calls are denied, or not \
           denied. The prefix is often not the name of the service: load balancers have \
           `elasticloadbalancing`, OpenSearch has `es`.",
    fixable: false,
    shown: Example::new(
        IDENTITY,
        r#"{"Effect": "Allow", "Action": "elb:DescribeLoadBalancers", "Resource": "*"}"#,
    ),
    clean: Example::new(
        IDENTITY,
        r#"{"Effect": "Allow", "Action": "elasticloadbalancing:DescribeLoadBalancers", "Resource": "*"}"#,
    ),
};

static UNKNOWN: Rule = Rule {
    code: "action/unknown",
    severity: Severity::Warning,
    title: "the service has no such action",
    text: "AWS accepts every name, so that a wrong one allows or denies nothing. An action is not \
           always called as the operation of the API: `s3:ListBucket` is for ListObjects, \
           `lambda:InvokeFunction` for Invoke. An action that is newer than the catalogue is \
           reported too.",
    fixable: false,
    shown: Example::new(
        IDENTITY,
        r#"{"Effect": "Allow", "Action": "s3:GetObjcet", "Resource": "*"}"#,
    ),
    clean: Example::new(
        IDENTITY,
        r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}"#,
    ),
};

static MATCHES_NOTHING: Rule = Rule {
    code: "action/matches-nothing",
    severity: Severity::Warning,
    title: "no action of the service matches the pattern",
    text: "The statement reads as if it allowed or denied something. What is meant is often an \
           action of another service.",
    fixable: false,
    shown: Example::new(IDENTITY, r#"{"Effect": "Deny", "Action": "s3:Modify*", "Resource": "*"}"#),
    clean: Example::new(
        IDENTITY,
        r#"{"Effect": "Deny", "Action": "rds:Modify*", "Resource": "*"}"#,
    ),
};

static SPELLING: Rule = Rule {
    code: "action/spelling",
    severity: Severity::Note,
    title: "the action is documented with other capitals",
    text: "Actions are compared without regard to case, so the statement does what it says. \
           People and tools that search for the documented name do not find it.",
    fixable: true,
    shown: Example::new(
        IDENTITY,
        r#"{"Effect": "Allow", "Action": "s3:getobject", "Resource": "*"}"#,
    ),
    clean: Example::new(
        IDENTITY,
        r#"{"Effect": "Allow", "Action": "s3:Getobj*", "Resource": "*"}"#,
    ),
};

static NO_RESOURCE_CONTROL: Rule = Rule {
    code: "action/no-resource-control",
    severity: Severity::Warning,
    title: "resource control policies do not limit this service",
    text: "Organizations accepts the policy, and requests to the service are not denied by it. \
           Limit the principals with a service control policy, or the resources by their own \
           policies.",
    fixable: false,
    shown: Example::new(
        DocumentKind::ResourceControl,
        r#"{"Effect": "Deny", "Principal": "*", "Action": "ec2:*", "Resource": "*"}"#,
    ),
    clean: Example::new(
        DocumentKind::ResourceControl,
        r#"{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}"#,
    ),
};

pub(super) fn check(document: &Document<'_>, findings: &mut Vec<Finding>) {
    for resolved in &document.statements {
        check_statement(document, resolved, findings);
    }
}

fn check_statement(document: &Document<'_>, resolved: &Resolved<'_>, findings: &mut Vec<Finding>) {
    for Named { pattern, known } in &resolved.actions {
        match known {
            Known::Everything => {}
            Known::NoService => findings.push(unknown_service(pattern)),
            Known::Actions(service, actions) => {
                if document.kind == DocumentKind::ResourceControl && !service.resource_control {
                    let message =
                        format!("resource control policies do not limit `{}`", service.name);
                    findings.push(Finding::new(&NO_RESOURCE_CONTROL, pattern.span, message));
                }
                if actions.is_empty() {
                    findings.push(unknown(pattern, service));
                } else if let [action] = actions.as_slice() {
                    let name = format!("{}:{}", service.name, action.name);
                    findings.extend(spelling(pattern, &name));
                }
            }
        }
    }
}

fn unknown_service(pattern: &Spanned<String>) -> Finding {
    let prefix = pattern.value.split(':').next().unwrap_or_default();
    let finding = Finding::new(
        &UNKNOWN_SERVICE,
        pattern.span,
        format!("no service has the prefix `{prefix}`"),
    );
    match nearest(prefix, services()) {
        Some(near) => finding.help(format!("`{near}` is meant?")),
        None => {
            finding.help("the service authorization reference names the prefix of each service")
        }
    }
}

fn unknown(pattern: &Spanned<String>, service: &Service) -> Finding {
    let text = pattern.value.as_str();
    let name = text.split_once(':').map_or("", |(_, name)| name);
    if name.contains(['*', '?']) {
        let message = format!("no action of `{}` matches `{text}`", service.name);
        return Finding::new(&MATCHES_NOTHING, pattern.span, message);
    }
    let finding =
        Finding::new(&UNKNOWN, pattern.span, format!("`{}` has no action `{name}`", service.name));
    match nearest(name, service.actions.iter().map(|action| action.name)) {
        Some(near) => finding.help(format!("`{}:{near}` is meant?", service.name)),
        None => match elsewhere(name) {
            Some(other) => finding.help(format!("`{other}:{name}` is meant?")),
            None => finding,
        },
    }
}

/// A service that has an action of this name, if it is the only one.
fn elsewhere(name: &str) -> Option<&'static str> {
    let has = |prefix: &&str| {
        stead_catalogue::service(prefix).is_some_and(|service| service.action(name).is_some())
    };
    let mut found = services().filter(has);
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// Choice: patterns are left as they are, since nobody can say how one is documented.
fn spelling(pattern: &Spanned<String>, name: &str) -> Option<Finding> {
    let other = pattern.value != name && pattern.value.eq_ignore_ascii_case(name);
    other.then(|| {
        let message = format!("`{}` is documented as `{name}`", pattern.value);
        Finding::new(&SPELLING, pattern.span, message).fix(replaced(pattern.span, name))
    })
}
