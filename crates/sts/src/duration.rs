//! How long a session lasts.

use std::time::Duration;

use stead_api::ApiError;
use stead_directory::entity::Role;
use stead_federation::saml::VerifiedAssertion;
use stead_policy::Caller;
use stead_types::Timestamp;

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

/// The duration of a role session that an assertion begins: what the assertion says only
/// shortens it.
///
/// Spec: API_AssumeRoleWithSAML, "Session Duration"; UG:id_roles_providers_create_saml_assertions,
/// "SAML SessionDuration Attribute". Observed (radkawar/stackd, recorded in 2026): an
/// attribute of 7,200 seconds leaves the default of 3,600, and a session at the provider
/// that ends in ten minutes gives ten minutes, below what may be asked for.
///
/// # Errors
/// More than the role allows was asked for.
pub(crate) fn of_saml_session(
    asked: Option<i32>,
    role: &Role,
    assertion: &VerifiedAssertion,
    now: Timestamp,
) -> Result<Duration, ApiError> {
    let lasts = of_role_session(asked, role, Chain::First)?;
    let until = |end: Timestamp| {
        // An end that has passed was refused before; a session lasts a second at least.
        Duration::from_secs(u64::try_from(end.seconds_since(now)).unwrap_or(0).max(1))
    };
    let bounds = [assertion.session_duration(), assertion.session_ends().map(until)];
    Ok(bounds.into_iter().flatten().fold(lasts, Duration::min))
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
