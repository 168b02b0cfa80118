use super::*;
use crate::issuer_keys::fault::Cause;

const MINUTE: u64 = 60;
const HOUR: u64 = 3600;

const PERIODS: Periods = Periods {
    attempt_interval: Duration::from_secs(10),
    outage_max: Duration::from_secs(24 * HOUR),
};

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_epoch_seconds(1_800_000_000).plus(Duration::from_secs(seconds))
}

fn fault() -> KeyFault {
    KeyFault::of_issuer("https://a.example", Cause::Status(500))
}

fn unlisted() -> KeyFault {
    KeyFault::of_issuer("https://a.example", Cause::Thumbprint { top: top(1) })
}

fn top(number: u8) -> Thumbprint {
    format!("{number:02x}").repeat(20).parse().unwrap()
}

/// An entry whose fetches take no time.
struct Moving(Entry<&'static str>);

impl Moving {
    fn new() -> Self {
        Self(Entry::default())
    }

    fn fetched(mut self, seconds: u64, lifetime_secs: u64) -> Self {
        self.ends(seconds, Ok(good(seconds, lifetime_secs, &[])));
        self
    }

    fn failed(mut self, seconds: u64) -> Self {
        self.ends(seconds, Err(fault()));
        self
    }

    fn started(mut self, seconds: u64) -> Self {
        self.0.start(at(seconds));
        self
    }

    fn ends(&mut self, seconds: u64, outcome: Result<Good<&'static str>, KeyFault>) {
        self.0.start(at(seconds));
        let unvouched = |top| KeyFault::of_issuer("", Cause::Thumbprint { top });
        self.0.end(outcome, unvouched, at(seconds), &PERIODS);
    }

    /// The step for a caller who arrives now.
    fn step(&self, seconds: u64, fit: Fit) -> Step {
        self.0.decide(|_| fit, self.0.started(), at(seconds), &PERIODS)
    }

    /// The step for a caller who was there before the last fetch.
    fn step_after(&self, seconds: u64, fit: Fit) -> Step {
        self.0.decide(|_| fit, self.0.started() - 1, at(seconds), &PERIODS)
    }
}

fn good(seconds: u64, lifetime_secs: u64, tops: &[u8]) -> Good<&'static str> {
    Good {
        keys: Arc::new("keys"),
        tops: tops.iter().map(|number| top(*number)).collect(),
        presented: None,
        fetched_at: at(seconds),
        lifetime: Duration::from_secs(lifetime_secs),
    }
}

#[test]
fn an_unknown_issuer_is_fetched_once() {
    assert_eq!(Moving::new().step(0, Fit::Fits), Step::Fetch);
    let flying = Moving::new().started(0);
    for seconds in [0, 5, 10, 60] {
        assert_eq!(flying.step(seconds, Fit::Fits), Step::Join, "{seconds}");
    }
}

#[test]
fn fresh_keys_are_used_and_refreshed_ahead_of_expiry() {
    let entry = Moving::new().fetched(0, 100);
    for (seconds, step) in [
        (0, Step::Use),
        (79, Step::Use),
        (80, Step::UseAndRefresh),
        (99, Step::UseAndRefresh),
        // Past its lifetime a key may have been withdrawn.
        (100, Step::Fetch),
        (HOUR, Step::Fetch),
        (24 * HOUR, Step::Fetch),
    ] {
        assert_eq!(entry.step(seconds, Fit::Fits), step, "{seconds}");
    }
    let flying = Moving::new().fetched(0, 100).started(80);
    assert_eq!(flying.step(90, Fit::Fits), Step::Use);
    assert_eq!(flying.step(100, Fit::Fits), Step::Join);
}

#[test]
fn the_last_keys_serve_while_the_provider_is_down_and_no_longer() {
    // It fails whenever it is asked.
    let mut entry = Moving::new().fetched(0, 60);
    for seconds in (60..24 * HOUR).step_by(600) {
        assert_eq!(entry.step(seconds, Fit::Fits), Step::Fetch, "{seconds}");
        entry = entry.failed(seconds);
        assert_eq!(entry.step_after(seconds, Fit::Fits), Step::Use, "{seconds}");
    }
    assert_eq!(entry.step(24 * HOUR - 1, Fit::Fits), Step::Fetch);
    let entry = entry.failed(24 * HOUR - 1);
    assert_eq!(entry.step(24 * HOUR, Fit::Fits), Step::Refuse(Some(fault())));
    assert_eq!(entry.step(24 * HOUR + 9, Fit::Fits), Step::Fetch);
}

#[test]
fn nobody_waits_for_a_provider_that_is_known_to_be_down() {
    let entry = Moving::new().fetched(0, 60).failed(100);
    for (seconds, step) in [
        (100, Step::Use),
        (109, Step::Use),
        (110, Step::UseAndRefresh),
        (160, Step::UseAndRefresh),
        // Asked long ago: what was withdrawn meanwhile must not count again.
        (161, Step::Fetch),
    ] {
        assert_eq!(entry.step(seconds, Fit::Fits), step, "{seconds}");
    }
    assert_eq!(entry.started(112).step(115, Fit::Fits), Step::Use);
}

#[test]
fn without_an_outage_allowance_keys_end_with_their_lifetime() {
    let periods = Periods { outage_max: Duration::ZERO, ..PERIODS };
    let entry = Moving::new().fetched(0, 60).failed(55);
    let step = |seconds| entry.0.decide(|_| Fit::Fits, entry.0.started(), at(seconds), &periods);
    assert_eq!(step(59), Step::Use);
    assert_eq!(step(60), Step::Refuse(Some(fault())));
}

