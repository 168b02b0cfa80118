use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::limits;

/// Why a text is not a key, name or detail of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("expected 1 to {bytes_max} printable ASCII characters without spaces")]
pub struct TextError {
    bytes_max: usize,
}

// Choice: printable ASCII sorts alike in every database, is safe in logs and
// says everything a key must say; what people name freely belongs in bodies.
fn check(text: &str, bytes_max: usize) -> Result<Box<str>, TextError> {
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic());
    if plain && (1..=bytes_max).contains(&text.len()) {
        Ok(text.into())
    } else {
        Err(TextError { bytes_max })
    }
}

macro_rules! bounded_text {
    ($(#[$meta:meta])* $name:ident, $bytes_max:expr) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = TextError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                check(text, $bytes_max).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
}

bounded_text!(
    /// The key of a record within its aggregate, such as `user/AIDA...`: 1 to 512
    /// printable ASCII characters without spaces.
    RecordKey,
    limits::RECORD_KEY_BYTES_MAX
);
bounded_text!(
    /// A name that at most one aggregate of the installation holds, such as
    /// `key/AKIA...` or `alias/example`: 1 to 256 printable ASCII characters
    /// without spaces.
    UniqueName,
    limits::UNIQUE_NAME_BYTES_MAX
);
bounded_text!(
    /// What may be used once only, such as `totp/Example/59213344`: 1 to 512
    /// printable ASCII characters without spaces.
    GuardKey,
    limits::GUARD_KEY_BYTES_MAX
);
bounded_text!(
    /// What is kept with a last use, such as `sts/us-east-1`: 1 to 256 printable
    /// ASCII characters without spaces.
    UsageDetail,
    limits::USAGE_DETAIL_BYTES_MAX
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_bounded_printable_ascii() {
        let longest = "k".repeat(limits::UNIQUE_NAME_BYTES_MAX);
        for good in ["k", "user/AIDAEXAMPLE", "a+=,.@-_~!{}", longest.as_str()] {
            assert_eq!(good.parse::<UniqueName>().unwrap().as_str(), good);
        }
        let too_long = format!("{longest}k");
        for bad in ["", " ", "a b", "a\n", "a\0", "\u{e9}", too_long.as_str()] {
            assert!(bad.parse::<UniqueName>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn each_text_has_its_own_limit() {
        let bytes_512 = "k".repeat(512);
        assert!(bytes_512.parse::<RecordKey>().is_ok());
        assert!(bytes_512.parse::<GuardKey>().is_ok());
        assert!(bytes_512.parse::<UniqueName>().is_err());
        assert!(bytes_512.parse::<UsageDetail>().is_err());
    }
}
