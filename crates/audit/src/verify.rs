//! Reading a log through, and finding what does not fit.

use std::fmt;

use crate::chain::{Digest, LineFault, Link, SealedLine};
use crate::head::{Authenticity, Head};
use crate::limits::FINDINGS_MAX;
use crate::mark::{HeadAtStart, Mark};

/// Reads the lines of a log in their order. Keeps one place of the chain, and at most
/// [`FINDINGS_MAX`] findings.
#[derive(Debug)]
pub struct Verifier {
    head: Option<Head>,
    /// The digest of the line that the head ends with, where it was met.
    at_head: Option<Digest>,
    first: Option<u64>,
    last: Option<Link>,
    place: Place,
    torn: Option<u64>,
    report: Report,
}

/// Where in a log something is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The file's name.
    pub file: String,
    /// The line within it, from 1.
    pub line: u64,
}

/// Something that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where it was noticed.
    pub place: Place,
    /// What it is.
    pub flaw: Flaw,
}

/// What does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// The line is not what was written, or does not belong behind the one before.
    Changed {
        /// Its number.
        sequence: u64,
    },
    /// Lines are missing.
    Missing {
        /// The number of the first.
        first: u64,
        /// The number of the last.
        last: u64,
    },
    /// The line comes again, or after a later one.
    OutOfOrder {
        /// Its number.
        sequence: u64,
        /// The number of the line before.
        after: u64,
    },
    /// The line is none of this log.
    Unreadable(LineFault),
    /// The compression of the file is broken: the rest of it cannot be read.
    Broken,
    /// The file ends in the middle of a line, and others follow.
    Torn {
        /// Bytes of that line.
        bytes: u64,
    },
    /// The file does not begin as every file does.
    NoBeginning,
    /// The log ends before the line that its head names.
    Truncated {
        /// The number of the first line that is missing.
        first: u64,
        /// The number of the last.
        last: u64,
    },
    /// The line that the head names has another digest.
    OtherHead {
        /// Its number.
        sequence: u64,
    },
    /// There is no head, or it cannot be read.
    NoHead,
    /// The head was made by nobody who has the root key.
    ForgedHead,
    /// The head was made with another root key than the one given.
    OtherKey,
    /// When a server began to write, head and lines did not agree.
    FoundAtStart(HeadAtStart),
}

/// What is not as usual, and may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// A server was killed, or its machine lost its power.
    Killed {
        /// The number of the line with which the next one begins.
        sequence: u64,
        /// Bytes of the line that it had not finished.
        torn_bytes: u64,
    },
    /// Calls were answered whose events could not be written.
    Gap {
        /// The number of the line that says so.
        sequence: u64,
        /// How many.
        lost: u64,
    },
    /// The log ends in the middle of a line: a server is writing it, or was killed.
    Unfinished {
        /// Bytes of that line.
        bytes: u64,
    },
    /// Lines that the head does not cover yet, or did not when the server was killed.
    AfterHead {
        /// How many.
        lines: u64,
    },
    /// Without the root key nobody can say who made the head.
    HeadUnchecked,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Files read.
    pub files: u64,
    /// Lines read.
    pub lines: u64,
    /// Calls among them.
    pub events: u64,
    /// The numbers of the first and the last line.
    pub range: Option<(u64, u64)>,
    /// What does not fit, the first [`FINDINGS_MAX`].
    pub findings: Vec<Finding>,
    /// How many further findings there are.
    pub more_findings: u64,
    /// What is not as usual and may be, as many at most.
    pub notes: Vec<Note>,
    clean_end: bool,
}

impl Report {
    /// Whether everything fits.
    #[must_use]
    pub const fn holds(&self) -> bool {
        self.findings.is_empty()
    }

    fn note(&mut self, note: Note) {
        if self.notes.len() < FINDINGS_MAX {
            self.notes.push(note);
        }
    }
}

impl Verifier {
    /// For the log with this head; `None` where there is none, and `None` beside a head
    /// where nobody has the key.
    #[must_use]
    pub fn new(head: Option<(Head, Option<Authenticity>)>) -> Self {
        let mut verifier = Self {
            head: head.map(|(head, _)| head),
            at_head: None,
            first: None,
            last: None,
            place: Place::default(),
            torn: None,
            report: Report { clean_end: true, ..Report::default() },
        };
        match head {
            None => verifier.find(Flaw::NoHead),
            Some((_, None)) => verifier.report.note(Note::HeadUnchecked),
            Some((_, Some(Authenticity::Forged))) => verifier.find(Flaw::ForgedHead),
            Some((_, Some(Authenticity::OtherKey))) => verifier.find(Flaw::OtherKey),
            Some((_, Some(Authenticity::Authentic))) => {}
        }
        verifier
    }

