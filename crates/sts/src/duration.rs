//! How long a session lasts.

use std::time::Duration;

use stead_api::ApiError;
use stead_directory::entity::Role;
use stead_policy::Caller;

/// Spec: API_AssumeRole, DurationSeconds: one hour when none is asked for.
const ROLE_DEFAULT: u32 = 3_600;
/// Spec: API_AssumeRole: "role chaining limits your session to a maximum of one hour".
const CHAINED_MAX: u32 = 3_600;
/// Spec: API_GetSessionToken and API_GetFederationToken: 43,200 seconds by default.
const USER_DEFAULT: u32 = 43_200;
/// Spec: the same pages: sessions of the root user last an hour at most.
const ROOT_MAX: u32 = 3_600;

/// Whether the caller of AssumeRole holds temporary credentials, which caps the
/// session. Observed: also for credentials of GetSessionToken (aws-vault issue 263).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Chain {
    First,
    Chained,
}

/// The duration of a role session.
///
/// # Errors
/// More than the role or a chain allows is an error, never shortened.
pub(crate) fn of_role_session(
    asked: Option<i32>,
    role: &Role,
    chain: Chain,
) -> Result<Duration, ApiError> {
    let seconds = asked.map_or(ROLE_DEFAULT, seconds);
    if chain == Chain::Chained && seconds > CHAINED_MAX {
        return Err(ApiError::validation(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        ));
    }
    if seconds > role.max_session_duration.seconds() {
        return Err(ApiError::validation(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        ));
    }
    Ok(Duration::from_secs(seconds.into()))
}

/// The duration of a session of a user; the root user's is shortened to an hour.
pub(crate) fn of_user_session(asked: Option<i32>, caller: &Caller) -> Duration {
    let seconds = asked.map_or(USER_DEFAULT, seconds);
    let seconds = match caller {
        Caller::Root { .. } => seconds.min(ROOT_MAX),
        _ => seconds,
    };
    Duration::from_secs(seconds.into())
}

// The decoder has checked the model's range, all of it positive.
fn seconds(asked: i32) -> u32 {
    u32::try_from(asked).unwrap_or(0)
}
