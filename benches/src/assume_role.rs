//! What one AssumeRole costs the server: as people run it, with its accounts on disk and
//! the audit log on, for a user of ten managed policies.
//!
//! Rates on a machine that load and server share say little of the server alone, so
//! processor time is counted, as the system counts it for each process. Every request is
//! sent once.

use std::net::SocketAddr;
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use http::Request;
use http_body_util::Full;
use hyper::body::Bytes;

use crate::Addresses;
use crate::child::{self, Emulator, EmulatorKind};
use crate::cores::Cores;
use crate::load::{Awake, Closing, answers, spend_though};
use crate::process::processor_time;
use crate::report::Rate;
use crate::world::{Assumer, Caller};

/// How much is sent.
pub(crate) struct Plan {
    pub(crate) connections: u16,
    /// Requests of one round.
    pub(crate) requests: usize,
    /// Rounds; the one whose ratio is in the middle counts.
    pub(crate) rounds: u8,
    /// Requests to each of the other emulators.
    pub(crate) emulated: usize,
}

/// One server's round.
#[derive(Clone, Copy)]
pub(crate) struct Spent {
    pub(crate) rate: Rate,
    /// Processor time of the server for a request.
    pub(crate) server: Duration,
    /// Processor time of the load for a request.
    pub(crate) load: Duration,
}

/// What was measured within a moment.
#[derive(Clone, Copy)]
pub(crate) struct Round {
    pub(crate) constant: Spent,
    pub(crate) stead: Spent,
}

impl Round {
    /// How much of the server's time a constant answer takes, too.
    pub(crate) fn over_constant(&self) -> f64 {
        self.constant.server.as_secs_f64() / self.stead.server.as_secs_f64()
    }
}

/// AssumeRole beside constant answers and other emulators.
pub(crate) struct Cost {
    pub(crate) round: Round,
    pub(crate) emulators: Vec<(EmulatorKind, Spent)>,
}

/// Measures Stead and constant answers in turn, then the others.
pub(crate) async fn measure(
    binary: &Path,
    folder: &Path,
    emulators: &[Emulator],
    plan: &Plan,
) -> Result<Cost> {
    let folder = folder.join("assume-role");
    std::fs::create_dir(&folder)?;
    let cores = Cores::separate()?;
    let apart = cores.are_apart();
    let (stead, constant) = cores
        .for_server(|| Ok((child::durable_stead(binary, &folder)?, child::constant(&folder)?)))?;
    let addresses = Addresses { stead: stead.ready()?, constant: constant.ready()? };
    let administrator = Caller::root(addresses, &folder)?;
    let assumer = Assumer::with_policies(&administrator).await?;
    let mut requests = Requests { assumer, numbers: 0.. };
    let sample = answers(addresses.stead, requests.next(addresses.stead, "/", 1)?, 1).await?;
    let path = format!("/{}", sample.first().context("one answer")?.len());
    let mut rounds = Vec::new();
    // The first round warms up.
    for count in std::iter::once(plan.requests / 4).chain((0..plan.rounds).map(|_| plan.requests)) {
        let constant = Sent {
            process: constant.id(),
            address: addresses.constant,
            path: &path,
            closing: Closing::Fails,
            apart,
        };
        let stead = Sent {
            process: stead.id(),
            address: addresses.stead,
            path: "/",
            closing: Closing::Fails,
            apart,
        };
        let constant = constant.spend(&mut requests, count, plan.connections).await?;
        let stead = stead.spend(&mut requests, count, plan.connections).await?;
        rounds.push(Round { constant, stead });
    }
    rounds.remove(0);
    rounds.sort_by(|one, other| one.over_constant().total_cmp(&other.over_constant()));
    let round = rounds.get(rounds.len() / 2).copied().context("there is a round")?;
    drop((stead, constant));
    let mut others = Vec::new();
    for emulator in emulators {
        let (server, address) = cores.for_server(|| child::emulator(emulator, &folder))?;
        let closing = Closing::Reopens;
        let sent = Sent { process: server.id(), address, path: "/", closing, apart };
        sent.spend(&mut requests, plan.emulated.div_ceil(10), plan.connections).await?;
        let spent = sent.spend(&mut requests, plan.emulated, plan.connections).await?;
        others.push((emulator.kind, spent));
    }
    Ok(Cost { round, emulators: others })
}

/// Requests that are each made once.
struct Requests {
    assumer: Assumer,
    numbers: std::ops::RangeFrom<usize>,
}

impl Requests {
    fn next(
        &mut self,
        host: SocketAddr,
        path: &str,
        count: usize,
    ) -> Result<Vec<Request<Full<Bytes>>>> {
        let first = self.numbers.start;
        self.numbers = first + count..;
        let numbers: Range<usize> = first..first + count;
        numbers.map(|number| self.assumer.request(host, path, number)).collect()
    }
}

/// Where requests go.
struct Sent<'a> {
    process: u32,
    address: SocketAddr,
    path: &'a str,
    closing: Closing,
    /// Whether the load has processors of its own.
    apart: bool,
}

impl Sent<'_> {
    async fn spend(
        &self,
        requests: &mut Requests,
        count: usize,
        connections: u16,
    ) -> Result<Spent> {
        let requests = requests.next(self.address, self.path, count)?;
        let load = std::process::id();
        // Where they share a processor, it would take it from the server.
        let awake = self.apart.then(Awake::begin);
        let before = (processor_time(self.process)?, processor_time(load)?);
        let rate = spend_though(self.closing, self.address, requests, connections).await?;
        drop(awake);
        // What a server does after its answers counts too: events on their way to the disk.
        tokio::time::sleep(AFTERWARDS).await;
        let after = (processor_time(self.process)?, processor_time(load)?);
        let each = u32::try_from(count)?;
        Ok(Spent {
            rate,
            server: after.0.saturating_sub(before.0) / each,
            load: after.1.saturating_sub(before.1) / each,
        })
    }
}

/// How long after the last answer the server's work still counts.
const AFTERWARDS: Duration = Duration::from_millis(300);
