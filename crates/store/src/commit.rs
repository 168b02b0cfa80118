use std::fmt;

use thiserror::Error;

use crate::{Aggregate, Change, RecordKey, UniqueName, limits};

/// How often an aggregate was committed: 1 after the first commit, one more
/// after each.
///
/// Revisions of an aggregate never go back, also when all its records are
/// deleted: a cache that knows a revision knows the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision(u64);

/// A change of one aggregate, applied whole or not at all.
#[derive(Clone, Debug)]
pub struct Commit {
    aggregate: Aggregate,
    expected: Revision,
    // INVARIANT: within the limits of `limits`; bodies hold no NUL.
    changes: Vec<Change>,
    claims: Vec<NameClaim>,
}

/// What a commit does to an installation-wide unique name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameClaim {
    /// The commit's aggregate holds the name from now on. Refused when the name
    /// is held, also by the same aggregate.
    Reserve(UniqueName),
    /// Nobody holds the name from now on. Refused when another aggregate holds
    /// it; releasing what nobody holds is no error.
    Release(UniqueName),
}

/// Why a commit is more than a store takes at once.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CommitTooLarge {
    /// Too many changed records.
    #[error("a commit changes at most {} records", limits::COMMIT_CHANGES_MAX)]
    Changes,
    /// Too many name claims.
    #[error("a commit claims at most {} names", limits::COMMIT_CLAIMS_MAX)]
    Claims,
    /// One body is too long, or holds a NUL character.
    #[error(
        "the body of record `{key}` must have at most {} bytes, none of them NUL",
        limits::RECORD_BODY_BYTES_MAX
    )]
    Body {
        /// Whose body it is.
        key: RecordKey,
    },
    /// All keys and bodies together are too long.
    #[error("the records of a commit have at most {} bytes", limits::COMMIT_BYTES_MAX)]
    Bytes,
}

impl Revision {
    /// The revision of an aggregate that was never committed.
    pub const ABSENT: Self = Self(0);

    /// The revision with this number.
    #[must_use]
    pub const fn from_number(number: u64) -> Self {
        Self(number)
    }

    /// The number; 0 only for [`Revision::ABSENT`].
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }

    /// The revision that a commit on top of this one makes.
    #[must_use]
    pub const fn next(self) -> Self {
        // Counting to the end at a million commits a second takes 500,000 years.
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, formatter)
    }
}

impl Commit {
    /// A commit on top of the revision `expected`; [`Revision::ABSENT`] creates
    /// the aggregate.
    ///
    /// Claims and changes apply in the order given, claims first: of two changes
    /// of one record the later one stays, and a name that is released and then
    /// reserved changes hands. A commit without any still makes a revision.
    ///
    /// # Errors
    /// A commit beyond the [limits](crate::limits) is refused.
    pub fn new(
        aggregate: Aggregate,
        expected: Revision,
        changes: Vec<Change>,
        claims: Vec<NameClaim>,
    ) -> Result<Self, CommitTooLarge> {
        if changes.len() > limits::COMMIT_CHANGES_MAX {
            return Err(CommitTooLarge::Changes);
        }
        if claims.len() > limits::COMMIT_CLAIMS_MAX {
            return Err(CommitTooLarge::Claims);
        }
        check_bodies(&changes)?;
        Ok(Self { aggregate, expected, changes, claims })
    }

    /// What is changed.
    #[must_use]
    pub const fn aggregate(&self) -> &Aggregate {
        &self.aggregate
    }

    /// The revision the aggregate must be at.
    #[must_use]
    pub const fn expected(&self) -> Revision {
        self.expected
    }

    /// The changed records, in the order they apply.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// The name claims, in the order they apply.
    #[must_use]
    pub fn claims(&self) -> &[NameClaim] {
        &self.claims
    }
}

fn check_bodies(changes: &[Change]) -> Result<(), CommitTooLarge> {
    let mut bytes = 0_usize;
    for change in changes {
        let body = change.value.as_ref().map_or("", |value| &value.body);
        // PostgreSQL keeps no NUL in text; JSON writes it as an escape.
        if body.len() > limits::RECORD_BODY_BYTES_MAX || body.contains('\0') {
            return Err(CommitTooLarge::Body { key: change.key.clone() });
        }
        bytes += change.key.as_str().len() + body.len();
    }
    if bytes > limits::COMMIT_BYTES_MAX { Err(CommitTooLarge::Bytes) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(index: usize) -> RecordKey {
        format!("record/{index}").parse().unwrap()
    }

    fn commit(changes: Vec<Change>, claims: Vec<NameClaim>) -> Result<(), CommitTooLarge> {
        Commit::new(Aggregate::Installation, Revision::ABSENT, changes, claims).map(|_| ())
    }

    #[test]
    fn each_limit_is_reached_but_not_passed() {
        let deletions = |count| (0..count).map(|index| Change::delete(key(index))).collect();
        assert_eq!(commit(deletions(limits::COMMIT_CHANGES_MAX), vec![]), Ok(()));
        let result = commit(deletions(limits::COMMIT_CHANGES_MAX + 1), vec![]);
        assert_eq!(result, Err(CommitTooLarge::Changes));

        let claim = NameClaim::Release("alias/example".parse().unwrap());
        let claims = |count| vec![claim.clone(); count];
        assert_eq!(commit(vec![], claims(limits::COMMIT_CLAIMS_MAX)), Ok(()));
        let result = commit(vec![], claims(limits::COMMIT_CLAIMS_MAX + 1));
        assert_eq!(result, Err(CommitTooLarge::Claims));
    }

    #[test]
    fn bodies_are_bounded_one_by_one_and_together() {
        let largest = "x".repeat(limits::RECORD_BODY_BYTES_MAX);
        let put = |index, body: &str| Change::put(key(index), 1, body);
        assert_eq!(commit(vec![put(0, &largest)], vec![]), Ok(()));
        let too_large = Err(CommitTooLarge::Body { key: key(0) });
        assert_eq!(commit(vec![put(0, &format!("{largest}x"))], vec![]), too_large);
        assert_eq!(commit(vec![put(0, "a\0b")], vec![]), too_large);
        let two = vec![put(0, &largest), put(1, &largest)];
        assert_eq!(commit(two, vec![]), Err(CommitTooLarge::Bytes));
    }
}
