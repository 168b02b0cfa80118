//! Conditions on claims that no token of the trusted providers has, and actions that let
//! nobody of the principals in.

use stead_policy::{DocumentKind, PrincipalEntry, PrincipalKind, Spanned};

use crate::document::{Document, Resolved, issuer};
use crate::families::key::is_of_provider;
use crate::nearest::nearest;
use crate::{Example, Finding, Rule, Severity};

pub(super) static FOREIGN: Rule = Rule {
    code: "trust/foreign-claim",
    severity: Severity::Warning,
    title: "a claim of a provider that the statement does not trust",
    text: "The key of a claim begins with the issuer of the provider, as its ARN has it: without \
           `https://`, with the path. Tokens of the providers that the statement trusts do not \
           have this key, so the condition never holds.",
    fixable: false,
    shown: Example::new(
        DocumentKind::Trust,
        r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/id.example.com/prod"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"id.example.com:sub": "app"}}}"#,
    ),
    clean: Example::new(
        DocumentKind::Trust,
        r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/id.example.com/prod"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"id.example.com/prod:sub": "app"}}}"#,
    ),
};

pub(super) static UNKNOWN: Rule = Rule {
    code: "trust/unknown-claim",
    severity: Severity::Warning,
    title: "AWS makes no condition key of this claim",
    text: "Of a token AWS reads `aud`, `sub`, `amr`, `email` and, as `oaud`, the audience beside an \
           authorized party; of a few issuers some more. Other claims become no keys, and a \
           condition on one never holds. Put what you need into `sub`, or into session tags.",
    fixable: false,
    shown: Example::new(
        DocumentKind::Trust,
        r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/id.example.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"id.example.com:sub": "app", "id.example.com:groups": "admins"}}}"#,
    ),
    clean: Example::new(
        DocumentKind::Trust,
        r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/id.example.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"id.example.com:sub": "app", "id.example.com:email": "app@example.com"}}}"#,
    ),
};

pub(super) static UNFIT: Rule = Rule {
    code: "trust/unfit-action",
    severity: Severity::Warning,
    title: "no action lets the principal in",
    text: "Users, roles and services come with `sts:AssumeRole`, tokens of OpenID Connect providers \
           with `sts:AssumeRoleWithWebIdentity`, SAML assertions with `sts:AssumeRoleWithSAML`.",
    fixable: false,
    shown: Example::new(
        DocumentKind::Trust,
        r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/id.example.com"}, "Action": "sts:AssumeRole", "Condition": {"StringEquals": {"id.example.com:sub": "app"}}}"#,
    ),
    clean: Example::new(
        DocumentKind::Trust,
        r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/id.example.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"id.example.com:sub": "app"}}}"#,
    ),
};

/// The claims that AWS reads of every token.
///
/// Spec: UG:reference_policies_iam-condition-keys, the keys of every provider.
const OF_EVERY_ISSUER: &[&str] = &["amr", "aud", "email", "oaud", "sub"];

const WEB_IDENTITY: &str = "sts:AssumeRoleWithWebIdentity";
const SAML: &str = "sts:AssumeRoleWithSAML";

pub(super) fn check(document: &Document<'_>, findings: &mut Vec<Finding>) {
    if document.kind != DocumentKind::Trust {
        return;
    }
    for resolved in document.statements.iter().filter(|resolved| resolved.allows()) {
        check_claims(resolved, findings);
        check_actions(resolved, findings);
    }
}

fn check_claims(resolved: &Resolved<'_>, findings: &mut Vec<Finding>) {
    let issuers: Vec<&str> = resolved.principals().filter_map(issuer).collect();
    if issuers.is_empty() {
        return;
    }
    for condition in &resolved.statement.conditions {
        let name = condition.key.value.as_str();
        let Some((prefix, claim)) = name.rsplit_once(':').filter(|_| is_of_provider(name)) else {
            continue;
        };
        // CircleCI's claim has an issuer in its name.
        if is_documented(name) {
            continue;
        }
        let span = condition.key.span;
        if !issuers.iter().any(|issuer| issuer.eq_ignore_ascii_case(prefix)) {
            findings.push(foreign(prefix, claim, &issuers, span));
        } else if !OF_EVERY_ISSUER.iter().any(|known| known.eq_ignore_ascii_case(claim)) {
            let message = format!("AWS makes no condition key of the claim `{claim}`");
            let finding = Finding::new(&UNKNOWN, span, message);
            let known = "of every token it reads `sub`, `aud`, `amr`, `email` and `oaud`";
            findings.push(match nearest(claim, OF_EVERY_ISSUER.iter().copied()) {
                Some(near) => finding.help(format!("`{prefix}:{near}` is meant?")),
                None => finding.help(known),
            });
        }
    }
}

/// Whether the catalogue has the key among those of tokens.
fn is_documented(name: &str) -> bool {
    stead_catalogue::service("sts").is_some_and(|sts| sts.key(name).is_some())
}

fn foreign(prefix: &str, claim: &str, issuers: &[&str], span: stead_policy::Span) -> Finding {
    let message = format!("no provider of the statement is `{prefix}`, so no token has this key");
    let finding = Finding::new(&FOREIGN, span, message);
    match issuers {
        [issuer] => finding.help(format!("the key of its provider is `{issuer}:{claim}`")),
        _ => finding.help("begin the key with the issuer as the provider's ARN has it"),
    }
}

/// Which principals an action of STS lets in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bearer {
    /// Whoever signs requests, and services.
    Credentials,
    /// A token of an OpenID Connect provider.
    Token,
    /// A SAML assertion.
    Assertion,
}

fn check_actions(resolved: &Resolved<'_>, findings: &mut Vec<Finding>) {
    let actions = &resolved.statement.actions;
    if actions.polarity == stead_policy::Polarity::NoneOf || resolved.principals().next().is_none()
    {
        return;
    }
    let let_in: Vec<(&Spanned<String>, Bearer)> =
        actions.values.iter().filter_map(|action| Some((action, let_in(&action.value)?))).collect();
    // A statement that only lets sessions be tagged lets nobody in, and need not.
    if let_in.is_empty() {
        return;
    }
    for entry in resolved.principals() {
        let bearer = bearer(entry);
        if !let_in.iter().any(|(_, other)| *other == bearer) {
            let message = format!("no action of the statement lets `{}` in", entry.value.value);
            let finding = Finding::new(&UNFIT, entry.value.span, message);
            findings.push(finding.help(format!("use `{}`", action_of(bearer))));
        }
    }
    for (action, wanted) in let_in {
        if !resolved.principals().any(|entry| bearer(entry) == wanted) {
            let message = format!("`{}` lets none of these principals in", action.value);
            findings.push(Finding::new(&UNFIT, action.span, message).help("take it out"));
        }
    }
}

fn let_in(action: &str) -> Option<Bearer> {
    match action {
        "sts:AssumeRole" => Some(Bearer::Credentials),
        WEB_IDENTITY => Some(Bearer::Token),
        SAML => Some(Bearer::Assertion),
        _ => None,
    }
}

const fn action_of(bearer: Bearer) -> &'static str {
    match bearer {
        Bearer::Credentials => "sts:AssumeRole",
        Bearer::Token => WEB_IDENTITY,
        Bearer::Assertion => SAML,
    }
}

fn bearer(entry: &PrincipalEntry) -> Bearer {
    match (entry.kind, issuer(entry)) {
        (PrincipalKind::Federated, Some(_)) => Bearer::Token,
        (PrincipalKind::Federated, None) => Bearer::Assertion,
        _ => Bearer::Credentials,
    }
}
