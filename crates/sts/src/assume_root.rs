use std::time::Duration;

use stead_api::sts::{AssumeRoot, AssumeRootRequest, AssumeRootResponse};
use stead_api::{ApiError, Operation};
use stead_authorizer::{Ask, Authorized, Resource};
use stead_directory::organization::Organization;
use stead_policy::Caller;
use stead_service::{Asks, Authorization, Call, Handle, Work};
use stead_session::{Claims, MfaState, SessionPolicies, SessionPrincipal, SessionTags};
use stead_types::{AccountId, Arn, RootTask};

use crate::Sts;
use crate::credentials::credentials;

/// Spec: API AssumeRoot, `DurationSeconds`: the longest is what it lasts unless less is asked
/// for.
const SECONDS_MAX: i32 = 900;

impl Authorization<AssumeRoot> for Sts {
    /// Spec: Service Authorization Reference, STS: the resource is the root user, and
    /// `sts:TaskPolicyArn` the policy.
    fn asks(input: &AssumeRootRequest, call: &Call<'_>) -> Result<Asks, ApiError> {
        let target = Target::read(input)?;
        target.of_organization(call)?;
        let resource =
            Resource::ManagedRoot { account: target.account, arn: target.root().to_string() };
        let ask = Ask { resource, ..Ask::any(AssumeRoot::ACTION, target.account) };
        Ok(ask.with("sts:TaskPolicyArn", target.task.policy_arn()).into())
    }
}

impl Handle<AssumeRoot> for Sts {
    fn execute(
        _permit: Authorized<AssumeRoot>,
        input: AssumeRootRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<AssumeRootResponse, ApiError> {
        let target = Target::read(&input)?;
        let organization = target.of_organization(call)?;
        if !organization.admits_root_task(target.account, target.task) {
            return Err(target.refused(call));
        }
        let claims = target.claims(organization, lasts(input.duration_seconds), call);
        Ok(AssumeRootResponse {
            credentials: Some(credentials(&claims, work)?),
            source_identity: claims.source_identity.map(|identity| identity.to_string()),
        })
    }
}

/// Whose root user is asked for, and what for.
struct Target {
    account: AccountId,
    task: RootTask,
}

impl Target {
    /// What of a request can be known by itself.
    ///
    /// # Errors
    /// Observed: both texts, for the ARN of a user and for another managed policy
    /// (radkawar/stackd, recorded in 2026).
    fn read(input: &AssumeRootRequest) -> Result<Self, ApiError> {
        let account = account_of(&input.target_principal)
            .ok_or_else(|| ApiError::validation("Request must contain a valid target principal"))?;
        let task = input.task_policy_arn.arn.as_deref().and_then(RootTask::of_policy);
        let task = task.ok_or_else(|| {
            ApiError::validation("Request must contain valid AWS managed task policy ARN")
        })?;
        Ok(Self { account, task })
    }

    fn root(&self) -> Arn {
        Arn::iam(self.account, "root")
    }

    /// The organization that the caller's account manages, where the caller may use it so.
    ///
    /// No more is looked at than who calls: whether the account is a member is not told to
    /// who may not ask.
    ///
    /// # Errors
    /// Spec: API AssumeRoot: it takes credentials of the management account, and not those of
    /// its root user. Choice: a root user is answered like who has no organization; AWS's
    /// text for it is not known.
    fn of_organization<'a>(&self, call: &Call<'a>) -> Result<&'a Organization, ApiError> {
        let own = call.account.account();
        let managed = call.organization().filter(|organization| organization.management() == own);
        let is_root = matches!(call.caller.principal(), Caller::Root { .. });
        let is_other = self.account != own;
        managed.filter(|_| is_other && !is_root).ok_or_else(|| self.refused(call))
    }

    /// Observed: without any reason, for the management account as the target, whatever the
    /// caller's policies say (radkawar/stackd, recorded in 2026). Choice: of what is no open
    /// member, and without the feature, in the same words.
    fn refused(&self, call: &Call<'_>) -> ApiError {
        let (caller, action, root) = (call.caller.arn(), AssumeRoot::ACTION, self.root());
        ApiError::access_denied(format!(
            "User: {caller} is not authorized to perform: {action} on resource: {root}"
        ))
    }

    /// The session as it begins now. Its policy goes with the task.
    fn claims(&self, organization: &Organization, lasts: Duration, call: &Call<'_>) -> Claims {
        let now = call.facts.now;
        let held = call.caller.claims();
        Claims {
            account: self.account,
            principal: SessionPrincipal::AssumedRoot {
                task: self.task,
                organization: organization.id().clone(),
            },
            issued_at: now,
            expires_at: now.plus(lasts),
            policies: SessionPolicies::default(),
            tags: SessionTags::default(),
            // Spec: API AssumeRoot, `SourceIdentity` of the answer: that of who calls.
            source_identity: held.and_then(|claims| claims.source_identity.clone()),
            mfa: MfaState::Absent,
            federation: None,
        }
    }
}

/// The account whose root user is meant, by its number or by the root user's ARN.
fn account_of(principal: &str) -> Option<AccountId> {
    if let Ok(account) = principal.parse() {
        return Some(account);
    }
    let arn: Arn = principal.parse().ok()?;
    arn.account().filter(|account| arn == Arn::iam(*account, "root"))
}

/// Spec: API AssumeRoot, `DurationSeconds`: from 0 on; the decoder has checked the range.
/// Choice: none is shorter than a second, since one of no length could not be told from one
/// that has ended.
fn lasts(asked: Option<i32>) -> Duration {
    let seconds = asked.unwrap_or(SECONDS_MAX).clamp(1, SECONDS_MAX);
    Duration::from_secs(u64::from(seconds.unsigned_abs()))
}
