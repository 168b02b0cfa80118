//! Reading the case files.

use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use stead_policy::{Context, ContextBuilder, DocumentKind};

/// Every file of one kind, with its name.
pub(crate) fn files<T: DeserializeOwned>(kind: &str) -> Vec<(String, T)> {
    let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests", "corpus", kind].iter().collect();
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let read = |path: PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let file = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        (name, file)
    };
    paths.into_iter().map(read).collect()
}

/// A document as text: a text is taken as it stands, a statement is wrapped.
pub(crate) fn document(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(object) if object.contains_key("Statement") => value.to_string(),
        statement => json!({"Version": "2012-10-17", "Statement": statement}).to_string(),
    }
}

/// The keys of a request: an array makes a key with several values.
pub(crate) fn context(given: &serde_json::Map<String, Value>) -> Context {
    let add = |builder: ContextBuilder, (key, value): (&String, &Value)| match value {
        Value::String(text) => builder.single(key, text.as_str()),
        Value::Array(values) => {
            builder.multi(key, values.iter().map(|value| value.as_str().unwrap()))
        }
        other => panic!("{key} has the value {other}"),
    };
    given.iter().fold(ContextBuilder::new(), add).build()
}

/// Kinds of documents by the names the files use.
pub(crate) fn kind(name: &str) -> DocumentKind {
    match name {
        "identity" => DocumentKind::Identity,
        "boundary" => DocumentKind::Boundary,
        "session" => DocumentKind::Session,
        "trust" => DocumentKind::Trust,
        "resource" => DocumentKind::Resource,
        "service-control" => DocumentKind::ServiceControl,
        "resource-control" => DocumentKind::ResourceControl,
        other => panic!("no kind {other}"),
    }
}
