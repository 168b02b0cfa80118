use std::borrow::Cow;
use std::ops::Deref;
use std::sync::Arc;

use stead_directory::Snapshot;
use stead_directory::entity::{AccessKey, KeyOwner, KeyStatus, OidcProvider};
use stead_federation::oidc::{
    AccessTokenOwner, Algorithms, ClientIds, ConditionKey, Expected, KeySet, NamedProvider,
    Refusal, UnverifiedToken, VerifiedToken, WebIdentity, verify,
};
use stead_policy::{Caller, CompiledPolicy, DocumentKind, FederatedIssuer, PolicySource};
use stead_session::{Claims, Holder, MfaState, Session, SessionPrincipal};
use stead_sigv4::Verified;
use stead_types::{AccessKeyId, AccountId, Arn, RootTask, TagSet, Timestamp, UserName};
use thiserror::Error;

mod saml;
mod service;
mod supposed;

pub use saml::{SamlProof, SamlRefused};
pub use service::{ServiceSource, ServiceSourceError};
pub use supposed::{SupposedCaller, Supposition};

/// A caller who has proved who they are and who exists at this revision.
///
/// Only this module makes one, and only from a [`Verified`] signature, or from the token
/// or the assertion of a provider that the account trusts: whoever holds one need not ask
/// again who is calling. No permit is made without one.
#[derive(Clone, Debug)]
pub struct VerifiedCaller(CallerFacts);

/// Who calls, as policies, handlers and records read it.
///
/// These are facts and no proof: a [`SupposedCaller`] has them too. They are lent by
/// whoever has them and never turn into a [`VerifiedCaller`].
#[derive(Clone, Debug)]
pub struct CallerFacts {
    account: AccountId,
    principal: Caller,
    user_name: Option<UserName>,
    proof: Proof,
}

/// How a caller has proved who they are.
#[derive(Clone, Debug)]
enum Proof {
    /// By the signature of a key: a long-term one, or that of a session.
    Signature { access_key_id: AccessKeyId, session: Option<Box<SessionState>> },
    /// By the signature of the key that a service is registered with.
    Service { access_key_id: AccessKeyId, source: Box<ServiceSource> },
    /// By nothing, as callers of questions; with the session they are supposed to have.
    Nothing { session: Option<Box<SessionState>> },
    /// By the token of an OpenID Connect provider, or by what a provider says of a token.
    WebIdentity(Box<WebIdentity>),
    /// By the assertion of a SAML provider.
    Saml(Box<SamlProof>),
}

#[derive(Clone, Debug)]
struct SessionState {
    claims: Claims,
    // Compiled when the token is opened; what does not compile allows nothing.
    inline_policy: Option<CompiledPolicy>,
    managed_sources: Vec<PolicySource>,
}

/// Which operation a session came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SessionKind {
    AssumedRole,
    FederatedUser,
    SessionToken,
    Delegated,
    AssumedRoot,
}

/// Why the bearer of a token is not who the token says.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum WebIdentityRefused {
    /// The account has no provider with the token's issuer.
    #[error("the account has no provider of this issuer")]
    NoProvider,
    /// The token is not accepted.
    #[error("the token {0}")]
    Token(#[from] Refusal),
}

/// Why a verified signature names nobody who may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Unidentified {
    /// The key that signed is not the key that was looked up: a defect of the caller.
    #[error("the signature was made with another access key")]
    OtherKey,
    /// The key is switched off.
    #[error("the access key is inactive")]
    Inactive,
    /// The user or role is gone, or one of the same name has taken its place.
    #[error("the principal behind the credentials no longer exists")]
    PrincipalGone,
    /// The session belongs to another account than the snapshot.
    #[error("the session belongs to another account")]
    OtherAccount,
}

impl VerifiedCaller {
    /// The owner of a long-term key.
    ///
    /// # Errors
    /// An inactive key, a key whose user is gone, or a signature of another key.
    pub fn of_key(
        verified: &Verified,
        key: &AccessKey,
        account: &Snapshot,
    ) -> Result<Self, Unidentified> {
        if verified.access_key_id() != key.id.as_str() {
            return Err(Unidentified::OtherKey);
        }
        if key.status == KeyStatus::Inactive {
            return Err(Unidentified::Inactive);
        }
        let holder = match &key.owner {
            KeyOwner::Root => Holder::Root,
            KeyOwner::User(user_id) => Holder::User { user_id: user_id.clone() },
        };
        let (principal, user_name) = holder_as_caller(&holder, account)?;
        let proof = Proof::Signature { access_key_id: key.id.clone(), session: None };
        let account = account.account();
        Ok(Self(CallerFacts { account, principal, user_name, proof }))
    }

