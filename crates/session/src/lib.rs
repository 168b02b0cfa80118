//! Session tokens: sealed, opened, rotated; the credentials that go with them. No I/O.
//!
//! Beside the tokens stand the other proofs and secrets of a caller that need
//! nothing but keys and the time: one-time codes ([`totp`]) and secrets at rest
//! ([`vault`]).
//!
//! A session is its sealed token. Nothing is stored when one is issued, and
//! nothing is looked up when one is opened but a key of the [`Keyring`]. Keys,
//! the time and random bytes are arguments, so every answer can be replayed.
//!
//! The construction and what it is safe against are written down in
//! `docs/decisions/0002-session-tokens.md`, secrets at rest in
//! `docs/decisions/0003-secrets-at-rest.md`.
//!
//! This crate is internal: its API may change with the services that use it.
//! The formats of its tokens, records and wrapped secrets may not: each begins
//! with a version, and golden tests pin the bytes.
//!
//! ```
//! # use stead_session::{Chaining, Claims, Keyring, MfaState, SessionPolicies, SessionPrincipal, SessionTags};
//! # use stead_types::{Entropy, Timestamp};
//! # struct Replayed;
//! # impl Entropy for Replayed {
//! #     fn fill(&mut self, buffer: &mut [u8]) { buffer.fill(7); }
//! # }
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let mut entropy = Replayed;
//! let now = Timestamp::from_epoch_seconds(1_772_366_400);
//! let keyring = Keyring::new(now, &mut entropy);
//! let claims = Claims {
//!     account: "111122223333".parse()?,
//!     principal: SessionPrincipal::AssumedRole {
//!         role_id: "AROAQNZGKIQY56JQ7WMLA".parse()?,
//!         role_name: "Deploy".parse()?,
//!         session_name: "my-session".parse()?,
//!         chaining: Chaining::Direct,
//!     },
//!     issued_at: now,
//!     expires_at: now.plus(std::time::Duration::from_secs(3600)),
//!     policies: SessionPolicies::default(),
//!     tags: SessionTags::default(),
//!     source_identity: None,
//!     mfa: MfaState::Absent,
//!     federation: None,
//! };
//! let issued = stead_session::issue(&keyring, &claims, &mut entropy)?;
//! let session = stead_session::open(
//!     &keyring,
//!     &issued.access_key_id,
//!     issued.session_token.expose(),
//!     now,
//! )?;
//! assert_eq!(session.claims, claims);
//! assert!(session.secret_access_key == issued.secret_access_key);
//! # Ok(())
//! # }
//! ```

pub mod limits;
pub mod password;
pub mod token_key;
pub mod totp;
pub mod vault;

mod blob;
mod claims;
mod codec;
mod keyring;
mod packed;
mod sealing;
mod token;

pub use blob::{BlobError, Domain, open_blob, open_denial, seal_blob, seal_denial};
pub use claims::{
    Chaining, Claims, ClaimsError, Federation, Holder, MfaState, SessionPolicies, SessionPrincipal,
    SessionTags, TransitiveKeyError,
};
pub use keyring::{KeyInfo, KeyState, Keyring, KeyringFull, RecordError, RetireError};
pub use packed::{PackedSize, PackedSubject};
pub use sealing::KeyId;
pub use token::{IssueError, Issued, OpenError, Session, issue, open};
