//! The load: connections that each send one request after the other.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::{AbortHandle, JoinSet};

use crate::clock;
use crate::report::{Measured, Rate};
use crate::web_identity;
use crate::world::Workload;

/// How many requests one round sends at most, whatever its time.
const REQUESTS_PER_ROUND_MAX: usize = 5_000_000;

/// How much load, and how often.
pub(crate) struct Plan {
    connections: u16,
    warm_up: Duration,
    round: Duration,
    rounds: u8,
}

impl Plan {
    pub(crate) fn new(connections: u16, seconds: u8, rounds: u8) -> Self {
        let round = Duration::from_secs(seconds.into());
        Self { connections, warm_up: Duration::from_secs(1), round, rounds }
    }

    pub(crate) fn smoke() -> Self {
        let moment = Duration::from_millis(150);
        Self { connections: 4, warm_up: moment, round: moment, rounds: 1 }
    }

    /// About as much in tokens, which are sent once: some ten thousand a second, in many
    /// short rounds, whose parts lie close together.
    pub(crate) fn of_tokens(&self) -> web_identity::Plan {
        let round = self.round / 5;
        web_identity::Plan {
            connections: self.connections,
            tokens: usize::try_from(round.as_millis().saturating_mul(10)).unwrap_or(usize::MAX),
            rounds: self.rounds.saturating_mul(3),
            alone: round / 10,
        }
    }
}

/// One keep-alive connection.
pub(crate) struct Connection(SendRequest<Full<Bytes>>);

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        // It ends with the sender; what goes wrong shows in the exchange.
        tokio::spawn(connection);
        Ok(Self(sender))
    }

    /// Sends a request and reads the answer whole.
    pub(crate) async fn exchange(
        &mut self,
        request: Request<Full<Bytes>>,
    ) -> Result<(StatusCode, Bytes)> {
        self.0.ready().await?;
        let answer = self.0.send_request(request).await?;
        let status = answer.status();
        Ok((status, answer.into_body().collect().await?.to_bytes()))
    }

    /// Whether another request can be sent; waits until that is known.
    pub(crate) async fn is_open(&mut self) -> bool {
        self.0.ready().await.is_ok()
    }

    /// How long a request took, whose answer must be a good one.
    async fn good(&mut self, request: Request<Full<Bytes>>) -> Result<Duration> {
        let sent = clock::instant();
        let (status, body) = self.exchange(request).await?;
        let took = sent.elapsed();
        ensure!(status.is_success(), "{status}: {}", String::from_utf8_lossy(&body));
        Ok(took)
    }
}

/// Measures server and baseline in turn, so that what the machine does
/// meanwhile hits both; keeps the median round of each.
pub(crate) async fn compare(workload: &Workload, plan: &Plan) -> Result<Measured> {
    let (stead, constant) = (workload.addresses.stead, workload.addresses.constant);
    round(constant, &workload.constant, plan.connections, plan.warm_up).await?;
    round(stead, &workload.requests, plan.connections, plan.warm_up).await?;
    let (mut baseline, mut rates) = (Vec::new(), Vec::new());
    for _ in 0..plan.rounds {
        baseline.push(round(constant, &workload.constant, plan.connections, plan.round).await?);
        rates.push(round(stead, &workload.requests, plan.connections, plan.round).await?);
    }
    Ok(Measured {
        name: workload.name,
        baseline: Rate::median(baseline)?,
        rate: Rate::median(rates)?,
    })
}

