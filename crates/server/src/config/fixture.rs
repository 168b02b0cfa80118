use std::collections::BTreeSet;

use stead_types::{AccessKeyId, AccountId, Secret};
use thiserror::Error;

use crate::limits::FIXTURE_KEYS_MAX;

/// The longest secret of a fixture key, in bytes. Choice: AWS's have 40.
const SECRET_BYTES_MAX: usize = 128;

/// Root keys that a test brings along, from `STEAD_FIXTURE_KEYS`.
///
/// The form is `ID:SECRET@ACCOUNT`, separated by commas. Ids are unique and need
/// not carry an account number.
#[derive(Clone, Debug, Default)]
pub struct FixtureKeys(Vec<FixtureKey>);

/// One key of the root user of an account.
#[derive(Clone, Debug)]
pub struct FixtureKey {
    /// Its id, of any scheme.
    pub id: AccessKeyId,
    /// Its secret.
    pub secret: Secret<String>,
    /// The account it is root of.
    pub account: AccountId,
}

/// Why the text is refused. Items are named by position: they hold secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum FixtureKeysError {
    /// No item, or too many.
    #[error("expected 1 to {FIXTURE_KEYS_MAX} keys")]
    Count,
    /// An item without its `:` or its `@`.
    #[error("item {0} is not of the form ID:SECRET@ACCOUNT")]
    Form(usize),
    /// An id that is none.
    #[error("item {0} has an id that is not 16 to 128 letters, digits or underscores")]
    Id(usize),
    /// A secret that is empty, too long, or not printable ASCII.
    #[error("item {0} has a secret that is not 1 to {SECRET_BYTES_MAX} printable ASCII characters")]
    Secret(usize),
    /// An account that is none.
    #[error("item {0} has an account that is not exactly 12 digits")]
    Account(usize),
    /// An id that stands there twice.
    #[error("item {0} has the id of an earlier item")]
    Duplicate(usize),
    /// An id that says it belongs to another account of the list.
    #[error("item {0} has an id that carries the number of another account of the list")]
    Elsewhere(usize),
}

impl FixtureKeys {
    /// Reads the text of the variable.
    ///
    /// # Errors
    /// The first item that is not exactly of the form.
    pub fn parse(text: &str) -> Result<Self, FixtureKeysError> {
        let items = text.split(',').zip(1..);
        let keys: Vec<_> = items
            .map(|(item, position)| FixtureKey::parse(item, position))
            .take(FIXTURE_KEYS_MAX + 1)
            .collect::<Result<_, _>>()?;
        if keys.len() > FIXTURE_KEYS_MAX {
            return Err(FixtureKeysError::Count);
        }
        let accounts: BTreeSet<_> = keys.iter().map(|key| key.account).collect();
        let mut seen = BTreeSet::new();
        for (key, position) in keys.iter().zip(1..) {
            if !seen.insert(&key.id) {
                return Err(FixtureKeysError::Duplicate(position));
            }
            let claimed = key.id.claimed_account();
            if claimed.is_some_and(|other| other != key.account && accounts.contains(&other)) {
                return Err(FixtureKeysError::Elsewhere(position));
            }
        }
        Ok(Self(keys))
    }

    /// The keys in the order they were given.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &FixtureKey> {
        self.0.iter()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FixtureKey {
    fn parse(item: &str, position: usize) -> Result<Self, FixtureKeysError> {
        // A secret may hold `:` and `@`; an id and an account cannot.
        let (id, rest) = item.split_once(':').ok_or(FixtureKeysError::Form(position))?;
        let (secret, account) = rest.rsplit_once('@').ok_or(FixtureKeysError::Form(position))?;
        let printable = secret.bytes().all(|byte| byte.is_ascii_graphic());
        if !printable || !(1..=SECRET_BYTES_MAX).contains(&secret.len()) {
            return Err(FixtureKeysError::Secret(position));
        }
        Ok(Self {
            id: id.parse().map_err(|_| FixtureKeysError::Id(position))?,
            secret: Secret::new(secret.to_owned()),
            account: account.parse().map_err(|_| FixtureKeysError::Account(position))?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "AKIAIOSFODNN7EXAMPLE";

    #[test]
    fn keys_are_read_in_order_with_any_secret() {
        let text =
            format!("{OLD}:wJalr/XUt+=@111122223333,minioadmin_minioadmin:a:b@c@000000000012");
        let keys = FixtureKeys::parse(&text).unwrap();
        let read: Vec<_> = keys
            .iter()
            .map(|key| (key.id.as_str(), key.secret.expose().as_str(), key.account.to_string()))
            .collect();
        assert_eq!(read[0], (OLD, "wJalr/XUt+=", "111122223333".to_owned()));
        assert_eq!(read[1], ("minioadmin_minioadmin", "a:b@c", "000000000012".to_owned()));
        assert!(!format!("{keys:?}").contains("wJalr"));
    }

    #[test]
    fn neighbours_are_refused_by_position() {
        use FixtureKeysError as E;
        let good = format!("{OLD}:s@111122223333");
        for (text, expected) in [
            (String::new(), E::Form(1)),
            (format!("{good},"), E::Form(2)),
            (format!(",{good}"), E::Form(1)),
            (format!("{OLD}@111122223333"), E::Form(1)),
            (format!("{OLD}:s"), E::Form(1)),
            (format!("{OLD}:@111122223333"), E::Secret(1)),
            (format!("{OLD}:a b@111122223333"), E::Secret(1)),
            (format!("{OLD}:é@111122223333"), E::Secret(1)),
            (format!("{OLD}:{}@111122223333", "s".repeat(129)), E::Secret(1)),
            ("AKIA:s@111122223333".to_owned(), E::Id(1)),
            (format!(" {good}"), E::Id(1)),
            (format!("{OLD}:s@11112222333"), E::Account(1)),
            (format!("{good} "), E::Account(1)),
            (format!("{good},{OLD}:t@444455556666"), E::Duplicate(2)),
        ] {
            assert_eq!(FixtureKeys::parse(&text).unwrap_err(), expected, "{text}");
        }
    }

    #[test]
    fn an_id_of_another_listed_account_is_refused() {
        // Carries 029608264753.
        let id = "AKIAQNZGKIQY56JQ7WML";
        assert!(FixtureKeys::parse(&format!("{id}:s@029608264753")).is_ok());
        assert!(FixtureKeys::parse(&format!("{id}:s@111122223333")).is_ok());
        assert_eq!(
            FixtureKeys::parse(&format!("{id}:s@111122223333,{OLD}:t@029608264753")).unwrap_err(),
            FixtureKeysError::Elsewhere(1)
        );
    }
}
