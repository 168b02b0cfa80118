//! Classes about who asks and what being named lifts.

use serde_json::{Map, Value, json};

use crate::case::{Asker, Case};
use crate::rewrite::{statements, texts};

/// The question with the entries of Principal and NotPrincipal changed, unless none is.
fn principals(case: &Case, rule: impl Fn(&str, &str) -> Option<String>) -> Option<Case> {
    let mut changed = case.clone();
    let mut any = false;
    for statement in statements(changed.resource_policy.as_mut()?) {
        for element in ["Principal", "NotPrincipal"] {
            let Some(Value::Object(kinds)) = statement.get_mut(element) else { continue };
            for (kind, values) in kinds {
                let replaced = texts(values).into_iter().map(|text| {
                    let other = rule(kind, &text);
                    any |= other.is_some();
                    other.unwrap_or(text)
                });
                *values = replaced.collect::<Vec<String>>().into();
            }
        }
    }
    any.then_some(changed)
}

fn nobody(case: &Case) -> String {
    format!("arn:aws:iam::{}:user/nobody-at-all", case.account)
}

/// A unique id means the entity that has it.
pub(super) fn unique_ids(case: &Case) -> Option<Case> {
    let (own, arn) = match &case.caller {
        Asker::User { arn, id } | Asker::Role { arn, id, .. } => (id, arn),
        Asker::FederatedUser { issuer, issuer_id, .. } => (issuer_id, issuer),
        _ => return None,
    };
    principals(case, |_, text| (text == own).then(|| arn.clone()))
}

/// A role of the same name under another path is another role.
pub(super) fn role_paths(case: &Case) -> Option<Case> {
    let Asker::Role { arn, .. } = &case.caller else { return None };
    let name = |arn: &str| arn.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    let other = |text: &str| text.contains(":role/") && text != arn && name(text) == name(arn);
    principals(case, |_, text| other(text).then(|| nobody(case)))
}

/// The session's name says nothing about the user who asked for it: here the two are
/// called alike.
pub(super) fn federating_user(case: &Case) -> Option<Case> {
    let Asker::FederatedUser { name, issuer, issuer_id } = &case.caller else { return None };
    let alike = format!("{}:user/{name}", issuer.split_once(":user/")?.0);
    if alike == *issuer {
        return None;
    }
    let changed = principals(case, |_, text| {
        if text == issuer { Some(alike.clone()) } else { (text == alike).then(|| nobody(case)) }
    });
    let mut changed = changed?;
    changed.caller = Asker::FederatedUser {
        name: name.clone(),
        issuer: alike.clone(),
        issuer_id: issuer_id.clone(),
    };
    Some(changed)
}

/// A Deny spares whom a NotPrincipal lists in every way in which he is known, and
/// nobody with a boundary.
pub(super) fn not_principals(case: &Case) -> Option<Case> {
    let mut changed = case.clone();
    let mut any = false;
    for statement in statements(changed.resource_policy.as_mut()?) {
        let Some(listed) = statement.get("NotPrincipal") else { continue };
        if statement["Effect"] != "Deny" {
            continue;
        }
        let spared = case.boundary.is_none() && lists_all(listed, &case.caller);
        if !spared {
            statement.remove("NotPrincipal");
            statement.insert("Principal".to_owned(), json!("*"));
            any = true;
        }
    }
    any.then_some(changed)
}

fn lists_all(listed: &Value, caller: &Asker) -> bool {
    let under = |kind: &str| listed.get(kind).map(texts).unwrap_or_default();
    let aws = under("AWS");
    if aws.iter().any(|text| text == "*") && caller.account().is_some() || listed == "*" {
        return true;
    }
    let has = |wanted: &str| aws.iter().any(|text| text == wanted);
    let account = |account: &str| has(account) || has(&format!("arn:aws:iam::{account}:root"));
    let own_account = || caller.account().is_some_and(account);
    let own_name = || caller.principal().is_some_and(|name| has(&name));
    match caller {
        Asker::Root(_) => own_account(),
        Asker::User { arn, id } => own_account() && (has(arn) || has(id)),
        Asker::Role { arn, id, .. } => own_account() && own_name() && (has(arn) || has(id)),
        Asker::FederatedUser { .. } => own_account() && own_name(),
        Asker::Service(name) => under("Service").contains(name) || has("*"),
        Asker::WebIdentity(name) | Asker::Saml(name) => under("Federated").contains(name),
        Asker::Anonymous => has("*"),
    }
}

