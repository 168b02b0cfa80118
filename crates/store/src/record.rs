use std::fmt;
use std::sync::Arc;

use crate::{RecordKey, Revision};

/// What a record holds: JSON text in a numbered format.
///
/// The store does not look inside. Bodies are at most 16 MiB and hold no NUL
/// character; [`Commit::new`](crate::Commit::new) checks that.
#[derive(Clone, PartialEq, Eq)]
pub struct RecordValue {
    /// The version of the record's format, chosen by whoever writes the body.
    pub format: u16,
    /// The body, JSON text.
    pub body: Arc<str>,
}

/// A record as it was loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The key, unique within the aggregate.
    pub key: RecordKey,
    /// What it holds.
    pub value: RecordValue,
}

/// A change of one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The key, unique within the aggregate.
    pub key: RecordKey,
    /// What the record holds from now on; `None` deletes it. Deleting what is
    /// not there is no error.
    pub value: Option<RecordValue>,
}

/// An aggregate at one revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// The revision of all the records together; never [`Revision::ABSENT`].
    pub revision: Revision,
    /// All records, ascending by key.
    pub records: Vec<Record>,
}

impl Change {
    /// Writes a record, new or anew.
    #[must_use]
    pub fn put(key: RecordKey, format: u16, body: impl Into<Arc<str>>) -> Self {
        Self { key, value: Some(RecordValue { format, body: body.into() }) }
    }

    /// Deletes a record.
    #[must_use]
    pub const fn delete(key: RecordKey) -> Self {
        Self { key, value: None }
    }
}

// Bodies hold what people name freely, and wrapped secrets: logs get the size.
impl fmt::Debug for RecordValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RecordValue")
            .field("format", &self.format)
            .field("body_bytes", &self.body.len())
            .finish()
    }
}
