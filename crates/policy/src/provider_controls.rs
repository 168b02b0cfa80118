//! Claims that a trust policy must ask for when it trusts a provider of identities
//! whose issuer many organizations share.
//!
//! Spec: UG:id_roles_providers_oidc_secure-by-default: IAM checks them when a role
//! is created and when its trust policy is changed, never in policies that stand.

use crate::diagnostics::Stage;
use crate::glob::Glob;
use crate::{
    Condition, Diagnostic, DiagnosticCode, Effect, OperatorBase, Polarity, Policy, PrincipalEntry,
    PrincipalKind, Quantifier, Severity, Statement,
};

/// A shared provider, and what tells its tenants apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProviderControl<'a> {
    /// The issuer without its scheme, such as `gitlab.com`.
    pub issuer: &'a str,
    /// The condition keys of which the trust policy must ask for one.
    pub keys: &'a [&'a str],
}

/// The shared providers that AWS recognizes, with the keys it requires.
///
/// Spec: the table on the page named above, as of 2026. GitHub's second key is
/// reported, not documented.
pub const PROVIDER_CONTROLS: &[ProviderControl<'static>] = &[
    control("agent.buildkite.com", &["agent.buildkite.com:sub"]),
    control("api.pulumi.com/oidc", &["api.pulumi.com/oidc:aud"]),
    control("app.terraform.io", &["app.terraform.io:sub"]),
    control("cognito-identity.amazonaws.com", &["cognito-identity.amazonaws.com:aud"]),
    control("gitlab.com", &["gitlab.com:sub"]),
    control(
        "oidc-configuration.audit-log.githubusercontent.com",
        &["oidc-configuration.audit-log.githubusercontent.com:sub"],
    ),
    control("oidc.codefresh.io", &["oidc.codefresh.io:sub"]),
    control(
        "oidc.op1.openshiftapps.com/2c51blsaqa9gkjt0o9rt11mle8mmropu",
        &["oidc.op1.openshiftapps.com/2c51blsaqa9gkjt0o9rt11mle8mmropu:sub"],
    ),
    control(
        "oidc.op1.openshiftapps.com/2f785sojlpb85i7402pk3qogugim5nfb",
        &["oidc.op1.openshiftapps.com/2f785sojlpb85i7402pk3qogugim5nfb:sub"],
    ),
    control("oidc.vercel.com", &["oidc.vercel.com:aud"]),
    control("proidc.upbound.io", &["proidc.upbound.io:sub"]),
    control(
        "rh-oidc.s3.us-east-1.amazonaws.com/22ejnvnnturfmt6km08idd0nt4hekbn7",
        &["rh-oidc.s3.us-east-1.amazonaws.com/22ejnvnnturfmt6km08idd0nt4hekbn7:sub"],
    ),
    control(
        "rh-oidc.s3.us-east-1.amazonaws.com/23e3sd27sju1hoou6ohfs68vbno607tr",
        &["rh-oidc.s3.us-east-1.amazonaws.com/23e3sd27sju1hoou6ohfs68vbno607tr:sub"],
    ),
    control(
        "rh-oidc.s3.us-east-1.amazonaws.com/23ne21h005qjl3n33d8dui5dlrmv2tmg",
        &["rh-oidc.s3.us-east-1.amazonaws.com/23ne21h005qjl3n33d8dui5dlrmv2tmg:sub"],
    ),
    control(
        "rh-oidc.s3.us-east-1.amazonaws.com/24jrf12m5dj7ljlfb4ta2frhrcoadm26",
        &["rh-oidc.s3.us-east-1.amazonaws.com/24jrf12m5dj7ljlfb4ta2frhrcoadm26:sub"],
    ),
    control("sandboxes.cloud", &["sandboxes.cloud:aud"]),
    control("scalr.io", &["scalr.io:sub"]),
    control("sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d", &["sts:RoleSessionName"]),
    control("studio.datachain.ai/api", &["studio.datachain.ai/api:sub"]),
    control(
        "token.actions.githubusercontent.com",
        &[
            "token.actions.githubusercontent.com:sub",
            "token.actions.githubusercontent.com:job_workflow_ref",
        ],
    ),
    control("tokens.cloud.shisho.dev", &["tokens.cloud.shisho.dev:sub"]),
    control(
        "vstoken.actions.githubusercontent.com",
        &["vstoken.actions.githubusercontent.com:sub"],
    ),
];

