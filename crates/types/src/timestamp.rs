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
        let mut text = String::with_capacity(16);
        push_all(&mut text, &self.basic());
        text
    }

    /// The same, as it is shown: ASCII.
    #[must_use]
    pub fn basic(self) -> [u8; 16] {
        let [[a, b], [c, d], [m, n], [x, y], [h, i], [j, k], [s, t]] = self.digits();
        [a, b, c, d, m, n, x, y, b'T', h, i, j, k, s, t, b'Z']
    }

    /// The day of the basic form: `20260301`.
    #[must_use]
    pub fn to_basic_date(self) -> String {
        let [century, year, month, day, ..] = self.digits();
        let mut text = String::with_capacity(8);
        push_all(&mut text, [century, year, month, day].as_flattened());
        text
    }

    /// The extended form, `2026-03-01T12:00:00Z`, as it is shown: ASCII.
    #[must_use]
    pub fn extended(self) -> [u8; 20] {
        let [[a, b], [c, d], [m, n], [x, y], [h, i], [j, k], [s, t]] = self.digits();
        [a, b, c, d, b'-', m, n, b'-', x, y, b'T', h, i, b':', j, k, b':', s, t, b'Z']
    }

    /// Appends the extended form.
    pub fn push_to(self, text: &mut String) {
        push_all(text, &self.extended());
    }

    fn digits(self) -> [[u8; 2]; 7] {
        digits_of(self.civil())
    }

    /// Reads exactly the basic form, `20260301T120000Z`.
    ///
    /// # Errors
    /// Every other text is refused, also other ISO 8601 forms.
    pub fn from_basic(text: &str) -> Result<Self, TimestampError> {
        if let Some(moment) = usual_basic(text.as_bytes()) {
            return Ok(moment);
        }
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
        let [century, of_century, .., minute, second] = digits_of(civil);
        let mut text = String::with_capacity(25);
        text.push_str(month);
        text.push(' ');
        push_short(&mut text, day);
        text.push_str(", ");
        match year {
            1000.. => push_all(&mut text, [century, of_century].as_flattened()),
            _ => text.push_str(&year.to_string()),
        }
        text.push_str(", ");
        push_short(&mut text, hour);
        for part in [minute, second] {
            text.push(':');
            push_all(&mut text, &part);
        }
        text.push(' ');
        text.push_str(half);
        text
    }

    fn civil(self) -> jiff::civil::DateTime {
        jiff::tz::Offset::UTC.to_datetime(self.instant())
    }

    fn instant(self) -> jiff::Timestamp {
        // INVARIANT: the field lies within jiff's range (years -9999 to 9999), so
        // the fallback cannot be reached.
        jiff::Timestamp::from_second(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }
}

/// Century, year, month, day, hour, minute and second, two digits each. By hand, not
/// formatted: several are written for each request.
fn digits_of(moment: jiff::civil::DateTime) -> [[u8; 2]; 7] {
    // INVARIANT: years 1 to 9999, so each part lies between 0 and 99.
    let year = u8::try_from(moment.year() % 100).unwrap_or_default();
    let century = u8::try_from(moment.year() / 100).unwrap_or_default();
    let rest = [moment.month(), moment.day(), moment.hour(), moment.minute(), moment.second()];
    let [month, day, hour, minute, second] = rest.map(|part| part.unsigned_abs());
    [century, year, month, day, hour, minute, second]
        .map(|part| TWO_DIGITS.get(usize::from(part)).copied().unwrap_or(*b"00"))
}

/// `00` to `99`.
#[expect(clippy::indexing_slicing, reason = "the compiler evaluates it")]
const TWO_DIGITS: [[u8; 2]; 100] = {
    let (mut table, mut number) = ([[0; 2]; 100], 0_u8);
    while number < 100 {
        table[number as usize] = [b'0' + number / 10, b'0' + number % 10];
        number += 1;
    }
    table
};

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// `ascii` is what its name says.
fn push_all(text: &mut String, ascii: &[u8]) {
    text.push_str(std::str::from_utf8(ascii).unwrap_or_default());
}

/// A number from 0 to 99, of as many digits as it has.
fn push_short(text: &mut String, number: i8) {
    let number = number.unsigned_abs();
    if number >= 10 {
        text.push(char::from(b'0' + number / 10 % 10));
    }
    text.push(char::from(b'0' + number % 10));
}

/// The basic form of a second that there is; `None` of all else, which may be a leap second.
fn usual_basic(text: &[u8]) -> Option<Timestamp> {
    let text: &[u8; 16] = text.try_into().ok()?;
    let [a, b, c, d, e, f, g, h, b'T', i, j, k, l, m, n, b'Z'] = text else { return None };
    let [century, year, month, day, hour, minute, second] =
        [[a, b], [c, d], [e, f], [g, h], [i, j], [k, l], [m, n]].map(|[tens, ones]| {
            let digit = |byte: &u8| Some(byte.wrapping_sub(b'0')).filter(|digit| *digit < 10);
            Some(i8::try_from(digit(tens)? * 10 + digit(ones)?).unwrap_or_default())
        });
    let year = i16::from(century?) * 100 + i16::from(year?);
    let civil = jiff::civil::DateTime::new(year, month?, day?, hour?, minute?, second?, 0).ok()?;
    let moment = jiff::tz::Offset::UTC.to_timestamp(civil).ok()?.as_second();
    (Timestamp::MIN..=Timestamp::MAX).contains(&moment).then_some(Timestamp(moment))
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
        formatter.write_str(std::str::from_utf8(&self.extended()).unwrap_or_default())
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
    fn every_moment_is_written_as_the_library_does_and_read_again() {
        let (first, last) = (Timestamp::MIN, Timestamp::MAX);
        for seconds in (first..last).step_by(1_234_567_891).chain([first, last]) {
            let moment = Timestamp::from_epoch_seconds(seconds);
            let (extended, basic) = (moment.to_string(), moment.to_basic());
            assert_eq!(extended, moment.instant().to_string());
            assert_eq!(basic, extended.replace(['-', ':'], ""));
            assert_eq!(Timestamp::from_basic(&basic), Ok(moment));
            assert_eq!(extended.parse(), Ok(moment));
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
        // A leap second is read as the second before it, in both forms.
        let leap = Timestamp::from_basic("20161231T235960Z");
        assert_eq!(leap, "2016-12-31T23:59:60Z".parse());
        assert_eq!(leap, Timestamp::from_basic("20161231T235959Z"));
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
