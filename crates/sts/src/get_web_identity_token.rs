use std::time::Duration;

use stead_api::sts::{
    GetWebIdentityToken, GetWebIdentityTokenRequest, GetWebIdentityTokenResponse, Tag,
};
use stead_api::{ApiError, ErrorCode, Operation};
use stead_authorizer::{Ask, Authorized};
use stead_directory::entity::{OutboundFederation, TokenIssuer, TokenKey, Vending};
use stead_policy::Caller;
use stead_service::{Asks, Authorization, Call, Handle, Work};
use stead_types::{Arn, Secret, TokenAlgorithm, Uuid};

use crate::Sts;
use crate::outbound::{TokenClaims, sign};
use crate::session_tags::duplicate;

/// Spec: API GetWebIdentityToken, `DurationSeconds`: five minutes when none are asked for.
const DURATION_DEFAULT: i32 = 300;

/// The longest payload, in bytes before it is encoded.
///
/// Observed: one of 14,984 bytes is signed, and about 22,000 are not (radkawar/stackd,
/// recorded in 2026). Choice: the number in between.
const PAYLOAD_BYTES_MAX: usize = 15_000;

impl Authorization<GetWebIdentityToken> for Sts {
    /// Observed: the resource, and that the keys are there with the default duration too
    /// (radkawar/stackd, recorded in 2026). Spec: UG:id_roles_providers_outbound_policies:
    /// tags need `sts:TagGetWebIdentityToken` as well.
    fn asks(input: &GetWebIdentityTokenRequest, call: &Call<'_>) -> Result<Asks, ApiError> {
        supported(call)?;
        let algorithm = algorithm(input)?;
        let tags = RequestTags::read(&input.tags)?;
        let resource = Arn::sts(call.caller.account(), "self").to_string();
        let ask = |action| {
            let ask = Ask::plain(action, call.caller.account(), resource.as_str())
                .with_all("sts:IdentityTokenAudience", &input.audience)
                .with("sts:SigningAlgorithm", algorithm.name())
                .with("sts:DurationSeconds", seconds(input).to_string());
            tags.added_to(ask)
        };
        let mut asks = vec![ask(GetWebIdentityToken::ACTION)];
        if !tags.0.is_empty() {
            asks.push(ask("sts:TagGetWebIdentityToken"));
        }
        Ok(Asks::Permissions(asks))
    }
}

impl Handle<GetWebIdentityToken> for Sts {
    fn execute(
        _permit: Authorized<GetWebIdentityToken>,
        input: GetWebIdentityTokenRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<GetWebIdentityTokenResponse, ApiError> {
        let algorithm = algorithm(&input)?;
        let now = call.facts.now;
        let expires_at = now.plus(Duration::from_secs(u64::try_from(seconds(&input)).unwrap_or(0)));
        // Observed: asked before whether the account issues tokens at all.
        if call.caller.claims().is_some_and(|claims| expires_at > claims.expires_at) {
            return Err(ApiError::new(
                ErrorCode::SessionDurationEscalationException,
                "Requested token expiry time must be before the original session's expiry time.",
            ));
        }
        let (issuer, key) = signing_key(algorithm, call)?;
        let claims = TokenClaims {
            issuer: call.issuer_base.issuer(&issuer.id),
            audience: input.audience,
            id: Uuid::generate(work.entropy),
            expires_at,
            request_tags: RequestTags::read(&input.tags)?.0,
        };
        let payload = claims.of_caller(call);
        if payload.len() > PAYLOAD_BYTES_MAX {
            return Err(ApiError::new(
                ErrorCode::JWTPayloadSizeExceededException,
                "JWT payload exceeds maximum allowed size",
            ));
        }
        Ok(GetWebIdentityTokenResponse {
            web_identity_token: Some(Secret::new(sign(&payload, key, call.vault)?)),
            expiration: Some(expires_at),
        })
    }
}

/// Whom a token can be about.
///
/// Observed: federated users are refused before any policy is asked, sessions of
/// GetSessionToken and of roles are not (radkawar/stackd, recorded in 2026).
fn supported(call: &Call<'_>) -> Result<(), ApiError> {
    match call.caller.principal() {
        Caller::Root { .. } | Caller::User { .. } | Caller::RoleSession { .. } => Ok(()),
        _ => Err(ApiError::access_denied(
            "GetWebIdentityToken does not support federated user sessions".to_owned(),
        )),
    }
}

/// Observed: names in other case, and those of other algorithms, are refused so
/// (radkawar/stackd, recorded in 2026).
fn algorithm(input: &GetWebIdentityTokenRequest) -> Result<TokenAlgorithm, ApiError> {
    TokenAlgorithm::from_name(&input.signing_algorithm).ok_or_else(|| {
        ApiError::validation(
            "Requested SigningAlgorithm is not supported. See the GetWebIdentityToken documentation for supported algorithms",
        )
    })
}

// The decoder has checked the model's range.
fn seconds(input: &GetWebIdentityTokenRequest) -> i32 {
    input.duration_seconds.unwrap_or(DURATION_DEFAULT)
}

fn signing_key<'a>(
    algorithm: TokenAlgorithm,
    call: &Call<'a>,
) -> Result<(&'a TokenIssuer, &'a TokenKey), ApiError> {
    let enabled = |federation: &&'a OutboundFederation| federation.vending == Vending::Enabled;
    let federation = call.account.outbound_federation().map(AsRef::as_ref).filter(enabled);
    let (Some(issuer), Some(federation)) = (call.account.token_issuer(), federation) else {
        return Err(ApiError::new(
            ErrorCode::OutboundWebIdentityFederationDisabledException,
            "OutboundWebIdentityFederation is disabled.",
        ));
    };
    let key = federation.signing_key(algorithm);
    let key = key.ok_or_else(|| ApiError::internal("an issuer without a key of this kind"))?;
    Ok((issuer, key))
}

/// The tags of a request, with keys that differ in more than their case. They are no
/// session tags: keys may begin with `aws:`.
///
/// Observed: radkawar/stackd, recorded in 2026.
struct RequestTags(Vec<Tag>);

impl RequestTags {
    fn read(tags: &[Tag]) -> Result<Self, ApiError> {
        let mut keys: Vec<String> = tags.iter().map(|tag| tag.key.to_lowercase()).collect();
        keys.sort_unstable();
        keys.dedup();
        if keys.len() == tags.len() { Ok(Self(tags.to_vec())) } else { Err(duplicate()) }
    }

    fn added_to(&self, ask: Ask) -> Ask {
        let ask = ask.with_all("aws:TagKeys", self.0.iter().map(|tag| tag.key.as_str()));
        self.0.iter().fold(ask, |ask, tag| {
            ask.with(format!("aws:RequestTag/{}", tag.key), tag.value.as_str())
        })
    }
}
