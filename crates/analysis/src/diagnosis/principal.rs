//! Nobody in the trust policy is the caller: who was meant?

use stead_policy::{Caller, Effect, PolicyType};
use stead_types::{AccountId, Arn};

use super::condition::{denies, is_stale};
use super::refusal::is_registered;
use super::statement::{names_action, passes};
use super::trust::{TrustStatement, finding, principals};
use super::{Finding, Scene, Where, role};
use crate::fixes;
use crate::matching::likeness;
use crate::replay::Denial;
use crate::{Cause, Layer};

/// A principal of a statement.
#[derive(Clone)]
struct Entry<'s, 't> {
    statement: &'s TrustStatement<'t>,
    kind: String,
    text: String,
}

impl Entry<'_, '_> {
    /// The place of the entry: what should stand there, and what does.
    fn place(&self, expected: &str) -> Where {
        Where {
            expected: Some(expected.to_owned()),
            actual: Some(self.text.clone()),
            element: Some(format!("{}/{}", self.statement.at.member("Principal"), self.kind)),
            ..self.statement.place.clone()
        }
    }
}

pub(super) fn findings(
    scene: &Scene,
    denial: &Denial,
    statements: &[TrustStatement<'_>],
) -> Vec<Finding> {
    let entries = entries(scene, statements);
    let Some(caller) = scene.replay.caller.as_ref() else { return Vec::new() };
    match caller.principal() {
        Caller::WebIdentity { provider } | Caller::Saml { provider } => {
            federated(scene, &entries, provider)
        }
        Caller::Service { name } => service(scene, &entries, name),
        _ => signed(scene, denial, &entries),
    }
}

/// Those of statements about the action come first.
fn entries<'s, 't>(scene: &Scene, statements: &'s [TrustStatement<'t>]) -> Vec<Entry<'s, 't>> {
    let of = |statement: &'s TrustStatement<'t>| {
        principals(scene.at(&statement.at.pointer)).into_iter().map(move |(kind, text)| Entry {
            statement,
            kind,
            text,
        })
    };
    let mut all: Vec<_> = statements.iter().flat_map(of).collect();
    all.sort_by_key(|entry| !names_action(&entry.statement.trace));
    all
}

fn of_kind<'e, 's, 't>(entries: &'e [Entry<'s, 't>], kind: &str) -> Vec<&'e Entry<'s, 't>> {
    entries.iter().filter(|entry| entry.kind == kind).collect()
}

/// A finding without any statement to point at: the policy allows nobody anything.
fn nobody(scene: &Scene, expected: &str) -> Vec<Finding> {
    let document = fixes::trust_place(scene);
    let place = Where {
        policy_name: Some("AssumeRolePolicyDocument".to_owned()),
        expected: Some(expected.to_owned()),
        actual: Some("no statement that allows".to_owned()),
        document,
        ..Where::default()
    };
    vec![finding(scene, Cause::TrustNoMatchingPrincipal, Layer::Trust, place)]
}

fn wrong_type(scene: &Scene, entries: &[Entry<'_, '_>], expected: &str) -> Vec<Finding> {
    let Some(first) = entries.first() else { return nobody(scene, expected) };
    let mut place = first.place(expected);
    place.actual = Some(format!("Principal.{} {}", first.kind, first.text));
    vec![finding(scene, Cause::TrustWrongPrincipalType, Layer::Trust, place)]
}

/// The bearer of a token of another provider than those that are trusted.
///
/// Either the policy names the provider wrongly, or the token is another than the one that
/// was meant: then a trusted provider is there, and the policy would refuse this token
/// also under the right name.
fn federated(scene: &Scene, entries: &[Entry<'_, '_>], provider: &str) -> Vec<Finding> {
    let trusted = of_kind(entries, "Federated");
    let Some(first) = trusted.first() else {
        return wrong_type(scene, entries, &format!("Principal.Federated {provider}"));
    };
    let wrong = finding(scene, Cause::TrustWrongProviderArn, Layer::Trust, first.place(provider));
    let meant = trusted.iter().find(|entry| {
        let renamed = fixes::renamed_provider(scene, &entry.statement.at, &entry.text, provider);
        is_registered(scene, &entry.text)
            && !renamed.is_some_and(|patch| scene.allowed_after(patch.0))
    });
    let Some(meant) = meant else { return vec![wrong] };
    let place = Where {
        claim: Some("iss".to_owned()),
        expected: Some(format!("https://{}", fixes::provider_name(&meant.text))),
        actual: fixes::issuer(scene).map(str::to_owned),
        ..Where::default()
    };
    vec![finding(scene, Cause::CredentialChainWrongCaller, Layer::Token, place), wrong]
}

