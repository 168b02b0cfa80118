//! A token before anything of it is proven.

use std::fmt;

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Map, Value};
use stead_types::Timestamp;

use super::algorithm::Algorithm;
use super::claims::{self, Claims};
use super::condition_keys::{self, ConditionKey};
use super::fault::{Part, TokenFault};
use super::json;
use super::limits::{HEADER_CHARACTERS_MAX, KEY_ID_BYTES_MAX, TOKEN_CHARACTERS_MAX};
use super::refusal::echo;

/// A token taken apart, for people. **Nothing of it is proven**, and it may be of a kind
/// that no key verifies: `none`, an HMAC, an unknown algorithm.
///
/// It has no way to [`verify`](super::verify) but through [`DecodedToken::check`].
#[derive(Clone)]
pub struct DecodedToken<'a> {
    /// Header and claims as sent, with the dot between them: what is signed.
    signed: &'a str,
    header: Map<String, Value>,
    claims: Map<String, Value>,
    signature: Vec<u8>,
}

/// A token that says who signed it and how. **Nothing of it is proven**: its issuer and
/// key id serve to find keys, and for nothing else.
#[derive(Clone)]
pub struct UnverifiedToken<'a> {
    decoded: DecodedToken<'a>,
    algorithm: Algorithm,
    key_id: Option<String>,
    issuer: String,
}

impl<'a> DecodedToken<'a> {
    /// Takes a token apart: three parts, each in canonical base64url without padding,
    /// the first two unambiguous JSON objects.
    ///
    /// # Errors
    /// What is wrong with the text as a whole or with one of its parts.
    pub fn parse(text: &'a str) -> Result<Self, TokenFault> {
        let characters = text.chars().take(TOKEN_CHARACTERS_MAX + 1).count();
        if characters > TOKEN_CHARACTERS_MAX {
            return Err(TokenFault::TooLong { characters: text.chars().count() });
        }
        let parts: Vec<&str> = text.splitn(6, '.').collect();
        let &[header, claims, signature] = parts.as_slice() else {
            return Err(TokenFault::Parts { parts: parts.len() });
        };
        if header.len() > HEADER_CHARACTERS_MAX {
            return Err(TokenFault::HeaderTooLong { characters: header.len() });
        }
        let (signed, _) = text.rsplit_once('.').unwrap_or((text, ""));
        Ok(Self {
            signed,
            header: object(header, Part::Header)?,
            claims: object(claims, Part::Claims)?,
            signature: bytes(signature, Part::Signature)?,
        })
    }

    /// The header's members, unproven.
    #[must_use]
    pub fn header(&self) -> &Map<String, Value> {
        &self.header
    }

    /// The claims, unproven.
    #[must_use]
    pub fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }

    /// Bytes of the signature; the signature itself is nobody's to see.
    #[must_use]
    pub fn signature_bytes(&self) -> usize {
        self.signature.len()
    }

    /// The moment that a claim such as `exp` names, where it is one.
    #[must_use]
    pub fn moment(&self, claim: &str) -> Option<Timestamp> {
        self.claims.get(claim).and_then(claims::timestamp)
    }

    /// The condition keys that the token would set, were it verified.
    #[must_use]
    pub fn condition_keys(&self) -> Vec<ConditionKey> {
        condition_keys::of_claims(Claims(&self.claims))
    }

    /// The same token, if a key could verify it.
    ///
    /// `jku`, `x5u`, `jwk` and `x5c` are not read: keys come from the issuer that is
    /// registered, never from the token.
    ///
    /// # Errors
    /// What in header or claims no key can make good.
    pub fn check(self) -> Result<UnverifiedToken<'a>, TokenFault> {
        let algorithm = algorithm(&self.header)?;
        if self.header.contains_key("crit") {
            return Err(TokenFault::Critical);
        }
        let key_id = key_id(&self.header)?;
        let issuer = match self.claims.get("iss") {
            None => return Err(TokenFault::NoIssuer),
            Some(Value::String(issuer)) if !issuer.is_empty() => issuer.clone(),
            Some(_) => return Err(TokenFault::Issuer),
        };
        if self.signature.is_empty() {
            return Err(TokenFault::EmptySignature);
        }
        Ok(UnverifiedToken { decoded: self, algorithm, key_id, issuer })
    }
}

impl<'a> UnverifiedToken<'a> {
    /// Reads a token as far as it can be read without keys.
    ///
    /// # Errors
    /// Why no key could verify this text.
    pub fn parse(text: &'a str) -> Result<Self, TokenFault> {
        DecodedToken::parse(text)?.check()
    }

    /// The issuer that the token claims, such as `https://token.actions.githubusercontent.com`.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The id of the key that the token says it is signed with.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// The algorithm that the token says it is signed with.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Header and claims, for explanations.
    #[must_use]
    pub fn decoded(&self) -> &DecodedToken<'a> {
        &self.decoded
    }

    pub(crate) fn signed(&self) -> &[u8] {
        self.decoded.signed.as_bytes()
    }

    pub(crate) fn signature(&self) -> &[u8] {
        &self.decoded.signature
    }
}

// Neither shows the signature: with it, the whole token could be put together again.
impl fmt::Debug for DecodedToken<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("DecodedToken")
            .field("header", &self.header)
            .field("claims", &self.claims)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for UnverifiedToken<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("UnverifiedToken")
            .field("issuer", &self.issuer)
            .field("key_id", &self.key_id)
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

fn object(text: &str, part: Part) -> Result<Map<String, Value>, TokenFault> {
    json::object(&bytes(text, part)?).map_err(|fault| TokenFault::Json { part, fault })
}

/// One text for one sequence of bytes: bits that base64 leaves over must be zero.
fn bytes(text: &str, part: Part) -> Result<Vec<u8>, TokenFault> {
    BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| TokenFault::Base64 { part })
}

fn algorithm(header: &Map<String, Value>) -> Result<Algorithm, TokenFault> {
    let Some(Value::String(name)) = header.get("alg") else {
        return Err(TokenFault::NoAlgorithm);
    };
    match Algorithm::from_name(name) {
        Some(algorithm) => Ok(algorithm),
        None if name.eq_ignore_ascii_case("none") => {
            Err(TokenFault::Unsigned { algorithm: name.clone() })
        }
        None if matches!(name.as_str(), "HS256" | "HS384" | "HS512") => {
            Err(TokenFault::Symmetric { algorithm: name.clone() })
        }
        None => Err(TokenFault::UnknownAlgorithm { algorithm: echo(name) }),
    }
}

fn key_id(header: &Map<String, Value>) -> Result<Option<String>, TokenFault> {
    match header.get("kid") {
        None => Ok(None),
        Some(Value::String(key_id)) if key_id.len() <= KEY_ID_BYTES_MAX => Ok(Some(key_id.clone())),
        Some(_) => Err(TokenFault::KeyId),
    }
}
