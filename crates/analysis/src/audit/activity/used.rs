//! Which statement of somebody's policies allows which of their calls. Each is asked about
//! alone, in accounts in which they have nothing but that statement.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use stead_policy::{ContextBuilder, PolicySource};

use super::events::RecordedCall;
use crate::World;
use crate::access::{Access, Person, documents};
use crate::audit::asker::{ANY, may};
use crate::audit::supposed::with_only;

/// An Allow, and what of it was used.
pub(super) struct StatementUse {
    /// The policy: its ARN, or its name with whose it is.
    pub(super) policy: String,
    source: PolicySource,
    pub(super) index: usize,
    /// As it is written.
    pub(super) written: Value,
    /// The actions that were used, each on these resources.
    pub(super) used: BTreeMap<String, BTreeSet<String>>,
}

impl StatementUse {
    /// The actions that are named one by one and were not used; those with wildcards if
    /// nothing of the statement was.
    pub(super) fn unused(&self) -> Vec<String> {
        let named = texts(self.written.get("Action"));
        if self.used.is_empty() {
            let not = texts(self.written.get("NotAction"));
            return if named.is_empty() {
                not.iter().map(|it| format!("all but {it}")).collect()
            } else {
                named
            };
        }
        let is_used = |action: &str| self.used.keys().any(|it| it.eq_ignore_ascii_case(action));
        named.into_iter().filter(|it| !it.contains(['*', '?']) && !is_used(it)).collect()
    }

    /// Where it stands.
    pub(super) fn place(&self, world: &World) -> Option<String> {
        Some(format!("{}/Statement/{}", world.place_of(&self.source)?, self.index))
    }
}

/// Every Allow of somebody with what was used of it.
pub(super) fn statements(
    access: &Access<'_>,
    who: &Person,
    calls: &[RecordedCall],
) -> Vec<StatementUse> {
    let mut uses = allows(access, who);
    for it in &mut uses {
        let document = json!({"Version": "2012-10-17", "Statement": [it.written]}).to_string();
        let Some(world) = with_only(access.world(), who, &document) else { continue };
        let alone = access.over(&world);
        for call in calls {
            let resources = allowed(&alone, who, &it.written, call);
            if !resources.is_empty() {
                it.used.entry(call.action.clone()).or_default().extend(resources);
            }
        }
    }
    uses
}

/// The Allows as they are written.
fn allows(access: &Access<'_>, who: &Person) -> Vec<StatementUse> {
    let mut all = Vec::new();
    for (source, policy, statements) in written(access, who) {
        for (index, statement) in statements.into_iter().enumerate() {
            if statement.get("Effect") == Some(&json!("Allow")) {
                let (policy, source) = (policy.clone(), source.clone());
                let used = BTreeMap::new();
                all.push(StatementUse { policy, source, index, written: statement, used });
            }
        }
    }
    all
}

/// The Denys as they are written.
pub(super) fn denies(access: &Access<'_>, who: &Person) -> Vec<Value> {
    let statements = written(access, who).into_iter().flat_map(|(_, _, statements)| statements);
    statements.filter(|it| it.get("Effect") == Some(&json!("Deny"))).collect()
}

type Written = (PolicySource, String, Vec<Value>);

/// The statements of every policy of somebody. Of one in the older version of the language
/// with what would be a variable in the newer, none: the same text means something else.
fn written(access: &Access<'_>, who: &Person) -> Vec<Written> {
    let Some(account) = access.world().account(who.account) else { return Vec::new() };
    let mut all = Vec::new();
    for (source, policy, text) in documents(who, &account.snapshot) {
        let Ok(Value::Object(mut document)) = serde_json::from_str::<Value>(&text) else {
            continue;
        };
        if is_of_another_language(&document, &text) {
            continue;
        }
        let statements = match document.remove("Statement") {
            Some(Value::Array(statements)) => statements,
            Some(one) => vec![one],
            None => Vec::new(),
        };
        all.push((source, policy, statements));
    }
    all
}

/// Whether somebody has a policy whose statements mean something else in a new policy.
pub(super) fn has_older(access: &Access<'_>, who: &Person) -> Option<String> {
    let account = access.world().account(who.account)?;
    let mut all = documents(who, &account.snapshot).into_iter();
    all.find_map(|(_, policy, text)| {
        let document = serde_json::from_str::<serde_json::Map<String, Value>>(&text);
        let is_older = document.map_or(true, |it| is_of_another_language(&it, &text));
        is_older.then_some(policy)
    })
}

/// Spec: UG:reference_policies_elements_version: without the version of 2012 variables are
/// text.
fn is_of_another_language(document: &serde_json::Map<String, Value>, text: &str) -> bool {
    document.get("Version") != Some(&json!("2012-10-17")) && text.contains("${")
}

/// On which resources the statement allows the call: the one that was recorded, or else as
/// the statement writes them.
fn allowed(alone: &Access<'_>, who: &Person, written: &Value, call: &RecordedCall) -> Vec<String> {
    let is_allowed =
        |resource: &str| may(alone, who, &call.action, resource, ContextBuilder::new()).is_some();
    if let Some(resource) = &call.resource {
        return if is_allowed(resource) { vec![resource.clone()] } else { Vec::new() };
    }
    let resources = texts(written.get("Resource"));
    let resources = if resources.is_empty() { vec!["*".to_owned()] } else { resources };
    let named = resources.into_iter().filter(|it| !it.contains("${"));
    named.filter(|it| is_allowed(&it.replace('*', ANY).replace('?', "x"))).collect()
}

/// A text, or several.
pub(super) fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Array(values)) => {
            values.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}
