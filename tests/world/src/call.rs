//! A signed call, from the client's credentials to the handler's answer.

use std::sync::Arc;
use std::time::Duration;

use stead_api::{ApiError, Operation};
use stead_authorizer::{Denied, RequestFacts, Transport, VerifiedCaller};
use stead_directory::entity::{Alias, Delegation, DelegationRequest, Entity};
use stead_directory::organization::{Memberships, OrganizationDraft};
use stead_directory::{Draft, Snapshot};
use stead_federation::oidc::{Algorithms, UnverifiedToken};
use stead_federation::saml::UnverifiedResponse;
use stead_service::{
    Accounts, Call, DenialRecord, Handle, NewTokenKeys, Reference, Refused, TokenKeyWork,
    Understood, Work, authorize, decryption_keys, refusal,
};
use stead_session::password::Salt;
use stead_session::token_key::NewTokenKey;
use stead_session::vault::{SecretName, SecretVault, WrappedSecret};
use stead_sigv4::{
    BodyDigest, Claim, Expect, Expectations, Payload, RequestHead, Settings, Signer, SigningKey,
    TokenPlacement, Verified,
};
use stead_types::{AccessKeyId, AccessKeyKind, AccountId, Arn, Secret, TokenAlgorithm};

use crate::{Credentials, Hosted, Issuer, World};

/// What a client sees of a failed call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The wire code.
    pub code: String,
    /// The message.
    pub message: String,
    /// The id of the denial, when it was one.
    pub denial: Option<String>,
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        Self {
            code: error.code().as_str().to_owned(),
            message: error.message().to_owned(),
            denial: None,
        }
    }
}

impl World {
    /// Calls an operation of `S` as these credentials.
    ///
    /// # Errors
    /// What the client sees; a failed authentication has the code `Unauthenticated`.
    pub fn call<S: Handle<Op>, Op: Operation>(
        &mut self,
        credentials: &Credentials,
        input: Op::Input,
    ) -> Result<Op::Output, Failure> {
        let caller = self.identify(credentials)?;
        self.call_as::<S, Op>(&caller, input)
    }

    /// Calls an operation of `S` with the token of an issuer, for a role of this account.
    ///
    /// # Errors
    /// What the client sees; a token that is refused has the code `Unauthenticated`, and
    /// the reason as its message.
    pub fn call_with_token<S: Handle<Op>, Op: Operation>(
        &mut self,
        account: AccountId,
        issuer: &Issuer,
        token: &str,
        input: Op::Input,
    ) -> Result<Op::Output, Failure> {
        let token = UnverifiedToken::parse(token).map_err(unauthenticated)?;
        let (keys, home) = (issuer.keys(), self.account(account));
        let caller =
            VerifiedCaller::of_web_identity(&token, &keys, Algorithms::AWS, home, self.now)
                .map_err(unauthenticated)?;
        self.call_as::<S, Op>(&caller, input)
    }

    /// Calls an operation of `S` with a SAML response, for a role of this account.
    ///
    /// # Errors
    /// What the client sees; a response that is refused has the code `Unauthenticated`,
    /// and the reason as its message.
    pub fn call_with_assertion<S: Handle<Op>, Op: Operation>(
        &mut self,
        account: AccountId,
        provider: &Arn,
        response: &str,
        input: Op::Input,
    ) -> Result<Op::Output, Failure> {
        let response = UnverifiedResponse::parse(response).map_err(unauthenticated)?;
        let now = self.now;
        let Hosted { snapshot, vault } = self.accounts.get(&account).expect("a hosted account");
        let keys = match snapshot.saml_provider(provider) {
            Some(registered) => decryption_keys(registered, vault)?,
            None => Vec::new(),
        };
        let caller = VerifiedCaller::of_saml(&response, provider, &keys, &[], snapshot, now)
            .map_err(unauthenticated)?;
        self.call_as::<S, Op>(&caller, input)
    }

