//! OpenID Connect tokens: a token, the issuer's keys and the time make verified claims.
//!
//! Checking a token is two pure calls with a fetch between them:
//!
//! 1. [`UnverifiedToken::parse`] reads what the token *says*: its issuer, key id and
//!    algorithm. Nothing of it is proven yet.
//! 2. The shell finds the provider registered for [`UnverifiedToken::issuer`] and the
//!    issuer's [`KeySet`], through its [`Discovery`] document or a cache.
//! 3. [`verify`] checks algorithm, key, signature and claims together, and returns
//!    [`VerifiedToken`], which nothing else can make.
//!
//! Signatures are verified by `aws-lc-rs` itself. A library of JSON Web Tokens would
//! read header and claims a second time by rules of its own (the last of duplicate keys,
//! HMAC keys, times), parse the key again for every signature, and the one that is kept
//! best has no ES512; what remains of it, once this crate reads the token anyway, is the
//! table in the module `algorithm`. Keys are parsed once, when their set is.
//!
//! What people are shown of a token without any key is [`DecodedToken`], with the
//! [`claim_refusals`] that would meet it.
//!
//! Sources: RFC 7515 (JWS), 7517 (JWK), 7518 (algorithms), 7519 (JWT), 8725 (practices),
//! OpenID Connect Core and Discovery 1.0. `UG:` is the IAM User Guide. What is marked
//! `Observed:` was recorded from AWS on 2026-09-11 by a public project that submitted
//! 186 tokens of its own provider to the STS endpoint of us-east-1.

pub mod limits;

mod algorithm;
mod json;
mod token;

mod discovery;
mod key;
mod key_set;
mod roca;

mod claims;
mod session;
mod verify;

mod access_token;
mod web_identity;

mod condition_keys;
mod issuers;
mod verified;

mod fault;
mod refusal;

pub use access_token::{AccessTokenOwner, AccessTokenProvider, AnswerFault};
pub use algorithm::{Algorithm, Algorithms, KeyKind};
pub(crate) use condition_keys::one_or_many;
pub use condition_keys::{ConditionKey, KeyValues};
pub use discovery::{Discovery, Transport};
pub use fault::{DiscoveryFault, JsonFault, KeySetFault, Part, TokenFault};
pub use issuers::{IssuerClaims, NAMED_PROVIDERS, NamedProvider, PROVIDER_CLAIMS};
pub use key_set::{KeySet, SkipReason, SkippedKey};
pub(crate) use refusal::echo;
pub use refusal::{KeyUse, Refusal};
pub use session::{AuthorizedRoles, SessionTags};
pub use token::{DecodedToken, PayloadError, UnverifiedToken, verified_payload};
pub use verified::VerifiedToken;
pub use verify::{ClientIds, Expected, SupposedToken, claim_refusals, suppose, verify};
pub use web_identity::WebIdentity;
