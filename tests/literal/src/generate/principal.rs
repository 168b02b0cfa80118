//! Principal and NotPrincipal.

use stead_policy::Caller;

use super::alphabet::OTHER;
use super::choices::{Choices, pick};
use super::request::{FEDERATED, PROVIDERS, ROLE, ROLE_ID, SERVICES, SESSION, USER, USER_ID};
use super::text;
use crate::literal::Kind;

const ROOT: &str = "arn:aws:iam::111122223333:root";

/// The value of a Principal element.
pub(super) fn principal(choices: &mut dyn Choices, kind: Kind, caller: &Caller) -> String {
    if choices.percent(if kind == Kind::ResourceControl { 85 } else { 12 }) {
        return text::string("*");
    }
    let count = 1 + choices.below(2);
    let entries = (0..count).map(|_| {
        let (key, value) =
            if choices.percent(65) { of_caller(choices, caller) } else { anybody(choices, kind) };
        (key.to_owned(), value.to_owned())
    });
    let entries = entries.collect();
    object(entries)
}

/// The value of a NotPrincipal element: more than one aspect of the caller, since only
/// all of them together spare it.
pub(super) fn not_principal(choices: &mut dyn Choices, caller: &Caller) -> String {
    let mut entries: Vec<(String, String)> = Vec::new();
    for (key, value) in aspects(caller) {
        if choices.percent(80) {
            entries.push((key.to_owned(), value.to_owned()));
        }
    }
    if entries.is_empty() || choices.percent(20) {
        let (key, value) = anybody(choices, Kind::Resource);
        entries.push((key.to_owned(), value.to_owned()));
    }
    object(entries)
}

/// Entries by key, as arrays where there are several.
fn object(entries: Vec<(String, String)>) -> String {
    let mut members: Vec<(String, Vec<String>)> = Vec::new();
    for (key, value) in entries {
        let value = text::string(&value);
        match members.iter_mut().find(|(known, _)| *known == key) {
            Some((_, values)) => values.push(value),
            None => members.push((key, vec![value])),
        }
    }
    let joined = |values: &[String]| match values {
        [single] => single.clone(),
        several => text::array(several),
    };
    let members: Vec<(String, String)> =
        members.into_iter().map(|(key, values)| (key, joined(&values))).collect();
    text::object(&members)
}

/// Everything the caller can be named by.
fn aspects(caller: &Caller) -> Vec<(&'static str, &str)> {
    let root = (
        "AWS",
        if matches!(caller.account(), Some(account) if account.to_string() == OTHER) {
            OTHER
        } else {
            ROOT
        },
    );
    match caller {
        Caller::Root { .. } => vec![root],
        Caller::User { arn, .. } => vec![root, ("AWS", arn.as_str())],
        Caller::RoleSession { role_arn, session_arn, federated_provider, .. } => {
            let mut aspects = vec![root, ("AWS", role_arn.as_str()), ("AWS", session_arn.as_str())];
            aspects.extend(federated_provider.as_deref().map(|provider| ("Federated", provider)));
            aspects
        }
        Caller::FederatedUser { arn, .. } => vec![root, ("AWS", arn.as_str()), ("AWS", USER)],
        Caller::WebIdentity { provider } | Caller::Saml { provider } => {
            vec![("Federated", provider)]
        }
        Caller::Service { name } => vec![("Service", name)],
        Caller::Anonymous => vec![("AWS", "*")],
    }
}

fn of_caller<'c>(choices: &mut dyn Choices, caller: &'c Caller) -> (&'static str, &'c str) {
    let aspects = aspects(caller);
    aspects[choices.below(aspects.len())]
}

fn anybody(choices: &mut dyn Choices, kind: Kind) -> (&'static str, &'static str) {
    match choices.below(12) {
        0 => ("AWS", "*"),
        1 => ("Federated", pick(choices, &PROVIDERS)),
        2 => ("Service", pick(choices, &SERVICES)),
        3 if kind != Kind::Trust => ("CanonicalUser", "79a59df900b949e55d96a1e698fbaced"),
        4 if choices.percent(30) => ("Federated", "*"),
        _ => {
            let names = [
                "111122223333",
                OTHER,
                ROOT,
                "arn:aws:iam::444455556666:root",
                USER,
                USER_ID,
                ROLE,
                ROLE_ID,
                SESSION,
                FEDERATED,
                "arn:aws:iam::111122223333:user/Alice",
                "arn:aws:iam::111122223333:user/*",
                "AROAGONEGONEGONEGONE1",
                "alice",
            ];
            ("AWS", pick(choices, &names))
        }
    }
}
