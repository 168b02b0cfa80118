//! A server in this process and a client that can send anything.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use stead_server::clock::{AdjustableClock, Clock as _};
use stead_server::config::{Key, Layer, Layers, Settings};
use stead_server::start::{Footprint, Running, start};
use stead_sigv4::{Payload, RequestHead, Settings as Signing, Signer, TokenPlacement};
use stead_types::{Secret, Timestamp};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// The account of every test that needs one.
pub(crate) const ACCOUNT: &str = "111122223333";

/// A running server that keeps nothing.
pub(crate) struct Server {
    running: Running,
    pub(crate) address: SocketAddr,
    pub(crate) clock: Arc<AdjustableClock>,
    pub(crate) root: Credentials,
}

/// What a request is signed with.
#[derive(Clone, Debug)]
pub(crate) struct Credentials {
    pub(crate) id: String,
    pub(crate) secret: Secret<String>,
    pub(crate) token: Option<Secret<String>>,
}

/// A request as bytes, with every part open to tampering.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}, None).await
    }

    /// Starts with further settings and fixture keys.
    pub(crate) async fn start_with(set: impl FnOnce(&mut Layer), fixtures: Option<&str>) -> Self {
        let mut layer = Layer::flags();
        layer.set(Key::Listen, "127.0.0.1:0");
        layer.set(Key::Ephemeral, "true");
        layer.set(Key::Account, ACCOUNT);
        set(&mut layer);
        let settings = Settings::parse(&Layers::new([layer]), fixtures).unwrap();
        let clock = Arc::new(AdjustableClock::default());
        let shared = Arc::<AdjustableClock>::clone(&clock);
        let running = start(&settings, Footprint::Nothing, shared).await.unwrap();
        let root = first_key(&running).unwrap();
        Self { address: address(&running), running, clock, root }
    }

    /// Starts on a directory that is kept; `root` is its root key, where it has been made.
    pub(crate) async fn start_in(data: &Path, root: Option<Credentials>) -> Self {
        let mut layer = Layer::flags();
        layer.set(Key::Listen, "127.0.0.1:0");
        layer.set(Key::Data, data.to_str().unwrap());
        layer.set(Key::Account, ACCOUNT);
        let settings = Settings::parse(&Layers::new([layer]), None).unwrap();
        let clock = Arc::new(AdjustableClock::default());
        let shared = Arc::<AdjustableClock>::clone(&clock);
        let running = start(&settings, Footprint::DataDirectory, shared).await.unwrap();
        let root = root.or_else(|| first_key(&running)).unwrap();
        Self { address: address(&running), running, clock, root }
    }

    pub(crate) async fn stop(self) {
        self.running.stop().await;
    }

    pub(crate) fn metrics_address(&self) -> Option<SocketAddr> {
        self.running.metrics_address()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn host(&self) -> String {
        self.address.to_string()
    }

    /// Signs for STS and sends.
    pub(crate) async fn sts(&self, caller: &Credentials, form: &str) -> Response {
        let version = "Version=2011-06-15";
        let mut request = Request::post(&self.host(), &format!("{form}&{version}"));
        request.sign(caller, "sts", self.now());
        self.send(&request).await
    }

    /// Signs for IAM and sends.
    pub(crate) async fn iam(&self, caller: &Credentials, form: &str) -> Response {
        let version = "Version=2010-05-08";
        let mut request = Request::post(&self.host(), &format!("{form}&{version}"));
        request.sign(caller, "iam", self.now());
        self.send(&request).await
    }

    /// GetCallerIdentity as root, unsigned as yet.
    pub(crate) fn who_am_i(&self) -> Request {
        Request::post(&self.host(), "Action=GetCallerIdentity&Version=2011-06-15")
    }

    pub(crate) async fn send(&self, request: &Request) -> Response {
        self.send_bytes(&request.to_bytes()).await
    }

    pub(crate) async fn send_bytes(&self, bytes: &[u8]) -> Response {
        let stream = TcpStream::connect(self.address).await.unwrap();
        exchange(stream, bytes).await
    }
}

fn first_key(running: &Running) -> Option<Credentials> {
    running.first_account().map(|first| Credentials {
        id: first.access_key_id.to_string(),
        secret: first.secret_access_key.clone(),
        token: None,
    })
}

fn address(running: &Running) -> SocketAddr {
    running.base_url().rsplit('/').next().unwrap().parse().unwrap()
}