    /// The principal of a session.
    ///
    /// The role or user is looked up by its unique id: a session dies with it, also
    /// when one of the same name has taken its place.
    ///
    /// # Errors
    /// A principal that is gone, another account, or a signature of another key.
    pub fn of_session(
        verified: &Verified,
        session: Session,
        account: &Snapshot,
    ) -> Result<Self, Unidentified> {
        if verified.access_key_id() != session.access_key_id.as_str() {
            return Err(Unidentified::OtherKey);
        }
        if session.claims.account != account.account() {
            return Err(Unidentified::OtherAccount);
        }
        let (principal, user_name) = session_as_caller(&session.claims, account)?;
        let state = SessionState::new(session.claims);
        let (access_key_id, session) = (session.access_key_id, Some(Box::new(state)));
        let proof = Proof::Signature { access_key_id, session };
        let account = account.account();
        Ok(Self(CallerFacts { account, principal, user_name, proof }))
    }

    /// The bearer of an OpenID Connect token whose issuer the account has registered, or
    /// that needs no registration.
    ///
    /// `account` is that of the role to be assumed: only its own providers count. One that
    /// it has registered comes before a named one of the same issuer, and brings its own
    /// client ids. Observed: users of AWS who register Google's issuer have to list their
    /// client ids, and their tokens are no longer of the principal `accounts.google.com`.
    ///
    /// Spec: UG:id_roles_providers_create_oidc: Google and Cognito are known to AWS, so
    /// that no provider is created for them; whose tokens count is for the trust policy.
    ///
    /// # Errors
    /// An issuer without a provider, or what is wrong with the token.
    pub fn of_web_identity(
        token: &UnverifiedToken<'_>,
        keys: &KeySet,
        algorithms: Algorithms,
        account: &Snapshot,
        now: Timestamp,
    ) -> Result<Self, WebIdentityRefused> {
        let check = |issuer: &str, client_ids: ClientIds<'_>| {
            let expected = Expected { issuer, client_ids, algorithms };
            verify(token, keys, &expected, now)
        };
        CallerFacts::of_issuer(token.issuer(), account, check).map(Self)
    }

    /// The bearer of an access token for whom its provider has answered.
    ///
    /// `account` is that of the role to be assumed.
    #[must_use]
    pub fn of_access_token(owner: AccessTokenOwner, account: &Snapshot) -> Self {
        let name = owner.provider().name();
        Self(CallerFacts::of_provider(name, WebIdentity::AccessToken(owner), account))
    }
}

impl Deref for VerifiedCaller {
    type Target = CallerFacts;

    fn deref(&self) -> &CallerFacts {
        &self.0
    }
}

