//! Dates as conditions write and requests carry them.

/// A moment: seconds since 1970-01-01T00:00:00Z, and nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment {
    seconds: i64,
    nanoseconds: u32,
}

impl Moment {
    /// Reads one of the W3C forms of ISO 8601, or seconds of the epoch.
    ///
    /// Spec: UG:reference_policies_elements_condition_operators, "Date condition
    /// operators": ISO 8601 date formats or epoch time.
    /// Observed: IAM also takes a lower-case `t`, a single-digit hour, an offset of
    /// whole hours, up to nine digits of a second, and a time without a date; it
    /// refuses a one-digit offset, ten digits, and integers beyond 64 bits.
    /// Choice: four digits are a year, as W3C has it, not the epoch's first hours;
    /// a time without a date is on the first day of 1970.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        usual(text).or_else(|| Self::parse_any(text))
    }

    fn parse_any(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if plain && (digits.len() != 4 || digits.len() != text.len()) {
            return Some(Self { seconds: text.parse().ok()?, nanoseconds: 0 });
        }
        let (date, time) = match text.split_once(['T', 't']) {
            Some((date, time)) => (date, Some(time)),
            None => (text, None),
        };
        if date.is_empty() && time.is_none_or(str::is_empty) {
            return None;
        }
        let days = if date.is_empty() { 0 } else { days_of(date)? };
        let (seconds, nanoseconds) = match time {
            Some(time) => seconds_of(time)?,
            None => (0, 0),
        };
        let seconds = days.checked_mul(86_400)?.checked_add(seconds)?;
        Some(Self { seconds, nanoseconds })
    }
}

/// The form in which requests carry every date, `2026-01-01T00:00:00Z`, read without
/// looking for its parts.
fn usual(text: &str) -> Option<Moment> {
    let [
        y1,
        y2,
        y3,
        y4,
        b'-',
        m1,
        m2,
        b'-',
        d1,
        d2,
        b'T',
        h1,
        h2,
        b':',
        n1,
        n2,
        b':',
        s1,
        s2,
        b'Z',
    ] = *text.as_bytes()
    else {
        return None;
    };
    let [year, month, day] = [digits(&[y1, y2, y3, y4])?, digits(&[m1, m2])?, digits(&[d1, d2])?];
    let [hour, minute, second] = [digits(&[h1, h2])?, digits(&[n1, n2])?, digits(&[s1, s2])?];
    let day_fits = (1..=12).contains(&month) && day >= 1 && day <= month_days(year, month);
    let fits = day_fits && hour <= 23 && minute <= 59 && second <= 59;
    let seconds = civil_days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
    fits.then_some(Moment { seconds, nanoseconds: 0 })
}

fn digits(text: &[u8]) -> Option<i64> {
    let value =
        |value: i64, byte: &u8| byte.is_ascii_digit().then(|| value * 10 + i64::from(byte - b'0'));
    text.iter().try_fold(0, value)
}

impl Moment {
    /// The moments a nanosecond before and after, which differ in nothing less.
    pub(crate) fn neighbours(self) -> [Option<Self>; 2] {
        const LAST: u32 = 999_999_999;
        let before = match self.nanoseconds.checked_sub(1) {
            Some(nanoseconds) => Some(Self { nanoseconds, ..self }),
            None => self.seconds.checked_sub(1).map(|seconds| Self { seconds, nanoseconds: LAST }),
        };
        let after = if self.nanoseconds < LAST {
            Some(Self { nanoseconds: self.nanoseconds + 1, ..self })
        } else {
            self.seconds.checked_add(1).map(|seconds| Self { seconds, nanoseconds: 0 })
        };
        [before, after]
    }

    /// The moment in ISO 8601, for the years of which it speaks.
    pub(crate) fn to_text(self) -> Option<String> {
        let nanoseconds = i32::try_from(self.nanoseconds).ok()?;
        Some(jiff::Timestamp::new(self.seconds, nanoseconds).ok()?.to_string())
    }
}

/// Days since 1970-01-01 of `year`, `year-month` or `year-month-day`.
fn days_of(date: &str) -> Option<i64> {
    let (sign, unsigned) = match date.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, date),
    };
    let mut parts = unsigned.split('-');
    let year = sign * number(parts.next()?, 1..=9)?;
    let month = parts.next().map_or(Some(1), |part| number(part, 1..=2))?;
    let day = parts.next().map_or(Some(1), |part| number(part, 1..=2))?;
    let fits = (1..=12).contains(&month) && day >= 1 && day <= month_days(year, month);
    (fits && parts.next().is_none()).then(|| civil_days(year, month, day))
}

