//! The largest and worst documents that are read.

use stead_policy::{
    DOCUMENT_BYTES_MAX, DiagnosticCode, DocumentKind, NESTING_DEPTH_MAX, STATEMENTS_MAX,
    VALUES_MAX, parse,
};

fn statement(action: &str) -> String {
    format!(r#"{{"Effect":"Allow","Action":"{action}","Resource":"*"}}"#)
}

fn codes(text: &str) -> Vec<DiagnosticCode> {
    let parsed = parse(text, DocumentKind::Identity);
    assert_eq!(parsed.policy.is_none(), parsed.refusal().is_some());
    parsed.diagnostics.iter().map(|found| found.code).collect()
}

/// What is found, and the text there.
fn found(text: &str) -> Vec<(DiagnosticCode, &str)> {
    let parsed = parse(text, DocumentKind::Identity);
    parsed.diagnostics.iter().map(|found| (found.code, found.span.of(text))).collect()
}

#[test]
fn documents_end_somewhere() {
    let padded = |length: usize| {
        let document = format!(r#"{{"Statement":{}}}"#, statement("s3:*"));
        " ".repeat(length - document.len()) + &document
    };
    assert_eq!(codes(&padded(DOCUMENT_BYTES_MAX)), []);
    let long = padded(DOCUMENT_BYTES_MAX + 1);
    assert_eq!(found(&long), [(DiagnosticCode::TooLarge, long.as_str())]);
}

#[test]
fn statements_end_somewhere() {
    let document = |count: usize| format!(r#"{{"Statement":[{}]}}"#, vec!["[]"; count].join(","));
    // What each of them is does not matter here, only that there are too many.
    let many = document(STATEMENTS_MAX).replace("]}", ",\"the first too many\",[]]}");
    assert_eq!(found(&many), [(DiagnosticCode::TooLarge, "\"the first too many\"")]);
    let as_many = codes(&document(STATEMENTS_MAX));
    assert!(as_many.iter().all(|code| *code == DiagnosticCode::WrongType));
    assert!(as_many.len() <= 101, "a long list of faults is cut: {}", as_many.len());
}

#[test]
fn values_end_somewhere() {
    let document = |count: usize| {
        let actions = vec!["\"*\""; count].join(",");
        format!(r#"{{"Statement":{{"Effect":"Allow","Action":[{actions}],"Resource":"*"}}}}"#)
    };
    assert_eq!(codes(&document(VALUES_MAX - 1)), []);
    // The last one is the resource.
    assert_eq!(found(&document(VALUES_MAX)), [(DiagnosticCode::TooLarge, "\"*\"")]);
}

#[test]
fn nesting_ends_somewhere() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert_eq!(codes(&nested(NESTING_DEPTH_MAX)), [DiagnosticCode::WrongType]);
    // The innermost, which is one too deep.
    assert_eq!(found(&nested(NESTING_DEPTH_MAX + 1)), [(DiagnosticCode::TooLarge, "[]")]);
}

#[test]
fn long_texts_are_not_echoed() {
    let text = format!(r#"{{"Statement":{}}}"#, statement(&"x".repeat(100_000)));
    let parsed = parse(&text, DocumentKind::Identity);
    for found in &parsed.diagnostics {
        assert!(found.message.len() < 1_000 && found.wire_message().len() < 1_000);
    }
    let text = format!(r#"{{"Statement":{}}}"#, statement(&format!("{}:y", "x y".repeat(50_000))));
    let parsed = parse(&text, DocumentKind::Identity);
    assert!(parsed.refusal().unwrap().wire_message().len() < 1_000);
}
