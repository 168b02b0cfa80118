use std::sync::Arc;
use std::time::Duration;

use stead_api::sts::{
    AssumeRoleWithWebIdentity, AssumeRoleWithWebIdentityRequest, AssumeRoleWithWebIdentityResponse,
};
use stead_api::{ApiError, ErrorCode, Operation};
use stead_authorizer::{Ask, Authorized};
use stead_directory::entity::Role;
use stead_federation::oidc::WebIdentity;
use stead_service::{Asks, Authorization, Call, Handle, Work};
use stead_session::{Chaining, Claims, Federation, PackedSize};
use stead_types::SourceIdentity;

use crate::credentials::credentials;
use crate::duration::{self, Chain};
use crate::role_arn::RoleArn;
use crate::role_session::{RoleSession, decoded, shown};
use crate::session_tags::RequestedTags;
use crate::{Rehearse, Sts, session_policies};

impl Authorization<AssumeRoleWithWebIdentity> for Sts {
    fn asks(input: &AssumeRoleWithWebIdentityRequest, call: &Call<'_>) -> Result<Asks, ApiError> {
        let assumption = Assumption::read(input, call)?;
        let actions = assumption.session.actions(AssumeRoleWithWebIdentity::ACTION);
        Ok(Asks::Permissions(actions.into_iter().map(|action| assumption.ask(action)).collect()))
    }
}

impl Handle<AssumeRoleWithWebIdentity> for Sts {
    fn execute(
        _permit: Authorized<AssumeRoleWithWebIdentity>,
        input: AssumeRoleWithWebIdentityRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<AssumeRoleWithWebIdentityResponse, ApiError> {
        let (Assumption { session, token, provider, .. }, role, lasts) = begin(&input, call)?;
        let user = session.user(&role);
        let claims = Claims {
            federation: Some(Federation {
                provider: provider.to_owned(),
                claims: token.remembered(),
            }),
            ..session.begin(&role, Chaining::Direct, call, lasts)?
        };
        let packed = PackedSize::of(&claims.policies, &claims.tags);
        Ok(AssumeRoleWithWebIdentityResponse {
            credentials: Some(credentials(&claims, work)?),
            subject_from_web_identity_token: Some(token.subject().to_owned()),
            assumed_role_user: Some(user),
            packed_policy_size: shown(packed),
            // Observed: the provider's ARN, or its bare name; not the issuer's URL.
            provider: claims.federation.map(|federation| federation.provider),
            audience: Some(token.application_id().to_owned()),
            source_identity: claims.source_identity.map(|identity| identity.to_string()),
        })
    }
}

impl Rehearse<AssumeRoleWithWebIdentity> for Sts {
    fn rehearse(input: &AssumeRoleWithWebIdentityRequest, call: &Call<'_>) -> Result<(), ApiError> {
        let (Assumption { session, .. }, ..) = begin(input, call)?;
        session.must_fit()
    }
}

/// What is checked once the policies have said yes.
fn begin<'c>(
    input: &AssumeRoleWithWebIdentityRequest,
    call: &Call<'c>,
) -> Result<(Assumption<'c>, Arc<Role>, Duration), ApiError> {
    let assumption = Assumption::read(input, call)?;
    let role = assumption.session.permitted_role()?;
    session_policies::must_exist(&assumption.session.policies, call.account)?;
    // Observed: how long the token is still valid does not shorten the session.
    let lasts = duration::of_role_session(input.duration_seconds, &role, Chain::First)?;
    Ok((assumption, role, lasts))
}

/// A request to assume a role with a token that was verified.
struct Assumption<'c> {
    session: RoleSession,
    token: &'c WebIdentity,
    provider: &'c str,
    by_provider: RoleAuthorized,
}

/// Whether the provider has said for which roles its token is, this one among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RoleAuthorized {
    /// It has.
    ByProvider,
    /// It has said nothing.
    NotSaid,
}

impl<'c> Assumption<'c> {
    fn read(input: &AssumeRoleWithWebIdentityRequest, call: &Call<'c>) -> Result<Self, ApiError> {
        let target = RoleArn::parse_strictly(&input.role_arn)?;
        let (Some(token), Some(provider)) =
            (call.caller.web_identity(), call.caller.federated_provider())
        else {
            return Err(ApiError::internal("a call with a web identity that has no token"));
        };
        let by_provider = role_authorized(token, &target)?;
        let source_identity = source_identity(token)?;
        let tags = token.session_tags();
        let session = RoleSession {
            role: call.account.role_by_arn(&target.arn).cloned(),
            name: decoded(&input.role_session_name)?,
            policies: session_policies::read(input.policy.as_deref(), &input.policy_arns)?,
            tags: RequestedTags::of_token(&tags.tags, &tags.transitive)?,
            source_identity,
            target,
        };
        Ok(Self { session, token, provider, by_provider })
    }

    fn ask(&self, action: &'static str) -> Ask {
        let ask = self.session.ask(action);
        // Observed: `false` where the token says nothing of roles. The key belongs to this
        // action alone (service authorization reference).
        if action == AssumeRoleWithWebIdentity::ACTION {
            let authorized = self.by_provider == RoleAuthorized::ByProvider;
            ask.with("sts:RoleAuthorizedByIdp", authorized.to_string())
        } else {
            ask
        }
    }
}

/// Spec: the claim `https://aws.amazon.com/roles`, and `sts:RoleAuthorizedByIdp` in the
/// service authorization reference. Observed: a token that names other roles is refused
/// before any policy is asked, in these words.
fn role_authorized(token: &WebIdentity, target: &RoleArn) -> Result<RoleAuthorized, ApiError> {
    match token.roles() {
        None => Ok(RoleAuthorized::NotSaid),
        Some(roles) if roles.contains(target.arn.as_str()) => Ok(RoleAuthorized::ByProvider),
        Some(_) => Err(ApiError::new(
            ErrorCode::InvalidIdentityToken,
            "The target role ARN is not present in the roles claim of the identity token",
        )),
    }
}

/// Choice: as in a request, `aws:` is for AWS to begin a source identity with.
fn source_identity(token: &WebIdentity) -> Result<Option<SourceIdentity>, ApiError> {
    let Some(identity) = token.source_identity() else { return Ok(None) };
    if identity.as_str().get(..4).is_some_and(|head| head.eq_ignore_ascii_case("aws:")) {
        let message = "Source Identity must not begin with aws:";
        return Err(ApiError::new(ErrorCode::InvalidIdentityToken, message));
    }
    Ok(Some(identity.clone()))
}
