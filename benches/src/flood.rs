//! Tokens that name keys nobody has, a thousand a second: what they cost the good ones,
//! and the issuer.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use http::{Request, StatusCode};
use http_body_util::Full;
use hyper::body::Bytes;
use tokio::sync::Mutex;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{MissedTickBehavior, interval};

use crate::clock;
use crate::issuer::Signature;
use crate::load::{Connection, spend};
use crate::report::Rate;
use crate::web_identity::{Federated, Plan, next};

/// A foreign token is sent this often, whether or not the ones before are answered.
const SEND_INTERVAL: Duration = Duration::from_millis(1);

/// Foreign tokens of one round; a flood that outlasts them ends the run.
const FOREIGN_MAX: usize = 8_000;

/// Connections on which nothing is waited for.
type Idle = Arc<Mutex<Vec<Connection>>>;

/// A flooded round beside the calm ones before and after it: a machine that becomes slower
/// or faster meanwhile does so for both.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Round {
    /// The mean of both calm ones.
    pub(crate) calm: Rate,
    pub(crate) flooded: Rate,
}

/// Good tokens with and without the flood.
pub(crate) struct Flood {
    /// The round whose share of calm is in the middle.
    pub(crate) round: Round,
    /// Foreign tokens that were sent, and in how much time.
    pub(crate) sent: usize,
    pub(crate) lasted: Duration,
    /// How many of them found no place to wait for keys and were told to come again.
    pub(crate) sent_away: usize,
    /// How often the key set was fetched since before the first of them.
    pub(crate) fetches: usize,
    /// How long that was.
    pub(crate) since: Duration,
}

impl Round {
    pub(crate) fn over_calm(&self) -> f64 {
        self.flooded.per_second() / self.calm.per_second()
    }
}

/// Alternates rounds with and without the flood.
pub(crate) async fn measure(
    federated: &Federated,
    plan: &Plan,
    numbers: &mut std::ops::RangeFrom<usize>,
) -> Result<Flood> {
    let (before, began) = (federated.issuer().fetches(), clock::instant());
    let mut rounds = Vec::new();
    let (mut sent, mut sent_away, mut lasted) = (0, 0, Duration::ZERO);
    let idle = Idle::default();
    // The flood's connections are made before anything counts.
    let requests = good(federated, plan, numbers)?;
    let sending = Sending::start(federated, &idle, numbers)?;
    spend(federated.server(), requests, plan.connections).await?;
    sending.end().await?;
    let requests = good(federated, plan, numbers)?;
    let mut before_it = spend(federated.server(), requests, plan.connections).await?;
    for _ in 0..plan.rounds {
        let requests = good(federated, plan, numbers)?;
        let sending = Sending::start(federated, &idle, numbers)?;
        let moment = clock::instant();
        let flooded = spend(federated.server(), requests, plan.connections).await?;
        lasted += moment.elapsed();
        let answers = sending.end().await?;
        sent += answers.unknown + answers.sent_away;
        sent_away += answers.sent_away;
        let requests = good(federated, plan, numbers)?;
        let after_it = spend(federated.server(), requests, plan.connections).await?;
        rounds.push(Round { calm: before_it.mean(after_it), flooded });
        before_it = after_it;
    }
    rounds.sort_by(|one, other| one.over_calm().total_cmp(&other.over_calm()));
    Ok(Flood {
        round: rounds.get(rounds.len() / 2).copied().context("there is a round")?,
        sent,
        lasted,
        sent_away,
        fetches: federated.issuer().fetches() - before,
        since: began.elapsed(),
    })
}

/// New good tokens of a round, signed beforehand: signing holds up the flood.
fn good(
    federated: &Federated,
    plan: &Plan,
    numbers: &mut std::ops::RangeFrom<usize>,
) -> Result<Vec<Request<Full<Bytes>>>> {
    // ES256, whose tokens are made quickly: rounds are twice as long.
    let tokens = federated.tokens(Signature::Es256, next(numbers, plan.tokens * 2))?;
    federated.requests(&tokens)
}

/// Foreign tokens under way.
struct Sending {
    ended: Arc<AtomicBool>,
    sender: JoinHandle<Result<Answers>>,
}

/// How foreign tokens were answered.
#[derive(Clone, Copy, Default)]
struct Answers {
    unknown: usize,
    sent_away: usize,
}

impl Sending {
    fn start(
        federated: &Federated,
        idle: &Idle,
        numbers: &mut std::ops::RangeFrom<usize>,
    ) -> Result<Self> {
        let now = clock::now()?;
        let requests = next(numbers, FOREIGN_MAX).map(|number| {
            let token = federated.issuer().foreign_token(now, number);
            federated.request(federated.server(), "/", &token)
        });
        let requests = requests.collect::<Result<Vec<_>>>()?;
        let ended = Arc::new(AtomicBool::new(false));
        let (server, idle, until) = (federated.server(), Arc::clone(idle), Arc::clone(&ended));
        let sender = tokio::spawn(async move { send(server, idle, requests, &until).await });
        Ok(Self { ended, sender })
    }

    async fn end(self) -> Result<Answers> {
        self.ended.store(true, Ordering::Relaxed);
        self.sender.await?
    }
}

/// Sends at its pace until told to end, over as many connections as it takes.
async fn send(
    server: SocketAddr,
    idle: Idle,
    requests: Vec<Request<Full<Bytes>>>,
    ended: &AtomicBool,
) -> Result<Answers> {
    let (unknown, sent_away) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut pace = interval(SEND_INTERVAL);
    pace.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let (mut requests, mut exchanges) = (requests.into_iter(), JoinSet::new());
    let (began, mut sent) = (clock::instant(), 0);
    while !ended.load(Ordering::Relaxed) {
        // A busy runtime ticks late: what is due by now is sent all the same.
        if began.elapsed() < SEND_INTERVAL.saturating_mul(sent) {
            pace.tick().await;
            continue;
        }
        sent += 1;
        let Some(request) = requests.next() else { bail!("the flood had not enough tokens") };
        let idle = Arc::clone(&idle);
        let (unknown, sent_away) = (Arc::clone(&unknown), Arc::clone(&sent_away));
        exchanges.spawn(async move {
            let waiting = idle.lock().await.pop();
            let mut connection = match waiting {
                Some(connection) => connection,
                None => Connection::open(server).await?,
            };
            let (status, body) = connection.exchange(request).await?;
            let text = String::from_utf8_lossy(&body);
            match status {
                StatusCode::BAD_REQUEST if text.contains("<Code>InvalidIdentityToken<") => {
                    unknown.fetch_add(1, Ordering::Relaxed);
                }
                StatusCode::BAD_REQUEST if text.contains("<Code>IDPCommunicationError<") => {
                    sent_away.fetch_add(1, Ordering::Relaxed);
                }
                // A server that is kept from its work, by a compiler beside it say, refuses.
                StatusCode::SERVICE_UNAVAILABLE => {
                    sent_away.fetch_add(1, Ordering::Relaxed);
                }
                _ => bail!("{status}: {text}"),
            }
            idle.lock().await.push(connection);
            Ok(())
        });
        while let Some(finished) = exchanges.try_join_next() {
            finished??;
        }
    }
    while let Some(finished) = exchanges.join_next().await {
        finished??;
    }
    let [unknown, sent_away] = [unknown, sent_away].map(|count| count.load(Ordering::Relaxed));
    Ok(Answers { unknown, sent_away })
}
