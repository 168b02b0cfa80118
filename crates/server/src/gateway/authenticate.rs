//! Whose signature it is: from what a request claims to a verified caller.

use std::borrow::Cow;
use std::sync::{Arc, PoisonError};

use http::request::Parts;
use stead_api::{ApiError, ErrorCode, KnownOperation, Service};
use stead_authorizer::{Unidentified, VerifiedCaller};
use stead_directory::Snapshot;
use stead_directory::entity::{AccessKey, KeyStatus};
use stead_directory::organization::Memberships;
use stead_policy::Caller;
use stead_session::vault::{SecretName, SecretVault as _, WrappedSecret};
use stead_session::{OpenError, Session, SessionPrincipal};
use stead_sigv4::{
    AwsText, BodyDigest, Claim, Expect, Expectations, PresignedLifetime, Rejection, RequestHead,
    SecretVersion, Settings, SigningKey, Verified,
};
use stead_store::{Store, StoreError};
use stead_types::{AccessKeyId, AccessKeyKind, AccountId, Arn, Secret, Timestamp};

use super::Gateway;
use super::refused_call::Signer;
use crate::accounts::{Account, Version};

/// A caller, and the state they were verified against.
pub(super) struct Authenticated {
    pub(super) account: Arc<Account>,
    pub(super) version: Arc<Version>,
    /// What organizations are to accounts, at one moment for the whole request.
    pub(super) memberships: Arc<Memberships>,
    pub(super) caller: VerifiedCaller,
    /// The region of the signature's scope.
    pub(super) region: String,
}

impl Authenticated {
    /// Whether the account is still as it was when the caller was verified, and so are the
    /// organizations.
    pub(super) fn is_current(&self, memberships: &Arc<Memberships>) -> bool {
        self.account.durable().revision == self.version.revision
            && Arc::ptr_eq(&self.memberships, memberships)
    }
}

/// What a request asks for, as far as who signed it may depend on that.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    pub(super) operation: KnownOperation,
    /// The role that is to be assumed.
    pub(super) role: Option<&'a Arn>,
}

impl Signer {
    /// None for a service: it is of no account that could be told.
    pub(super) fn of(caller: &Authenticated) -> Option<Self> {
        let key = caller.caller.access_key_id();
        if matches!(caller.caller.principal(), Caller::Service { .. }) {
            return None;
        }
        Some(Self {
            arn: caller.caller.arn().into_owned(),
            account: caller.caller.account(),
            is_temporary: key.is_some_and(|key| key.kind() == AccessKeyKind::Temporary),
            region: caller.region.clone(),
            signed_at: None,
        })
    }
}

/// What a request says of who signed it, and what is known of them; not verified.
pub(super) struct Claimed {
    claim: Claim,
    credentials: Credentials,
    account: Arc<Account>,
    version: Arc<Version>,
    memberships: Arc<Memberships>,
}

/// The credentials a claim names, before the signature is compared.
enum Credentials {
    LongTerm(Arc<AccessKey>),
    Temporary(Box<Session>),
}

impl Claimed {
    /// Whether the credentials would be taken, were the signature theirs.
    pub(super) fn is_active(&self) -> bool {
        match &self.credentials {
            Credentials::LongTerm(key) => key.status == KeyStatus::Active,
            Credentials::Temporary(_) => true,
        }
    }

    /// The account of the credentials.
    pub(super) fn account_id(&self) -> AccountId {
        self.account.id()
    }
}

impl<S: Store> Gateway<S> {
    /// Verifies the signature and finds who signed.
    ///
    /// Whatever is wrong with key or token is answered alike: only the operator's
    /// log tells an unknown key from an inactive one. Expiry is told, since
    /// clients refresh on it, and only of a token that is authentic.
    pub(super) async fn authenticate(
        &self,
        head: &Parts,
        body: &[u8],
        asked: Asked<'_>,
        now: Timestamp,
    ) -> Result<Authenticated, ApiError> {
        let service = asked.operation.service();
        let (claim, id) = checked_claim(head, service, now)?;
        if let Some(registered) = self.services.find(&id) {
            let authenticated =
                self.authenticate_service(&registered, claim, head, body, asked, now);
            return Box::pin(authenticated).await;
        }
        let claimed = self.claimed_by(claim, &id, now).await?;
        let Claimed { claim, credentials, account, version, memberships } = claimed;
        let body = BodyDigest::of(body);
        let services = [service.signing_name()];
        let verify = |key: &SigningKey| claim.verify(key, body, now, &expectations(&services));
        let secret = || credentials.secret(&account);
        let verified = self.with_signing_key(&claim, credentials.version(), secret, verify)?;
        let caller = caller(&verified, credentials, &version.snapshot)?;
        let region = verified.scope().region().to_owned();
        Ok(Authenticated { account, version, memberships, caller, region })
    }

