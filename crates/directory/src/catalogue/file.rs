//! The form of a managed policy of AWS in a file: that of an element of `Policies` in the
//! answer of GetAccountAuthorizationDetails, as the AWS CLI prints it.
//!
//! ```json
//! {"Arn": "arn:aws:iam::aws:policy/P", "DefaultVersionId": "v1",
//!  "CreateDate": "2015-02-06T18:39:46Z", "UpdateDate": "2015-02-06T18:39:46Z",
//!  "PolicyVersionList": [{"VersionId": "v1", "CreateDate": "2015-02-06T18:39:46Z",
//!                         "Document": {"Version": "2012-10-17", "Statement": []}}]}
//! ```
//!
//! `PolicyId` may be left out; other members that AWS prints are not looked at.

use std::collections::BTreeMap;

use aws_lc_rs::digest;
use serde::Deserialize;
use serde_json::value::RawValue;
use stead_policy::{DocumentKind, PolicyText, parse};
use stead_types::{Arn, Path, PolicyName, Timestamp, UniqueId, UniqueIdKind};
use thiserror::Error;

use crate::StoredPolicy;
use crate::entity::{ManagedPolicy, PolicyVersion, ResourceTags, VersionId};

/// Most versions of one policy that are taken. Choice: AWS keeps the old ones, a hundred of
/// the policy that has most.
const VERSIONS_MAX: usize = 256;

/// Why a file is not a managed policy of AWS.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PolicyFileFault {
    /// The text is not JSON of the form.
    #[error("line {line}, column {column}: not a policy as AWS prints it: {what}")]
    Form {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What is wrong.
        what: String,
    },
    /// A member holds a value that is none.
    #[error("`{0}` is not valid")]
    Member(&'static str),
    /// The document of a version is not an identity policy.
    #[error("line {line}, column {column}: the document of `{version}`: {what}")]
    Document {
        /// The line, from 1. Of a document that is a text, that of its beginning.
        line: usize,
        /// The column, from 1, in bytes.
        column: usize,
        /// The version.
        version: String,
        /// What is wrong, and what AWS would say of it.
        what: String,
    },
}

#[derive(Deserialize)]
struct PolicyFile<'t> {
    #[serde(rename = "Arn")]
    arn: String,
    #[serde(rename = "PolicyId")]
    id: Option<String>,
    #[serde(rename = "DefaultVersionId")]
    default_version: String,
    #[serde(rename = "CreateDate")]
    created_at: String,
    #[serde(rename = "UpdateDate")]
    updated_at: String,
    #[serde(rename = "PolicyVersionList", borrow)]
    versions: Vec<VersionFile<'t>>,
}

#[derive(Deserialize)]
struct VersionFile<'t> {
    #[serde(rename = "VersionId")]
    id: String,
    #[serde(rename = "CreateDate")]
    created_at: String,
    #[serde(rename = "Document", borrow)]
    document: &'t RawValue,
}

/// Reads a managed policy of AWS from a file.
///
/// # Errors
/// The first thing that is wrong, with its place.
pub fn read_aws_managed_policy(text: &str) -> Result<ManagedPolicy, PolicyFileFault> {
    policy(serde_json::from_str(text).map_err(form)?, text)
}

pub(super) fn read_list(text: &str) -> Result<Vec<ManagedPolicy>, PolicyFileFault> {
    let files: Vec<PolicyFile<'_>> = serde_json::from_str(text).map_err(form)?;
    files.into_iter().map(|file| policy(file, text)).collect()
}

fn form(error: serde_json::Error) -> PolicyFileFault {
    let (line, column) = (error.line(), error.column());
    let text = error.to_string();
    let place = format!(" at line {line} column {column}");
    let what = text.strip_suffix(&place).unwrap_or(&text).to_owned();
    PolicyFileFault::Form { line, column, what }
}