fn service(scene: &Scene, entries: &[Entry<'_, '_>], name: &str) -> Vec<Finding> {
    match of_kind(entries, "Service").first() {
        None => wrong_type(scene, entries, &format!("Principal.Service {name}")),
        Some(first) => {
            let place = first.place(name);
            vec![finding(scene, Cause::TrustNoMatchingPrincipal, Layer::Trust, place)]
        }
    }
}

/// A user or a role's session.
fn signed(scene: &Scene, denial: &Denial, entries: &[Entry<'_, '_>]) -> Vec<Finding> {
    let Some(caller) = scene.caller_arn() else { return Vec::new() };
    let expected = caller.as_str();
    if let Some(entry) = other_session(scene, entries) {
        let session = scene.replay.caller.as_ref().map(|caller| caller.arn().to_string());
        let mut place = entry.place(expected);
        // What the policy pins, beside what the request has.
        place.expected = Some(entry.text.clone());
        place.actual = session;
        return one(scene, Cause::AssumedRoleSessionArnMismatch, place);
    }
    if let Some(entry) = entries.iter().find(|entry| is_stale(scene, &entry.text)) {
        return one(scene, Cause::TrustStalePrincipalId, entry.place(expected));
    }
    let mut general = unnamed(scene, denial, entries, &caller);
    if denies(denial, PolicyType::Trust) {
        return general;
    }
    if let Some(decisive) = role::of_other_account(scene) {
        general.insert(0, decisive);
    } else if let Some(decisive) = other_caller(scene, denial, entries) {
        general.insert(0, decisive);
    } else if caller.as_str() == scene.attempt.role_arn() {
        return itself(scene, entries, &caller);
    }
    general
}

fn one(scene: &Scene, cause: Cause, place: Where) -> Vec<Finding> {
    vec![finding(scene, cause, Layer::Trust, place)]
}

/// An entry that pins another session of the caller's role.
fn other_session<'e, 's, 't>(
    scene: &Scene,
    entries: &'e [Entry<'s, 't>],
) -> Option<&'e Entry<'s, 't>> {
    let Caller::RoleSession { session_arn, .. } = scene.replay.caller.as_ref()?.principal() else {
        return None;
    };
    let role = |resource: &str| {
        let rest = resource.strip_prefix("assumed-role/")?;
        Some(rest.split('/').next().unwrap_or_default().to_ascii_lowercase())
    };
    let own = role(session_arn.resource());
    entries.iter().find(|entry| {
        let arn: Option<Arn> = entry.text.parse().ok();
        arn.is_some_and(|arn| arn.account() == session_arn.account() && role(arn.resource()) == own)
    })
}

/// The role is to assume itself, and trusts others only.
///
/// Spec: since 2022-09-21 a role must trust itself for that
/// (aws.amazon.com/blogs/security/announcing-an-update-to-iam-role-trust-policy-behavior).
fn itself(scene: &Scene, entries: &[Entry<'_, '_>], caller: &Arn) -> Vec<Finding> {
    let texts: Vec<_> = entries.iter().map(|entry| entry.text.as_str()).collect();
    let place = Where {
        expected: Some(format!("{caller} in Principal.AWS")),
        actual: Some(format!("only {}", texts.join(", "))),
        ..entries.first().map(|entry| entry.place("")).unwrap_or_default()
    };
    let mut found = one(scene, Cause::SelfAssumeNotTrusted, place);
    if let Some(only) = services_only(entries) {
        found.extend(one(scene, Cause::ServicePrincipalOnly, only.place(caller.as_str())));
    }
    found
}

fn services_only<'e, 's, 't>(entries: &'e [Entry<'s, 't>]) -> Option<&'e Entry<'s, 't>> {
    let only = entries.iter().all(|entry| entry.kind == "Service");
    entries.first().filter(|_| only)
}

/// The call was made with other credentials than meant: somebody whom the policy names
/// would have been let in, and either the caller's role is one that they can assume, or
/// the caller has no permission of its own to make the call.
fn other_caller(scene: &Scene, denial: &Denial, entries: &[Entry<'_, '_>]) -> Option<Finding> {
    let own_side =
        |kind: &PolicyType| denial.judgement.blockers.iter().any(|(blocker, _)| blocker == kind);
    let meant = entries.iter().filter(|entry| entry.kind == "AWS").find_map(|entry| {
        let arn: Arn = entry.text.parse().ok()?;
        let patch = fixes::as_caller(scene, &arn)?;
        let would_be_let_in = scene.allowed_after(patch);
        let is_predecessor = || fixes::can_become_caller(scene, &arn);
        (would_be_let_in && (own_side(&PolicyType::Identity) || is_predecessor())).then_some(arn)
    })?;
    let place = Where {
        expected: Some(meant.to_string()),
        actual: scene.replay.caller.as_ref().map(|caller| caller.arn().to_string()),
        ..Where::default()
    };
    let found = finding(scene, Cause::CredentialChainWrongCaller, Layer::Request, place);
    Some(found)
}

