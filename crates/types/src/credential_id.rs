use std::fmt;
use std::str::FromStr;

use data_encoding::BASE32_NOPAD;
use thiserror::Error;

use crate::Entropy;

/// The id of a credential of a user that is no access key, such as `APKA` and 16 upper-case
/// letters and digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CredentialId(Box<str>);

/// What kind of credential an id names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CredentialIdKind {
    /// `APKA`: an SSH public key.
    SshPublicKey,
    /// `ACCA`: a credential for one service.
    ServiceSpecific,
    /// Without a prefix: a signing certificate.
    SigningCertificate,
}

/// Why a text is no id of a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("expected 20 to 128 upper-case letters and digits")]
pub struct CredentialIdError;

impl CredentialIdKind {
    /// What an id begins with, and how long it is.
    ///
    /// Observed: radkawar/stackd, recorded in 2026.
    const fn form(self) -> (&'static str, usize) {
        match self {
            Self::SshPublicKey => ("APKA", 20),
            Self::ServiceSpecific => ("ACCA", 21),
            Self::SigningCertificate => ("", 32),
        }
    }
}

impl CredentialId {
    /// A new id, with 80 random bits at least.
    #[must_use]
    pub fn generate(kind: CredentialIdKind, entropy: &mut dyn Entropy) -> Self {
        let mut random = [0_u8; 20];
        entropy.fill(&mut random);
        let (prefix, length) = kind.form();
        let body = BASE32_NOPAD.encode(&random);
        Self(prefix.chars().chain(body.chars()).take(length).collect())
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CredentialId {
    type Err = CredentialIdError;

    // Spec: `publicKeyIdType` and `serviceSpecificCredentialId` of the IAM model.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        if (20..=128).contains(&text.len()) && text.bytes().all(plain) {
            Ok(Self(text.into()))
        } else {
            Err(CredentialIdError)
        }
    }
}

impl fmt::Display for CredentialId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for CredentialId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Ones;

    impl Entropy for Ones {
        fn fill(&mut self, buffer: &mut [u8]) {
            buffer.fill(0xff);
        }
    }

    #[test]
    fn ids_have_the_form_of_their_kind() {
        for (kind, text) in [
            (CredentialIdKind::SshPublicKey, "APKA7777777777777777"),
            (CredentialIdKind::ServiceSpecific, "ACCA77777777777777777"),
            (CredentialIdKind::SigningCertificate, "77777777777777777777777777777777"),
        ] {
            let id = CredentialId::generate(kind, &mut Ones);
            assert_eq!(id.as_str(), text);
            assert_eq!(text.parse(), Ok(id));
        }
    }

    #[test]
    fn other_texts_are_refused() {
        let (longest, too_long) = ("A".repeat(128), "A".repeat(129));
        assert!(longest.parse::<CredentialId>().is_ok());
        let short = "A".repeat(19);
        for bad in ["", &short, &too_long, "apka7777777777777777", "APKA777777777777777_"] {
            assert_eq!(bad.parse::<CredentialId>(), Err(CredentialIdError), "{bad}");
        }
    }
}
