//! The policies that limit sessions of AssumeRoot.
//!
//! Spec: API AssumeRoot, `TaskPolicyArn`: the identity-based policy that scopes the session.
//! Each only denies: the session is the root user's, who needs no policy to be allowed.
//! Observed: version v1 of each, as GetPolicyVersion shows it (radkawar/stackd, recorded in
//! 2026); actions, resources and conditions are those.

use std::sync::LazyLock;

use stead_policy::{CompiledPolicy, DocumentKind, PolicyRef, PolicySource};
use stead_types::{Arn, RootTask};

use crate::CallerFacts;

/// The policy of a task.
struct TaskPolicy {
    // `None` only where the ARN of a task were none, which its tests rule out.
    source: Option<PolicySource>,
    policy: CompiledPolicy,
}

static POLICIES: LazyLock<[TaskPolicy; 5]> = LazyLock::new(|| RootTask::ALL.map(compiled));

/// What denies everything, where a session has a task without a policy.
static NO_TASK: LazyLock<CompiledPolicy> =
    LazyLock::new(|| CompiledPolicy::unreadable(DocumentKind::Identity));

static NO_TASK_SOURCE: PolicySource = PolicySource::SessionInline;

fn compiled(task: RootTask) -> TaskPolicy {
    let arn = task.policy_arn().parse::<Arn>().ok();
    // A text that does not compile denies everything, and the tests of this module fail.
    let (policy, _) = CompiledPolicy::compile_stored(document(task), DocumentKind::Identity);
    TaskPolicy { source: arn.map(|arn| PolicySource::SessionManaged { arn }), policy }
}

/// The policy of the task that this caller's session is for, where it is one of AssumeRoot.
pub(crate) fn policy_of(caller: &CallerFacts) -> Option<PolicyRef<'static>> {
    let task = caller.root_task()?;
    let found = POLICIES.iter().zip(RootTask::ALL).find(|(_, each)| *each == task);
    let policy = found.and_then(|(held, _)| {
        Some(PolicyRef { source: held.source.as_ref()?, policy: &held.policy })
    });
    Some(policy.unwrap_or(PolicyRef { source: &NO_TASK_SOURCE, policy: &NO_TASK }))
}

const fn document(task: RootTask) -> &'static str {
    match task {
        RootTask::AuditCredentials => AUDIT_CREDENTIALS,
        RootTask::CreatePassword => CREATE_PASSWORD,
        RootTask::DeleteCredentials => DELETE_CREDENTIALS,
        RootTask::UnlockBucket => UNLOCK_BUCKET,
        RootTask::UnlockQueue => UNLOCK_QUEUE,
    }
}

const AUDIT_CREDENTIALS: &str = r#"{"Version":"2012-10-17","Statement":[
    {"Sid":"NothingElse","Effect":"Deny","Resource":"*","NotAction":[
        "iam:GetAccessKeyLastUsed","iam:GetAccountSummary","iam:GetLoginProfile","iam:GetUser",
        "iam:ListAccessKeys","iam:ListMFADevices","iam:ListSigningCertificates"]},
    {"Sid":"OfTheRootUserOnly","Effect":"Deny","NotResource":"arn:aws:iam::*:root","Action":[
        "iam:GetAccessKeyLastUsed","iam:GetLoginProfile","iam:GetUser","iam:ListAccessKeys",
        "iam:ListMFADevices","iam:ListSigningCertificates"]}]}"#;

const CREATE_PASSWORD: &str = r#"{"Version":"2012-10-17","Statement":[
    {"Sid":"NothingElse","Effect":"Deny","Resource":"*","NotAction":[
        "iam:CreateLoginProfile","iam:GetLoginProfile"]},
    {"Sid":"OfTheRootUserOnly","Effect":"Deny","NotResource":"arn:aws:iam::*:root","Action":[
        "iam:CreateLoginProfile","iam:GetLoginProfile"]}]}"#;

const DELETE_CREDENTIALS: &str = r#"{"Version":"2012-10-17","Statement":[
    {"Sid":"NothingElse","Effect":"Deny","Resource":"*","NotAction":[
        "iam:DeactivateMFADevice","iam:DeleteAccessKey","iam:DeleteLoginProfile",
        "iam:DeleteSigningCertificate","iam:DeleteVirtualMFADevice",
        "iam:GetAccessKeyLastUsed","iam:GetLoginProfile","iam:GetUser","iam:ListAccessKeys",
        "iam:ListMFADevices","iam:ListSigningCertificates"]},
    {"Sid":"OfTheRootUserOnly","Effect":"Deny","NotResource":"arn:aws:iam::*:root","Action":[
        "iam:DeactivateMFADevice","iam:DeleteAccessKey","iam:DeleteLoginProfile",
        "iam:DeleteSigningCertificate","iam:DeleteVirtualMFADevice",
        "iam:GetAccessKeyLastUsed","iam:GetLoginProfile","iam:GetUser","iam:ListAccessKeys",
        "iam:ListMFADevices","iam:ListSigningCertificates"]}]}"#;

const UNLOCK_BUCKET: &str = r#"{"Version":"2012-10-17","Statement":[
    {"Sid":"NothingElse","Effect":"Deny","Resource":"*","NotAction":[
        "s3:DeleteBucketPolicy","s3:GetBucketPolicy","s3:ListAllMyBuckets","s3:PutBucketPolicy"]},
    {"Sid":"ByTheRootUserOnly","Effect":"Deny","Resource":"*","Action":[
        "s3:DeleteBucketPolicy","s3:GetBucketPolicy","s3:ListAllMyBuckets","s3:PutBucketPolicy"],
     "Condition":{"StringNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:root"}}}]}"#;

const UNLOCK_QUEUE: &str = r#"{"Version":"2012-10-17","Statement":[
    {"Sid":"NothingElse","Effect":"Deny","Resource":"*","NotAction":[
        "sqs:GetQueueAttributes","sqs:GetQueueUrl","sqs:ListQueues","sqs:SetQueueAttributes"]},
    {"Sid":"OfOwnQueuesOnly","Effect":"Deny","Action":"sqs:GetQueueAttributes",
     "Resource":"arn:aws:sqs:*:*:*","Condition":{"StringNotEqualsIfExists":{
        "aws:ResourceAccount":"${aws:PrincipalAccount}"}}},
    {"Sid":"ByTheRootUserOnly","Effect":"Deny","Resource":"*","Action":[
        "sqs:GetQueueAttributes","sqs:GetQueueUrl","sqs:ListQueues","sqs:SetQueueAttributes"],
     "Condition":{"StringNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:root"}}}]}"#;

#[cfg(test)]
mod tests {
    use stead_policy::parse;

    use super::*;

    #[test]
    fn every_task_has_a_policy_that_reads_and_only_denies() {
        for (task, held) in RootTask::ALL.into_iter().zip(POLICIES.iter()) {
            assert!(held.source.is_some(), "{task:?}");
            assert!(parse(document(task), DocumentKind::Identity).refusal().is_none(), "{task:?}");
            assert!(!document(task).contains("Allow"), "{task:?}");
        }
    }
}