    /// The next file begins.
    pub fn file(&mut self, name: &str) {
        if let Some(bytes) = self.torn.take() {
            self.find(Flaw::Torn { bytes });
        }
        self.report.files += 1;
        self.place = Place { file: name.to_owned(), line: 0 };
    }

    /// The next line of the file, without its line end.
    pub fn line(&mut self, line: &[u8]) {
        self.place.line += 1;
        self.report.lines += 1;
        match SealedLine::parse(line) {
            Ok(sealed) => self.sealed(&sealed),
            Err(fault) => self.find(Flaw::Unreadable(fault)),
        }
    }

    /// A line that is longer than any may be, and was left out.
    pub fn overlong(&mut self) {
        self.place.line += 1;
        self.report.lines += 1;
        self.find(Flaw::Unreadable(LineFault::TooLong));
    }

    /// The rest of the file cannot be read: its compression is broken.
    pub fn broken(&mut self) {
        self.find(Flaw::Broken);
    }

    /// The file ends with this many bytes of a line that has no end.
    pub fn torn(&mut self, bytes: u64) {
        self.torn = Some(bytes);
    }

    /// The log ends.
    #[must_use]
    pub fn finish(mut self) -> Report {
        if let Some(bytes) = self.torn.take() {
            self.report.note(Note::Unfinished { bytes });
        }
        self.report.range = self.first.zip(self.last.map(|last| last.sequence));
        self.compare_with_head();
        self.report
    }

    /// Where the chain stands: the last line that was read.
    #[must_use]
    pub const fn last(&self) -> Option<Link> {
        self.last
    }

    fn sealed(&mut self, line: &SealedLine<'_>) {
        let mark = Mark::parse(line.json());
        let sequence = line.link.sequence;
        if self.place.line == 1 {
            self.beginning(line, mark.as_ref());
        }
        if let Some(last) = self.last {
            if sequence <= last.sequence {
                self.find(Flaw::OutOfOrder { sequence, after: last.sequence });
                return;
            }
            if sequence == last.sequence + 1 {
                if !line.follows(last.digest) {
                    self.find(Flaw::Changed { sequence });
                }
            } else {
                self.find(Flaw::Missing { first: last.sequence + 1, last: sequence - 1 });
            }
        }
        self.meet_head(line);
        self.first.get_or_insert(sequence);
        self.last = Some(line.link);
        match mark {
            Some(mark) => self.mark(sequence, &mark),
            None if Mark::is(line.json()) => {}
            None => self.report.events += 1,
        }
    }

    /// Keeps the digest that stands where the head ends. Where reading begins behind it,
    /// the first line tells whether it is the head's.
    fn meet_head(&mut self, line: &SealedLine<'_>) {
        let Some(Head { last: end, .. }) = self.head else { return };
        let sequence = line.link.sequence;
        let is_first = self.last.is_none() && sequence == end.sequence + 1;
        if sequence == end.sequence || (is_first && !line.follows(end.digest)) {
            self.at_head = Some(line.link.digest);
        }
    }

    /// The first line of a file names the digest before it: the only one there is for the
    /// first file that is kept.
    fn beginning(&mut self, line: &SealedLine<'_>, mark: Option<&Mark>) {
        let previous = match mark {
            Some(Mark::Open { previous, .. }) => previous.parse::<Digest>().ok(),
            _ => None,
        };
        match previous {
            None => {
                self.find(Flaw::NoBeginning);
                // What stands before the first line of all is known without it.
                let sequence = line.link.sequence;
                if sequence == 1 && !line.follows(Link::START.digest) {
                    self.find(Flaw::Changed { sequence });
                }
            }
            Some(previous) if !line.follows(previous) => {
                // Told once, where the chain goes on from a line before.
                if self.last.is_none() {
                    self.find(Flaw::Changed { sequence: line.link.sequence });
                }
            }
            Some(_) => {}
        }
    }

    fn mark(&mut self, sequence: u64, mark: &Mark) {
        match *mark {
            Mark::Start { torn_bytes, head, .. } => {
                let killed = !self.report.clean_end && head != HeadAtStart::New;
                if killed || torn_bytes > 0 {
                    self.report.note(Note::Killed { sequence, torn_bytes });
                }
                if !matches!(head, HeadAtStart::New | HeadAtStart::Agrees) {
                    self.find(Flaw::FoundAtStart(head));
                }
                self.report.clean_end = false;
            }
            Mark::Gap { lost, .. } => self.report.note(Note::Gap { sequence, lost }),
            Mark::Stop { .. } => self.report.clean_end = true,
            Mark::Open { .. } => {}
        }
    }

