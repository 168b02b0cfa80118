use std::fmt;
use std::str::FromStr;

use crate::NameError;

/// The alias of an account, such as `my-company-2`: what people sign in with instead of
/// the account number. No two accounts of an installation have the same.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountAlias(Box<str>);

impl AccountAlias {
    /// The alias as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AccountAlias {
    type Err = NameError;

    // Spec: `accountAliasType` of the IAM model: no dash at an end, and no two in a row.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let length = text.chars().count();
        let (min, max) = (3, 63);
        if !(min..=max).contains(&length) {
            return Err(NameError::Length { length, min, max });
        }
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let dashes_apart = !text.starts_with('-') && !text.ends_with('-') && !text.contains("--");
        if text.bytes().all(plain) && dashes_apart {
            Ok(Self(text.into()))
        } else {
            Err(NameError::Character { allowed: "^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$" })
        }
    }
}

impl fmt::Display for AccountAlias {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for AccountAlias {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lower_case_letters_digits_and_single_dashes_within() {
        for good in ["abc", "a-b", "0-1-2", "my-company-2", &"x".repeat(63)] {
            assert_eq!(good.parse::<AccountAlias>().unwrap().as_str(), good);
        }
        for bad in ["", "ab", "-ab", "ab-", "a--b", "Abc", "a_b", "a b", "äbc", &"x".repeat(64)] {
            assert!(bad.parse::<AccountAlias>().is_err(), "{bad}");
        }
    }
}