    /// Who has signed a request whose signature is good for another moment than now; nobody
    /// where the moment is right, or the signature wrong for any moment.
    ///
    /// It grants nothing: a name and no caller comes of it, for the record of the refusal.
    pub(super) async fn signer_of_then(
        &self,
        head: &Parts,
        body: &[u8],
        asked: Asked<'_>,
        now: Timestamp,
    ) -> Option<Signer> {
        let claim = claim(head).ok()?;
        let then = claim.claimed_time();
        let services = [asked.operation.service().signing_name()];
        let refused = claim.check(now, &expectations(&services)).err()?;
        let is_about_time =
            matches!(refused, Rejection::Expired { .. } | Rejection::NotYetCurrent { .. });
        if !is_about_time {
            return None;
        }
        let signer = self.authenticate(head, body, asked, then).await.ok()?;
        Some(Signer { signed_at: Some(then), ..Signer::of(&signer)? })
    }

    /// Reads who is said to have signed, and finds the credentials that are named.
    pub(super) async fn claimed(
        &self,
        head: &Parts,
        service: Service,
        now: Timestamp,
    ) -> Result<Claimed, ApiError> {
        let (claim, id) = checked_claim(head, service, now)?;
        self.claimed_by(claim, &id, now).await
    }

    async fn claimed_by(
        &self,
        claim: Claim,
        id: &AccessKeyId,
        now: Timestamp,
    ) -> Result<Claimed, ApiError> {
        let memberships = self.organizations.memberships();
        let account = self.account_of(id, &memberships).await?;
        let version = account.durable();
        let credentials = self.credentials(id, &claim, &version.snapshot, now)?;
        if !credentials.are_admitted(&memberships) {
            return Err(unknown("a root session that the organization admits no more"));
        }
        Ok(Claimed { claim, credentials, account, version, memberships })
    }

    /// The account of a key: that of an imported key, else what the id says.
    async fn account_of(
        &self,
        id: &AccessKeyId,
        memberships: &Memberships,
    ) -> Result<Arc<Account>, ApiError> {
        let claimed = self.accounts.home_of_imported(id).or_else(|| id.claimed_account());
        let claimed = claimed.ok_or_else(|| unknown("an id that names no account"))?;
        let found = self.open_account(claimed, memberships).await?;
        found.ok_or_else(|| unknown("an account that is closed or not hosted here"))
    }

    /// An account, unless it is closed: that is as if it were not hosted here.
    ///
    /// Spec: Organizations User Guide, orgs_manage_accounts_close: nobody can use the
    /// services with a closed account. Choice: the wording is that for an unknown key.
    pub(super) async fn open_account(
        &self,
        id: AccountId,
        memberships: &Memberships,
    ) -> Result<Option<Arc<Account>>, ApiError> {
        if memberships.of(id).is_some_and(|membership| membership.is_suspended()) {
            return Ok(None);
        }
        self.accounts.find(id).await.map_err(|error| store_error(&error))
    }

    fn credentials(
        &self,
        id: &AccessKeyId,
        claim: &Claim,
        account: &Snapshot,
        now: Timestamp,
    ) -> Result<Credentials, ApiError> {
        let is_imported = self.accounts.home_of_imported(id).is_some();
        match (id.kind(), claim.security_token()) {
            (AccessKeyKind::Temporary, Some(token)) if !is_imported => {
                let opened = stead_session::open(&self.keyring.current(), id, token.expose(), now);
                opened.map(Box::new).map(Credentials::Temporary).map_err(not_opened)
            }
            (AccessKeyKind::Temporary, None) if !is_imported => {
                Err(unknown("a temporary key without its session token"))
            }
            (_, Some(_)) => Err(unknown("a session token beside a long-term key")),
            (_, None) => {
                let key = account.access_key(id).cloned();
                key.map(Credentials::LongTerm).ok_or_else(|| unknown("no such access key"))
            }
        }
    }

    /// Verifies with the signing key of the scope, from the cache or derived. A
    /// derived key is kept only after it has verified something, so that only
    /// callers who hold the secret fill the cache.
    pub(super) fn with_signing_key<'s>(
        &self,
        claim: &Claim,
        version: SecretVersion,
        secret: impl FnOnce() -> Result<Cow<'s, Secret<String>>, ApiError>,
        verify: impl Fn(&SigningKey) -> Result<Verified, Rejection>,
    ) -> Result<Verified, ApiError> {
        let (id, scope) = (claim.access_key_id(), claim.scope());
        let mut cache = self.signing_keys.lock().unwrap_or_else(PoisonError::into_inner);
        let cached = cache.get(id, scope, &version);
        drop(cache);
        if let Some(key) = cached {
            return verify(&key).map_err(|rejection| rejected(&rejection));
        }
        let key = SigningKey::derive(&*secret()?, scope);
        let verified = verify(&key).map_err(|rejection| rejected(&rejection))?;
        let mut cache = self.signing_keys.lock().unwrap_or_else(PoisonError::into_inner);
        cache.offer(id, scope, version, key);
        Ok(verified)
    }
}

