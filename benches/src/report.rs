//! What was measured, for people and for machines.

mod durable;

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::assume_role::Cost;
use crate::churn::Churn;
use crate::flood::Flood;
use crate::overload::{NORMAL_WITHIN, Overload, SLOWER_MAX, Step};
use crate::sessions::Sessions;
use crate::stages::Stage;
use crate::start::{Details, FIRST_ANSWER_MAX, GROWTH_MAX, RESIDENT_MAX, Start};
use crate::web_identity::Limited;

/// One round: how many requests a second, and how long they took.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rate {
    per_second: f64,
    p50: Duration,
    p99: Duration,
}

impl Rate {
    pub(crate) fn of(mut latencies: Vec<Duration>, elapsed: Duration) -> Result<Self> {
        latencies.sort_unstable();
        let count = u32::try_from(latencies.len())?;
        Ok(Self {
            per_second: f64::from(count) / elapsed.as_secs_f64(),
            p50: percentile(&latencies, 50)?,
            p99: percentile(&latencies, 99)?,
        })
    }

    pub(crate) const fn per_second(&self) -> f64 {
        self.per_second
    }

    /// What half of the requests did not exceed.
    pub(crate) const fn median_latency(&self) -> Duration {
        self.p50
    }

    /// Halfway between two.
    pub(crate) fn mean(self, other: Self) -> Self {
        Self {
            per_second: f64::midpoint(self.per_second, other.per_second),
            p50: (self.p50 + other.p50) / 2,
            p99: (self.p99 + other.p99) / 2,
        }
    }

    /// The round whose rate is in the middle.
    pub(crate) fn median(mut rounds: Vec<Self>) -> Result<Self> {
        rounds.sort_by(|one, other| one.per_second.total_cmp(&other.per_second));
        rounds.get(rounds.len() / 2).copied().context("there is a round")
    }
}

/// The smallest latency that `percent` of a sorted list do not exceed.
pub(crate) fn percentile(sorted: &[Duration], percent: usize) -> Result<Duration> {
    let rank = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(rank).copied().context("no request was answered")
}

/// A workload's rate beside its baseline's.
pub(crate) struct Measured {
    pub(crate) name: &'static str,
    pub(crate) baseline: Rate,
    pub(crate) rate: Rate,
}

impl Measured {
    fn ratio(&self) -> f64 {
        self.rate.per_second / self.baseline.per_second
    }

    /// The name, value and unit of each number.
    fn numbers(&self) -> Vec<Value> {
        let number = |name: &str, value: f64, unit: &str| json!({ "name": format!("{}.{name}", self.name), "value": value, "unit": unit });
        let milliseconds = |duration: Duration| duration.as_secs_f64() * 1000.0;
        vec![
            number("rate", self.rate.per_second, "requests/s"),
            number("p50", milliseconds(self.rate.p50), "ms"),
            number("p99", milliseconds(self.rate.p99), "ms"),
            number("baseline.rate", self.baseline.per_second, "requests/s"),
            number("baseline.p50", milliseconds(self.baseline.p50), "ms"),
            number("baseline.p99", milliseconds(self.baseline.p99), "ms"),
            number("ratio", self.ratio(), "of baseline"),
        ]
    }
}

/// Everything that was measured.
#[derive(Default)]
pub(crate) struct Report {
    pub(crate) measured: Vec<Measured>,
    pub(crate) limited: Vec<Limited>,
    pub(crate) flood: Option<Flood>,
    pub(crate) stages: Vec<Stage>,
    pub(crate) cost: Option<Cost>,
    pub(crate) sessions: Option<Sessions>,
    pub(crate) start: Option<Start>,
    pub(crate) churn: Option<Churn>,
    pub(crate) overload: Option<Overload>,
}

impl Report {
    /// Prints what was measured, and nothing of the rest.
    pub(crate) fn print(&self) -> Result<()> {
        if let Some(start) = &self.start {
            start.print();
        }
        if !self.measured.is_empty() || !self.limited.is_empty() {
            self.print_rates();
        }
        if let Some(cost) = &self.cost {
            cost.print();
        }
        if let Some(sessions) = &self.sessions {
            sessions.print();
        }
        if let Some(churn) = &self.churn {
            churn.print();
        }
        match &self.overload {
            Some(overload) => overload.print(),
            None => Ok(()),
        }
    }

    #[expect(clippy::print_stdout, reason = "the table is this program's result")]
    fn print_rates(&self) {
        println!("{:<36} {:>12} {:>9} {:>9} {:>7}", "", "requests/s", "p50 us", "p99 us", "ratio");
        for one in &self.measured {
            print_line(one.name, one.rate, &format!("{:>6.1}%", one.ratio() * 100.0));
            print_line("  same stack, constant answer", one.baseline, "");
        }
        for Limited { name, round, cores } in &self.limited {
            print_line(name, round.rate, "");
            print_line("  same stack, constant answer", round.baseline, "");
            let verification = microseconds(round.verification);
            println!("  one verification alone: {verification:.1} us, on {cores} cores at once");
            println!("  of the limit of {:.0}: {:.3}", round.limit(), round.over_limit());
        }
        self.print_flood();
        if !self.stages.is_empty() {
            println!("\n{:<36} {:>12}", "one AssumeRole, without HTTP", "us");
        }
        for stage in &self.stages {
            println!("  {:<34} {:>12.1}", stage.name, microseconds(stage.time));
        }
    }

