//! What an earlier audit found.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;

use crate::exit::Failure;
use crate::explain::accounts;

/// Bytes of a report: a finding has some 2 KiB.
const BYTES_MAX: usize = 256 * 1024 * 1024;

#[derive(Deserialize)]
struct Report {
    version: u32,
    findings: Vec<Known>,
}

#[derive(Deserialize)]
struct Known {
    id: String,
}

/// The ids of the findings of a report.
pub(super) fn read(path: &Path) -> Result<BTreeSet<String>, Failure> {
    let text = accounts::text(path, BYTES_MAX)?;
    ids(&text).map_err(|reason| {
        Failure::new(format!("`{}` is no report: {reason}", path.display()))
            .with_help("make one with `stead audit --json`")
    })
}

fn ids(text: &str) -> Result<BTreeSet<String>, String> {
    let report: Report = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if report.version != super::json::VERSION {
        return Err(format!(
            "its version is {}, and {} is known",
            report.version,
            super::json::VERSION
        ));
    }
    Ok(report.findings.into_iter().map(|finding| finding.id).collect())
}

#[cfg(test)]
mod tests {
    use super::ids;

    #[test]
    fn reports_of_another_form_are_refused() {
        let known = ids(r#"{"version": 1, "findings": [{"id": "a", "rule": "b"}]}"#).unwrap();
        assert_eq!(known, ["a".to_owned()].into());
        for text in [
            "",
            "[]",
            r#"{"findings": []}"#,
            r#"{"version": 2, "findings": []}"#,
            r#"{"version": 1}"#,
            r#"{"version": 1, "findings": [{}]}"#,
            r#"{"version": 1, "findings": [{"id": 1}]}"#,
        ] {
            assert!(ids(text).is_err(), "{text}");
        }
    }
}