impl Credentials {
    /// Whether a session of AssumeRoot is one that could still be begun, as far as that is the
    /// organization's to say; all other credentials are none of its business.
    ///
    /// Spec: API DisableOrganizationsRootSessions: privileged tasks can no longer be performed
    /// then. Choice: not with sessions that were begun before either, nor in an account that
    /// has left the organization; answered like an unknown key.
    fn are_admitted(&self, memberships: &Memberships) -> bool {
        let Self::Temporary(session) = self else { return true };
        let SessionPrincipal::AssumedRoot { task, organization } = &session.claims.principal else {
            return true;
        };
        let account = session.claims.account;
        memberships.of(account).is_some_and(|membership| {
            membership.id() == organization
                && membership.organization().admits_root_task(account, *task)
        })
    }

    /// What the cached signing keys depend on: another secret has another version.
    fn version(&self) -> SecretVersion {
        match self {
            Self::LongTerm(key) => {
                // The wrapped form ends in what authenticates it, which differs whenever the
                // secret does, or whenever it is wrapped again; nothing is unwrapped or hashed.
                let end = key.secret.as_bytes().last_chunk().copied().unwrap_or_default();
                SecretVersion::from_bytes(end)
            }
            Self::Temporary(session) => SecretVersion::of(&session.secret_access_key),
        }
    }

    fn secret(&self, account: &Account) -> Result<Cow<'_, Secret<String>>, ApiError> {
        match self {
            Self::LongTerm(key) => {
                let wrapped = WrappedSecret::from_bytes(key.secret.as_bytes().to_vec());
                let secret = account.vault().unwrap_text(SecretName::AccessKey(&key.id), &wrapped);
                secret.map(Cow::Owned).map_err(|error| {
                    ApiError::internal(format!("secret of {} cannot be unwrapped: {error}", key.id))
                })
            }
            Self::Temporary(session) => Ok(Cow::Borrowed(&session.secret_access_key)),
        }
    }
}

pub(super) fn expectations<'a>(services: &'a [&'a str]) -> Expectations<'a> {
    Expectations {
        // Observed: STS ignores `X-Amz-Expires`; see the variant.
        presigned_lifetime: PresignedLifetime::Skew,
        ..Expectations::new(Expect::OneOf(services), Expect::Any)
    }
}

/// The access key that a request names.
pub(super) fn claimed_key(head: &Parts) -> Option<AccessKeyId> {
    claim(head).ok()?.access_key_id().parse().ok()
}

/// What a request says of who signed it, where that can be so at this moment, and the key
/// that is named.
fn checked_claim(
    head: &Parts,
    service: Service,
    now: Timestamp,
) -> Result<(Claim, AccessKeyId), ApiError> {
    let claim = claim(head)?;
    let services = [service.signing_name()];
    let checked = claim.check(now, &expectations(&services));
    checked.map_err(|rejection| rejected(&rejection))?;
    let id = claim.access_key_id().parse().map_err(|_| unknown("not an access key id"))?;
    Ok((claim, id))
}

fn claim(head: &Parts) -> Result<Claim, ApiError> {
    let headers: Vec<(&str, &[u8])> =
        head.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    let head = RequestHead {
        method: head.method.as_str(),
        path: head.uri.path(),
        query: head.uri.query().unwrap_or_default(),
        headers: &headers,
    };
    Claim::parse(&head, &Settings::query_services()).map_err(|rejection| rejected(&rejection))
}

fn caller(
    verified: &Verified,
    credentials: Credentials,
    account: &Snapshot,
) -> Result<VerifiedCaller, ApiError> {
    let caller = match credentials {
        Credentials::LongTerm(key) => VerifiedCaller::of_key(verified, &key, account),
        Credentials::Temporary(session) => VerifiedCaller::of_session(verified, *session, account),
    };
    caller.map_err(|reason| match reason {
        Unidentified::OtherKey => ApiError::internal(reason.to_string()),
        Unidentified::Inactive | Unidentified::PrincipalGone | Unidentified::OtherAccount => {
            unknown(&reason.to_string())
        }
    })
}

/// The text repeats parts of the request.
fn rejected(rejection: &Rejection) -> ApiError {
    from_text(rejection.aws_text(), &rejection.to_string()).for_caller_alone()
}

pub(super) fn unknown(context: &str) -> ApiError {
    from_text(AwsText::invalid_client_token_id(), context)
}

fn not_opened(error: OpenError) -> ApiError {
    match error {
        OpenError::Expired { .. } => from_text(AwsText::expired_token(), &error.to_string()),
        _ => unknown(&error.to_string()),
    }
}

fn from_text(text: AwsText, context: &str) -> ApiError {
    let code = ErrorCode::ALL.iter().find(|code| code.as_str() == text.code);
    match code {
        Some(code) => ApiError::new(*code, text.message).with_context(context),
        None => ApiError::internal(format!("no such error code: {}", text.code)),
    }
}

/// The store failed the caller, who may try again.
pub(super) fn store_error(error: &StoreError) -> ApiError {
    // Choice: wording of our own, IAM documents the code only.
    ApiError::new(ErrorCode::ServiceUnavailable, "The service is temporarily unavailable.")
        .with_context(error.to_string())
}
