//! What a server that begins finds in the directory of the log.

use std::fs::{self, File};
use std::io::{self, BufReader};
use std::path::Path;

use stead_audit::{
    AuditKey, Authenticity, ClaimedHead, Head, HeadAtStart, Line, Lines, Link, Mark, Verifier,
};
use stead_types::Timestamp;

use super::directory::{Form, HEAD_NAME, Segment, segments};
use super::file::Newest;
use super::{AuditKeys, read};
use crate::private_file;

/// Where a log stands.
pub(super) struct Found {
    /// The last line; its number is that of an authentic head where that goes further, so
    /// that lines that are gone stay missing.
    pub(super) link: Link,
    /// The number of the first line that is kept: the head's word, so that files that are
    /// gone stay missing, or that of the oldest file.
    pub(super) first: Option<u64>,
    /// The newest of them, when it can be written further.
    pub(super) newest: Option<Newest>,
    /// Bytes of a line that was not finished.
    pub(super) torn_bytes: u64,
    /// How the head compares with the lines.
    pub(super) head: HeadAtStart,
}

/// Reads the newest file through.
pub(super) fn look(directory: &Path, keys: &[AuditKey]) -> io::Result<Found> {
    let mut segments = segments(directory)?;
    let claimed = read_head(directory)?;
    let newest = loop {
        let Some(segment) = segments.last().copied() else { break None };
        let scanned = scan(directory, segment, claimed.as_ref().map(|claimed| claimed.head))?;
        if let Some(scanned) = scanned {
            break Some((segment, scanned));
        }
        // It was begun, and its first line never written.
        fs::remove_file(directory.join(segment.name()))?;
        segments.pop();
    };
    let head = at_start(claimed.as_ref(), keys, newest.as_ref().map(|(_, scanned)| scanned));
    let mut link = newest.as_ref().and_then(|(_, scanned)| scanned.last).unwrap_or(Link::START);
    let authentic = claimed.filter(|claimed| claimed.check(keys) == Authenticity::Authentic);
    if let Some(claimed) = &authentic {
        link.sequence = link.sequence.max(claimed.head.last.sequence);
    }
    if let Some((segment, _)) = &newest {
        // Of a broken file nothing may be readable but its name: numbers go on behind it,
        // so that no file takes the place of another.
        link.sequence = link.sequence.max(segment.first);
    }
    if !matches!(head, HeadAtStart::New | HeadAtStart::Agrees) {
        tracing::error!(?head, "the audit log is not as it was left; see `stead log verify`");
    }
    let torn_bytes = newest.as_ref().map_or(0, |(_, scanned)| scanned.torn_bytes);
    let writable = |(segment, it): &(Segment, Scanned)| segment.form == Form::Plain && it.ends;
    let newest = newest.filter(writable).map(|(segment, it)| Newest {
        first: segment.first,
        bytes: it.bytes,
        flushed_bytes: it.flushed_bytes,
        opened_at: it.opened_at,
    });
    let oldest = segments.first().map(|oldest| oldest.first);
    let first = authentic.map(|claimed| claimed.head.first).or(oldest);
    Ok(Found { link, first, newest, torn_bytes, head })
}

/// A file that was read through.
struct Scanned {
    last: Option<Link>,
    /// How far whole lines go.
    bytes: u64,
    /// How far they go to the line that the head vouches for.
    flushed_bytes: u64,
    /// Whether it ends there: lines can be written behind it.
    ends: bool,
    torn_bytes: u64,
    opened_at: Timestamp,
    is_whole: bool,
}

/// `None` for a file without a line.
fn scan(directory: &Path, segment: Segment, head: Option<Head>) -> io::Result<Option<Scanned>> {
    // Of older files nothing is asked here.
    let head = head.map(|head| Head { first: segment.first, ..head });
    let mut verifier = Verifier::new(head.map(|head| (head, Some(Authenticity::Authentic))));
    let (mut bytes, mut flushed_bytes, mut torn_bytes, mut ends) = (0, 0, 0, true);
    let flushed = head.map(|head| head.last.sequence);
    let mut opened_at = Timestamp::from_epoch_seconds(0);
    let mut lines = Lines::new(read::open(directory, segment)?);
    verifier.file(&segment.name());
    loop {
        let line = match lines.next_line() {
            Ok(Some(line)) => line,
            Ok(None) => break,
            // What was compressed and is broken keeps no server from starting: it is a
            // finding, and nothing is written behind it.
            Err(error) if read::is_about_content(&error) => {
                verifier.broken();
                ends = false;
                break;
            }
            Err(error) => return Err(error),
        };
        match line {
            Line::Whole(line) => {
                if let (0, Some(Mark::Open { time, .. })) = (bytes, Mark::parse(line)) {
                    opened_at = time.parse().unwrap_or(opened_at);
                }
                bytes += u64::try_from(line.len() + 1).unwrap_or(u64::MAX);
                verifier.line(line);
                if flushed.is_some() && verifier.last().map(|last| last.sequence) == flushed {
                    flushed_bytes = bytes;
                }
            }
            Line::Overlong => {
                verifier.overlong();
                ends = false;
            }
            Line::Torn { bytes } => torn_bytes = bytes,
        }
    }
    if bytes == 0 && ends {
        return Ok(None);
    }
    let last = verifier.last();
    let without_head = usize::from(head.is_none());
    let is_whole = verifier.finish().findings.len() == without_head;
    Ok(Some(Scanned { last, bytes, flushed_bytes, ends, torn_bytes, opened_at, is_whole }))
}

fn at_start(
    claimed: Option<&ClaimedHead>,
    keys: &[AuditKey],
    newest: Option<&Scanned>,
) -> HeadAtStart {
    let Some(claimed) = claimed else {
        return if newest.is_none() { HeadAtStart::New } else { HeadAtStart::Missing };
    };
    match (claimed.check(keys), newest) {
        (Authenticity::OtherKey, _) => HeadAtStart::OtherKey,
        (Authenticity::Forged, _) => HeadAtStart::Forged,
        (Authenticity::Authentic, Some(Scanned { is_whole: true, .. })) => HeadAtStart::Agrees,
        (Authenticity::Authentic, _) => HeadAtStart::Differs,
    }
}

/// Signs the head with the current key where it was signed with another one of these, and
/// nobody writes the log. Any other head stays what it is.
pub(super) fn resign(directory: &Path, keys: &AuditKeys) -> io::Result<()> {
    let claimed = match directory.is_dir() {
        true => read_head(directory)?,
        false => None,
    };
    let Some(claimed) = claimed else { return Ok(()) };
    let is_current = claimed.check(std::slice::from_ref(&keys.current)) == Authenticity::Authentic;
    if is_current || claimed.check(&keys.all()) != Authenticity::Authentic {
        return Ok(());
    }
    let signed = claimed.head.sign(&keys.current);
    private_file::replace(&directory.join(HEAD_NAME), signed.as_bytes())
}

/// The head; `None` where there is none, or another file in its place.
pub(super) fn read_head(directory: &Path) -> io::Result<Option<ClaimedHead>> {
    let file = match File::open(directory.join(HEAD_NAME)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let mut text = Vec::new();
    let limit = u64::try_from(stead_audit::limits::HEAD_BYTES_MAX + 1).unwrap_or(u64::MAX);
    io::Read::read_to_end(&mut io::Read::take(BufReader::new(file), limit), &mut text)?;
    Ok(ClaimedHead::parse(&text).ok())
}
