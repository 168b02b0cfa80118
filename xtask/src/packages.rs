//! What some tests and benches need from npm, PyPI and Debian, installed when they are run.

use std::fs;
use std::path::{Path, PathBuf};
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

/// Installs what a list of requirements pins into a virtual environment, unless it is
/// there; gives the folder of its programs.
pub(crate) fn install_python(requirements: &Path, folder: &Path) -> Result<PathBuf> {
    let (list, stamp) = (fs::read_to_string(requirements)?, folder.join("installed.txt"));
    let programs = folder.join("bin");
    if fs::read_to_string(&stamp).ok().as_ref() == Some(&list) {
        return Ok(programs);
    }
    let make = || {
        let mut python = Command::new("python3");
        let status = python.args(["-m", "venv", "--clear"]).arg(folder).status();
        status.is_ok_and(|status| status.success())
    };
    if !make() {
        // Debian ships Python without what this needs.
        install_package("python3-venv")?;
        ensure!(make(), "this needs Python with its module venv");
    }
    let mut pip = Command::new(programs.join("pip"));
    pip.args(["install", "--quiet", "--no-deps", "--requirement"]).arg(requirements);
    let status = pip.status().context("this needs pip")?;
    ensure!(status.success(), "pip cannot install {}", requirements.display());
    fs::write(&stamp, &list)?;
    Ok(programs)
}

/// Installs the Debian package of a program, unless the program is there.
pub(crate) fn install_program(program: &str, package: &str) -> Result<()> {
    if Command::new(program).arg("--version").output().is_ok() {
        return Ok(());
    }
    install_package(package).with_context(|| {
        format!("this needs {program}: install it (Debian, Ubuntu: `apt-get install {package}`)")
    })
}

fn install_package(package: &str) -> Result<()> {
    let apt = |arguments: &[&str]| {
        let status = Command::new("apt-get").args(arguments).arg("--quiet=2").status();
        status.is_ok_and(|status| status.success())
    };
    let install = ["install", "--yes", package];
    // A fresh machine may not know its packages yet.
    let installed = apt(&install) || (apt(&["update"]) && apt(&install));
    ensure!(installed, "apt-get cannot install {package}");
    Ok(())
}
