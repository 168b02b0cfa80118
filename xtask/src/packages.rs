//! What some tests and benches need from npm, installed when they are run.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// What npm is told apart from what to install; nothing that it installs is run.
const OPTIONS: [&str; 5] =
    ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];

/// Installs what a directory's package-lock.json pins into a folder, unless it is there.
pub(crate) fn install(source: &Path, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    let lock = fs::read_to_string(source.join("package-lock.json"))?;
    let stamp = folder.join("node_modules/installed.json");
    if fs::read_to_string(&stamp).ok().as_ref() == Some(&lock) {
        return Ok(());
    }
    for name in ["package.json", "package-lock.json"] {
        fs::copy(source.join(name), folder.join(name))?;
    }
    let mut npm = Command::new("npm");
    npm.args(OPTIONS).current_dir(folder);
    let status = npm.status().context("this needs Node and npm")?;
    ensure!(status.success(), "npm cannot install the packages of {}", source.display());
    fs::write(&stamp, &lock)?;
    Ok(())
}
