//! ChangePassword: a user changes their own.

use stead_api::iam::{ChangePassword, ChangePasswordRequest, ChangePasswordResponse};
use stead_api::{ApiError, ErrorCode};
use stead_authorizer::Authorized;
use stead_directory::commands::login_profile as command;
use stead_directory::entity::{LoginProfile, PasswordFault, User};
use stead_directory::{DirectoryError, EntityKind};
use stead_policy::Caller;
use stead_service::{Call, Handle, PasswordVerdict, PasswordWork, Work};
use stead_types::UserName;

use crate::error::api_error;
use crate::target::{find_user, missing};
use crate::{Iam, password};

impl Handle<ChangePassword> for Iam {
    const HASHES_PASSWORDS: bool = true;

    /// Wrong passwords are counted like wrong one-time codes: who has found a key must not
    /// find the password too.
    fn passwords(
        input: &ChangePasswordRequest,
        call: &Call<'_>,
    ) -> Result<Option<PasswordWork>, ApiError> {
        let (user, profile) = present(call)?;
        let work = password::prepare(&input.new_password, Some(profile), call)?;
        let present = password::unwrap(&user.id, &profile.password, call)?;
        if !call.code_attempts.begin(&user.arn(call.account.account())) {
            return Err(wrong_password());
        }
        Ok(Some(PasswordWork { old: Some((input.old_password.clone(), present)), ..work }))
    }

    fn execute(
        _permit: Authorized<ChangePassword>,
        input: ChangePasswordRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<ChangePasswordResponse, ApiError> {
        let user = find_user(caller(call)?.as_str(), work.draft.snapshot())?.clone();
        let snapshot = work.draft.snapshot();
        let outcome = password::outcome(&user.id, snapshot, work.passwords.take())?;
        let verdict = match outcome.verdict {
            PasswordVerdict::WrongOld => return Err(wrong_password()),
            verdict => verdict,
        };
        call.code_attempts.right(&user.arn(call.account.account()));
        // Observed: the present password as the new one is refused so, without a policy
        // (radkawar/stackd, recorded in 2026).
        if input.old_password == input.new_password {
            return Err(wrong_password());
        }
        let hash = match verdict {
            PasswordVerdict::Good(hash) => password::wrap(&user.id, &hash, call, work.entropy)?,
            PasswordVerdict::WrongOld | PasswordVerdict::Reused => {
                let fault = DirectoryError::PasswordPolicyViolation(PasswordFault::Reused);
                return Err(api_error(fault));
            }
        };
        // Observed: the user has then done what was required (radkawar/stackd, 2026).
        let (reset_required, now) = (Some(false), call.facts.now);
        command::update(work.draft, &user.name, Some(hash), reset_required, now)
            .map_err(api_error)?;
        Ok(ChangePasswordResponse {})
    }
}

/// The user that calls.
///
/// Spec: API ChangePassword: a user's own, and not that of the root user. Choice: the text.
pub(crate) fn caller(call: &Call<'_>) -> Result<UserName, ApiError> {
    match (call.caller.principal(), call.caller.user_name()) {
        (Caller::User { .. }, Some(name)) => Ok(name.clone()),
        _ => Err(ApiError::new(
            ErrorCode::InvalidUserType,
            "Only IAM Users can change their own password",
        )),
    }
}

fn present<'a>(call: &Call<'a>) -> Result<(&'a User, &'a LoginProfile), ApiError> {
    let user = find_user(caller(call)?.as_str(), call.account)?;
    match call.account.login_profile(&user.id) {
        Some(profile) => Ok((user, profile)),
        None => Err(missing(EntityKind::LoginProfile, user.name.as_str())),
    }
}

/// Observed: the code (radkawar/stackd, recorded in 2026). Choice: the text.
fn wrong_password() -> ApiError {
    ApiError::access_denied("The old password was incorrect.".to_owned())
}
