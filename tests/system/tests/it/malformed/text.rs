use std::collections::BTreeMap;

use serde::Deserialize;

use crate::cast::fill;

/// Bytes, as a case writes them down.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Text {
    /// A text, in which `<<name>>` stands for what is known at the time.
    Plain(String),
    /// A text many times over, in which `#` is the number of each, from 1.
    Repeated {
        /// The text.
        repeat: String,
        /// How often.
        times: usize,
    },
    /// Bytes that may be no text.
    Bytes {
        /// Two hexadecimal digits each.
        hex: String,
    },
    /// A JSON document, which is written without spaces.
    Json {
        /// The document.
        json: serde_json::Value,
    },
    /// One behind the other.
    Joined(Vec<Text>),
}

impl Text {
    pub(super) fn bytes(&self, values: &BTreeMap<String, String>) -> Vec<u8> {
        match self {
            Self::Plain(text) => fill(text, values).into_bytes(),
            Self::Repeated { repeat, times } => {
                let numbered = |number: usize| repeat.replace('#', &number.to_string());
                (1..=*times).map(numbered).collect::<String>().into_bytes()
            }
            Self::Bytes { hex } => {
                let digits = hex.as_bytes().chunks(2);
                let byte = |pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16);
                digits.map(|pair| byte(pair).unwrap()).collect()
            }
            Self::Json { json } => fill(&json.to_string(), values).into_bytes(),
            Self::Joined(parts) => parts.iter().flat_map(|part| part.bytes(values)).collect(),
        }
    }

    /// The same where it is a text.
    pub(super) fn text(&self, values: &BTreeMap<String, String>) -> String {
        String::from_utf8(self.bytes(values)).expect("a text")
    }
}