#[test]
fn a_dead_provider_is_asked_once_per_interval() {
    let entry = Moving::new().failed(0);
    for seconds in [0, 1, 9] {
        assert_eq!(entry.step(seconds, Fit::Fits), Step::Refuse(Some(fault())), "{seconds}");
    }
    assert_eq!(entry.step(10, Fit::Fits), Step::Fetch);
    // While it is asked again, its answer is waited for, not its last failure repeated.
    assert_eq!(entry.started(10).step(11, Fit::Fits), Step::Join);
}

#[test]
fn an_unknown_key_waits_for_the_next_fetch_that_is_due() {
    let entry = Moving::new().fetched(0, HOUR);
    for seconds in [0, 1, 9] {
        assert_eq!(entry.step(seconds, Fit::UnknownKey), Step::WaitUntil(at(10)), "{seconds}");
        // Others are not held up.
        assert_eq!(entry.step(seconds, Fit::Fits), Step::Use);
    }
    assert_eq!(entry.step(10, Fit::UnknownKey), Step::Fetch);
    assert_eq!(entry.step(HOUR - 1, Fit::UnknownKey), Step::Fetch);
}

#[test]
fn an_unknown_key_is_looked_for_once() {
    let entry = Moving::new().fetched(0, HOUR).fetched(10, HOUR);
    // The caller was there before the second fetch began: that settles it.
    assert_eq!(entry.step_after(10, Fit::UnknownKey), Step::Use);
    // A fetch that was under way already may have been answered before the rotation.
    let flying = Moving::new().fetched(0, HOUR).started(10);
    assert_eq!(flying.step(10, Fit::UnknownKey), Step::Join);
    let arrival = flying.0.started();
    let mut landed = flying;
    landed.0.end(Ok(good(10, HOUR, &[])), |_| fault(), at(11), &PERIODS);
    let step = landed.0.decide(|_| Fit::UnknownKey, arrival, at(11), &PERIODS);
    assert_eq!(step, Step::WaitUntil(at(20)));
}

#[test]
fn an_unknown_key_at_a_dead_provider_is_a_failure_of_the_provider() {
    let entry = Moving::new().fetched(0, HOUR).failed(100);
    assert_eq!(entry.step_after(100, Fit::UnknownKey), Step::Refuse(Some(fault())));
    assert_eq!(entry.step(105, Fit::UnknownKey), Step::Refuse(Some(fault())));
    assert_eq!(entry.step(105, Fit::Fits), Step::Use);
    assert_eq!(entry.step(110, Fit::UnknownKey), Step::Fetch);
}

#[test]
fn a_provider_that_does_not_list_the_certificate_gets_nothing() {
    let mut entry = Moving::new();
    entry.ends(0, Ok(good(0, HOUR, &[1])));
    // The certificate may have changed: looked at once more, within the interval.
    assert_eq!(entry.step(5, Fit::Unlisted(unlisted())), Step::WaitUntil(at(10)));
    assert_eq!(entry.step(10, Fit::Unlisted(unlisted())), Step::Fetch);
    assert_eq!(entry.step_after(5, Fit::Unlisted(unlisted())), Step::Refuse(Some(unlisted())));
    assert_eq!(entry.step(5, Fit::Fits), Step::Use);
}

#[test]
fn keys_that_an_authority_vouched_for_give_way_to_no_others() {
    let mut entry = Moving::new().fetched(0, MINUTE);
    entry.ends(100, Ok(good(100, HOUR, &[1])));
    let kept = entry.0.usable(at(100), &PERIODS).unwrap();
    assert!(kept.tops.is_empty());
    assert_eq!(
        entry.step(105, Fit::UnknownKey),
        Step::Refuse(Some(KeyFault::of_issuer("", Cause::Thumbprint { top: top(1) })))
    );
    // Too old to be used, they protect nothing any more.
    entry.ends(24 * HOUR, Ok(good(24 * HOUR, HOUR, &[1])));
    assert_eq!(entry.0.usable(at(24 * HOUR), &PERIODS).unwrap().tops, [top(1)]);
    // Among certificates of no authority the newest counts, and an authority ends it.
    entry.ends(25 * HOUR, Ok(good(25 * HOUR, HOUR, &[2])));
    assert_eq!(entry.0.usable(at(25 * HOUR), &PERIODS).unwrap().tops, [top(2)]);
    entry.ends(26 * HOUR, Ok(good(26 * HOUR, HOUR, &[])));
    assert!(entry.0.usable(at(26 * HOUR), &PERIODS).unwrap().tops.is_empty());
}

#[test]
fn a_little_disorder_of_time_is_none_and_a_clock_set_back_expires_everything() {
    let entry = Moving::new().fetched(1000, HOUR);
    // A request that began a little earlier than the fetch.
    assert_eq!(entry.step(970, Fit::Fits), Step::Use);
    assert_eq!(entry.step(970, Fit::UnknownKey), Step::WaitUntil(at(1010)));
    // The clock was an hour ahead before: the keys' age is unknown.
    assert_eq!(entry.step(0, Fit::Fits), Step::Fetch);
    let entry = Moving::new().failed(1000);
    assert_eq!(entry.step(0, Fit::Fits), Step::Fetch);
}
