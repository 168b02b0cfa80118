//! A case as the files of the corpus have it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use stead_system_tests::{
    Client, Credentials, Message, Payload, Signing, TokenPlacement, form, sign,
};

use super::text::Text;
use crate::cast::{fill, service_of};

type Values = BTreeMap<String, String>;

/// A request and what must come of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    pub(super) name: String,
    /// Where it is known from that AWS answers so: `Spec:`, `Observed:` or `Choice:`.
    pub(super) source: String,
    #[serde(default)]
    request: Request,
    #[serde(default)]
    sign: Sign,
    /// What is done to it after it was signed.
    #[serde(default)]
    then: Vec<Edit>,
    #[serde(default)]
    pub(super) send: Way,
    pub(super) expect: Expected,
}

/// What is asked for. GetCallerIdentity, as every SDK sends it, where nothing is said.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Request {
    /// The bytes as they are, instead of everything else.
    raw: Option<Text>,
    method: Option<String>,
    target: Option<Text>,
    version: Option<String>,
    action: Option<String>,
    parameters: BTreeMap<String, Text>,
    /// Whether the form is in the body, as it is by default, or in the query.
    r#in: Place,
    /// Instead of a form.
    body: Option<Text>,
    /// Instead of that of forms; an empty one is left out.
    content_type: Option<String>,
    headers: Vec<(String, Text)>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Place {
    #[default]
    Body,
    Query,
}

/// Who signs, and how.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Sign {
    by: String,
    form: Form,
    /// The moment, in seconds from now.
    seconds: i64,
    /// The service and region of the scope, if not those of the operation.
    service: Option<String>,
    region: String,
    /// Whether a session token is added after signing.
    append_token: bool,
    /// What is signed in place of the body's digest.
    payload: SignedPayload,
    lifetime_seconds: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Form {
    None,
    Header,
    Presigned,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum SignedPayload {
    Digest,
    Unsigned,
}

impl Default for Sign {
    fn default() -> Self {
        Self {
            by: "everything allowed".to_owned(),
            form: Form::Header,
            seconds: 0,
            service: None,
            region: "us-east-1".to_owned(),
            append_token: false,
            payload: SignedPayload::Digest,
            lifetime_seconds: 900,
        }
    }
}

/// What happens to a signed request on its way.
#[derive(Debug, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Edit {
    /// The header gets this value, once.
    Set { set: String, to: Text },
    /// The header gets this value besides.
    Add { add: String, to: Text },
    /// The header is gone.
    Remove { remove: String },
    /// The first place of a text in `target`, `body`, `method`, `version` or a header.
    Replace { replace: String, with: Text, r#in: String },
    /// The one letter or digit behind this text is another one.
    Flip { flip_behind: String, r#in: String },
}

/// How a request is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Way {
    /// At once.
    #[default]
    Whole,
    /// With its body in chunks.
    Chunked,
    /// And the connection stays open to the end of the table, unanswered.
    Hold,
    /// And then it is said that nothing more comes.
    ThenEnd,
}

/// What comes back.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub(super) enum Expected {
    /// An error as AWS writes them.
    Error {
        /// The HTTP status.
        status: u16,
        /// The error code.
        code: String,
        /// The message, all of it.
        message: Option<Text>,
        /// A part of the message.
        contains: Option<Text>,
    },
    /// An answer that is no error of a service.
    Http(u16),
    /// Nothing: the server closes, or keeps waiting within its bounds.
    Closed,
}

impl Expected {
    /// Whether it is something else than an answer.
    pub(super) const fn is_refusal(&self) -> bool {
        !matches!(self, Self::Http(200))
    }

    /// Compares the text of an error.
    pub(super) fn check_message(&self, got: &str, values: &Values) -> Result<(), String> {
        let Self::Error { message, contains, .. } = self else { return Ok(()) };
        if let Some(message) = message.as_ref().map(|message| message.text(values))
            && message != got
        {
            return Err(format!("got      {got}\n    expected {message}"));
        }
        match contains.as_ref().map(|part| part.text(values)) {
            Some(part) if !got.contains(&part) => Err(format!("got     {got}\n    without {part}")),
            None if message.is_none() => Err(format!("got {got}, which nobody compares")),
            _ => Ok(()),
        }
    }
}

impl Case {
    /// The bytes to be sent.
    pub(super) fn bytes(
        &self,
        client: &Client,
        values: &Values,
        credentials: impl Fn(&str) -> Option<Credentials>,
    ) -> Vec<u8> {
        if let Some(raw) = &self.request.raw {
            return raw.bytes(values);
        }
        let mut message = self.request.message(client, values);
        if self.sign.form != Form::None {
            let credentials = credentials(&self.sign.by).expect("who signs has a key");
            let signing = self.sign.signing(&credentials, self.request.service(), client);
            sign(&mut message, &signing).unwrap_or_else(|error| panic!("{}: {error}", self.name));
        }
        for edit in &self.then {
            edit.apply(&mut message, values);
        }
        match self.send {
            Way::Chunked => message.to_chunked_bytes(4096),
            Way::Whole | Way::Hold | Way::ThenEnd => message.to_bytes(),
        }
    }
}

