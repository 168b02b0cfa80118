//! Numbers, dates, addresses, booleans and bytes.

use std::cmp::Ordering;
use std::net::IpAddr;

use jiff::civil::Date;

/// Point 11: whether two decimals stand in this order; `None` when one is no number.
///
/// A number is an optional `-`, digits, and perhaps a point and digits.
#[must_use]
pub fn compare_numbers(left: &str, right: &str) -> Option<Ordering> {
    let (left_negative, left) = digits(left)?;
    let (right_negative, right) = digits(right)?;
    // Padded to the same lengths, texts of digits compare as the numbers do.
    let whole = left.0.len().max(right.0.len());
    let fraction = left.1.len().max(right.1.len());
    let padded = |(before, behind): &(&str, &str)| format!("{before:0>whole$}{behind:0<fraction$}");
    let (left, right) = (padded(&left), padded(&right));
    let zero = "0".repeat(whole + fraction);
    let order = match (left_negative && left != zero, right_negative && right != zero) {
        (false, false) => left.cmp(&right),
        (true, true) => right.cmp(&left),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
    };
    Some(order)
}

/// Whether a number is negative, and its digits before and behind the point.
fn digits(text: &str) -> Option<(bool, (&str, &str))> {
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(unsigned) => (true, unsigned),
        None => (false, text),
    };
    let (before, behind) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    (only_digits(before) && only_digits(behind)).then_some((negative, (before, behind)))
}

fn only_digits(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|character| character.is_ascii_digit())
}

/// Point 11: a date in nanoseconds of the epoch: W3C's forms of ISO 8601, or seconds of
/// the epoch. Choice: four digits are a year.
#[must_use]
pub fn date(text: &str) -> Option<i128> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let is_year = text.len() == 4 && only_digits(text);
    if only_digits(unsigned) && !is_year {
        return text.parse::<i64>().ok().map(|seconds| i128::from(seconds) * NANOSECONDS);
    }
    // Choice: a time without a date is on the first day of 1970.
    let (day, time) = match text.find(['T', 't']) {
        None => (text, ""),
        Some(at) => (&text[..at], &text[at + 1..]),
    };
    if day.is_empty() && time.is_empty() {
        return None;
    }
    let days = if day.is_empty() { 0 } else { days(day)? };
    let time = if time.is_empty() { 0 } else { time_of_day(time)? };
    Some(i128::from(days) * 86_400 * NANOSECONDS + time)
}

const NANOSECONDS: i128 = 1_000_000_000;

/// Days of the epoch of `YYYY`, `YYYY-MM` and `YYYY-MM-DD`.
fn days(text: &str) -> Option<i64> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(text) => (-1, text),
        None => (1, text),
    };
    let mut fields = text.split('-');
    let year = sign * i64::try_from(field(fields.next()?, 1, 9)?).ok()?;
    let month = fields.next().map_or(Some(1), |text| field(text, 1, 2))?;
    let day = fields.next().map_or(Some(1), |text| field(text, 1, 2))?;
    if fields.next().is_some() {
        return None;
    }
    // The calendar repeats itself every 400 years, which are 146,097 days.
    let (cycles, year) = (year.div_euclid(400), year.rem_euclid(400));
    let (year, month) = (i16::try_from(year).ok()?, i8::try_from(month).ok()?);
    let date = Date::new(year, month, i8::try_from(day).ok()?).ok()?;
    let epoch = Date::new(1970, 1, 1).ok()?;
    let days = date.since((jiff::Unit::Day, epoch)).ok()?.get_days();
    Some(cycles * 146_097 + i64::from(days))
}

/// Nanoseconds of the day, in UTC: `hh[:mm[:ss[.fraction]]]` and perhaps a zone.
fn time_of_day(text: &str) -> Option<i128> {
    let zone_at = text.find(['Z', 'z', '+', '-']).unwrap_or(text.len());
    let (clock, zone) = text.split_at(zone_at);
    let mut fields = clock.split(':');
    let hours = field(fields.next()?, 1, 2).filter(|hours| *hours <= 23)?;
    let minutes = fields.next().map_or(Some(0), |text| field(text, 1, 2))?;
    let (seconds, fraction) = match fields.next() {
        None => (0, 0),
        Some(text) => seconds(text)?,
    };
    if minutes > 59 || seconds > 59 || fields.next().is_some() {
        return None;
    }
    let seconds = i128::from(hours * 3_600 + minutes * 60 + seconds);
    Some((seconds - offset(zone)?) * NANOSECONDS + i128::from(fraction))
}

fn seconds(text: &str) -> Option<(u64, u64)> {
    match text.find(['.', ',']) {
        None => Some((field(text, 1, 2)?, 0)),
        Some(at) => {
            let fraction = &text[at + 1..];
            field(fraction, 1, 9)?;
            Some((field(&text[..at], 1, 2)?, format!("{fraction:0<9}").parse().ok()?))
        }
    }
}

/// Seconds east of UTC: nothing, `Z`, `+hh`, `+hhmm`, `+hh:mm`.
fn offset(zone: &str) -> Option<i128> {
    if zone.is_empty() || zone.eq_ignore_ascii_case("Z") {
        return Some(0);
    }
    let sign = if zone.starts_with('+') { 1 } else { -1 };
    let fields = match zone[1..].split_once(':') {
        Some(fields) => fields,
        None if zone.len() == 5 && zone.is_ascii() => (&zone[1..3], &zone[3..]),
        None => (&zone[1..], "00"),
    };
    let (hours, minutes) = (field(fields.0, 2, 2)?, field(fields.1, 2, 2)?);
    let seconds = i128::from(hours * 3_600 + minutes * 60);
    (hours <= 23 && minutes <= 59).then_some(sign * seconds)
}

