//! A token before anything of it is proven.

use std::fmt;
use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Map, Value};
use stead_types::{SourceIdentity, Timestamp};
use thiserror::Error;

use super::algorithm::{Algorithm, Algorithms};
use super::claims::{self, Claims};
use super::condition_keys::{self, ConditionKey};
use super::fault::{Part, TokenFault};
use super::json;
use super::key_set::KeySet;
use super::limits::{HEADER_CHARACTERS_MAX, KEY_ID_BYTES_MAX, TOKEN_CHARACTERS_MAX};
use super::refusal::{Refusal, echo};
use super::session::{self, AuthorizedRoles, SessionTags};

/// A signed text in compact form, taken apart: a header, any payload, a signature.
///
/// Spec: RFC 7515, section 3.1.
#[derive(Clone)]
struct Compact<'a> {
    /// Header and payload as sent, with the dot between them: what is signed.
    signed: &'a str,
    header: Map<String, Value>,
    payload: Vec<u8>,
    signature: Vec<u8>,
}

/// What a header says of the key.
#[derive(Clone)]
struct Header {
    algorithm: Algorithm,
    key_id: Option<String>,
}

/// A token taken apart, for people. **Nothing of it is proven**, and it may be of a kind
/// that no key verifies: `none`, an HMAC, an unknown algorithm.
///
/// It has no way to [`verify`](super::verify) but through [`DecodedToken::check`].
#[derive(Clone)]
pub struct DecodedToken<'a> {
    compact: Compact<'a>,
    claims: Arc<Map<String, Value>>,
}

/// A token that says who signed it and how. **Nothing of it is proven**: its issuer and
/// key id serve to find keys, and for nothing else.
#[derive(Clone)]
pub struct UnverifiedToken<'a> {
    decoded: DecodedToken<'a>,
    header: Header,
    issuer: String,
}

impl<'a> Compact<'a> {
    fn parse(text: &'a str) -> Result<Self, TokenFault> {
        // There are at most as many characters as bytes, which need not be counted.
        if text.len() > TOKEN_CHARACTERS_MAX && text.chars().count() > TOKEN_CHARACTERS_MAX {
            return Err(TokenFault::TooLong { characters: text.chars().count() });
        }
        let parts: Vec<&str> = text.splitn(6, '.').collect();
        let &[header, payload, signature] = parts.as_slice() else {
            return Err(TokenFault::Parts { parts: parts.len() });
        };
        if header.len() > HEADER_CHARACTERS_MAX {
            return Err(TokenFault::HeaderTooLong { characters: header.len() });
        }
        let (signed, _) = text.rsplit_once('.').unwrap_or((text, ""));
        Ok(Self {
            signed,
            header: object(&bytes(header, Part::Header)?, Part::Header)?,
            payload: bytes(payload, Part::Claims)?,
            signature: bytes(signature, Part::Signature)?,
        })
    }

    /// What must hold before a key is looked for.
    ///
    /// `jku`, `x5u`, `jwk` and `x5c` are not read: keys come from the issuer that is
    /// registered, never from the token.
    fn check(&self) -> Result<Header, TokenFault> {
        let algorithm = algorithm(&self.header)?;
        if self.header.contains_key("crit") {
            return Err(TokenFault::Critical);
        }
        let key_id = key_id(&self.header)?;
        if self.signature.is_empty() {
            return Err(TokenFault::EmptySignature);
        }
        Ok(Header { algorithm, key_id })
    }

    /// The only place where a signature is checked.
    fn check_signature(
        &self,
        header: &Header,
        keys: &KeySet,
        allowed: Algorithms,
    ) -> Result<(), Refusal> {
        let Header { algorithm, key_id } = header;
        if !allowed.allows(*algorithm) {
            return Err(Refusal::AlgorithmNotAllowed { algorithm: *algorithm });
        }
        let key = keys.choose(key_id.as_deref(), *algorithm)?;
        if key.verifies(*algorithm, self.signed.as_bytes(), &self.signature) {
            Ok(())
        } else {
            Err(Refusal::Signature { key_id: key.id.clone() })
        }
    }
}

