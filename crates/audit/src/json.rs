//! JSON, written straight into a buffer.

use std::fmt::{self, Write as _};

use crate::limits::TEXT_BYTES_MAX;

/// The members of an object, as they are written.
///
/// Names are written as they are: they come from the models and from this crate, and hold
/// letters and digits only.
pub(crate) struct Members<'a> {
    out: &'a mut Vec<u8>,
    is_empty: bool,
}

impl<'a> Members<'a> {
    /// An object without members yet.
    pub(crate) fn begin(out: &'a mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, is_empty: true }
    }

    /// The place of a member's value.
    pub(crate) fn place(&mut self, name: &str) -> &mut Vec<u8> {
        self.out.extend_from_slice(if self.is_empty { b"\"" } else { b",\"" });
        self.is_empty = false;
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
        self.out
    }

    /// A text.
    pub(crate) fn text(&mut self, name: &str, value: &str) {
        string(self.place(name), value);
    }

    /// What shows as a text.
    pub(crate) fn shown(&mut self, name: &str, value: impl fmt::Display) {
        display(self.place(name), value);
    }

    /// ASCII that needs no escape: digits and what stands between them.
    pub(crate) fn plain(&mut self, name: &str, ascii: &[u8]) {
        let out = self.place(name);
        out.push(b'"');
        out.extend_from_slice(ascii);
        out.push(b'"');
    }

    /// A text, or nothing at all.
    pub(crate) fn optional(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(name, value);
        }
    }

    /// What is JSON already.
    pub(crate) fn raw(&mut self, name: &str, json: &[u8]) {
        self.place(name).extend_from_slice(json);
    }

    /// Yes or no.
    pub(crate) fn boolean(&mut self, name: &str, value: bool) {
        self.raw(name, if value { b"true" } else { b"false" });
    }

    /// An object.
    pub(crate) fn object(&mut self, name: &str) -> Members<'_> {
        Members::begin(self.place(name))
    }

    /// The end of the object.
    pub(crate) fn end(self) {
        self.out.push(b'}');
    }
}

/// A text between quotes.
///
/// Spec: RFC 8259 section 7. Control characters are escaped, so a value never ends a line.
pub(crate) fn string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    escaped(out, text);
    out.push(b'"');
}

/// The same of what shows as a text.
pub(crate) fn display(out: &mut Vec<u8>, value: impl fmt::Display) {
    out.push(b'"');
    // Writing to memory cannot fail.
    let _ = write!(Escaping(out), "{value}");
    out.push(b'"');
}

/// A number.
pub(crate) fn number(out: &mut Vec<u8>, value: i64) {
    let _ = write!(Escaping(out), "{value}");
}

struct Escaping<'a>(&'a mut Vec<u8>);

impl fmt::Write for Escaping<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        escaped(self.0, text);
        Ok(())
    }
}

/// How many bytes are looked at together.
const BLOCK_BYTES: usize = 16;

/// Copies runs of what needs no escape at once. Linear; texts that need none, which most
/// are, are looked at in blocks.
fn escaped(out: &mut Vec<u8>, text: &str) {
    // Without a way out of the loop the compiler looks at a block in one step.
    let is_plain = |block: &&[u8]| !block.iter().fold(false, |any, byte| any | needs_escape(*byte));
    let plain_blocks = text.as_bytes().chunks(BLOCK_BYTES).take_while(is_plain).count();
    let plain = (plain_blocks * BLOCK_BYTES).min(text.len());
    let (plain, mut rest) = text.as_bytes().split_at_checked(plain).unwrap_or_default();
    out.extend_from_slice(plain);
    while let Some(at) = rest.iter().position(|byte| needs_escape(*byte)) {
        let (run, tail) = rest.split_at(at);
        out.extend_from_slice(run);
        let Some((byte, tail)) = tail.split_first() else { break };
        escape(out, *byte);
        rest = tail;
    }
    out.extend_from_slice(rest);
}

const fn needs_escape(byte: u8) -> bool {
    (byte < 0x20) | (byte == b'"') | (byte == b'\\')
}

fn escape(out: &mut Vec<u8>, byte: u8) {
    match byte {
        b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
        b'\n' => out.extend_from_slice(b"\\n"),
        b'\r' => out.extend_from_slice(b"\\r"),
        b'\t' => out.extend_from_slice(b"\\t"),
        _ => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
    }
}

/// The beginning of a text, at most [`TEXT_BYTES_MAX`] bytes of it.
pub(crate) fn shortened(text: &str) -> &str {
    text.get(..text.floor_char_boundary(TEXT_BYTES_MAX)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_read_back_as_it_was() {
        let all: String = (0..0x300).filter_map(char::from_u32).collect();
        let after_a_block = format!("{}\"{}", "a".repeat(BLOCK_BYTES), "b".repeat(BLOCK_BYTES - 1));
        let in_the_last = format!("{}\\", "a".repeat(2 * BLOCK_BYTES - 1));
        for text in [
            &after_a_block,
            &in_the_last,
            "",
            "plain",
            "\"\\\n\r\t\0\u{1f}\u{7f}",
            "é\u{2028}😀",
            &all,
        ] {
            let mut out = Vec::new();
            string(&mut out, text);
            assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
            assert!(!out.contains(&b'\n'));
        }
    }

    #[test]
    fn members_are_separated() {
        let mut out = Vec::new();
        let mut members = Members::begin(&mut out);
        members.text("a", "1");
        members.optional("b", None);
        members.object("c").end();
        members.boolean("d", true);
        members.shown("e", format_args!("{}\n", 2));
        members.plain("g", b"2026-03-01T12:00:00Z");
        number(members.place("f"), -3);
        members.end();
        let read = String::from_utf8(out).unwrap();
        assert_eq!(
            read,
            r#"{"a":"1","c":{},"d":true,"e":"2\n","g":"2026-03-01T12:00:00Z","f":-3}"#
        );
    }
}