/// Sends requests for a while over all connections. Any answer but a good one
/// ends the run: refusals are fast and would look good.
async fn round(
    address: SocketAddr,
    requests: &[Request<Full<Bytes>>],
    connections: u16,
    time: Duration,
) -> Result<Rate> {
    let mut tasks = JoinSet::new();
    let began = clock::instant();
    for number in 0..usize::from(connections) {
        let mut connection = Connection::open(address).await?;
        let requests = requests.to_vec();
        tasks.spawn(async move {
            let mut latencies = Vec::new();
            // Connections begin at different requests.
            let requests = requests.iter().cycle().skip(number * 31);
            for request in requests.take(REQUESTS_PER_ROUND_MAX / usize::from(connections)) {
                if began.elapsed() >= time {
                    break;
                }
                latencies.push(connection.good(request.clone()).await?);
            }
            Ok(latencies)
        });
    }
    gather(tasks, began).await
}

/// What becomes of a connection that the server closes between two requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Closing {
    /// It ends the run.
    Fails,
    /// It is opened again: some servers close after each answer.
    Reopens,
}

/// Sends every request once over all connections, each its share.
pub(crate) async fn spend(
    address: SocketAddr,
    requests: Vec<Request<Full<Bytes>>>,
    connections: u16,
) -> Result<Rate> {
    spend_though(Closing::Fails, address, requests, connections).await
}

/// The same for servers that may close connections.
pub(crate) async fn spend_though(
    closing: Closing,
    address: SocketAddr,
    mut requests: Vec<Request<Full<Bytes>>>,
    connections: u16,
) -> Result<Rate> {
    let share = requests.len().div_ceil(connections.into());
    let mut shares = Vec::new();
    while !requests.is_empty() {
        let rest = requests.split_off(share.min(requests.len()));
        shares.push((Connection::open(address).await?, std::mem::replace(&mut requests, rest)));
    }
    let mut tasks = JoinSet::new();
    let began = clock::instant();
    for (mut connection, requests) in shares {
        tasks.spawn(async move {
            let mut latencies = Vec::with_capacity(requests.len());
            for request in requests {
                if closing == Closing::Reopens && !connection.is_open().await {
                    connection = Connection::open(address).await?;
                }
                latencies.push(connection.good(request).await?);
            }
            Ok(latencies)
        });
    }
    gather(tasks, began).await
}

/// Sends every request once, and keeps the answers, in no order.
pub(crate) async fn answers(
    address: SocketAddr,
    mut requests: Vec<Request<Full<Bytes>>>,
    connections: u16,
) -> Result<Vec<Bytes>> {
    let share = requests.len().div_ceil(connections.into());
    let mut tasks = JoinSet::new();
    while !requests.is_empty() {
        let rest = requests.split_off(share.min(requests.len()));
        let share = std::mem::replace(&mut requests, rest);
        let mut connection = Connection::open(address).await?;
        tasks.spawn(async move {
            let mut answers = Vec::with_capacity(share.len());
            for request in share {
                let (status, body) = connection.exchange(request).await?;
                ensure!(status.is_success(), "{status}: {}", String::from_utf8_lossy(&body));
                answers.push(body);
            }
            anyhow::Ok(answers)
        });
    }
    let mut answers = Vec::new();
    while let Some(finished) = tasks.join_next().await {
        answers.append(&mut finished??);
    }
    Ok(answers)
}

/// Keeps the load awake until it is dropped.
///
/// Over the loopback interface, who sends bytes to a reader that sleeps wakes it, and the
/// system counts that as the sender's time: of a server whose load waits for it, more than of
/// one that its load never catches up with. No client at the other end of a network costs a
/// server that, so the load of a comparison of processor times does not sleep.
pub(crate) struct Awake(AbortHandle);

impl Awake {
    /// From here on.
    pub(crate) fn begin() -> Self {
        let never_ends = async {
            loop {
                tokio::task::yield_now().await;
            }
        };
        Self(tokio::spawn(never_ends).abort_handle())
    }
}

impl Drop for Awake {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn gather(mut tasks: JoinSet<Result<Vec<Duration>>>, began: Instant) -> Result<Rate> {
    let mut latencies = Vec::new();
    while let Some(finished) = tasks.join_next().await {
        latencies.append(&mut finished??);
    }
    Rate::of(latencies, began.elapsed())
}
