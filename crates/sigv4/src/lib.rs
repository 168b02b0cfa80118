//! AWS Signature Version 4, as verifier and as signer. No I/O, no clock, no store.
//!
//! Checking a request is two pure calls with a key lookup between them:
//!
//! 1. [`Claim::parse`] reads what the caller *says*: key id, scope, time, token.
//!    Nothing of it is proven yet.
//! 2. The shell finds the secret for [`Claim::access_key_id`] and derives (or
//!    takes from a [`SigningKeyCache`]) the [`SigningKey`] of the claimed scope.
//!    [`Claim::check`] says before that lookup what needs no key, because AWS
//!    reports an expired signature or a wrong scope ahead of an unknown key.
//! 3. [`Claim::verify`] checks time, coverage, scope, body and signature
//!    together, for the header and the presigned form alike, and returns
//!    [`Verified`], which nothing else can make.
//!
//! ```
//! use stead_sigv4::{
//!     BodyDigest, Claim, Expect, Expectations, Payload, RequestHead, Settings, Signer,
//!     SigningKey, TokenPlacement,
//! };
//! use stead_types::{Secret, Timestamp};
//!
//! let secret = Secret::new(String::from("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"));
//! let now = Timestamp::from_epoch_seconds(1_440_938_160);
//! let settings = Settings::query_services();
//!
//! let body = b"Action=GetCallerIdentity&Version=2011-06-15";
//! let mut headers: Vec<(&str, &[u8])> = vec![("host", b"127.0.0.1:4566")];
//! let head = RequestHead { method: "POST", path: "/", query: "", headers: &headers };
//! let signer = Signer {
//!     access_key_id: "AKIAIOSFODNN7EXAMPLE",
//!     secret: &secret,
//!     security_token: None,
//!     token_placement: TokenPlacement::Signed,
//!     region: "us-east-1",
//!     service: "sts",
//!     settings,
//! };
//! let added = signer.sign_headers(&head, Payload::of(body), now)?;
//! headers.extend(added.iter().map(|header| (header.name, header.value.as_bytes())));
//!
//! let head = RequestHead { method: "POST", path: "/", query: "", headers: &headers };
//! let claim = Claim::parse(&head, &settings)?;
//! let key = SigningKey::derive(&secret, claim.scope());
//! let expectations = Expectations::new(Expect::OneOf(&["sts"]), Expect::Any);
//! let verified = claim.verify(&key, BodyDigest::of(body), now, &expectations)?;
//! assert_eq!(verified.access_key_id(), "AKIAIOSFODNN7EXAMPLE");
//! # Ok::<(), stead_sigv4::Rejection>(())
//! ```
//!
//! This crate is an API boundary: services that are not part of Stead verify
//! signatures with it too, hence the [`Settings`].

mod limits;
mod settings;

mod request;
mod scope;

mod authorization;
mod claim;
mod payload;
mod verify;

mod cache;
mod key;

mod sign;

mod canonical;
mod date;
mod percent;
mod pieces;

mod aws_text;
mod rejection;

pub use aws_text::AwsText;
pub use cache::{SecretVersion, SigningKeyCache};
pub use claim::{Claim, Form};
pub use key::SigningKey;
pub use limits::{PRESIGNED_EXPIRY_MAX, PRESIGNED_EXPIRY_MIN, SKEW_MAX};
pub use payload::{BodyDigest, Chunked, Payload};
pub use rejection::{AuthorizationPart, DateMismatch, Echo, Limit, Rejection, ScopeMismatch};
pub use request::RequestHead;
pub use scope::Scope;
pub use settings::{
    ChunkedPayload, PathEncoding, PathNormalisation, PayloadMode, PlusInQuery, Settings,
    UnsignedPayload,
};
pub use sign::{AddedHeader, Signer, TokenPlacement};
pub use verify::{Expect, Expectations, PresignedLifetime, Verified};
