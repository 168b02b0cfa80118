//! Ten times as many requests as can be answered, with clients among them that are slow or
//! broken: what those get who are answered, what the server holds, and how soon it is over.
//!
//! The load is open: requests are due at a rate, whatever became of those before. A client
//! is a connection with one request at a time. A request that is due while every client
//! still waits for an answer cannot be sent, and is counted as held off.

mod broken;
mod client;
mod memory;

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tokio::time::{MissedTickBehavior, interval};

use self::broken::Broken;
use self::client::{Clients, Seen};
use self::memory::Sampler;
use crate::child;
use crate::clock;
use crate::cores::Cores;
use crate::process::resident;
use crate::world::{Caller, assuming};

/// How many times the capacity is offered.
const TIMES: f64 = 10.0;

/// How many times the capacity is offered while nothing is overloaded.
const CALM: f64 = 0.2;

/// How much slower an answer may be under overload, at the 99th percentile.
pub(crate) const SLOWER_MAX: f64 = 3.0;

/// How soon everything has to be as before.
pub(crate) const NORMAL_WITHIN: Duration = Duration::from_secs(1);

/// Requests under way while the capacity is measured.
const CAPACITY_CLIENTS: usize = 32;

/// In what steps it is looked whether everything is normal again.
const STEP: Duration = Duration::from_millis(100);

/// How many steps in a row have to be normal. One that is not much later says something of
/// the machine: there are such in calm, too.
const NORMAL_STEPS: u32 = 10;

/// How long each part takes.
pub(crate) struct Plan {
    pub(crate) overload: Duration,
    pub(crate) calm: Duration,
    /// Connections that send good requests.
    pub(crate) clients: usize,
    /// How many broken clients there are, of the usual number.
    pub(crate) broken_percent: usize,
}

/// What was seen.
pub(crate) struct Overload {
    /// Answers a second when nothing else is asked.
    pub(crate) capacity: f64,
    pub(crate) calm: Seen,
    pub(crate) loaded: Seen,
    pub(crate) lasted: Duration,
    /// Resident bytes of the server before, at the most, and afterwards.
    pub(crate) memory: [u64; 3],
    /// From the last request of the overload until a second begins in which all is as it
    /// was; `None` for not at all.
    pub(crate) normal_after: Option<Duration>,
    /// The steps after the overload in which something was not.
    pub(crate) troubled: Vec<Step>,
    /// What the broken clients did, by their names.
    pub(crate) broken: Vec<(&'static str, u64)>,
    /// Whether server and load had processors of their own.
    pub(crate) apart: bool,
}

/// One step after the overload.
pub(crate) struct Step {
    /// When it began, from the last request of the overload.
    pub(crate) at: Duration,
    pub(crate) refused: u64,
    pub(crate) closed: u64,
    pub(crate) held_off: u64,
    /// The 90th percentile of good answers; `None` where there was none.
    pub(crate) slow: Option<Duration>,
}

impl Step {
    fn of(at: Duration, seen: &Seen) -> Self {
        let Seen { refused, closed, held_off, .. } = *seen;
        Self { at, refused, closed, held_off, slow: seen.percentile(90).ok() }
    }

    fn is_normal(&self, usual: Duration) -> bool {
        [self.refused, self.closed, self.held_off] == [0; 3]
            && self.slow.is_some_and(|slow| slow <= usual)
    }
}

impl Overload {
    /// The 99th percentile of good answers under overload, over the calm one.
    pub(crate) fn slower(&self) -> Result<f64> {
        Ok(self.loaded.percentile(99)?.as_secs_f64() / self.calm.percentile(99)?.as_secs_f64())
    }

