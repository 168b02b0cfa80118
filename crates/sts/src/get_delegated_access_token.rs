use stead_api::sts::{
    GetDelegatedAccessToken, GetDelegatedAccessTokenRequest, GetDelegatedAccessTokenResponse,
};
use stead_api::{ApiError, ErrorCode, Operation};
use stead_authorizer::{Ask, Authorized};
use stead_directory::Snapshot;
use stead_directory::entity::{Approver, ApproverIdentity, Delegation};
use stead_service::{Asks, Authorization, Call, Handle, Work};
use stead_session::{
    Chaining, Claims, Holder, MfaState, SessionPolicies, SessionPrincipal, SessionTags,
};
use stead_types::{SourceIdentity, Uuid};

use crate::Sts;
use crate::credentials::credentials;

impl Authorization<GetDelegatedAccessToken> for Sts {
    /// Choice: no resource, since the service authorization reference has none for it.
    fn asks(_: &GetDelegatedAccessTokenRequest, call: &Call<'_>) -> Result<Asks, ApiError> {
        Ok(Ask::any(GetDelegatedAccessToken::ACTION, call.caller.account()).into())
    }
}

impl Handle<GetDelegatedAccessToken> for Sts {
    fn names(input: &GetDelegatedAccessTokenRequest) -> Vec<String> {
        let id = id(input);
        id.map(|id| vec![Delegation::unique_name(&id)]).unwrap_or_default()
    }

    /// Spec: UG:temporary-delegation-building-integration: the access begins when the token
    /// is sent. Choice: the credentials end with it, however late they are asked for, and
    /// count as issued at its beginning: what the owner's account denies to sessions issued
    /// before a moment (`aws:TokenIssueTime`) stays denied to those that are made later.
    fn execute(
        _permit: Authorized<GetDelegatedAccessToken>,
        input: GetDelegatedAccessTokenRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<GetDelegatedAccessTokenResponse, ApiError> {
        let (held, home) = find(&input, call).ok_or_else(invalid)?;
        let approver = held.approver.as_ref().ok_or_else(invalid)?;
        let expires_at = held.access_ends_at().ok_or_else(invalid)?;
        if call.facts.now >= expires_at {
            // Choice: the text; the model has the code.
            let text = "The trade-in token has expired.";
            return Err(ApiError::new(ErrorCode::ExpiredTradeInTokenException, text));
        }
        let Acting { principal, tags, source_identity } = acting(approver, home)?;
        let claims = Claims {
            account: home.account(),
            principal,
            issued_at: held.since,
            expires_at,
            policies: SessionPolicies::new(Some(&held.request.policy), Vec::new()),
            tags,
            source_identity,
            mfa: MfaState::Absent,
            federation: None,
        };
        Ok(GetDelegatedAccessTokenResponse {
            credentials: Some(credentials(&claims, work)?),
            // Spec: API GetDelegatedAccessToken: deprecated, and not populated.
            packed_policy_size: None,
            assumed_principal: Some(approver.arn.to_string()),
        })
    }
}

/// Choice: the token is the id of the request. It is good for nobody but the account that has
/// made the request, whose signature the call carries, and only once the owner has sent it.
fn id(input: &GetDelegatedAccessTokenRequest) -> Option<Uuid> {
    input.trade_in_token.expose().parse().ok()
}

/// The delegation of a token, with the account it is in.
fn find<'a>(
    input: &GetDelegatedAccessTokenRequest,
    call: &Call<'a>,
) -> Option<(&'a Delegation, &'a Snapshot)> {
    let id = id(input)?;
    let found = call.snapshots().find_map(|home| Some((&**home.delegation(&id)?, home)));
    found.filter(|(held, _)| held.request.requestor == call.caller.account())
}

/// Choice: one answer for a token that is none, that is somebody else's, or that was not
/// sent; whether there is a request is not told. The model has no code for it.
fn invalid() -> ApiError {
    ApiError::access_denied("The trade-in token is not valid.")
}

/// As whom the credentials act.
struct Acting {
    principal: SessionPrincipal,
    tags: SessionTags,
    source_identity: Option<SourceIdentity>,
}

/// Who has accepted the request, where they still exist.
fn acting(approver: &Approver, home: &Snapshot) -> Result<Acting, ApiError> {
    let delegated = |holder| Acting {
        principal: SessionPrincipal::Delegated { holder },
        tags: SessionTags::default(),
        source_identity: None,
    };
    match &approver.identity {
        ApproverIdentity::Root => Ok(delegated(Holder::Root)),
        ApproverIdentity::User(user_id) if home.user(user_id).is_some() => {
            Ok(delegated(Holder::User { user_id: user_id.clone() }))
        }
        ApproverIdentity::User(_) => Err(invalid()),
        ApproverIdentity::RoleSession { role, session_name, tags, transitive, source_identity } => {
            let role = home.role(role).ok_or_else(invalid)?;
            let tags = SessionTags::new(tags.clone(), transitive);
            Ok(Acting {
                principal: SessionPrincipal::AssumedRole {
                    role_id: role.id.clone(),
                    role_name: role.name.clone(),
                    session_name: session_name.clone(),
                    chaining: Chaining::Chained,
                },
                tags: tags.map_err(|error| ApiError::internal(error.to_string()))?,
                source_identity: source_identity.clone(),
            })
        }
    }
}
