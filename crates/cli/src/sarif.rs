//! What reports in SARIF 2.1.0 have in common.
//!
//! Spec: OASIS, Static Analysis Results Interchange Format 2.1.0.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Value, json};

use crate::excerpt::printable_json;

/// What a path of a URI cannot hold as it stands. Spec: RFC 3986, section 3.3.
const ENCODED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}')
    .add(b':');

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// A report of one run: what was found, by which rules of which command.
pub(crate) fn report(command: &str, rules: &[Value], results: &[Value]) -> String {
    let report = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": command,
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    printable_json(&format!("{report:#}\n"))
}

/// The place of a file.
pub(crate) fn artifact(name: &str) -> Value {
    let name = if name == "-" { "stdin" } else { name };
    let path = utf8_percent_encode(name, ENCODED).to_string();
    // A reference that begins with a slash is a path of the machine.
    let uri = if path.starts_with('/') { format!("file://{path}") } else { path };
    json!({ "uri": uri })
}
