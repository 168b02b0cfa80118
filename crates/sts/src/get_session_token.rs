use stead_api::ApiError;
use stead_api::sts::{GetSessionToken, GetSessionTokenRequest, GetSessionTokenResponse};
use stead_authorizer::Authorized;
use stead_policy::Caller;
use stead_service::{Asks, Authorization, Call, Handle, Work};
use stead_session::{Claims, Holder, MfaState, SessionPolicies, SessionPrincipal, SessionTags};

use crate::credentials::credentials;
use crate::mfa::MfaProof;
use crate::{Sts, duration};

impl Authorization<GetSessionToken> for Sts {
    fn asks(_: &GetSessionTokenRequest, call: &Call<'_>) -> Result<Asks, ApiError> {
        long_term_holder(call, "GetSessionToken")?;
        let source = "Spec: API_GetSessionToken, \"Permissions\": no permissions are required \
                      for users to perform this operation";
        Ok(Asks::NoPermissionNeeded { source })
    }
}

impl Handle<GetSessionToken> for Sts {
    fn execute(
        _permit: Authorized<GetSessionToken>,
        input: GetSessionTokenRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<GetSessionTokenResponse, ApiError> {
        let holder = long_term_holder(call, "GetSessionToken")?;
        let proof =
            MfaProof::check(input.serial_number.as_deref(), input.token_code.as_ref(), call)?;
        work.guards.extend(proof.as_ref().map(|proof| proof.guard(call)));
        let now = call.facts.now;
        let lasts = duration::of_user_session(input.duration_seconds, call.caller.principal());
        let claims = Claims {
            account: call.caller.account(),
            principal: SessionPrincipal::SessionToken { holder },
            issued_at: now,
            expires_at: now.plus(lasts),
            policies: SessionPolicies::default(),
            tags: SessionTags::default(),
            source_identity: None,
            mfa: proof.map_or(MfaState::Absent, |_| MfaState::Authenticated { at: now }),
            federation: None,
        };
        let credentials = Some(credentials(&claims, work)?);
        Ok(GetSessionTokenResponse { credentials })
    }
}

/// The user or root user behind a long-term key.
///
/// # Errors
/// Observed: AWS answers AccessDenied with this text to every temporary credential.
pub(crate) fn long_term_holder(call: &Call<'_>, operation: &str) -> Result<Holder, ApiError> {
    let with_session =
        || ApiError::access_denied(format!("Cannot call {operation} with session credentials"));
    if call.caller.claims().is_some() {
        return Err(with_session());
    }
    match call.caller.principal() {
        Caller::Root { .. } => Ok(Holder::Root),
        Caller::User { id, .. } => Ok(Holder::User { user_id: id.clone() }),
        _ => Err(with_session()),
    }
}
