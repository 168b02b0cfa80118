//! The XML of responses: two spaces of indentation, lists of `member`.

use crate::value::Value;

/// A whole document: the root element in its namespace, the result if there is one,
/// and what follows it.
pub(super) fn document(
    root: &str,
    namespace: &str,
    result: Option<(String, Value<'_>)>,
    rest: Vec<(&'static str, Value<'_>)>,
) -> String {
    let mut writer = Writer { text: String::with_capacity(USUAL_BYTES), depth: 1 };
    writer.push(&["<", root, " xmlns=\"", namespace, "\">\n"]);
    if let Some((name, value)) = result {
        writer.element(&name, &value);
    }
    for (name, value) in rest {
        writer.element(name, &value);
    }
    writer.push(&["</", root, ">\n"]);
    writer.text
}

/// Room for the credentials of a session, which are asked for most often.
const USUAL_BYTES: usize = 2048;

/// The indentation of most elements, and more.
const INDENT: &str = "                ";

struct Writer {
    text: String,
    depth: usize,
}

impl Writer {
    fn element(&mut self, name: &str, value: &Value<'_>) {
        match value {
            Value::Text(text) => self.leaf(name, |writer| writer.escaped(text)),
            Value::Integer(number) => self.leaf(name, |it| it.text.push_str(&number.to_string())),
            Value::Boolean(true) => self.leaf(name, |it| it.text.push_str("true")),
            Value::Boolean(false) => self.leaf(name, |it| it.text.push_str("false")),
            Value::Time(moment) => self.leaf(name, |it| it.text.push_str(&moment.to_string())),
            Value::List(elements) => self.branch(name, elements, |writer, element| {
                writer.element("member", element);
            }),
            Value::Map(entries) => self.branch(name, entries, |writer, (key, value)| {
                let key = Value::Text(key.as_ref().into());
                writer.branch("entry", &[("key", &key), ("value", value)], |writer, it| {
                    writer.element(it.0, it.1);
                });
            }),
            Value::Structure(members) => self.branch(name, members, |writer, (name, value)| {
                writer.element(name, value);
            }),
        }
    }

    fn leaf(&mut self, name: &str, content: impl FnOnce(&mut Self)) {
        self.indent();
        self.push(&["<", name, ">"]);
        content(self);
        self.push(&["</", name, ">\n"]);
    }

    fn branch<T>(&mut self, name: &str, parts: &[T], write: impl Fn(&mut Self, &T)) {
        self.indent();
        if parts.is_empty() {
            self.push(&["<", name, "/>\n"]);
            return;
        }
        self.push(&["<", name, ">\n"]);
        self.depth += 1;
        for part in parts {
            write(self, part);
        }
        self.depth -= 1;
        self.indent();
        self.push(&["</", name, ">\n"]);
    }

    fn indent(&mut self) {
        let mut spaces = 2 * self.depth;
        while spaces > INDENT.len() {
            self.text.push_str(INDENT);
            spaces -= INDENT.len();
        }
        self.text.push_str(INDENT.get(..spaces).unwrap_or(INDENT));
    }

    fn push(&mut self, parts: &[&str]) {
        parts.iter().for_each(|part| self.text.push_str(part));
    }

    /// The one place where a text enters a document. What needs no escape is copied in
    /// runs.
    fn escaped(&mut self, text: &str) {
        let mut rest = text;
        while let Some((plain, special, tail)) = first_special(rest) {
            self.push(&[plain, special]);
            rest = tail;
        }
        self.text.push_str(rest);
    }
}

/// What stands before the first character that cannot stand for itself, what stands for
/// it, and what follows it.
///
/// Looks at whole blocks of bytes at once, where nothing in them may need an escape: a
/// session token is long and has no such byte.
fn first_special(text: &str) -> Option<(&str, &'static str, &str)> {
    let is_plain = |block: &&[u8]| {
        !block.iter().fold(false, |special, byte| special | may_begin_special(*byte))
    };
    let plain_blocks = text.as_bytes().chunks(BLOCK_BYTES).take_while(is_plain).count();
    // No special character reaches from a plain block into the next.
    let (plain, rest) =
        text.split_at_checked(text.ceil_char_boundary(plain_blocks * BLOCK_BYTES))?;
    let (at, character, special) = rest
        .char_indices()
        .find_map(|(at, character)| Some((at, character, escape(character)?)))?;
    let (before, tail) = (plain.len() + at, plain.len() + at + character.len_utf8());
    Some((text.get(..before)?, special, text.get(tail..)?))
}

const BLOCK_BYTES: usize = 32;

/// Whether a byte begins, or is, a character that [`escape`] may know. Without a branch,
/// so that a block is a few instructions.
const fn may_begin_special(byte: u8) -> bool {
    // U+FFFE and U+FFFF begin with the last.
    (byte < 0x20)
        | (byte == b'&')
        | (byte == b'<')
        | (byte == b'>')
        | (byte == b'"')
        | (byte == 0xef)
}

/// What stands for a character that cannot stand for itself.
const fn escape(character: char) -> Option<&'static str> {
    match character {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '"' => Some("&quot;"),
        // A reader turns a bare carriage return into a line feed.
        '\r' => Some("&#xD;"),
        // Spec: XML 1.0, production 2. These cannot be written, not even by reference, and
        // a reader would refuse the whole document.
        '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {
            Some("\u{fffd}")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> String {
        let mut writer = Writer { text: String::new(), depth: 0 };
        writer.escaped(text);
        writer.text
    }

    #[test]
    fn every_character_is_escaped_wherever_its_block_begins() {
        let one_by_one = |text: &str| -> String {
            text.chars()
                .map(|character| escape(character).map_or(character.to_string(), str::to_owned))
                .collect()
        };
        for special in
            ["&", "<", ">", "\"", "\r", "\0", "\n", "\u{b}", "\u{fffe}", "\u{ffff}", "ｆ"]
        {
            for before in 0..70 {
                for filler in ["a", "é", "€", "😀"] {
                    let text = format!("{0}{special}{0}{special}", filler.repeat(before));
                    assert_eq!(written(&text), one_by_one(&text), "{special:?} {before} {filler}");
                }
            }
        }
        assert_eq!(written(""), "");
    }
}
