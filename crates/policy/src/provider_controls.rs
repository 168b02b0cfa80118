//! Claims that a trust policy must ask for when it trusts a provider of identities
//! whose issuer many organizations share.
//!
//! Spec: UG:id_roles_providers_oidc_secure-by-default: IAM checks them when a role
//! is created and when its trust policy is changed, never in policies that stand.
//! Observed: IAM's answers to several hundred trust policies, recorded by the project
//! radkawar/stackd in us-east-1 on 2026-09-11: the texts, which statements, operators
//! and values count, and that the form of the document is checked before.

mod narrowing;
mod table;

pub use table::PROVIDER_CONTROLS;

use crate::diagnostics::Stage;
use crate::glob::Glob;
use crate::grammar::quoted;
use crate::{
    Diagnostic, DiagnosticCode, Effect, Polarity, Policy, PrincipalEntry, PrincipalKind, Severity,
    Statement,
};

/// A shared provider, and what tells its tenants apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProviderControl<'a> {
    /// The issuer without its scheme, such as `gitlab.com`.
    pub issuer: &'a str,
    /// How the trust policy must ask.
    pub rule: ProviderRule,
    /// The condition keys of which the trust policy must ask for one.
    pub keys: &'a [&'a str],
}

/// What it takes to ask for a shared provider's tenant. The rules differ because AWS's
/// do: they are three of its checks, from different years.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProviderRule {
    /// A positive string operator without a value that stands for all.
    Tenants,
    /// As [`Self::Tenants`], with a text of its own where there is no condition at all.
    IdentityPools,
    /// As [`Self::Tenants`], but no value may be blank or begin with `*`, and each of the
    /// keys that is asked for must be narrowed. Every issuer that begins like this one is
    /// meant, and its own keys: an enterprise has a path of its own there.
    Workflows,
    /// `StringEquals` on a key in exactly this case, with any value. The provider is one
    /// of the names AWS knows by itself, not a provider of the account.
    Applications,
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
            let trusted = controls.iter().find_map(|control| Trusted::of(entry, control));
            let missing = trusted.filter(|trusted| !trusted.is_narrowed_by(statement));
            found.extend(missing.map(|trusted| trusted.diagnostic(index, statement)));
        }
    }
    found
}

/// Observed: each Allow must ask by itself; a Deny need not, nor one that only lets
/// sessions be tagged.
/// Choice: NotAction, about which nothing is recorded, counts by what it lets in.
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

/// A shared provider as a statement names it.
struct Trusted<'p> {
    entry: &'p PrincipalEntry,
    // As written, which may be longer than the control's.
    issuer: &'p str,
    rule: ProviderRule,
    keys: Vec<String>,
}

impl<'p> Trusted<'p> {
    /// `None` unless the principal is this provider: its ARN, or its bare name.
    fn of(entry: &'p PrincipalEntry, control: &ProviderControl<'_>) -> Option<Self> {
        if entry.kind != PrincipalKind::Federated {
            return None;
        }
        let text = entry.value.value.as_str();
        let of_account = text.split_once(":oidc-provider/").map(|(_, issuer)| issuer);
        let issuer = of_account.unwrap_or(text);
        let begins = || {
            let begin = issuer.get(..control.issuer.len());
            begin.is_some_and(|begin| begin.eq_ignore_ascii_case(control.issuer))
        };
        let same = || issuer.eq_ignore_ascii_case(control.issuer);
        let found = match control.rule {
            ProviderRule::Tenants | ProviderRule::IdentityPools => same(),
            // Observed: `/private`, `.example.test` and even `other` behind the host.
            ProviderRule::Workflows => begins(),
            // Choice: a provider of the account has its own list of audiences, so it is
            // not taken for the one of AWS; nothing is recorded about it.
            ProviderRule::Applications => of_account.is_none() && same(),
        };
        let keys = control.keys.iter().map(|key| match key.strip_prefix(control.issuer) {
            Some(claim) if control.rule == ProviderRule::Workflows => format!("{issuer}{claim}"),
            _ => (*key).to_owned(),
        });
        found.then(|| Self { entry, issuer, rule: control.rule, keys: keys.collect() })
    }

    fn is_narrowed_by(&self, statement: &Statement) -> bool {
        narrowing::is_narrowed(self.rule, &self.keys, &statement.conditions)
    }

    fn diagnostic(&self, statement: usize, trusting: &Statement) -> Diagnostic {
        let keys = self.keys.join("` or `");
        let asked = match self.rule {
            ProviderRule::Applications => format!("ask for `{keys}` with StringEquals"),
            ProviderRule::Tenants | ProviderRule::IdentityPools | ProviderRule::Workflows => {
                format!("add a condition on `{keys}` that is more than a wildcard")
            }
        };
        Diagnostic {
            code: DiagnosticCode::MissingClaim,
            severity: Severity::Error,
            span: self.entry.value.span,
            message: format!(
                "many organizations share `{}`: nothing says which one is meant",
                quoted(self.issuer)
            ),
            help: Some(asked),
            wire: self.wire(trusting),
            order: (statement + 1, Stage::Principal),
        }
    }

    /// Observed: each text as recorded.
    fn wire(&self, trusting: &Statement) -> String {
        let unconditional = trusting.operators.as_ref().is_none_or(Vec::is_empty);
        let name = match self.rule {
            ProviderRule::Applications => {
                return format!(
                    "Policy trusting {} requires a StringEquals condition on an application id",
                    quoted(self.issuer)
                );
            }
            ProviderRule::IdentityPools if unconditional => {
                return "A condition block must be present for the Cognito provider".to_owned();
            }
            ProviderRule::Tenants | ProviderRule::IdentityPools => self.issuer,
            ProviderRule::Workflows => self.entry.value.value.as_str(),
        };
        format!(
            "Trust policy with trusted principal {} must evaluate, using StringEquals, StringLike \
             or StringEqualsIgnoreCase, {} which is not scoped to all.",
            quoted(name),
            self.keys.join(" or ")
        )
    }
}