/// Seconds of the day, in UTC, and nanoseconds of `hour[:minute[:second[.fraction]]][zone]`.
fn seconds_of(time: &str) -> Option<(i64, u32)> {
    if time.is_empty() {
        return Some((0, 0));
    }
    let (clock, offset) = match time.find(['Z', 'z', '+', '-']) {
        Some(at) => {
            let (clock, zone) = time.split_at_checked(at)?;
            (clock, offset_of(zone)?)
        }
        None => (time, 0),
    };
    let mut parts = clock.split(':');
    let hour = number(parts.next()?, 1..=2)?;
    let minute = parts.next().map_or(Some(0), |part| number(part, 1..=2))?;
    let (second, nanoseconds) = parts.next().map_or(Some((0, 0)), second_of)?;
    let fits = hour <= 23 && minute <= 59 && second <= 59 && parts.next().is_none();
    fits.then_some((hour * 3_600 + minute * 60 + second - offset, nanoseconds))
}

fn second_of(part: &str) -> Option<(i64, u32)> {
    let (whole, fraction) = part.split_once(['.', ',']).unwrap_or((part, "0"));
    let digits = number(fraction, 1..=9)?;
    let missing = u32::try_from(9_usize.checked_sub(fraction.len())?).ok()?;
    let nanoseconds = u32::try_from(digits * 10_i64.pow(missing)).ok()?;
    Some((number(whole, 1..=2)?, nanoseconds))
}

/// Seconds east of UTC of `Z`, `+hh`, `+hhmm` or `+hh:mm`.
fn offset_of(zone: &str) -> Option<i64> {
    if zone.eq_ignore_ascii_case("Z") {
        return Some(0);
    }
    let (sign, rest) = match zone.strip_prefix('+') {
        Some(rest) => (1, rest),
        None => (-1, zone.strip_prefix('-')?),
    };
    let (hours, minutes) = match rest.split_once(':') {
        Some(parts) => parts,
        None if rest.len() == 4 => rest.split_at_checked(2)?,
        None => (rest, "00"),
    };
    let (hours, minutes) = (number(hours, 2..=2)?, number(minutes, 2..=2)?);
    (hours <= 23 && minutes <= 59).then_some(sign * (hours * 3_600 + minutes * 60))
}

/// A number of only digits, as many as allowed.
fn number(text: &str, lengths: std::ops::RangeInclusive<usize>) -> Option<i64> {
    let digits = lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

const fn month_days(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar, counting years from
/// March so that the leap day is the last.
const fn civil_days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_one_moment_are_equal() {
        let moment = Moment { seconds: 1_767_225_600, nanoseconds: 0 };
        for text in [
            "2026-01-01T00:00:00Z",
            "2026-01-01t0:00:00z",
            "2026",
            "2026-01",
            "2026-01-01",
            "2026-01-01T00:00Z",
            "2026-01-01T00:00:00.000000000Z",
            "2026-01-01T01:00:00+01:00",
            "2025-12-31T23:00:00-0100",
            "2026-01-01T23:00:00+23",
            "1767225600",
        ] {
            assert_eq!(Moment::parse(text), Some(moment), "{text}");
        }
        let later = Moment::parse("2026-01-01T00:00:00.000000001Z");
        assert!(later > Some(moment));
        assert_eq!(Moment::parse("2024-02-29"), Moment::parse("1709164800"));
        assert!(Moment::parse("-292275054") < Moment::parse("0"));
        assert!(Moment::parse("01T").is_some());
    }

    #[test]
    fn the_usual_form_is_read_like_the_others() {
        for year in ["0000", "1900", "1970", "2000", "2023", "2024", "9999"] {
            for rest in [
                "01-01T00:00:00Z",
                "02-28T23:59:59Z",
                "02-29T00:00:01Z",
                "02-30T00:00:00Z",
                "12-31T23:00:59Z",
                "13-01T00:00:00Z",
                "00-01T00:00:00Z",
                "01-00T00:00:00Z",
                "01-01T24:00:00Z",
                "01-01T00:60:00Z",
                "01-01T00:00:60Z",
                "01-01T0a:00:00Z",
            ] {
                let text = format!("{year}-{rest}");
                assert_eq!(Moment::parse(&text), Moment::parse_any(&text), "{text}");
                assert_eq!(usual(&text), Moment::parse_any(&text), "{text}");
            }
        }
    }

    #[test]
    fn other_texts_are_no_dates() {
        for text in [
            "",
            "-",
            "sdfdsf",
            "234-13",
            "2026-00",
            "2026-02-29",
            "2026-01-32",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:60:00Z",
            "2026-01-01T00:00:60Z",
            "2026-01-01T00:00:00+1",
            "2026-01-01T00:00:00.1999999999Z",
            "2026-01-01T00:00:00ZZ",
            "2026-01-01 00:00:00Z",
            "9223372036854775808",
            "1e3",
            "１２",
        ] {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
    }
}
