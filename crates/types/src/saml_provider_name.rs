use std::fmt;
use std::str::FromStr;

use crate::NameError;

/// The name of a SAML provider, such as `Corp`; told apart by case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SamlProviderName(Box<str>);

impl SamlProviderName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SamlProviderName {
    type Err = NameError;

    // Spec: `SAMLProviderNameType` of the IAM model: other characters than the names of
    // users and roles have.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let length = text.chars().count();
        let (min, max) = (1, 128);
        if !(min..=max).contains(&length) {
            return Err(NameError::Length { length, min, max });
        }
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        if text.bytes().all(allowed) {
            Ok(Self(text.into()))
        } else {
            Err(NameError::Character { allowed: r"[\w._-]" })
        }
    }
}

impl fmt::Display for SamlProviderName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for SamlProviderName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_digits_dots_dashes_and_underscores() {
        for good in ["a", "Corp-1._x", &"x".repeat(128)] {
            assert_eq!(good.parse::<SamlProviderName>().unwrap().as_str(), good);
        }
        for bad in ["", "a+b", "a/b", "a b", "ä", "a*", &"x".repeat(129)] {
            assert!(bad.parse::<SamlProviderName>().is_err(), "{bad}");
        }
    }
}
