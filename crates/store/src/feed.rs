use crate::{Aggregate, Revision};

/// A place in the change feed: behind the entry with this position.
///
/// Positions ascend in commit order; they need not be without gaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cursor(u64);

/// One commit, as followers see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedEntry {
    /// The place behind this entry.
    pub cursor: Cursor,
    /// What was changed.
    pub aggregate: Aggregate,
    /// The revision the commit made.
    pub revision: Revision,
}

/// The answer to "what was committed since?".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeFeed {
    /// The next commits, oldest first; empty when the follower has seen all.
    /// The last entry's cursor is where to go on.
    Entries(Vec<FeedEntry>),
    /// The feed no longer reaches back to the cursor, or never came as far (a
    /// backup was restored): whoever follows forgets all it has cached, and
    /// goes on from `head`.
    Lost {
        /// The place behind the newest entry.
        head: Cursor,
    },
}

impl Cursor {
    /// Before the first commit.
    pub const START: Self = Self(0);

    /// The place behind the entry with this position.
    #[must_use]
    pub const fn from_position(position: u64) -> Self {
        Self(position)
    }

    /// The position of the entry before this place; 0 at the start.
    #[must_use]
    pub const fn position(self) -> u64 {
        self.0
    }
}
