//! Providers whose issuer does not answer as one.
//!
//! Nothing is asked from here: whoever audits has asked, and says what came of it.

use stead_directory::entity::OidcProvider;
use stead_policy::Trusted;

use super::finding::{AuditFinding, AuditSeverity};
use super::{Asked, rule};
use crate::world::Account;

/// What came of asking an issuer for its discovery document and its keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerAnswer {
    /// Its URL, as the provider has it.
    pub issuer: String,
    /// Whether it has keys.
    pub state: IssuerState,
}

/// Whether an issuer has keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IssuerState {
    /// It gave keys.
    Alive,
    /// It did not, and why.
    Dead(String),
    /// It was not asked, or could not be from here, and why.
    NotKnown(String),
}

pub(super) fn findings(asked: &Asked<'_, '_>, answers: &[IssuerAnswer]) -> Vec<AuditFinding> {
    let mut findings = Vec::new();
    for account in asked.access.world().accounts() {
        for provider in account.snapshot.oidc_providers() {
            if let Some(IssuerState::Dead(why)) = state_of(provider, answers) {
                findings.push(finding(asked, account, provider, why));
            }
        }
    }
    findings
}

/// Of which issuers nothing is known although they were to be asked.
pub(super) fn notes(answers: &[IssuerAnswer]) -> Vec<String> {
    let note = |answer: &IssuerAnswer| match &answer.state {
        IssuerState::NotKnown(why) => {
            Some(format!("whether `{}` answers is not known: {why}", answer.issuer))
        }
        IssuerState::Alive | IssuerState::Dead(_) => None,
    };
    answers.iter().filter_map(note).collect()
}

fn state_of<'a>(provider: &OidcProvider, answers: &'a [IssuerAnswer]) -> Option<&'a IssuerState> {
    let answer = answers.iter().find(|answer| answer.issuer == provider.issuer.as_str())?;
    Some(&answer.state)
}

/// Choice: high where a role trusts the provider, since whoever gets hold of the name, a
/// lapsed domain or a deleted tenant, can sign tokens that are believed.
fn finding(
    asked: &Asked<'_, '_>,
    account: &Account,
    provider: &OidcProvider,
    why: &str,
) -> AuditFinding {
    let home = &account.snapshot;
    let trusts = |trusted: Trusted<'_>| match trusted {
        Trusted::Federated(name) => name == provider.arn.as_str(),
        _ => false,
    };
    let roles =
        home.roles("/", None).filter(|role| role.trust.reference().policy.trusted().any(trusts));
    let roles: Vec<String> =
        roles.map(|role| role.arn(home.account()).as_str().to_owned()).collect();
    let severity = if roles.is_empty() { AuditSeverity::Medium } else { AuditSeverity::High };
    let message = format!("the issuer of `{}` has no keys to be had", provider.arn.resource());
    let finding = AuditFinding::new(&rule::DEAD_ISSUER, &provider.arn, message);
    let finding = finding.severity(severity).shown_by(format!("asked for keys: {why}"), None);
    roles.into_iter().fold(finding, |finding, role| {
        let place = asked.trust_place(&role);
        finding.shown_by(format!("trusted by {role}"), place)
    })
}
