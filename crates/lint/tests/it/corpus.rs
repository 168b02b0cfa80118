//! The documents that the corpus of the policy language calls sound are not refused.

use std::path::PathBuf;

use stead_lint::{Options, Severity, lint};
use stead_policy::DocumentKind;

/// What is said of sound documents with severity error: they let strangers in.
const DELIBERATE: &[&str] = &["policy/missing-claim", "trust/everybody", "trust/whole-provider"];

fn kind(name: &str) -> Option<DocumentKind> {
    Some(match name {
        "identity" | "managed" => DocumentKind::Identity,
        "boundary" => DocumentKind::Boundary,
        "session" => DocumentKind::Session,
        "trust" | "written-trust" => DocumentKind::Trust,
        "resource" => DocumentKind::Resource,
        "scp" | "service-control" => DocumentKind::ServiceControl,
        "rcp" | "resource-control" => DocumentKind::ResourceControl,
        _ => return None,
    })
}

#[test]
fn sound_documents_have_no_errors_but_open_doors() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../policy/tests/corpus/sound");
    let (mut count, mut wrong) = (0, Vec::new());
    for folder in std::fs::read_dir(root).unwrap() {
        let folder = folder.unwrap().path();
        let name = folder.file_name().unwrap().to_str().unwrap();
        let kind = kind(name).unwrap_or_else(|| panic!("documents of the kind {name}"));
        for file in std::fs::read_dir(&folder).unwrap() {
            let path: PathBuf = file.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            // What is about size alone is filled up with something.
            if text.contains("\nquota: ") {
                continue;
            }
            let document = document(&text);
            count += 1;
            for finding in lint(document, kind, &Options::default()) {
                let code = finding.rule.code;
                if finding.severity == Severity::Error && !DELIBERATE.contains(&code) {
                    wrong.push(format!("{}: {code}: {}", path.display(), finding.message));
                }
            }
        }
    }
    assert!(count > 50, "only {count} documents");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What stands between the head of a case and its answer.
fn document(text: &str) -> &str {
    let (_, behind) = text.split_once("\n\n").unwrap();
    behind.rsplit_once("\n---").unwrap().0
}
