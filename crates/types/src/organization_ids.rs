//! The ids that AWS Organizations gives out.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::Entropy;

/// Why a text is not an id of AWS Organizations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("expected {expected}")]
pub struct OrganizationsIdError {
    expected: &'static str,
}

/// Defines an id as text of one form.
macro_rules! ids {
    ($($(#[$doc:meta])+ $name:ident: $check:expr, $expected:literal;)+) => {$(
        $(#[$doc])+
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = OrganizationsIdError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let is_one: fn(&str) -> bool = $check;
                if is_one(text) {
                    Ok(Self(text.into()))
                } else {
                    Err(OrganizationsIdError { expected: $expected })
                }
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
    )+};
}

// Spec: the patterns of `OrganizationId`, `RootId`, `OrganizationalUnitId`, `PolicyId`,
// `CreateAccountRequestId` and `HandshakeId` in the API reference of AWS Organizations.
ids! {
    /// The id of an organization, such as `o-exampleorgid`.
    OrganizationId:
        |text| text.strip_prefix("o-").is_some_and(|rest| is_plain(rest, 10, 32)),
        "`o-` and 10 to 32 lower-case letters or digits";
    /// The id of the root of an organization, such as `r-examplerootid111`.
    RootId:
        |text| text.strip_prefix("r-").is_some_and(|rest| is_plain(rest, 4, 32)),
        "`r-` and 4 to 32 lower-case letters or digits";
    /// The id of an organizational unit, such as `ou-examplerootid111-exampleouid111`: the
    /// middle is that of its root.
    OrganizationalUnitId:
        |text| {
            let halves = text.strip_prefix("ou-").and_then(|rest| rest.split_once('-'));
            halves.is_some_and(|(root, own)| is_plain(root, 4, 32) && is_plain(own, 8, 32))
        },
        "`ou-`, the root's 4 to 32 and then 8 to 32 lower-case letters or digits";
    /// The id of a policy of an organization, such as `p-examplepolicyid111` or
    /// `p-FullAWSAccess`.
    OrganizationPolicyId:
        |text| text.strip_prefix("p-").is_some_and(|rest| {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
            (8..=128).contains(&rest.len()) && rest.bytes().all(plain)
        }),
        "`p-` and 8 to 128 letters, digits or underscores";
    /// The id of a request to create an account, such as
    /// `car-examplecreateaccountrequestid111`.
    CreateAccountRequestId:
        |text| text.strip_prefix("car-").is_some_and(|rest| is_plain(rest, 8, 32)),
        "`car-` and 8 to 32 lower-case letters or digits";
    /// The id of a handshake, such as `h-examplehandshakeid111`.
    HandshakeId:
        |text| text.strip_prefix("h-").is_some_and(|rest| is_plain(rest, 8, 32)),
        "`h-` and 8 to 32 lower-case letters or digits";
}

impl OrganizationId {
    /// A new one.
    #[must_use]
    pub fn generate(entropy: &mut dyn Entropy) -> Self {
        Self(["o-", &random::<10>(entropy)].concat().into())
    }
}

impl RootId {
    /// A new one.
    #[must_use]
    pub fn generate(entropy: &mut dyn Entropy) -> Self {
        Self(["r-", &random::<4>(entropy)].concat().into())
    }

    /// What units of this root have in the middle of their ids.
    fn body(&self) -> &str {
        self.0.strip_prefix("r-").unwrap_or_default()
    }
}

impl OrganizationalUnitId {
    /// A new one below this root.
    #[must_use]
    pub fn generate(root: &RootId, entropy: &mut dyn Entropy) -> Self {
        Self(["ou-", root.body(), "-", &random::<8>(entropy)].concat().into())
    }
}

impl OrganizationPolicyId {
    /// A new one.
    #[must_use]
    pub fn generate(entropy: &mut dyn Entropy) -> Self {
        Self(["p-", &random::<8>(entropy)].concat().into())
    }
}

impl CreateAccountRequestId {
    /// A new one.
    #[must_use]
    pub fn generate(entropy: &mut dyn Entropy) -> Self {
        Self(["car-", &random::<32>(entropy)].concat().into())
    }
}

impl HandshakeId {
    /// A new one.
    #[must_use]
    pub fn generate(entropy: &mut dyn Entropy) -> Self {
        Self(["h-", &random::<10>(entropy)].concat().into())
    }
}

/// `LENGTH` lower-case letters and digits; those that begin the alphabet come a little more
/// often, which is nothing to ids that nobody must guess.
fn random<const LENGTH: usize>(entropy: &mut dyn Entropy) -> String {
    const LETTERS: [char; 36] = [
        'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p', 'q', 'r',
        's', 't', 'u', 'v', 'w', 'x', 'y', 'z', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9',
    ];
    let mut bytes = [0_u8; LENGTH];
    entropy.fill(&mut bytes);
    let letter = |byte: &u8| LETTERS.iter().cycle().nth(usize::from(*byte)).copied();
    bytes.iter().filter_map(letter).collect()
}

fn is_plain(text: &str, least: usize, most: usize) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    (least..=most).contains(&text.len()) && text.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting(u8);

    impl Entropy for Counting {
        fn fill(&mut self, buffer: &mut [u8]) {
            for byte in buffer {
                self.0 = self.0.wrapping_add(37);
                *byte = self.0;
            }
        }
    }

    #[test]
    fn made_ids_are_ids() {
        let mut entropy = Counting(0);
        for _ in 0..300 {
            let id = OrganizationId::generate(&mut entropy);
            assert_eq!(id.as_str().parse(), Ok(id));
            let root = RootId::generate(&mut entropy);
            assert_eq!(root.as_str().parse(), Ok(root.clone()));
            let unit = OrganizationalUnitId::generate(&root, &mut entropy);
            assert_eq!(unit.as_str().parse(), Ok(unit.clone()));
            assert!(unit.as_str().contains(root.body()));
            let policy = OrganizationPolicyId::generate(&mut entropy);
            assert_eq!(policy.as_str().parse(), Ok(policy));
            let request = CreateAccountRequestId::generate(&mut entropy);
            assert_eq!(request.as_str().parse(), Ok(request));
            let handshake = HandshakeId::generate(&mut entropy);
            assert_eq!(handshake.as_str().parse(), Ok(handshake));
        }
    }

    #[test]
    fn other_texts_are_none() {
        for bad in ["", "o-", "o-short", "o-EXAMPLEORGID", "r-exampleorgid", "o-example_org"] {
            assert!(bad.parse::<OrganizationId>().is_err(), "{bad}");
        }
        let long = format!("o-{}", "a".repeat(33));
        assert!(long.parse::<OrganizationId>().is_err());
        for bad in ["r-abc", "r-", "root", "r-ABCD", "ou-abcd-12345678"] {
            assert!(bad.parse::<RootId>().is_err(), "{bad}");
        }
        for bad in ["ou-abcd", "ou-abcd-1234567", "ou-abc-12345678", "ou-abcd-12345678-x"] {
            assert!(bad.parse::<OrganizationalUnitId>().is_err(), "{bad}");
        }
        for bad in ["p-short", "p-with-dash1", "FullAWSAccess"] {
            assert!(bad.parse::<OrganizationPolicyId>().is_err(), "{bad}");
        }
        assert!("p-FullAWSAccess".parse::<OrganizationPolicyId>().is_ok());
        assert!("car-SHORT123".parse::<CreateAccountRequestId>().is_err());
        assert!("h-short".parse::<HandshakeId>().is_err());
    }
}