/// Writes a request and reads one response, whose length it announces.
pub(crate) async fn exchange<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    bytes: &[u8],
) -> Response {
    // A server may refuse before it has read everything.
    let _ = stream.write_all(bytes).await;
    let mut received = Vec::new();
    let mut buffer = [0_u8; 4096];
    loop {
        if let Some(response) = Response::parse(&received) {
            return response;
        }
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => {
                panic!("connection closed after {:?}", String::from_utf8_lossy(&received))
            }
            Ok(count) => received.extend_from_slice(&buffer[..count]),
        }
    }
}

impl Request {
    pub(crate) fn post(host: &str, body: &str) -> Self {
        Self {
            method: "POST".to_owned(),
            path: "/".to_owned(),
            query: String::new(),
            headers: vec![
                ("host".to_owned(), host.as_bytes().to_vec()),
                ("content-type".to_owned(), b"application/x-www-form-urlencoded".to_vec()),
            ],
            body: body.as_bytes().to_vec(),
        }
    }

    pub(crate) fn get(host: &str, query: &str) -> Self {
        let host = ("host".to_owned(), host.as_bytes().to_vec());
        Self {
            method: "GET".to_owned(),
            path: "/".to_owned(),
            query: query.to_owned(),
            headers: vec![host],
            body: Vec::new(),
        }
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.as_bytes().to_vec()));
        self
    }

    pub(crate) fn sign(&mut self, caller: &Credentials, service: &str, now: Timestamp) {
        self.sign_for(caller, service, "us-east-1", now);
    }

    /// The same for another region.
    pub(crate) fn sign_for(
        &mut self,
        caller: &Credentials,
        service: &str,
        region: &str,
        now: Timestamp,
    ) {
        let headers: Vec<(&str, &[u8])> =
            self.headers.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect();
        let head = RequestHead {
            method: &self.method,
            path: &self.path,
            query: &self.query,
            headers: &headers,
        };
        let signer = Signer {
            access_key_id: &caller.id,
            secret: &caller.secret,
            security_token: caller.token.as_ref(),
            token_placement: TokenPlacement::Signed,
            region,
            service,
            settings: Signing::query_services(),
        };
        let added = signer.sign_headers(&head, Payload::of(&self.body), now).unwrap();
        self.headers
            .extend(added.into_iter().map(|it| (it.name.to_owned(), it.value.into_bytes())));
    }

    pub(crate) fn signed(mut self, caller: &Credentials, now: Timestamp) -> Self {
        self.sign(caller, "sts", now);
        self
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let query = if self.query.is_empty() { String::new() } else { format!("?{}", self.query) };
        let mut bytes = format!("{} {}{query} HTTP/1.1\r\n", self.method, self.path).into_bytes();
        for (name, value) in &self.headers {
            bytes.extend_from_slice(name.as_bytes());
            bytes.extend_from_slice(b": ");
            bytes.extend_from_slice(value);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(format!("content-length: {}\r\n\r\n", self.body.len()).as_bytes());
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

impl Response {
    fn parse(received: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(received);
        let (head, body) = text.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        let length = header_of(head, "content-length").map_or(0, |length| length.parse().unwrap());
        (body.len() >= length).then(|| Self {
            status,
            head: head.to_owned(),
            body: body.to_owned(),
        })
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header_of(&self.head, name)
    }

    /// The text of the first element of this name.
    pub(crate) fn element(&self, name: &str) -> Option<&str> {
        let (_, rest) = self.body.split_once(&format!("<{name}>"))?;
        rest.split_once(&format!("</{name}>")).map(|(text, _)| text)
    }

    pub(crate) fn code(&self) -> &str {
        self.element("Code").unwrap_or("OK")
    }

    /// Status and error code, for tables.
    pub(crate) fn outcome(&self) -> (u16, &str) {
        (self.status, self.code())
    }

    /// The credentials that are in it.
    pub(crate) fn credentials(&self) -> Credentials {
        let text =
            |name| self.element(name).unwrap_or_else(|| panic!("{name}: {self:?}")).to_owned();
        Credentials {
            id: text("AccessKeyId"),
            secret: Secret::new(text("SecretAccessKey")),
            token: self.element("SessionToken").map(|token| Secret::new(token.to_owned())),
        }
    }
}

fn header_of<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = head.lines().skip(1).filter_map(|line| line.split_once(": "));
    lines.find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// A text as a form carries it.
pub(crate) fn escape(text: &str) -> String {
    text.bytes().fold(String::new(), |escaped, byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
            escaped + &char::from(byte).to_string()
        }
        _ => escaped + &format!("%{byte:02X}"),
    })
}
