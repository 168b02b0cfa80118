//! Moments in words.

use stead_types::Timestamp;

/// How far a moment is from now: `3 minutes ago`, `in 2 hours`, `just now`.
pub(super) fn relative(moment: Timestamp, now: Timestamp) -> String {
    let seconds = moment.seconds_since(now);
    match (seconds, span(seconds.unsigned_abs())) {
        (0, _) => "just now".to_owned(),
        (1.., span) => format!("in {span}"),
        (_, span) => format!("{span} ago"),
    }
}

/// Whole units, rounded down.
fn span(seconds: u64) -> String {
    const UNITS: [(u64, &str, u64); 5] = [
        (1, "second", 120),
        (60, "minute", 120 * 60),
        (3600, "hour", 48 * 3600),
        (86_400, "day", 730 * 86_400),
        (31_557_600, "year", u64::MAX),
    ];
    let unit = UNITS.iter().find(|(_, _, below)| seconds < *below);
    let (length, name, _) = unit.unwrap_or(&(1, "second", u64::MAX));
    match seconds / length {
        1 => format!("1 {name}"),
        count => format!("{count} {name}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_told_in_whole_units() {
        let now = Timestamp::from_epoch_seconds(1_772_366_400);
        for (seconds, expected) in [
            (0, "just now"),
            (1, "in 1 second"),
            (-1, "1 second ago"),
            (-119, "119 seconds ago"),
            (-180, "3 minutes ago"),
            (7199, "in 119 minutes"),
            (7200, "in 2 hours"),
            (-172_800, "2 days ago"),
            (86_400 * 729, "in 729 days"),
            (86_400 * 731, "in 2 years"),
        ] {
            let moment = Timestamp::from_epoch_seconds(now.epoch_seconds() + seconds);
            assert_eq!(relative(moment, now), expected);
        }
    }
}
