//! Where the evidence stands in the files.

use std::collections::{BTreeMap, BTreeSet};

use stead_analysis::{AuditFinding, Origin, positions};

use super::input::Input;

/// A place in a file.
#[derive(Clone)]
pub(super) struct Place {
    /// The file, as it was named.
    pub(super) file: String,
    /// From 1.
    pub(super) line: usize,
    /// From 1, in characters.
    pub(super) column: usize,
}

/// The places of everything that findings point to.
pub(super) struct Places(BTreeMap<String, Place>);

impl Places {
    pub(super) fn of(input: &Input, findings: &[AuditFinding]) -> Self {
        let evidence = findings.iter().flat_map(|finding| &finding.evidence);
        let pointers: BTreeSet<&String> = evidence.filter_map(|it| it.pointer.as_ref()).collect();
        let mut files: BTreeMap<String, Vec<(&String, String)>> = BTreeMap::new();
        for pointer in pointers {
            if let Some(Origin { file, pointer: inner }) = input.export.origin_in_world(pointer) {
                files.entry(file).or_default().push((pointer, inner));
            }
        }
        let mut places = BTreeMap::new();
        for (file, pointers) in files {
            let Some(text) = input.text(&file) else { continue };
            let wanted = pointers.iter().map(|(_, inner)| inner.clone()).collect();
            let found = positions(text, &wanted);
            for (pointer, inner) in pointers {
                let Some((line, column)) = found.get(&inner).copied() else { continue };
                let file = input.shown(&file);
                places.insert(pointer.clone(), Place { file, line, column });
            }
        }
        Self(places)
    }

    /// The place of each piece of evidence; none of what stands in no file.
    pub(super) fn all(&self, finding: &AuditFinding) -> Vec<Option<Place>> {
        let evidence = finding.evidence.iter();
        evidence.map(|it| self.0.get(it.pointer.as_ref()?).cloned()).collect()
    }
}
