//! Why an assertion is not accepted.

use std::fmt;

use stead_types::{NameError, TagError, Timestamp};
use thiserror::Error;

use super::response::ResponseFault;

/// Why an assertion is not accepted, with what was expected and what was found.
///
/// `Display` is for operators and explanations; what the caller is told is written where
/// AWS's texts are. Values are shortened, and no part of a signature is among them.
/// The list is complete on purpose: who maps it should fail to build when it grows.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The response cannot be read after all.
    #[error(transparent)]
    Response(#[from] ResponseFault),
    /// The response tells of a failure.
    #[error("its status is `{found}`, not success")]
    Status {
        /// The URN of the status, shortened.
        found: String,
    },
    /// Not exactly one assertion, plain or encrypted, directly in the response.
    ///
    /// Observed (radkawar/stackd, recorded in 2026): AWS demands one, signed.
    #[error("holds {found} assertions, expected one, directly in the response")]
    Assertions {
        /// Assertions found anywhere in the response.
        found: usize,
    },
    /// The assertion is not signed itself. A signature over the response alone is not
    /// enough.
    ///
    /// Observed (radkawar/stackd, recorded in 2026): `response_signed` is refused, with
    /// `Response (with optional signature) must contain an assertion with a mandatory
    /// signature`.
    #[error("its assertion is not signed")]
    Unsigned,
    /// A signature is not of the form that is accepted.
    #[error("the signature of its {element} is refused: expected {expected}, found `{found}`")]
    SignatureForm {
        /// What carries the signature.
        element: Signed,
        /// What should stand there.
        expected: &'static str,
        /// What stands there, shortened.
        found: String,
    },
    /// A signature stands where none is looked for: not directly in the response or the
    /// assertion.
    #[error("has a signature that is neither the response's nor the assertion's")]
    StraySignature,
    /// A signature does not hold with any of the provider's certificates.
    #[error("the signature of its {element} does not hold: {reason}")]
    Signature {
        /// What carries the signature.
        element: Signed,
        /// What the library says.
        reason: String,
    },

    /// The provider demands that assertions are encrypted.
    ///
    /// Observed (radkawar/stackd, recorded in 2026): `required_plaintext`.
    #[error("is not encrypted, as the provider demands")]
    NotEncrypted,
    /// The assertion is encrypted in a way that is not accepted.
    #[error("is encrypted as is not accepted: expected {expected}, found `{found}`")]
    EncryptionForm {
        /// What should stand there.
        expected: &'static str,
        /// What stands there, shortened.
        found: String,
    },
    /// No key of the provider opens the assertion, or what it holds is not an assertion
    /// signed with one of the provider's certificates.
    ///
    /// Choice: one refusal for all of this, whatever the reason. Whoever can tell them
    /// apart can read what AES-CBC encrypted, by asking often enough.
    #[error("its encrypted assertion cannot be opened, or is not signed by the provider")]
    Encrypted,

    /// The assertion is of another issuer than the provider.
    #[error("is of the issuer `{found}`, expected `{expected}`")]
    Issuer {
        /// The provider's entity id.
        expected: String,
        /// The assertion's `Issuer`, shortened.
        found: String,
    },
    /// An element or attribute that every assertion must have is absent.
    #[error("has no {part}")]
    Missing {
        /// Which, such as `Conditions` or `SubjectConfirmationData/@Recipient`.
        part: &'static str,
    },
    /// There are several of what there must be one of.
    #[error("has {found} {part}, expected one")]
    Several {
        /// Which, such as `SubjectConfirmation`.
        part: &'static str,
        /// How many.
        found: usize,
    },
    /// A value is not what it must be.
    #[error("its {part} is not {expected}: `{found}`")]
    Malformed {
        /// Which, such as `Conditions/@NotBefore`.
        part: &'static str,
        /// What it must be, in words.
        expected: &'static str,
        /// What it is, shortened.
        found: String,
    },

    /// The assertion, or the session at the provider, is over.
    ///
    /// Observed (radkawar/stackd, recorded in 2026): `ExpiredTokenException`, `Response
    /// has expired`, for conditions, subject and session alike. Observed, in many public
    /// reports: `Token must be redeemed within 5 minutes of issuance`, with the same code,
    /// for what is too old, whose part here is [`Refusal::ISSUE_INSTANT`].
    #[error("could be used until {at} ({part}), now it is {now}")]
    Expired {
        /// What says so, such as `Conditions/@NotOnOrAfter`.
        part: &'static str,
        /// When it ended.
        at: Timestamp,
        /// The time of the check.
        now: Timestamp,
    },
    /// The assertion's time has not come, the skew granted.
    #[error("can be used from {at} ({part}), now it is {now}")]
    NotYetValid {
        /// What says so, such as `Conditions/@NotBefore`.
        part: &'static str,
        /// When it begins.
        at: Timestamp,
        /// The time of the check, without skew.
        now: Timestamp,
    },
    /// The assertion is for others.
    #[error("is for the audiences {found:?}, expected one of {expected:?}")]
    Audience {
        /// The audiences that are this service.
        expected: Vec<String>,
        /// The audiences of the restriction that has none of them, shortened.
        found: Vec<String>,
    },
    /// The assertion is to be handed in elsewhere.
    #[error("is for the recipient `{found}`, expected one of {expected:?}")]
    Recipient {
        /// The URLs at which this service takes responses.
        expected: Vec<String>,
        /// The `Recipient`, shortened.
        found: String,
    },

    /// No `RoleSessionName` attribute.
    #[error("has no RoleSessionName")]
    NoRoleSessionName,
    /// The role session name is none.
    #[error("its RoleSessionName `{found}` is refused: {error}")]
    RoleSessionName {
        /// The value, shortened.
        found: String,
        /// Why.
        error: NameError,
    },
    /// The source identity is none.
    #[error("its SourceIdentity `{found}` is refused: {error}")]
    SourceIdentity {
        /// The value, shortened.
        found: String,
        /// Why.
        error: NameError,
    },
    /// A session tag is none.
    #[error("its session tag `{key}` is refused: {error}")]
    SessionTag {
        /// The tag's key, shortened.
        key: String,
        /// Why.
        error: TagError,
    },
}

impl Refusal {
    /// The part that says an assertion is too old, or not of this time yet.
    pub const ISSUE_INSTANT: &'static str = "Assertion/@IssueInstant";
}

/// What a signature is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signed {
    /// The whole response.
    Response,
    /// The assertion in it.
    Assertion,
}

impl fmt::Display for Signed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Response => "response",
            Self::Assertion => "assertion",
        })
    }
}
