//! Reading a log, whether it is being written or not.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::ops::ControlFlow;
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use stead_audit::{AuditKey, ClaimedHead, Line, Lines, Report, Verifier};

use super::directory::{Form, Segment, segments};
use super::opened::read_head;

/// Checks a whole log: files and head. Holds one line at a time.
///
/// A head is as good under either of two keys, while one takes the place of the other.
/// Without any key it cannot say who made the head.
///
/// # Errors
/// What cannot be read at all; a file whose compression is broken is a finding.
pub fn verify(directory: &Path, keys: &[AuditKey]) -> io::Result<Report> {
    // The head first: lines that are written meanwhile lie behind it.
    let head = read_head(directory)?;
    let check = |claimed: &ClaimedHead| (!keys.is_empty()).then(|| claimed.check(keys));
    let head = head.map(|claimed| (claimed.head, check(&claimed)));
    let mut verifier = Verifier::new(head);
    for segment in segments(directory)? {
        let Some(mut lines) = lines(directory, segment)? else { continue };
        verifier.file(&segment.name());
        loop {
            match lines.next_line() {
                Ok(Some(Line::Whole(line))) => verifier.line(line),
                Ok(Some(Line::Overlong)) => verifier.overlong(),
                Ok(Some(Line::Torn { bytes })) => verifier.torn(bytes),
                Ok(None) => break,
                Err(error) if is_about_content(&error) => {
                    verifier.broken();
                    break;
                }
                Err(error) => return Err(error),
            }
        }
    }
    Ok(verifier.finish())
}

/// Gives every line of a log, oldest first, until told to stop. Holds one at a time.
///
/// # Errors
/// What cannot be read; also of `each`.
pub fn each_line<E: From<io::Error>>(
    directory: &Path,
    mut each: impl FnMut(&[u8]) -> Result<ControlFlow<()>, E>,
) -> Result<(), E> {
    for segment in segments(directory)? {
        let Some(mut lines) = lines(directory, segment)? else { continue };
        while let Some(line) = lines.next_line()? {
            if let Line::Whole(line) = line
                && each(line)?.is_break()
            {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// The lines of a file; `None` for one that was deleted meanwhile.
fn lines(directory: &Path, segment: Segment) -> io::Result<Option<Lines<Box<dyn BufRead>>>> {
    match open(directory, segment) {
        Ok(file) => Ok(Some(Lines::new(file))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// A file of the log; one that was compressed meanwhile too.
pub(super) fn open(directory: &Path, segment: Segment) -> io::Result<Box<dyn BufRead>> {
    let file = |form| File::open(directory.join(Segment { form, ..segment }.name()));
    let opened = match (segment.form, file(segment.form)) {
        (Form::Plain, Err(error)) if error.kind() == io::ErrorKind::NotFound => {
            (Form::Compressed, file(Form::Compressed))
        }
        opened => opened,
    };
    Ok(match opened {
        (Form::Plain, file) => Box::new(BufReader::new(file?)),
        (Form::Compressed, file) => {
            Box::new(BufReader::new(MultiGzDecoder::new(BufReader::new(file?))))
        }
    })
}

/// Whether a file is read and is not what was written.
pub(super) fn is_about_content(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::UnexpectedEof
    )
}
