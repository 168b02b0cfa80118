//! Clients that send good requests, one at a time each.

use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::Notify;

use crate::clock;

/// Clients that share an address, fewer than one address may have connections.
const CLIENTS_PER_ADDRESS: usize = 500;

/// Wrong answers that are kept to be shown.
const WRONG_SHOWN_MAX: usize = 3;

/// How long connecting all of them may take.
const CONNECT_WAIT_MAX: Duration = Duration::from_secs(60);

/// How long a client waits before it connects again.
const RECONNECT_PAUSE: Duration = Duration::from_millis(200);

/// A request as it goes over the wire, and what is in its right answer.
#[derive(Clone)]
pub(super) struct Request {
    bytes: Arc<[u8]>,
    answer: Arc<str>,
}

impl Request {
    /// The right answer names the session.
    pub(super) async fn new(request: http::Request<Full<Bytes>>, session: &str) -> Result<Self> {
        let (head, body) = request.into_parts();
        let body = body.collect().await?.to_bytes();
        let mut bytes = format!("{} {} HTTP/1.1\r\n", head.method, head.uri.path()).into_bytes();
        for (name, value) in &head.headers {
            bytes.extend_from_slice(name.as_str().as_bytes());
            bytes.extend_from_slice(b": ");
            bytes.extend_from_slice(value.as_bytes());
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(format!("content-length: {}\r\n\r\n", body.len()).as_bytes());
        bytes.extend_from_slice(&body);
        Ok(Self { bytes: bytes.into(), answer: format!("/{session}</Arn>").into() })
    }
}

/// What became of requests.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// How many were due.
    pub(crate) due: u64,
    /// How long right answers took.
    pub(crate) right: Vec<Duration>,
    /// Answers that say to come again.
    pub(crate) refused: u64,
    /// Connections that were closed instead of an answer.
    pub(crate) closed: u64,
    /// Requests that were due while all clients were waiting.
    pub(crate) held_off: u64,
    /// Any other answer.
    pub(crate) wrong: Vec<String>,
}

impl Seen {
    pub(crate) fn percentile(&self, percent: usize) -> Result<Duration> {
        let mut sorted = self.right.clone();
        sorted.sort_unstable();
        crate::report::percentile(&sorted, percent)
    }
}

/// What became of one request.
enum Outcome {
    Right(Duration),
    Refused,
    Closed,
    Wrong(String),
}

/// A number of clients on connections of their own.
pub(super) struct Clients {
    shared: Arc<Shared>,
}

struct Shared {
    requests: Vec<Request>,
    state: Mutex<State>,
    answered: Notify,
}

#[derive(Default)]
struct State {
    idle: VecDeque<Arc<Order>>,
    next: usize,
    seen: Seen,
}

/// A request for a client to send.
#[derive(Default)]
struct Order {
    request: Mutex<Option<(Request, Instant)>>,
    given: Notify,
}

