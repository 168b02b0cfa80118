//! Trust policies that let in more identities of a provider than anybody can mean: what
//! `stead lint` finds in them.

use std::collections::BTreeSet;

use stead_directory::entity::Role;
use stead_lint::{Options, Severity, lint};
use stead_policy::{DiagnosticCode, DocumentKind, Trusted};

use super::finding::{AuditFinding, AuditSeverity};
use super::rule::{self, AuditRule};
use super::{Asked, Progress};
use crate::world::Account;

/// The rules of `stead lint` that count here, and what they are here.
const RULES: [(&str, &AuditRule); 7] = [
    ("trust/any-tenant", &rule::TRUST_ANY_TENANT),
    (DiagnosticCode::MissingClaim.name(), &rule::TRUST_MISSING_CLAIM),
    ("trust/whole-provider", &rule::TRUST_WHOLE_PROVIDER),
    ("trust/any-ref", &rule::TRUST_ANY_REF),
    ("trust/unauthenticated-identities", &rule::TRUST_GUESTS),
    ("trust/any-audience", &rule::TRUST_ANY_AUDIENCE),
    ("trust/deleted-principal", &rule::TRUST_DELETED_PRINCIPAL),
];

pub(super) fn findings(asked: &Asked<'_, '_>, progress: &mut Progress<'_>) -> Vec<AuditFinding> {
    let world = asked.access.world();
    let accounts = world.accounts().map(|account| account.snapshot.account()).collect();
    let options = Options { accounts, managed: false, now: Some(asked.now) };
    let mut findings = Vec::new();
    for account in world.accounts() {
        let count = account.snapshot.role_count();
        for (done, role) in account.snapshot.roles("/", None).enumerate() {
            progress.tell("trust policies", done, count);
            findings.extend(of_role(asked, account, role, &options));
        }
        findings.extend(unused_providers(account));
    }
    findings
}

fn of_role(
    asked: &Asked<'_, '_>,
    account: &Account,
    role: &Role,
    options: &Options,
) -> Vec<AuditFinding> {
    let arn = role.arn(account.snapshot.account());
    let text = role.trust.display(asked.access.world());
    let found = lint(text.as_str(), DocumentKind::Trust, options);
    let known = found.into_iter().filter_map(|found| {
        let (_, rule) = RULES.iter().find(|(code, _)| *code == found.rule.code)?;
        // The grammar warns of what AWS lets stand in old policies: nothing is let in less.
        let severity = match (rule.severity, found.severity) {
            (AuditSeverity::Medium, Severity::Error) => AuditSeverity::High,
            (severity, _) => severity,
        };
        let subject = found.span.of(text.as_str()).trim_matches('"').to_owned();
        let name = arn.resource();
        let message = format!("`{name}`: {}", found.message);
        let finding = AuditFinding::new(rule, &arn, message).severity(severity).detail(subject);
        Some(finding.shown_by("the trust policy", asked.trust_place(arn.as_str())))
    });
    let mut findings: Vec<AuditFinding> = known.collect();
    let mut seen = BTreeSet::new();
    findings.retain(|finding| seen.insert(finding.id()));
    findings
}

/// Providers of an account that none of its roles trusts.
fn unused_providers(account: &Account) -> Vec<AuditFinding> {
    let home = &account.snapshot;
    let mut used = BTreeSet::new();
    for role in home.roles("/", None) {
        for trusted in role.trust.reference().policy.trusted() {
            match trusted {
                Trusted::Federated(provider) => drop(used.insert(provider.to_owned())),
                // Whoever trusts everybody trusts every provider too.
                Trusted::Everyone => return Vec::new(),
                _ => {}
            }
        }
    }
    let registered = home.oidc_providers().map(|provider| &provider.arn);
    let all = registered.chain(&account.saml_providers);
    let unused = all.filter(|arn| !used.contains(arn.as_str()));
    unused
        .map(|arn| {
            let message =
                format!("no role of account {} trusts `{}`", home.account(), arn.resource());
            AuditFinding::new(&rule::UNUSED_PROVIDER, arn, message)
        })
        .collect()
}