    fn compare_with_head(&mut self) {
        let Some(Head { first, last: end }) = self.head else { return };
        let read = self.last.map_or(first.saturating_sub(1), |last| last.sequence);
        if read < end.sequence {
            self.find(Flaw::Truncated { first: read + 1, last: end.sequence });
        } else if self.at_head.is_some_and(|digest| digest != end.digest) {
            self.find(Flaw::OtherHead { sequence: end.sequence });
        } else if read > end.sequence {
            self.report.note(Note::AfterHead { lines: read - end.sequence });
        }
        // Deleting what is too old comes after the head that says so: there may be more.
        if let Some(begins) = self.first
            && begins > first
        {
            self.find(Flaw::Missing { first, last: begins - 1 });
        }
    }

    fn find(&mut self, flaw: Flaw) {
        if self.report.findings.len() < FINDINGS_MAX {
            self.report.findings.push(Finding { place: self.place.clone(), flaw });
        } else {
            self.report.more_findings += 1;
        }
    }
}

impl Flaw {
    /// A stable code, for programs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Changed { .. } => "changed",
            Self::Missing { .. } => "missing",
            Self::OutOfOrder { .. } => "out-of-order",
            Self::Unreadable(_) => "unreadable",
            Self::Broken => "broken",
            Self::Torn { .. } => "torn",
            Self::NoBeginning => "no-beginning",
            Self::Truncated { .. } => "truncated",
            Self::OtherHead { .. } => "other-head",
            Self::NoHead => "no-head",
            Self::ForgedHead => "forged-head",
            Self::OtherKey => "other-key",
            Self::FoundAtStart(_) => "found-at-start",
        }
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed { sequence } => {
                write!(formatter, "line {sequence} of the log, or the one before, was changed")
            }
            Self::Missing { first, last } if first == last => {
                write!(formatter, "line {first} of the log is missing")
            }
            Self::Missing { first, last } => {
                write!(formatter, "lines {first} to {last} of the log are missing")
            }
            Self::OutOfOrder { sequence, after } => {
                write!(formatter, "line {sequence} of the log stands behind line {after}")
            }
            Self::Unreadable(fault) => write!(formatter, "this is no line of the log: {fault}"),
            Self::Broken => formatter.write_str("the file is no longer what was compressed"),
            Self::Torn { bytes } => {
                write!(formatter, "the file ends within a line, of which {bytes} bytes are there")
            }
            Self::NoBeginning => {
                formatter.write_str("the file does not begin with the line that opens one")
            }
            Self::Truncated { first, last } => {
                write!(formatter, "the log was cut: lines {first} to {last} are missing at its end")
            }
            Self::OtherHead { sequence } => {
                write!(formatter, "line {sequence} of the log is not the one that its head names")
            }
            Self::NoHead => formatter.write_str("the head is missing or cannot be read"),
            Self::ForgedHead => formatter.write_str("the head was not made with the root key"),
            Self::OtherKey => formatter.write_str("the head was made with another root key"),
            Self::FoundAtStart(found) => write!(
                formatter,
                "a server that began to write here found {}",
                match found {
                    HeadAtStart::Differs => "lines that are missing or changed",
                    HeadAtStart::Missing => "no head",
                    HeadAtStart::OtherKey => "a head of another root key",
                    HeadAtStart::Forged => "a forged head",
                    HeadAtStart::New | HeadAtStart::Agrees => "nothing wrong",
                }
            ),
        }
    }
}

impl Note {
    /// A stable code, for programs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Killed { .. } => "killed",
            Self::Gap { .. } => "gap",
            Self::Unfinished { .. } => "unfinished",
            Self::AfterHead { .. } => "after-head",
            Self::HeadUnchecked => "head-unchecked",
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Killed { sequence, torn_bytes: 0 } => {
                write!(formatter, "before line {sequence} a server was killed")
            }
            Self::Killed { sequence, torn_bytes } => write!(
                formatter,
                "before line {sequence} a server was killed within a line; {torn_bytes} bytes of \
                 it were taken away"
            ),
            Self::Gap { sequence, lost } => {
                write!(formatter, "line {sequence}: {lost} events could not be written")
            }
            Self::Unfinished { bytes } => write!(
                formatter,
                "the log ends within a line of which {bytes} bytes are there: a server is writing \
                 it, or was killed"
            ),
            Self::AfterHead { lines } => write!(
                formatter,
                "the last lines ({lines}) are newer than the head, and could be cut unnoticed"
            ),
            Self::HeadUnchecked => formatter.write_str(
                "without the root key nobody can say who made the head: give --root-key-file",
            ),
        }
    }
}

#[cfg(test)]
mod tests;
