//! Where a chain begins and ends, as only who has the root key can say it.

use std::fmt;

use aws_lc_rs::hmac;
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::chain::Link;
use crate::limits::{HEAD_BYTES_MAX, SEQUENCE_MAX};

/// The only version there is.
const VERSION: u32 = 1;

/// The key that authenticates heads, and its name.
#[derive(Clone)]
pub struct AuditKey {
    id: String,
    key: hmac::Key,
}

impl AuditKey {
    /// The key of these 32 secret bytes. `id` names it and is no secret.
    #[must_use]
    pub fn new(id: impl Into<String>, secret: &[u8; 32]) -> Self {
        Self { id: id.into(), key: hmac::Key::new(hmac::HMAC_SHA256, secret) }
    }

    /// Its name.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl fmt::Debug for AuditKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("AuditKey").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What is kept of a chain: older lines were deleted, later ones are not written yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The number of the first line that is kept.
    pub first: u64,
    /// The last line.
    pub last: Link,
}

/// A head as it was found, not believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedHead {
    /// What it says.
    pub head: Head,
    key: String,
    mac: Vec<u8>,
}

/// Whether a head was made by who has the root key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authenticity {
    /// It was.
    Authentic,
    /// It says that it was made with another key.
    OtherKey,
    /// It was not, or it was changed.
    Forged,
}

/// Why bytes are no head.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("it is not a head of this version")]
pub struct HeadFault;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    version: u32,
    first: u64,
    sequence: u64,
    digest: String,
    key: String,
    mac: String,
}

impl Head {
    /// The head as a text of one line, authenticated.
    #[must_use]
    pub fn sign(&self, key: &AuditKey) -> String {
        let text = Text {
            version: VERSION,
            first: self.first,
            sequence: self.last.sequence,
            digest: self.last.digest.to_string(),
            key: key.id.clone(),
            mac: HEXLOWER.encode(hmac::sign(&key.key, &self.covered(&key.id)).as_ref()),
        };
        let json = serde_json::to_string(&text).unwrap_or_default();
        format!("{json}\n")
    }

    /// What is authenticated: numbers and digits cannot run into each other.
    fn covered(&self, key: &str) -> Vec<u8> {
        let Link { sequence, digest } = self.last;
        format!("stead audit head {VERSION}\n{}\n{sequence}\n{digest}\n{key}\n", self.first).into()
    }
}

impl ClaimedHead {
    /// Reads a head.
    ///
    /// # Errors
    /// Whatever no [`Head::sign`] of this version has written.
    pub fn parse(text: &[u8]) -> Result<Self, HeadFault> {
        if text.len() > HEAD_BYTES_MAX {
            return Err(HeadFault);
        }
        let text: Text = serde_json::from_slice(text).map_err(|_| HeadFault)?;
        let digest = text.digest.parse().map_err(|_| HeadFault)?;
        let mac = HEXLOWER.decode(text.mac.as_bytes()).map_err(|_| HeadFault)?;
        let head = Head { first: text.first, last: Link { sequence: text.sequence, digest } };
        // The first line of an empty log is the one behind its last.
        let is_believable = text.sequence <= SEQUENCE_MAX && text.first <= SEQUENCE_MAX + 1;
        if text.version != VERSION || !is_believable {
            return Err(HeadFault);
        }
        Ok(Self { head, key: text.key, mac })
    }

    /// Whether it was made with one of these keys: the one that it names. Compares in
    /// constant time.
    #[must_use]
    pub fn check(&self, keys: &[AuditKey]) -> Authenticity {
        let Some(key) = keys.iter().find(|key| key.id == self.key) else {
            return Authenticity::OtherKey;
        };
        match hmac::verify(&key.key, &self.head.covered(&self.key), &self.mac) {
            Ok(()) => Authenticity::Authentic,
            Err(_) => Authenticity::Forged,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head() -> Head {
        let mut last = Link::START;
        last.seal(b"{\"a\":1}", &mut Vec::new());
        Head { first: 1, last }
    }

    #[test]
    fn only_who_has_the_key_makes_a_head() {
        let (key, other) = (AuditKey::new("k", &[1; 32]), AuditKey::new("k", &[2; 32]));
        let signed = head().sign(&key);
        let claimed = ClaimedHead::parse(signed.as_bytes()).unwrap();
        assert_eq!(claimed.head, head());
        let unrelated = AuditKey::new("l", &[1; 32]);
        assert_eq!(claimed.check(&[unrelated.clone(), key.clone()]), Authenticity::Authentic);
        assert_eq!(claimed.check(&[other]), Authenticity::Forged);
        assert_eq!(claimed.check(&[unrelated]), Authenticity::OtherKey);
        assert_eq!(claimed.check(&[]), Authenticity::OtherKey);
        for (old, new) in [("\"first\":1", "\"first\":2"), ("\"sequence\":1", "\"sequence\":0")] {
            let changed = signed.replace(old, new);
            let claimed = ClaimedHead::parse(changed.as_bytes()).unwrap();
            assert_eq!(claimed.check(std::slice::from_ref(&key)), Authenticity::Forged, "{new}");
        }
    }

    #[test]
    fn other_texts_are_no_heads() {
        let signed = head().sign(&AuditKey::new("k", &[1; 32]));
        for bad in [
            String::new(),
            "{}".to_owned(),
            signed.replace("\"version\":1", "\"version\":2"),
            signed.replace("\"mac\":\"", "\"mac\":\"x"),
            signed.replace("\"first\":1", &format!("\"first\":{}", u64::MAX)),
            signed.replace("\"sequence\":1", &format!("\"sequence\":{}", SEQUENCE_MAX + 1)),
            signed.replace("{\"v", "{\"more\":1,\"v"),
            format!("{signed}{}", " ".repeat(HEAD_BYTES_MAX)),
        ] {
            assert_eq!(ClaimedHead::parse(bad.as_bytes()), Err(HeadFault), "{bad}");
        }
    }
}
