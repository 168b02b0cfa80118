//! What is wrong with a file, shown where it stands.

use stead_analysis::{CaseError, EventError, ExportError, ExportFile, ExportPlace, locate};
use stead_policy::Span;

use super::input::Found;
use crate::excerpt::{excerpt, printable};
use crate::exit::Failure;

/// A file that is no case.
pub(super) fn case(error: &CaseError, name: &str, text: &str) -> Failure {
    let message = format!("`{}` is no case: {error}", printable(name));
    let span = match error {
        CaseError::TooLong { .. } => None,
        CaseError::Json { line, column } => Some(position(text, *line, *column)),
        CaseError::Unexpected { pointer, .. } => locate(text, pointer, true),
    };
    shown(&message, span, name, text).with_help("docs/explain.md says what a case has")
}

/// A file that is no event.
pub(super) fn event(error: &EventError, name: &str, text: &str) -> Failure {
    let message = format!("`{}` is no event that can be explained: {error}", printable(name));
    let span = match error {
        EventError::TooLong { .. } => None,
        EventError::Json { line, column } => Some(position(text, *line, *column)),
        EventError::Unexpected { pointer, .. } => locate(text, pointer, true),
    };
    shown(&message, span, name, text)
        .with_help("save the event of the failed call as CloudTrail shows it, one JSON object")
}

/// Files that are no export.
pub(crate) fn export(error: &ExportError, directory: &str, files: &[ExportFile]) -> Failure {
    let file = error.file.as_ref().and_then(|name| files.iter().find(|it| it.name == *name));
    let Some(file) = file else {
        let message = format!("`{}`: {}", printable(directory), printable(&error.message));
        return Failure::new(message).with_help(&error.help);
    };
    let name = format!("{directory}/{}", file.name);
    let message = format!("`{}`: {}", printable(&name), printable(&error.message));
    let span = match &error.place {
        ExportPlace::File => None,
        ExportPlace::Position(line, column) => Some(position(&file.text, *line, *column)),
        ExportPlace::Pointer(pointer) => locate(&file.text, pointer, true),
    };
    shown(&message, span, &name, &file.text).with_help(&error.help)
}

/// Something in a file that should be something else.
pub(super) fn at(found: &Found<'_>, message: &str) -> Failure {
    let message = format!("`{}`: {}", printable(&found.name), printable(message));
    shown(&message, Some(found.span), &found.name, found.text)
        .with_help("save what the AWS CLI prints, unchanged")
}

pub(crate) fn shown(message: &str, span: Option<Span>, name: &str, text: &str) -> Failure {
    let Some(span) = span else { return Failure::new(message) };
    let excerpt = excerpt(text, first_line(text, span), &printable(name));
    Failure::new(format!("{message}\n{}", excerpt.trim_end()))
}

/// Of an object over many lines, its beginning.
fn first_line(text: &str, span: Span) -> Span {
    let length = span.of(text).find('\n').unwrap_or(span.end - span.start);
    Span::new(span.start, span.start + length)
}

/// The place of a line and a column, both from 1, as the JSON parser counts them: columns
/// are bytes. At the end of a text the last character is meant.
fn position(text: &str, line: usize, column: usize) -> Span {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let mut start = before.saturating_add(column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let width = text.get(start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    Span::new(start, start + width)
}
