//! A place in a text, shown with its line and underlined.

use std::fmt::Write as _;

use stead_analysis::Lines;
use stead_policy::Span;

/// Characters of a line that are shown; of longer ones a window around the place.
const SHOWN_MAX: usize = 96;

/// Characters before the place that are kept of a long line.
const BEFORE: usize = 24;

/// The line of a place with its number, and carets below it. What goes beyond the line is
/// underlined to its end.
pub(crate) fn excerpt(text: &str, span: Span, file: &str) -> String {
    let lines = Lines(text);
    let (number, column) = lines.position(span.start);
    let (start, line) = lines.line(span.start);
    let before: Vec<char> = text.get(start..span.start).unwrap_or_default().chars().collect();
    let marked = span.of(text).split(['\r', '\n']).next().unwrap_or_default().chars().count();
    let all: Vec<char> = line.chars().collect();
    let skipped = if all.len() > SHOWN_MAX { before.len().saturating_sub(BEFORE) } else { 0 };
    let shown: Vec<char> = all.iter().copied().skip(skipped).take(SHOWN_MAX).collect();
    let cut_front = if skipped > 0 { "…" } else { "" };
    let cut_end = if all.len() > skipped + shown.len() { "…" } else { "" };
    // Tabs stay tabs, so that the carets stand below what they mean however wide one is.
    let space = |c: &char| if *c == '\t' { '\t' } else { ' ' };
    let indent: String = before.iter().skip(skipped).map(space).collect();
    let room = shown.len().saturating_sub(before.len() - skipped.min(before.len()));
    let carets = "^".repeat(marked.clamp(1, room.max(1)));
    let gutter = " ".repeat(number.to_string().len());
    let pad = " ".repeat(cut_front.chars().count());
    let mut out = String::new();
    let shown: String = shown.into_iter().map(visible).collect();
    let _ = writeln!(out, "{gutter}--> {file}:{number}:{column}");
    let _ = writeln!(out, "{gutter} |");
    let _ = writeln!(out, "{number} | {cut_front}{shown}{cut_end}");
    let _ = writeln!(out, "{gutter} | {pad}{indent}{carets}");
    out
}

/// A character that cannot command a terminal.
fn visible(character: char) -> char {
    if character.is_control() && character != '\t' { '\u{fffd}' } else { character }
}

/// A text that cannot command a terminal.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(visible).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, part: &str) -> String {
        let start = text.find(part).unwrap();
        excerpt(text, Span::new(start, start + part.len()), "f")
    }

    #[test]
    fn carets_stand_below_what_they_mean() {
        let text = "{\r\n\t\"ü\": \"x\"\r\n}";
        assert_eq!(shown(text, "\"x\""), " --> f:2:7\n  |\n2 | \t\"ü\": \"x\"\n  | \t     ^^^\n");
    }

    #[test]
    fn of_a_long_line_the_place_is_shown() {
        let text = format!("{}\"here\"{}", "a".repeat(500), "b".repeat(500));
        let shown = shown(&text, "\"here\"");
        let lines: Vec<&str> = shown.lines().collect();
        let column = |line: &str, part| line.split(part).next().map(|it| it.chars().count());
        assert_eq!(column(lines[2], "\"here\""), column(lines[3], "^^^^^^"));
        assert!(lines[2].chars().count() < 110, "{shown}");
    }
}
