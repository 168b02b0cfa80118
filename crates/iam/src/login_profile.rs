//! Passwords of users, as who administers them sets them, and whether the root user is let
//! have one.

use stead_api::ApiError;
use stead_api::iam::{
    CreateLoginProfile, CreateLoginProfileRequest, CreateLoginProfileResponse, DeleteLoginProfile,
    DeleteLoginProfileRequest, DeleteLoginProfileResponse, GetLoginProfile, GetLoginProfileRequest,
    GetLoginProfileResponse, LoginProfile as LoginProfileView, UpdateLoginProfile,
    UpdateLoginProfileRequest, UpdateLoginProfileResponse,
};
use stead_authorizer::Authorized;
use stead_directory::commands::{login_profile as command, root_login_profile};
use stead_directory::entity::{LoginProfile, PasswordFault, User, WrappedSecret};
use stead_directory::{DirectoryError, EntityKind, Snapshot};
use stead_service::{Call, Handle, PasswordVerdict, PasswordWork, Work};
use stead_types::{Timestamp, UserName};

use crate::error::api_error;
use crate::target::{Target, find_user, missing};
use crate::{Iam, input, password};

impl Handle<CreateLoginProfile> for Iam {
    const HASHES_PASSWORDS: bool = true;

    /// Who has a password already is refused before the new one is looked at.
    fn passwords(
        input: &CreateLoginProfileRequest,
        call: &Call<'_>,
    ) -> Result<Option<PasswordWork>, ApiError> {
        let name = match whose(input.user_name.as_deref(), call)? {
            Target::User(name) => name,
            Target::Root => return no_password(input).map(|()| None),
        };
        let user = find_user(&name, call.account)?;
        if call.account.login_profile(&user.id).is_some() {
            let (kind, name) = (EntityKind::LoginProfile, user.name.to_string());
            return Err(api_error(DirectoryError::EntityAlreadyExists { kind, name }));
        }
        // Spec: API CreateLoginProfile: only a root user's profile is made without one, in a
        // session of AssumeRoot. Choice: worded like the decoder's refusals.
        let new = input.password.as_ref().ok_or_else(|| {
            ApiError::validation(
                "1 validation error detected: Value at 'password' failed to satisfy constraint: Member must not be null",
            )
        })?;
        password::prepare(new, None, call).map(Some)
    }

    fn execute(
        _permit: Authorized<CreateLoginProfile>,
        input: CreateLoginProfileRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<CreateLoginProfileResponse, ApiError> {
        let name = match whose(input.user_name.as_deref(), call)? {
            Target::User(name) => name,
            Target::Root => {
                no_password(&input)?;
                root_login_profile::create(work.draft, call.facts.now).map_err(api_error)?;
                let login_profile = root_view(call.facts.now);
                return Ok(CreateLoginProfileResponse { login_profile });
            }
        };
        let hash = new_hash(&name, call, work)?;
        let (name, now): (UserName, _) = (existing(&name)?, call.facts.now);
        let reset = input.password_reset_required.unwrap_or(false);
        let profile = command::create(work.draft, &name, hash, reset, now).map_err(api_error)?;
        let user = find_user(name.as_str(), work.draft.snapshot())?;
        Ok(CreateLoginProfileResponse { login_profile: view(user, &profile) })
    }
}

impl Handle<GetLoginProfile> for Iam {
    fn execute(
        _permit: Authorized<GetLoginProfile>,
        input: GetLoginProfileRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<GetLoginProfileResponse, ApiError> {
        let login_profile = match whose(input.user_name.as_deref(), call)? {
            Target::User(name) => {
                let (user, profile) = find(&name, call.account)?;
                view(user, profile)
            }
            Target::Root => {
                let root = call.account.root();
                let none = || missing(EntityKind::LoginProfile, &root.id.to_string());
                root_view(root.login_profile.ok_or_else(none)?)
            }
        };
        Ok(GetLoginProfileResponse { login_profile })
    }
}

impl Handle<UpdateLoginProfile> for Iam {
    const HASHES_PASSWORDS: bool = true;

    fn passwords(
        input: &UpdateLoginProfileRequest,
        call: &Call<'_>,
    ) -> Result<Option<PasswordWork>, ApiError> {
        let Some(new) = &input.password else { return Ok(None) };
        let (_, profile) = find(&input.user_name, call.account)?;
        password::prepare(new, Some(profile), call).map(Some)
    }

