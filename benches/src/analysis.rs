//! Questions about a large account: how long the answers take, and how much memory.
//!
//! What is measured runs in a process of its own, so that its memory is nobody else's.

mod export;

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use stead_analysis::{Access, Export, ExportFile};

use crate::child::Folder;
use crate::clock;
use crate::process::peak_resident;

/// How much the account has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) roles: usize,
    pub(crate) users: usize,
    pub(crate) policies: usize,
}

impl Plan {
    /// Choice: what a large account has; quotas of IAM, raised, allow no more.
    const FULL: Self = Self { roles: 10_000, users: 5_000, policies: 2_000 };
    const SMOKE: Self = Self { roles: 100, users: 50, policies: 20 };
}

/// A figure, and what it should not exceed.
struct Figure {
    name: &'static str,
    unit: &'static str,
    bar: f64,
}

const FIGURES: [Figure; 4] = [
    Figure { name: "load", unit: "s", bar: 2.0 },
    Figure { name: "who_can_assume_one", unit: "s", bar: 0.1 },
    Figure { name: "who_can_assume_all", unit: "s", bar: 10.0 },
    Figure { name: "memory", unit: "MiB", bar: 500.0 },
];

/// Makes an account, has it measured, and reports.
pub(crate) fn run(smoke: bool, path: Option<&Path>) -> Result<()> {
    let plan = if smoke { Plan::SMOKE } else { Plan::FULL };
    let folder = Folder::new()?;
    let file = folder.path().join(export::FILE);
    let bytes = export::write(&plan, &file)?;
    let own = std::env::current_exe()?;
    let mut child = Command::new(own);
    child.arg("measure-analysis").arg(&file).stderr(Stdio::inherit());
    let output = child.output().context("cannot measure")?;
    ensure!(output.status.success(), "measuring ended with {}", output.status);
    let measured: Value = serde_json::from_slice(&output.stdout)?;
    let numbers = numbers(&measured)?;
    print(&plan, bytes, &measured, &numbers);
    let Some(path) = path else { return Ok(()) };
    let text = serde_json::to_string_pretty(&numbers)?;
    std::fs::write(path, text + "\n").with_context(|| path.display().to_string())
}

/// The name, value and unit of each figure.
fn numbers(measured: &Value) -> Result<Vec<Value>> {
    let number = |figure: &Figure| {
        let value = measured.get(figure.name).and_then(Value::as_f64);
        let value = value.with_context(|| format!("{} was not measured", figure.name))?;
        let name = format!("analysis.{}", figure.name);
        Ok(json!({"name": name, "value": value, "unit": figure.unit}))
    };
    FIGURES.iter().map(number).collect()
}

#[expect(clippy::print_stdout, reason = "the table is this program's result")]
fn print(plan: &Plan, bytes: u64, measured: &Value, numbers: &[Value]) {
    let mebibytes = bytes as f64 / f64::from(1 << 20);
    let Plan { roles, users, policies } = plan;
    println!("analysis of {roles} roles, {users} users, {policies} policies ({mebibytes:.1} MiB)");
    for (figure, number) in FIGURES.iter().zip(numbers) {
        let value = number.get("value").and_then(Value::as_f64).unwrap_or(f64::MAX);
        let Figure { name, unit, bar } = figure;
        let over = if value < *bar { "" } else { ", which is too much" };
        println!("  {name:<20} {value:>9.3} {unit} (below {bar} {unit}{over})");
    }
    let count = |name: &str| measured.get(name).and_then(Value::as_u64).unwrap_or_default();
    println!("  one role: {} can; any role: {} can", count("one"), count("all"));
}

/// Measures the account in a file and prints what came out, for the process that asked.
#[expect(clippy::print_stdout, reason = "the parent reads it")]
pub(crate) fn measure(file: &Path) -> Result<()> {
    let began = clock::instant();
    let text = std::fs::read_to_string(file)?;
    let files = [ExportFile { name: export::FILE.to_owned(), text }];
    let mut export = Export::read(&files)?;
    drop(files);
    let world = export.take_world()?;
    let access = Access::new(&world, clock::now()?);
    let load = began.elapsed();
    let began = clock::instant();
    let one = access.who_can("sts:AssumeRole", &export::asked_role())?;
    let who_can_assume_one = began.elapsed();
    let began = clock::instant();
    let all = access.who_can("sts:AssumeRole", "*")?;
    let who_can_assume_all = began.elapsed();
    ensure!(!one.principals.is_empty(), "nobody can assume the role that is asked about");
    ensure!(all.principals.len() >= one.principals.len(), "fewer can assume any role than one");
    let memory = peak_resident(std::process::id())? as f64 / f64::from(1 << 20);
    let measured = json!({
        "load": load.as_secs_f64(),
        "who_can_assume_one": who_can_assume_one.as_secs_f64(),
        "who_can_assume_all": who_can_assume_all.as_secs_f64(),
        "memory": memory,
        "one": one.principals.len(),
        "all": all.principals.len(),
    });
    println!("{measured}");
    Ok(())
}
