//! Carrying an operation out: other accounts, permission, work, durability.

use std::sync::Arc;

use stead_api::{ApiError, ErrorCode};
use stead_audit::{Denial, Recorded};
use stead_authorizer::{Denied, Disclosure, RequestFacts};
use stead_directory::Draft;
use stead_directory::commands::oidc_provider;
use stead_directory::organization::{Memberships, OrganizationDraft};
use stead_policy::PolicyType;
use stead_service::{
    Accounts as Seen, Call, IssuerCheck, NameReservation, NewTokenKeys, PasswordOutcome,
    PasswordWork, Reference, ReplayGuard, TokenKeyWork, Understood, Work, refusal,
};
use stead_session::password::Salt;
use stead_store::{Aggregate, Claimed, CommitError, Store};
use stead_types::{AccountId, Arn, OrganizationId};

use super::authenticate::{Authenticated, store_error};
use super::plan::{Answer, Effect, Execute, Plan, Stop};
use super::{DenialStyle, Gateway};
use crate::accounts::{Begun, Outside, Staged, WriteError};
use crate::denials::DenialReader;
use crate::entropy::{SystemEntropy, ThreadEntropy};
use crate::issuer_keys::Thumbprint;
use crate::limits::SEEN_ACCOUNTS_MAX;
use crate::organizations::{Change, ChangeError};
use crate::token_keys;
use crate::traces::{self, Stage};

/// What the policies have said so far, for the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Decided {
    /// They were not asked.
    #[default]
    Nothing,
    /// Every question was answered with yes.
    Allowed,
    /// One was answered with no.
    Denied,
}

/// What a call has come to so far, for its log line and its event.
#[derive(Debug, Default)]
pub(super) struct Trail {
    pub(super) decided: Decided,
    /// What the policies said no to.
    pub(super) denial: Option<Denial>,
    /// The parameters, once they are understood.
    pub(super) parameters: Recorded,
    /// The answer.
    pub(super) elements: Recorded,
}

/// What was waited for before the policies are asked.
pub(super) struct Prepared<S> {
    /// The other accounts that the operation must see.
    others: Seen,
    computed: Computed,
    /// Of an operation that changes an organization: no other changes one meanwhile.
    change: Option<Change<S>>,
}

/// What was computed before the work, where nobody waited for it.
struct Computed {
    /// What came of passwords.
    passwords: Option<PasswordOutcome>,
    /// Keys that were made.
    token_keys: Option<NewTokenKeys>,
}

/// Where work is done, and what becomes of it.
enum Ground<S> {
    /// Nothing of the account changes, or that alone.
    Account(Effect),
    /// This organization changes, or one begins.
    Organization(Change<S>, Option<OrganizationId>),
}

/// Work that was done, and what its answer still waits for.
enum Done<'s, S> {
    /// Nothing was changed; these proofs must be claimed.
    Read(Answer, Outside),
    /// The account may have been changed.
    Written(Begun<'s, Answer>),
    /// The organization may have been changed.
    Organized(Answer, Change<S>, Option<Box<OrganizationDraft>>),
}

