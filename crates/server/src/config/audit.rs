//! How calls are recorded.

use std::time::Duration;

use super::duration;
use crate::audit::Demand;

/// How calls are recorded.
#[derive(Clone, Debug)]
pub struct Audit {
    /// Where the log goes.
    pub target: AuditTarget,
    /// Whether a call may be answered without its event being kept.
    pub demand: Demand,
    /// Bytes of a file at which the next one begins.
    pub file_bytes_max: u64,
    /// The age of a file at which the next one begins.
    pub file_age_max: Duration,
    /// How many files are kept, the one that is written included.
    pub files_max: usize,
}

/// Where the audit log goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditTarget {
    /// Into files in the data directory.
    Directory,
    /// To standard output.
    StandardOutput,
    /// Nowhere.
    Off,
}

pub(super) fn target(text: &str) -> Option<AuditTarget> {
    match text {
        "directory" => Some(AuditTarget::Directory),
        "stdout" => Some(AuditTarget::StandardOutput),
        "off" => Some(AuditTarget::Off),
        _ => None,
    }
}

pub(super) fn file_bytes(text: &str) -> Option<u64> {
    let mebibytes = text.parse().ok().filter(|number| (1..=1024).contains(number));
    mebibytes.map(|number: u64| number * 1024 * 1024)
}

pub(super) fn file_age(text: &str) -> Option<Duration> {
    let bounds = Duration::from_secs(60)..=Duration::from_secs(8760 * 3600);
    duration::parse(text).filter(|age| bounds.contains(age))
}

/// At least the file that is written and the one before it.
pub(super) fn files(text: &str) -> Option<usize> {
    text.parse().ok().filter(|number| (2..=1_000_000).contains(number))
}
