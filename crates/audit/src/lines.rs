//! Lines of bounded length, out of whatever can be read.

use std::io::{self, BufRead};

use crate::limits::LINE_BYTES_MAX;

/// Reads lines. Holds one at most, and of one that is too long nothing.
#[derive(Debug)]
pub struct Lines<R> {
    from: R,
    line: Vec<u8>,
}

/// What was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line<'a> {
    /// A line, without its line end.
    Whole(&'a [u8]),
    /// One that is longer than [`LINE_BYTES_MAX`].
    Overlong,
    /// The last bytes, behind which there is no line end.
    Torn {
        /// How many there are.
        bytes: u64,
    },
}

impl<R: BufRead> Lines<R> {
    /// Lines out of `from`.
    pub const fn new(from: R) -> Self {
        Self { from, line: Vec::new() }
    }

    /// The next line; `None` at the end.
    ///
    /// # Errors
    /// Those of what is read from.
    pub fn next_line(&mut self) -> io::Result<Option<Line<'_>>> {
        self.line.clear();
        let mut bytes = 0_u64;
        loop {
            let available = self.from.fill_buf()?;
            if available.is_empty() {
                return Ok((bytes > 0).then_some(Line::Torn { bytes }));
            }
            let end = available.iter().position(|byte| *byte == b'\n');
            let part = available.get(..end.unwrap_or(available.len())).unwrap_or_default();
            let taken = part.len() + usize::from(end.is_some());
            bytes += u64::try_from(taken).unwrap_or(u64::MAX);
            if self.line.len() + part.len() <= LINE_BYTES_MAX {
                self.line.extend_from_slice(part);
            } else {
                // One byte more than a line may have says so to the end of it.
                self.line.resize(LINE_BYTES_MAX + 1, b' ');
            }
            self.from.consume(taken);
            if end.is_some() {
                let overlong = self.line.len() > LINE_BYTES_MAX;
                return Ok(Some(if overlong { Line::Overlong } else { Line::Whole(&self.line) }));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], buffer: usize) -> Vec<String> {
        let mut lines = Lines::new(io::BufReader::with_capacity(buffer, bytes));
        let mut all = Vec::new();
        while let Some(line) = lines.next_line().unwrap() {
            all.push(match line {
                Line::Whole(line) => format!("{}:{:?}", line.len(), line.first()),
                Line::Overlong => "overlong".to_owned(),
                Line::Torn { bytes } => format!("torn {bytes}"),
            });
        }
        all
    }

    #[test]
    fn lines_are_told_apart_whatever_the_buffer() {
        for buffer in [1, 2, 3, 64] {
            assert_eq!(read(b"", buffer), [""; 0]);
            assert_eq!(read(b"ab\n\nc", buffer), ["2:Some(97)", "0:None", "torn 1"]);
            assert_eq!(read(b"a\n", buffer), ["1:Some(97)"]);
        }
    }

    #[test]
    fn a_line_has_a_longest() {
        let mut bytes = vec![b'a'; LINE_BYTES_MAX];
        bytes.push(b'\n');
        bytes.extend_from_slice(&vec![b'b'; 3 * LINE_BYTES_MAX]);
        bytes.extend_from_slice(b"\nc\n");
        let expected =
            [format!("{LINE_BYTES_MAX}:Some(97)"), "overlong".into(), "1:Some(99)".into()];
        assert_eq!(read(&bytes, 8192), expected);
    }
}