impl<S: Store> Gateway<S> {
    /// Everything that has to be waited for before the policies are asked: the other
    /// accounts that the operation must see, and what is computed of passwords, for which
    /// the policies are asked before it as well.
    pub(super) async fn prepare(
        &self,
        plan: &dyn Plan,
        caller: &Authenticated,
        facts: &RequestFacts,
        trail: &mut Trail,
    ) -> Result<Prepared<S>, ApiError> {
        let mut accounts = plan.accounts(&caller.version.snapshot);
        accounts.extend(self.holders(plan.names()).await?);
        // The caller's own is at hand, and most calls see no other.
        accounts.retain(|account| *account != caller.account.id());
        let others = self.see(&accounts, &caller.memberships).await?;
        let (passwords, token_keys) = {
            let call = self.call(caller, &others, facts).by(&caller.caller);
            let work = plan.passwords(&call).and_then(|work| Ok((work, plan.token_keys(&call)?)));
            work.map_err(|stop| self.stopped(stop, facts, trail))?
        };
        let passwords = match passwords {
            Some(work) => Some(self.compute(work).await?),
            None => None,
        };
        let token_keys = match token_keys {
            TokenKeyWork::None => None,
            TokenKeyWork::OfEachKind => Some(self.make_token_keys().await?),
        };
        if plan.effect() == Effect::Writes {
            let prepared = caller.account.prepare_to_write(self.accounts.store()).await;
            prepared.map_err(|error| store_error(&error))?;
        }
        let change = match plan.effect() {
            Effect::WritesOrganization => {
                Some(self.organizations.begin().await.map_err(|error| change_error(&error))?)
            }
            Effect::Reads | Effect::Writes => None,
        };
        Ok(Prepared { others, computed: Computed { passwords, token_keys }, change })
    }

    /// Hashes passwords, a few at a time, on threads where no other call waits for it.
    async fn compute(&self, work: PasswordWork) -> Result<PasswordOutcome, ApiError> {
        let interrupted = |what: &str| ApiError::internal(format!("a password: {what}"));
        let turn = self.password_turns.acquire().await;
        let _turn = turn.map_err(|_| interrupted("no turn"))?;
        let salt = Salt::generate(&mut SystemEntropy);
        let computed = tokio::task::spawn_blocking(move || work.compute(salt)).await;
        computed.map_err(|_| interrupted("the thread has ended"))?
    }

    /// Makes keys like passwords are hashed, in the same turns: both take a processor for
    /// a while.
    async fn make_token_keys(&self) -> Result<NewTokenKeys, ApiError> {
        let interrupted = |what: &str| ApiError::internal(format!("a token key: {what}"));
        let turn = self.password_turns.acquire().await;
        let _turn = turn.map_err(|_| interrupted("no turn"))?;
        let made = tokio::task::spawn_blocking(token_keys::make).await;
        made.map_err(|_| interrupted("the thread has ended"))?
    }

