use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::Answer;

/// How long an answer may take before a test fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// A request as it goes over the wire. Nothing about it is checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// `POST`
    pub method: String,
    /// `/?a=b`
    pub target: String,
    /// `HTTP/1.1`
    pub version: String,
    /// Names and values in their order. What frames the body is not among them.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body.
    pub body: Vec<u8>,
}

/// A response as it came over the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// Names in lower case and values, in their order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Message {
    /// The bytes, with the length of the body, and asking to close behind it.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.head();
        if !self.body.is_empty() || self.method == "POST" {
            bytes.extend(format!("content-length: {}\r\n", self.body.len()).bytes());
        }
        bytes.extend(b"connection: close\r\n\r\n");
        bytes.extend(&self.body);
        bytes
    }

    /// The bytes, with the body in chunks of at most `chunk` bytes.
    #[must_use]
    pub fn to_chunked_bytes(&self, chunk: usize) -> Vec<u8> {
        let mut bytes = self.head();
        bytes.extend(b"transfer-encoding: chunked\r\nconnection: close\r\n\r\n");
        for part in self.body.chunks(chunk) {
            bytes.extend(format!("{:x}\r\n", part.len()).bytes());
            bytes.extend(part);
            bytes.extend(b"\r\n");
        }
        bytes.extend(b"0\r\n\r\n");
        bytes
    }

    fn head(&self) -> Vec<u8> {
        let mut bytes =
            format!("{} {} {}\r\n", self.method, self.target, self.version).into_bytes();
        for (name, value) in &self.headers {
            bytes.extend(name.bytes());
            bytes.extend(b": ");
            bytes.extend(value);
            bytes.extend(b"\r\n");
        }
        bytes
    }
}

impl Response {
    /// The value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// The body, read.
    #[must_use]
    pub fn answer(&self) -> Answer {
        Answer::read(self.status, &self.body)
    }

    /// Reads a response. One to HEAD says how long its body would be, and has none.
    fn read(bytes: &[u8], request: &[u8]) -> Result<Self> {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        let (head, rest) = bytes.split_at(end.context("no end of the head")?);
        let head = std::str::from_utf8(head).context("a head that is no text")?;
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).context("no status")?;
        let status = status.parse().context("a status that is no number")?;
        let header = |line: &str| {
            let (name, value) = line.split_once(':')?;
            Some((name.to_ascii_lowercase(), value.trim().to_owned()))
        };
        let headers: Vec<_> = lines.filter_map(header).collect();
        let body = rest.get(4..).unwrap_or_default();
        let mut response = Self { status, headers, body: Vec::new() };
        let length = match response.header("content-length") {
            Some(_) if request.starts_with(b"HEAD ") => 0,
            Some(length) => length.parse().context("a length that is no number")?,
            None => body.len(),
        };
        match body.get(..length) {
            Some(body) => response.body.extend(body),
            None => bail!("the body ends early"),
        }
        Ok(response)
    }
}

/// Sends bytes and reads the first response, until the server closes.
///
/// `Ok(None)` where it closes without a word.
///
/// # Errors
/// A server that does not answer in time, or answers what is no HTTP.
pub fn exchange(address: &str, bytes: &[u8]) -> Result<Option<Response>> {
    let mut stream = connect(address)?;
    // A server may answer and close before it has read all of a request that is
    // too long; what counts is what it says.
    let _ = stream.write_all(bytes);
    let mut received = Vec::new();
    let ended = stream.read_to_end(&mut received);
    if received.is_empty() {
        return match ended {
            Err(error) if is_timeout(&error) => bail!("the server neither answers nor closes"),
            _ => Ok(None),
        };
    }
    Response::read(&received, bytes).map(Some)
}

/// Sends bytes that are no whole request and leaves the connection open.
///
/// # Errors
/// A server that does not take the connection.
pub fn hold(address: &str, bytes: &[u8]) -> Result<TcpStream> {
    let mut stream = connect(address)?;
    stream.write_all(bytes)?;
    Ok(stream)
}

/// Sends bytes, says that there are no more, and reads the first response.
///
/// # Errors
/// As [`exchange`].
pub fn exchange_and_end(address: &str, bytes: &[u8]) -> Result<Option<Response>> {
    let mut stream = connect(address)?;
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    let mut received = Vec::new();
    let _ = stream.read_to_end(&mut received);
    if received.is_empty() { Ok(None) } else { Response::read(&received, bytes).map(Some) }
}

fn connect(address: &str) -> Result<TcpStream> {
    let stream = TcpStream::connect(address).with_context(|| format!("connecting {address}"))?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    Ok(stream)
}

fn is_timeout(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut)
}
