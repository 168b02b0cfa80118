use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// A 12-digit account number, such as `111122223333`.
///
/// Ordered and hashed by number; leading zeros are significant in text and kept.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(u64);

/// Why a text is not an account id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("an account id is exactly 12 digits")]
pub struct AccountIdError;

impl AccountId {
    /// The largest account number, `999999999999`.
    const MAX: u64 = 999_999_999_999;

    /// The account with this number.
    ///
    /// # Errors
    /// A number of more than 12 digits is refused.
    pub const fn from_number(number: u64) -> Result<Self, AccountIdError> {
        if number > Self::MAX { Err(AccountIdError) } else { Ok(Self(number)) }
    }

    /// The account number, 0 to 999999999999.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }
}

impl AccountId {
    /// Appends the twelve digits. By hand, as all showing of it: some ten numbers are
    /// written for each request.
    pub fn push_to(self, text: &mut String) {
        text.push_str(std::str::from_utf8(&self.digits()).unwrap_or_default());
    }

    /// The twelve digits, as it is shown: ASCII.
    #[must_use]
    pub fn digits(self) -> [u8; 12] {
        let (mut digits, mut rest) = ([b'0'; 12], self.0);
        for digit in digits.iter_mut().rev() {
            *digit += u8::try_from(rest % 10).unwrap_or_default();
            rest /= 10;
        }
        digits
    }
}

impl FromStr for AccountId {
    type Err = AccountIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits: &[u8; 12] = text.as_bytes().try_into().map_err(|_| AccountIdError)?;
        digits
            .iter()
            .try_fold(0, |number, digit| match digit {
                b'0'..=b'9' => Ok(number * 10 + u64::from(digit - b'0')),
                _ => Err(AccountIdError),
            })
            .map(Self)
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(std::str::from_utf8(&self.digits()).unwrap_or_default())
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twelve_digits_and_nothing_else() {
        for good in ["000000000012", "111122223333", "999999999999", "000000000000"] {
            assert_eq!(good.parse::<AccountId>().unwrap().to_string(), good);
        }
        for bad in ["", "12", "1111222233334", "11112222333a", "+11122223333", " 11122223333"] {
            assert_eq!(bad.parse::<AccountId>(), Err(AccountIdError), "{bad}");
        }
        assert!(AccountId::from_number(1_000_000_000_000).is_err());
    }
}
