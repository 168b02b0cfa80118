use std::fmt;
use std::str::FromStr;

use data_encoding::BASE32_NOPAD;
use thiserror::Error;

use crate::{AccountId, Entropy};

/// An access key id, such as `AKIA...` (long-term) or `ASIA...` (temporary):
/// 16 to 128 upper-case letters and digits.
///
/// Ids made here are 20 characters and carry their account number, so a request
/// finds its account without an index. Foreign ids (fixtures, imports) need not.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccessKeyId(Box<str>);

/// What the prefix of an access key id says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessKeyKind {
    /// `AKIA`: a long-term key of a user or of the root user.
    LongTerm,
    /// `ASIA`: a temporary key; it works only beside its session token.
    Temporary,
    /// Any other prefix: an imported key of a foreign scheme, long-term.
    Foreign,
}

/// Why a text is not an access key id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("an access key id is 16 to 128 letters, digits or underscores")]
pub struct AccessKeyIdError;

impl AccessKeyId {
    /// Spec: length limits of `accessKeyIdType` in the STS and IAM models.
    const LENGTH: std::ops::RangeInclusive<usize> = 16..=128;

    /// A new id that carries `account`, with 39 random bits.
    ///
    /// The bits are far too few for a secret: nothing may be derived from an id.
    /// The caller makes sure that it is unique.
    #[must_use]
    pub fn generate(kind: AccessKeyKind, account: AccountId, entropy: &mut dyn Entropy) -> Self {
        let mut random = [0_u8; 5];
        entropy.fill(&mut random);
        // Observed: in ids given out since 2019 the sixteen base32 characters
        // behind the prefix are 80 bits: one set bit, the account number in
        // forty, and the rest random. Ids without the set bit carry none.
        let [first, rest @ ..] = random;
        let head = (1_u64 << 47) | (account.number() << 7) | u64::from(first & 0x7f);
        let [_, _, a, b, c, d, e, f] = head.to_be_bytes();
        let [g, h, i, j] = rest;
        let body = BASE32_NOPAD.encode(&[a, b, c, d, e, f, g, h, i, j]);
        let prefix = match kind {
            AccessKeyKind::Temporary => "ASIA",
            AccessKeyKind::LongTerm | AccessKeyKind::Foreign => "AKIA",
        };
        Self([prefix, &body].concat().into())
    }

    /// A new id of a long-term key that carries no account, with 79 random bits.
    #[must_use]
    pub fn generate_without_account(entropy: &mut dyn Entropy) -> Self {
        let mut random = [0_u8; 10];
        entropy.fill(&mut random);
        // The bit that says that an account follows.
        let [first, ..] = &mut random;
        *first &= 0x7f;
        Self(["AKIA", &BASE32_NOPAD.encode(&random)].concat().into())
    }

    /// The account number the id carries, if it is of the scheme that carries one.
    ///
    /// This is arithmetic: it proves neither that the key nor the account exists.
    #[must_use]
    pub fn claimed_account(&self) -> Option<AccountId> {
        let body = match self.kind() {
            AccessKeyKind::LongTerm | AccessKeyKind::Temporary => self.0.get(4..20)?,
            AccessKeyKind::Foreign => return None,
        };
        if self.0.len() != 20 {
            return None;
        }
        let mut bytes = [0; 10];
        BASE32_NOPAD.decode_mut(body.as_bytes(), &mut bytes).ok()?;
        let head = bytes.iter().take(6).fold(0_u64, |head, byte| (head << 8) | u64::from(*byte));
        let carries_account = head >> 47 == 1;
        let number = (head >> 7) & ((1 << 40) - 1);
        if carries_account { AccountId::from_number(number).ok() } else { None }
    }

    /// What the prefix says the key is.
    #[must_use]
    pub fn kind(&self) -> AccessKeyKind {
        match self.0.get(..4) {
            Some("AKIA") => AccessKeyKind::LongTerm,
            Some("ASIA") => AccessKeyKind::Temporary,
            _ => AccessKeyKind::Foreign,
        }
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AccessKeyId {
    type Err = AccessKeyIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if plain && Self::LENGTH.contains(&text.len()) {
            Ok(Self(text.into()))
        } else {
            Err(AccessKeyIdError)
        }
    }
}

impl fmt::Display for AccessKeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for AccessKeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    struct Fixed(u8);
    impl Entropy for Fixed {
        fn fill(&mut self, buffer: &mut [u8]) {
            buffer.fill(self.0);
        }
    }

    proptest! {
        #[test]
        fn an_id_carries_its_account(number in 0_u64..=999_999_999_999, byte: u8) {
            let account = AccountId::from_number(number).unwrap();
            let id = AccessKeyId::generate(AccessKeyKind::Temporary, account, &mut Fixed(byte));
            prop_assert_eq!(id.as_str().len(), 20);
            prop_assert_eq!(id.kind(), AccessKeyKind::Temporary);
            prop_assert_eq!(id.claimed_account(), Some(account));
            prop_assert_eq!(id.as_str().parse::<AccessKeyId>().unwrap(), id);
        }
    }

    #[test]
    fn an_id_without_an_account_carries_none() {
        for byte in [0, 0x7f, 0x80, 0xff] {
            let id = AccessKeyId::generate_without_account(&mut Fixed(byte));
            assert_eq!((id.kind(), id.claimed_account()), (AccessKeyKind::LongTerm, None));
            assert_eq!(id.as_str().parse::<AccessKeyId>().unwrap(), id);
        }
    }

    #[test]
    fn public_examples_decode_as_they_do_on_aws() {
        // Observed: published examples of the scheme (the account of the first is
        // printed beside the id in the write-ups that describe it).
        let account = |id: &str| id.parse::<AccessKeyId>().unwrap().claimed_account();
        assert_eq!(account("ASIAQNZGKIQY56JQ7WML"), "029608264753".parse().ok());
        // The documentation's own example predates the scheme and carries none.
        assert_eq!(account("AKIAIOSFODNN7EXAMPLE"), None);
    }

    #[test]
    fn ids_of_another_shape_are_refused_or_foreign() {
        for bad in ["", "AKIA", "AKIAIOSFODNN7EX", "AKIAIOSFODNN7EXAMPL!", "AKIAIOSFODNN7 EXAMPLE"]
        {
            assert!(bad.parse::<AccessKeyId>().is_err(), "{bad}");
        }
        let foreign: AccessKeyId = "minioadmin_minioadmin".parse().unwrap();
        assert_eq!((foreign.kind(), foreign.claimed_account()), (AccessKeyKind::Foreign, None));
    }
}
