//! Who is calling, and may they: collects the policies that apply and decides. No I/O.
//!
//! Two questions are answered here, each by a value that only this crate makes:
//! - [`VerifiedCaller`]: whose signature or token was verified, and what they are now;
//! - [`Authorized`]: that an operation's questions were all answered with yes.
//!
//! Every decision comes from `stead_policy::evaluate`; this crate gathers what
//! goes in: the caller's policies from its account's snapshot, the role trust
//! policy of the resource, session policies from the token, and the condition
//! keys. It is an API boundary: a service that embeds Stead's decisions builds on
//! this crate and never sees a keyring.

mod ask;
mod authorized;
mod caller;
mod condition_keys;
mod context;
mod decide;
mod denied;
mod facts;
mod foresight;
mod judge;
mod layers;
mod organization;
mod restrictions;
mod root_task;
mod simulate;

pub use ask::{Ask, Resource};
pub use authorized::Authorized;
pub use caller::{
    CallerFacts, SamlProof, SamlRefused, ServiceSource, ServiceSourceError, SupposedCaller,
    Supposition, Unidentified, VerifiedCaller, WebIdentityRefused, registered_provider,
};
pub use condition_keys::{CONDITION_KEYS, ConditionKey, Multiplicity, reference_page};
pub use decide::decide;
pub use denied::{Denied, Disclosure};
pub use facts::{RequestFacts, Transport};
pub use foresight::{Doubt, Foresight, foresee};
pub use judge::{GivenPolicy, Judgement, Surroundings, judge};
pub use simulate::{AppliedStatement, Background, ResourceSide, Scene, Simulated, simulate};