impl Clients {
    /// Connects them all.
    pub(super) async fn connect(
        address: SocketAddr,
        count: usize,
        requests: Vec<Request>,
    ) -> Result<Self> {
        let shared =
            Arc::new(Shared { requests, state: Mutex::default(), answered: Notify::new() });
        for number in 0..count {
            let source = source(1, number / CLIENTS_PER_ADDRESS)?;
            tokio::spawn(run(Arc::downgrade(&shared), source, address));
        }
        let began = clock::instant();
        while shared.state().idle.len() < count {
            ensure!(began.elapsed() < CONNECT_WAIT_MAX, "not all clients were connected");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(Self { shared })
    }

    /// Has an idle client send the next request; no where all of them wait.
    pub(super) fn send(&self) -> bool {
        let mut state = self.shared.state();
        let next = state.next;
        let Some(order) = state.idle.pop_front() else {
            state.seen.due += 1;
            state.seen.held_off += 1;
            return false;
        };
        state.seen.due += 1;
        state.next += 1;
        let request = self.shared.requests.iter().cycle().nth(next % self.shared.requests.len());
        *order.lock() = request.map(|request| (request.clone(), clock::instant()));
        order.given.notify_one();
        true
    }

    /// Waits until a client was answered.
    pub(super) async fn answered(&self) {
        self.shared.answered.notified().await;
    }

    /// What was seen since the last time.
    pub(super) fn take(&self) -> Seen {
        std::mem::take(&mut self.shared.state().seen)
    }
}

/// One client: sends what it is given, for as long as anybody is there to give it.
async fn run(shared: Weak<Shared>, source: Ipv4Addr, address: SocketAddr) {
    let order = Arc::new(Order::default());
    let mut stream = connect(source, address).await.ok();
    while let Some(there) = shared.upgrade() {
        there.state().idle.push_back(Arc::clone(&order));
        drop(there);
        order.given.notified().await;
        let Some((request, sent)) = order.take() else { return };
        let outcome = exchange(&mut stream, &request, sent).await;
        let Some(there) = shared.upgrade() else { return };
        there.note(outcome);
        drop(there);
        while stream.is_none() {
            tokio::time::sleep(RECONNECT_PAUSE).await;
            stream = connect(source, address).await.ok();
        }
    }
}

impl Order {
    fn lock(&self) -> MutexGuard<'_, Option<(Request, Instant)>> {
        self.request.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Option<(Request, Instant)> {
        self.lock().take()
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, outcome: Outcome) {
        let seen = &mut self.state().seen;
        match outcome {
            Outcome::Right(took) => seen.right.push(took),
            Outcome::Refused => seen.refused += 1,
            Outcome::Closed => seen.closed += 1,
            Outcome::Wrong(answer) if seen.wrong.len() < WRONG_SHOWN_MAX => seen.wrong.push(answer),
            Outcome::Wrong(_) => {}
        }
        self.answered.notify_one();
    }
}

/// An address of this machine, by kind of client.
pub(super) fn source(kind: u8, number: usize) -> Result<Ipv4Addr> {
    Ok(Ipv4Addr::new(127, 0, kind, u8::try_from(number + 1)?))
}

/// Connects from an address of this machine.
pub(super) async fn connect(source: Ipv4Addr, address: SocketAddr) -> Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind((source, 0).into())?;
    let stream = socket.connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

async fn exchange(stream: &mut Option<TcpStream>, request: &Request, sent: Instant) -> Outcome {
    let Some(open) = stream else { return Outcome::Closed };
    let mut answer = Vec::with_capacity(2048);
    let read = async {
        open.write_all(&request.bytes).await?;
        read(open, &mut answer).await
    };
    match read.await {
        Ok(status) => judge(status, &answer, request, sent),
        Err(_) if answer.is_empty() || is_turned_away(&answer) => {
            *stream = None;
            Outcome::Closed
        }
        Err(error) => {
            *stream = None;
            Outcome::Wrong(format!("{error}: {}", String::from_utf8_lossy(&answer)))
        }
    }
}

/// Whether a whole answer says that there is no place for the connection.
fn is_turned_away(answer: &[u8]) -> bool {
    answer.starts_with(b"HTTP/1.1 503 ") && answer.ends_with(b"\r\n\r\n")
}

fn judge(status: u16, answer: &[u8], request: &Request, sent: Instant) -> Outcome {
    let took = sent.elapsed();
    let text = String::from_utf8_lossy(answer);
    let says = |code: &str| text.contains(&format!("<Code>{code}</Code>"));
    match status {
        200 if text.contains(&*request.answer) => Outcome::Right(took),
        503 if says("ServiceUnavailable") => Outcome::Refused,
        400 if says("Throttling") => Outcome::Refused,
        _ => Outcome::Wrong(text.into_owned()),
    }
}

/// Reads one answer whole; gives its status.
async fn read(stream: &mut TcpStream, answer: &mut Vec<u8>) -> Result<u16> {
    loop {
        if stream.read_buf(answer).await? == 0 {
            bail!("the server closed the connection");
        }
        let Some(end) = answer.windows(4).position(|window| window == b"\r\n\r\n") else {
            continue;
        };
        let head = std::str::from_utf8(answer.get(..end).unwrap_or_default())?;
        let length = head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        let length: usize = length.context("an answer has a length")?.1.parse()?;
        let status = head.split(' ').nth(1).context("an answer has a status")?.parse()?;
        if length > 0 && answer.len() >= end + 4 + length {
            return Ok(status);
        }
        if length == 0 {
            bail!("an answer without a body");
        }
    }
}
