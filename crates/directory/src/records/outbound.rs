//! Records of an account that issues identity tokens.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use stead_types::{P384Point, PublicTokenKey, RsaNumbers};

use crate::entity::{Entity, OutboundFederation, TokenIssuer, TokenKey, Vending};
use crate::records::field::{parse, parse_secret, parse_time, secret_text};
use crate::snapshot::LoadReason;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TokenIssuerRecord {
    id: String,
    created_at: String,
}

impl From<&TokenIssuer> for TokenIssuerRecord {
    fn from(issuer: &TokenIssuer) -> Self {
        Self { id: issuer.id.to_string(), created_at: issuer.created_at.to_string() }
    }
}

impl TokenIssuerRecord {
    pub(super) fn entity(self) -> Result<Entity, LoadReason> {
        let issuer = TokenIssuer {
            id: parse("id", &self.id)?,
            created_at: parse_time("created_at", &self.created_at)?,
        };
        Ok(Entity::TokenIssuer(Arc::new(issuer)))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OutboundFederationRecord {
    enabled: bool,
    keys: Vec<TokenKeyRecord>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenKeyRecord {
    number: u32,
    public: PublicKeyRecord,
    private: String,
    created_at: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    replaced_at: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
enum PublicKeyRecord {
    Rsa { modulus: String, exponent: String },
    P384 { x: String, y: String },
}

impl From<&OutboundFederation> for OutboundFederationRecord {
    fn from(federation: &OutboundFederation) -> Self {
        Self {
            enabled: federation.vending == Vending::Enabled,
            keys: federation.keys.iter().map(TokenKeyRecord::from).collect(),
        }
    }
}

impl OutboundFederationRecord {
    pub(super) fn entity(self) -> Result<Entity, LoadReason> {
        let keys = self.keys.into_iter().map(TokenKeyRecord::key).collect::<Result<Vec<_>, _>>()?;
        let mut ids: Vec<_> = keys.iter().map(TokenKey::id).collect();
        ids.sort_unstable();
        ids.dedup();
        // Two keys of one id would make one of them useless, and nobody could tell which.
        if ids.len() != keys.len() {
            return Err(LoadReason::Field { field: "number" });
        }
        let vending = if self.enabled { Vending::Enabled } else { Vending::Disabled };
        Ok(Entity::OutboundFederation(Arc::new(OutboundFederation { vending, keys })))
    }
}

impl From<&TokenKey> for TokenKeyRecord {
    fn from(key: &TokenKey) -> Self {
        let public = match &key.public {
            PublicTokenKey::Rsa(numbers) => PublicKeyRecord::Rsa {
                modulus: STANDARD.encode(numbers.modulus()),
                exponent: STANDARD.encode(numbers.exponent()),
            },
            PublicTokenKey::P384(point) => PublicKeyRecord::P384 {
                x: STANDARD.encode(point.x()),
                y: STANDARD.encode(point.y()),
            },
        };
        Self {
            number: key.number,
            public,
            private: secret_text(&key.private),
            created_at: key.created_at.to_string(),
            replaced_at: key.replaced_at.map(|replaced| replaced.to_string()),
        }
    }
}

impl TokenKeyRecord {
    fn key(self) -> Result<TokenKey, LoadReason> {
        Ok(TokenKey {
            number: self.number,
            public: self.public.key()?,
            private: parse_secret("private", &self.private)?,
            created_at: parse_time("created_at", &self.created_at)?,
            replaced_at: match &self.replaced_at {
                Some(replaced) => Some(parse_time("replaced_at", replaced)?),
                None => None,
            },
        })
    }
}

impl PublicKeyRecord {
    fn key(&self) -> Result<PublicTokenKey, LoadReason> {
        let bytes = |text: &String| STANDARD.decode(text).map_err(|_| unreadable());
        match self {
            Self::Rsa { modulus, exponent } => {
                let numbers = RsaNumbers::new(bytes(modulus)?, bytes(exponent)?);
                numbers.map(PublicTokenKey::Rsa).map_err(|_| unreadable())
            }
            Self::P384 { x, y } => {
                let point = P384Point::new(&bytes(x)?, &bytes(y)?);
                point.map(PublicTokenKey::P384).map_err(|_| unreadable())
            }
        }
    }
}

const fn unreadable() -> LoadReason {
    LoadReason::Field { field: "public" }
}