    /// Calls an operation of `S` as a caller who has proved who they are.
    ///
    /// # Errors
    /// What the client sees.
    pub fn call_as<S: Handle<Op>, Op: Operation>(
        &mut self,
        caller: &VerifiedCaller,
        input: Op::Input,
    ) -> Result<Op::Output, Failure> {
        let home = caller.account();
        let snapshot = Arc::new(self.account(home).clone());
        let holders = S::names(&input).into_iter().filter_map(|name| self.holder(&name));
        let others: Accounts = S::accounts(&input, &snapshot)
            .into_iter()
            .chain(holders)
            .filter_map(|id| self.accounts.get(&id))
            .map(|hosted| Arc::new(hosted.snapshot.clone()))
            .collect();
        let facts = self.facts();
        let memberships = Memberships::of_all(&self.organizations);
        let Hosted { vault, .. } = self.accounts.get(&home).expect("the caller's account");
        let call = Call {
            caller,
            account: &snapshot,
            others: &others,
            memberships: &memberships,
            facts: &facts,
            vault,
            code_attempts: &self.wrong_codes_left,
            loopback_issuers: self.loopback_issuers,
            assertion_use: self.assertion_use,
            simulator: self.simulator,
            issuer_base: &self.issuer_base,
        };
        let call = call.by(caller);
        let asks = S::asks(&input, &call)?;
        let permit = match authorize::<Op>(&asks, &call) {
            Ok(permit) => permit,
            Err(Refused::Denied(denied)) => return Err(self.record(&denied)),
            Err(Refused::NothingAsked(error)) => return Err(error.into()),
        };
        let mut draft = Draft::new(&snapshot).expect("a readable account");
        let mut entropy = self.entropy.clone();
        let passwords = S::passwords(&input, &call)?
            .map(|work| work.compute(Salt::generate(&mut entropy)))
            .transpose()?;
        let token_keys = match S::token_keys(&input, &call) {
            TokenKeyWork::None => None,
            TokenKeyWork::OfEachKind => Some(new_token_keys()),
        };
        let mut work = Work {
            draft: &mut draft,
            organization: organization_draft::<S, Op>(&input, &call),
            entropy: &mut entropy,
            keyring: &self.keyring,
            usage: self,
            reports: &self.reports,
            jobs: &self.jobs,
            denials: &self.denials,
            passwords,
            understood: Understood::default(),
            token_keys,
            guards: Vec::new(),
            issuers: Vec::new(),
            names: Vec::new(),
        };
        let output = S::execute(permit, input, &call, &mut work)?;
        let guards = std::mem::take(&mut work.guards);
        let issuers = std::mem::take(&mut work.issuers);
        let names = std::mem::take(&mut work.names);
        let organization = work.organization.take();
        self.entropy = entropy;
        self.change_organization(organization);
        self.claim(guards)?;
        self.reach(issuers)?;
        self.take_names(home, names)?;
        let changed = draft.into_parts().0;
        self.accounts.get_mut(&home).expect("the caller's account").snapshot = changed;
        Ok(output)
    }

    /// The caller behind these credentials, by a request that is signed and verified.
    ///
    /// # Errors
    /// Whatever keeps them from being anyone.
    pub fn identify(&self, credentials: &Credentials) -> Result<VerifiedCaller, Failure> {
        let id: AccessKeyId = credentials.access_key_id.parse().map_err(unauthenticated)?;
        let account = id.claimed_account().ok_or_else(|| unauthenticated("no account"))?;
        let hosted = self.accounts.get(&account).ok_or_else(|| unauthenticated("not hosted"))?;
        if id.kind() == AccessKeyKind::Temporary {
            let token = credentials.session_token.as_ref().map(|token| token.expose().as_str());
            let session =
                stead_session::open(&self.keyring, &id, token.unwrap_or_default(), self.now)
                    .map_err(unauthenticated)?;
            let verified = self.verify(credentials, &session.secret_access_key)?;
            return VerifiedCaller::of_session(&verified, session, &hosted.snapshot)
                .map_err(unauthenticated);
        }
        let key = hosted.snapshot.access_key(&id).ok_or_else(|| unauthenticated("no such key"))?;
        let wrapped = WrappedSecret::from_bytes(key.secret.as_bytes().to_vec());
        let secret = hosted
            .vault
            .unwrap_text(SecretName::AccessKey(&id), &wrapped)
            .map_err(unauthenticated)?;
        let verified = self.verify(credentials, &secret)?;
        VerifiedCaller::of_key(&verified, key, &hosted.snapshot).map_err(unauthenticated)
    }

