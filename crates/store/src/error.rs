use thiserror::Error;

use crate::{Aggregate, Revision, UniqueName};

/// Why a store cannot answer. None of these is the caller's fault.
///
/// The context is for the operator and may name files; callers of the API must
/// not see it. After a failed write it is unknown whether the write took
/// effect: who goes on loads the aggregate again first.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StoreError {
    /// The store was closed, has stopped, is overloaded or cannot be reached.
    #[error("the store is unavailable: {context}")]
    Unavailable {
        /// What happened, one line.
        context: String,
    },
    /// The disk has no room left. Reads go on, and writes do once there is room.
    #[error("the store has no room left: {context}")]
    Full {
        /// What happened, one line.
        context: String,
    },
    /// What the store holds cannot be read: damaged, or written by another hand.
    #[error("the store is damaged: {context}")]
    Damaged {
        /// What happened, one line.
        context: String,
    },
}

/// Why a commit did not happen.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CommitError {
    /// The aggregate is not at the expected revision: load it, and decide anew.
    #[error("the aggregate is at revision {current}")]
    Conflict {
        /// The revision it is at.
        current: Revision,
    },
    /// A claimed name is held already.
    #[error("`{name}` is held by `{holder}`")]
    NameTaken {
        /// The first claimed name that could not be had.
        name: UniqueName,
        /// Who holds it; callers of the API must not learn of another account.
        holder: Aggregate,
    },
    /// The store cannot answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl StoreError {
    /// The store is unavailable, for this reason.
    #[must_use]
    pub fn unavailable(context: impl Into<String>) -> Self {
        Self::Unavailable { context: context.into() }
    }
}