    #[expect(clippy::print_stdout, reason = "the table is this program's result")]
    fn print_flood(&self) {
        let Some(flood) = &self.flood else { return };
        let round = &flood.round;
        print_line("good tokens, calm", round.calm, "");
        let ratio = format!("{:>6.1}%", round.over_calm() * 100.0);
        print_line("good tokens under the flood", round.flooded, &ratio);
        println!(
            "  {:.0} tokens of unknown keys a second, {} in all, {} sent away; {} fetches in {:.0} s",
            flood.per_second(),
            flood.sent,
            flood.sent_away,
            flood.fetches,
            flood.since.as_secs_f64()
        );
    }

    /// Writes every number with its name and unit.
    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        let stage = |stage: &Stage| {
            let name = format!("stage.{}", stage.name);
            json!({ "name": name, "value": microseconds(stage.time), "unit": "us" })
        };
        let numbers = self.measured.iter().flat_map(Measured::numbers);
        let numbers = numbers.chain(self.limited.iter().flat_map(Limited::numbers));
        let numbers = numbers.chain(self.flood.iter().flat_map(Flood::numbers));
        let mut numbers: Vec<_> = numbers.chain(self.stages.iter().map(stage)).collect();
        numbers.extend(self.cost.iter().flat_map(Cost::numbers));
        numbers.extend(self.sessions.iter().flat_map(Sessions::numbers));
        numbers.extend(self.start.iter().flat_map(Start::numbers));
        numbers.extend(self.churn.iter().flat_map(Churn::numbers));
        if let Some(overload) = &self.overload {
            numbers.append(&mut overload.numbers()?);
        }
        let text = serde_json::to_string_pretty(&numbers)?;
        std::fs::write(path, text + "\n").with_context(|| path.display().to_string())
    }
}

impl Limited {
    fn numbers(&self) -> Vec<Value> {
        let number = |name: &str, value: f64, unit: &str| json!({ "name": format!("{}.{name}", self.name), "value": value, "unit": unit });
        let round = &self.round;
        vec![
            number("rate", round.rate.per_second, "requests/s"),
            number("baseline.rate", round.baseline.per_second, "requests/s"),
            number("verification", microseconds(round.verification), "us"),
            number("limit", round.limit(), "requests/s"),
            number("over_limit", round.over_limit(), "of the limit"),
        ]
    }
}

impl Flood {
    /// Foreign tokens a second while the flood lasted.
    fn per_second(&self) -> f64 {
        let sent = u32::try_from(self.sent).unwrap_or(u32::MAX);
        f64::from(sent) / self.lasted.as_secs_f64()
    }

    fn numbers(&self) -> Vec<Value> {
        let fetches = u32::try_from(self.fetches).unwrap_or(u32::MAX);
        let number = |name: &str, value: f64, unit: &str| json!({ "name": format!("http.web_identity_flood.{name}"), "value": value, "unit": unit });
        vec![
            number("calm.rate", self.round.calm.per_second, "requests/s"),
            number("rate", self.round.flooded.per_second, "requests/s"),
            number("over_calm", self.round.over_calm(), "of calm"),
            number("unknown_kids", self.per_second(), "requests/s"),
            number("fetches", f64::from(fetches), "fetches"),
            number("seconds", self.since.as_secs_f64(), "s"),
        ]
    }
}

impl Overload {
    #[expect(clippy::print_stdout, reason = "the table is this program's result")]
    fn print(&self) -> Result<()> {
        let (loaded, calm) = (&self.loaded, &self.calm);
        let cores = if self.apart { "cores of its own" } else { "the same cores as the load" };
        println!("overload: AssumeRole, the server on {cores}");
        println!("  {:.0} answers/s when nothing else is asked", self.capacity);
        println!(
            "  {:.0} requests/s due for {} s: {} answered right, {} refused, {} closed, {} held off, {} wrong",
            self.offered(),
            self.lasted.as_secs(),
            loaded.right.len(),
            loaded.refused,
            loaded.closed,
            loaded.held_off,
            loaded.wrong.len(),
        );
        for (name, seen) in [("calm", calm), ("overloaded", loaded)] {
            let [p50, p99] = [50, 99].map(|percent| seen.percentile(percent));
            println!("  {name}: p50 {} us, p99 {} us", p50?.as_micros(), p99?.as_micros());
        }
        println!("  p99 over the calm one: {:.2} (at most {SLOWER_MAX})", self.slower()?);
        let [before, highest, after] = self.memory.map(mebibytes);
        println!("  memory: {before:.1} MiB before, {highest:.1} at the most, {after:.1} after");
        match self.normal_after {
            Some(after) => {
                println!("  normal after {} ms (at most {NORMAL_WITHIN:?})", after.as_millis())
            }
            None => println!("  not normal again"),
        }
        for step in self.troubled.iter().rev().take(TROUBLED_SHOWN).rev() {
            let Step { at, refused, closed, held_off, slow } = step;
            let (at, slow) = (at.as_millis(), slow.unwrap_or_default().as_micros());
            println!(
                "    not at {at} ms: {refused} refused, {closed} closed, {held_off} held off, p90 {slow} us"
            );
        }
        for (name, opened) in &self.broken {
            println!("  {name}: {opened} connections");
        }
        Ok(())
    }

