//! Bounds on what is read back from the store. What an account may hold is in
//! [`crate::Quota`]; the bounds of one value belong to its type.

/// Longest record body that is read, in bytes: as much as a store keeps.
pub(crate) const RECORD_BODY_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Most records of one account that are read.
///
/// Choice: all quotas used to the full are some 35,000 records; ten times that
/// leaves room for higher quotas and still bounds memory.
pub(crate) const RECORDS_MAX: usize = 350_000;
