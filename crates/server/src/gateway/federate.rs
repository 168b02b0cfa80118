//! Who comes with a foreign token instead of a signature: from the token a request
//! carries to a verified caller.

use std::any::Any;
use std::sync::Arc;

use stead_api::ApiError;
use stead_api::sts::AssumeRoleWithWebIdentityRequest;
use stead_authorizer::{VerifiedCaller, WebIdentityRefused, registered_provider};
use stead_directory::organization::Memberships;
use stead_federation::oidc::{
    AccessTokenProvider, KeySet, NamedProvider, Refusal, UnverifiedToken,
};
use stead_store::Store;
use stead_types::{AccountId, Arn, Timestamp};

use super::Gateway;
use super::authenticate::Authenticated;
use crate::accounts::{Account, Version};
use crate::issuer_keys::{Answer, KeyFault, OwnerFault, Thumbprint};
use crate::request_id::RequestId;

/// The region of requests that name none.
///
/// Choice: what is signed names its region; what is not is taken for the region that
/// AWS's global endpoint stands for.
pub(super) const UNSIGNED_REGION: &str = "us-east-1";

impl<S: Store> Gateway<S> {
    /// Verifies the token or the assertion of an unsigned request, by the providers and
    /// keys that hold at this moment.
    pub(super) async fn federate(
        &self,
        input: &(dyn Any + Send + Sync),
        id: RequestId,
        now: Timestamp,
    ) -> Result<Authenticated, ApiError> {
        // What is rare is boxed here and below: a task is moved when it is spawned, and has
        // room for the largest of its ways.
        if let Some(input) = input.downcast_ref() {
            self.web_identity(input, now).await
        } else if let Some(input) = input.downcast_ref() {
            Box::pin(self.saml_subject(input, id, now)).await
        } else {
            Err(ApiError::internal("an unsigned request that carries no foreign proof"))
        }
    }

    async fn web_identity(
        &self,
        input: &AssumeRoleWithWebIdentityRequest,
        now: Timestamp,
    ) -> Result<Authenticated, ApiError> {
        let role_account = stead_sts::account_of_role(&input.role_arn)?;
        let text = input.web_identity_token.expose();
        match input.provider_id.as_deref() {
            None => self.id_token(text, role_account, now).await,
            Some(name) => {
                let provider = AccessTokenProvider::from_name(name).ok_or_else(unknown_provider)?;
                let asked = self.access_token(provider, text, &input.role_arn, role_account, now);
                Box::pin(asked).await
            }
        }
    }

    async fn id_token(
        &self,
        text: &str,
        role_account: AccountId,
        now: Timestamp,
    ) -> Result<Authenticated, ApiError> {
        let text = without_line_break(text);
        let token = UnverifiedToken::parse(text).map_err(|fault| stead_sts::not_a_token(&fault))?;
        let memberships = self.organizations.memberships();
        let found = self.open_account(role_account, &memberships).await?;
        // An account that is not hosted here looks like one without providers.
        let no_provider = || stead_sts::no_provider(token.issuer());
        let account = found.ok_or_else(no_provider)?;
        let source = KeySource::of(&token, &account.durable()).ok_or_else(no_provider)?;
        let keys = self.issuer_keys.get(&source.issuer, token.key_id(), &source.listed, now).await;
        let keys = keys.map_err(no_keys)?;
        let place = (&account, &memberships);
        let mut identified = self.identify(&token, &keys, &source, place, now);
        if token.key_id().is_none() && identified.as_ref().is_err_and(may_be_rotated) {
            let newer = self.issuer_keys.newer(&source.issuer, &keys, &source.listed, now);
            let newer = Box::pin(newer).await.map_err(no_keys)?;
            identified = self.identify(&token, &newer, &source, place, now);
        }
        identified.map_err(|refused| match refused {
            WebIdentityRefused::NoProvider => no_provider(),
            WebIdentityRefused::Token(refusal) => stead_sts::refused_token(&refusal),
        })
    }

    /// Verifies over the account as it is now: while keys were fetched, its providers may
    /// have changed.
    fn identify(
        &self,
        token: &UnverifiedToken<'_>,
        keys: &KeySet,
        source: &KeySource,
        (account, memberships): (&Arc<Account>, &Arc<Memberships>),
        now: Timestamp,
    ) -> Result<Authenticated, WebIdentityRefused> {
        let version = account.durable();
        let algorithms = self.issuer_keys.algorithms(&source.issuer);
        let caller =
            VerifiedCaller::of_web_identity(token, keys, algorithms, &version.snapshot, now)?;
        Ok(authenticated(account, version, memberships, caller))
    }

