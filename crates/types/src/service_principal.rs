use std::fmt;
use std::str::FromStr;

use crate::NameError;

/// The name of a service that calls for itself, such as `storage.example.internal`: what
/// stands under `Service` among the principals of a policy.
///
/// A host name of at least two labels, in lower case, at most 253 characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServicePrincipal(Box<str>);

impl ServicePrincipal {
    /// Spec: RFC 1123, section 2.1, with RFC 1034, section 3.1: the longest host name, and
    /// the longest label.
    const LENGTHS: (usize, usize) = (3, 253);
    const LABEL_MAX: usize = 63;

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ServicePrincipal {
    type Err = NameError;

    // Choice: lower case only. Policies compare the name as it is written, and names that
    // differ in case alone would be two services that people take for one.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let length = text.chars().count();
        let (min, max) = Self::LENGTHS;
        if !(min..=max).contains(&length) {
            return Err(NameError::Length { length, min, max });
        }
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let is_label = |label: &str| {
            let ends = label.starts_with('-') || label.ends_with('-');
            (1..=Self::LABEL_MAX).contains(&label.len()) && label.bytes().all(plain) && !ends
        };
        if text.contains('.') && text.split('.').all(is_label) {
            Ok(Self(text.into()))
        } else {
            Err(NameError::Character { allowed: "labels of [a-z0-9-], with dots between them" })
        }
    }
}

impl fmt::Display for ServicePrincipal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for ServicePrincipal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_host_names_in_lower_case() {
        let long = format!("{}.{}", "a".repeat(63), "b".repeat(63));
        let longest = format!("{long}.{long}").get(..253).unwrap().to_owned();
        for good in ["storage.example.internal", "s3.amazonaws.com", "a.b", "1-2.x", &longest] {
            assert_eq!(good.parse::<ServicePrincipal>().unwrap().as_str(), good);
        }
        let too_long = format!("{longest}c");
        let long_label = format!("{}.internal", "a".repeat(64));
        for bad in [
            "",
            "storage",
            ".internal",
            "storage.",
            "a..b",
            "Storage.example",
            "a_b.example",
            "-a.example",
            "a-.example",
            "*.example",
            "a b.example",
            "a/b.example",
            "ä.example",
            "arn:aws:iam::111122223333:root",
            &too_long,
            &long_label,
        ] {
            assert!(bad.parse::<ServicePrincipal>().is_err(), "{bad}");
        }
    }
}