/// The payload of a signed text in compact form, whatever it is, once its signature is
/// verified as that of a token is.
///
/// For what is signed and is no token: the public test vectors of JSON Web Signature.
/// What is verified here says nothing about issuer, audience or time.
///
/// # Errors
/// Why the text cannot be verified, or is not.
pub fn verified_payload(
    text: &str,
    keys: &KeySet,
    allowed: Algorithms,
) -> Result<Vec<u8>, PayloadError> {
    let compact = Compact::parse(text)?;
    let header = compact.check()?;
    compact.check_signature(&header, keys, allowed)?;
    Ok(compact.payload)
}

/// Why a signed text has no verified payload.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PayloadError {
    /// No key could verify it.
    #[error(transparent)]
    Fault(#[from] TokenFault),
    /// The keys at hand do not verify it.
    #[error(transparent)]
    Refusal(#[from] Refusal),
}

impl<'a> DecodedToken<'a> {
    /// Takes a token apart: three parts, each in canonical base64url without padding,
    /// the first two unambiguous JSON objects.
    ///
    /// # Errors
    /// What is wrong with the text as a whole or with one of its parts.
    pub fn parse(text: &'a str) -> Result<Self, TokenFault> {
        let compact = Compact::parse(text)?;
        let claims = object(&compact.payload, Part::Claims)?;
        Ok(Self { compact, claims: Arc::new(claims) })
    }

    /// The header's members, unproven.
    #[must_use]
    pub fn header(&self) -> &Map<String, Value> {
        &self.compact.header
    }

    /// The claims, unproven.
    #[must_use]
    pub fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }

    /// The same, for whoever keeps them longer than the token.
    pub(crate) fn shared_claims(&self) -> Arc<Map<String, Value>> {
        Arc::clone(&self.claims)
    }

    /// Bytes of the signature; the signature itself is nobody's to see.
    #[must_use]
    pub fn signature_bytes(&self) -> usize {
        self.compact.signature.len()
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

    /// The session tags that the token would ask for.
    ///
    /// # Errors
    /// Why they would be refused.
    pub fn session_tags(&self) -> Result<SessionTags, Refusal> {
        SessionTags::read(Claims(&self.claims))
    }

    /// The roles that the token says it may be used for; none where it does not say.
    ///
    /// # Errors
    /// Why they would be refused.
    pub fn roles(&self) -> Result<Option<AuthorizedRoles>, Refusal> {
        AuthorizedRoles::read(Claims(&self.claims))
    }

    /// The source identity that the token would ask for.
    ///
    /// # Errors
    /// Why it would be refused.
    pub fn source_identity(&self) -> Result<Option<SourceIdentity>, Refusal> {
        session::source_identity(Claims(&self.claims))
    }

    /// The same token, if a key could verify it.
    ///
    /// # Errors
    /// What in header or claims no key can make good.
    pub fn check(self) -> Result<UnverifiedToken<'a>, TokenFault> {
        let header = self.compact.check()?;
        let issuer = match self.claims.get("iss") {
            None => return Err(TokenFault::NoIssuer),
            Some(Value::String(issuer)) if !issuer.is_empty() => issuer.clone(),
            Some(_) => return Err(TokenFault::Issuer),
        };
        Ok(UnverifiedToken { decoded: self, header, issuer })
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
        self.header.key_id.as_deref()
    }

    /// The algorithm that the token says it is signed with.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.header.algorithm
    }

    /// Header and claims, for explanations.
    #[must_use]
    pub fn decoded(&self) -> &DecodedToken<'a> {
        &self.decoded
    }

    pub(crate) fn check_signature(
        &self,
        keys: &KeySet,
        allowed: Algorithms,
    ) -> Result<(), Refusal> {
        self.decoded.compact.check_signature(&self.header, keys, allowed)
    }
}

// Neither shows the signature: with it, the whole token could be put together again.
impl fmt::Debug for DecodedToken<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("DecodedToken")
            .field("header", &self.compact.header)
            .field("claims", &self.claims)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for UnverifiedToken<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("UnverifiedToken")
            .field("issuer", &self.issuer)
            .field("key_id", &self.header.key_id)
            .field("algorithm", &self.header.algorithm)
            .finish_non_exhaustive()
    }
}

fn object(bytes: &[u8], part: Part) -> Result<Map<String, Value>, TokenFault> {
    json::object(bytes).map_err(|fault| TokenFault::Json { part, fault })
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
