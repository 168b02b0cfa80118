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

mod child;
mod clock;
mod constant;
mod flood;
mod issuer;
mod load;
mod overload;
mod report;
mod request;
mod stages;
mod web_identity;
mod world;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use clap::{Parser, Subcommand};

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
    /// Only calls that carry a token instead of a signature
    #[arg(long)]
    web_identity: bool,
    /// Only ten times as many requests as can be answered
    #[arg(long, conflicts_with = "web_identity")]
    overload: bool,
    /// How long that lasts
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u16).range(1..=3600))]
    overload_seconds: u16,
    /// How many connections send requests, each one after the other
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=256))]
    connections: u16,
    /// How long each of the rounds lasts
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..=60))]
    seconds: u8,
    /// How many rounds there are; the median one is reported
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=20))]
    rounds: u8,
}

/// Where the two servers listen.
#[derive(Clone, Copy)]
struct Addresses {
    stead: SocketAddr,
    constant: SocketAddr,
}

fn main() -> Result<()> {
    match Arguments::parse().command {
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
    let mut report = match run.overload {
        true => Report::default(),
        false => beside_constants(run, plan, &folder).await?,
    };
    // After everything else: it leaves this thread on half of the processors.
    if run.overload {
        let plan = match run.smoke {
            true => overload::Plan {
                overload: Duration::from_secs(1),
                calm: Duration::from_millis(500),
                clients: 200,
                broken_percent: 10,
            },
            false => overload::Plan {
                overload: Duration::from_secs(run.overload_seconds.into()),
                calm: Duration::from_secs(5),
                clients: 1500,
                broken_percent: 100,
            },
        };
        report.overload = Some(overload::measure(&run.stead, folder.path(), &plan).await?);
    }
    report.print()?;
    match &run.json {
        Some(path) => report.write(path),
        None => Ok(()),
    }
}

/// Starts both servers and plays the workloads against them.
async fn beside_constants(run: &Run, plan: Plan, folder: &child::Folder) -> Result<Report> {
    let (stead, constant) = (
        child::stead(&run.stead, folder.path(), &child::UNLIMITED)?,
        child::constant(folder.path())?,
    );
    let addresses = Addresses { stead: stead.ready()?, constant: constant.ready()? };
    let administrator = world::Caller::root(addresses, folder.path())?;
    let mut measured = Vec::new();
    if !run.web_identity {
        for workload in world::prepare(&administrator, addresses).await? {
            measured.push(load::compare(&workload, &plan).await?);
        }
    }
    let tokens = plan.of_tokens();
    let (limited, flood) = web_identity::measure(&administrator, addresses, &tokens).await?;
    let (flood, stages) = (Some(flood), stages::measure()?);
    Ok(Report { measured, limited, flood, stages, overload: None })
}
