//! What all ways of assuming a role have in common.

use std::sync::Arc;
use std::time::Duration;

use stead_api::ApiError;
use stead_api::sts::AssumedRoleUser;
use stead_authorizer::{Ask, Resource};
use stead_directory::entity::Role;
use stead_service::Call;
use stead_session::{Chaining, Claims, MfaState, PackedSize, SessionPolicies, SessionPrincipal};
use stead_types::{Arn, SessionName, SourceIdentity};

use crate::credentials::too_large;
use crate::role_arn::RoleArn;
use crate::session_tags::RequestedTags;

/// A role that is to be assumed, and what its session is to be.
pub(crate) struct RoleSession {
    pub(crate) target: RoleArn,
    // `None` when the ARN names no role, or an account that is not hosted here.
    pub(crate) role: Option<Arc<Role>>,
    pub(crate) name: SessionName,
    pub(crate) policies: SessionPolicies,
    pub(crate) tags: RequestedTags,
    // Also one that the calling session hands on.
    pub(crate) source_identity: Option<SourceIdentity>,
}

impl RoleSession {
    /// What must be allowed: the operation's own action, and as actions of their own
    /// `sts:TagSession` when the session gets tags and `sts:SetSourceIdentity` when it
    /// gets a source identity.
    ///
    /// Spec: UG:id_session-tags, "Permissions required to add session tags";
    /// UG:id_credentials_temp_control-access_monitor, "Permissions required to set source
    /// identity". Inherited tags and identities are asked for again at every hop.
    pub(crate) fn actions(&self, own: &'static str) -> Vec<&'static str> {
        let mut actions = vec![own];
        if self.tags.tags_session() {
            actions.push("sts:TagSession");
        }
        if self.source_identity.is_some() {
            actions.push("sts:SetSourceIdentity");
        }
        actions
    }

    /// A question about the role.
    ///
    /// Spec: UG:reference_policies_iam-condition-keys, sts:SourceIdentity: present while
    /// one is being set; an inherited one is being set again.
    pub(crate) fn ask(&self, action: &'static str) -> Ask {
        let account = self.target.account;
        let (arn, role) = (self.target.arn.as_str().to_owned(), self.role.clone());
        let resource = Resource::Role { account, arn, role };
        let ask = Ask { resource, ..Ask::any(action, account) };
        let ask = ask.with("sts:RoleSessionName", self.name.as_str());
        let ask = match &self.source_identity {
            Some(identity) => ask.with("sts:SourceIdentity", identity.as_str()),
            None => ask,
        };
        with_tags(ask, &self.tags)
    }

    /// The role, once the policies have said yes.
    ///
    /// # Errors
    /// A missing role trusts nobody, so no permit can exist for one: a defect.
    pub(crate) fn permitted_role(&self) -> Result<Arc<Role>, ApiError> {
        let missing = || ApiError::internal("a permit for a role that does not exist");
        self.role.clone().ok_or_else(missing)
    }

    /// The ARN and the id of the session.
    pub(crate) fn user(&self, role: &Role) -> AssumedRoleUser {
        let session = &self.name;
        let resource = ["assumed-role/", role.name.as_str(), "/", session.as_str()].concat();
        let arn = Arn::sts(self.target.account, &resource).into();
        let assumed_role_id = [role.id.as_str(), ":", session.as_str()].concat();
        AssumedRoleUser { assumed_role_id, arn }
    }

    /// Whether policies and tags fit into a session.
    ///
    /// # Errors
    /// As when the session is sealed.
    pub(crate) fn must_fit(self) -> Result<(), ApiError> {
        let packed = PackedSize::of(&self.policies, &self.tags.into_session_tags()?);
        if packed.fits() { Ok(()) } else { Err(too_large(packed)) }
    }

    /// The session as it begins now, without a second factor or a provider.
    pub(crate) fn begin(
        self,
        role: &Role,
        chaining: Chaining,
        call: &Call<'_>,
        lasts: Duration,
    ) -> Result<Claims, ApiError> {
        let now = call.facts.now;
        Ok(Claims {
            account: self.target.account,
            principal: SessionPrincipal::AssumedRole {
                role_id: role.id.clone(),
                role_name: role.name.clone(),
                session_name: self.name,
                chaining,
            },
            issued_at: now,
            expires_at: now.plus(lasts),
            policies: self.policies,
            tags: self.tags.into_session_tags()?,
            source_identity: self.source_identity,
            mfa: MfaState::Absent,
            federation: None,
        })
    }
}

/// The question with the tags that the session is to have.
fn with_tags(ask: Ask, tags: &RequestedTags) -> Ask {
    let transitive = tags.transitive_keys.iter().map(|key| key.as_str());
    let ask =
        ask.with_all("aws:TagKeys", tags.keys()).with_all("sts:TransitiveTagKeys", transitive);
    tags.passed.iter().fold(ask, |ask, tag| {
        ask.with(format!("aws:RequestTag/{}", tag.key.as_str()), tag.value.as_str())
    })
}

/// `PackedPolicySize`: left out when nothing was packed.
pub(crate) fn shown(packed: PackedSize) -> Option<i32> {
    match packed.percent() {
        0 => None,
        percent => i32::try_from(percent).ok(),
    }
}

/// The decoder has checked the model's pattern; a name that fails here is a defect.
pub(crate) fn decoded<T: std::str::FromStr>(text: &str) -> Result<T, ApiError> {
    text.parse().map_err(|_| ApiError::internal("a decoded name does not parse"))
}
