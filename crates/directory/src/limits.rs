//! Bounds on what is read back from the store, and on what is kept beside it. What an account may hold is in
//! [`crate::Quota`]; the bounds of one value belong to its type.

/// Longest record body that is read, in bytes: as much as a store keeps.
pub(crate) const RECORD_BODY_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Most records of one account that are read.
///
/// Choice: all quotas used to the full are some 35,000 records; ten times that
/// leaves room for higher quotas and still bounds memory.
pub(crate) const RECORDS_MAX: usize = 350_000;

/// Most principals of one snapshot whose policies are put under one index.
///
/// Choice: of one with ten policies that is some ten kilobytes; who comes later is answered
/// from the policies' own indexes, in a few microseconds more.
pub(crate) const PREPARED_PRINCIPALS_MAX: usize = 256;

/// Of how many policies and groups on that is done: of fewer it gains nothing.
pub(crate) const PREPARED_WITH_POLICIES_MIN: usize = 4;
