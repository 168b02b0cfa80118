//! Lines of a log that are no calls: what happened to the log itself.

use serde::{Deserialize, Serialize};
use stead_types::Timestamp;

/// How every mark begins; no event does.
const BEGINNING: &[u8] = b"{\"mark\":\"";

/// A line about the log itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mark", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Mark {
    /// The first line of a file.
    Open {
        /// When, such as `2026-03-01T12:00:00Z`.
        time: String,
        /// The digest of the line before, in the file before.
        previous: String,
    },
    /// A server has begun to write.
    Start {
        /// When.
        time: String,
        /// The version of the server.
        stead: String,
        /// Bytes of a line that its predecessor had not finished, and that were taken
        /// away: it was killed, or the machine lost its power.
        torn_bytes: u64,
        /// What was found of the head.
        head: HeadAtStart,
    },
    /// A server has ended as it should.
    Stop {
        /// When.
        time: String,
    },
    /// Events could not be written and are lost, where calls need not be recorded.
    Gap {
        /// When writing was possible again.
        time: String,
        /// How many there were.
        lost: u64,
    },
}

/// What a server that begins finds of the head, compared with the lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum HeadAtStart {
    /// There was no log.
    New,
    /// It is authentic and agrees with the lines.
    Agrees,
    /// It is authentic, and the lines are others: some are missing or changed.
    Differs,
    /// It is gone, or no head.
    Missing,
    /// It was made with another root key.
    OtherKey,
    /// It was made by nobody who has the root key.
    Forged,
}

impl Mark {
    /// The mark as JSON on one line.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// The mark on a line; `None` for events, and for marks of other versions.
    #[must_use]
    pub fn parse(line: &[u8]) -> Option<Self> {
        if Self::is(line) { serde_json::from_slice(line).ok() } else { None }
    }

    /// Whether a line is a mark, of whichever kind.
    #[must_use]
    pub fn is(line: &[u8]) -> bool {
        line.starts_with(BEGINNING)
    }

    /// The first line of a file.
    #[must_use]
    pub fn open(now: Timestamp, previous: &crate::Link) -> Self {
        Self::Open { time: now.to_string(), previous: previous.digest.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Link;

    #[test]
    fn marks_are_read_back_from_their_lines() {
        let now = Timestamp::from_epoch_seconds(1_772_366_400);
        let time = now.to_string();
        for mark in [
            Mark::open(now, &Link::START),
            Mark::Start {
                time: time.clone(),
                stead: "0.1.0".to_owned(),
                torn_bytes: 7,
                head: HeadAtStart::OtherKey,
            },
            Mark::Stop { time: time.clone() },
            Mark::Gap { time, lost: 3 },
        ] {
            let mut out = Vec::new();
            Link::START.clone().seal(&mark.to_json(), &mut out);
            assert_eq!(Mark::parse(out.trim_ascii_end()), Some(mark));
        }
        assert_eq!(Mark::parse(b"{\"eventVersion\":\"1.11\"}"), None);
        assert_eq!(Mark::parse(b"{\"mark\":\"later\"}"), None);
        assert!(Mark::is(b"{\"mark\":\"later\"}"));
    }
}