fn policy(file: PolicyFile<'_>, whole: &str) -> Result<ManagedPolicy, PolicyFileFault> {
    let arn: Arn = file.arn.parse().map_err(|_| PolicyFileFault::Member("Arn"))?;
    let is_of_aws = (arn.partition(), arn.service(), arn.region(), arn.account_text())
        == ("aws", "iam", "", "aws");
    let (path, name) =
        path_and_name(&arn).filter(|_| is_of_aws).ok_or(PolicyFileFault::Member("Arn"))?;
    if file.versions.len() > VERSIONS_MAX {
        return Err(PolicyFileFault::Member("PolicyVersionList"));
    }
    let mut versions = BTreeMap::new();
    for version in &file.versions {
        let id = version_id("VersionId", &version.id)?;
        if versions.insert(id, read_version(version, whole)?).is_some() {
            return Err(PolicyFileFault::Member("VersionId"));
        }
    }
    let default_version = version_id("DefaultVersionId", &file.default_version)?;
    let held = versions.get(&default_version);
    let text = held.ok_or(PolicyFileFault::Member("DefaultVersionId"))?.text.clone();
    let last = versions.keys().next_back().copied().unwrap_or(default_version);
    Ok(ManagedPolicy {
        id: id(file.id.as_deref(), &arn)?,
        name,
        path,
        arn,
        created_at: time("CreateDate", &file.created_at)?,
        updated_at: time("UpdateDate", &file.updated_at)?,
        description: None,
        tags: ResourceTags::default(),
        default_version,
        versions,
        next_version: last.next(),
        stored: StoredPolicy::new(text, DocumentKind::Identity),
    })
}

fn path_and_name(arn: &Arn) -> Option<(Path, PolicyName)> {
    let rest = arn.resource().strip_prefix("policy")?;
    let (path, name) = rest.rsplit_once('/')?;
    Some((format!("{path}/").parse().ok()?, name.parse().ok()?))
}

/// The id in the file, or one that is made of the ARN.
///
/// Choice: AWS's package of documents has no ids. Nothing looks a policy up by its id, and
/// the same policy has the same one wherever Stead runs.
fn id(written: Option<&str>, arn: &Arn) -> Result<UniqueId, PolicyFileFault> {
    const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let text = match written {
        Some(text) => text.to_owned(),
        None => {
            let digest = digest::digest(&digest::SHA256, arn.as_str().as_bytes());
            let digits = digest.as_ref().iter().take(17);
            let digit = |byte: &u8| BASE32.get(usize::from(byte & 31)).copied().unwrap_or(b'A');
            let digits: String = digits.map(|byte| char::from(digit(byte))).collect();
            format!("{}{digits}", UniqueIdKind::ManagedPolicy.prefix())
        }
    };
    let id: Option<UniqueId> = text.parse().ok();
    let id = id.filter(|id| id.kind() == UniqueIdKind::ManagedPolicy);
    id.ok_or(PolicyFileFault::Member("PolicyId"))
}

fn version_id(member: &'static str, text: &str) -> Result<VersionId, PolicyFileFault> {
    text.parse().map_err(|_| PolicyFileFault::Member(member))
}

/// The document is an object, as the AWS CLI prints it, or a text that holds one.
fn read_version(version: &VersionFile<'_>, whole: &str) -> Result<PolicyVersion, PolicyFileFault> {
    let written = version.document.get();
    let (text, is_object) = match serde_json::from_str::<String>(written) {
        Ok(text) => (text, false),
        Err(_) => (written.to_owned(), true),
    };
    let parsed = parse(&text, DocumentKind::Identity);
    if let Some(refusal) = parsed.refusal() {
        // A document with the same text before this one would have been refused before it.
        let begins = whole.find(written).unwrap_or_default();
        let within = if is_object { refusal.span.start } else { 0 };
        let (line, column) = place(whole, begins.saturating_add(within));
        let what = format!("{} ({})", refusal.message, refusal.wire_message());
        let version = version.id.clone();
        return Err(PolicyFileFault::Document { line, column, version, what });
    }
    Ok(PolicyVersion {
        text: PolicyText::from(text),
        created_at: time("CreateDate", &version.created_at)?,
    })
}

