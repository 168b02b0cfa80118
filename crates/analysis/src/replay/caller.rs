//! Who called: found among the exported accounts.

use std::sync::Arc;

use stead_authorizer::{SupposedCaller, Supposition};
use stead_directory::entity::{
    AccountRoot, AttachedPolicies, Entity, MaxSessionDuration, Role, User, WrappedSecret,
};
use stead_directory::{EntityChange, Snapshot, imported};
use stead_session::{
    Chaining, Claims, Holder, MfaState, SessionPolicies, SessionPrincipal, SessionTags,
};
use stead_types::{AccountId, Arn, Path, RoleName, Tag, TagSet, Timestamp, UniqueId, UserName};

use super::{Attempted, Home, Refusal};
use crate::attempt::{Caller, Operation};
use crate::matching::merged;

/// How long a session has lasted, and lasts still, when it calls.
const AGE_SECONDS: u64 = 60;
const LEFT_SECONDS: u64 = 3_600;

impl Attempted<'_> {
    /// The caller, and the account whose policies speak for it.
    pub(super) fn caller(
        &self,
        owner: AccountId,
        missing: &mut Vec<String>,
    ) -> Result<(SupposedCaller, Home), Refusal> {
        match (self.attempt.operation, &self.attempt.caller) {
            (Operation::AssumeRoleWithWebIdentity | Operation::AssumeRoleWithSAML, _)
            | (_, None) => {
                let home = self.home(owner, missing);
                let caller = self.bearer(&home)?;
                Ok((caller, home))
            }
            (Operation::AssumeRole, Some(caller)) => match &caller.service {
                Some(service) => {
                    let home = self.home(owner, missing);
                    let who = Supposition::Service(service.clone());
                    Ok((suppose(who, &home)?, home))
                }
                None => self.signed(caller, missing),
            },
        }
    }

    /// A caller with keys.
    fn signed(
        &self,
        caller: &Caller,
        missing: &mut Vec<String>,
    ) -> Result<(SupposedCaller, Home), Refusal> {
        let invalid = || refused("The security token included in the request is invalid");
        let arn: Arn = caller.arn.as_deref().unwrap_or_default().parse().map_err(|_| invalid())?;
        let account = arn.account().ok_or_else(invalid)?;
        let mut home = self.home(account, missing);
        if arn.resource() == "root" {
            return Ok((suppose(Supposition::Root, &home)?, home));
        }
        if let Some(name) = arn.resource_of("user") {
            if home.user_by_arn(&arn).is_none() {
                missing.push(format!("the policies of `{arn}`"));
                home = with_user(&home, name, &arn);
            }
            let user = home.user_by_arn(&arn).ok_or_else(invalid)?;
            let who = if caller.credential.as_deref() == Some("session-token") {
                let holder = Holder::User { user_id: user.id.clone() };
                let principal = SessionPrincipal::SessionToken { holder };
                Supposition::Session(Box::new(self.claims(account, caller, principal)))
            } else {
                Supposition::User(user.id.clone())
            };
            return Ok((suppose(who, &home)?, home));
        }
        let (role_name, session_name) = session_names(&arn).ok_or_else(invalid)?;
        if home.role_by_name(role_name).is_none() {
            missing.push(format!("the policies of the role `{role_name}` in account {account}"));
            home = with_role(&home, arn.resource_of("role").unwrap_or(role_name));
        }
        let role = home.role_by_name(role_name).ok_or_else(invalid)?;
        let principal = SessionPrincipal::AssumedRole {
            role_id: role.id.clone(),
            role_name: role.name.clone(),
            session_name: session_name.parse().map_err(|_| invalid())?,
            chaining: Chaining::Direct,
        };
        let claims = self.claims(account, caller, principal);
        let absent = claims.policies.managed().iter().filter(|arn| home.policy(arn).is_none());
        missing.extend(absent.map(|arn| format!("the policy `{arn}`")));
        Ok((suppose(Supposition::Session(Box::new(claims)), &home)?, home))
    }

    fn claims(&self, account: AccountId, caller: &Caller, principal: SessionPrincipal) -> Claims {
        let now = self.attempt.time;
        let issued_at = now.minus(std::time::Duration::from_secs(AGE_SECONDS));
        let (managed, documents) = session_policies(caller);
        let policy = merged(&documents);
        Claims {
            account,
            principal,
            issued_at,
            expires_at: now.plus(std::time::Duration::from_secs(LEFT_SECONDS)),
            policies: SessionPolicies::new(policy.as_deref(), managed),
            tags: session_tags(caller),
            source_identity: caller.source_identity.as_ref().and_then(|text| text.parse().ok()),
            mfa: if caller.mfa {
                MfaState::Authenticated { at: issued_at }
            } else {
                MfaState::Absent
            },
            federation: None,
        }
    }

    fn home(&self, account: AccountId, missing: &mut Vec<String>) -> Home {
        match self.world.account(account) {
            Some(found) => {
                missing.extend(found.missing.iter().cloned());
                found.snapshot.clone()
            }
            None => {
                missing.push(format!("account {account}"));
                let created_at = Timestamp::from_epoch_seconds(0);
                let data_key = WrappedSecret::new([]);
                Arc::new(Snapshot::empty(AccountRoot {
                    id: account,
                    created_at,
                    data_key,
                    login_profile: None,
                }))
            }
        }
    }
}

