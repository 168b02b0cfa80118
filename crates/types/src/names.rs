use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// Why a text is not a name of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NameError {
    /// Shorter or longer than the kind allows.
    #[error("has {length} characters, expected {min} to {max}")]
    Length {
        /// Characters found.
        length: usize,
        /// Fewest allowed.
        min: usize,
        /// Most allowed.
        max: usize,
    },
    /// A character outside the kind's set.
    #[error("has a character outside {allowed}")]
    Character {
        /// The set, as a regular expression.
        allowed: &'static str,
    },
    /// A path that does not begin and end with a slash.
    #[error("must begin and end with /")]
    Slashes,
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $min:literal..=$max:literal) => {
        $(#[$doc])*
        ///
        /// Compared exactly; use [`Self::fold`] where a name must be unique whatever its case.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The name in lower case: the key under which it is unique.
            #[must_use]
            pub fn fold(&self) -> String {
                self.0.to_ascii_lowercase()
            }
        }

        impl FromStr for $name {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                check(text, $min, $max)?;
                Ok(Self(text.into()))
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

// Spec: the length limits of the shapes of the same names in the IAM and STS models.
name!(/// The name of an IAM user, such as `Alice`.
    UserName, 1..=64);
name!(/// The name of a role, such as `Deploy`.
    RoleName, 1..=64);
name!(/// The name of a user group.
    GroupName, 1..=128);
name!(/// The name of a policy, inline or managed.
    PolicyName, 1..=128);
name!(/// The name of an instance profile.
    InstanceProfileName, 1..=128);
name!(/// The name of a server certificate.
    ServerCertificateName, 1..=128);
name!(/// The name of a virtual MFA device.
    MfaDeviceName, 1..=226);
name!(/// A role session name, such as `my-session`.
    SessionName, 2..=64);
name!(/// The name of a federated user.
    FederatedUserName, 2..=32);
name!(/// A source identity, set once and kept through role chains.
    SourceIdentity, 2..=64);

/// All these names share one set of characters.
const NAME_CHARACTERS: &str = r"[\w+=,.@-]";

fn check(text: &str, min: usize, max: usize) -> Result<(), NameError> {
    let length = text.chars().count();
    if !(min..=max).contains(&length) {
        return Err(NameError::Length { length, min, max });
    }
    // Spec: `\w` in the models is Java's: ASCII letters, digits and underscore.
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
    if text.bytes().all(allowed) {
        Ok(())
    } else {
        Err(NameError::Character { allowed: NAME_CHARACTERS })
    }
}

/// The path of an entity, such as `/` or `/division/team/`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Box<str>);

impl Path {
    /// Spec: `pathType`, 1 to 512 characters from `!` to DEL.
    const BYTES_MAX: usize = 512;

    /// The path `/`, which entities have when none is given.
    #[must_use]
    pub fn root() -> Self {
        Self("/".into())
    }

    /// The path as text, with both slashes.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Path {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() || text.len() > Self::BYTES_MAX {
            return Err(NameError::Length {
                length: text.chars().count(),
                min: 1,
                max: Self::BYTES_MAX,
            });
        }
        if !text.bytes().all(|byte| (0x21..=0x7f).contains(&byte)) {
            return Err(NameError::Character { allowed: r"[\u0021-\u007F]" });
        }
        if text.starts_with('/') && text.ends_with('/') {
            Ok(Self(text.into()))
        } else {
            Err(NameError::Slashes)
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for Path {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_bounds_and_a_character_set() {
        assert_eq!("A.b_c+=,@-9".parse::<UserName>().unwrap().fold(), "a.b_c+=,@-9");
        assert_eq!("".parse::<UserName>(), Err(NameError::Length { length: 0, min: 1, max: 64 }));
        assert!("x".repeat(64).parse::<RoleName>().is_ok());
        assert!("x".repeat(65).parse::<RoleName>().is_err());
        assert!("s".parse::<SessionName>().is_err());
        for bad in ["a b", "a/b", "a:b", "ä", "a\0"] {
            assert_eq!(
                bad.parse::<UserName>(),
                Err(NameError::Character { allowed: NAME_CHARACTERS }),
                "{bad}"
            );
        }
    }

    #[test]
    fn paths_are_closed_by_slashes() {
        for good in ["/", "/a/", "/a/b/"] {
            assert_eq!(good.parse::<Path>().unwrap().as_str(), good);
        }
        for bad in ["", "a", "/a", "a/", "/ä/", "/a b/"] {
            assert!(bad.parse::<Path>().is_err(), "{bad}");
        }
    }
}