/// A number of so many digits.
fn field(text: &str, shortest: usize, longest: usize) -> Option<u64> {
    let fits = only_digits(text) && (shortest..=longest).contains(&text.len());
    if fits { text.parse().ok() } else { None }
}

/// Point 12: whether an address lies in a range; a bare address is a range of one.
/// Addresses of different families never match.
#[must_use]
pub fn address_in_range(range: &str, address: &str) -> bool {
    let (base, length) = match range.split_once('/') {
        Some((base, length)) => (base, Some(length)),
        None => (range, None),
    };
    let (Ok(base), Ok(address)) = (base.parse(), address.parse()) else { return false };
    let (base, address, bits) = match (base, address) {
        (IpAddr::V4(base), IpAddr::V4(address)) => {
            (u128::from(base.to_bits()) << 96, u128::from(address.to_bits()) << 96, 32)
        }
        (IpAddr::V6(base), IpAddr::V6(address)) => (base.to_bits(), address.to_bits(), 128),
        _ => return false,
    };
    let length = match length {
        None => bits,
        Some(text) if only_digits(text) && text.len() <= 3 => text.parse().unwrap(),
        Some(_) => return false,
    };
    length <= bits && (length == 0 || (base ^ address) >> (128 - length) == 0)
}

/// Point 13: `true` or `false`. Choice: in any case.
#[must_use]
pub fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// Point 14: the bytes of a base64 text, padded and without stray bits.
#[must_use]
pub fn base64(text: &str) -> Option<Vec<u8>> {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if !text.len().is_multiple_of(4) {
        return None;
    }
    let unpadded = text.strip_suffix("==").or(text.strip_suffix('=')).unwrap_or(text);
    let mut bits = String::new();
    for character in unpadded.chars() {
        bits.push_str(&format!("{:06b}", ALPHABET.find(character)?));
    }
    let whole = bits.len() / 8 * 8;
    let padding = text.len() - unpadded.len();
    // A last group of one byte takes two characters, one of two bytes takes three.
    if bits[whole..].contains('1') || padding != [0, 2, 1][whole / 8 % 3] {
        return None;
    }
    let byte = |at: usize| u8::from_str_radix(&bits[at * 8..at * 8 + 8], 2).unwrap();
    Some((0..whole / 8).map(byte).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compared() {
        for (left, right, order) in [
            ("1", "01.0", Some(Ordering::Equal)),
            ("-0", "0.00", Some(Ordering::Equal)),
            ("9", "10", Some(Ordering::Less)),
            ("-9", "-10", Some(Ordering::Greater)),
            ("-1", "0.5", Some(Ordering::Less)),
            ("0.05", "0.5", Some(Ordering::Less)),
            ("1e3", "1000", None),
            ("+1", "1", None),
            (".5", "0.5", None),
            ("5.", "5", None),
        ] {
            assert_eq!(compare_numbers(left, right), order, "{left} {right}");
        }
    }

    #[test]
    fn dates_are_read() {
        for (text, seconds) in [
            ("1970", Some(0)),
            ("1970-01-02", Some(86_400)),
            ("2026-01-01T00:00:00Z", Some(1_767_225_600)),
            ("2026-01-01T01:00:00+01:00", Some(1_767_225_600)),
            ("2026-01-01t0:00z", Some(1_767_225_600)),
            ("1767225600", Some(1_767_225_600)),
            ("2024-02-29", Some(1_709_164_800)),
            ("-0400-03-01", Some(-74_784_816_000)),
            ("-5", Some(-5)),
            ("T00:00:09", Some(9)),
            ("2026-02-29", None),
            ("2026-01-01T24:00", None),
            ("2026-01-01T00:00:00+1", None),
            ("", None),
            ("T", None),
            ("soon", None),
        ] {
            assert_eq!(date(text), seconds.map(|seconds: i128| seconds * NANOSECONDS), "{text}");
        }
        assert_eq!(date("1970-01-01T00:00:00.5Z"), Some(NANOSECONDS / 2));
    }

    #[test]
    fn addresses_lie_in_ranges() {
        for (range, address, inside) in [
            ("203.0.113.0/24", "203.0.113.255", true),
            ("203.0.113.0/24", "203.0.112.255", false),
            ("203.0.113.7", "203.0.113.7", true),
            ("203.0.113.7/32", "203.0.113.6", false),
            ("0.0.0.0/0", "203.0.113.6", true),
            ("0.0.0.0/0", "::", false),
            ("2001:DB8::/32", "2001:db8:ffff::1", true),
            ("::/0", "2001:db8::", true),
            ("10.0.0.0/33", "10.0.0.0", false),
            ("10.0.0.0/", "10.0.0.0", false),
        ] {
            assert_eq!(address_in_range(range, address), inside, "{range} {address}");
        }
    }

    #[test]
    fn bytes_are_read() {
        for (text, bytes) in [
            ("", Some(&b""[..])),
            ("aGk=", Some(b"hi")),
            ("aA==", Some(b"h")),
            ("aGkh", Some(b"hi!")),
            ("/+8=", Some(b"\xff\xef")),
            ("aGl=", None),
            ("aGk", None),
            ("aG==", None),
            ("a===", None),
            ("====", None),
            ("aGk=aGk=", None),
        ] {
            assert_eq!(base64(text).as_deref(), bytes, "{text}");
        }
    }
}
