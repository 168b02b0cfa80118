//! How many requests a second Stead answers, and how long each takes.
//!
//! The measured server is the built binary, in a process of its own, on the
//! loopback interface. Beside it stands a second process: Stead's own HTTP
//! stack, which reads the same requests and answers with a constant body of the
//! same length. What lies between the two is what Stead itself costs: verifying,
//! deciding, sealing, encoding.
//!
//! Both share the machine with the load, so the ratio says more than the rates.
//! The stages of one call, alone and without HTTP, say where its time goes.

mod analysis;
mod assume_role;
mod child;
mod churn;
mod clock;
mod constant;
mod cores;
mod flood;
mod issuer;
mod load;
mod overload;
mod process;
mod report;
mod request;
mod sessions;
mod stages;
mod start;
mod web_identity;
mod world;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use clap::{Parser, Subcommand};

use self::child::{Emulator, EmulatorKind};
use self::load::Plan;
use self::report::Report;

/// As in the measured server.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
#[command(name = "stead-benches", about = "Load on a built server")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Measure a server beside the constant answers
    Run(Run),
    /// Measure what is asked about a large account
    Analysis {
        /// Write the numbers to this file, as a list of name, value and unit
        #[arg(long)]
        json: Option<PathBuf>,
        /// A small account: that it works, not how fast it is
        #[arg(long)]
        smoke: bool,
    },
    /// What `analysis` runs in a process of its own
    #[command(hide = true)]
    MeasureAnalysis {
        /// The exported account
        file: PathBuf,
    },
    /// What `analysis` runs in another
    #[command(hide = true)]
    MeasureAudit {
        /// The exported account
        file: PathBuf,
    },
    /// Answer every request with as many bytes as its path says
    Constant {
        /// The file that will hold the base URL
        #[arg(long)]
        ready_file: PathBuf,
    },
}

#[derive(clap::Args)]
struct Run {
    /// The server's binary
    #[arg(long)]
    stead: PathBuf,
    /// Write the numbers to this file, as a list of name, value and unit
    #[arg(long)]
    json: Option<PathBuf>,
    /// A second of everything: that it works, not how fast it is
    #[arg(long)]
    smoke: bool,
    /// Measure these parts only (may be repeated); all but the overload without it
    #[arg(long, value_enum)]
    only: Vec<Part>,
    /// moto's server, to be measured beside AssumeRole
    #[arg(long)]
    moto: Option<PathBuf>,
    /// `MiniStack`, to be measured beside AssumeRole
    #[arg(long)]
    ministack: Option<PathBuf>,
    /// How long the overload lasts
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u16).range(1..=3600))]
    overload_seconds: u16,
    /// How many connections send requests, each one after the other
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=256))]
    connections: u16,
    /// How long each of the rounds lasts
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..=60))]
    seconds: u8,
    /// How many rounds there are; the median one is reported
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..=20))]
    rounds: u8,
}

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// Signed calls beside constant answers, and the stages of one
    Calls,
    /// Calls that carry a token instead of a signature
    WebIdentity,
    /// The processor time of AssumeRole on a server as people run it
    AssumeRole,
    /// A hundred thousand sessions
    Sessions,
    /// How soon a server answers that has much in its directory
    Start,
    /// Roles that come and go, written by several clients at once
    Churn,
    /// Ten times as many requests as can be answered
    Overload,
}

impl Run {
    fn chosen(&self, part: Part) -> bool {
        match self.only.as_slice() {
            [] => self.smoke || part != Part::Overload,
            only => only.contains(&part),
        }
    }

    fn emulators(&self) -> Vec<Emulator> {
        let all = [(EmulatorKind::Moto, &self.moto), (EmulatorKind::MiniStack, &self.ministack)];
        let given = |(kind, program): (_, &Option<PathBuf>)| {
            Some(Emulator { kind, program: program.clone()? })
        };
        all.into_iter().filter_map(given).collect()
    }

    fn cost(&self) -> assume_role::Plan {
        let (connections, rounds) = (self.connections, self.rounds);
        // Processor time is counted in hundredths of a second, and events fill a file of the log
        // every some 55,000 requests, which is then compressed: in shorter rounds either shows.
        let requests = usize::from(self.seconds) * 30_000;
        match self.smoke {
            true => assume_role::Plan { connections: 4, requests: 500, rounds: 1, emulated: 20 },
            false => assume_role::Plan { connections, requests, rounds, emulated: 1_000 },
        }
    }

