//! Fixes of what the trust policy says of actions, and of what it denies.

use serde_json::{Value, json};

use super::Candidate;
use super::alternatives::added;
use super::principal::own_statement;
use super::{control, principal, request};
use crate::diagnosis::{Finding, Scene};
use crate::patch::Change;
use crate::{Cause, Layer};

/// The action that is missing, in the statement that names the caller.
pub(super) fn action(scene: &Scene, finding: &Finding) -> Vec<Candidate> {
    let mut found = Vec::new();
    match finding.cause {
        Cause::TrustMissingTagSession => found.extend(request::without_tags(scene)),
        Cause::TrustMissingSetSourceIdentity => {
            found.extend(request::without_source_identity(scene));
        }
        _ => {}
    }
    let (Some(wanted), Some(pointer)) = (&finding.place.expected, &finding.place.element) else {
        return found;
    };
    let title = format!("allow {wanted}");
    found.push(Candidate::new(title, Layer::Trust, vec![added(scene, pointer, wanted)]));
    found.extend(principal::alone(scene));
    found
}

/// Without the statement that denies; where it is the only one, with one that allows this
/// call in its place.
pub(super) fn deny(scene: &Scene, finding: &Finding) -> Vec<Candidate> {
    let mut found = control::deny(scene, finding);
    let Some(pointer) = &finding.place.statement else { return found };
    let statement = scene.at(pointer);
    let kinds = statement.and_then(|it| it.get("Principal")).and_then(Value::as_object);
    let named = kinds.and_then(|kinds| {
        let (kind, name) = kinds.iter().next()?;
        Some((kind.clone(), name.as_str()?.to_owned()))
    });
    let caller = scene.caller_arn().map(|arn| ("AWS".to_owned(), arn.to_string()));
    if let Some((kind, name)) = caller.or(named) {
        let own = own_statement(scene, &kind, &name);
        let title = format!("allow this call to {name} in place of the Deny");
        let change = Change::replace(pointer.as_str(), own);
        // Others were denied by it, too.
        found.insert(0, Candidate::new(title, Layer::Trust, vec![change]).widening());
    }
    if let Some((document, _)) = pointer.rsplit_once("/Statement/") {
        let count = scene.at(&format!("{document}/Statement")).and_then(Value::as_array);
        let change = match count.map(Vec::len) {
            Some(1) => Change::replace(format!("{document}/Statement"), json!([])),
            _ => Change::remove(pointer.as_str()),
        };
        let removed = Candidate::new("drop the statement that denies", Layer::Trust, vec![change]);
        found.push(removed.widening());
    }
    found
}
