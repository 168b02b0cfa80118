//! What a document is for, as far as it can be told from its text.

use serde_json::Value;
use stead_policy::{DOCUMENT_BYTES_MAX, DocumentKind};

/// What the document seems to be for: with principals and actions of STS, and without
/// resources, a trust policy; with principals, a resource policy; else an identity policy.
///
/// Policies of organizations and of sessions, and permissions boundaries, can't be told
/// apart from others. A text that is no JSON is taken for an identity policy.
#[must_use]
pub fn guess(text: &str) -> DocumentKind {
    if text.len() > DOCUMENT_BYTES_MAX {
        return DocumentKind::Identity;
    }
    let document: Value = serde_json::from_str(text).unwrap_or_default();
    let statements = document.get("Statement").map(listed).unwrap_or_default();
    let has = |statement: &Value, names: [&str; 2]| {
        names.iter().any(|name| statement.get(name).is_some())
    };
    if !statements.iter().any(|statement| has(statement, ["Principal", "NotPrincipal"])) {
        return DocumentKind::Identity;
    }
    let trusts = statements.iter().all(|statement| {
        !has(statement, ["Resource", "NotResource"]) && statement.get("Action").is_some_and(is_sts)
    });
    if trusts { DocumentKind::Trust } else { DocumentKind::Resource }
}

fn is_sts(action: &Value) -> bool {
    listed(action).iter().all(|action| {
        let text = action.as_str().unwrap_or_default().to_ascii_lowercase();
        text.starts_with("sts:") || text == "*"
    })
}

/// The values of an array, or the one that stands there.
fn listed(value: &Value) -> &[Value] {
    value.as_array().map_or_else(|| std::slice::from_ref(value), Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_is_told_from_principals_and_actions() {
        for (statement, kind) in [
            (r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}"#, DocumentKind::Identity),
            (r#"[{"Principal": {"AWS": "1"}, "Action": ["sts:AssumeRole"]}]"#, DocumentKind::Trust),
            (r#"{"Principal": {"AWS": "1"}, "Action": "STS:*"}"#, DocumentKind::Trust),
            (r#"{"Principal": "*", "Action": "sts:*", "Resource": "*"}"#, DocumentKind::Resource),
            (r#"{"NotPrincipal": "*", "Action": "s3:*"}"#, DocumentKind::Resource),
            (r#"{"Principal": "*"}"#, DocumentKind::Resource),
            ("7", DocumentKind::Identity),
        ] {
            assert_eq!(guess(&format!("{{\"Statement\": {statement}}}")), kind, "{statement}");
        }
        assert_eq!(guess("no JSON"), DocumentKind::Identity);
    }
}
