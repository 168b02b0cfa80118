//! Why a call was denied, and the smallest change that lets it through. No I/O.
//!
//! What is asked about is a [`Case`]: accounts as `aws iam get-account-authorization-details`
//! exports them, with their providers and the policies of their organization, and one
//! attempt to assume a role. The accounts become the snapshots that the server has, the
//! attempt becomes the call that the server would get, and the answer comes from the
//! handlers' own questions, answered by `stead_authorizer`. No rule of access is written
//! here a second time: a diagnosis reads the trace of the evaluation, supposes one thing
//! to be different, and asks again.
//!
//! - [`Case`]: what was exported and what was tried, as a document that can be patched;
//! - [`Export`]: the files that people have of accounts, and with what is told of an attempt
//!   ([`attempt_of`]), recorded of one ([`attempt_of_event`]) or decoded of a denial
//!   ([`DecodedDenial`]) the case they make;
//! - [`replay`]: what the call is answered;
//! - [`Simulation`]: what one request or a table of [`requests`](read_requests) is answered;
//! - [`Access`]: who can do something, and what somebody can;
//! - [`audit()`]: what is wrong with accounts: who has too much power, or can get it;
//! - [`explain`]: why, with fixes that were applied and evaluated before they are shown.
//!

mod limits;

// What is asked about.
mod case;
mod denial;
mod details;
mod event;
mod export;
mod node;
mod patch;
mod place;
mod positions;
mod steps;
mod world;

// What it is answered.
mod attempt;
mod replay;

// A table of questions.
mod inquiry;
mod requests;
mod simulation;

// Why.
mod cause;
mod diagnosis;
mod fixes;
mod matching;

mod explanation;

// Who can.
mod access;

// What is wrong.
mod audit;

pub use access::{
    Abilities, Ability, AbilityResource, Access, AccessAnswer, AccessError, Condition, Hop,
    Principal, Reached, Test, Verdict as AccessVerdict,
};
pub use attempt::{Attempt, Operation, Token};
pub use audit::{
    Activity, ActivityError, Audit, AuditEvidence, AuditFinding, AuditOptions, AuditRule,
    AuditSeverity, AuditStep, CredentialReport, CredentialReportError, IssuerAnswer, IssuerState,
    Progress, Proposal, ProposalError, RecordedCall, audit, audit_rules, least_privilege,
};
pub use case::{Case, CaseError};
pub use cause::{Cause, Layer};
pub use denial::{
    DECODED_BYTES_MAX, DecodedDenial, DenialError, DenialReference, read_message, read_told,
};
pub use details::{Details, DetailsError, attempt_of};
pub use diagnosis::{Finding, Where};
pub use event::{EventError, attempt_of_event};
pub use explanation::{Explanation, FORMAT_VERSION, Fix, Verdict, explain};
pub use export::{Export, ExportError, ExportFile, ExportPlace, Origin};
pub use inquiry::{Inquiry, InquiryError, InquiryPart};
pub use limits::{
    ACTIVITY_BYTES_MAX, CASE_BYTES_MAX, CREDENTIAL_REPORT_BYTES_MAX, EVENT_BYTES_MAX,
    EXPORT_FILES_MAX, REQUEST_COLUMNS_MAX, REQUEST_LINE_BYTES_MAX, REQUESTS_BYTES_MAX,
    REQUESTS_MAX, TOKEN_BYTES_MAX,
};
pub use patch::{Change, Patch, PatchError};
pub use place::{Lines, Located, locate};
pub use positions::positions;
pub use replay::{Answer, Denial, Refusal, Replay, replay};
pub use requests::{Cell, Expected, RequestRow, RequestsError, read_requests};
pub use simulation::{Deciding, SIMULATION_VERSION, Simulated, Simulation};
pub use steps::{Step, StepsError, steps};
pub use world::{Account, World};
