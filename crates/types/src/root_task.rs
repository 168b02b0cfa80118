/// What a session of AssumeRoot is for: it goes by the managed policy of AWS that limits it.
///
/// Spec: API AssumeRoot, `TaskPolicyArn`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RootTask {
    /// To see which credentials the root user has.
    AuditCredentials,
    /// To let the root user have a password.
    CreatePassword,
    /// To take its credentials away.
    DeleteCredentials,
    /// To free a bucket of S3 from a policy that shuts everybody out.
    UnlockBucket,
    /// To free a queue of SQS from a policy that shuts everybody out.
    UnlockQueue,
}

impl RootTask {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::AuditCredentials,
        Self::CreatePassword,
        Self::DeleteCredentials,
        Self::UnlockBucket,
        Self::UnlockQueue,
    ];

    /// The ARN of the policy.
    #[must_use]
    pub const fn policy_arn(self) -> &'static str {
        match self {
            Self::AuditCredentials => {
                "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"
            }
            Self::CreatePassword => "arn:aws:iam::aws:policy/root-task/IAMCreateRootUserPassword",
            Self::DeleteCredentials => {
                "arn:aws:iam::aws:policy/root-task/IAMDeleteRootUserCredentials"
            }
            Self::UnlockBucket => "arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy",
            Self::UnlockQueue => "arn:aws:iam::aws:policy/root-task/SQSUnlockQueuePolicy",
        }
    }

    /// The task whose policy has this ARN; `None` for every other text.
    #[must_use]
    pub fn of_policy(arn: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|task| task.policy_arn() == arn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Arn;

    #[test]
    fn a_task_is_known_by_its_policy_alone() {
        for task in RootTask::ALL {
            let arn = task.policy_arn();
            assert_eq!(RootTask::of_policy(arn), Some(task));
            assert!(arn.parse::<Arn>().is_ok(), "{arn}");
            for other in [arn.to_lowercase(), format!("{arn} "), arn.replace("root-task/", "")] {
                assert_eq!(RootTask::of_policy(&other), None, "{other}");
            }
        }
        for other in ["", "IAMAuditRootUserCredentials", "arn:aws:iam::aws:policy/ReadOnlyAccess"] {
            assert_eq!(RootTask::of_policy(other), None, "{other}");
        }
    }
}
