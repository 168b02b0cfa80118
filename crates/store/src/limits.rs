//! What one call may carry, whatever the backend.
//!
//! These protect the store from a caller's mistake; the quotas that AWS
//! documents belong to the account and are far smaller.

/// Bytes of a record's key.
///
/// Choice: a kind, a unique id and a name; the longest name in IAM has 128
/// characters, and an ARN as part of a key still fits.
pub const RECORD_KEY_BYTES_MAX: usize = 512;

/// Bytes of a record's body.
///
/// Choice: the largest document IAM takes, SAML metadata, has 10,000,000
/// characters (Spec: `SAMLMetadataDocumentType` in the IAM model); quoted as a
/// JSON string it grows, and the rest is room for that.
pub const RECORD_BODY_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Bytes of an installation-wide unique name.
///
/// Choice: a kind and an access key id of up to 128 characters (Spec:
/// `accessKeyIdType` in the IAM model), or an account alias of up to 63.
pub const UNIQUE_NAME_BYTES_MAX: usize = 256;

/// Bytes of the key of a replay guard.
///
/// Choice: an MFA device's ARN and a time step fit; longer proofs are digested.
pub const GUARD_KEY_BYTES_MAX: usize = 512;

/// Bytes of the detail kept with a last use, such as service and region.
pub const USAGE_DETAIL_BYTES_MAX: usize = 256;

/// Changed records of one commit.
///
/// Choice: deleting or importing more than this takes several commits, so that
/// no single one holds up the others for long.
pub const COMMIT_CHANGES_MAX: usize = 10_000;

/// Name claims of one commit.
pub const COMMIT_CLAIMS_MAX: usize = 1_000;

/// Bytes of all keys and bodies of one commit.
pub const COMMIT_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Entries in one page of the change feed; a larger request is answered with
/// this many.
pub const FEED_PAGE_MAX: usize = 1_000;

/// Uses noted in one batch of the usage log.
pub const USAGE_BATCH_MAX: usize = 10_000;
