//! Every bound of this crate, with its source.

/// Bytes of one line on the administrative socket, which only the server's own user can
/// write to. Choice: the records of an account that is imported, as many as one commit of
/// the store takes (32 MiB), quoted as JSON in JSON.
pub const LINE_BYTES_MAX: u64 = 48 * 1024 * 1024;

/// Bytes of the manifest of a backup. Choice: it is a page of text.
pub const MANIFEST_BYTES_MAX: u64 = 64 * 1024;
