//! The record of a call: its CloudTrail shape, the chain its lines form, and how both are
//! read back. No I/O.
//!
//! An [`Event`] is written as one JSON object on one line, in the shape of AWS's
//! CloudTrail, so that what reads those logs reads these. What a request or an answer
//! holds is written by generated code ([`Record`]); a member that is a secret by its type
//! is not written, for whichever operation.
//!
//! Lines are sealed into a chain ([`Link`]): each has a number and a digest over itself
//! and the digest before it. A [`Verifier`] finds lines that are missing, changed or out
//! of order; a [`Head`], which only the holder of the root key can make, says where the
//! chain begins and ends.
//!
//! This crate is internal: it may change with every version.

mod administration;
mod chain;
mod event;
mod filter;
mod generated;
mod head;
mod identity;
mod json;
pub mod limits;
mod lines;
mod mark;
mod record;
mod verify;

pub use administration::{Administration, Operator};
pub use chain::{Digest, LineFault, Link, SealedLine};
pub use event::{Denial, Event, Failure};
pub use filter::{EventView, Filter, Outcome};
pub use head::{AuditKey, Authenticity, ClaimedHead, Head, HeadFault};
pub use identity::Identity;
pub use lines::{Line, Lines};
pub use mark::{HeadAtStart, Mark};
pub use record::{Record, Recorded};
pub use verify::{Finding, Flaw, Note, Place, Report, Verifier};