/// Session policies that are named by their ARN, and those that are documents.
fn session_policies(caller: &Caller) -> (Vec<Arn>, Vec<serde_json::Value>) {
    let mut managed = Vec::new();
    let mut documents = Vec::new();
    for policy in &caller.session_policies {
        match policy.as_str().and_then(|text| text.parse().ok()) {
            Some(arn) => managed.push(arn),
            None => documents.push(policy.clone()),
        }
    }
    (managed, documents)
}

/// The names of the role and of the session. Whoever names the role alone means any
/// session of it.
fn session_names(arn: &Arn) -> Option<(&str, &str)> {
    if let Some(path_and_name) = arn.resource_of("role") {
        return Some((path_and_name.rsplit('/').next()?, "session"));
    }
    arn.resource_of("assumed-role")?.split_once('/')
}

fn session_tags(caller: &Caller) -> SessionTags {
    let tags = caller.session_tags.iter().flatten().filter_map(|(key, value)| {
        Some(Tag { key: key.parse().ok()?, value: value.parse().ok()? })
    });
    let tags = TagSet::new(tags).unwrap_or_default();
    let keys: Vec<_> =
        caller.transitive_tag_keys.iter().filter_map(|key| key.parse().ok()).collect();
    SessionTags::new(tags, &keys).unwrap_or_default()
}

fn suppose(who: Supposition, home: &Snapshot) -> Result<SupposedCaller, Refusal> {
    SupposedCaller::of(who, home).map_err(|error| refused(error.to_string()))
}

fn refused(message: impl Into<String>) -> Refusal {
    Refusal::Request(stead_api::ApiError::validation(message))
}

/// What is not in view must not be what a denial is blamed on: the caller then may do
/// everything on its own side, and the answer says that this was supposed.
const EVERYTHING: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;

fn with_user(home: &Snapshot, path_and_name: &str, arn: &Arn) -> Home {
    let (path, name) = split(path_and_name);
    let (Ok(id), Ok(name), Ok(path)) = (
        "AIDASUPPOSEDSUPPOSEDX".parse::<UniqueId>(),
        name.parse::<UserName>(),
        path.parse::<Path>(),
    ) else {
        return Arc::new(home.clone());
    };
    let user = User {
        id,
        name,
        path,
        created_at: Timestamp::from_epoch_seconds(0),
        tags: TagSet::default(),
        boundary: None,
        inline: everything(arn),
        attached: AttachedPolicies::default(),
        groups: std::collections::BTreeSet::new(),
    };
    Arc::new(home.apply(&[EntityChange::Put(Entity::User(Arc::new(user)))]))
}

/// The path of a user or role, and the name.
fn split(path_and_name: &str) -> (String, &str) {
    match path_and_name.rsplit_once('/') {
        Some((path, name)) => (format!("/{path}/"), name),
        None => ("/".to_owned(), path_and_name),
    }
}

fn with_role(home: &Snapshot, path_and_name: &str) -> Home {
    let (path, name) = split(path_and_name);
    let (Ok(id), Ok(name), Ok(path)) = (
        "AROASUPPOSEDSUPPOSEDX".parse::<UniqueId>(),
        name.parse::<RoleName>(),
        path.parse::<Path>(),
    ) else {
        return Arc::new(home.clone());
    };
    let arn = Role::arn_for(home.account(), &path, &name);
    let role = Role {
        id,
        name,
        path,
        created_at: Timestamp::from_epoch_seconds(0),
        description: None,
        trust: imported::trust_policy(&"{}".into(), &arn, home),
        max_session_duration: MaxSessionDuration::DEFAULT,
        tags: TagSet::default(),
        boundary: None,
        inline: everything(&arn),
        attached: AttachedPolicies::default(),
    };
    Arc::new(home.apply(&[EntityChange::Put(Entity::Role(Arc::new(role)))]))
}

fn everything(owner: &Arn) -> stead_directory::entity::InlinePolicies {
    let name = "supposed".parse().ok();
    imported::inline_policies(owner, name.map(|name| (name, EVERYTHING.into())))
}
