//! The keys of an issuer.

use std::collections::BTreeMap;

use serde_json::Value;
use thiserror::Error;

use super::algorithm::Algorithm;
use super::fault::KeySetFault;
use super::json;
use super::key::{Key, key_id};
use super::limits::{KEY_SET_BYTES_MAX, KEYS_PER_TYPE_MAX, SKIPPED_KEYS_MAX};
use super::refusal::Refusal;

/// The keys of an issuer, each parsed and ready to verify with.
#[derive(Debug)]
pub struct KeySet {
    keys: Vec<Key>,
    /// How many keys of each known type the set lists, usable or not.
    listed: BTreeMap<&'static str, usize>,
    skipped: Vec<SkippedKey>,
    skipped_count: usize,
}

/// A key of the set that is not used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkippedKey {
    /// The key's id, where it has a readable one.
    pub key_id: Option<String>,
    /// Why it is not used.
    pub reason: SkipReason,
}

/// Why a key of a set is not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SkipReason {
    /// Not an object, or a member of the wrong kind or encoding, or one is absent.
    #[error("is malformed")]
    Malformed,
    /// A type other than RSA, EC and OKP.
    #[error("is of an unknown type")]
    UnknownType,
    /// A curve other than P-256, P-384, P-521 and Ed25519.
    #[error("is on an unknown curve")]
    UnknownCurve,
    /// It names an algorithm that is not known here.
    #[error("names an unknown algorithm")]
    UnknownAlgorithm,
    /// It names an algorithm that takes a key of another kind.
    #[error("names an algorithm that takes another kind of key")]
    AlgorithmDoesNotFit,
    /// It is not for verifying signatures.
    #[error("is not for verifying signatures")]
    OtherUse,
    /// The set publishes the private part too.
    #[error("is published with its private part")]
    PrivateKey,
    /// An RSA key of fewer than 2,048 bits.
    #[error("is an RSA key of fewer than 2,048 bits")]
    TooShort,
    /// An RSA key of more than 8,192 bits.
    #[error("is an RSA key of more than 8,192 bits")]
    TooLong,
    /// An RSA key whose primes can be found (CVE-2017-15361).
    #[error("is an RSA key whose primes can be found (CVE-2017-15361)")]
    Weak,
    /// The numbers are no key: a point off its curve, an exponent of one.
    #[error("is not a valid key")]
    Broken,
    /// The set lists too many keys of its type.
    #[error("is one of too many keys of its type")]
    TooMany,
}

impl KeySet {
    /// Reads a set of JSON Web Keys. A key that cannot be used is skipped.
    ///
    /// # Errors
    /// When the text is no set at all.
    pub fn parse(json: &[u8]) -> Result<Self, KeySetFault> {
        if json.len() > KEY_SET_BYTES_MAX {
            return Err(KeySetFault::TooLong { bytes: json.len() });
        }
        let set = json::object(json).map_err(KeySetFault::Json)?;
        let Some(Value::Array(members)) = set.get("keys") else {
            return Err(KeySetFault::NoKeys);
        };
        let mut listed = BTreeMap::new();
        for key_type in members.iter().filter_map(known_type) {
            *listed.entry(key_type).or_insert(0) += 1;
        }
        let mut read = Self { keys: Vec::new(), listed, skipped: Vec::new(), skipped_count: 0 };
        for member in members {
            read.take(member);
        }
        Ok(read)
    }

    /// How many keys can be used.
    #[must_use]
    pub fn usable(&self) -> usize {
        self.keys.len()
    }

    /// The ids of the keys that can be used, in their order.
    pub fn key_ids(&self) -> impl Iterator<Item = Option<&str>> {
        self.keys.iter().map(|key| key.id.as_deref())
    }

    /// The first keys that are not used, and why.
    #[must_use]
    pub fn skipped(&self) -> &[SkippedKey] {
        &self.skipped
    }

    /// How many keys are not used, those beyond [`Self::skipped`] included.
    #[must_use]
    pub fn skipped_count(&self) -> usize {
        self.skipped_count
    }

    fn take(&mut self, member: &Value) {
        match self.read(member) {
            Ok(key) => self.keys.push(key),
            Err(reason) => {
                self.skipped_count += 1;
                if self.skipped.len() < SKIPPED_KEYS_MAX {
                    let jwk = member.as_object();
                    let key_id = jwk.and_then(|jwk| key_id(jwk).ok().flatten());
                    self.skipped.push(SkippedKey { key_id, reason });
                }
            }
        }
    }

    fn read(&self, member: &Value) -> Result<Key, SkipReason> {
        if known_type(member).is_some_and(|key_type| self.has_too_many(key_type)) {
            return Err(SkipReason::TooMany);
        }
        Key::parse(member.as_object().ok_or(SkipReason::Malformed)?)
    }

    fn has_too_many(&self, key_type: &str) -> bool {
        self.listed(key_type) > KEYS_PER_TYPE_MAX
    }

    fn listed(&self, key_type: &str) -> usize {
        self.listed.get(key_type).copied().unwrap_or_default()
    }

    /// The one key that a token with this id and algorithm is verified with.
    ///
    /// Of several keys with one id that fit, the last is taken: one signature is checked
    /// for a token, whatever the set. Observed: at AWS, later keys replace earlier ones of
    /// the same id. RFC 7517, section 4.5, lets keys of different types share one; these
    /// the algorithm tells apart.
    pub(crate) fn choose(
        &self,
        key_id: Option<&str>,
        algorithm: Algorithm,
    ) -> Result<&Key, Refusal> {
        let key_type = algorithm.key_kind().key_type();
        if self.has_too_many(key_type) {
            return Err(Refusal::TooManyKeys { key_type, found: self.listed(key_type) });
        }
        match key_id {
            Some(key_id) => self.with_id(key_id, algorithm),
            None => self.only(algorithm),
        }
    }

    fn with_id(&self, key_id: &str, algorithm: Algorithm) -> Result<&Key, Refusal> {
        let named = self.keys.iter().rev().filter(|key| key.id.as_deref() == Some(key_id));
        let mut other = None;
        for key in named {
            if key.fits(algorithm) {
                return Ok(key);
            }
            other = other.or(Some(key.is_for));
        }
        let key_id = key_id.to_owned();
        Err(match other {
            Some(found) => Refusal::KeyDoesNotFit { key_id, algorithm, found },
            None => Refusal::UnknownKey { skipped: self.why_skipped(&key_id), key_id },
        })
    }

    fn why_skipped(&self, key_id: &str) -> Option<SkipReason> {
        let is_it = |skipped: &&SkippedKey| skipped.key_id.as_deref() == Some(key_id);
        self.skipped.iter().find(is_it).map(|skipped| skipped.reason)
    }

    /// Spec: a token without a key id is accepted only where nothing is to choose.
    fn only(&self, algorithm: Algorithm) -> Result<&Key, Refusal> {
        let mut fitting = self.keys.iter().filter(|key| key.fits(algorithm));
        match (fitting.next(), fitting.count()) {
            (Some(key), 0) => Ok(key),
            (first, others) => {
                Err(Refusal::NoKeyId { algorithm, usable: others + usize::from(first.is_some()) })
            }
        }
    }
}

/// The type of a key, where it is one that is counted.
fn known_type(member: &Value) -> Option<&'static str> {
    let key_type = member.get("kty")?.as_str()?;
    ["RSA", "EC", "OKP"].into_iter().find(|known| *known == key_type)
}
