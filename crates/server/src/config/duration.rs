use std::time::Duration;

/// Reads a duration such as `500ms`, `30s`, `15m` or `2h`: one whole number and
/// one unit, nothing else.
pub(super) fn parse(text: &str) -> Option<Duration> {
    let digits = text.find(|character: char| !character.is_ascii_digit())?;
    let (number, unit) = text.split_at_checked(digits)?;
    if number.len() > 9 {
        return None;
    }
    let number: u64 = number.parse().ok()?;
    match unit {
        "ms" => Some(Duration::from_millis(number)),
        "s" => Some(Duration::from_secs(number)),
        "m" => Some(Duration::from_secs(number * 60)),
        "h" => Some(Duration::from_secs(number * 3600)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_and_one_unit() {
        for (text, expected) in
            [("500ms", 500), ("30s", 30_000), ("15m", 900_000), ("2h", 7_200_000)]
        {
            assert_eq!(parse(text), Some(Duration::from_millis(expected)), "{text}");
        }
        for bad in
            ["", "30", "s", "-1s", "+1s", "1.5s", "1m30s", "30 s", "30S", "9999999999s", "٣s"]
        {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
