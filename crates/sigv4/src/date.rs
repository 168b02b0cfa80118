//! The time of a request that carries no `x-amz-date`: the `Date` header.

use stead_types::Timestamp;

/// Reads `20150830T123600Z`, or the form HTTP prescribes for `Date`:
/// `Sun, 30 Aug 2015 12:36:00 GMT`.
///
/// The day of the week is not compared with the date: it carries no information.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    Timestamp::from_basic(text).ok().or_else(|| parse_http(text))
}

fn parse_http(text: &str) -> Option<Timestamp> {
    let mut words = text.split(' ');
    let mut word = || words.next();
    let (weekday, day, month, year) = (word()?, word()?, word()?, word()?);
    let (time, zone) = (word()?, word()?);
    let is_complete = words.next().is_none();
    let has_shape = weekday.len() == 4 && weekday.ends_with(',') && zone == "GMT";
    if !is_complete || !has_shape || day.len() != 2 || year.len() != 4 || time.len() != 8 {
        return None;
    }
    let clock: String = time.split(':').collect();
    Timestamp::from_basic(&format!("{year}{}{day}T{clock}Z", month_number(month)?)).ok()
}

fn month_number(name: &str) -> Option<&'static str> {
    Some(match name {
        "Jan" => "01",
        "Feb" => "02",
        "Mar" => "03",
        "Apr" => "04",
        "May" => "05",
        "Jun" => "06",
        "Jul" => "07",
        "Aug" => "08",
        "Sep" => "09",
        "Oct" => "10",
        "Nov" => "11",
        "Dec" => "12",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_name_the_same_moment() {
        let moment = Some(Timestamp::from_epoch_seconds(1_440_938_160));
        assert_eq!(parse("20150830T123600Z"), moment);
        assert_eq!(parse("Sun, 30 Aug 2015 12:36:00 GMT"), moment);
    }

    #[test]
    fn neighbours_are_refused() {
        for bad in [
            "",
            "Sun, 30 Aug 2015 12:36:00",
            "Sun, 30 Aug 2015 12:36:00 UTC",
            "Sun, 30 Aug 2015 12:36:00 GMT ",
            "Sun 30 Aug 2015 12:36:00 GMT",
            "Sun, 3 Aug 2015 12:36:00 GMT",
            "Sun, 30 aug 2015 12:36:00 GMT",
            "Sun, 30 Aug 15 12:36:00 GMT",
            "Sun, 30 Feb 2015 12:36:00 GMT",
            "Sun, 30 Aug 2015 1236:00: GMT1",
            "Sun, 30 Aug 2015 é12:36 GMT",
            "Sunday, 30-Aug-15 12:36:00 GMT",
            "2015-08-30T12:36:00Z",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
