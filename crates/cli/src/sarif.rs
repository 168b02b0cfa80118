//! What reports in SARIF 2.1.0 have in common.
//!
//! Spec: OASIS, Static Analysis Results Interchange Format 2.1.0.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::Serialize;
use serde_json::{Value, json};

use crate::exit::Failure;
use crate::report::pretty;

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

/// What SARIF calls a log, of one run.
#[derive(Serialize)]
struct Log<R> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    runs: [Run<R>; 1],
    version: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<R> {
    column_kind: &'static str,
    results: R,
    tool: Value,
}

/// A report of one run: what was found, by which rules of which command.
pub(crate) fn report(
    command: &str,
    rules: &[Value],
    results: impl Serialize,
) -> Result<String, Failure> {
    let tool = json!({ "driver": {
        "name": command,
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "rules": rules,
    }});
    let run = Run { column_kind: "unicodeCodePoints", results, tool };
    pretty(&Log { schema: SCHEMA, runs: [run], version: "2.1.0" })
}

/// The place of a file.
pub(crate) fn artifact(name: &str) -> Value {
    let name = if name == "-" { "stdin" } else { name };
    let path = utf8_percent_encode(name, ENCODED).to_string();
    // A reference that begins with a slash is a path of the machine.
    let uri = if path.starts_with('/') { format!("file://{path}") } else { path };
    json!({ "uri": uri })
}