    fn call<'a>(
        &'a self,
        caller: &'a Authenticated,
        others: &'a Seen,
        facts: &'a RequestFacts,
    ) -> Call<'a> {
        Call {
            caller: &caller.caller,
            account: &caller.version.snapshot,
            others,
            memberships: &caller.memberships,
            facts,
            vault: caller.account.vault(),
            code_attempts: &self.code_attempts,
            loopback_issuers: self.loopback_issuers,
            assertion_use: self.saml.assertion_use,
            simulator: self.simulator,
            issuer_base: &self.issuer_base,
        }
    }

    /// The body of the answer, once everything it says is durable.
    pub(super) async fn perform(
        &self,
        plan: Box<dyn Plan>,
        Prepared { others, computed, change }: Prepared<S>,
        caller: &Authenticated,
        facts: &RequestFacts,
        trail: &mut Trail,
    ) -> Result<String, ApiError> {
        // INVARIANT: nothing is waited for between the questions and the queue of the
        // store, so that no acknowledged write lies in between.
        let done = {
            let call = self.call(caller, &others, facts).by(&caller.caller);
            let ground = match change {
                Some(change) => Ground::Organization(change, plan.organization(&call)),
                None => Ground::Account(plan.effect()),
            };
            let execute = plan.authorize(&call).map_err(|stop| self.stopped(stop, facts, trail))?;
            trail.decided = Decided::Allowed;
            self.execute(execute, ground, computed, caller, &call)?
        };
        let answer = match done {
            Done::Read(answer, outside) if outside.is_empty() => answer,
            done => Box::pin(self.settle(done, caller, facts)).await?,
        };
        trail.elements = answer.elements;
        Ok(answer.body)
    }

    /// The accounts that hold these names, as far as any does.
    async fn holders(&self, names: Vec<String>) -> Result<Vec<AccountId>, ApiError> {
        let mut holders = Vec::new();
        for name in names {
            let name = name.parse().map_err(|_| ApiError::internal("a name that is none"))?;
            let holder = self.accounts.store().name_holder(&name).await;
            if let Some(Aggregate::Account(account)) =
                holder.map_err(|error| store_error(&error))?
            {
                holders.push(account);
            }
        }
        Ok(holders)
    }

    /// The durable snapshots of further accounts; those not hosted here are missing.
    async fn see(
        &self,
        accounts: &[AccountId],
        memberships: &Memberships,
    ) -> Result<Seen, ApiError> {
        let mut seen = Vec::new();
        for id in accounts.iter().take(SEEN_ACCOUNTS_MAX) {
            let found = self.open_account(*id, memberships).await?;
            seen.extend(found.map(|account| account.durable()));
        }
        Ok(seen.iter().map(|version| Arc::clone(&version.snapshot)).collect())
    }

    fn execute(
        &self,
        execute: Execute,
        ground: Ground<S>,
        Computed { passwords, token_keys }: Computed,
        caller: &Authenticated,
        call: &Call<'_>,
    ) -> Result<Done<'_, S>, ApiError> {
        let keyring = self.keyring.current();
        let denials = DenialReader { log: &self.denials, keyring: &keyring };
        let run = |draft: &mut Draft, organization: &mut Option<OrganizationDraft>| {
            let mut work = Work {
                draft,
                organization: organization.take(),
                entropy: &mut ThreadEntropy,
                keyring: &keyring,
                usage: &*caller.account,
                reports: &self.reports,
                jobs: &self.jobs,
                denials: &denials,
                passwords,
                understood: Understood::default(),
                token_keys,
                guards: Vec::new(),
                issuers: Vec::new(),
                names: Vec::new(),
            };
            let answer = execute(call, &mut work)?;
            let Work { guards, issuers, names, organization: changed, .. } = work;
            *organization = changed;
            Ok::<_, ApiError>((answer, Outside { guards, issuers, names }))
        };
        match ground {
            Ground::Account(Effect::Writes) => {
                let work = |draft: &mut Draft| run(draft, &mut None);
                let begun = caller.account.begin(self.accounts.store(), work);
                begun.map(Done::Written).map_err(write_error)
            }
            Ground::Account(_) => {
                let mut draft = Draft::for_reading(Arc::clone(&caller.version.snapshot));
                let (answer, outside) = run(&mut draft, &mut None)?;
                expect_unchanged(&draft)?;
                Ok(Done::Read(answer, outside))
            }
            Ground::Organization(change, id) => {
                let mut draft = Draft::for_reading(Arc::clone(&caller.version.snapshot));
                let newest = id.map(|id| change.draft(&id)).transpose();
                let mut organization = newest.map_err(|error| change_error(&error))?.flatten();
                let (answer, _) = run(&mut draft, &mut organization)?;
                expect_unchanged(&draft)?;
                Ok(Done::Organized(answer, change, organization.map(Box::new)))
            }
        }
    }

    async fn settle(
        &self,
        done: Done<'_, S>,
        caller: &Authenticated,
        facts: &RequestFacts,
    ) -> Result<Answer, ApiError> {
        let mut names = Vec::new();
        let begun = match done {
            Done::Read(answer, outside) => {
                self.await_outside(outside, facts).await?;
                return Ok(answer);
            }
            Done::Written(Begun::Staged(mut staged, mut outside)) => {
                names = std::mem::take(&mut outside.names);
                self.await_names(&names).await?;
                for (provider, thumbprint) in self.await_outside(outside, facts).await? {
                    enter(staged.draft(), &provider, thumbprint)?;
                }
                self.resume(*staged, caller)?
            }
            Done::Written(begun) => begun,
            Done::Organized(answer, change, draft) => {
                if let Some(draft) = draft {
                    let commit =
                        traces::stage(Stage::StoreCommit, change.commit(*draft), |_| "store");
                    let committed = self.metrics.commits.measure(commit).await;
                    committed.map_err(|error| change_error(&error))?;
                }
                return Ok(answer);
            }
        };
        match begun {
            Begun::Unchanged(answer) => Ok(answer),
            Begun::Queued(answer, queued) => {
                let commit = caller.account.finish(queued);
                let commit = traces::stage(Stage::StoreCommit, commit, commit_fault);
                let committed = self.metrics.commits.measure(commit).await;
                committed.map_err(|error| commit_error(&error, names))?;
                Ok(answer)
            }
            Begun::Staged(..) => Err(ApiError::internal("claimed proofs were asked for again")),
        }
    }

    fn resume(
        &self,
        staged: Staged<Answer>,
        caller: &Authenticated,
    ) -> Result<Begun<'_, Answer>, ApiError> {
        caller.account.resume(self.accounts.store(), staged).map_err(write_error)
    }

    /// Everything that the work relies on: issuers first, so that no proof is used up for
    /// one that does not answer. Gives the thumbprints that were found, by provider.
    async fn await_outside(
        &self,
        outside: Outside,
        facts: &RequestFacts,
    ) -> Result<Vec<(Arn, Thumbprint)>, ApiError> {
        let mut found = Vec::new();
        for IssuerCheck { issuer, provider, unreachable } in outside.issuers {
            if self.issuer_keys.checks_at_creation() {
                let checked = self.issuer_keys.check(issuer.as_str(), facts.now).await;
                let checked =
                    checked.map_err(|fault| unreachable.with_context(fault.to_string()))?;
                found.extend(checked.thumbprint.map(|thumbprint| (provider, thumbprint)));
            }
        }
        self.claim(outside.guards, facts).await?;
        Ok(found)
    }

    /// Looks whether names are free, before they are taken with the commit: a commit that
    /// fails makes those fail that were built on it.
    async fn await_names(&self, names: &[NameReservation]) -> Result<(), ApiError> {
        for NameReservation { name, taken } in names {
            let name = name.parse().map_err(|_| ApiError::internal("a name that is none"))?;
            let holder = self.accounts.store().name_holder(&name).await;
            if holder.map_err(|error| store_error(&error))?.is_some() {
                return Err(taken.clone());
            }
        }
        Ok(())
    }

    /// Uses up proofs that count once. One that was used before fails the call.
    async fn claim(&self, guards: Vec<ReplayGuard>, facts: &RequestFacts) -> Result<(), ApiError> {
        for ReplayGuard { account, key, expires_at, used_before } in guards {
            let key = key.parse().map_err(|_| ApiError::internal("a guard key that is none"))?;
            let aggregate = Aggregate::Account(account);
            let guard = stead_store::ReplayGuard { aggregate, key, expires_at };
            let claimed = self.accounts.store().claim_once(guard, facts.now).await;
            match claimed.map_err(|error| store_error(&error))? {
                Claimed::Fresh => {}
                Claimed::Seen => return Err(used_before),
            }
        }
        Ok(())
    }

    /// A denial is kept, so that it can be decoded, and told in AWS's words.
    fn stopped(&self, stop: Stop, facts: &RequestFacts, trail: &mut Trail) -> ApiError {
        match stop {
            Stop::Error(error) => error,
            Stop::Denied(denied) => {
                trail.decided = Decided::Denied;
                self.denied(&denied, facts, trail)
            }
        }
    }

    fn denied(&self, denied: &Denied, facts: &RequestFacts, trail: &mut Trail) -> ApiError {
        let kept = self.denials.keep(denied, facts.now, &mut SystemEntropy);
        let sealed = match self.style {
            // Of another account's side not even the length of a message may tell.
            DenialStyle::Sealed if denied.disclosure() == Disclosure::OtherAccount => None,
            DenialStyle::Sealed => kept.seal(&self.keyring.current(), &mut SystemEntropy),
            DenialStyle::Id | DenialStyle::Strict => None,
        };
        let reference = match (self.style, &sealed) {
            (DenialStyle::Strict, _) => Reference::None,
            (_, Some(message)) => Reference::Sealed(message),
            (_, None) => Reference::Id(&kept.id),
        };
        let error = refusal(denied, reference).with_context(format!("denial {}", kept.id));
        trail.denial = Some(Denial {
            action: denied.action,
            resource: denied.resource.clone(),
            decision: denied.decision,
            policy_type: denied.policy_type.map(PolicyType::name),
            id: kept.id,
        });
        error
    }
}

