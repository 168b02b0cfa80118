//! Why a token is not accepted.

use stead_types::{NameError, TagError, Timestamp};
use thiserror::Error;

use super::algorithm::{Algorithm, KeyKind};
use super::key_set::SkipReason;
use super::limits::{ECHO_CHARACTERS_MAX, KEYS_PER_TYPE_MAX};

/// Why a token is not accepted, with what was expected and what was found.
///
/// `Display` is for operators and explanations; what the caller is told is written where
/// AWS's texts are. Values of the token are shortened; its signature is in none of them.
/// The list is complete on purpose: who maps it should fail to build when it grows.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The provider may not sign with this algorithm.
    #[error("is signed with {algorithm}, which is not switched on for the provider")]
    AlgorithmNotAllowed {
        /// The token's algorithm.
        algorithm: Algorithm,
    },

    /// The issuer publishes more keys of this type than are read.
    #[error("the issuer has {found} {key_type} keys, at most {KEYS_PER_TYPE_MAX} are used")]
    TooManyKeys {
        /// `RSA`, `EC` or `OKP`.
        key_type: &'static str,
        /// Keys of that type in the set.
        found: usize,
    },
    /// No usable key of the issuer has the token's key id.
    #[error("no key of the issuer has the id `{key_id}`")]
    UnknownKey {
        /// The token's key id.
        key_id: String,
        /// Why the key that has this id cannot be used, if there is one.
        skipped: Option<SkipReason>,
    },
    /// The issuer's key with the token's key id does not fit the token's algorithm.
    #[error("the key `{key_id}` is for {found}, the token is signed with {algorithm}")]
    KeyDoesNotFit {
        /// The token's key id.
        key_id: String,
        /// The token's algorithm.
        algorithm: Algorithm,
        /// What the key is for: the one algorithm that it names, or its kind.
        found: KeyUse,
    },
    /// The token has no key id, and the issuer has not exactly one key that fits.
    #[error("has no key id, and the issuer has {usable} keys for {algorithm}, expected one")]
    NoKeyId {
        /// The token's algorithm.
        algorithm: Algorithm,
        /// Keys that fit it.
        usable: usize,
    },
    /// The signature is not that of the key.
    #[error("the signature does not belong to the token and the issuer's key")]
    Signature {
        /// The id of the key that was used.
        key_id: Option<String>,
    },

    /// The token is of another issuer than the provider.
    #[error("is of the issuer `{found}`, expected `{expected}`")]
    Issuer {
        /// The provider's URL.
        expected: String,
        /// The claim `iss`.
        found: String,
    },
    /// A claim that every token must have is absent.
    #[error("has no claim `{claim}`")]
    MissingClaim {
        /// The claim's name.
        claim: &'static str,
    },
    /// A claim is of the wrong kind, empty, or out of bounds.
    #[error("its claim `{claim}` is not {expected}: {found}")]
    MalformedClaim {
        /// The claim's name.
        claim: &'static str,
        /// What the claim must be, in words.
        expected: &'static str,
        /// The claim's value as JSON, shortened.
        found: String,
    },

    /// The token expired, the skew granted.
    #[error("expired at {expires_at}, now it is {now}")]
    Expired {
        /// The time of the check, without skew.
        now: Timestamp,
        /// The claim `exp`.
        expires_at: Timestamp,
    },
    /// The token's time has not come, the skew granted.
    #[error("is valid from {not_before}, now it is {now}")]
    NotYetValid {
        /// The time of the check, without skew.
        now: Timestamp,
        /// The claim `nbf`.
        not_before: Timestamp,
    },
    /// The token was issued in the future, the skew granted.
    #[error("was issued at {issued_at}, now it is {now}")]
    IssuedInFuture {
        /// The time of the check, without skew.
        now: Timestamp,
        /// The claim `iat`.
        issued_at: Timestamp,
    },
    /// The token was issued too long ago, although it has not expired.
    #[error("was issued {age_seconds} seconds ago, at {issued_at}")]
    TooOld {
        /// Seconds since it was issued: the number in AWS's text.
        age_seconds: i64,
        /// The claim `iat`.
        issued_at: Timestamp,
    },

    /// Several audiences, and no `azp` that says whose token it is.
    #[error("is for {} audiences, and no claim `azp` names one", audiences.len())]
    SeveralAudiences {
        /// The claim `aud`.
        audiences: Vec<String>,
    },
    /// The application is not registered with the provider.
    #[error(
        "is for `{found}`, which is not registered with the provider; registered: {}",
        few(.registered)
    )]
    Audience {
        /// The claim `azp`, or `aud` without it.
        found: String,
        /// The claim that was asked: `azp` or `aud`.
        claim: &'static str,
        /// The client ids registered with the provider.
        registered: Vec<String>,
    },

    /// A session tag is none.
    #[error("its session tag `{key}` is refused: {error}")]
    SessionTag {
        /// The tag's key, shortened.
        key: String,
        /// Why.
        error: TagError,
    },
    /// Transitive tag keys are given in both forms.
    #[error("gives transitive tag keys both nested and flattened")]
    TransitiveTagKeysTwice,
    /// The source identity is none.
    #[error("its source identity is refused: {0}")]
    SourceIdentity(NameError),
    /// The claim of authorized roles holds no ARN of a role.
    #[error("its claim of authorized roles names no role")]
    NoRoles,
}

/// What a key can be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyUse {
    /// Only for the algorithm that it names.
    Algorithm(Algorithm),
    /// For all algorithms that take a key of this kind.
    Kind(KeyKind),
}

impl std::fmt::Display for KeyUse {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Algorithm(algorithm) => algorithm.fmt(formatter),
            Self::Kind(kind) => write!(formatter, "algorithms with {kind}"),
        }
    }
}

impl Refusal {
    /// Whether the issuer may have published keys since that would make a difference:
    /// the reason to fetch its key set again, as often as is allowed.
    #[must_use]
    pub fn newer_keys_may_help(&self) -> bool {
        matches!(
            self,
            Self::UnknownKey { .. }
                | Self::KeyDoesNotFit { .. }
                | Self::NoKeyId { .. }
                | Self::TooManyKeys { .. }
        )
    }
}

/// A text of the token, as an explanation may repeat it.
pub(crate) fn echo(text: &str) -> String {
    text.chars().take(ECHO_CHARACTERS_MAX).collect()
}

/// The first of some texts, for a log line.
fn few(texts: &[String]) -> String {
    const SHOWN_MAX: usize = 5;
    let shown: Vec<String> =
        texts.iter().take(SHOWN_MAX).map(|text| format!("`{}`", echo(text))).collect();
    match texts.len().saturating_sub(SHOWN_MAX) {
        0 if texts.is_empty() => "none".to_owned(),
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
