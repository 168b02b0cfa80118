//! JSON with what the policy language needs beyond values: where a statement stands,
//! numbers as they were written, and keys that occur twice.

/// A value and the bytes it takes in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// The first byte.
    pub start: usize,
    /// The byte behind the last.
    pub end: usize,
    /// What it is.
    pub value: Value,
}

/// A JSON value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are JSON's own")]
pub enum Value {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
}

/// The value of a text; `None` for what is not JSON.
#[must_use]
pub fn read(text: &str) -> Option<Node> {
    // What is JSON is for `serde_json` to say; the reader below takes it for granted.
    serde_json::from_str::<serde_json::Value>(text).ok()?;
    let mut reader = Reader { text, at: 0 };
    Some(reader.value())
}

/// How many objects and arrays lie within each other, the value itself included.
#[must_use]
pub fn depth(node: &Node) -> usize {
    let inner = match &node.value {
        Value::List(elements) => elements.iter().map(depth).max(),
        Value::Object(members) => members.iter().map(|(_, member)| depth(member)).max(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => None,
    };
    1 + inner.unwrap_or(0)
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl Reader<'_> {
    fn value(&mut self) -> Node {
        self.space();
        let start = self.at;
        let value = match self.next() {
            b'{' => self.object(),
            b'[' => self.list(),
            b'"' => Value::Text(self.string()),
            _ => self.word(),
        };
        Node { start, end: self.at, value }
    }

    fn object(&mut self) -> Value {
        let mut members = Vec::new();
        self.at += 1;
        while self.separated(b'}') {
            let key = self.string();
            self.space();
            self.at += 1; // the colon
            members.push((key, self.value()));
        }
        Value::Object(members)
    }

    fn list(&mut self) -> Value {
        let mut elements = Vec::new();
        self.at += 1;
        while self.separated(b']') {
            elements.push(self.value());
        }
        Value::List(elements)
    }

    /// Steps over a comma; or over the closing bracket, and says that it is over.
    fn separated(&mut self, closing: u8) -> bool {
        self.space();
        if self.next() == closing {
            self.at += 1;
            return false;
        }
        if self.next() == b',' {
            self.at += 1;
            self.space();
        }
        true
    }

    fn string(&mut self) -> String {
        let start = self.at;
        self.at += 1;
        while self.next() != b'"' {
            self.at += if self.next() == b'\\' { 2 } else { 1 };
        }
        self.at += 1;
        serde_json::from_str(&self.text[start..self.at]).expect("a string of valid JSON")
    }

    fn word(&mut self) -> Value {
        let start = self.at;
        while self.at < self.text.len() && !b",]} \t\r\n".contains(&self.next()) {
            self.at += 1;
        }
        match &self.text[start..self.at] {
            "null" => Value::Null,
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            number => Value::Number(number.to_owned()),
        }
    }

    fn space(&mut self) {
        while self.at < self.text.len() && b" \t\r\n".contains(&self.next()) {
            self.at += 1;
        }
    }

    fn next(&self) -> u8 {
        self.text.as_bytes()[self.at]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_with_their_places() {
        let text = " {\"a\\\"\": [1.50, \"é\" , true],\n\"a\\\"\": {} , \"b\":null} ";
        let node = read(text).unwrap();
        assert_eq!((node.start, node.end), (1, text.len() - 1));
        let Value::Object(members) = &node.value else { panic!("an object") };
        let keys: Vec<&str> = members.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["a\"", "a\"", "b"]);
        let list = &members[0].1;
        assert_eq!(&text[list.start..list.end], "[1.50, \"é\" , true]");
        let Value::List(elements) = &list.value else { panic!("a list") };
        assert_eq!(elements[0].value, Value::Number("1.50".to_owned()));
        assert_eq!(elements[1].value, Value::Text("é".to_owned()));
        assert_eq!(elements[2].value, Value::Bool(true));
        assert_eq!(depth(&node), 3);
        assert_eq!(read("{\"a\": 1,}"), None);
    }
}
