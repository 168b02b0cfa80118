//! A hundred thousand sessions used in turn, beside a server that has just started: a
//! session that was never seen, and the many before it, must cost nothing more.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::Result;
use http::Request;
use http_body_util::Full;
use hyper::body::Bytes;

use crate::Addresses;
use crate::child::{self, Server};
use crate::load::{answers, spend};
use crate::process::resident;
use crate::report::Rate;
use crate::request::Keys;
use crate::world::{Assumer, Caller, session_keys, who_am_i};

/// How much is sent.
pub(crate) struct Plan {
    pub(crate) connections: u16,
    /// Sessions that are issued, each used once.
    pub(crate) sessions: usize,
    /// Rounds in which they are used.
    pub(crate) rounds: usize,
}

/// Sessions of the server that has just started, each used many times.
const FEW: usize = 512;

/// What was seen.
pub(crate) struct Sessions {
    pub(crate) issued: usize,
    /// The median rounds: of the many sessions, and of the few of the fresh server.
    pub(crate) many: Rate,
    pub(crate) few: Rate,
    /// Resident bytes of the server with many, before they were issued and at the end.
    pub(crate) memory: [u64; 2],
}

impl Sessions {
    /// The median latency of many sessions, of that of few.
    pub(crate) fn over_fresh(&self) -> f64 {
        self.many.median_latency().as_secs_f64() / self.few.median_latency().as_secs_f64()
    }
}

/// A server with somebody who assumes its role.
struct Issuing {
    server: Server,
    address: SocketAddr,
    assumer: Assumer,
}

impl Issuing {
    async fn start(binary: &Path, folder: &Path, name: &str) -> Result<Self> {
        let folder = folder.join(name);
        std::fs::create_dir(&folder)?;
        let server = child::durable_stead(binary, &folder)?;
        let address = server.ready()?;
        let administrator = Caller::root(Addresses { stead: address, constant: address }, &folder)?;
        Ok(Self { assumer: Assumer::with_policies(&administrator).await?, server, address })
    }

    async fn issue(&self, count: usize, connections: u16) -> Result<Vec<Keys>> {
        let requests = (0..count).map(|number| self.assumer.request(self.address, "/", number));
        let answers = answers(self.address, requests.collect::<Result<_>>()?, connections).await?;
        answers.iter().map(|answer| session_keys(std::str::from_utf8(answer)?)).collect()
    }

    fn using(&self, sessions: &[Keys], count: usize) -> Result<Vec<Request<Full<Bytes>>>> {
        let sessions = sessions.iter().cycle().take(count).enumerate();
        sessions.map(|(number, keys)| who_am_i(keys, self.address, number)).collect()
    }
}

/// Alternates between many sessions and a fresh server's few.
pub(crate) async fn measure(binary: &Path, folder: &Path, plan: &Plan) -> Result<Sessions> {
    let old = Issuing::start(binary, folder, "many-sessions").await?;
    // Warm, so that growth is that of sessions.
    let share = plan.sessions.div_ceil(plan.rounds);
    let warm = old.issue(FEW, plan.connections).await?;
    spend(old.address, old.using(&warm, share)?, plan.connections).await?;
    let before = resident(old.server.id())?;
    let many = old.issue(plan.sessions, plan.connections).await?;
    let fresh = Issuing::start(binary, folder, "few-sessions").await?;
    let few = fresh.issue(FEW, plan.connections).await?;
    spend(fresh.address, fresh.using(&few, share)?, plan.connections).await?;
    let (mut used, mut beside) = (Vec::new(), Vec::new());
    for sessions in many.chunks(share) {
        let count = sessions.len();
        let requests = (old.using(sessions, count)?, fresh.using(&few, count)?);
        used.push(spend(old.address, requests.0, plan.connections).await?);
        beside.push(spend(fresh.address, requests.1, plan.connections).await?);
    }
    let memory = [before, resident(old.server.id())?];
    let (many, few) = (Rate::median(used)?, Rate::median(beside)?);
    Ok(Sessions { issued: plan.sessions, many, few, memory })
}