/// Lists a thumbprint with a provider that was registered without one.
///
/// Spec: IAM API Reference, CreateOpenIDConnectProvider, `ThumbprintList`: where it is left
/// out, IAM retrieves and uses that of the top authority in the chain of the issuer's
/// server.
fn enter(draft: &mut Draft, provider: &Arn, thumbprint: Thumbprint) -> Result<(), ApiError> {
    let listed = thumbprint.to_string().parse();
    let listed = listed.map_err(|_| ApiError::internal("a thumbprint that is none"))?;
    oidc_provider::set_thumbprints(draft, provider, vec![listed])
        .map_err(|error| ApiError::internal(error.to_string()))
}

/// Nothing else of the account is committed.
fn expect_unchanged(draft: &Draft) -> Result<(), ApiError> {
    if draft.is_unchanged() {
        Ok(())
    } else {
        Err(ApiError::internal("an operation that only reads has changed something"))
    }
}

/// What a call is answered whose change of an organization was not made, or may not have been.
///
/// Spec: Organizations API Reference, "Common errors": ServiceException and
/// ConcurrentModificationException are what it has for them.
fn change_error(error: &ChangeError) -> ApiError {
    let (code, message) = match error {
        // Another organization has the name: it took the account in meanwhile.
        ChangeError::Commit(CommitError::NameTaken { .. } | CommitError::Conflict { .. }) => (
            ErrorCode::ConcurrentModificationException,
            "The request conflicts with another change. Try again.",
        ),
        _ => (ErrorCode::ServiceException, "The request could not be processed. Try again."),
    };
    ApiError::new(code, message).with_context(error.to_string())
}