/// `AWS: "*"` does not admit the bearers of foreign tokens.
pub(super) fn everyone_under_aws(case: &Case) -> Option<Case> {
    if !matches!(case.caller, Asker::WebIdentity(_) | Asker::Saml(_)) {
        return None;
    }
    let mut changed = case.clone();
    let mut any = false;
    for statement in statements(changed.resource_policy.as_mut()?) {
        let allows = statement["Effect"] == "Allow";
        let Some(aws) = statement.get_mut("Principal").and_then(|found| found.get_mut("AWS"))
        else {
            continue;
        };
        if allows && texts(aws).iter().any(|text| text == "*") {
            let replaced = texts(aws).into_iter();
            let replaced = replaced.map(|text| if text == "*" { nobody(case) } else { text });
            *aws = replaced.collect::<Vec<_>>().into();
            any = true;
        }
    }
    any.then_some(changed)
}

/// The bare name of a well-known provider is a provider like those with an ARN.
pub(super) fn well_known_provider(case: &Case) -> Option<Case> {
    let Asker::WebIdentity(name) = &case.caller else { return None };
    if name.starts_with("arn:") {
        return None;
    }
    let arn = format!("arn:aws:iam::{}:oidc-provider/{name}", case.account);
    let mut changed =
        principals(case, |kind, text| (kind == "Federated" && text == name).then(|| arn.clone()))
            .unwrap_or_else(|| case.clone());
    changed.caller = Asker::WebIdentity(arn);
    Some(changed)
}

/// The bearer of a foreign token is nobody of the account in which its provider is set up.
pub(super) fn provider_in_the_account(case: &Case) -> Option<Case> {
    if !matches!(case.caller, Asker::WebIdentity(_) | Asker::Saml(_)) {
        return None;
    }
    let root = format!("arn:aws:iam::{}:root", case.account);
    principals(case, |kind, text| {
        let account = kind == "AWS" && (text == case.account || text == root);
        account.then(|| nobody(case))
    })
}