    fn verify(
        &self,
        credentials: &Credentials,
        secret: &Secret<String>,
    ) -> Result<Verified, Failure> {
        let host: (&str, &[u8]) = ("host", b"sts.us-east-1.amazonaws.com");
        let head = RequestHead { method: "POST", path: "/", query: "", headers: &[host] };
        let signer = Signer {
            access_key_id: &credentials.access_key_id,
            secret: &credentials.secret,
            security_token: credentials.session_token.as_ref(),
            token_placement: TokenPlacement::Signed,
            region: "us-east-1",
            service: "sts",
            settings: Settings::query_services(),
        };
        let added =
            signer.sign_headers(&head, Payload::of(b""), self.now).map_err(unauthenticated)?;
        let added = added.iter().map(|header| (header.name, header.value.as_bytes()));
        let headers: Vec<_> = std::iter::once(host).chain(added).collect();
        let head = RequestHead { headers: &headers, ..head };
        let claim = Claim::parse(&head, &Settings::query_services()).map_err(unauthenticated)?;
        let key = SigningKey::derive(secret, claim.scope());
        let expectations = Expectations::new(Expect::Any, Expect::Any);
        claim.verify(&key, BodyDigest::of(b""), self.now, &expectations).map_err(unauthenticated)
    }

    fn facts(&self) -> RequestFacts {
        RequestFacts {
            now: self.now,
            source_ip: [203, 0, 113, 7].into(),
            transport: Transport::Tls,
            requested_region: "us-east-1".to_owned(),
            user_agent: None,
            referer: None,
        }
    }

    fn record(&self, denied: &Denied) -> Failure {
        let mut records = self.denials.0.borrow_mut();
        let id = format!("d-{:032x}", records.len());
        let expires_at = self.now.plus(Duration::from_secs(3_600));
        records.insert(id.clone(), Arc::new(DenialRecord::new(denied, &id, self.now, expires_at)));
        Failure { denial: Some(id.clone()), ..refusal(denied, Reference::None).into() }
    }

    fn claim(&mut self, guards: Vec<stead_service::ReplayGuard>) -> Result<(), Failure> {
        for guard in guards {
            if self.guards.iter().any(|claimed| claimed.key == guard.key) {
                return Err(guard.used_before.into());
            }
            self.guards.push(guard);
        }
        Ok(())
    }

    fn take_names(
        &self,
        home: AccountId,
        names: Vec<stead_service::NameReservation>,
    ) -> Result<(), Failure> {
        let is_held = |name: &str| self.holder(name).is_some_and(|holder| holder != home);
        let taken = names.into_iter().find(|reservation| is_held(&reservation.name));
        taken.map_or(Ok(()), |reservation| Err(reservation.taken.into()))
    }

    /// The account that holds a name of the installation.
    fn holder(&self, name: &str) -> Option<AccountId> {
        let holds = |snapshot: &Snapshot| {
            let names = snapshot.entities().filter_map(|entity| match entity {
                Entity::Alias(alias) => Some(Alias::unique_name(&alias.name)),
                Entity::DelegationRequest(request) => {
                    Some(DelegationRequest::unique_name(&request.id))
                }
                Entity::Delegation(held) => Some(Delegation::unique_name(held.id())),
                _ => None,
            });
            names.into_iter().any(|held| held == name)
        };
        self.accounts.iter().find(|(_, hosted)| holds(&hosted.snapshot)).map(|(id, _)| *id)
    }

    fn reach(&self, issuers: Vec<stead_service::IssuerCheck>) -> Result<(), Failure> {
        let is_silent = |issuer: &str| self.silent_issuers.iter().any(|silent| silent == issuer);
        let silent = issuers.into_iter().find(|check| is_silent(check.issuer.as_str()));
        silent.map_or(Ok(()), |check| Err(check.unreachable.into()))
    }
}

/// A key of each kind.
fn new_token_keys() -> NewTokenKeys {
    let made = |algorithm| NewTokenKey::generate(algorithm).expect("a key");
    NewTokenKeys(TokenAlgorithm::ALL.map(made).into())
}

/// The organization that the operation may change.
fn organization_draft<S: Handle<Op>, Op: Operation>(
    input: &Op::Input,
    call: &Call<'_>,
) -> Option<OrganizationDraft> {
    let organization = S::organization(input, call).filter(|_| S::WRITES_ORGANIZATION)?;
    Some(OrganizationDraft::new(organization).expect("a readable one"))
}

fn unauthenticated(reason: impl ToString) -> Failure {
    Failure { code: "Unauthenticated".to_owned(), message: reason.to_string(), denial: None }
}