const fn control<'a>(issuer: &'a str, keys: &'a [&'a str]) -> ProviderControl<'a> {
    ProviderControl { issuer, keys }
}

/// The shared providers that a trust policy trusts without asking for the claim
/// that tells their tenants apart: an error for each, at the principal.
///
/// Which providers are shared is given, so that a newer table, or none, can take
/// the place of [`PROVIDER_CONTROLS`].
///
/// ```
/// use stead_policy::{DocumentKind, PROVIDER_CONTROLS, check_provider_controls, parse};
/// let text = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow",
///     "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/gitlab.com"},
///     "Action": "sts:AssumeRoleWithWebIdentity",
///     "Condition": {"StringEquals": {"gitlab.com:aud": "https://gitlab.com"}}}}"#;
/// let policy = parse(text, DocumentKind::Trust).policy.unwrap();
/// let found = check_provider_controls(&policy, PROVIDER_CONTROLS);
/// assert_eq!(found[0].code.name(), "policy/missing-claim");
/// assert!(check_provider_controls(&policy, &[]).is_empty());
/// ```
#[must_use]
pub fn check_provider_controls(
    policy: &Policy,
    controls: &[ProviderControl<'_>],
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (index, statement) in policy.statements.iter().enumerate() {
        if !lets_web_identities_in(statement) {
            continue;
        }
        for entry in statement.principals.iter().flat_map(|element| &element.entries) {
            let control = controls.iter().find(|control| is_of(entry, control));
            let missing = control.filter(|control| !is_asked_for(control.keys, statement));
            found.extend(missing.map(|control| diagnostic(entry, control, index)));
        }
    }
    found
}

/// Choice: AWS does not say which statements it looks at; one that cannot let a web
/// identity in needs no claim.
fn lets_web_identities_in(statement: &Statement) -> bool {
    const ACTION: &str = "sts:assumerolewithwebidentity";
    let named = statement
        .actions
        .values
        .iter()
        .any(|action| Glob::new(&action.value.to_ascii_lowercase()).matches(ACTION));
    let positive = statement.actions.polarity == Polarity::Any;
    statement.effect.value == Effect::Allow && named == positive
}

/// Whether the principal is this provider: its ARN, or its bare name.
fn is_of(entry: &PrincipalEntry, control: &ProviderControl<'_>) -> bool {
    let text = entry.value.value.as_str();
    let issuer = text.split_once(":oidc-provider/").map_or(text, |(_, issuer)| issuer);
    entry.kind == PrincipalKind::Federated && issuer.eq_ignore_ascii_case(control.issuer)
}

fn is_asked_for(keys: &[&str], statement: &Statement) -> bool {
    statement.conditions.iter().any(|condition| {
        let is_key = keys.iter().any(|key| key.eq_ignore_ascii_case(&condition.key.value));
        is_key && narrows(condition)
    })
}

/// Whether the condition needs the claim and admits only some of its values.
///
/// Choice: AWS says that the claim must be evaluated. That takes an operator that
/// does not hold without the claim, and values that are more than wildcards.
fn narrows(condition: &Condition) -> bool {
    use OperatorBase as Base;
    let Some(operator) = condition.operator.value else { return false };
    let positive = matches!(
        operator.base,
        Base::StringEquals | Base::StringEqualsIgnoreCase | Base::StringLike
    );
    let needed = !operator.if_exists && operator.quantifier != Quantifier::ForAllValues;
    let says_something = |text: &str| text.bytes().any(|byte| byte != b'*' && byte != b'?');
    positive
        && needed
        && !condition.values.is_empty()
        && condition.values.iter().all(|value| says_something(&value.value))
}

fn diagnostic(
    entry: &PrincipalEntry,
    control: &ProviderControl<'_>,
    statement: usize,
) -> Diagnostic {
    let keys = control.keys.join("` or `");
    Diagnostic {
        code: DiagnosticCode::MissingClaim,
        severity: Severity::Error,
        span: entry.value.span,
        message: format!(
            "many organizations share `{}`: nothing says which one is meant",
            control.issuer
        ),
        help: Some(format!("add a condition on `{keys}` that is more than a wildcard")),
        // Choice: AWS's own wording is not known.
        wire: format!(
            "Trust policy for the shared OpenID Connect provider {} must evaluate the claim {}.",
            control.issuer,
            control.keys.join(" or ")
        ),
        order: (statement + 1, Stage::Principal),
    }
}
