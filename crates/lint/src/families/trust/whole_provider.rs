//! Providers of identities that are trusted for more of these than anybody can mean.

use stead_policy::{
    Condition, ConditionValue, DocumentKind, PROVIDER_CONTROLS, Pattern, PrincipalEntry,
    PrincipalKind, check_provider_controls,
};

use crate::document::{Document, Resolved, is_positive, issuer, narrows};
use crate::families::grammar;
use crate::{Example, Finding, Rule, Severity};

pub(super) static WHOLE: Rule = Rule {
    code: "trust/whole-provider",
    severity: Severity::Warning,
    title: "every identity of a provider can assume the role",
    text: "The statement asks at most for the audience, which all who use the provider for the same \
           purpose have. Ask for `sub`, or for another claim that says who it is. For a cluster of \
           EKS this is an error: every pod that can get a token has the role. There `sub` is \
           `system:serviceaccount:NAMESPACE:NAME`.",
    fixable: false,
    shown: Example::new(
        DocumentKind::Trust,
        r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE:aud": "sts.amazonaws.com"}}}"#,
    ),
    clean: Example::new(
        DocumentKind::Trust,
        r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE:sub": "system:serviceaccount:prod:app"}}}"#,
    ),
};

pub(super) static ANY_TENANT: Rule = Rule {
    code: "trust/any-tenant",
    severity: Severity::Error,
    title: "every customer of a shared provider can assume the role",
    text: "The pattern for `sub` begins with a wildcard before it has said whose workflow or \
           project is meant, so that anybody with an account at the provider matches it. Name the \
           organization: `repo:octo-org/*` rather than `repo:*`.",
    fixable: false,
    shown: Example::new(
        DocumentKind::Trust,
        r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringLike": {"token.actions.githubusercontent.com:sub": "repo:*/app:*"}, "StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}}}"#,
    ),
    clean: Example::new(
        DocumentKind::Trust,
        r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringLike": {"token.actions.githubusercontent.com:sub": "repo:octo-org/*"}, "StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}}}"#,
    ),
};

pub(super) static ANY_REF: Rule = Rule {
    code: "trust/any-ref",
    severity: Severity::Note,
    title: "every branch and pull request of a repository can assume the role",
    text: "Whoever may push a branch to the repository can run a workflow with the role. Name the \
           branch (`repo:octo-org/app:ref:refs/heads/main`) or the environment \
           (`repo:octo-org/app:environment:production`), which the repository can protect.",
    fixable: false,
    shown: Example::new(
        DocumentKind::Trust,
        r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringLike": {"token.actions.githubusercontent.com:sub": "repo:octo-org/app:*"}, "StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}}}"#,
    ),
    clean: Example::new(
        DocumentKind::Trust,
        r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringLike": {"token.actions.githubusercontent.com:sub": "repo:octo-org/app:environment:*"}, "StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}}}"#,
    ),
};

pub(super) static UNAUTHENTICATED: Rule = Rule {
    code: "trust/unauthenticated-identities",
    severity: Severity::Warning,
    title: "guests of an identity pool can assume the role",
    text: "An identity pool of Cognito that admits guests gives tokens to everybody. Ask for \
           `cognito-identity.amazonaws.com:amr`: `authenticated`, or `unauthenticated` where guests \
           are meant.",
    fixable: false,
    shown: Example::new(
        DocumentKind::Trust,
        r#"{"Effect": "Allow", "Principal": {"Federated": "cognito-identity.amazonaws.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"cognito-identity.amazonaws.com:aud": "us-east-1:12345678-abcd-abcd-abcd-123456790ab"}}}"#,
    ),
    clean: Example::new(
        DocumentKind::Trust,
        r#"{"Effect": "Allow", "Principal": {"Federated": "cognito-identity.amazonaws.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"cognito-identity.amazonaws.com:aud": "us-east-1:12345678-abcd-abcd-abcd-123456790ab"}, "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"}}}"#,
    ),
};

pub(super) static ANY_AUDIENCE: Rule = Rule {
    code: "trust/any-audience",
    severity: Severity::Note,
    title: "the audience is not asked for",
    text: "A token that was made for another purpose is taken too: of an OpenID Connect provider \
           for any of the audiences it is registered with, of a SAML provider for any endpoint of \
           AWS's. Ask for `aud`, for SAML for `SAML:aud`.",
    fixable: false,
    shown: Example::new(
        DocumentKind::Trust,
        r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111122223333:saml-provider/corporate"}, "Action": "sts:AssumeRoleWithSAML"}"#,
    ),
    clean: Example::new(
        DocumentKind::Trust,
        r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111122223333:saml-provider/corporate"}, "Action": "sts:AssumeRoleWithSAML", "Condition": {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}}"#,
    ),
};

/// How the subjects of providers that many share say whose they are: the issuer, how they
/// begin, and what ends the name of the tenant.
///
/// Spec: the providers' own pages on their tokens: GitHub "OpenID Connect reference",
/// GitLab "ID token payload", HCP Terraform "Workload identity tokens", Buildkite "OIDC".
const SUBJECTS: &[(&str, &str, char)] = &[
    (GITHUB, "repo:", '/'),
    ("gitlab.com", "project_path:", '/'),
    ("app.terraform.io", "organization:", ':'),
    ("agent.buildkite.com", "organization:", ':'),
];

const GITHUB: &str = "token.actions.githubusercontent.com";
const COGNITO: &str = "cognito-identity.amazonaws.com";

pub(super) fn check(document: &Document<'_>, findings: &mut Vec<Finding>) {
    if document.kind != DocumentKind::Trust {
        return;
    }
    let controls = check_provider_controls(document.policy, PROVIDER_CONTROLS);
    for resolved in document.statements.iter().filter(|resolved| resolved.allows()) {
        for entry in resolved.principals().filter(|entry| entry.kind == PrincipalKind::Federated) {
            if !controls.iter().any(|found| found.span == entry.value.span) {
                check_provider(resolved, entry, findings);
            }
        }
    }
    findings.extend(controls.iter().map(grammar::finding));
}

fn check_provider(resolved: &Resolved<'_>, entry: &PrincipalEntry, findings: &mut Vec<Finding>) {
    let lets_in = |name: &str| resolved.statement.actions.values.iter().any(|it| it.value == name);
    match issuer(entry) {
        Some(issuer) if lets_in("sts:AssumeRoleWithWebIdentity") => {
            check_whole(resolved, entry, issuer, findings);
            check_subject(resolved, issuer, findings);
            check_guests(resolved, entry, issuer, findings);
        }
        None if lets_in("sts:AssumeRoleWithSAML")
            && !resolved.asks_for(&["saml:aud", "saml:iss", "saml:doc"]) =>
        {
            let message = "assertions for every endpoint of AWS's are taken".to_owned();
            let finding = Finding::new(&ANY_AUDIENCE, entry.value.span, message);
            findings.push(finding.help("ask for `SAML:aud`"));
        }
        _ => {}
    }
}

fn check_whole(
    resolved: &Resolved<'_>,
    entry: &PrincipalEntry,
    issuer: &str,
    findings: &mut Vec<Finding>,
) {
    // AWS's own check has been passed, which asks for what matters there.
    if PROVIDER_CONTROLS.iter().any(|control| is_beside(issuer, control.issuer)) {
        return;
    }
    let of_issuer = |condition: &&Condition| claim(condition, issuer).is_some();
    let conditions = resolved.statement.conditions.iter().filter(of_issuer);
    let (mut told_apart, mut audience) = (false, false);
    for condition in conditions.filter(|condition| is_narrow(condition)) {
        match claim(condition, issuer) {
            Some("aud" | "oaud") => audience = true,
            _ => told_apart = true,
        }
    }
    let span = entry.value.span;
    if !told_apart {
        let (severity, who) = match is_cluster(issuer) {
            true => (Severity::Error, "every service account of the cluster"),
            false => (Severity::Warning, "every identity of the provider"),
        };
        let finding = Finding::new(&WHOLE, span, format!("{who} can assume the role"));
        findings.push(finding.severity(severity).help(format!("ask for `{issuer}:sub`")));
    }
    if !audience {
        let message = "tokens for every registered audience are taken".to_owned();
        let finding = Finding::new(&ANY_AUDIENCE, span, message);
        findings.push(finding.help(format!("ask for `{issuer}:aud`")));
    }
}

/// Whether an issuer is this one, or of its family: an enterprise of GitHub has a path.
fn is_beside(issuer: &str, known: &str) -> bool {
    let begin = issuer.get(..known.len());
    begin.is_some_and(|begin| begin.eq_ignore_ascii_case(known))
}

/// Spec: EKS user guide, "IAM roles for service accounts": the issuer of a cluster.
fn is_cluster(issuer: &str) -> bool {
    let host = issuer.split('/').next().unwrap_or_default();
    host.starts_with("oidc.eks.") || host.starts_with("oidc-eks.")
}

/// The claim, where the condition is on one of this issuer.
fn claim<'c>(condition: &'c Condition, issuer: &str) -> Option<&'c str> {
    let (prefix, claim) = condition.key.value.rsplit_once(':')?;
    prefix.eq_ignore_ascii_case(issuer).then_some(claim)
}

/// Tokens always have a subject, so that a condition with `IfExists` asks for it too.
fn is_narrow(condition: &Condition) -> bool {
    let mut condition = condition.clone();
    if let Some(operator) = &mut condition.operator.value {
        operator.if_exists = false;
    }
    narrows(&condition)
}

fn check_subject(resolved: &Resolved<'_>, issuer: &str, findings: &mut Vec<Finding>) {
    let Some((_, begin, end)) = SUBJECTS.iter().find(|(known, ..)| is_beside(issuer, known)) else {
        return;
    };
    let told_otherwise = resolved.statement.conditions.iter().any(|condition| {
        let claim = claim(condition, issuer);
        claim.is_some_and(|claim| !matches!(claim, "sub" | "aud" | "oaud")) && is_narrow(condition)
    });
    let key = format!("{issuer}:sub");
    let is_open = |value: &&ConditionValue| is_any_tenant(&value.value, begin, *end);
    let positive = |it: &&Condition| it.operator.value.is_some_and(is_positive);
    let asked: Vec<&Condition> = resolved.conditions_on(&key).filter(positive).collect();
    // All must hold, so that one that names the tenant is enough.
    let named = |it: &&Condition| !is_pattern(it) || !it.values.iter().any(|it| is_open(&it));
    if told_otherwise {
        return;
    }
    if !asked.iter().any(named) {
        for value in asked.iter().flat_map(|it| &it.values).filter(is_open) {
            let text = &value.value;
            let message = format!("`{text}` matches subjects of every customer of `{issuer}`");
            let help = format!("name the organization: `{begin}NAME{end}*`");
            findings.push(Finding::new(&ANY_TENANT, value.span, message).help(help));
        }
    } else if is_beside(issuer, GITHUB) && asked.iter().all(|it| is_pattern(it)) {
        let values = asked.iter().flat_map(|it| &it.values);
        for value in values.filter(|value| is_any_ref(&value.value)) {
            let message = "every branch and pull request of the repository matches".to_owned();
            let finding = Finding::new(&ANY_REF, value.span, message);
            findings.push(finding.help("name the branch or the environment"));
        }
    }
}

/// Whether the pattern matches subjects, and its wildcard comes before the tenant's name ends.
fn is_any_tenant(text: &str, begin: &str, end: char) -> bool {
    let named = text.split(['*', '?']).next().unwrap_or_default();
    let tenant = named.strip_prefix(begin).map(|rest| rest.contains(end));
    let open = tenant == Some(false) || (tenant.is_none() && begin.starts_with(named));
    let subjects = Pattern::of_policy(&format!("{begin}*"));
    text.contains(['*', '?']) && open && subjects.overlaps(&Pattern::of_policy(text))
}

fn is_pattern(condition: &Condition) -> bool {
    condition.operator.value.is_some_and(|it| it.base == stead_policy::OperatorBase::StringLike)
}

/// `repo:owner/name:*`, `repo:owner/name*` and `repo:owner/*`.
fn is_any_ref(text: &str) -> bool {
    let rest = text.strip_suffix('*').and_then(|text| text.strip_prefix("repo:"));
    rest.is_some_and(|rest| !rest.trim_end_matches(':').contains(':'))
}

fn check_guests(
    resolved: &Resolved<'_>,
    entry: &PrincipalEntry,
    issuer: &str,
    findings: &mut Vec<Finding>,
) {
    let key = format!("{COGNITO}:amr");
    if issuer.eq_ignore_ascii_case(COGNITO) && !resolved.asks_for(&[&key]) {
        let message = "guests of the identity pool can assume the role".to_owned();
        let finding = Finding::new(&UNAUTHENTICATED, entry.value.span, message);
        findings.push(finding.help(format!("ask for `{key}`")));
    }
}
