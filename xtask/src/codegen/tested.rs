//! Where the tests of an operation are: files that name it, of those that call operations.

use std::ffi::OsStr;
use std::path::Path;

use anyhow::{Context, Result};

use crate::codegen::names;
use crate::codegen::service::Service;

/// Tests with an SDK: files of requests that succeed, or must be refused here.
const CLIENT: &str = "tests/sdk/conformance";
const CLIENT_FILES: [&str; 3] = ["effects", "reads", "refusals"];

/// Tests with an SDK of a service that the conformance suite does not call: boto3's methods
/// have the operations' names, in the manner of Python.
const BOTO3: &str = "tests/sdk/python";
const BOTO3_FILES: &str = "test_organizations";

/// Tests of the handlers, in the order in which they are looked through.
const HANDLERS: [&str; 4] = [
    "crates/iam/tests/corpus",
    "crates/iam/tests/it",
    "crates/organizations/tests/it",
    "crates/sts/tests/it",
];

/// The files that hold tests of operations.
pub(crate) struct Tested {
    client: Vec<TestFile>,
    boto3: Vec<TestFile>,
    handlers: Vec<TestFile>,
}

struct TestFile {
    /// From the workspace root.
    path: String,
    text: String,
}

impl Tested {
    /// Reads them.
    ///
    /// # Errors
    /// Directories that are not there, and files that cannot be read.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let mut client = files(root, CLIENT)?;
        client.retain(|file| {
            let name = file.path.rsplit('/').next().unwrap_or_default();
            CLIENT_FILES.iter().any(|kind| name.starts_with(kind))
        });
        let mut boto3 = files(root, BOTO3)?;
        boto3.retain(|file| {
            let name = file.path.rsplit('/').next().unwrap_or_default();
            name.starts_with(BOTO3_FILES)
        });
        let mut handlers = Vec::new();
        for directory in HANDLERS {
            handlers.append(&mut files(root, directory)?);
        }
        Ok(Self { client, boto3, handlers })
    }

    /// The first file in which an operation of a service is tested with an SDK, and the first
    /// with a test of its handler, among those of the service's own crate where there is one.
    ///
    /// # Errors
    /// An operation that is tested in one of the two ways only, or in none.
    pub(crate) fn of(&self, service: &Service<'_>, operation: &str) -> Result<[&str; 2]> {
        let own = format!("crates/{}/", service.name());
        let handler = naming(&self.handlers, operation, &own);
        // IAM has operations of the same names as Organizations.
        let others = if service.speaks_json() { own.as_str() } else { "" };
        let handler = handler.or_else(|| naming(&self.handlers, operation, others));
        let client = match service.speaks_json() {
            true => naming(&self.boto3, &names::field(operation), ""),
            false => naming(&self.client, operation, ""),
        };
        Ok([
            client.with_context(|| format!("{operation} is not tested with an SDK"))?,
            handler.with_context(|| format!("no test of its handler names {operation}"))?,
        ])
    }
}

/// The first file below a directory that names an operation.
fn naming<'f>(files: &'f [TestFile], operation: &str, below: &str) -> Option<&'f str> {
    let mut files = files.iter().filter(|file| file.path.starts_with(below));
    files.find(|file| names(&file.text, operation)).map(|file| file.path.as_str())
}

/// Whether a text has the name of an operation, alone or as that of its request.
fn names(text: &str, operation: &str) -> bool {
    let is_part = |character: char| character.is_ascii_alphanumeric() || character == '_';
    text.match_indices(operation).any(|(at, _)| {
        let (before, behind) = text.split_at(at);
        let behind = behind.get(operation.len()..).unwrap_or_default();
        let behind = behind.strip_prefix("Request").unwrap_or(behind);
        !before.ends_with(is_part) && !behind.starts_with(is_part)
    })
}

/// The files below a directory, in the order of their paths.
fn files(root: &Path, directory: &str) -> Result<Vec<TestFile>> {
    let (mut found, mut directories) = (Vec::new(), vec![root.join(directory)]);
    while let Some(directory) = directories.pop() {
        let entries = std::fs::read_dir(&directory);
        for entry in entries.with_context(|| directory.display().to_string())? {
            let path = entry?.path();
            if path.is_dir() {
                directories.push(path);
            } else if ["rs", "json", "py"].map(OsStr::new).map(Some).contains(&path.extension()) {
                let text = std::fs::read_to_string(&path);
                let text = text.with_context(|| path.display().to_string())?;
                let path = path.strip_prefix(root)?.to_string_lossy().replace('\\', "/");
                found.push(TestFile { path, text });
            }
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_not_a_part_of_another() {
        for text in ["GetRole", "(\"GetRole\", x)", "iam::GetRoleRequest {", "a GetRole."] {
            assert!(names(text, "GetRole"), "{text}");
        }
        for text in ["", "GetRolePolicy", "ForgetRole", "GetRoles", "GetRoleRequests", "get_role"] {
            assert!(!names(text, "GetRole"), "{text}");
        }
    }
}