impl Request {
    fn action(&self) -> &str {
        self.action.as_deref().unwrap_or("GetCallerIdentity")
    }

    fn service(&self) -> &'static str {
        service_of(self.action()).name()
    }

    fn message(&self, client: &Client, values: &Values) -> Message {
        let body = match (&self.body, self.r#in) {
            (Some(body), _) => body.bytes(values),
            (None, Place::Body) => self.form(values).into_bytes(),
            (None, Place::Query) => Vec::new(),
        };
        let mut message = client.post(body);
        let default = || match self.r#in {
            Place::Body => "/".to_owned(),
            Place::Query => format!("/?{}", self.form(values)),
        };
        message.target = self.target.as_ref().map_or_else(default, |target| target.text(values));
        message.method = self.method.clone().unwrap_or(message.method);
        message.version = self.version.clone().unwrap_or(message.version);
        let form_type =
            if message.body.is_empty() { "" } else { "application/x-www-form-urlencoded" };
        let content_type = self.content_type.as_deref().unwrap_or(form_type);
        message.headers.retain(|(name, _)| name != "content-type");
        if !content_type.is_empty() {
            message.headers.push(("content-type".to_owned(), content_type.as_bytes().to_vec()));
        }
        let headers = self.headers.iter().map(|(name, text)| (name.clone(), text.bytes(values)));
        message.headers.extend(headers);
        message
    }

    fn form(&self, values: &Values) -> String {
        let version = service_of(self.action()).version();
        let own = [("Action", self.action()), ("Version", version)];
        let filled: Vec<(String, String)> = self
            .parameters
            .iter()
            .map(|(name, text)| (fill(name, values), text.text(values)))
            .collect();
        let filled = filled.iter().map(|(name, text)| (name.as_str(), text.as_str()));
        form(own.into_iter().chain(filled))
    }
}

impl Sign {
    fn signing<'a>(
        &'a self,
        credentials: &'a Credentials,
        service: &'a str,
        client: &Client,
    ) -> Signing<'a> {
        let seconds = Duration::from_secs(self.seconds.unsigned_abs());
        let now = client.now();
        Signing {
            credentials,
            service: self.service.as_deref().unwrap_or(service),
            region: &self.region,
            at: if self.seconds < 0 { now.minus(seconds) } else { now.plus(seconds) },
            token: match self.append_token {
                true => TokenPlacement::Appended,
                false => TokenPlacement::Signed,
            },
            payload: match self.payload {
                SignedPayload::Digest => None,
                SignedPayload::Unsigned => Some(Payload::Unsigned),
            },
            presigned: match self.form {
                Form::Presigned => Some(Duration::from_secs(self.lifetime_seconds)),
                Form::Header | Form::None => None,
            },
        }
    }
}

impl Edit {
    fn apply(&self, message: &mut Message, values: &Values) {
        match self {
            Self::Set { set, to } => {
                let value = to.bytes(values);
                match message.headers.iter_mut().find(|(name, _)| name == set) {
                    Some((_, held)) => *held = value,
                    None => message.headers.push((set.clone(), value)),
                }
            }
            Self::Add { add, to } => message.headers.push((add.clone(), to.bytes(values))),
            Self::Remove { remove } => {
                let count = message.headers.len();
                message.headers.retain(|(name, _)| name != remove);
                assert_ne!(message.headers.len(), count, "there is no {remove} to remove");
            }
            Self::Replace { replace, with, r#in } => {
                let replace = fill(replace, values);
                change(message, r#in, |text| {
                    assert!(text.contains(&replace), "there is no `{replace}` in `{text}`");
                    text.replacen(&replace, &with.text(values), 1)
                });
            }
            Self::Flip { flip_behind, r#in } => {
                let behind = fill(flip_behind, values);
                change(message, r#in, |text| flipped(text, &behind));
            }
        }
    }
}

/// Changes a part of a request, which is text.
fn change(message: &mut Message, part: &str, change: impl FnOnce(&str) -> String) {
    match part {
        "target" => message.target = change(&message.target),
        "method" => message.method = change(&message.method),
        "version" => message.version = change(&message.version),
        "body" => message.body = change(std::str::from_utf8(&message.body).unwrap()).into_bytes(),
        header => {
            let found = message.headers.iter_mut().find(|(name, _)| name == header);
            let (_, value) = found.unwrap_or_else(|| panic!("there is no header {header}"));
            *value = change(std::str::from_utf8(value).unwrap()).into_bytes();
        }
    }
}

fn flipped(text: &str, behind: &str) -> String {
    let place = text.find(behind).expect("the text to flip behind") + behind.len();
    let mut bytes = text.as_bytes().to_vec();
    bytes[place] = if bytes[place] == b'1' { b'2' } else { b'1' };
    String::from_utf8(bytes).unwrap()
}
