//! Managed policies of AWS that whoever runs the server adds: a directory of files.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use stead_directory::entity::ManagedPolicy;
use stead_directory::{CatalogueInUse, PolicyFileFault, read_aws_managed_policy};
use thiserror::Error;

use crate::limits::{MANAGED_POLICY_BYTES_MAX, MANAGED_POLICY_FILES_MAX};

/// Why the policies of a directory are not taken; nothing is served then.
#[derive(Debug, Error)]
pub enum ManagedPoliciesError {
    /// The directory or a file cannot be read.
    #[error("cannot read `{}`: {error}", path.display())]
    Read {
        /// What cannot be read.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// More files than are read.
    #[error("`{}` holds more than {MANAGED_POLICY_FILES_MAX} files", .0.display())]
    TooMany(PathBuf),
    /// A file is longer than is read.
    #[error("`{}` has more than {MANAGED_POLICY_BYTES_MAX} bytes", .0.display())]
    TooLong(PathBuf),
    /// A file is not a managed policy of AWS.
    #[error("`{}`: {fault}", path.display())]
    Policy {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        fault: PolicyFileFault,
    },
    /// Two files hold one policy.
    #[error("`{}`: the policy `{arn}` is in `{}` too", path.display(), other.display())]
    Twice {
        /// The file.
        path: PathBuf,
        /// The other one.
        other: PathBuf,
        /// The policy.
        arn: String,
    },
    /// The catalogue was used or added to before in this process.
    #[error(transparent)]
    InUse(#[from] CatalogueInUse),
}

/// The policies in the files of a directory whose names end in `.json`.
pub(crate) fn read(directory: &Path) -> Result<Vec<ManagedPolicy>, ManagedPoliciesError> {
    let refused = |error| ManagedPoliciesError::Read { path: directory.to_owned(), error };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(refused)? {
        let path = entry.map_err(refused)?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            paths.push(path);
        }
        if paths.len() > MANAGED_POLICY_FILES_MAX {
            return Err(ManagedPoliciesError::TooMany(directory.to_owned()));
        }
    }
    paths.sort();
    let mut places: BTreeMap<String, PathBuf> = BTreeMap::new();
    let mut policies = Vec::with_capacity(paths.len());
    for path in paths {
        let policy = read_file(&path)?;
        if let Some(other) = places.insert(policy.arn.to_string(), path.clone()) {
            let arn = policy.arn.to_string();
            return Err(ManagedPoliciesError::Twice { path, other, arn });
        }
        policies.push(policy);
    }
    Ok(policies)
}

fn read_file(path: &Path) -> Result<ManagedPolicy, ManagedPoliciesError> {
    let refused = |error| ManagedPoliciesError::Read { path: path.to_owned(), error };
    let mut text = String::new();
    let limit = MANAGED_POLICY_BYTES_MAX.saturating_add(1);
    let file = std::fs::File::open(path).map_err(refused)?;
    let read = file.take(limit).read_to_string(&mut text).map_err(refused)?;
    if u64::try_from(read).unwrap_or(u64::MAX) > MANAGED_POLICY_BYTES_MAX {
        return Err(ManagedPoliciesError::TooLong(path.to_owned()));
    }
    read_aws_managed_policy(&text)
        .map_err(|fault| ManagedPoliciesError::Policy { path: path.to_owned(), fault })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    const POLICY: &str = r#"{"Arn":"arn:aws:iam::aws:policy/P","DefaultVersionId":"v1","CreateDate":"2015-02-06T18:39:46Z","UpdateDate":"2015-02-06T18:39:46Z","PolicyVersionList":[{"VersionId":"v1","CreateDate":"2015-02-06T18:39:46Z","Document":{"Version":"2012-10-17","Statement":[]}}]}"#;

    #[test]
    fn files_of_a_directory_are_read_and_what_is_wrong_has_its_place() {
        let scratch = Scratch::new("managed-policies");
        let file = |name: &str, text: &str| {
            std::fs::write(scratch.path().join(name), text).unwrap();
        };
        let said = || read(scratch.path()).map(|all| all.len()).map_err(|error| error.to_string());
        file("notes.txt", "not read");
        assert_eq!(said(), Ok(0));
        let allowed =
            POLICY.replace("[]}}", r#"[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}}"#);
        file("one.json", &allowed);
        assert_eq!(said(), Ok(1));
        file("two.json", &allowed);
        assert!(said().unwrap_err().contains("the policy `arn:aws:iam::aws:policy/P` is in `"));
        file("two.json", "{\n\"Arn\": 1}");
        let error = said().unwrap_err();
        assert!(error.contains("two.json`: line 2, column 8: not a policy"), "{error}");
        file("two.json", &" ".repeat(usize::try_from(MANAGED_POLICY_BYTES_MAX).unwrap() + 1));
        assert!(said().unwrap_err().ends_with("has more than 1048576 bytes"));
        assert!(
            read(&scratch.path().join("none"))
                .unwrap_err()
                .to_string()
                .starts_with("cannot read `")
        );
    }

    #[test]
    fn a_directory_has_a_bound() {
        let scratch = Scratch::new("many-managed-policies");
        for number in 0..=MANAGED_POLICY_FILES_MAX {
            std::fs::write(scratch.path().join(format!("{number}.json")), "").unwrap();
        }
        let error = read(scratch.path()).unwrap_err();
        assert!(matches!(error, ManagedPoliciesError::TooMany(_)), "{error}");
    }
}
