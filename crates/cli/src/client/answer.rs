use quick_xml::Reader;
use quick_xml::events::Event;
use stead_types::Timestamp;

use crate::exit::Failure;

/// What the server answered: the status, and every text with the name of its element.
pub(crate) struct Answer {
    status: u16,
    date: Option<Timestamp>,
    texts: Vec<(String, String)>,
}

impl Answer {
    pub(crate) fn read(status: u16, body: &[u8]) -> Result<Self, Failure> {
        let text =
            std::str::from_utf8(body).map_err(|_| Failure::new("the answer is not UTF-8"))?;
        let broken = |error: &dyn std::error::Error| {
            Failure::new(format!("the answer is not the XML it should be: {error}"))
        };
        let mut reader = Reader::from_str(text);
        let mut texts = Vec::new();
        let (mut name, mut content) = (String::new(), String::new());
        loop {
            match reader.read_event().map_err(|error| broken(&error))? {
                Event::Start(start) => {
                    name = start.local_name().as_ref().to_owned();
                    content.clear();
                }
                Event::Text(text) => content.push_str(&text),
                Event::GeneralRef(reference) => {
                    content.push_str(&resolve(&reference).ok_or_else(|| {
                        Failure::new("the answer has an entity that XML does not have")
                    })?);
                }
                // Only an element without elements in it has text of its own.
                Event::End(end) if end.local_name().as_ref() == name => {
                    texts.push((std::mem::take(&mut name), std::mem::take(&mut content)));
                }
                Event::Eof => return Ok(Self { status, date: None, texts }),
                _ => {}
            }
        }
    }

    pub(super) fn at(self, date: Option<Timestamp>) -> Self {
        Self { date, ..self }
    }

    /// What time it was for the server, where it says so.
    pub(crate) const fn date(&self) -> Option<Timestamp> {
        self.date
    }

    pub(crate) const fn status(&self) -> u16 {
        self.status
    }

    /// The text of the first element of this name.
    pub(crate) fn find(&self, name: &str) -> Option<&str> {
        self.texts.iter().find(|(other, _)| other == name).map(|(_, text)| text.as_str())
    }

    /// The text of an element that must be there.
    pub(crate) fn text(&self, name: &str) -> Result<&str, Failure> {
        self.find(name).ok_or_else(|| Failure::new(format!("the answer has no `{name}`")))
    }
}

/// Shows what went wrong, and never what an answer that went well holds.
impl std::fmt::Debug for Answer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [code, message] = ["Code", "Message"].map(|name| self.find(name).unwrap_or("-"));
        write!(formatter, "{} {code}: {message}", self.status)
    }
}

/// Spec: XML 1.0 section 4.6, and character references.
fn resolve(name: &str) -> Option<String> {
    let character = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix('x') {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)?
        }
    };
    Some(character.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_found_by_the_name_of_their_element() {
        let body = br#"<R xmlns="x"><A><Arn>arn:a&amp;b&#x41;</Arn><B/></A><Empty></Empty></R>"#;
        let answer = Answer::read(200, body).unwrap();
        assert_eq!(answer.find("Arn"), Some("arn:a&bA"));
        assert_eq!(answer.find("Empty"), Some(""));
        assert_eq!(answer.find("R"), None);
        assert!(Answer::read(200, b"<a>&nope;</a>").is_err());
        assert!(Answer::read(200, b"<a></b>").is_err());
    }
}
