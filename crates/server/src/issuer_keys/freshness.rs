use std::time::Duration;

use http::HeaderMap;
use http::header::{AGE, CACHE_CONTROL};

/// The shortest time that keys count as fresh, whatever the provider says. Choice:
/// `no-cache` on a key document is common and would mean a fetch per token.
pub(super) const LIFETIME_MIN: Duration = Duration::from_secs(60);

/// The longest. Choice: a key that was withdrawn is refused a day later at the latest.
pub(super) const LIFETIME_MAX: Duration = Duration::from_secs(24 * 3600);

/// The time where the provider says nothing. Choice.
pub(super) const LIFETIME_DEFAULT: Duration = Duration::from_secs(15 * 60);

/// How long a document is fresh: `max-age` less `Age`, within the bounds above.
///
/// Spec: RFC 9111, sections 5.2.2 and 5.1. `s-maxage` is for shared caches and
/// `Expires` needs two clocks that agree; neither is read.
pub(super) fn lifetime(headers: &HeaderMap) -> Duration {
    let lines = headers.get_all(CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    let directives: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    let is = |name: &str| directives.iter().any(|directive| directive.eq_ignore_ascii_case(name));
    if is("no-store") || is("no-cache") {
        return LIFETIME_MIN;
    }
    // Of several, the shortest.
    let Some(max_age) = directives.iter().filter_map(|directive| max_age(directive)).min() else {
        return LIFETIME_DEFAULT;
    };
    let age = headers.get(AGE).and_then(|value| value.to_str().ok()).and_then(seconds);
    max_age.saturating_sub(age.unwrap_or_default()).clamp(LIFETIME_MIN, LIFETIME_MAX)
}

fn max_age(directive: &str) -> Option<Duration> {
    let (name, value) = directive.split_once('=')?;
    let quoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
    name.eq_ignore_ascii_case("max-age").then(|| seconds(quoted.unwrap_or(value)))?
}

fn seconds(text: &str) -> Option<Duration> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // More digits than fit are a very long time.
    digits.then(|| Duration::from_secs(text.parse().unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(lines: &[(&'static str, &str)], expected_secs: u64) {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().unwrap());
        }
        assert_eq!(lifetime(&headers), Duration::from_secs(expected_secs), "{lines:?}");
    }

    #[test]
    fn the_provider_decides_within_bounds() {
        check(&[], 900);
        check(&[("cache-control", "max-age=3600")], 3600);
        check(&[("cache-control", "public, max-age=24, must-revalidate")], 60);
        check(&[("cache-control", "max-age=60")], 60);
        check(&[("cache-control", "max-age=0")], 60);
        check(&[("cache-control", "max-age=86400")], 86_400);
        check(&[("cache-control", "max-age=86401")], 86_400);
        check(&[("cache-control", "max-age=99999999999999999999999")], 86_400);
        check(&[("cache-control", "MAX-AGE=\"3600\"")], 3600);
        check(&[("cache-control", "max-age=3600"), ("cache-control", "max-age=600")], 600);
        check(&[("cache-control", "max-age=3600, no-cache")], 60);
        check(&[("cache-control", "No-Store")], 60);
    }

    #[test]
    fn time_spent_in_other_caches_counts() {
        check(&[("cache-control", "max-age=3600"), ("age", "600")], 3000);
        check(&[("cache-control", "max-age=3600"), ("age", "4000")], 60);
        check(&[("cache-control", "max-age=3600"), ("age", "soon")], 3600);
    }

    #[test]
    fn what_is_no_number_says_nothing() {
        for value in
            ["max-age=", "max-age=-1", "max-age=1.5", "max-age", "s-maxage=5", "max-age=+1"]
        {
            check(&[("cache-control", value)], 900);
        }
    }
}
