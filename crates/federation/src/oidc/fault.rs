//! Why a text is no token, no key set, no discovery document.

use thiserror::Error;

use super::limits::{
    ADDRESS_BYTES_MAX, DISCOVERY_BYTES_MAX, HEADER_CHARACTERS_MAX, KEY_ID_BYTES_MAX,
    KEY_SET_BYTES_MAX, NESTING_DEPTH_MAX, TOKEN_CHARACTERS_MAX,
};

/// Why a text is not a JSON object, or not an unambiguous one.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum JsonFault {
    /// Not JSON, or more than one value.
    #[error("is not JSON")]
    Syntax,
    /// JSON of another kind.
    #[error("is JSON, but not an object")]
    NotAnObject,
    /// An object has a key twice, so that two readers may take different values.
    #[error("has the key `{key}` twice in one object")]
    DuplicateKey {
        /// The key, shortened.
        key: String,
    },
    /// Objects and arrays are nested too deep.
    #[error("is nested deeper than {NESTING_DEPTH_MAX} levels")]
    TooDeep,
}

/// A part of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the parts in their order")]
pub enum Part {
    Header,
    Claims,
    Signature,
}

impl std::fmt::Display for Part {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Header => "header",
            Self::Claims => "claims part",
            Self::Signature => "signature",
        })
    }
}

/// Why a text is not a token that could be verified, whatever the keys.
///
/// The list is complete on purpose: who maps it should fail to build when it grows.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TokenFault {
    /// Too many characters.
    #[error("has {characters} characters, at most {TOKEN_CHARACTERS_MAX} are read")]
    TooLong {
        /// Characters found.
        characters: usize,
    },
    /// Not three parts. Five are an encrypted token.
    #[error("has {parts} parts between dots, expected three")]
    Parts {
        /// Parts found; counting stops at six.
        parts: usize,
    },
    /// The header alone is too long.
    #[error("has a header of {characters} characters, at most {HEADER_CHARACTERS_MAX} are read")]
    HeaderTooLong {
        /// Characters found.
        characters: usize,
    },
    /// Not base64 with the URL alphabet, without padding, in its canonical form.
    #[error("its {part} is not base64url without padding")]
    Base64 {
        /// Which part.
        part: Part,
    },
    /// Not an unambiguous JSON object.
    #[error("its {part} {fault}")]
    Json {
        /// Which part.
        part: Part,
        /// What is wrong with it.
        fault: JsonFault,
    },
    /// The header has no `alg`, or one that is no string.
    #[error("its header has no algorithm")]
    NoAlgorithm,
    /// The token says that it is not signed.
    #[error("is not signed: its algorithm is `{algorithm}`")]
    Unsigned {
        /// `none` in any case of its letters, as written.
        algorithm: String,
    },
    /// An HMAC, whose key would have to be a secret shared with the issuer.
    #[error("is signed with the symmetric algorithm `{algorithm}`")]
    Symmetric {
        /// The algorithm, such as `HS256`.
        algorithm: String,
    },
    /// An algorithm that nobody here knows. Names are compared exactly.
    #[error("is signed with the unknown algorithm `{algorithm}`")]
    UnknownAlgorithm {
        /// The algorithm, shortened.
        algorithm: String,
    },
    /// The header demands that extensions be understood; none is.
    ///
    /// Spec: RFC 7515, section 4.1.11.
    #[error("its header demands extensions (`crit`)")]
    Critical,
    /// The key id is no string, or too long.
    #[error("its key id is not a string of at most {KEY_ID_BYTES_MAX} bytes")]
    KeyId,
    /// The claims have no `iss`.
    #[error("names no issuer")]
    NoIssuer,
    /// The claim `iss` is not a string, or empty.
    #[error("its issuer is not a string")]
    Issuer,
    /// The signature is empty.
    #[error("has an empty signature")]
    EmptySignature,
}

/// Why a text is not a set of keys. A key that cannot be used is no fault of its set.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum KeySetFault {
    /// Too many bytes.
    #[error("has {bytes} bytes, at most {KEY_SET_BYTES_MAX} are read")]
    TooLong {
        /// Bytes found.
        bytes: usize,
    },
    /// Not an unambiguous JSON object.
    #[error("{0}")]
    Json(JsonFault),
    /// There is no array `keys`.
    #[error("has no array `keys`")]
    NoKeys,
}

/// Why a text is not the discovery document of an issuer.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DiscoveryFault {
    /// Too many bytes.
    #[error("has {bytes} bytes, at most {DISCOVERY_BYTES_MAX} are read")]
    TooLong {
        /// Bytes found.
        bytes: usize,
    },
    /// Not an unambiguous JSON object.
    #[error("{0}")]
    Json(JsonFault),
    /// No `issuer`, or one that is no string.
    #[error("names no issuer")]
    NoIssuer,
    /// The document is that of another issuer.
    #[error("is of the issuer `{found}`, expected `{expected}`")]
    OtherIssuer {
        /// The issuer that was asked.
        expected: String,
        /// The issuer that the document names, shortened.
        found: String,
    },
    /// No `jwks_uri`, or one that is no string.
    #[error("names no address of keys (`jwks_uri`)")]
    NoKeyAddress,
    /// The `jwks_uri` is not an absolute `https` URL with a host and without user,
    /// fragment, blanks or control characters.
    #[error("its `jwks_uri` is not an https URL of at most {ADDRESS_BYTES_MAX} bytes: `{found}`")]
    KeyAddress {
        /// The address, shortened.
        found: String,
    },
}