fn write_error(error: WriteError<ApiError>) -> ApiError {
    match error {
        WriteError::Work(error) => error,
        WriteError::Overtaken => {
            // Choice: wording of our own; the IAM model has the code for EnableMFADevice.
            let message = "The request conflicts with another change. Try again.";
            ApiError::new(ErrorCode::ConcurrentModification, message)
        }
        WriteError::Store(error) => store_error(&error),
        WriteError::Unwritable(_) | WriteError::TooLarge(_) => service_failure(&error.to_string()),
    }
}

/// What class of error it is, for a span.
fn commit_fault(error: &CommitError) -> &'static str {
    match error {
        CommitError::Store(_) => "store",
        CommitError::Conflict { .. } | CommitError::NameTaken { .. } => "conflict",
    }
}

/// What a call is answered whose commit failed; `names` are those that it was to take.
fn commit_error(error: &CommitError, names: Vec<NameReservation>) -> ApiError {
    match error {
        CommitError::Store(error) => store_error(error),
        // Somebody else took it since it was looked for.
        CommitError::NameTaken { name, .. }
            if names.iter().any(|wanted| wanted.name == name.as_str()) =>
        {
            let wanted = names.into_iter().find(|wanted| wanted.name == name.as_str());
            wanted.map_or_else(|| service_failure("a name"), |wanted| wanted.taken)
        }
        // A conflict follows from an earlier failure of the same chain.
        CommitError::Conflict { .. } | CommitError::NameTaken { .. } => {
            let message = "The service is temporarily unavailable.";
            ApiError::new(ErrorCode::ServiceUnavailable, message).with_context(error.to_string())
        }
    }
}

fn service_failure(context: &str) -> ApiError {
    // Choice: wording of our own; the IAM model has the code only.
    ApiError::new(ErrorCode::ServiceFailure, "The request could not be processed.")
        .with_context(context)
}