    /// Observed: without a new password the profile stays but for the flag, and a new
    /// password leaves the flag as it is (radkawar/stackd, recorded in 2026).
    fn execute(
        _permit: Authorized<UpdateLoginProfile>,
        input: UpdateLoginProfileRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<UpdateLoginProfileResponse, ApiError> {
        let hash = match input.password {
            Some(_) => Some(new_hash(&input.user_name, call, work)?),
            None => None,
        };
        let name = existing(&input.user_name)?;
        let reset = input.password_reset_required;
        command::update(work.draft, &name, hash, reset, call.facts.now).map_err(api_error)?;
        Ok(UpdateLoginProfileResponse {})
    }
}

impl Handle<DeleteLoginProfile> for Iam {
    fn execute(
        _permit: Authorized<DeleteLoginProfile>,
        input: DeleteLoginProfileRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<DeleteLoginProfileResponse, ApiError> {
        match whose(input.user_name.as_deref(), call)? {
            Target::User(name) => command::delete(work.draft, &existing(&name)?),
            Target::Root => root_login_profile::delete(work.draft),
        }
        .map_err(api_error)?;
        Ok(DeleteLoginProfileResponse {})
    }
}

/// Whose password is meant: the user's who is named or calls, and in a session of AssumeRoot
/// the root user's, who then is not named.
///
/// Spec: API CreateLoginProfile, `UserName`: a root user can leave it out in a session of
/// AssumeRoot only.
fn whose(name: Option<&str>, call: &Call<'_>) -> Result<Target, ApiError> {
    match call.caller.root_task() {
        Some(_) => Target::named_or_calling(name, call),
        None => named(name, call).map(Target::User),
    }
}

/// Spec: API CreateLoginProfile, `Password`: left out in a session of AssumeRoot. Choice: the
/// text, and that nothing of the request is ignored.
fn no_password(input: &CreateLoginProfileRequest) -> Result<(), ApiError> {
    match (&input.password, input.password_reset_required) {
        (None, None | Some(false)) => Ok(()),
        _ => Err(ApiError::validation(
            "A password must not be specified for the root user in an AssumeRoot session.",
        )),
    }
}

/// The user that is named or calls. What the root user has of these it has in sessions of
/// AssumeRoot only.
///
/// Choice: the root user who names nobody is answered like a role.
pub(crate) fn named(name: Option<&str>, call: &Call<'_>) -> Result<String, ApiError> {
    match Target::named_or_calling(name, call)? {
        Target::User(name) => Ok(name),
        Target::Root => Err(ApiError::validation(
            "Must specify userName when calling with non-User credentials",
        )),
    }
}

/// The hash of the new password of a user, as it is to rest.
fn new_hash(name: &str, call: &Call<'_>, work: &mut Work<'_>) -> Result<WrappedSecret, ApiError> {
    let user = find_user(name, work.draft.snapshot())?.id.clone();
    let outcome = password::outcome(&user, work.draft.snapshot(), work.passwords.take())?;
    match outcome.verdict {
        PasswordVerdict::Good(hash) => password::wrap(&user, &hash, call, work.entropy),
        PasswordVerdict::Reused => {
            Err(api_error(DirectoryError::PasswordPolicyViolation(PasswordFault::Reused)))
        }
        PasswordVerdict::WrongOld => Err(ApiError::internal("no old password was asked for")),
    }
}

fn existing(name: &str) -> Result<UserName, ApiError> {
    input::existing_name(EntityKind::User, name)
}

fn find<'a>(name: &str, account: &'a Snapshot) -> Result<(&'a User, &'a LoginProfile), ApiError> {
    let user = find_user(name, account)?;
    match account.login_profile(&user.id) {
        Some(profile) => Ok((user, profile)),
        None => Err(missing(EntityKind::LoginProfile, user.name.as_str())),
    }
}

fn view(user: &User, profile: &LoginProfile) -> LoginProfileView {
    LoginProfileView {
        user_name: Some(user.name.to_string()),
        create_date: profile.created_at,
        password_reset_required: Some(profile.reset_required),
    }
}

/// That of the root user, who has no name. Choice: as GetUser shows it.
fn root_view(since: Timestamp) -> LoginProfileView {
    LoginProfileView { user_name: None, create_date: since, password_reset_required: Some(false) }
}