/// The line and column of an offset in a text, from 1.
fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count().saturating_add(1), line.len().saturating_add(1))
}

/// A moment as AWS's tools print it: with `Z`, or with `+00:00`.
fn time(member: &'static str, text: &str) -> Result<Timestamp, PolicyFileFault> {
    let zulu = text.strip_suffix("+00:00").map(|text| format!("{text}Z"));
    zulu.as_deref().unwrap_or(text).parse().map_err(|_| PolicyFileFault::Member(member))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{
  "PolicyName": "P", "Arn": "arn:aws:iam::aws:policy/job-function/P",
  "DefaultVersionId": "v2", "AttachmentCount": 0,
  "CreateDate": "2015-02-06T18:39:46+00:00", "UpdateDate": "2016-02-06T18:39:46Z",
  "PolicyVersionList": [
    {"VersionId": "v2", "IsDefaultVersion": true, "CreateDate": "2016-02-06T18:39:46Z",
     "Document": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}},
    {"VersionId": "v1", "CreateDate": "2015-02-06T18:39:46Z",
     "Document": "{\"Statement\":{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\"}}"}]}"#;

    #[test]
    fn a_policy_is_read_as_aws_prints_it() {
        let read = read_aws_managed_policy(GOOD).unwrap();
        assert_eq!((read.name.as_str(), read.path.as_str()), ("P", "/job-function/"));
        assert_eq!(read.created_at.to_string(), "2015-02-06T18:39:46Z");
        assert_eq!(read.versions.len(), 2);
        assert!(read.default_text().unwrap().as_str().starts_with(r#"{"Version": "2012"#));
        assert_eq!(read.id, read_aws_managed_policy(GOOD).unwrap().id);
        assert!(read.id.as_str().starts_with("ANPA"));
        let named = GOOD.replacen('{', r#"{"PolicyId":"ANPAIWMBCKSKIEE64ZLYK","#, 1);
        assert_eq!(read_aws_managed_policy(&named).unwrap().id.as_str(), "ANPAIWMBCKSKIEE64ZLYK");
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        for (from, to, said) in [
            (
                r#""DefaultVersionId": "v2", "#,
                "",
                "line 9, column 95: not a policy as AWS prints it: missing field `DefaultVersionId`",
            ),
            (r#""v2", "A"#, r#""v3", "A"#, "`DefaultVersionId` is not valid"),
            (r#""VersionId": "v1""#, r#""VersionId": "v2""#, "`VersionId` is not valid"),
            (r#""VersionId": "v1""#, r#""VersionId": "1""#, "`VersionId` is not valid"),
            ("2016-02-06T18:39:46Z\",\n", "2016-02-30T18:39:46Z\",\n", "`UpdateDate` is not valid"),
            ("iam::aws:policy", "iam::111122223333:policy", "`Arn` is not valid"),
            ("iam::aws:policy", "iam:us-east-1:aws:policy", "`Arn` is not valid"),
            ("job-function/P", "job-function/P*", "`Arn` is not valid"),
            (
                r#""Effect": "Allow""#,
                r#""Effect": "Maybe""#,
                "line 7, column 69: the document of `v2`: ",
            ),
            // Of a text the places are not those of the file.
            (r#"\"Deny\""#, r#"\"Maybe\""#, "line 9, column 18: the document of `v1`: "),
        ] {
            assert!(GOOD.contains(from), "{from}");
            let fault = read_aws_managed_policy(&GOOD.replacen(from, to, 1)).unwrap_err();
            assert!(fault.to_string().starts_with(said), "{fault}: {said}");
        }
        for bad in ["", "[]", "{}", "{", "null", &GOOD.replace("s3:*\"", "s3:*")] {
            assert!(matches!(read_aws_managed_policy(bad), Err(PolicyFileFault::Form { .. })));
        }
    }
}
