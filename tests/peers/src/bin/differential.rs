//! The whole comparison, as README.md records it:
//!
//!     differential [--generated N] [--real-world N] [--cedar N] [--first SEED]

use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use stead_peers::compare::{self, Report};
use stead_peers::random::Random;
use stead_peers::simulate::Simulator;
use stead_peers::{cedar, documents, generate, real_world};

struct Arguments {
    generated: u64,
    real_world: u64,
    cedar: u64,
    first: u64,
}

fn arguments() -> Result<Arguments> {
    let mut found = Arguments { generated: 100_000, real_world: 60_000, cedar: 50_000, first: 0 };
    let mut given = std::env::args().skip(1);
    while let Some(name) = given.next() {
        let number = given.next().with_context(|| format!("{name} needs a number"))?.parse()?;
        match name.as_str() {
            "--generated" => found.generated = number,
            "--real-world" => found.real_world = number,
            "--cedar" => found.cedar = number,
            "--first" => found.first = number,
            _ => bail!("no argument `{name}`"),
        }
    }
    Ok(found)
}

fn main() -> Result<ExitCode> {
    let arguments = arguments()?;
    let seeds = |count: u64| arguments.first..arguments.first + count;
    let mut simulator = Simulator::start()?;

    let generated = seeds(arguments.generated).map(generate::case);
    let generated = compare::run(&mut simulator, generated)?;
    show("generated", &generated)?;

    let written = documents::managed_policies()?;
    let about = |seed| {
        let at = Random::new(seed).below(written.len());
        real_world::case(&written[at].document, seed)
    };
    println!("real-world documents: {}", written.len());
    let real_world = compare::run(&mut simulator, seeds(arguments.real_world).map(about))?;
    show("real-world", &real_world)?;

    let translated = cedar::compare(seeds(arguments.cedar))?;
    println!("cedar: {} asked, {} agreed", translated.asked, translated.agreements());
    for (answer, count) in &translated.agreed {
        println!("{count:8} {answer:?}");
    }
    for (case, why) in translated.unexplained.iter().take(20) {
        println!("{why}: {}", serde_json::to_string(case)?);
    }
    let clean = [generated, real_world, translated]
        .iter()
        .all(|report| report.unexplained.is_empty() && report.refused.is_empty());
    Ok(if clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn show(name: &str, report: &Report) -> Result<()> {
    let disagreements = report.asked - report.agreements();
    println!(
        "{name}: {} asked, {} agreed, {disagreements} disagreed, {} of them of several classes",
        report.asked,
        report.agreements(),
        report.combined
    );
    for (answer, count) in &report.agreed {
        println!("{count:8} {answer:?}");
    }
    for (class, count) in &report.classes {
        println!("{count:8} {class}");
    }
    for (why, count) in &report.refused {
        println!("{count:8} refused: {why}");
    }
    println!("{:8} unexplained", report.unexplained.len());
    for (case, why) in report.unexplained.iter().take(20) {
        println!("{why}: {}", serde_json::to_string(case)?);
    }
    Ok(())
}
