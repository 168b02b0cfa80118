//! What came out, for people and for machines.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Value, json};

/// A named number.
#[derive(Clone, Debug)]
pub struct Figure {
    pub name: String,
    pub value: f64,
    pub unit: &'static str,
    pub bar: Option<Bar>,
    /// What it was computed from, where it compares two medians: ours, then theirs.
    pub nanoseconds: Option<(f64, f64)>,
}

/// What a number should be.
#[derive(Clone, Copy, Debug)]
pub enum Bar {
    AtMost(f64),
    AtLeast(f64),
}

impl Figure {
    /// Ours over theirs: a third of their time is 0.33.
    pub fn ratio(name: &str, ours: f64, theirs: f64, bar: Option<Bar>) -> Self {
        let value = ours / theirs;
        Self { name: name.into(), value, unit: "ratio", bar, nanoseconds: Some((ours, theirs)) }
    }

    pub fn plain(name: &str, value: f64, unit: &'static str, bar: Option<Bar>) -> Self {
        Self { name: name.into(), value, unit, bar, nanoseconds: None }
    }

    pub fn met(&self) -> bool {
        match self.bar {
            Some(Bar::AtMost(most)) => self.value <= most,
            Some(Bar::AtLeast(least)) => self.value >= least,
            None => true,
        }
    }

    fn line(&self) -> String {
        let medians = match self.nanoseconds {
            Some((ours, theirs)) => format!("{:>12} {:>12}", time(ours), time(theirs)),
            None => format!("{:>12} {:>12}", "", ""),
        };
        let bar = match self.bar {
            Some(Bar::AtMost(most)) => format!("<= {}", number(most)),
            Some(Bar::AtLeast(least)) => format!(">= {}", number(least)),
            None => String::new(),
        };
        let verdict = match (self.bar, self.met()) {
            (None, _) => "",
            (Some(_), true) => "met",
            (Some(_), false) => "NOT MET",
        };
        let value = format!("{} {}", number(self.value), self.unit);
        format!("{:<40} {medians} {value:>18}  {bar:<10} {verdict}", self.name)
    }
}

pub fn print(figures: &[Figure]) {
    println!("\n{:<40} {:>12} {:>12} {:>18}  bar", "", "ours", "theirs", "");
    for figure in figures {
        println!("{}", figure.line().trim_end());
    }
}

pub fn write(path: &Path, figures: &[Figure]) -> Result<()> {
    let number = |figure: &Figure| {
        let mut number = json!({ "name": figure.name, "value": figure.value, "unit": figure.unit });
        if let Some((ours, theirs)) = figure.nanoseconds {
            number["ours_ns"] = ours.into();
            number["theirs_ns"] = theirs.into();
        }
        number
    };
    let numbers: Vec<Value> = figures.iter().map(number).collect();
    let text = serde_json::to_string_pretty(&numbers)?;
    std::fs::write(path, text + "\n").with_context(|| path.display().to_string())
}

fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        short if short < 10_000.0 => format!("{short:.0} ns"),
        middle if middle < 10_000_000.0 => format!("{:.1} us", middle / 1_000.0),
        long => format!("{:.1} ms", long / 1_000_000.0),
    }
}

/// With three digits that say something.
fn number(value: f64) -> String {
    match value.abs() {
        large if large >= 100.0 => format!("{value:.0}"),
        middle if middle >= 1.0 => format!("{value:.2}"),
        small if small >= 0.01 => format!("{value:.3}"),
        _ => format!("{value:.5}"),
    }
}