    fn numbers(&self) -> Result<Vec<Value>> {
        let number = |name: &str, value: f64, unit: &str| json!({ "name": format!("http.overload.{name}"), "value": value, "unit": unit });
        let [before, highest, after] = self.memory.map(mebibytes);
        let seen = &self.loaded;
        let count = |count: u64| count as f64;
        let normal = self.normal_after.map_or(f64::MAX, |after| after.as_secs_f64() * 1000.0);
        Ok(vec![
            number("capacity", self.capacity, "requests/s"),
            number("offered", self.offered(), "requests/s"),
            number("right", seen.right.len() as f64, "answers"),
            number("refused", count(seen.refused), "answers"),
            number("closed", count(seen.closed), "connections"),
            number("held_off", count(seen.held_off), "requests"),
            number("wrong", seen.wrong.len() as f64, "answers"),
            number("calm.p99", microseconds(self.calm.percentile(99)?), "us"),
            number("p99", microseconds(seen.percentile(99)?), "us"),
            number("p99.over_calm", self.slower()?, "of calm"),
            number("memory.before", before, "MiB"),
            number("memory.max", highest, "MiB"),
            number("memory.after", after, "MiB"),
            number("normal_after", normal, "ms"),
        ])
    }
}

/// How many steps that were not normal are shown, the last ones.
const TROUBLED_SHOWN: usize = 12;

impl Start {
    #[expect(clippy::print_stdout, reason = "the table is this program's result")]
    fn print(&self) {
        let first = self.first_answer.as_millis();
        println!("start on a directory with {} roles", self.roles);
        println!("  first answer after {first} ms (at most {FIRST_ANSWER_MAX:?})");
        let [resident, all_used] = [self.resident, self.resident_all_used].map(mebibytes);
        println!("  {resident:.1} MiB then (at most {RESIDENT_MAX}), {all_used:.1} with all used");
        let Details { pages, took, longest, before, highest } = &self.details;
        let [longest, before, highest] = [*longest as u64, *before, *highest].map(mebibytes);
        let took = took.as_secs_f64();
        println!("  all details in {pages} pages, the longest of {longest:.1} MiB, in {took:.1} s");
        let growth = highest - before;
        println!("  {growth:.1} MiB more than before at the most (at most {GROWTH_MAX})");
        for (used, bytes) in &self.by_accounts {
            println!("  {:.1} MiB with {used} accounts used", mebibytes(*bytes));
        }
    }

    fn numbers(&self) -> Vec<Value> {
        let number = |name: &str, value: f64, unit: &str| json!({ "name": format!("start.{name}"), "value": value, "unit": unit });
        let mut numbers = vec![
            number("first_answer", self.first_answer.as_secs_f64() * 1000.0, "ms"),
            number("resident", mebibytes(self.resident), "MiB"),
            number("resident_all_used", mebibytes(self.resident_all_used), "MiB"),
            number("details", self.details.took.as_secs_f64(), "s"),
            number("details.longest", mebibytes(self.details.longest as u64), "MiB"),
            number(
                "details.growth",
                mebibytes(self.details.highest) - mebibytes(self.details.before),
                "MiB",
            ),
        ];
        for (used, bytes) in &self.by_accounts {
            numbers.push(number(&format!("accounts_{used}.resident"), mebibytes(*bytes), "MiB"));
        }
        numbers
    }
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

#[expect(clippy::print_stdout, reason = "the table is this program's result")]
fn print_line(name: &str, rate: Rate, ratio: &str) {
    let (p50, p99) = (rate.p50.as_micros(), rate.p99.as_micros());
    println!("{name:<36} {:>12.0} {p50:>9} {p99:>9} {ratio:>7}", rate.per_second);
}

fn microseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_answers_that_happened() {
        let sorted: Vec<_> = (1..=200).map(Duration::from_micros).collect();
        assert_eq!(percentile(&sorted, 50).unwrap(), Duration::from_micros(100));
        assert_eq!(percentile(&sorted, 99).unwrap(), Duration::from_micros(198));
        assert_eq!(percentile(&sorted[..1], 99).unwrap(), Duration::from_micros(1));
        assert!(percentile(&[], 50).is_err());
    }

    #[test]
    fn the_median_round_counts() {
        let round = |per_second| Rate { per_second, p50: Duration::ZERO, p99: Duration::ZERO };
        let rounds = vec![round(3.0), round(1.0), round(2.0)];
        assert_eq!(Rate::median(rounds).unwrap(), round(2.0));
        assert!(Rate::median(Vec::new()).is_err());
    }
}
