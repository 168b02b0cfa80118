//! The harness, and the medians it found.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use criterion::{Criterion, SamplingMode};
use serde_json::Value;

use crate::effort::Effort;

const GROUP: &str = "policy";

/// Only the median is read, none of what is estimated by resampling.
const RESAMPLES: usize = 1_001;

/// Measures by name; a name may be measured several times.
pub struct Clock {
    criterion: Criterion,
    // Where the harness leaves what it found.
    work: PathBuf,
    rounds: BTreeMap<String, Vec<f64>>,
}

impl Clock {
    pub fn new(work: &Path, effort: Effort) -> Self {
        let criterion = Criterion::default()
            .without_plots()
            .output_directory(work)
            .warm_up_time(effort.warm_up)
            .measurement_time(effort.measured)
            .sample_size(effort.samples)
            .nresamples(RESAMPLES);
        Self { criterion, work: work.to_owned(), rounds: BTreeMap::new() }
    }

    /// Measures one decision, the questions taking turns.
    pub fn take_turns<Q, T>(
        &mut self,
        name: &str,
        questions: &[Q],
        decide: impl Fn(&Q) -> T,
    ) -> Result<()> {
        let mut turn = questions.iter().cycle();
        self.call(name, || turn.next().map(|question| decide(black_box(question))))
    }

    /// Measures a call.
    pub fn call<T>(&mut self, name: &str, mut call: impl FnMut() -> T) -> Result<()> {
        let mut group = self.criterion.benchmark_group(GROUP);
        // Samples of equal length, each shorter than the time a busy machine gives to
        // one process at once: what else runs then lengthens few of them, not all.
        group.sampling_mode(SamplingMode::Flat);
        group.bench_function(name, |bencher| bencher.iter(&mut call));
        group.finish();
        let folder = self.work.join(GROUP).join(name);
        self.note(name, read_median(&folder.join("new/estimates.json"))?);
        Ok(())
    }

    /// Keeps what was measured elsewhere, in nanoseconds.
    pub fn note(&mut self, name: &str, nanoseconds: f64) {
        self.rounds.entry(name.to_owned()).or_default().push(nanoseconds);
    }

    /// The median round's median in nanoseconds.
    pub fn median(&self, name: &str) -> Result<f64> {
        let mut rounds = self.rounds.get(name).cloned().unwrap_or_default();
        rounds.sort_by(f64::total_cmp);
        rounds.get(rounds.len() / 2).copied().with_context(|| format!("{name} was not measured"))
    }
}

/// Reads a median where the harness has written it.
fn read_median(path: &Path) -> Result<f64> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let estimates: Value = serde_json::from_str(&text)?;
    estimates.pointer("/median/point_estimate").and_then(Value::as_f64).context("no median")
}
