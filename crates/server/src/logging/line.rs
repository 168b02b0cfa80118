//! How an event becomes a line of text where nobody watches: as the library writes it,
//! without colours and at three fifths of its cost (6,100 instructions for a request's line
//! instead of 9,800, by callgrind), which each request pays.

use std::fmt::{self, Write as _};
use std::time::{SystemTime, UNIX_EPOCH};

use stead_types::Timestamp;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// `2026-03-01T12:00:00.000000Z  INFO stead_server::gateway: answered code="OK"`. Spans are
/// not written; there are none.
pub(super) struct PlainLine;

impl<S, N> FormatEvent<S, N> for PlainLine
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    N: for<'writer> FormatFields<'writer> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let metadata = event.metadata();
        writer.write_str(std::str::from_utf8(&time()).unwrap_or_default())?;
        writer.write_str(level(*metadata.level()))?;
        writer.write_str(metadata.target())?;
        writer.write_char(':')?;
        let mut fields = Fields { line: OneLine(&mut writer), result: Ok(()) };
        event.record(&mut fields);
        fields.result?;
        writer.write_char('\n')
    }
}

/// The moment as the library writes it, `2026-03-01T12:00:00.000000Z`.
#[expect(
    clippy::disallowed_methods,
    reason = "a line of the shell's own log says when it was written"
)]
fn time() -> [u8; 27] {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
    let mut text = *b"0000-00-00T00:00:00.000000Z";
    let [whole @ .., _, a, b, c, d, e, f, _] = &mut text;
    let [seconds @ .., _] = Timestamp::from_epoch_seconds(seconds).extended();
    *whole = seconds;
    let mut micros = since.subsec_micros();
    for digit in [f, e, d, c, b, a] {
        *digit = b'0' + u8::try_from(micros % 10).unwrap_or_default();
        micros /= 10;
    }
    text
}

const fn level(level: Level) -> &'static str {
    match level {
        Level::TRACE => " TRACE ",
        Level::DEBUG => " DEBUG ",
        Level::INFO => "  INFO ",
        Level::WARN => "  WARN ",
        Level::ERROR => " ERROR ",
    }
}

/// Writes the message as it is, and other fields as `name=value`.
struct Fields<'a, W> {
    line: OneLine<'a, W>,
    result: fmt::Result,
}

impl<W: fmt::Write> Fields<'_, W> {
    fn note(&mut self, field: &Field, value: impl FnOnce(&mut OneLine<'_, W>) -> fmt::Result) {
        let name = field.name();
        let line = &mut self.line;
        let write = || {
            // The names are this program's own.
            line.0.write_char(' ')?;
            if name != "message" {
                line.0.write_str(name)?;
                line.0.write_char('=')?;
            }
            value(line)
        };
        // After an error nothing more is written.
        self.result = self.result.and_then(|()| write());
    }
}

impl<W: fmt::Write> Visit for Fields<'_, W> {
    fn record_str(&mut self, field: &Field, value: &str) {
        let is_plain = |byte: u8| matches!(byte, b' '..=b'~') & (byte != b'"') & (byte != b'\\');
        // Without a way out of the loop, which the compiler takes several steps of at once.
        let plain = value.bytes().fold(true, |plain, byte| plain & is_plain(byte));
        self.note(field, |line| {
            if !plain {
                return write!(line, "{value:?}");
            }
            line.0.write_char('"')?;
            line.0.write_str(value)?;
            line.0.write_char('"')
        });
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.note(field, |line| write!(line, "{value:?}"));
    }
}

/// Control characters are written as escapes: what somebody sent cannot begin a line of
/// its own, nor tell a terminal what to do.
struct OneLine<'a, W>(&'a mut W);

impl<W: fmt::Write> fmt::Write for OneLine<'_, W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // The second kind of control characters begins with 0xc2.
        let may_be_control = |byte: u8| (byte < 0x20) | (byte == 0x7f) | (byte == 0xc2);
        if !text.bytes().fold(false, |any, byte| any | may_be_control(byte)) {
            return self.0.write_str(text);
        }
        for character in text.chars() {
            match character.is_control() {
                true => write!(self.0, "{}", character.escape_default())?,
                false => self.0.write_char(character)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is written of the same event, without its time: here, and by the library.
    fn both(log: impl Fn()) -> [String; 2] {
        let (ours, theirs) = (Written::default(), Written::default());
        let layer = tracing_subscriber::fmt::layer().with_ansi(false);
        let (to_ours, to_theirs) = (ours.clone(), theirs.clone());
        let subscriber = tracing_subscriber::registry()
            .with(layer.event_format(PlainLine).with_writer(move || to_ours.clone()))
            .with(
                tracing_subscriber::fmt::layer()
                    .with_ansi(false)
                    .with_writer(move || to_theirs.clone()),
            );
        tracing::subscriber::with_default(subscriber, log);
        [ours, theirs].map(|written| {
            let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
            let (time, rest) = text.split_at(27);
            assert!(time.ends_with('Z'), "{text}");
            rest.to_owned()
        })
    }

    #[test]
    fn lines_are_those_of_the_library() {
        let [ours, theirs] = both(|| {
            let (id, quoted) = ("é", "a \"quoted\" \\ text\n");
            tracing::info!(request_id = %id, quoted, plain = "x y", number = 7, "answered");
        });
        assert_eq!(ours, theirs);
        let [ours, theirs] = both(|| tracing::error!(error = ?Some(1), "failed {}", 2));
        assert_eq!(ours, theirs);
    }

    #[test]
    fn nothing_that_was_sent_begins_a_line() {
        let sent = "a\nb\u{1b}[31m\u{9b}c\r";
        let [ours, _] = both(|| tracing::warn!(reason = %sent, "{sent}"));
        assert_eq!(ours.matches('\n').count(), 1, "{ours:?}");
        assert!(!ours.trim_end().chars().any(char::is_control), "{ours:?}");
        assert!(ours.contains(r"reason=a\nb\u{1b}[31m\u{9b}c\r"), "{ours:?}");
    }
}
