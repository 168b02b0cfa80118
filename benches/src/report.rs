//! What was measured, for people and for machines.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::stages::Stage;

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

    /// The round whose rate is in the middle.
    pub(crate) fn median(mut rounds: Vec<Self>) -> Result<Self> {
        rounds.sort_by(|one, other| one.per_second.total_cmp(&other.per_second));
        rounds.get(rounds.len() / 2).copied().context("there is a round")
    }
}

/// The smallest latency that `percent` of a sorted list do not exceed.
fn percentile(sorted: &[Duration], percent: usize) -> Result<Duration> {
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

#[expect(clippy::print_stdout, reason = "the table is this program's result")]
pub(crate) fn print(measured: &[Measured], stages: &[Stage]) {
    println!("{:<36} {:>12} {:>9} {:>9} {:>7}", "", "requests/s", "p50 us", "p99 us", "ratio");
    for one in measured {
        print_line(one.name, one.rate, &format!("{:>6.1}%", one.ratio() * 100.0));
        print_line("  same stack, constant answer", one.baseline, "");
    }
    println!("\n{:<36} {:>12}", "one AssumeRole, without HTTP", "us");
    for stage in stages {
        println!("  {:<34} {:>12.1}", stage.name, microseconds(stage.time));
    }
}

#[expect(clippy::print_stdout, reason = "the table is this program's result")]
fn print_line(name: &str, rate: Rate, ratio: &str) {
    let (p50, p99) = (rate.p50.as_micros(), rate.p99.as_micros());
    println!("{name:<36} {:>12.0} {p50:>9} {p99:>9} {ratio:>7}", rate.per_second);
}

fn microseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000_000.0
}

pub(crate) fn write(path: &Path, measured: &[Measured], stages: &[Stage]) -> Result<()> {
    let stage = |stage: &Stage| {
        let name = format!("stage.{}", stage.name);
        json!({ "name": name, "value": microseconds(stage.time), "unit": "us" })
    };
    let numbers = measured.iter().flat_map(Measured::numbers).chain(stages.iter().map(stage));
    let numbers: Vec<_> = numbers.collect();
    let text = serde_json::to_string_pretty(&numbers)?;
    std::fs::write(path, text + "\n").with_context(|| path.display().to_string())
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
