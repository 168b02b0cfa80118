//! Questions about a large account: how long the answers take, and how much memory.
//!
//! What is measured runs in processes of its own, so that its memory is nobody else's.

mod export;

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value, json};
use stead_analysis::{Access, AuditOptions, Export, ExportFile, Progress, World, audit};

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

const FIGURES: [Figure; 6] = [
    Figure { name: "load", unit: "s", bar: 2.0 },
    Figure { name: "who_can_assume_one", unit: "s", bar: 0.1 },
    Figure { name: "who_can_assume_all", unit: "s", bar: 10.0 },
    Figure { name: "memory", unit: "MiB", bar: 500.0 },
    Figure { name: "audit", unit: "s", bar: 30.0 },
    Figure { name: "audit_memory", unit: "MiB", bar: 500.0 },
];

/// Makes an account, has it measured, and reports.
pub(crate) fn run(smoke: bool, path: Option<&Path>) -> Result<()> {
    let plan = if smoke { Plan::SMOKE } else { Plan::FULL };
    let folder = Folder::new()?;
    let file = folder.path().join(export::FILE);
    let bytes = export::write(&plan, &file)?;
    let mut measured = measured_by("measure-analysis", &file)?;
    measured.extend(measured_by("measure-audit", &file)?);
    let measured = Value::Object(measured);
    let numbers = numbers(&measured)?;
    print(&plan, bytes, &measured, &numbers);
    let Some(path) = path else { return Ok(()) };
    let text = serde_json::to_string_pretty(&numbers)?;
    std::fs::write(path, text + "\n").with_context(|| path.display().to_string())
}

/// What a process of its own has measured.
fn measured_by(command: &str, file: &Path) -> Result<Map<String, Value>> {
    let own = std::env::current_exe()?;
    let mut child = Command::new(own);
    child.arg(command).arg(file).stderr(Stdio::inherit());
    let output = child.output().context("cannot measure")?;
    ensure!(output.status.success(), "{command} ended with {}", output.status);
    Ok(serde_json::from_slice(&output.stdout)?)
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
    println!("  the audit found {} things", count("findings"));
}

/// Measures the account in a file and prints what came out, for the process that asked.
#[expect(clippy::print_stdout, reason = "the parent reads it")]
pub(crate) fn measure(file: &Path) -> Result<()> {
    let began = clock::instant();
    let files = files(file)?;
    let world = world(&files)?;
    drop(files);
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
    let memory = peak_mebibytes()?;
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

/// The same for an audit. The text stays in memory: the command shows where in it the
/// evidence stands.
#[expect(clippy::print_stdout, reason = "the parent reads it")]
pub(crate) fn measure_audit(file: &Path) -> Result<()> {
    let began = clock::instant();
    let files = files(file)?;
    let world = world(&files)?;
    let options = AuditOptions {
        now: clock::now()?,
        credential_reports: Vec::new(),
        unused_days: 90,
        activity: None,
        issuers: Vec::new(),
    };
    let found = audit(&world, &options, &mut Progress::new(&mut |_, _, _| {}));
    let took = began.elapsed();
    ensure!(!found.findings.is_empty(), "users have policies of their own, and it was not told");
    let measured = json!({
        "audit": took.as_secs_f64(),
        "audit_memory": peak_mebibytes()?,
        "findings": found.findings.len(),
    });
    drop(files);
    println!("{measured}");
    Ok(())
}

fn files(file: &Path) -> Result<[ExportFile; 1]> {
    let text = std::fs::read_to_string(file)?;
    Ok([ExportFile { name: export::FILE.to_owned(), text }])
}

fn world(files: &[ExportFile]) -> Result<World> {
    Ok(Export::read_for_world(files)?.take_world()?)
}

fn peak_mebibytes() -> Result<f64> {
    Ok(peak_resident(std::process::id())? as f64 / f64::from(1 << 20))
}