    /// Requests a second that were due.
    pub(crate) fn offered(&self) -> f64 {
        self.loaded.due as f64 / self.lasted.as_secs_f64()
    }
}

/// Starts a server of its own and plays everything against it.
pub(crate) async fn measure(binary: &Path, folder: &Path, plan: &Plan) -> Result<Overload> {
    let folder = folder.join("overload");
    std::fs::create_dir(&folder)?;
    let cores = Cores::separate()?;
    let server = cores.for_server(|| child::stead(binary, &folder, &[]))?;
    let address = server.ready()?;
    let requests = requests(address, &folder).await?;
    let capacity = capacity(address, &requests, plan.calm).await?;
    let clients = Clients::connect(address, plan.clients, requests).await?;
    // Connections are made and the server is warm before anything counts.
    play(&clients, capacity * CALM, plan.calm / 2).await;
    clients.take();
    play(&clients, capacity * CALM, plan.calm).await;
    let calm = clients.take();
    let before = resident(server.id())?;
    let sampler = Sampler::start(server.id());
    let broken = Broken::start(address, plan.broken_percent);
    play(&clients, capacity * TIMES, plan.overload).await;
    let loaded = clients.take();
    let broken = broken.end();
    let (normal_after, troubled) = recover(&clients, capacity * CALM, &calm, plan.calm).await?;
    let highest = sampler.end().await?;
    let after = resident(server.id())?;
    for seen in [&calm, &loaded] {
        ensure!(seen.wrong.is_empty(), "wrong answers: {:?}", seen.wrong);
    }
    let memory = [before, highest.max(before), after];
    let (lasted, apart) = (plan.overload, cores.are_apart());
    Ok(Overload { capacity, calm, loaded, lasted, memory, normal_after, troubled, broken, apart })
}

/// Signed requests to assume a role, each with a session name of its own.
async fn requests(address: SocketAddr, folder: &Path) -> Result<Vec<client::Request>> {
    let addresses = crate::Addresses { stead: address, constant: address };
    let administrator = Caller::root(addresses, folder)?;
    let mut requests = Vec::new();
    for (name, request) in assuming(&administrator, addresses).await? {
        requests.push(client::Request::new(request, &name).await?);
    }
    Ok(requests)
}

/// Answers a second to clients that each ask again as soon as they are answered.
async fn capacity(
    address: SocketAddr,
    requests: &[client::Request],
    time: Duration,
) -> Result<f64> {
    let clients = Clients::connect(address, CAPACITY_CLIENTS, requests.to_vec()).await?;
    for time in [time / 2, time] {
        clients.take();
        let began = clock::instant();
        while began.elapsed() < time {
            while clients.send() {}
            clients.answered().await;
        }
    }
    let seen = clients.take();
    let answers = u32::try_from(seen.right.len()).context("few enough")?;
    Ok(f64::from(answers) / time.as_secs_f64())
}

/// Sends requests when they are due, for a while, and waits for none of them.
async fn play(clients: &Clients, per_second: f64, time: Duration) {
    let mut pace = interval(Duration::from_millis(1));
    pace.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let (began, mut sent) = (clock::instant(), 0.0);
    while began.elapsed() < time {
        pace.tick().await;
        let due = began.elapsed().as_secs_f64() * per_second;
        while sent < due {
            sent += 1.0;
            clients.send();
        }
    }
}

/// After how long requests at a calm rate are answered as they were before.
async fn recover(
    clients: &Clients,
    per_second: f64,
    calm: &Seen,
    time: Duration,
) -> Result<(Option<Duration>, Vec<Step>)> {
    let usual = calm.percentile(99)?.mul_f64(SLOWER_MAX);
    let (began, mut normal, mut steps) = (clock::instant(), None, 0);
    let mut troubled = Vec::new();
    while began.elapsed() < time + NORMAL_WITHIN && steps < NORMAL_STEPS {
        let at = began.elapsed();
        play(clients, per_second, STEP).await;
        let step = Step::of(at, &clients.take());
        if step.is_normal(usual) {
            (normal, steps) = (normal.or(Some(at)), steps + 1);
        } else {
            (normal, steps) = (None, 0);
            troubled.push(step);
        }
    }
    Ok((normal.filter(|_| steps == NORMAL_STEPS), troubled))
}