/// The caller is simply not named.
fn unnamed(
    scene: &Scene,
    denial: &Denial,
    entries: &[Entry<'_, '_>],
    caller: &Arn,
) -> Vec<Finding> {
    let expected = caller.as_str();
    let named = of_kind(entries, "AWS");
    let Some(first) = named.first() else {
        let Some(only) = services_only(entries) else {
            let mut found = wrong_type(scene, entries, &format!("Principal.AWS {expected}"));
            if !own_side_allows(denial) {
                found.insert(0, instead_of_token(scene, entries));
            }
            return found;
        };
        let place = only.place(expected);
        let general = finding(scene, Cause::TrustNoMatchingPrincipal, Layer::Trust, place.clone());
        let service = finding(scene, Cause::ServicePrincipalOnly, Layer::Trust, place);
        // Whose own policy names this very role is meant to assume it, and is missing in
        // the trust policy. Who may assume whatever there is has met a role for a service.
        return if is_meant(denial) { vec![general, service] } else { vec![service] };
    };
    let place = first.place(expected);
    let general = finding(scene, Cause::TrustNoMatchingPrincipal, Layer::Trust, place);
    let whole_accounts = named.iter().all(|entry| is_account(&entry.text));
    let others = caller.account().is_some_and(|own| {
        named.iter().all(|entry| account_of(&entry.text).is_some_and(|account| account != own))
    });
    let cross_account =
        caller.account().is_some_and(|account| account != denial.ask.resource.account());
    let own_side_allows = own_side_allows(denial);
    let is_misspelt = caller.account().is_some_and(|own| {
        let mut named = named.iter().filter_map(|entry| account_of(&entry.text));
        named.any(|other| is_much_alike(own, other))
    });
    let is_meant = is_misspelt || is_meant(denial);
    if cross_account && whole_accounts && others && own_side_allows && !is_meant {
        // Everything that a simulator looks at says yes: the caller may assume anything,
        // and the role's account trusts another one.
        let mut place = first.place(expected);
        place.expected = caller.account().map(|account| Arn::iam(account, "root").to_string());
        return vec![finding(scene, Cause::SimulatorIgnoresTrust, Layer::Trust, place), general];
    }
    vec![general]
}

/// The role is for the bearers of tokens, and who called has no permission to assume
/// anything: a client that was to send a token found other credentials first, such as
/// those of the node that a pod runs on.
fn instead_of_token(scene: &Scene, entries: &[Entry<'_, '_>]) -> Finding {
    let place = Where {
        expected: entries.first().map(|entry| format!("a token of {}", entry.text)),
        actual: scene.replay.caller.as_ref().map(|caller| caller.arn().to_string()),
        ..Where::default()
    };
    finding(scene, Cause::CredentialChainWrongCaller, Layer::Request, place)
}

fn own_side_allows(denial: &Denial) -> bool {
    denial.judgement.blockers.iter().all(|(kind, _)| *kind == PolicyType::Trust)
}

/// Whether an identity policy that allows the call names this very role.
fn is_meant(denial: &Denial) -> bool {
    let identity = denial.judgement.trace.policies();
    let identity = identity.filter(|policy| policy.policy_type == PolicyType::Identity);
    let statements = identity.flat_map(|policy| policy.statements());
    let allowing = statements.filter(|statement| {
        statement.effect == Effect::Allow
            && names_action(statement)
            && passes(statement, &["Resource", "NotResource"])
    });
    let elements = allowing.flat_map(|statement| statement.elements());
    let mut values = elements
        .filter(|element| element.name == "Resource")
        .flat_map(|element| element.values)
        .filter(|value| value.matched);
    values.any(|value| names_some_role(&value.text))
}

/// Whether a pattern says more of the role than that it is one.
fn names_some_role(pattern: &str) -> bool {
    let name = pattern.rsplit_once("role/").map_or("", |(_, name)| name);
    name.split(['*', '?', '/']).any(|part| part.len() > 2)
}

/// Whether a number may be the other one with a slip of the pen: numbers of accounts are
/// drawn, and two that are so alike are hardly ever met.
fn is_much_alike(one: AccountId, other: AccountId) -> bool {
    /// Three of twelve digits.
    const LIKENESS_MIN: usize = 75;
    likeness(&one.to_string(), &other.to_string()) >= LIKENESS_MIN
}

fn is_account(text: &str) -> bool {
    text.parse::<AccountId>().is_ok() || text.ends_with(":root")
}

fn account_of(text: &str) -> Option<AccountId> {
    text.parse().ok().or_else(|| text.parse::<Arn>().ok()?.account())
}