    const fn sessions(&self) -> sessions::Plan {
        match self.smoke {
            true => sessions::Plan { connections: 4, sessions: 200, rounds: 2 },
            false => {
                sessions::Plan { connections: self.connections, sessions: 100_000, rounds: 10 }
            }
        }
    }

    const fn churn(&self) -> churn::Plan {
        match self.smoke {
            true => churn::Plan { clients: 3, roles: 2, waves: 1, emulated_roles: 1 },
            false => churn::Plan { clients: 10, roles: 50, waves: 10, emulated_roles: 10 },
        }
    }

    fn overload(&self) -> overload::Plan {
        match self.smoke {
            true => overload::Plan {
                overload: Duration::from_secs(1),
                calm: Duration::from_millis(500),
                clients: 200,
                broken_percent: 10,
            },
            false => overload::Plan {
                overload: Duration::from_secs(self.overload_seconds.into()),
                calm: Duration::from_secs(5),
                clients: 1500,
                broken_percent: 100,
            },
        }
    }
}

/// Where the two servers listen.
#[derive(Clone, Copy)]
struct Addresses {
    stead: SocketAddr,
    constant: SocketAddr,
}

fn main() -> Result<()> {
    match Arguments::parse().command {
        Command::Analysis { json, smoke } => analysis::run(smoke, json.as_deref()),
        Command::MeasureAnalysis { file } => analysis::measure(&file),
        Command::MeasureAudit { file } => analysis::measure_audit(&file),
        Command::Constant { ready_file } => constant::run(&ready_file),
        Command::Run(run) => {
            let plan = if run.smoke {
                Plan::smoke()
            } else {
                Plan::new(run.connections, run.seconds, run.rounds)
            };
            // One thread: the server keeps the other cores.
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(measure(&run, plan))
        }
    }
}

/// Plays everything that was chosen and reports.
async fn measure(run: &Run, plan: Plan) -> Result<()> {
    child::allow_connections()?;
    let folder = child::Folder::new()?;
    let mut report = Report::default();
    if run.chosen(Part::Calls) || run.chosen(Part::WebIdentity) {
        beside_constants(run, plan, &folder, &mut report).await?;
    }
    if run.chosen(Part::Calls) {
        report.stages = stages::measure()?;
    }
    if run.chosen(Part::AssumeRole) {
        let emulators = run.emulators();
        let plan = run.cost();
        let cost = assume_role::measure(&run.stead, folder.path(), &emulators, &plan).await?;
        report.cost = Some(cost);
    }
    if run.chosen(Part::Sessions) {
        let plan = run.sessions();
        report.sessions = Some(sessions::measure(&run.stead, folder.path(), &plan).await?);
    }
    if run.chosen(Part::Start) {
        let plan = if run.smoke { start::Plan::SMOKE } else { start::Plan::FULL };
        report.start = Some(start::measure(&run.stead, folder.path(), &plan).await?);
    }
    if run.chosen(Part::Churn) {
        let (emulators, plan) = (run.emulators(), run.churn());
        report.churn = Some(churn::measure(&run.stead, folder.path(), &emulators, &plan).await?);
    }
    // After everything else: it leaves this thread on half of the processors.
    if run.chosen(Part::Overload) {
        let plan = run.overload();
        report.overload = Some(overload::measure(&run.stead, folder.path(), &plan).await?);
    }
    report.print()?;
    match &run.json {
        Some(path) => report.write(path),
        None => Ok(()),
    }
}

/// Starts both servers and plays the workloads against them.
async fn beside_constants(
    run: &Run,
    plan: Plan,
    folder: &child::Folder,
    report: &mut Report,
) -> Result<()> {
    let (stead, constant) = (
        child::stead(&run.stead, folder.path(), &child::UNLIMITED)?,
        child::constant(folder.path())?,
    );
    let addresses = Addresses { stead: stead.ready()?, constant: constant.ready()? };
    let administrator = world::Caller::root(addresses, folder.path())?;
    if run.chosen(Part::Calls) {
        for workload in world::prepare(&administrator, addresses).await? {
            report.measured.push(load::compare(&workload, &plan).await?);
        }
    }
    if run.chosen(Part::WebIdentity) {
        let tokens = plan.of_tokens();
        let (limited, flood) = web_identity::measure(&administrator, addresses, &tokens).await?;
        (report.limited, report.flood) = (limited, Some(flood));
    }
    Ok(())
}
