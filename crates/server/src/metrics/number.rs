//! Numbers that many threads change.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

/// A number that only grows.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add_one(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn value(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A number that grows and shrinks.
#[derive(Debug, Default)]
pub(crate) struct Gauge(AtomicI64);

impl Gauge {
    /// One more, until what is returned is dropped.
    pub(crate) fn raise(&self) -> Raised<'_> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Raised(self)
    }

    pub(crate) fn value(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// One of what a gauge counts.
#[must_use]
pub(crate) struct Raised<'a>(&'a Gauge);

impl Drop for Raised<'_> {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// How many durations fell into which range.
#[derive(Debug, Default)]
pub(crate) struct Histogram {
    /// Those up to each of [`Self::BOUNDS`], and not up to the one before; the rest last.
    counts: [AtomicU64; Self::BOUNDS.len() + 1],
    nanoseconds: AtomicU64,
}

impl Histogram {
    /// In seconds, as they are written on the page, and in nanoseconds.
    ///
    /// Choice: from what a request takes here at its best to the longest that one may take.
    pub(crate) const BOUNDS: [(&'static str, u64); 13] = [
        ("0.0001", 100_000),
        ("0.00025", 250_000),
        ("0.0005", 500_000),
        ("0.001", 1_000_000),
        ("0.0025", 2_500_000),
        ("0.005", 5_000_000),
        ("0.01", 10_000_000),
        ("0.025", 25_000_000),
        ("0.05", 50_000_000),
        ("0.1", 100_000_000),
        ("0.5", 500_000_000),
        ("2.5", 2_500_000_000),
        ("10", 10_000_000_000),
    ];

    pub(crate) fn note(&self, duration: Duration) {
        let nanoseconds = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        let place = Self::BOUNDS.iter().take_while(|(_, bound)| *bound < nanoseconds).count();
        if let Some(count) = self.counts.get(place) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        self.nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
    }

    /// How many there were up to each bound, that of all others last.
    pub(crate) fn up_to(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let bounds = Self::BOUNDS.iter().map(|(text, _)| *text).chain(["+Inf"]);
        let sums = self.counts.iter().scan(0_u64, |sum, count| {
            *sum = sum.wrapping_add(count.load(Ordering::Relaxed));
            Some(*sum)
        });
        bounds.zip(sums)
    }

    pub(crate) fn total(&self) -> Duration {
        Duration::from_nanos(self.nanoseconds.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_in_order_and_say_what_they_are() {
        for pair in Histogram::BOUNDS.windows(2) {
            assert!(pair[0].1 < pair[1].1);
        }
        for (text, nanoseconds) in Histogram::BOUNDS {
            let seconds: f64 = text.parse().unwrap();
            assert_eq!(Duration::from_secs_f64(seconds), Duration::from_nanos(nanoseconds));
        }
    }

    #[test]
    fn a_duration_counts_for_every_bound_it_is_not_above() {
        let histogram = Histogram::default();
        for (nanoseconds, expected) in [
            (0, "0.0001"),
            (100_000, "0.0001"),
            (100_001, "0.00025"),
            (10_000_000_000, "10"),
            (10_000_000_001, "+Inf"),
        ] {
            let before: Vec<_> = histogram.up_to().collect();
            histogram.note(Duration::from_nanos(nanoseconds));
            let more = histogram.up_to().zip(before).filter(|(now, before)| now.1 > before.1);
            assert_eq!(more.map(|(now, _)| now.0).next(), Some(expected), "{nanoseconds}");
            assert_eq!(histogram.up_to().last().unwrap().0, "+Inf");
        }
        assert_eq!(histogram.up_to().last().unwrap().1, 5);
        assert_eq!(histogram.total(), Duration::from_nanos(20_000_200_002));
    }

    #[test]
    fn a_gauge_falls_when_what_it_counts_is_gone() {
        let gauge = Gauge::default();
        let raised = [gauge.raise(), gauge.raise()];
        assert_eq!(gauge.value(), 2);
        drop(raised);
        assert_eq!(gauge.value(), 0);
    }
}
