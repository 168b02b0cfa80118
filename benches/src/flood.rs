//! Tokens that name keys nobody has, a thousand a second: what they cost the good ones,
//! and the issuer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Result, ensure};
use http::{Request, StatusCode};
use http_body_util::Full;
use hyper::body::Bytes;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use crate::clock;
use crate::issuer::Signature;
use crate::load::{Connection, spend};
use crate::report::Rate;
use crate::web_identity::{Federated, Plan, next};

/// Connections that send foreign tokens, each one this often: a thousand a second.
const SENDERS: usize = 10;
const SEND_INTERVAL: Duration = Duration::from_millis(10);
/// Foreign tokens of one round; a flood that outlasts them ends the run.
const FOREIGN_MAX: usize = 40_000;

/// Good tokens with and without the flood.
pub(crate) struct Flood {
    pub(crate) calm: Rate,
    pub(crate) flooded: Rate,
    /// Foreign tokens that were sent and refused, and in how much time.
    pub(crate) refused: usize,
    pub(crate) lasted: Duration,
    /// How often the key set was fetched since before the first of them.
    pub(crate) fetches: usize,
    /// How long that was.
    pub(crate) since: Duration,
}

/// Alternates rounds with and without the flood.
pub(crate) async fn measure(
    federated: &Federated,
    plan: &Plan,
    numbers: &mut std::ops::RangeFrom<usize>,
) -> Result<Flood> {
    let (before, began) = (federated.issuer().fetches(), clock::instant());
    let (mut calm, mut flooded) = (Vec::new(), Vec::new());
    let (mut refused, mut lasted) = (0, Duration::ZERO);
    for _ in 0..plan.rounds {
        calm.push(good(federated, plan, numbers).await?);
        let sending = Sending::start(federated, numbers)?;
        let moment = clock::instant();
        flooded.push(good(federated, plan, numbers).await?);
        lasted += moment.elapsed();
        refused += sending.end().await?;
    }
    Ok(Flood {
        calm: Rate::median(calm)?,
        flooded: Rate::median(flooded)?,
        refused,
        lasted,
        fetches: federated.issuer().fetches() - before,
        since: began.elapsed(),
    })
}

async fn good(
    federated: &Federated,
    plan: &Plan,
    numbers: &mut std::ops::RangeFrom<usize>,
) -> Result<Rate> {
    // ES256, whose tokens are made quickly: rounds are twice as long.
    let tokens = federated.tokens(Signature::Es256, next(numbers, plan.tokens * 2))?;
    spend(federated.server(), federated.requests(&tokens)?, plan.connections).await
}

/// Foreign tokens under way.
struct Sending {
    ended: Arc<AtomicBool>,
    refused: Arc<AtomicUsize>,
    senders: JoinSet<Result<()>>,
}

impl Sending {
    fn start(federated: &Federated, numbers: &mut std::ops::RangeFrom<usize>) -> Result<Self> {
        let (ended, refused) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let now = clock::now()?;
        let mut senders = JoinSet::new();
        for _ in 0..SENDERS {
            let numbers = next(numbers, FOREIGN_MAX / SENDERS);
            let requests = numbers.map(|number| {
                let token = federated.issuer().foreign_token(now, number);
                federated.request(federated.server(), "/", &token)
            });
            let requests = requests.collect::<Result<Vec<_>>>()?;
            let server = federated.server();
            let (ended, refused) = (Arc::clone(&ended), Arc::clone(&refused));
            senders.spawn(async move {
                let connection = Connection::open(server).await?;
                send(connection, requests, &ended, &refused).await
            });
        }
        Ok(Self { ended, refused, senders })
    }

    /// How many were refused.
    async fn end(mut self) -> Result<usize> {
        self.ended.store(true, Ordering::Relaxed);
        while let Some(finished) = self.senders.join_next().await {
            finished??;
        }
        Ok(self.refused.load(Ordering::Relaxed))
    }
}

async fn send(
    mut connection: Connection,
    requests: Vec<Request<Full<Bytes>>>,
    ended: &AtomicBool,
    refused: &AtomicUsize,
) -> Result<()> {
    let mut pace = interval(SEND_INTERVAL);
    pace.set_missed_tick_behavior(MissedTickBehavior::Burst);
    for request in requests {
        pace.tick().await;
        if ended.load(Ordering::Relaxed) {
            return Ok(());
        }
        let (status, body) = connection.exchange(request).await?;
        let text = String::from_utf8_lossy(&body);
        ensure!(status == StatusCode::BAD_REQUEST, "{status}: {text}");
        ensure!(text.contains("<Code>InvalidIdentityToken</Code>"), "{text}");
        refused.fetch_add(1, Ordering::Relaxed);
    }
    anyhow::bail!("the flood had not enough tokens")
}
