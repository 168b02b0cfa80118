//! A decoded denial in plain sentences: which layer, which statement, which
//! element, and what it was compared with.

use std::collections::BTreeMap;

use serde_json::Value;

/// Whose unique id it is, for ids that policies hold in the place of an ARN.
pub(super) type Names = BTreeMap<String, String>;

/// The lines that explain the document DecodeAuthorizationMessage returned.
pub(super) fn explain(document: &Value, names: &Names) -> Vec<String> {
    let mut lines = Vec::new();
    for blocker in items(document.pointer("/stead/blockers")) {
        let layer = text(blocker, "/policyType");
        match text(blocker, "/decision") {
            "explicitDeny" => lines.push(format!("a statement of the {layer} denies it")),
            _ => lines.push(format!("nothing in the {layer} allows it")),
        }
        let policies = items(document.pointer("/stead/policies"));
        for policy in policies.filter(|policy| text(policy, "/policyType") == layer) {
            lines.extend(
                items(policy.get("statements")).flat_map(|it| statement(document, it, names)),
            );
        }
    }
    lines
}

/// Why one statement does not apply, or that it does.
fn statement(document: &Value, statement: &Value, names: &Names) -> Vec<String> {
    let index = statement.get("index").and_then(Value::as_u64).unwrap_or_default();
    let sid = text(statement, "/sid");
    let name = match sid {
        "" => format!("statement {index}"),
        _ => format!("statement {index} ({sid})"),
    };
    let effect = text(statement, "/effect");
    if statement.get("applies") == Some(&Value::Bool(true)) {
        return vec![format!("  {name}: {effect}, and it applies")];
    }
    let unmatched = |entry: &&Value, flag: &str| entry.get(flag) == Some(&Value::Bool(false));
    let elements = items(statement.get("elements")).filter(|it| unmatched(it, "matched"));
    let elements = elements.map(|element| {
        let name_of = text(element, "/element");
        let (wanted, actual) = (listed(element, names), actual(document, name_of));
        format!("  {name}: {effect}, {name_of} is {wanted}, asked was {actual}")
    });
    let conditions = items(statement.get("conditions")).filter(|it| unmatched(it, "holds"));
    let conditions = conditions.map(|condition| {
        let (operator, key) = (text(condition, "/operator"), text(condition, "/key"));
        let request = items(condition.get("requestValues"));
        let request: Vec<&str> = request.filter_map(Value::as_str).collect();
        let sent = if request.is_empty() { "absent".to_owned() } else { request.join(", ") };
        format!(
            "  {name}: {effect}, {operator} {key} wants {}, the request has {sent}",
            listed(condition, names)
        )
    });
    elements.chain(conditions).collect()
}

/// What the request had in the place of an element.
fn actual(document: &Value, element: &str) -> String {
    match element {
        "Principal" | "NotPrincipal" => {
            let (arn, id) = ("/context/principal/arn", "/context/principal/id");
            format!("{} ({})", text(document, arn), text(document, id))
        }
        "Action" | "NotAction" => text(document, "/context/action").to_owned(),
        _ => text(document, "/context/resource").to_owned(),
    }
}

fn listed(entry: &Value, names: &Names) -> String {
    let values = items(entry.get("values")).map(|value| {
        let value = text(value, "/text");
        names.get(value).map_or_else(|| value.to_owned(), |name| format!("{name} ({value})"))
    });
    values.collect::<Vec<_>>().join(", ")
}

fn items(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    value.and_then(Value::as_array).into_iter().flatten()
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_denial_is_told_by_layer_statement_and_value() {
        let document = json!({
            "context": {
                "principal": { "arn": "arn:aws:iam::111122223333:user/alice", "id": "AIDA1" },
                "action": "sts:AssumeRole",
                "resource": "arn:aws:iam::111122223333:role/deploy",
            },
            "stead": {
                "blockers": [{ "policyType": "role trust policy", "decision": "implicitDeny" }],
                "policies": [
                    { "policyType": "identity-based policy", "statements": [] },
                    { "policyType": "role trust policy", "statements": [{
                        "index": 0, "sid": "Who", "effect": "ALLOW", "applies": false,
                        "elements": [
                            { "element": "Principal", "matched": false,
                              "values": [{ "text": "AIDA2" }] },
                            { "element": "Action", "matched": true, "values": [] },
                        ],
                        "conditions": [{
                            "operator": "StringEquals", "key": "sts:externalid", "holds": false,
                            "requestValues": [], "values": [{ "text": "42" }],
                        }],
                    }] },
                ],
            },
        });
        let names = Names::from([("AIDA2".to_owned(), "user/ci".to_owned())]);
        assert_eq!(
            explain(&document, &names),
            [
                "nothing in the role trust policy allows it",
                "  statement 0 (Who): ALLOW, Principal is user/ci (AIDA2), asked was \
                 arn:aws:iam::111122223333:user/alice (AIDA1)",
                "  statement 0 (Who): ALLOW, StringEquals sts:externalid wants 42, the request has \
                 absent",
            ]
        );
    }
}
