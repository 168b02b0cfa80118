//! What every operation's handler is given and gives back, and how a call is
//! authorized before it runs.
//!
//! A handler is three pure functions over values (see [`Handle`]): which other
//! accounts it must see, what must be allowed, and what is then done. The shell
//! loads the accounts, has the questions answered, runs the work and commits what
//! changed; no handler knows a store, a clock or a socket.

mod assertion_use;
mod authorize;
mod call;
mod code_attempts;
mod credential_report;
mod decryption_keys;
mod denial;
mod handle;
mod issuer;
mod jobs;
mod password;
mod refusal;
mod simulator;
mod token_keys;
mod work;

pub use assertion_use::AssertionUse;
pub use authorize::{Refused, authorize};
pub use call::{Accounts, Call, VerifiedCall};
pub use code_attempts::CodeAttempts;
pub use credential_report::{CredentialReport, CredentialReports};
pub use decryption_keys::decryption_keys;
pub use denial::{DenialDocument, DenialRecord, RefusedCall, RefusedProof, Viewer};
pub use handle::{Asks, Authorization, Handle, Understood};
pub use issuer::{IssuerCheck, LoopbackIssuers};
pub use jobs::{Access, AccessReport, Accesses, Job, Jobs};
pub use password::{PasswordOutcome, PasswordVerdict, PasswordWork};
pub use refusal::{Reference, refusal};
pub use simulator::Simulator;
pub use token_keys::{IssuerBase, NewTokenKeys, TokenKeyWork};
pub use work::{DenialRecords, LastUsed, NameReservation, ReplayGuard, Usage, Work};
