use std::sync::Arc;

use stead_api::sts::{
    AssumeRoleWithWebIdentity, AssumeRoleWithWebIdentityRequest, AssumeRoleWithWebIdentityResponse,
};
use stead_api::{ApiError, ErrorCode, Operation};
use stead_authorizer::{Ask, Authorized};
use stead_directory::entity::Role;
use stead_federation::oidc::WebIdentity;
use stead_service::{Asks, Call, Handle, Work};
use stead_session::{
    Chaining, Claims, Federation, MfaState, PackedSize, SessionPolicies, SessionPrincipal,
};
use stead_types::{SessionName, SourceIdentity};

use crate::credentials::credentials;
use crate::duration::{self, Chain};
use crate::role_arn::RoleArn;
use crate::role_session::{self, assumed_role_user, decoded, shown};
use crate::session_tags::RequestedTags;
use crate::{Sts, session_policies};

impl Handle<AssumeRoleWithWebIdentity> for Sts {
    /// `sts:AssumeRoleWithWebIdentity`, and as actions of their own `sts:TagSession` and
    /// `sts:SetSourceIdentity` where the token asks for them.
    ///
    /// Spec: UG:id_session-tags, UG:id_credentials_temp_control-access_monitor.
    fn asks(input: &AssumeRoleWithWebIdentityRequest, call: &Call<'_>) -> Result<Asks, ApiError> {
        let assumption = Assumption::read(input, call)?;
        let mut actions = vec![AssumeRoleWithWebIdentity::ACTION];
        if assumption.tags.tags_session() {
            actions.push("sts:TagSession");
        }
        if assumption.source_identity.is_some() {
            actions.push("sts:SetSourceIdentity");
        }
        Ok(Asks::Permissions(actions.into_iter().map(|action| assumption.ask(action)).collect()))
    }

    fn execute(
        _permit: Authorized<AssumeRoleWithWebIdentity>,
        input: AssumeRoleWithWebIdentityRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<AssumeRoleWithWebIdentityResponse, ApiError> {
        let assumption = Assumption::read(&input, call)?;
        let Some(role) = assumption.role.clone() else {
            // A missing role trusts nobody, so no permit can exist for one.
            return Err(ApiError::internal("a permit for a role that does not exist"));
        };
        session_policies::must_exist(&assumption.policies, call.account)?;
        // Observed: how long the token is still valid does not shorten the session.
        let lasts = duration::of_role_session(input.duration_seconds, &role, Chain::First)?;
        let (target, session) = (assumption.target.clone(), assumption.session_name.clone());
        let token = assumption.token;
        let claims = assumption.into_claims(&role, call, lasts)?;
        let packed = PackedSize::of(&claims.policies, &claims.tags);
        Ok(AssumeRoleWithWebIdentityResponse {
            credentials: Some(credentials(&claims, work)?),
            subject_from_web_identity_token: Some(token.subject().to_owned()),
            assumed_role_user: Some(assumed_role_user(&target, &role, &session)),
            packed_policy_size: shown(packed),
            // Observed: the provider's ARN, or its bare name; not the issuer's URL.
            provider: claims.federation.map(|federation| federation.provider),
            audience: Some(token.application_id().to_owned()),
            source_identity: claims.source_identity.map(|identity| identity.to_string()),
        })
    }
}

/// A request to assume a role with a token that was verified.
struct Assumption<'c> {
    target: RoleArn,
    // `None` when the ARN names no role of the account.
    role: Option<Arc<Role>>,
    token: &'c WebIdentity,
    provider: &'c str,
    session_name: SessionName,
    policies: SessionPolicies,
    tags: RequestedTags,
    source_identity: Option<SourceIdentity>,
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
        let target = RoleArn::parse(&input.role_arn)?;
        let (Some(token), Some(provider)) =
            (call.caller.web_identity(), call.caller.federated_provider())
        else {
            return Err(ApiError::internal("a call with a web identity that has no token"));
        };
        let by_provider = role_authorized(token, &target)?;
        let source_identity = source_identity(token)?;
        let tags = token.session_tags();
        Ok(Self {
            role: call.account.role_by_arn(&target.arn).cloned(),
            token,
            provider,
            session_name: decoded(&input.role_session_name)?,
            policies: session_policies::read(input.policy.as_deref(), &input.policy_arns)?,
            tags: RequestedTags::of_token(&tags.tags, &tags.transitive)?,
            source_identity,
            by_provider,
            target,
        })
    }

    fn ask(&self, action: &'static str) -> Ask {
        let ask = role_session::ask(action, &self.target, self.role.as_ref(), &self.session_name);
        let ask = match &self.source_identity {
            Some(identity) => ask.with("sts:SourceIdentity", identity.as_str()),
            None => ask,
        };
        // Observed: `false` where the token says nothing of roles. The key belongs to this
        // action alone (service authorization reference).
        let ask = if action == AssumeRoleWithWebIdentity::ACTION {
            let authorized = self.by_provider == RoleAuthorized::ByProvider;
            ask.with("sts:RoleAuthorizedByIdp", authorized.to_string())
        } else {
            ask
        };
        role_session::with_tags(ask, &self.tags)
    }

    fn into_claims(
        self,
        role: &Role,
        call: &Call<'_>,
        lasts: std::time::Duration,
    ) -> Result<Claims, ApiError> {
        let now = call.facts.now;
        Ok(Claims {
            account: self.target.account,
            principal: SessionPrincipal::AssumedRole {
                role_id: role.id.clone(),
                role_name: role.name.clone(),
                session_name: self.session_name,
                chaining: Chaining::Direct,
            },
            issued_at: now,
            expires_at: now.plus(lasts),
            policies: self.policies,
            tags: self.tags.into_session_tags()?,
            source_identity: self.source_identity,
            mfa: MfaState::Absent,
            federation: Some(Federation {
                provider: self.provider.to_owned(),
                claims: self.token.remembered(),
            }),
        })
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
