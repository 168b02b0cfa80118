use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use thiserror::Error;

/// A moment in UTC, in whole seconds: AWS prints and compares no finer.
///
/// Shown as `2026-03-01T12:00:00Z`. Years 1 to 9999.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// Why a text is not a timestamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a timestamp is written as 2026-03-01T12:00:00Z or 20260301T120000Z, years 1 to 9999")]
pub struct TimestampError;

impl Timestamp {
    /// Seconds of 0001-01-01T00:00:00Z.
    const MIN: i64 = -62_135_596_800;
    /// Seconds of 9999-12-30T22:00:00Z, the last that every time zone can show.
    const MAX: i64 = 253_402_207_200;

    /// The moment this many seconds after 1970-01-01T00:00:00Z; clamped to years 1 to 9999.
    #[must_use]
    pub const fn from_epoch_seconds(seconds: i64) -> Self {
        if seconds < Self::MIN {
            Self(Self::MIN)
        } else if seconds > Self::MAX {
            Self(Self::MAX)
        } else {
            Self(seconds)
        }
    }

    /// Seconds after 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn epoch_seconds(self) -> i64 {
        self.0
    }

    /// This moment plus a duration, in whole seconds; stops at the year 9999.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        let seconds = i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
        Self::from_epoch_seconds(self.0.saturating_add(seconds))
    }

    /// This moment less a duration, in whole seconds; stops at the year 1.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        let seconds = i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
        Self::from_epoch_seconds(self.0.saturating_sub(seconds))
    }

    /// Seconds from `earlier` to this moment; negative when it is later.
    #[must_use]
    pub const fn seconds_since(self, earlier: Self) -> i64 {
        self.0 - earlier.0
    }

    /// The basic ISO 8601 form that signatures use: `20260301T120000Z`.
    #[must_use]
    pub fn to_basic(self) -> String {
        // By hand, as below: it is done for each request.
        let (mut text, moment) = (String::with_capacity(16), self.civil());
        text.push_str(&self.to_basic_date());
        text.push('T');
        for part in [moment.hour(), moment.minute(), moment.second()] {
            push_two_digits(&mut text, part);
        }
        text.push('Z');
        text
    }

    /// The day of the basic form: `20260301`.
    #[must_use]
    pub fn to_basic_date(self) -> String {
        let (mut text, day) = (String::with_capacity(8), self.civil());
        let year = day.year();
        for part in [year / 100, year % 100, day.month().into(), day.day().into()] {
            push_two_digits(&mut text, i8::try_from(part).unwrap_or_default());
        }
        text
    }

    /// Reads exactly the basic form, `20260301T120000Z`.
    ///
    /// # Errors
    /// Every other text is refused, also other ISO 8601 forms.
    pub fn from_basic(text: &str) -> Result<Self, TimestampError> {
        if text.len() != 16 || !text.is_ascii() {
            return Err(TimestampError);
        }
        let mut extended = String::with_capacity(20);
        for (range, behind) in [(0..4, "-"), (4..6, "-"), (6..11, ":"), (11..13, ":"), (13..16, "")]
        {
            extended.push_str(text.get(range).ok_or(TimestampError)?);
            extended.push_str(behind);
        }
        extended.parse()
    }

    /// As Java's medium form of US English writes it: `Mar 1, 2026, 12:00:00 PM`.
    #[must_use]
    pub fn to_words(self) -> String {
        let civil = self.civil();
        let month = usize::try_from(civil.month() - 1).ok().and_then(|index| MONTHS.get(index));
        let (hour, half) = (civil.hour(), if civil.hour() < 12 { "AM" } else { "PM" });
        let hour = if hour % 12 == 0 { 12 } else { hour % 12 };
        let (month, day, year) = (month.copied().unwrap_or_default(), civil.day(), civil.year());
        let mut text = format!("{month} {day}, {year}, {hour}:");
        push_two_digits(&mut text, civil.minute());
        text.push(':');
        push_two_digits(&mut text, civil.second());
        text.push(' ');
        text.push_str(half);
        text
    }

    fn civil(self) -> jiff::civil::DateTime {
        self.instant().to_zoned(jiff::tz::TimeZone::UTC).datetime()
    }

    fn instant(self) -> jiff::Timestamp {
        // INVARIANT: the field lies within jiff's range (years -9999 to 9999), so
        // the fallback cannot be reached.
        jiff::Timestamp::from_second(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// `part` lies between 0 and 99.
fn push_two_digits(text: &mut String, part: i8) {
    for digit in [part / 10, part % 10] {
        text.push(char::from(b'0' + u8::try_from(digit).unwrap_or_default()));
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    /// Reads `2026-03-01T12:00:00Z`, with optional fractional seconds, which are dropped.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let shape_is_right = text.len() >= 20
            && text.len() <= 30
            && text.bytes().enumerate().all(|(index, byte)| match index {
                4 | 7 => byte == b'-',
                10 => byte == b'T',
                13 | 16 => byte == b':',
                19 => byte == b'.' || byte == b'Z',
                _ if index + 1 == text.len() => byte == b'Z',
                _ => byte.is_ascii_digit(),
            });
        if !shape_is_right {
            return Err(TimestampError);
        }
        let moment: jiff::Timestamp = text.parse().map_err(|_| TimestampError)?;
        let seconds = moment.as_second();
        if (Self::MIN..=Self::MAX).contains(&seconds) {
            Ok(Self(seconds))
        } else {
            Err(TimestampError)
        }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Whole seconds: jiff writes no fraction.
        fmt::Display::fmt(&self.instant(), formatter)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_the_format() {
        // Steps of 7 hours and some: every hour, month and length of day comes up.
        for seconds in (0..4_102_444_800).step_by(25_339) {
            let moment = Timestamp::from_epoch_seconds(seconds);
            let format = moment.civil().strftime("%b %-d, %Y, %-I:%M:%S %p");
            assert_eq!(moment.to_words(), format.to_string());
        }
    }

    #[test]
    fn both_forms_are_read_and_written() {
        let moment = Timestamp::from_epoch_seconds(1_440_938_160);
        assert_eq!(moment.to_string(), "2015-08-30T12:36:00Z");
        assert_eq!(moment.to_basic(), "20150830T123600Z");
        assert_eq!(moment.to_basic_date(), "20150830");
        assert_eq!(Timestamp::from_basic("20150830T123600Z"), Ok(moment));
        assert_eq!("2015-08-30T12:36:00Z".parse(), Ok(moment));
        assert_eq!("2015-08-30T12:36:00.999Z".parse(), Ok(moment));
    }

    #[test]
    fn neighbours_are_refused() {
        for bad in [
            "",
            "2015-08-30",
            "2015-08-30T12:36:00",
            "2015-08-30T12:36:00+00:00",
            "2015-13-30T12:36:00Z",
            "2015-02-30T12:36:00Z",
            "2015-08-30T24:36:00Z",
            "0000-01-01T00:00:00Z",
        ] {
            assert_eq!(bad.parse::<Timestamp>(), Err(TimestampError), "{bad}");
        }
        for bad in [
            "20150830T123600",
            "20150830 123600Z",
            "2015083oT123600Z",
            "20150830T126000Z",
            "ééééééééé",
        ] {
            assert_eq!(Timestamp::from_basic(bad), Err(TimestampError), "{bad}");
        }
    }

    #[test]
    fn arithmetic_stays_in_range() {
        let last = Timestamp::from_epoch_seconds(i64::MAX);
        assert_eq!(last.plus(Duration::MAX).to_string(), "9999-12-30T22:00:00Z");
        assert_eq!(last.minus(Duration::MAX).to_string(), "0001-01-01T00:00:00Z");
    }
}
