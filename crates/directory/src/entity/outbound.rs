use std::time::Duration;

use stead_types::{PublicTokenKey, Timestamp, TokenAlgorithm, Uuid};

use crate::entity::WrappedSecret;

/// Under which name the account issues identity tokens. Made once, and never changed:
/// services elsewhere trust it.
#[derive(Clone, Debug)]
pub struct TokenIssuer {
    /// What tells it apart in its URL.
    ///
    /// Observed: AWS's URLs name no account either, and stay the same when the feature is
    /// switched off and on again (radkawar/stackd, recorded in 2026).
    pub id: Uuid,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Whether the account issues identity tokens, and the keys that sign them.
#[derive(Clone, Debug)]
pub struct OutboundFederation {
    /// Whether tokens are issued now.
    pub vending: Vending,
    /// The keys, older ones first; of each algorithm the last one signs.
    pub keys: Vec<TokenKey>,
}

/// Whether tokens are issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vending {
    /// They are.
    Enabled,
    /// They are not; those that were issued can still be verified.
    Disabled,
}

/// A key that signs identity tokens, or has signed some.
#[derive(Clone, Debug)]
pub struct TokenKey {
    /// Which of the account's keys it is. No number is given twice.
    pub number: u32,
    /// The public half, which everybody may see.
    pub public: PublicTokenKey,
    /// The private half, PKCS #8.
    pub private: WrappedSecret,
    /// When it was made.
    pub created_at: Timestamp,
    /// When another key took its place.
    pub replaced_at: Option<Timestamp>,
}

impl TokenIssuer {
    /// The name under which an issuer is unique in the installation.
    #[must_use]
    pub fn unique_name(id: &Uuid) -> String {
        format!("token-issuer/{id}")
    }
}

impl OutboundFederation {
    /// The key that signs with this algorithm.
    #[must_use]
    pub fn signing_key(&self, algorithm: TokenAlgorithm) -> Option<&TokenKey> {
        let fits =
            |key: &&TokenKey| key.public.algorithm() == algorithm && key.replaced_at.is_none();
        self.keys.iter().rev().find(fits)
    }

    /// The keys with which a token that is good at this moment may have been signed.
    pub fn published_keys(&self, now: Timestamp) -> impl Iterator<Item = &TokenKey> {
        self.keys.iter().filter(move |key| key.is_published(now))
    }
}

impl TokenKey {
    /// For how long a key is published that no longer signs: the longest token lasts an
    /// hour, and clocks may differ by as much.
    ///
    /// Spec: API GetWebIdentityToken, `DurationSeconds`: 3,600 seconds at most.
    pub const PUBLISHED_AFTERWARDS: Duration = Duration::from_secs(2 * 3_600);

    /// The id in headers and key sets, such as `RSA_0` or `EC384_0`.
    ///
    /// Observed: AWS's form (radkawar/stackd, recorded in 2026).
    #[must_use]
    pub fn id(&self) -> String {
        Self::id_of(self.public.algorithm(), self.number)
    }

    /// The id of the key of this number.
    #[must_use]
    pub fn id_of(algorithm: TokenAlgorithm, number: u32) -> String {
        match algorithm {
            TokenAlgorithm::Rs256 => format!("RSA_{number}"),
            TokenAlgorithm::Es384 => format!("EC384_{number}"),
        }
    }

    /// Whether a token that is good at this moment may have been signed with it.
    #[must_use]
    pub fn is_published(&self, now: Timestamp) -> bool {
        self.replaced_at.is_none_or(|replaced| now <= replaced.plus(Self::PUBLISHED_AFTERWARDS))
    }
}