fn allows_all() -> Value {
    json!({"Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
}

/// The root user may do everything in its account, as somebody whose policy says so.
pub(super) fn root_user(case: &Case) -> Option<Case> {
    let Asker::Root(_) = &case.caller else { return None };
    let mut changed = case.clone();
    changed.identity = vec![allows_all()];
    Some(changed)
}

/// Service control policies bind nobody without an account.
pub(super) fn without_account(case: &Case) -> Option<Case> {
    if case.caller.account().is_some() || case.service_control.is_empty() {
        return None;
    }
    let mut changed = case.clone();
    changed.service_control.clear();
    Some(changed)
}

/// Whether a condition asks for the caller's ARN, with a positive operator that needs it.
fn asks_for_arn(statement: &Map<String, Value>) -> bool {
    let operators = statement.get("Condition").and_then(Value::as_object);
    operators.into_iter().flatten().any(|(operator, keys)| {
        let operator = operator.to_ascii_lowercase();
        let base = operator.strip_prefix("foranyvalue:").unwrap_or(&operator);
        let positive = matches!(
            base,
            "stringequals" | "stringequalsignorecase" | "stringlike" | "arnequals" | "arnlike"
        );
        let keys = keys.as_object();
        positive
            && keys
                .into_iter()
                .flatten()
                .any(|(key, _)| key.eq_ignore_ascii_case("aws:PrincipalArn"))
    })
}

/// Who a Principal element lists.
fn lists(statement: &Map<String, Value>, wanted: impl Fn(&str) -> bool) -> bool {
    match statement.get("Principal") {
        Some(Value::Object(kinds)) => {
            kinds.get("AWS").map(texts).unwrap_or_default().iter().any(|text| wanted(text))
        }
        Some(everyone) => texts(everyone).iter().any(|text| wanted(text)),
        None => false,
    }
}

fn own_account(case: &Case) -> bool {
    case.caller.account() == Some(case.account.as_str())
}

/// The statement of a resource's policy as one of the caller's own.
fn as_own(document: &Value, statement: &Map<String, Value>) -> Value {
    let mut own = statement.clone();
    own.remove("Principal");
    if !own.contains_key("NotResource") {
        own.entry("Resource").or_insert_with(|| json!("*"));
    }
    let mut policy = Map::new();
    if let Some(version) = document.get("Version") {
        policy.insert("Version".to_owned(), version.clone());
    }
    policy.insert("Statement".to_owned(), Value::Object(own));
    Value::Object(policy)
}

/// For chosen statements: to name the caller is to name its account, and to let a policy
/// of the caller's say the same.
fn through_the_account(case: &Case, chosen: impl Fn(&Map<String, Value>) -> bool) -> Option<Case> {
    let document = case.resource_policy.clone()?;
    let mut changed = case.clone();
    let mut own = Vec::new();
    for statement in statements(changed.resource_policy.as_mut()?) {
        if statement["Effect"] == "Allow" && chosen(statement) {
            own.push(as_own(&document, statement));
            statement.insert("Principal".to_owned(), json!({"AWS": case.account}));
        }
    }
    if own.is_empty() {
        return None;
    }
    changed.identity.append(&mut own);
    Some(changed)
}

/// `*` within the account lifts the need for a policy of the caller's and no more,
/// unless a condition asks for the caller's ARN.
pub(super) fn everyone_and_boundary(case: &Case) -> Option<Case> {
    if !own_account(case) || (case.boundary.is_none() && case.session.is_none()) {
        return None;
    }
    let name = case.caller.principal();
    let by_name = |text: &str| match &case.caller {
        Asker::User { arn, id } => text == arn || text == id,
        _ => Some(text) == name.as_deref(),
    };
    through_the_account(case, |statement| {
        lists(statement, |text| text == "*")
            && !asks_for_arn(statement)
            && !lists(statement, by_name)
    })
}

/// The boundary of a user whom a trust policy names must allow the role to be assumed.
pub(super) fn trusted_user(case: &Case) -> Option<Case> {
    let Asker::User { arn, id } = &case.caller else { return None };
    let assumes = case.action.to_ascii_lowercase().starts_with("sts:assumerole");
    if !own_account(case) || case.boundary.is_none() || !case.assumes_role() || !assumes {
        return None;
    }
    through_the_account(case, |statement| {
        lists(statement, |text| text == arn || text == id || text == "*")
    })
}

/// The silence of a session's policies does not count where the resource's policy names
/// the session, or whoever has the caller's ARN: they might as well say the same.
pub(super) fn named_session(case: &Case) -> Option<Case> {
    let document = case.resource_policy.clone()?;
    let own = case.caller.principal()?;
    if !own_account(case) {
        return None;
    }
    let mut changed = case.clone();
    let Some(session) = &mut changed.session else { return None };
    let mut any = false;
    for statement in statements(&mut document.clone()) {
        let named = lists(statement, |text| text == own)
            || asks_for_arn(statement) && lists(statement, |text| text == "*");
        if statement["Effect"] == "Allow" && named {
            let added = as_own(&document, statement);
            *session = joined(session, &added)?;
            any = true;
        }
    }
    any.then_some(changed)
}

/// Two documents as one, unless their versions make a difference.
fn joined(first: &Value, second: &Value) -> Option<Value> {
    let mut joined = first.clone();
    if first.get("Version") != second.get("Version") {
        // Only what variables mean depends on the version.
        let has_variables = |document: &Value| document.to_string().contains("${");
        match (has_variables(first), has_variables(second)) {
            (true, true) => return None,
            (false, true) => joined["Version"] = second.get("Version")?.clone(),
            (_, false) => {}
        }
    }
    let mut both: Vec<Value> = Vec::new();
    for document in [first, second] {
        match &document["Statement"] {
            Value::Array(list) => both.extend(list.iter().cloned()),
            one => both.push(one.clone()),
        }
    }
    joined["Statement"] = both.into();
    Some(joined)
}

/// A federated user's session without policies may do nothing, as with one that allows
/// nothing that is asked for.
pub(super) fn without_session_policies(case: &Case) -> Option<Case> {
    if !matches!(case.caller, Asker::FederatedUser { .. }) || case.session.is_some() {
        return None;
    }
    let mut changed = case.clone();
    changed.session = Some(json!({"Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "none:None", "Resource": "*"}}));
    Some(changed)
}
