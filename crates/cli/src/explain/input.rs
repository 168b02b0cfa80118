//! What is asked about: one file, or accounts and an attempt.

use std::io::Read as _;

use stead_analysis::{CASE_BYTES_MAX, Case, CaseError, Export, ExportFile, Lines, Where, locate};
use stead_policy::Span;

use super::{accounts, denial, faults};
use crate::arguments::ExplainFlags;
use crate::exit::Failure;

/// A case with the files that it was made of.
pub(super) struct Input {
    pub(super) case: Case,
    source: Source,
}

enum Source {
    /// The case stands in one file.
    Case { name: String, text: String },
    /// It was put together.
    Files { directory: String, files: Vec<ExportFile>, export: Export },
}

/// Something in a file.
pub(super) struct Found<'a> {
    /// The file, as whoever asks would name it.
    pub(super) name: String,
    pub(super) text: &'a str,
    pub(super) span: Span,
}

impl Input {
    pub(super) fn read(flags: &ExplainFlags) -> Result<Self, Failure> {
        if flags.case.is_none() {
            let (name, files) = accounts::read(&flags.of)?;
            let export =
                Export::read(&files).map_err(|error| faults::export(&error, &name, &files))?;
            let denied = denial::attempt(flags)?;
            let case = accounts::case(&flags.attempt, denied, &export)?;
            return Ok(Self { case, source: Source::Files { directory: name, files, export } });
        }
        let name = flags.case.clone().unwrap_or_default();
        let text = case_text(&name)?;
        let case = Case::parse(&text).map_err(|error| faults::case(&error, &name, &text))?;
        Ok(Self { case, source: Source::Case { name, text } })
    }

    /// What is wrong with the case, where it stands.
    pub(super) fn no_case(&self, error: &CaseError) -> Failure {
        let CaseError::Unexpected { pointer, expected } = error else {
            return Failure::new(error.to_string());
        };
        match &self.source {
            Source::Case { name, text } => faults::case(error, name, text),
            Source::Files { .. } => match self.place_in_file(pointer) {
                Some(found) => faults::at(&found, &format!("expected {expected}")),
                None => Failure::new(error.to_string())
                    .with_help("see docs/explain.md for what an attempt has"),
            },
        }
    }

    /// The pointer to what decides.
    pub(super) fn decisive<'a>(&self, place: &'a Where) -> Option<&'a str> {
        let pointer = place.element.as_ref().or(place.statement.as_ref());
        pointer.or(place.document.as_ref()).map(String::as_str)
    }

    /// Where a place of the case stands in the files. A policy that is a text in its file
    /// is shown as a whole.
    pub(super) fn place_in_file(&self, pointer: &str) -> Option<Found<'_>> {
        let (name, text, mut pointer) = match &self.source {
            Source::Case { name, text } => (name.clone(), text, pointer.to_owned()),
            Source::Files { directory, files, export } => {
                let origin = export.origin(&self.case, pointer)?;
                let file = files.iter().find(|file| file.name == origin.file)?;
                (format!("{directory}/{}", file.name), &file.text, origin.pointer)
            }
        };
        loop {
            if let Some(span) = locate(text, &pointer, true) {
                return Some(Found { name, text, span });
            }
            pointer.truncate(pointer.rfind('/')?);
        }
    }
}

impl Found<'_> {
    /// Line and column, from 1.
    pub(super) fn position(&self) -> (usize, usize) {
        Lines(self.text).position(self.span.start)
    }
}

fn case_text(place: &str) -> Result<String, Failure> {
    let refuse =
        |reason: String| Failure::new(format!("cannot read the case from `{place}`: {reason}"));
    let most = u64::try_from(CASE_BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
    let mut text = String::new();
    let read = match place {
        "-" => std::io::stdin().lock().take(most).read_to_string(&mut text),
        path => {
            std::fs::File::open(path).and_then(|file| file.take(most).read_to_string(&mut text))
        }
    };
    read.map_err(|error| refuse(error.to_string()))?;
    Ok(text)
}
