//! The project's own tasks. Each task is a module; this file only dispatches.
//!
//! This crate depends on none of the crates it generates, so that broken
//! generated code can always be generated again.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

mod bench;
mod build;
mod catalogue;
mod clients;
mod codegen;
mod facts;
mod managed;
mod model;
mod packages;
mod peers;
mod test;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The project's own tasks")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Extract the facts of the service models from botocore into model/
    Model(model::Arguments),
    /// Generate the wire types, their codecs and docs/compatibility.md from model/
    Codegen(codegen::Arguments),
    /// Generate the catalogue of services, actions and condition keys from a package of npm
    Catalogue(catalogue::Arguments),
    /// Run every test, installing what those need
    Test(test::Arguments),
    /// Run clients of AWS by name, those too that are too much for every test run
    Clients(clients::Arguments),
    /// Measure the built server under load, and the policy engine beside others
    Bench(bench::Arguments),
}

fn main() -> Result<()> {
    let root = workspace_root()?;
    match Arguments::parse().task {
        Task::Model(arguments) => model::run(&root, &arguments),
        Task::Codegen(arguments) => codegen::run(&root, &arguments),
        Task::Catalogue(arguments) => catalogue::run(&root, &arguments),
        Task::Test(arguments) => test::run(&root, &arguments),
        Task::Clients(arguments) => clients::run(&root, &arguments),
        Task::Bench(arguments) => bench::run(&root, &arguments),
    }
}

/// The directory that holds the workspace's Cargo.toml.
fn workspace_root() -> Result<PathBuf> {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map(Path::to_path_buf)
        .context("xtask lies directly below the workspace root")
}