impl CallerFacts {
    /// The bearer of a token of this issuer that `check` accepts, told the issuer's URL and
    /// whose tokens count.
    fn of_issuer(
        issuer: &str,
        account: &Snapshot,
        check: impl Fn(&str, ClientIds<'_>) -> Result<VerifiedToken, Refusal>,
    ) -> Result<Self, WebIdentityRefused> {
        let named = NamedProvider::of_issuer(issuer);
        if let Some(provider) = registered_provider(account, issuer) {
            let client_ids: Vec<&str> = provider.client_ids.iter().map(|id| id.as_str()).collect();
            let client_ids = ClientIds::Registered(&client_ids);
            let issuer = named.map_or(provider.issuer.as_str(), |(_, form)| form);
            let identity = WebIdentity::IdToken(check(issuer, client_ids)?);
            return Ok(Self::of_provider(provider.arn.as_str(), identity, account));
        }
        let (named, issuer) = named.ok_or(WebIdentityRefused::NoProvider)?;
        let identity = WebIdentity::IdToken(check(issuer, ClientIds::Any)?);
        Ok(Self::of_provider(named.name, identity, account))
    }

    fn of_provider(provider: &str, identity: WebIdentity, account: &Snapshot) -> Self {
        Self {
            account: account.account(),
            principal: Caller::WebIdentity { provider: provider.into() },
            user_name: None,
            proof: Proof::WebIdentity(Box::new(identity)),
        }
    }

    /// The tags of the caller, as `aws:PrincipalTag` has them: those of the user or role,
    /// and over them those of the session. `home` is the snapshot of the caller's account.
    #[must_use]
    pub fn principal_tags(&self, home: &Snapshot) -> TagSet {
        crate::context::tags_of(self, home)
    }

    /// The account whose policies speak for the caller; of a web identity the account
    /// of its provider.
    #[must_use]
    pub const fn account(&self) -> AccountId {
        self.account
    }

    /// The caller as policies see it.
    #[must_use]
    pub const fn principal(&self) -> &Caller {
        &self.principal
    }

    /// The access key that signed, where one did.
    #[must_use]
    pub const fn access_key_id(&self) -> Option<&AccessKeyId> {
        match &self.proof {
            Proof::Signature { access_key_id, .. } | Proof::Service { access_key_id, .. } => {
                Some(access_key_id)
            }
            Proof::Nothing { .. } | Proof::WebIdentity(_) | Proof::Saml(_) => None,
        }
    }

    /// Whom a provider vouches for, where the call came with its token.
    #[must_use]
    pub fn web_identity(&self) -> Option<&WebIdentity> {
        match &self.proof {
            Proof::WebIdentity(identity) => Some(identity),
            Proof::Signature { .. }
            | Proof::Service { .. }
            | Proof::Nothing { .. }
            | Proof::Saml(_) => None,
        }
    }

    /// The condition keys that a provider's token or assertion gives this call.
    pub(crate) fn provider_keys(&self) -> Vec<ConditionKey> {
        match &self.proof {
            Proof::Signature { .. } | Proof::Service { .. } | Proof::Nothing { .. } => Vec::new(),
            Proof::WebIdentity(identity) => identity.condition_keys(),
            Proof::Saml(proof) => proof.condition_keys(),
        }
    }

    /// The name of the IAM user, for users only.
    #[must_use]
    pub const fn user_name(&self) -> Option<&UserName> {
        self.user_name.as_ref()
    }

    /// What the session carries, for temporary credentials.
    #[must_use]
    pub fn claims(&self) -> Option<&Claims> {
        self.session().map(|state| &state.claims)
    }

    /// The provider that vouches for the caller: its ARN, or the bare name of one that
    /// needs no registration. Only of callers who came with its token.
    #[must_use]
    pub fn federated_provider(&self) -> Option<&str> {
        match &self.principal {
            Caller::WebIdentity { provider } | Caller::Saml { provider } => Some(provider),
            _ => None,
        }
    }

    /// The caller's ARN as GetCallerIdentity shows it; of the bearer of a foreign token
    /// that of the provider.
    #[must_use]
    pub fn arn(&self) -> Cow<'_, Arn> {
        match &self.principal {
            Caller::User { arn, .. } | Caller::FederatedUser { arn, .. } => Cow::Borrowed(arn),
            Caller::RoleSession { session_arn, .. } => Cow::Borrowed(session_arn),
            Caller::WebIdentity { provider } | Caller::Saml { provider } => {
                // A provider without registration has a name and no ARN.
                let named = || Arn::iam(self.account, &format!("oidc-provider/{provider}"));
                Cow::Owned(provider.parse().unwrap_or_else(|_| named()))
            }
            Caller::Root { .. } | Caller::Service { .. } | Caller::Anonymous => {
                Cow::Owned(Arn::iam(self.account, "root"))
            }
        }
    }

    /// The caller's unique id as GetCallerIdentity shows it: `AIDA...`,
    /// `AROA...:session-name`, `account:federated-name`, or the account of a root user.
    ///
    /// Spec: UG:reference_policies_variables, table of `aws:userid`. Observed: of the
    /// bearer of a foreign token the provider (radkawar/stackd, recorded in 2026).
    #[must_use]
    pub fn user_id(&self) -> Cow<'_, str> {
        match &self.principal {
            Caller::User { id, .. } => Cow::Borrowed(id.as_str()),
            Caller::RoleSession { role_id, session_name, .. } => {
                Cow::Owned(format!("{role_id}:{session_name}"))
            }
            Caller::FederatedUser { arn, .. } => {
                let name = arn.resource_of("federated-user").unwrap_or_default();
                Cow::Owned(format!("{}:{name}", self.account))
            }
            Caller::WebIdentity { provider } | Caller::Saml { provider } => Cow::Borrowed(provider),
            Caller::Root { .. } | Caller::Service { .. } | Caller::Anonymous => {
                Cow::Owned(self.account.to_string())
            }
        }
    }

    pub(crate) fn session_kind(&self) -> Option<SessionKind> {
        self.claims().map(|claims| match claims.principal {
            SessionPrincipal::AssumedRole { .. } => SessionKind::AssumedRole,
            SessionPrincipal::FederatedUser { .. } => SessionKind::FederatedUser,
            SessionPrincipal::SessionToken { .. } => SessionKind::SessionToken,
            SessionPrincipal::Delegated { .. } => SessionKind::Delegated,
            SessionPrincipal::AssumedRoot { .. } => SessionKind::AssumedRoot,
        })
    }

    /// What a session of AssumeRoot is for; `None` for all other callers, root users with
    /// credentials of their own among them.
    #[must_use]
    pub fn root_task(&self) -> Option<RootTask> {
        match self.claims()?.principal {
            SessionPrincipal::AssumedRoot { task, .. } => Some(task),
            SessionPrincipal::AssumedRole { .. }
            | SessionPrincipal::FederatedUser { .. }
            | SessionPrincipal::SessionToken { .. }
            | SessionPrincipal::Delegated { .. } => None,
        }
    }

    pub(crate) fn session_inline_policy(&self) -> Option<&CompiledPolicy> {
        self.session().and_then(|state| state.inline_policy.as_ref())
    }

    pub(crate) fn session_managed_sources(&self) -> &[PolicySource] {
        self.session().map_or(&[], |state| &state.managed_sources)
    }

    fn session(&self) -> Option<&SessionState> {
        match &self.proof {
            Proof::Signature { session, .. } | Proof::Nothing { session } => session.as_deref(),
            Proof::Service { .. } | Proof::WebIdentity(_) | Proof::Saml(_) => None,
        }
    }

    /// Whether and when a second factor was shown for these credentials. A role's
    /// session never counts as one made with MFA.
    ///
    /// Spec: UG:id_credentials_mfa_configure-api-require: credentials of AssumeRole
    /// carry no MFA information; those of GetSessionToken do.
    pub(crate) fn mfa(&self) -> Option<MfaState> {
        let claims = self.claims()?;
        match self.session_kind()? {
            SessionKind::SessionToken => Some(claims.mfa),
            SessionKind::AssumedRole
            | SessionKind::FederatedUser
            | SessionKind::Delegated
            | SessionKind::AssumedRoot => Some(MfaState::Absent),
        }
    }
}

