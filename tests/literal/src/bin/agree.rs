//! Compares the two evaluations over a range of seeds.
//!
//!     agree --seeds FROM..TO [--jobs N] [--statistics]
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test's own ground"
)]

use std::ops::Range;
use std::process::ExitCode;
use std::time::Instant;

use stead_literal::generate::{self, Case, QUESTIONS, ResourceDocument};
use stead_literal::statistics::Statistics;
use stead_literal::{agree, shrink};

const USAGE: &str = "usage: agree --seeds FROM..TO [--jobs N] [--statistics]";

struct Arguments {
    seeds: Range<u64>,
    jobs: u64,
    statistics: bool,
}

fn main() -> ExitCode {
    let Some(arguments) = arguments() else {
        println!("{USAGE}");
        return ExitCode::from(2);
    };
    let began = Instant::now();
    let failed = run(&arguments);
    let sets = arguments.seeds.end - arguments.seeds.start;
    if let Some(seed) = failed {
        println!("seed {seed}: the evaluations disagree");
        show(&generate::of_seed(seed));
        return ExitCode::FAILURE;
    }
    let seconds = began.elapsed().as_secs_f64();
    let pairs = sets * u64::try_from(QUESTIONS).expect("a small number");
    #[expect(clippy::cast_precision_loss, reason = "a rate, for people")]
    let rate = pairs as f64 / seconds;
    println!(
        "{pairs} pairs over {sets} sets of documents agree: {seconds:.0} s, {rate:.0} pairs/s"
    );
    if arguments.statistics {
        println!("{}", statistics(arguments.seeds));
    }
    ExitCode::SUCCESS
}

fn arguments() -> Option<Arguments> {
    let mut arguments = Arguments { seeds: 0..0, jobs: 1, statistics: false };
    let mut given = std::env::args().skip(1);
    while let Some(name) = given.next() {
        match name.as_str() {
            "--seeds" => {
                let value = given.next()?;
                let (from, to) = value.split_once("..")?;
                arguments.seeds = from.parse().ok()?..to.parse().ok()?;
            }
            "--jobs" => arguments.jobs = given.next()?.parse().ok().filter(|jobs| *jobs > 0)?,
            "--statistics" => arguments.statistics = true,
            _ => return None,
        }
    }
    Some(arguments).filter(|arguments| !arguments.seeds.is_empty())
}

/// The first seed at which the evaluations disagree; each job takes every so-manieth.
fn run(arguments: &Arguments) -> Option<u64> {
    let job = |number: u64| {
        let mut seeds = arguments.seeds.clone().filter(|seed| seed % arguments.jobs == number);
        seeds.find(|seed| {
            // A panic of the compiled evaluation is a disagreement too.
            let checked = std::panic::catch_unwind(|| agree::check(&generate::of_seed(*seed)));
            !matches!(checked, Ok(Ok(_)))
        })
    };
    std::thread::scope(|scope| {
        let jobs: Vec<_> =
            (0..arguments.jobs).map(|number| scope.spawn(move || job(number))).collect();
        jobs.into_iter().filter_map(|job| job.join().expect("a job that ends")).min()
    })
}

fn statistics(seeds: Range<u64>) -> Statistics {
    let mut statistics = Statistics::default();
    for seed in seeds {
        let case = generate::of_seed(seed);
        let answers = agree::check(&case).expect("it agreed before");
        statistics.add(&case, &agree::read(&case.documents), &answers);
    }
    statistics
}

/// The smallest case that still disagrees, and both answers.
fn show(case: &Case) {
    let Some((case, found)) = shrink::smallest(case) else { return };
    let documents = &case.documents;
    for (layer, texts) in [
        ("identity", documents.identity.as_slice()),
        ("boundary", documents.boundary.as_slice()),
        ("session", documents.session.as_deref().unwrap_or_default()),
        ("resource control", documents.resource_control.as_slice()),
    ] {
        texts.iter().for_each(|text| println!("{layer}: {text}"));
    }
    for (level, texts) in documents.service_control.iter().enumerate() {
        texts.iter().for_each(|text| println!("service control, level {level}: {text}"));
    }
    match &documents.resource {
        ResourceDocument::None => {}
        ResourceDocument::Trust(text) => println!("trust: {text}"),
        ResourceDocument::Resource(text) => println!("resource: {text}"),
    }
    println!("session policies passed: {}", documents.session.is_some());
    println!("{:#?}", case.questions[0]);
    println!("literal: {:#?}", found.literal);
    println!("{}: {:#?}", found.who, found.compiled);
}
