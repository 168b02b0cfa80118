//! Foreign proofs of identity, read and verified. No I/O, no clock, no store.
//!
//! [`oidc`] turns a token of an OpenID Connect provider, the provider's keys and the
//! time into verified claims, and those into what AWS makes of them: condition keys,
//! session tags, authorized roles and a source identity.
//!
//! ```
//! use stead_federation::oidc::{Algorithms, ClientIds, Expected, KeySet, Refusal, UnverifiedToken, verify};
//! use stead_types::Timestamp;
//!
//! let text = concat!(
//!     "eyJhbGciOiJFUzI1NiIsImtpZCI6IjEifQ",
//!     ".eyJpc3MiOiJodHRwczovL2lkcC5leGFtcGxlLmNvbSIsInN1YiI6ImpvYi03IiwiYXVkIjoic3RzIiwi",
//!     "aWF0IjoxNzcyMzY2MzQwLCJleHAiOjE3NzIzNjk5NDB9",
//!     ".uyrsrN6k0d7e1P4_942PuPiQpXB0u-nGxmrvnVMtLt-FQYOARkMK-GCwY2BDxQanaPdSLox57WrUiNMkExBAPg",
//! );
//! // What the token says serves to find the provider and its keys, and for nothing else.
//! let token = UnverifiedToken::parse(text)?;
//! assert_eq!(token.issuer(), "https://idp.example.com");
//!
//! let keys = KeySet::parse(
//!     br#"{"keys": [{"kty": "EC", "crv": "P-256", "kid": "1",
//!         "x": "WyXwuZF-Igkh03MOScLNgW_57LzUWn_8teaBySEWe9c",
//!         "y": "hNaJLSt8uCd6yzU98cvr4u-g6nCwMGhn3fyW0PVdOSE"}]}"#,
//! )?;
//! let expected = Expected {
//!     issuer: "https://idp.example.com",
//!     client_ids: ClientIds::Registered(&["sts"]),
//!     algorithms: Algorithms::AWS,
//! };
//! let now = Timestamp::from_epoch_seconds(1_772_366_400);
//! let verified = verify(&token, &keys, &expected, now)?;
//! assert_eq!(verified.subject(), "job-7");
//! let names: Vec<_> = verified.condition_keys().into_iter().map(|key| key.name).collect();
//! assert_eq!(names, ["idp.example.com:aud", "idp.example.com:oaud", "idp.example.com:sub"]);
//!
//! let next_day = Timestamp::from_epoch_seconds(1_772_452_800);
//! let refusal = verify(&token, &keys, &expected, next_day).unwrap_err();
//! assert!(matches!(refusal, Refusal::Expired { .. }));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`saml`] does the same with a SAML response and the metadata of its provider.
//!
//! This crate is internal: its API may change with the services that use it.

pub mod oidc;
pub mod saml;
