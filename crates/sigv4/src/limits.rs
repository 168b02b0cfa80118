//! How much of an unauthenticated request is read.
//!
//! Everything here is parsed before anybody is known, so each bound is checked
//! before work proportional to the input is done, and no step is worse than
//! `n log n` in the number of headers or parameters.

use std::time::Duration;

/// How far a signature's time may lie from the verifier's, in both directions.
///
/// Spec: IAM User Guide, "Troubleshoot Signature Version 4" and the texts of
/// `Signature expired` answers, which name 15 minutes for STS and IAM.
pub const SKEW_MAX: Duration = Duration::from_secs(15 * 60);

/// The shortest lifetime of a presigned request.
///
/// Spec: S3 API Reference, "Authenticating requests: using query parameters".
pub const PRESIGNED_EXPIRY_MIN: Duration = Duration::from_secs(1);

/// The longest lifetime of a presigned request: seven days.
///
/// Spec: S3 API Reference, "Authenticating requests: using query parameters".
pub const PRESIGNED_EXPIRY_MAX: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Bytes of an `Authorization` header. Choice: the longest that names every
/// header of [`HEADERS_MAX`] with an ordinary name fits.
pub(crate) const AUTHORIZATION_BYTES_MAX: usize = 8 * 1024;

/// Headers of a request. Choice: twice what common HTTP servers accept.
pub(crate) const HEADERS_MAX: usize = 200;

/// Bytes of all header names and values. Choice: several session tokens of the
/// longest kind and their cookies fit.
pub(crate) const HEADER_BYTES_MAX: usize = 128 * 1024;

/// Names in a list of signed headers.
pub(crate) const SIGNED_HEADERS_MAX: usize = 100;

/// Bytes of a path. Choice: an S3 key of 1,024 bytes, each of them escaped,
/// fits several times over.
pub(crate) const PATH_BYTES_MAX: usize = 16 * 1024;

/// Bytes of a query string. Choice: the longest target that HTTP libraries
/// accept is 64 KiB; web identity tokens and policies arrive in queries.
pub(crate) const QUERY_BYTES_MAX: usize = 64 * 1024;

/// Parameters of a query string.
pub(crate) const QUERY_PARAMETERS_MAX: usize = 1024;

/// Bytes of the caller's own input that an error text repeats.
pub(crate) const ECHO_BYTES_MAX: usize = 1024;

/// Bytes of a header's name that an error text or a log repeats.
pub(crate) const NAME_BYTES_MAX: usize = 128;
