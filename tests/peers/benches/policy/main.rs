//! How long a decision takes, beside Cedar and beside iam-simulate.
//!
//! Every engine starts from policies that it has read beforehand and from the
//! request's text, and is asked by turns for an allow, an implicit and an explicit
//! deny. Before anything is measured all of them must decide as expected.
//! `benches/README.md` says what the sets are and how they were said in Cedar.

mod cedar;
mod clock;
mod effort;
mod figures;
mod ours;
mod question;
mod sets;
mod simulate;
mod statement;

use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};
use stead_policy::Decision;

use crate::cedar::Cedar;
use crate::clock::Clock;
use crate::effort::Effort;
use crate::figures::{Bar, Figure};
use crate::ours::Ours;
use crate::sets::Set;

fn main() -> Result<()> {
    let arguments = Arguments::read()?;
    let figures = measure(&arguments)?;
    figures::print(&figures);
    if let Some(path) = &arguments.json {
        figures::write(path, &figures)?;
    }
    let missed = figures.iter().filter(|figure| !figure.met()).count();
    ensure!(missed == 0 || !arguments.check, "{missed} bars are not met");
    Ok(())
}

/// What can be given on the command line.
struct Arguments {
    effort: Effort,
    json: Option<PathBuf>,
    /// Fail when a bar is not met.
    check: bool,
    /// Where the harness keeps its samples.
    work: PathBuf,
}

impl Arguments {
    fn read() -> Result<Self> {
        let mut read = Self {
            effort: Effort::FULL,
            json: None,
            check: false,
            work: std::env::temp_dir().join("stead-bench-policy"),
        };
        let mut given = std::env::args_os().skip(1);
        while let Some(argument) = given.next() {
            let mut path = || given.next().map(PathBuf::from).context("a path is missing");
            match argument.to_str() {
                // Cargo says so to every bench.
                Some("--bench") => {}
                Some("--smoke" | "--test") => read.effort = Effort::SMOKE,
                Some("--check") => read.check = true,
                Some("--json") => read.json = Some(path()?),
                Some("--work") => read.work = path()?,
                _ => bail!("unknown argument `{}`", argument.display()),
            }
        }
        Ok(read)
    }
}

/// How many policies the principal has.
const SIZES: [usize; 4] = [1, 10, 100, 1_000];

/// How many policies are compiled at once: few, so that a sample stays short.
const BATCH: usize = 20;

/// A set, and the engines that have read it.
struct Contest {
    name: String,
    set: Set,
    ours: Ours,
    cedar: Cedar,
}

impl Contest {
    /// Ready once both engines decide everything as expected.
    fn new(name: String, set: Set) -> Self {
        let (ours, cedar) = (Ours::new(&set), Cedar::new(&set));
        for question in &set.questions {
            assert_eq!(ours.decide(question), question.expected, "ours: {question:?}");
            assert_eq!(ours.decide_traced(question), question.expected, "traced: {question:?}");
            let allowed = cedar.decide_soundly(question) == cedar_policy::Decision::Allow;
            assert_eq!(allowed, question.expected == Decision::Allow, "cedar: {question:?}");
        }
        Self { name, set, ours, cedar }
    }

    fn measure(&self, clock: &mut Clock) -> Result<()> {
        let (name, questions) = (&self.name, &self.set.questions);
        clock.take_turns(name, questions, |question| self.ours.decide(question))?;
        clock.take_turns(&format!("{name}.cedar"), questions, |one| self.cedar.decide(one))?;
        let prepared = questions.map(|question| self.cedar.prepare(&question));
        clock.take_turns(&format!("{name}.cedar_prepared"), &prepared, |one| {
            self.cedar.authorize_prepared(one)
        })?;
        clock.take_turns(&format!("{name}.traced"), questions, |one| self.ours.decide_traced(one))
    }
}

