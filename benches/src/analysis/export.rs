//! An account as `aws iam get-account-authorization-details` exports it.
//!
//! Every fifth role trusts its whole account; of the others four at a time make a chain:
//! the first trusts a user, each next one the one before.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use anyhow::Result;
use serde_json::{Value, json};

use super::Plan;

/// The name of the file that holds it.
pub(super) const FILE: &str = "111122223333.json";

const ACCOUNT: &str = "111122223333";
const CHAIN: usize = 4;
const POLICY_BYTES: usize = 2048;

/// A role at the end of a chain.
pub(super) fn asked_role() -> String {
    role_arn(19)
}

fn arn(kind: &str, name: &str, index: usize) -> String {
    format!("arn:aws:iam::{ACCOUNT}:{kind}/{name}-{index}")
}

fn role_arn(index: usize) -> String {
    arn("role", "role", index)
}

fn policy(statements: &[Value]) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

/// Writes it, element by element, and says how many bytes it has.
pub(super) fn write(plan: &Plan, path: &Path) -> Result<u64> {
    let mut file = BufWriter::new(File::create(path)?);
    write!(file, "{{\"UserDetailList\": [")?;
    list(&mut file, (0..plan.users).map(|index| user(plan, index)))?;
    write!(file, "], \"GroupDetailList\": [], \"RoleDetailList\": [")?;
    list(&mut file, (0..plan.roles).map(|index| role(plan, index)))?;
    write!(file, "], \"Policies\": [")?;
    list(&mut file, (0..plan.policies).map(managed_policy))?;
    writeln!(file, "], \"IsTruncated\": false}}")?;
    file.flush()?;
    Ok(std::fs::metadata(path)?.len())
}

fn list(file: &mut impl std::io::Write, values: impl Iterator<Item = Value>) -> Result<()> {
    for (index, value) in values.enumerate() {
        let between = if index == 0 { "" } else { ",\n" };
        write!(file, "{between}{value}")?;
    }
    Ok(())
}

/// As long as policies are: statements about buckets, until there are enough.
fn managed_policy(index: usize) -> Value {
    let mut statements = Vec::new();
    let mut length = 0;
    while length < POLICY_BYTES {
        let bucket = format!("arn:aws:s3:::bucket-{index}-{}", statements.len());
        let statement = json!({
            "Sid": format!("Bucket{}", statements.len()), "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:PutObject", "s3:ListBucket"],
            "Resource": [format!("{bucket}/*"), bucket],
            "Condition": {"StringEquals": {"aws:PrincipalTag/team": format!("team-{index}")}},
        });
        length += statement.to_string().len();
        statements.push(statement);
    }
    json!({
        "PolicyName": format!("policy-{index}"), "PolicyId": id("ANPA", index),
        "Arn": arn("policy", "policy", index), "Path": "/", "DefaultVersionId": "v1",
        "PolicyVersionList": [{
            "VersionId": "v1", "IsDefaultVersion": true, "Document": policy(&statements),
        }],
    })
}

/// The ids of two entities of one kind are never the same.
fn id(prefix: &str, index: usize) -> String {
    format!("{prefix}X{index:0>16}")
}

/// Two of the managed policies.
fn attached(plan: &Plan, index: usize) -> Value {
    let policy = |index: usize| {
        let index = index % plan.policies.max(1);
        json!({"PolicyName": format!("policy-{index}"), "PolicyArn": arn("policy", "policy", index)})
    };
    json!([policy(index), policy(index * 7 + 1)])
}

fn may_assume(name: &str, index: usize) -> Value {
    let statement = json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": arn("role", name, index)});
    json!([{"PolicyName": "assume", "PolicyDocument": policy(&[statement])}])
}

/// The user of a chain may assume its first role.
fn user(plan: &Plan, index: usize) -> Value {
    let first = index * CHAIN;
    json!({
        "UserName": format!("user-{index}"), "UserId": id("AIDA", index),
        "Arn": arn("user", "user", index), "Path": "/", "GroupList": [],
        "UserPolicyList": if first < plan.roles { may_assume("role", first) } else { json!([]) },
        "AttachedManagedPolicies": attached(plan, index),
    })
}

fn role(plan: &Plan, index: usize) -> Value {
    let whole_account = index.is_multiple_of(5);
    let trusted = match index {
        _ if whole_account => format!("arn:aws:iam::{ACCOUNT}:root"),
        _ if index.is_multiple_of(CHAIN) => {
            arn("user", "user", (index / CHAIN) % plan.users.max(1))
        }
        _ => role_arn(index - 1),
    };
    let trust = policy(&[json!({
        "Effect": "Allow", "Principal": {"AWS": trusted}, "Action": "sts:AssumeRole",
    })]);
    let ends = index % CHAIN == CHAIN - 1 || index + 1 == plan.roles;
    json!({
        "RoleName": format!("role-{index}"), "RoleId": id("AROA", index),
        "Arn": role_arn(index), "Path": "/", "AssumeRolePolicyDocument": trust,
        "RolePolicyList": if ends { json!([]) } else { may_assume("role", index + 1) },
        "AttachedManagedPolicies": attached(plan, index), "Tags": [],
        "MaxSessionDuration": 3600,
    })
}