    /// Asks the provider whose access token this is, for a role of an account that is here.
    async fn access_token(
        &self,
        provider: AccessTokenProvider,
        text: &str,
        role_arn: &str,
        role_account: AccountId,
        now: Timestamp,
    ) -> Result<Authenticated, ApiError> {
        let memberships = self.organizations.memberships();
        let found = self.open_account(role_account, &memberships).await?;
        // Choice: without a role there is nothing to ask about, and nobody is told a token
        // for it.
        let account = found.ok_or_else(stead_sts::no_role_for_web_identity)?;
        let role = role_arn.parse().ok().and_then(|arn: Arn| {
            account.durable().snapshot.role_by_arn(&arn).map(|role| role.id.clone())
        });
        role.ok_or_else(stead_sts::no_role_for_web_identity)?;
        let owner = self.issuer_keys.owner(provider, text, now).await.map_err(|fault| {
            let context = format!("the token {fault}");
            match fault {
                OwnerFault::NotItsToken => stead_sts::other_access_token(provider, context),
                OwnerFault::Rejected(said) => stead_sts::rejected_access_token(said, context),
                OwnerFault::NoAnswer(_) => stead_sts::unreachable_issuer(context),
            }
        })?;
        let version = account.durable();
        let caller = VerifiedCaller::of_access_token(owner, &version.snapshot);
        Ok(authenticated(&account, version, &memberships, caller))
    }
}

/// The text of a token file is sent with the line break that `echo` writes behind it.
///
/// Observed: botocore and the SDKs for Go send the file as it is, and the usual job of
/// GitLab CI, `echo "${GITLAB_OIDC_TOKEN}" > /tmp/web_identity_token`, works with AWS.
pub(super) fn without_line_break(text: &str) -> &str {
    text.strip_suffix('\n').unwrap_or(text)
}

/// Where the keys of a token are found.
struct KeySource {
    issuer: String,
    /// The thumbprints that the provider lists.
    listed: Vec<Thumbprint>,
}

impl KeySource {
    /// Those of the provider that the account has registered for the token's issuer, or of
    /// one that needs no registration: nobody but who registers providers decides where
    /// else keys are fetched.
    fn of(token: &UnverifiedToken<'_>, version: &Version) -> Option<Self> {
        match registered_provider(&version.snapshot, token.issuer()) {
            Some(provider) => {
                let listed = provider.thumbprints.iter();
                let listed = listed.filter_map(|listed| listed.as_str().parse().ok()).collect();
                Some(Self { issuer: provider.issuer.as_str().to_owned(), listed })
            }
            None => {
                let (named, _) = NamedProvider::of_issuer(token.issuer())?;
                Some(Self { issuer: named.keys_of()?.to_owned(), listed: Vec::new() })
            }
        }
    }
}

/// Whether a token without a key id may be signed with a key that its issuer has published
/// since.
fn may_be_rotated(refused: &WebIdentityRefused) -> bool {
    matches!(
        refused,
        WebIdentityRefused::Token(Refusal::Signature { .. } | Refusal::NoKeyId { usable: 0, .. })
    )
}

fn authenticated(
    account: &Arc<Account>,
    version: Arc<Version>,
    memberships: &Arc<Memberships>,
    caller: VerifiedCaller,
) -> Authenticated {
    let (account, region) = (Arc::clone(account), UNSIGNED_REGION.to_owned());
    Authenticated { account, version, memberships: Arc::clone(memberships), caller, region }
}

fn no_keys(fault: KeyFault) -> ApiError {
    let context = fault.to_string();
    match fault.cause.answer() {
        Answer::Communication => stead_sts::unreachable_issuer(context),
        Answer::NoVerificationKey => stead_sts::unavailable_keys(context),
        Answer::Thumbprint => stead_sts::unknown_certificate(context),
    }
}

/// Observed: radkawar/stackd, answers of AWS recorded in 2026.
fn unknown_provider() -> ApiError {
    ApiError::access_denied(
        "Unrecognized OAuth provider. Do not include a provider parameter when submitting \
         OpenIDConnect ID tokens",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_break_behind_a_token_is_none_of_it() {
        for (text, expected) in [
            ("a.b.c", "a.b.c"),
            ("a.b.c\n", "a.b.c"),
            ("a.b.c\n\n", "a.b.c\n"),
            ("\na.b.c", "\na.b.c"),
            ("a.b.c ", "a.b.c "),
            ("", ""),
        ] {
            assert_eq!(without_line_break(text), expected);
        }
    }
}
