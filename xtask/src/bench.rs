//! `cargo xtask bench`: what is measured. Numbers worth reading come from the
//! release profile; `--smoke` takes the `ci` one and only shows that the benches
//! work.

mod analysis;
mod load;
mod policy;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::build::{self, Profile};

/// What can be given on the command line.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Run these benches only (may be repeated)
    #[arg(long, value_enum)]
    only: Vec<Bench>,
    /// Write the numbers to this file, as a list of name, value and unit
    #[arg(long)]
    json: Option<PathBuf>,
    /// A moment of everything: that it works, not how fast it is
    #[arg(long)]
    smoke: bool,
    /// Fail when a figure of the policy engine is not what it should be
    #[arg(long)]
    check: bool,
    /// Further arguments of the load, such as `--connections 32 --seconds 10`
    #[arg(last = true)]
    load: Vec<String>,
}

/// The benches, in the order in which they run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Bench {
    /// The built server beside the same HTTP stack answering constants
    Load,
    /// The policy engine beside other engines
    Policy,
    /// Questions about a large account
    Analysis,
}

impl Arguments {
    const fn profile(&self) -> Profile {
        if self.smoke { Profile::Ci } else { Profile::Release }
    }
}

/// Runs the chosen benches and gathers their numbers.
pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<()> {
    let chosen = |bench| arguments.only.is_empty() || arguments.only.contains(&bench);
    let target = build::target(root)?;
    let folder = target.join("bench");
    fs::create_dir_all(&folder)?;
    let mut numbers: Vec<Value> = Vec::new();
    if chosen(Bench::Load) {
        let json = folder.join("load.json");
        load::run(root, arguments, &json)?;
        numbers.append(&mut read(&json)?);
    }
    if chosen(Bench::Policy) {
        let json = folder.join("policy.json");
        policy::run(root, &target, arguments, &json)?;
        numbers.append(&mut read(&json)?);
    }
    if chosen(Bench::Analysis) {
        let json = folder.join("analysis.json");
        analysis::run(root, arguments, &json)?;
        numbers.append(&mut read(&json)?);
    }
    if let Some(path) = &arguments.json {
        let text = serde_json::to_string_pretty(&numbers)? + "\n";
        fs::write(path, text).with_context(|| path.display().to_string())?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<Vec<Value>> {
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    Ok(serde_json::from_str(&text)?)
}