/// Measures everything in rounds, so that what is compared was measured at about the
/// same times.
fn measure(arguments: &Arguments) -> Result<Vec<Figure>> {
    let usual = SIZES.map(|count| Contest::new(format!("evaluate_{count}"), Set::usual(count)));
    let unindexed = Contest::new("unindexed_1000".to_owned(), Set::unindexed(1_000));
    let [one, .., thousand] = &usual;
    let texts = ours::texts(&thousand.set);
    let policies = ours::compile(&texts);
    let mut clock = Clock::new(&arguments.work, arguments.effort);
    for _ in 0..arguments.effort.rounds {
        for contest in usual.iter().chain([&unindexed]) {
            contest.measure(&mut clock)?;
        }
        let mut batches = texts.chunks(BATCH).cycle();
        clock.call("compile", || batches.next().map(ours::compile))?;
        clock.call("index_1000", || ours::index(&policies))?;
        clock.note("simulate", simulate::median(&one.set, &arguments.effort)?);
    }
    let bytes: usize = texts.iter().map(String::len).sum();
    let bytes_of_batch = bytes as f64 / texts.len().div_ceil(BATCH) as f64;
    Ok([
        compared(&clock)?,
        traced(&clock, thousand.ours.statement_count())?,
        prepared(&clock, bytes_of_batch)?,
    ]
    .concat())
}

/// Decisions beside the other engines', and beside each other.
fn compared(clock: &Clock) -> Result<Vec<Figure>> {
    let ratio = |name: &str, ours: &str, theirs: &str, bar: Option<f64>| -> Result<Figure> {
        let (ours, theirs) = (clock.median(ours)?, clock.median(theirs)?);
        Ok(Figure::ratio(name, ours, theirs, bar.map(Bar::AtMost)))
    };
    let bars = [1.0 / 3.0, 1.0 / 3.0, 1.0 / 20.0, 1.0 / 100.0];
    let beside_cedar = SIZES.iter().zip(bars).map(|(count, bar)| {
        let name = format!("evaluate_{count}");
        ratio(&format!("policy.{name}.over_cedar"), &name, &format!("{name}.cedar"), Some(bar))
    });
    let unindexed = "unindexed_1000";
    let rest = [
        ratio("policy.evaluate_1.over_iam_simulate", "evaluate_1", "simulate", Some(1.0 / 300.0)),
        ratio("policy.evaluate_1000.over_evaluate_10", "evaluate_1000", "evaluate_10", Some(3.0)),
        ratio("policy.unindexed_1000.over_cedar", unindexed, "unindexed_1000.cedar", None),
        // Ours from the request's text, theirs with all of it made ready beforehand.
        ratio(
            "policy.evaluate_1.over_cedar_prepared",
            "evaluate_1",
            "evaluate_1.cedar_prepared",
            None,
        ),
        ratio(
            "policy.evaluate_10.over_cedar_prepared",
            "evaluate_10",
            "evaluate_10.cedar_prepared",
            None,
        ),
    ];
    beside_cedar.chain(rest).collect()
}

/// What it costs to be told why.
fn traced(clock: &Clock, statements: usize) -> Result<Vec<Figure>> {
    let over = |name: &str, count: usize| -> Result<Figure> {
        let untraced = clock.median(&format!("evaluate_{count}"))?;
        let traced = clock.median(&format!("evaluate_{count}.traced"))?;
        Ok(Figure::ratio(name, traced, untraced, Some(Bar::AtMost(4.0))))
    };
    let each = clock.median("evaluate_1000.traced")? / statements as f64;
    let bar = Some(Bar::AtMost(1_000.0));
    Ok(vec![
        over("policy.trace.over_untraced", 1)?,
        over("policy.trace_10.over_untraced", 10)?,
        Figure::plain("policy.trace_1000.ns_per_statement", each, "ns", bar),
    ])
}

/// What it costs to read policies, on one thread.
fn prepared(clock: &Clock, bytes_of_batch: f64) -> Result<Vec<Figure>> {
    let rate = bytes_of_batch / clock.median("compile")? * 1_000.0;
    let index = clock.median("index_1000")? / 1_000_000.0;
    Ok(vec![
        Figure::plain("policy.compile.mb_per_second", rate, "MB/s", Some(Bar::AtLeast(20.0))),
        Figure::plain("policy.index_1000.ms", index, "ms", None),
    ])
}
