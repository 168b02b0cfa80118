use std::fmt;
use std::str::FromStr;

use data_encoding::BASE32_NOPAD;
use thiserror::Error;

use crate::Entropy;

/// The unique id of an entity, such as `AROA` and 17 upper-case letters and digits.
///
/// A name can be given again after a deletion; a unique id never is. Trust
/// policies and sessions hold on to ids for that reason.
/// Spec: UG:reference_identifiers, "Unique identifiers".
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
// INVARIANT: upper-case letters and digits.
pub struct UniqueId([u8; LENGTH]);

const LENGTH: usize = 21;

/// What kind of entity an id names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UniqueIdKind {
    /// `AIDA`: an IAM user.
    User,
    /// `AROA`: a role.
    Role,
    /// `AGPA`: a user group.
    Group,
    /// `ANPA`: a managed policy.
    ManagedPolicy,
    /// `AIPA`: an instance profile.
    InstanceProfile,
    /// `ASCA`: a certificate.
    Certificate,
}

/// Why a text is not a unique id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a unique id is 21 upper-case letters and digits and begins with a known prefix")]
pub struct UniqueIdError;

impl UniqueIdKind {
    const ALL: [Self; 6] = [
        Self::User,
        Self::Role,
        Self::Group,
        Self::ManagedPolicy,
        Self::InstanceProfile,
        Self::Certificate,
    ];

    /// The four letters an id of this kind begins with.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::User => "AIDA",
            Self::Role => "AROA",
            Self::Group => "AGPA",
            Self::ManagedPolicy => "ANPA",
            Self::InstanceProfile => "AIPA",
            Self::Certificate => "ASCA",
        }
    }
}

impl UniqueId {
    /// A new id, with 85 random bits.
    #[must_use]
    pub fn generate(kind: UniqueIdKind, entropy: &mut dyn Entropy) -> Self {
        let mut random = [0_u8; 11];
        entropy.fill(&mut random);
        let mut text = [0; LENGTH];
        let body = BASE32_NOPAD.encode(&random);
        let given = kind.prefix().bytes().chain(body.bytes());
        text.iter_mut().zip(given).for_each(|(byte, given)| *byte = given);
        Self(text)
    }

    /// What kind of entity the id names.
    #[must_use]
    pub fn kind(&self) -> UniqueIdKind {
        // INVARIANT: every constructor has checked the prefix.
        let known =
            UniqueIdKind::ALL.into_iter().find(|kind| self.as_str().starts_with(kind.prefix()));
        known.unwrap_or(UniqueIdKind::User)
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for UniqueId {
    type Err = UniqueIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes: [u8; LENGTH] = text.as_bytes().try_into().map_err(|_| UniqueIdError)?;
        // All are looked at, which takes less time than to stop at the first other.
        let is_plain = |byte: &u8| byte.is_ascii_uppercase() | byte.is_ascii_digit();
        let plain = bytes.iter().fold(true, |plain, byte| plain & is_plain(byte));
        let known = UniqueIdKind::ALL.into_iter().any(|kind| text.starts_with(kind.prefix()));
        if plain && known { Ok(Self(bytes)) } else { Err(UniqueIdError) }
    }
}

impl fmt::Display for UniqueId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Debug for UniqueId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
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
    fn generated_ids_parse_and_keep_their_kind() {
        for kind in UniqueIdKind::ALL {
            let id = UniqueId::generate(kind, &mut Ones);
            assert_eq!(id.as_str().parse::<UniqueId>().unwrap(), id);
            assert_eq!(id.kind(), kind);
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for bad in
            ["", "AROA", "AXXAIOSFODNN7EXAMPLE1", "AROAIOSFODNN7EXAMPLE", "aroaiosfodnn7example1"]
        {
            assert!(bad.parse::<UniqueId>().is_err(), "{bad}");
        }
    }
}
