use std::fmt;
use std::str::FromStr;

use stead_types::{AccountId, OrganizationId};
use thiserror::Error;

/// What a commit changes as one: the unit of consistency, caching and sharding.
///
/// Written as `installation`, `account/111122223333` or
/// `organization/o-exampleorgid`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Aggregate {
    /// What is there once: the keyring and the settings of the installation.
    Installation,
    /// One account and all its entities.
    Account(AccountId),
    /// One organization: its units, members and policies.
    Organization(OrganizationId),
}

/// Why a text names no aggregate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("an aggregate is `installation`, `account/` and 12 digits, or `organization/` and its id")]
pub struct AggregateError;

impl FromStr for Aggregate {
    type Err = AggregateError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('/') {
            None if text == "installation" => Ok(Self::Installation),
            Some(("account", id)) => id.parse().map(Self::Account).map_err(|_| AggregateError),
            Some(("organization", id)) => {
                id.parse().map(Self::Organization).map_err(|_| AggregateError)
            }
            _ => Err(AggregateError),
        }
    }
}

impl fmt::Display for Aggregate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Installation => formatter.write_str("installation"),
            Self::Account(id) => write!(formatter, "account/{id}"),
            Self::Organization(id) => write!(formatter, "organization/{id}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_aggregate_is_read_as_it_is_written() {
        for text in ["installation", "account/000000000042", "organization/o-exampleorgid"] {
            assert_eq!(text.parse::<Aggregate>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn other_texts_name_no_aggregate() {
        let bad = [
            "",
            "Installation",
            "installation/",
            "account",
            "account/",
            "account/42",
            "account/000000000042/",
            "organization/o-short",
            "organization/o-EXAMPLEORGID",
            "organization/o-123456789012345678901234567890123",
            "organization/exampleorgid",
            "user/000000000042",
        ];
        for text in bad {
            assert_eq!(text.parse::<Aggregate>(), Err(AggregateError), "{text}");
        }
    }
}
