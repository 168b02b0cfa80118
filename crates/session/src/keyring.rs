//! The master keys under which sessions and denials are sealed.

mod record;
#[cfg(test)]
mod tests;

use std::fmt;
use std::time::Duration;

use stead_types::{Entropy, Secret, Timestamp};
use thiserror::Error;

pub use record::RecordError;

use crate::blob::Domain;
use crate::limits::{KEYRING_KEYS_MAX, RETIREMENT_MARGIN, SESSION_LIFETIME_MAX};
use crate::sealing::{FamilyKind, KeyFamily, KeyId, SealingKey};

/// The master keys of an installation: one that seals, and older ones that only
/// open what they have sealed before.
///
/// Whoever holds a keyring can mint sessions of any account, so it never leaves
/// the nodes that issue and verify, and rests wrapped under the root key.
#[derive(Clone, Debug)]
pub struct Keyring {
    primary: MasterKey,
    // INVARIANT: newest first, at most KEYRING_KEYS_MAX - 1.
    opening: Vec<OpeningKey>,
}

/// What may be shown of a master key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyInfo {
    /// The id in front of everything the key has sealed.
    pub id: KeyId,
    /// When the key was made.
    pub created_at: Timestamp,
    /// What the key is used for.
    pub state: KeyState,
}

/// What a master key is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// It seals and opens.
    Primary,
    /// It opens only.
    Opening {
        /// When another key took its place.
        since: Timestamp,
    },
}

/// The keyring holds as many keys as it may: retire one before rotating.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the keyring holds {KEYRING_KEYS_MAX} keys already")]
pub struct KeyringFull;

/// Why a key can't be retired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RetireError {
    /// The keyring has no such key.
    #[error("no such key")]
    Unknown,
    /// The key seals; rotate first.
    #[error("the key is the primary one")]
    Primary,
}

impl Keyring {
    /// A keyring with one fresh key.
    #[must_use]
    pub fn new(now: Timestamp, entropy: &mut dyn Entropy) -> Self {
        Self { primary: MasterKey::generate(now, entropy), opening: Vec::new() }
    }

    /// Puts a fresh key in the primary one's place, which from now on only opens.
    ///
    /// A node that has not loaded the result yet refuses what the new key has
    /// sealed: where several nodes share a keyring, they load before they rotate.
    ///
    /// # Errors
    /// [`KeyringFull`], and the keyring stays as it was.
    pub fn rotate(
        &mut self,
        now: Timestamp,
        entropy: &mut dyn Entropy,
    ) -> Result<KeyId, KeyringFull> {
        if self.opening.len() + 1 >= KEYRING_KEYS_MAX {
            return Err(KeyringFull);
        }
        let fresh = MasterKey::generate(now, entropy);
        let key = std::mem::replace(&mut self.primary, fresh);
        self.opening.insert(0, OpeningKey { key, since: now });
        Ok(self.primary.id())
    }

    /// Drops a key that only opens, and with it every session it has sealed: what
    /// to do when a key may have leaked, after rotating.
    ///
    /// # Errors
    /// The primary key stays, and an unknown one is reported.
    pub fn retire(&mut self, id: KeyId) -> Result<(), RetireError> {
        if self.primary.id() == id {
            return Err(RetireError::Primary);
        }
        let before = self.opening.len();
        self.opening.retain(|opening| opening.key.id() != id);
        if self.opening.len() < before { Ok(()) } else { Err(RetireError::Unknown) }
    }

    /// Drops every key that only opens, and names them: what was sealed before the last
    /// rotation opens no more.
    pub fn retire_replaced(&mut self) -> Vec<KeyId> {
        self.opening.drain(..).map(|opening| opening.key.id()).collect()
    }

    /// Drops the keys whose last session must have expired, and names them. `opened_for`
    /// says how long a key has only opened, at least, by a clock that nobody can set.
    ///
    /// [`crate::issue`] seals no session longer than [`SESSION_LIFETIME_MAX`], so
    /// nobody is logged out by this. Dates do not decide it: a clock that runs ahead for a
    /// moment would drop for good what it takes for old.
    pub fn retire_opened_for(&mut self, opened_for: impl Fn(KeyId) -> Duration) -> Vec<KeyId> {
        let is_over = |opening: &mut OpeningKey| opened_for(opening.key.id()) >= KEPT_FOR;
        self.opening.extract_if(.., is_over).map(|opening| opening.key.id()).collect()
    }

    /// What may be shown of the keys; the primary one first, then the newest.
    pub fn keys(&self) -> impl Iterator<Item = KeyInfo> {
        let opening = self.opening.iter();
        std::iter::once(self.primary.info(KeyState::Primary)).chain(
            opening.map(|OpeningKey { key, since }| key.info(KeyState::Opening { since: *since })),
        )
    }

    pub(crate) const fn primary(&self) -> &MasterKey {
        &self.primary
    }

    pub(crate) fn find(&self, id: KeyId) -> Option<&MasterKey> {
        let opening = self.opening.iter().map(|opening| &opening.key);
        std::iter::once(&self.primary).chain(opening).find(|key| key.id() == id)
    }
}

/// How long a key is kept that only opens.
const KEPT_FOR: Duration = SESSION_LIFETIME_MAX.saturating_add(RETIREMENT_MARGIN);

impl KeyState {
    /// Until when the key can have something to open; `None` for the one that seals.
    #[must_use]
    pub fn opens_until(self) -> Option<Timestamp> {
        match self {
            Self::Primary => None,
            Self::Opening { since } => Some(since.plus(KEPT_FOR)),
        }
    }
}

#[derive(Clone, Debug)]
struct OpeningKey {
    key: MasterKey,
    since: Timestamp,
}

/// 32 random bytes, and the domain keys derived from them once.
#[derive(Clone)]
pub(crate) struct MasterKey {
    secret: Secret<[u8; 32]>,
    created_at: Timestamp,
    id: KeyId,
    domains: DomainKeys,
}

/// One key for each thing that is sealed.
#[derive(Clone)]
pub(crate) struct DomainKeys {
    session_tokens: SealingKey,
    denials: SealingKey,
    audit: SealingKey,
    markers: SealingKey,
}

impl MasterKey {
    fn generate(now: Timestamp, entropy: &mut dyn Entropy) -> Self {
        let mut secret = [0; 32];
        entropy.fill(&mut secret);
        Self::new(Secret::new(secret), now)
    }

    fn new(secret: Secret<[u8; 32]>, created_at: Timestamp) -> Self {
        let family = KeyFamily::new(FamilyKind::Master, &secret);
        let domains = DomainKeys {
            session_tokens: family.domain("session tokens"),
            denials: family.domain("denials"),
            audit: family.domain("audit"),
            markers: family.domain("markers"),
        };
        Self { secret, created_at, id: family.id(), domains }
    }

    pub(crate) const fn id(&self) -> KeyId {
        self.id
    }

    pub(crate) const fn domains(&self) -> &DomainKeys {
        &self.domains
    }

    const fn info(&self, state: KeyState) -> KeyInfo {
        KeyInfo { id: self.id, created_at: self.created_at, state }
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("MasterKey")
            .field("id", &self.id)
            .field("created_at", &self.created_at)
            .finish_non_exhaustive()
    }
}

impl DomainKeys {
    pub(crate) const fn session_tokens(&self) -> &SealingKey {
        &self.session_tokens
    }

    pub(crate) const fn blob(&self, domain: Domain) -> &SealingKey {
        match domain {
            Domain::Denial => &self.denials,
            Domain::Audit => &self.audit,
            Domain::Marker => &self.markers,
        }
    }
}
