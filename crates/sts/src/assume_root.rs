use stead_api::sts::{AssumeRoot, AssumeRootRequest, AssumeRootResponse};
use stead_api::{ApiError, Operation};
use stead_authorizer::{Ask, Authorized};
use stead_service::{Asks, Authorization, Call, Handle, Work};
use stead_types::{AccountId, Arn};

use crate::Sts;

/// The managed policies that a session of a root user can be limited to.
///
/// Spec: API AssumeRoot, `TaskPolicyArn`.
const TASKS: [&str; 5] = [
    "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials",
    "arn:aws:iam::aws:policy/root-task/IAMCreateRootUserPassword",
    "arn:aws:iam::aws:policy/root-task/IAMDeleteRootUserCredentials",
    "arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy",
    "arn:aws:iam::aws:policy/root-task/SQSUnlockQueuePolicy",
];

/// No organization has the feature that lets its management account act as the root user of a
/// member, so nobody may. The request is checked and the policies are asked all the same: a
/// denial says what AWS's says.
impl Authorization<AssumeRoot> for Sts {
    /// Spec: Service Authorization Reference, STS: the resource is the root user, and
    /// `sts:TaskPolicyArn` the policy.
    fn asks(input: &AssumeRootRequest, _: &Call<'_>) -> Result<Asks, ApiError> {
        let (account, root) = target(&input.target_principal)?;
        let task = task(input)?;
        let ask = Ask::plain(AssumeRoot::ACTION, account, root.to_string());
        Ok(ask.with("sts:TaskPolicyArn", task).into())
    }
}

impl Handle<AssumeRoot> for Sts {
    /// Observed: the management account itself is refused so, whatever its caller may do, as
    /// is every account of another organization (radkawar/stackd, recorded in 2026).
    fn execute(
        _permit: Authorized<AssumeRoot>,
        input: AssumeRootRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<AssumeRootResponse, ApiError> {
        let (_, root) = target(&input.target_principal)?;
        let (caller, action) = (call.caller.arn(), AssumeRoot::ACTION);
        Err(ApiError::access_denied(format!(
            "User: {caller} is not authorized to perform: {action} on resource: {root}"
        )))
    }
}

/// The account whose root user is meant, by its number or by the root user's ARN.
///
/// Observed: the text, for the ARN of a user (radkawar/stackd, recorded in 2026).
fn target(principal: &str) -> Result<(AccountId, Arn), ApiError> {
    let invalid = || ApiError::validation("Request must contain a valid target principal");
    let account = match principal.parse::<AccountId>() {
        Ok(account) => account,
        Err(_) => {
            let arn: Arn = principal.parse().map_err(|_| invalid())?;
            arn.account().filter(|account| arn == Arn::iam(*account, "root")).ok_or_else(invalid)?
        }
    };
    Ok((account, Arn::iam(account, "root")))
}

/// Observed: the text, for another managed policy (radkawar/stackd, recorded in 2026).
fn task(input: &AssumeRootRequest) -> Result<&str, ApiError> {
    let asked = input.task_policy_arn.arn.as_deref();
    asked.filter(|asked| TASKS.contains(asked)).ok_or_else(|| {
        ApiError::validation("Request must contain valid AWS managed task policy ARN")
    })
}
