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
        for _ in 0..self.depth {
            self.text.push_str("  ");
        }
    }

    fn push(&mut self, parts: &[&str]) {
        parts.iter().for_each(|part| self.text.push_str(part));
    }

    /// The one place where a text enters a document. What needs no escape is copied in
    /// runs.
    fn escaped(&mut self, text: &str) {
        let mut rest = text;
        while let Some((at, special)) =
            rest.char_indices().find_map(|(at, character)| Some((at, escape(character)?)))
        {
            let (plain, tail) = rest.split_at(at);
            self.push(&[plain, special]);
            rest = tail.get(tail.chars().next().map_or(0, char::len_utf8)..).unwrap_or_default();
        }
        self.text.push_str(rest);
    }
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
