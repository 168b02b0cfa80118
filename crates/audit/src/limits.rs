//! Every bound of this crate, with its source.

/// Bytes of the parameters of a request, or of the elements of an answer, in an event.
///
/// Spec: CloudTrail User Guide, cloudtrail-event-reference-record-contents: both have a
/// maximum of 100 KB; of what is longer only the length is recorded.
pub const RECORDED_BYTES_MAX: usize = 100 * 1024;

/// Bytes of the user agent, of an error's message and of its reason.
///
/// Spec: the same page: `userAgent` and `errorMessage` have a maximum of 1 KB.
pub const TEXT_BYTES_MAX: usize = 1024;

/// Bytes of one line. Choice: two recorded parts, and what else an event has many times
/// over.
pub const LINE_BYTES_MAX: usize = 2 * RECORDED_BYTES_MAX + 56 * 1024;

/// The number of a line. Choice: a log that gets a million lines a second reaches it after
/// a hundred thousand years, and what says that it has more was written by another hand.
pub const SEQUENCE_MAX: u64 = 1 << 62;

/// Bytes of a head file. Choice: it has some three hundred.
pub const HEAD_BYTES_MAX: usize = 4096;

/// Findings that a report lists; further ones are counted. Choice.
pub const FINDINGS_MAX: usize = 1000;

/// Bytes of the parameters of a caller who has not proved who they are. Choice: enough for
/// a role and a name of a session, and little to fill a disk with.
pub const STRANGERS_BYTES_MAX: usize = 1024;
