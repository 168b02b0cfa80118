use quick_xml::escape::unescape;
use quick_xml::events::Event;
use quick_xml::reader::Reader;

/// What an operation answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: String,
    /// Every element that holds text, in order: its name and the text.
    texts: Vec<(String, String)>,
    well_formed: bool,
}

impl Answer {
    /// Reads an answer. A body that is not XML has no texts.
    #[must_use]
    pub fn read(status: u16, body: &[u8]) -> Self {
        let body = String::from_utf8_lossy(body).into_owned();
        let texts = texts(&body);
        let well_formed = texts.is_some();
        Self { status, body, texts: texts.unwrap_or_default(), well_formed }
    }

    /// Whether the body is XML, all of it.
    #[must_use]
    pub const fn is_well_formed(&self) -> bool {
        self.well_formed
    }

    /// Whether the operation was carried out.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.status == 200
    }

    /// The text of the first element of this name.
    #[must_use]
    pub fn text(&self, element: &str) -> Option<&str> {
        self.all(element).next()
    }

    /// The texts of all elements of this name, in order.
    pub fn all(&self, element: &str) -> impl Iterator<Item = &str> {
        self.texts.iter().filter(move |(name, _)| name == element).map(|(_, text)| text.as_str())
    }

    /// The error code, `OK` of an answer, `-` where neither can be told.
    #[must_use]
    pub fn code(&self) -> &str {
        if self.is_ok() { "OK" } else { self.text("Code").unwrap_or("-") }
    }

    /// The error's text.
    #[must_use]
    pub fn message(&self) -> &str {
        self.text("Message").unwrap_or_default()
    }
}

/// The elements that hold text only; `None` where the body is not XML.
fn texts(body: &str) -> Option<Vec<(String, String)>> {
    let mut reader = Reader::from_str(body);
    let (mut found, mut open) = (Vec::new(), Vec::<(String, String)>::new());
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => {
                let name = start.local_name().as_ref().to_owned();
                open.push((name, String::new()));
            }
            Event::End(_) => found.push(open.pop()?),
            Event::Text(text) => {
                if let Some((_, held)) = open.last_mut() {
                    held.push_str(&text);
                }
            }
            Event::GeneralRef(reference) => {
                let reference = format!("&{};", &*reference);
                open.last_mut()?.1.push_str(&unescape(&reference).ok()?);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    let complete = open.is_empty() && !found.is_empty();
    complete.then_some(found)
}
