//! Every bound of this crate, with its source.

/// Bytes of one line on the administrative socket. Choice.
pub const LINE_BYTES_MAX: u64 = 64 * 1024;

/// Bytes of the manifest of a backup. Choice: it is a page of text.
pub const MANIFEST_BYTES_MAX: u64 = 64 * 1024;
