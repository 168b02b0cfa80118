use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// A client id that is registered with an OpenID Connect provider: an audience of
/// its tokens, such as `sts.amazonaws.com`. Any 1 to 255 characters, compared exactly.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId(Box<str>);

/// Why a text is not a client id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a client id has 1 to 255 characters")]
pub struct ClientIdError;

impl ClientId {
    /// Spec: `clientIDType` of the IAM model; the characters are free.
    const CHARACTERS_MAX: usize = 255;

    /// The text, as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ClientId {
    type Err = ClientIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if (1..=Self::CHARACTERS_MAX).contains(&text.chars().count()) {
            Ok(Self(text.into()))
        } else {
            Err(ClientIdError)
        }
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for ClientId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_characters_up_to_the_limit() {
        for good in [" ", "https://app.example.com/", &"ü".repeat(255)] {
            assert_eq!(good.parse::<ClientId>().unwrap().as_str(), good);
        }
        for bad in ["", &"x".repeat(256)] {
            assert_eq!(bad.parse::<ClientId>(), Err(ClientIdError));
        }
    }
}
