//! A place in a text, shown with its line and underlined.

use std::fmt::Write as _;

use stead_analysis::Lines;
use stead_policy::Span;
use unicode_width::UnicodeWidthChar as _;

/// Columns of a line that are shown; of longer ones a window around the place.
const SHOWN_MAX: usize = 96;

/// Columns before the place that are kept of a long line.
const BEFORE: usize = 24;

/// The line of a place with its number, and carets below it. What goes beyond the line is
/// underlined to its end.
pub(crate) fn excerpt(text: &str, span: Span, file: &str) -> String {
    let lines = Lines(text);
    let (number, column) = lines.position(span.start);
    let (start, line) = lines.line(span.start);
    let before = text.get(start..span.start).unwrap_or_default().chars().count();
    let marked = span.of(text).split(['\r', '\n']).next().unwrap_or_default().chars().count();
    let all: Vec<char> = line.chars().map(visible).collect();
    let window = Window::around(&all, before);
    let mut below = String::new();
    for (index, character) in all.iter().enumerate().take(window.end).skip(window.start) {
        below.push_str(&match character {
            // Tabs stay tabs, so that the carets stand below what they mean however wide
            // one is.
            '\t' => "\t".to_owned(),
            _ if index < before => " ".repeat(width(*character)),
            _ if index < before + marked => "^".repeat(width(*character)),
            _ => String::new(),
        });
    }
    // A place that has no width, such as the end of a line, is shown too.
    if !below.contains('^') {
        below.push('^');
    }
    let (cut_front, pad) = if window.start > 0 { ("…", " ") } else { ("", "") };
    let cut_end = if window.end < all.len() { "…" } else { "" };
    let gutter = " ".repeat(number.to_string().len());
    let shown: String = all.iter().take(window.end).skip(window.start).collect();
    let mut out = String::new();
    let _ = writeln!(out, "{gutter}--> {file}:{number}:{column}");
    let _ = writeln!(out, "{gutter} |");
    let _ = writeln!(out, "{number} | {cut_front}{shown}{cut_end}");
    let _ = writeln!(out, "{gutter} | {pad}{}", below.trim_end_matches('\t'));
    out
}

/// The characters of a line that are shown.
struct Window {
    start: usize,
    end: usize,
}

impl Window {
    fn around(all: &[char], place: usize) -> Self {
        let columns = |part: &[char]| part.iter().map(|it| width(*it)).sum::<usize>();
        let mut start = 0;
        if columns(all) > SHOWN_MAX {
            while all.get(start..place).is_some_and(|before| columns(before) > BEFORE) {
                start += 1;
            }
        }
        let mut left = SHOWN_MAX;
        let fits = |character: &&char| match left.checked_sub(width(**character)) {
            Some(rest) => {
                left = rest;
                true
            }
            None => false,
        };
        let end = start + all.iter().skip(start).take_while(fits).count();
        Self { start, end }
    }
}

/// Columns that a character takes on a terminal; a tab counts as one.
fn width(character: char) -> usize {
    if character == '\t' { 1 } else { character.width().unwrap_or(0) }
}

/// What stands below a character that is shown: a mark, as wide as it.
pub(crate) fn below(character: char, mark: &str) -> String {
    mark.repeat(width(visible(character)))
}

/// A character that can neither command a terminal nor be there unseen or elsewhere.
fn visible(character: char) -> char {
    let is_shown = character == '\t' || !character.is_control() && !is_unseen(character);
    if is_shown { character } else { char::REPLACEMENT_CHARACTER }
}

/// What changes the direction or the place of other characters, or cannot be seen.
///
/// Spec: Unicode Technical Report 36, section 2.5 (bidirectional text spoofing). Choice: of
/// the general category Cf what has a use in texts of no script, and the separators of
/// lines and paragraphs.
const fn is_unseen(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A text that cannot command a terminal.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(visible).collect()
}

/// JSON that cannot command a terminal either: what is to be seen by nobody stands in
/// texts, where it can be escaped.
pub(crate) fn printable_json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if character != '\n' && visible(character) != character {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(character);
        }
    }
    out
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
        let tabs = "\"a\":\t\"b\"\t}";
        assert_eq!(shown(tabs, "\"b\"\t}").lines().last(), Some("  |     \t^^^\t^"));
    }

    #[test]
    fn wide_characters_and_marks_take_the_columns_that_they_take() {
        let text = "\"部署 e\u{301}\": \"開発\" 1";
        let shown = shown(text, "\"開発\"");
        assert_eq!(shown, format!(" --> f:1:10\n  |\n1 | {text}\n  |           ^^^^^^\n"));
    }

    #[test]
    fn nothing_of_a_document_directs_or_hides_what_stands_beside_it() {
        for unseen in [
            '\u{1b}',
            '\u{7f}',
            '\u{9b}',
            '\u{ad}',
            '\u{61c}',
            '\u{200b}',
            '\u{200e}',
            '\u{200f}',
            '\u{2028}',
            '\u{202a}',
            '\u{202e}',
            '\u{2066}',
            '\u{2069}',
            '\u{feff}',
            '\u{e0041}',
        ] {
            let shown = shown(&format!("\"a{unseen}b\": \"x\""), "\"x\"");
            assert!(!shown.contains(unseen), "{unseen:?}");
            assert!(shown.ends_with("1 | \"a\u{fffd}b\": \"x\"\n  |        ^^^\n"), "{shown}");
            let json = format!("{:#}", serde_json::json!([format!("a{unseen}b é 開")]));
            let safe = printable_json(&json);
            assert!(!safe.contains(unseen), "{unseen:?}");
            let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
            assert_eq!(read(&safe), read(&json));
        }
    }

    #[test]
    fn of_a_long_line_the_place_is_shown() {
        for (front, behind) in [("a", "b"), ("開", "発")] {
            let text = format!("{}\"here\"{}", front.repeat(500), behind.repeat(500));
            let shown = shown(&text, "\"here\"");
            let lines: Vec<&str> = shown.lines().collect();
            let columns = |line: &str, part| {
                line.split(part).next().map(unicode_width::UnicodeWidthStr::width)
            };
            assert_eq!(columns(lines[2], "\"here\""), columns(lines[3], "^^^^^^"));
            assert!(unicode_width::UnicodeWidthStr::width(lines[2]) < 110, "{shown}");
        }
        let end = format!("{}\"end\"", "a".repeat(500));
        assert!(shown(&end, "\"end\"").ends_with("^^^^^\n"));
    }

    #[test]
    fn the_end_of_a_line_is_a_place() {
        let text = "{\n  \"a\": \n}";
        assert_eq!(
            excerpt(text, Span::new(9, 9), "f"),
            " --> f:2:8\n  |\n2 |   \"a\": \n  |        ^\n"
        );
    }
}
