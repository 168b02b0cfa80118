use std::time::Duration;

use stead_api::ApiError;
use stead_directory::Draft;
use stead_directory::organization::OrganizationDraft;
use stead_session::Keyring;
use stead_session::totp::Step;
use stead_types::{AccessKeyId, AccountId, Arn, Entropy, Timestamp, UniqueId};

use crate::{
    Access, CredentialReports, DenialRecord, IssuerCheck, Jobs, NewTokenKeys, PasswordOutcome,
    Understood,
};

/// What an operation may use and change while it is carried out.
pub struct Work<'a> {
    /// The caller's account as a draft: what is changed here is committed as one
    /// revision, or not at all.
    pub draft: &'a mut Draft,
    /// Of an operation that [writes to an organization](crate::Handle::WRITES_ORGANIZATION)
    /// the newest state of that organization, as a draft that is committed like the account's.
    /// `None` where there is none: an operation that begins one puts it here.
    pub organization: Option<OrganizationDraft>,
    /// Random bytes for ids and secrets.
    pub entropy: &'a mut dyn Entropy,
    /// The keys that seal session tokens.
    pub keyring: &'a Keyring,
    /// When access keys and roles were last used.
    pub usage: &'a dyn Usage,
    /// The last credential reports.
    pub reports: &'a dyn CredentialReports,
    /// What earlier calls have begun.
    pub jobs: &'a dyn Jobs,
    /// Recent denials.
    pub denials: &'a dyn DenialRecords,
    /// What was computed of passwords, where [`Handle::passwords`](crate::Handle::passwords)
    /// asked for it.
    pub passwords: Option<PasswordOutcome>,
    /// What [`Authorization::begin`](crate::Authorization::begin) has understood of the request.
    pub understood: Understood,
    /// Keys that were made, where [`Handle::token_keys`](crate::Handle::token_keys) asked
    /// for them.
    pub token_keys: Option<NewTokenKeys>,
    /// One-time proofs this work relies on. The shell claims each before it answers;
    /// one that was claimed before fails the whole call.
    pub guards: Vec<ReplayGuard>,
    /// Issuers that this work registers. A shell that checks them does so before it
    /// commits: one that does not answer fails the whole call.
    pub issuers: Vec<IssuerCheck>,
    /// Names that this work takes in the installation. The shell looks whether they are
    /// free, and the commit takes them: one that is held fails the whole call.
    pub names: Vec<NameReservation>,
}

/// A name that only one account of the installation can hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameReservation {
    /// The name, such as `alias/my-company`.
    pub name: String,
    /// What the call is answered when another account holds it.
    pub taken: ApiError,
}

impl std::fmt::Debug for Work<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Work")
            .field("guards", &self.guards)
            .field("issuers", &self.issuers)
            .field("names", &self.names)
            .finish_non_exhaustive()
    }
}

/// A proof that counts once, such as a one-time code: the code's step on its device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplayGuard {
    /// The account it belongs to.
    pub account: AccountId,
    /// What must not come again, such as `totp/SERIAL/STEP`.
    pub key: String,
    /// When it can be forgotten: nothing could use it any more.
    pub expires_at: Timestamp,
    /// What the call is answered when the proof was used before.
    pub used_before: ApiError,
}

impl ReplayGuard {
    /// For how long the same code could be tried again: the steps around its own.
    const CODE_LIFETIME: Duration = Duration::from_secs(180);

    /// How much longer than an assertion can be used its guard is kept: clocks are set
    /// back, and the assertion could come again then.
    const ASSERTION_MARGIN: Duration = Duration::from_secs(600);

    /// The guard of a SAML assertion of its provider. `replay_id` is what it is
    /// remembered by, in ASCII: the key of a guard has few bytes.
    #[must_use]
    pub fn saml_assertion(
        account: AccountId,
        provider: &Arn,
        replay_id: &str,
        usable_until: Timestamp,
        used_before: ApiError,
    ) -> Self {
        let key = format!("saml/{provider}/{replay_id}");
        let used_before = used_before.with_context("the assertion was used before");
        Self { account, key, expires_at: usable_until.plus(Self::ASSERTION_MARGIN), used_before }
    }

    /// The guard of a one-time code: the step it belongs to, on its device. A code
    /// that was used is answered as a wrong one, `wrong_code`.
    ///
    /// Observed: aws/aws-cli issue 2279, where a code is tried twice.
    #[must_use]
    pub fn one_time_code(
        account: AccountId,
        serial: &Arn,
        step: Step,
        now: Timestamp,
        wrong_code: ApiError,
    ) -> Self {
        let key = format!("totp/{serial}/{}", step.number());
        let used_before = wrong_code.with_context("the code was used before");
        Self { account, key, expires_at: now.plus(Self::CODE_LIFETIME), used_before }
    }
}

/// When and where access keys and roles were last used; coalesced, up to some minutes old.
pub trait Usage {
    /// The last use of the key, if any is known.
    fn key_last_used(&self, key: &AccessKeyId) -> Option<LastUsed>;

    /// The last use of the role by one of its sessions, if any is known.
    fn role_last_used(&self, role: &UniqueId) -> Option<LastUsed>;

    /// The last call of each operation by a user or role, as far as any is known.
    fn accesses(&self, principal: &UniqueId) -> Vec<Access>;
}

/// The last use of an access key or of a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastUsed {
    /// When.
    pub at: Timestamp,
    /// The service it was used for, such as `sts`.
    pub service: String,
    /// The region it was used in.
    pub region: String,
}

/// The denials a caller may ask to have decoded.
pub trait DenialRecords {
    /// The denial named by a short id (`d-...`) or sealed in a long message.
    ///
    /// Unknown, expired and forged messages are all `None`.
    fn find(&self, encoded_message: &str) -> Option<std::sync::Arc<DenialRecord>>;
}