/// The provider that an account has registered for an issuer, in whichever of its forms a
/// token names it: Google's are `https://accounts.google.com` and `accounts.google.com`.
pub fn registered_provider<'a>(
    account: &'a Snapshot,
    issuer: &str,
) -> Option<&'a Arc<OidcProvider>> {
    account.oidc_provider_by_issuer(issuer).or_else(|| {
        let (named, _) = NamedProvider::of_issuer(issuer)?;
        account.oidc_provider_by_issuer(named.keys_of()?)
    })
}

impl SessionState {
    fn new(claims: Claims) -> Self {
        let inline_policy = claims.policies.inline().map(compile_session_policy);
        let managed = claims.policies.managed().iter();
        let managed_sources =
            managed.map(|arn| PolicySource::SessionManaged { arn: arn.clone() }).collect();
        Self { claims, inline_policy, managed_sources }
    }
}

fn compile_session_policy(text: &str) -> CompiledPolicy {
    let (policy, _) = CompiledPolicy::compile_stored(text, DocumentKind::Session);
    policy
}

fn session_as_caller(
    claims: &Claims,
    account: &Snapshot,
) -> Result<(Caller, Option<UserName>), Unidentified> {
    let number = account.account();
    match &claims.principal {
        SessionPrincipal::AssumedRole { role_id, session_name, .. } => {
            let role = account.role(role_id).ok_or(Unidentified::PrincipalGone)?;
            let session = format!("assumed-role/{}/{session_name}", role.name);
            let caller = Caller::RoleSession {
                account: number,
                role_arn: role.arn(number),
                role_id: role_id.clone(),
                session_arn: Arn::sts(number, &session),
                session_name: session_name.as_str().into(),
                federated_provider: claims
                    .federation
                    .as_ref()
                    .map(|federation| federation.provider.as_str().into()),
            };
            Ok((caller, None))
        }
        SessionPrincipal::FederatedUser { holder, name } => {
            let issuer = match holder_as_caller(holder, account)?.0 {
                Caller::User { arn, id, .. } => FederatedIssuer::User { arn, id },
                _ => FederatedIssuer::Root,
            };
            let arn = Arn::sts(number, &format!("federated-user/{name}"));
            Ok((Caller::FederatedUser { account: number, arn, issuer }, None))
        }
        SessionPrincipal::SessionToken { holder } | SessionPrincipal::Delegated { holder } => {
            holder_as_caller(holder, account)
        }
        SessionPrincipal::AssumedRoot { .. } => holder_as_caller(&Holder::Root, account),
    }
}

fn holder_as_caller(
    holder: &Holder,
    account: &Snapshot,
) -> Result<(Caller, Option<UserName>), Unidentified> {
    let number = account.account();
    match holder {
        Holder::Root => Ok((Caller::Root { account: number }, None)),
        Holder::User { user_id } => {
            let user = account.user(user_id).ok_or(Unidentified::PrincipalGone)?;
            let caller =
                Caller::User { account: number, arn: user.arn(number), id: user_id.clone() };
            Ok((caller, Some(user.name.clone())))
        }
    }
}
