use std::sync::atomic::{AtomicU64, Ordering};

use super::*;

const INTERVAL: Duration = Duration::from_secs(10);
const WAITERS_MAX: usize = 16_384;
const FETCHING: Duration = Duration::from_secs(2);

fn now() -> Timestamp {
    Timestamp::from_epoch_seconds(1_800_000_000)
}

/// A provider in memory: its key is the number of its rotations. A fetch takes
/// [`FETCHING`] of the runtime's paused time.
#[derive(Clone, Default)]
struct Provider(Arc<Mutex<Told>>);

#[derive(Default)]
struct Told {
    key: u64,
    is_down: bool,
    panics: bool,
    fetches: u64,
}

impl Provider {
    fn tell(&self) -> MutexGuard<'_, Told> {
        self.0.lock().unwrap()
    }

    fn fetches(&self) -> u64 {
        self.tell().fetches
    }
}

impl Source for Provider {
    type Keys = u64;

    async fn fetch(&self, issuer: &str, now: Timestamp) -> Result<Good<u64>, KeyFault> {
        self.tell().fetches += 1;
        tokio::time::sleep(FETCHING).await;
        let (key, is_down, panics) = {
            let told = self.tell();
            (told.key, told.is_down, told.panics)
        };
        assert!(!panics, "asked to");
        if is_down {
            return Err(KeyFault::of_issuer(issuer, Cause::Status(503)));
        }
        Ok(Good {
            keys: Arc::new(key),
            tops: Vec::new(),
            presented: None,
            fetched_at: now,
            lifetime: Duration::from_secs(3600),
        })
    }
}

fn cache(provider: &Provider) -> Arc<Cache<Provider>> {
    let outage_max = Duration::from_secs(24 * 3600);
    let periods = Periods { attempt_interval: INTERVAL, outage_max };
    Arc::new(Cache::new(provider.clone(), periods, WAITERS_MAX))
}

/// Asks for a key: what there is, and how long it took.
async fn ask(cache: &Cache<Provider>, key: u64, now: Timestamp) -> (Result<u64, Cause>, Duration) {
    let begun = Instant::now();
    let fits = |good: &Good<u64>| if *good.keys == key { Fit::Fits } else { Fit::UnknownKey };
    let answer = cache.get("https://a.example", fits, now).await;
    (answer.map(|good| *good.keys).map_err(|fault| fault.cause), begun.elapsed())
}

fn after(seconds: u64) -> Timestamp {
    now().plus(Duration::from_secs(seconds))
}

#[tokio::test(start_paused = true)]
async fn any_number_of_callers_make_one_fetch() {
    let provider = Provider::default();
    let cache = cache(&provider);
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..1000 {
        let cache = Arc::clone(&cache);
        callers.spawn(async move { ask(&cache, 0, now()).await });
    }
    while let Some(answer) = callers.join_next().await {
        assert_eq!(answer.unwrap(), (Ok(0), FETCHING));
    }
    assert_eq!(provider.fetches(), 1);
    assert_eq!(ask(&cache, 0, now()).await, (Ok(0), Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_unknown_keys_costs_one_fetch_per_interval_and_good_keys_no_time() {
    let provider = Provider::default();
    let cache = cache(&provider);
    ask(&cache, 0, now()).await.0.unwrap();
    let mut flood = tokio::task::JoinSet::new();
    for second in 2..32 {
        for number in 0..50 {
            let (cache, key) = (Arc::clone(&cache), 1_000 + second * 50 + number);
            flood.spawn(async move { ask(&cache, key, after(second)).await });
        }
        assert_eq!(ask(&cache, 0, after(second)).await, (Ok(0), Duration::ZERO));
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    while let Some(answer) = flood.join_next().await {
        let (answer, waited) = answer.unwrap();
        // What is there comes back; that the key is not among it is the verifier's word.
        assert_eq!(answer, Ok(0));
        assert!(waited <= INTERVAL + FETCHING + FETCHING, "{waited:?}");
    }
    // At 0, 10, 20, 30 and, for those who came during that, 40.
    assert_eq!(provider.fetches(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_rotation_is_followed_under_a_flood_of_a_thousand_keys_a_second() {
    let provider = Provider::default();
    let cache = cache(&provider);
    ask(&cache, 0, now()).await.0.unwrap();
    let mut flood = tokio::task::JoinSet::new();
    let mut rotated = tokio::task::JoinSet::new();
    for second in 0..40 {
        for number in 0..1000 {
            let (cache, key) = (Arc::clone(&cache), 1_000 + second * 1_000 + number);
            flood.spawn(async move { ask(&cache, key, after(second)).await });
        }
        // Three rotations, the first two of them between fetches.
        if [14, 26, 37].contains(&second) {
            provider.tell().key += 1;
            let (cache, key) = (Arc::clone(&cache), provider.tell().key);
            rotated.spawn(async move { (key, ask(&cache, key, after(second)).await) });
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    while let Some(call) = rotated.join_next().await {
        let (key, (answer, waited)) = call.unwrap();
        assert_eq!(answer, Ok(key));
        assert!(waited <= INTERVAL + FETCHING, "{waited:?}");
    }
    while let Some(call) = flood.join_next().await {
        let (answer, waited) = call.unwrap();
        assert!(answer.is_ok(), "{answer:?}");
        assert!(waited <= INTERVAL + FETCHING + FETCHING, "{waited:?}");
    }
    // At 0, 10, 20, 30, 40 and, for those who came during that, 50 at the most.
    assert!((5..=6).contains(&provider.fetches()), "{}", provider.fetches());
}

#[tokio::test(start_paused = true)]
async fn a_rotation_is_followed_without_a_failed_call() {
    let provider = Provider::default();
    let cache = cache(&provider);
    ask(&cache, 0, now()).await.0.unwrap();
    provider.tell().key = 1;
    // The last fetch began a second ago.
    let (answer, waited) = ask(&cache, 1, after(1)).await;
    assert_eq!((answer, waited), (Ok(1), Duration::from_secs(9) + FETCHING));
    // It is long ago.
    provider.tell().key = 2;
    assert_eq!(ask(&cache, 2, after(60)).await, (Ok(2), FETCHING));
    assert_eq!(provider.fetches(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_rotation_during_a_fetch_is_followed_too() {
    let provider = Provider::default();
    let cache = cache(&provider);
    let first = {
        let cache = Arc::clone(&cache);
        tokio::spawn(async move { ask(&cache, 0, now()).await })
    };
    tokio::time::sleep(FETCHING / 2).await;
    // Arrives while the old key is on its way.
    let second = {
        let cache = Arc::clone(&cache);
        tokio::spawn(async move { ask(&cache, 1, after(1)).await })
    };
    first.await.unwrap().0.unwrap();
    provider.tell().key = 1;
    assert_eq!(second.await.unwrap().0, Ok(1));
    assert_eq!(provider.fetches(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_goes_away_does_not_end_the_fetch() {
    let provider = Provider::default();
    let cache = cache(&provider);
    let gone = tokio::time::timeout(FETCHING / 2, ask(&cache, 0, now())).await;
    assert!(gone.is_err());
    let (answer, waited) = ask(&cache, 0, after(1)).await;
    assert_eq!((answer, waited), (Ok(0), FETCHING / 2));
    assert_eq!(provider.fetches(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_dead_provider_is_asked_once_per_interval_and_the_last_keys_serve() {
    let provider = Provider::default();
    let cache = cache(&provider);
    provider.tell().is_down = true;
    assert_eq!(ask(&cache, 0, now()).await, (Err(Cause::Status(503)), FETCHING));
    for second in 2..10 {
        let refused = (Err(Cause::Status(503)), Duration::ZERO);
        assert_eq!(ask(&cache, 0, after(second)).await, refused);
    }
    assert_eq!(provider.fetches(), 1);
    provider.tell().is_down = false;
    ask(&cache, 0, after(10)).await.0.unwrap();
    provider.tell().is_down = true;
    // Past their lifetime of an hour: one caller waits to learn that nobody answers.
    assert_eq!(ask(&cache, 0, after(7200)).await, (Ok(0), FETCHING));
    for second in 7202..7262 {
        assert_eq!(ask(&cache, 0, after(second)).await, (Ok(0), Duration::ZERO));
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    assert_eq!(provider.fetches(), 3 + 6, "one per interval, in the background");
    let day = 24 * 3600;
    assert_eq!(ask(&cache, 0, after(day + 10)).await.0, Err(Cause::Status(503)));
}

#[tokio::test(start_paused = true)]
async fn keys_are_refreshed_in_the_background() {
    let provider = Provider::default();
    let cache = cache(&provider);
    ask(&cache, 0, now()).await.0.unwrap();
    assert_eq!(ask(&cache, 0, after(3000)).await, (Ok(0), Duration::ZERO));
    tokio::time::sleep(FETCHING).await;
    assert_eq!(provider.fetches(), 2);
    assert_eq!(ask(&cache, 0, after(5000)).await, (Ok(0), Duration::ZERO));
    assert_eq!(provider.fetches(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_fetch_that_breaks_off_has_failed() {
    let provider = Provider::default();
    let cache = cache(&provider);
    provider.tell().panics = true;
    let (answer, _) = ask(&cache, 0, now()).await;
    assert!(matches!(answer, Err(Cause::Unreachable(_))), "{answer:?}");
    provider.tell().panics = false;
    assert_eq!(ask(&cache, 0, after(10)).await.0, Ok(0));
}

#[tokio::test(start_paused = true)]
async fn who_finds_no_place_to_wait_is_told_at_once() {
    let provider = Provider::default();
    let cache = cache(&provider);
    ask(&cache, 0, now()).await.0.unwrap();
    let waited = Arc::new(AtomicU64::new(0));
    let mut callers = tokio::task::JoinSet::new();
    for key in 1..=u64::try_from(WAITERS_MAX).unwrap() + 3 {
        let (cache, waited) = (Arc::clone(&cache), Arc::clone(&waited));
        callers.spawn(async move {
            let (answer, duration) = ask(&cache, key, after(2)).await;
            match answer {
                Ok(_) => waited.fetch_add(1, Ordering::Relaxed),
                Err(cause) => {
                    assert_eq!((cause, duration), (Cause::Busy, Duration::ZERO));
                    0
                }
            };
        });
    }
    while let Some(answer) = callers.join_next().await {
        answer.unwrap();
    }
    assert_eq!(waited.load(Ordering::Relaxed), u64::try_from(WAITERS_MAX).unwrap());
    assert_eq!(provider.fetches(), 2);
}

#[tokio::test(start_paused = true)]
async fn only_so_many_issuers_are_kept_and_the_useful_ones_stay() {
    let provider = Provider::default();
    let cache = cache(&provider);
    let get = async |issuer: &str, seconds| {
        cache.get(issuer, |_| Fit::Fits, after(seconds)).await.map(|_| ())
    };
    get("https://used.example", 0).await.unwrap();
    get("https://idle.example", 0).await.unwrap();
    provider.tell().is_down = true;
    for number in 0..ISSUERS_MAX {
        let _ = get(&format!("https://{number}.example"), 1).await;
        get("https://used.example", 2).await.unwrap();
    }
    assert_eq!(cache.slots.lock().unwrap().len(), ISSUERS_MAX);
    // Those without keys went first.
    for issuer in ["https://used.example", "https://idle.example"] {
        assert!(cache.slots.lock().unwrap().contains_key(issuer), "{issuer}");
    }
    provider.tell().is_down = false;
    for number in 0..ISSUERS_MAX {
        get(&format!("https://b{number}.example"), 3).await.unwrap();
        get("https://used.example", 4).await.unwrap();
    }
    assert_eq!(cache.slots.lock().unwrap().len(), ISSUERS_MAX);
    assert!(cache.slots.lock().unwrap().contains_key("https://used.example"));
    assert!(!cache.slots.lock().unwrap().contains_key("https://idle.example"));
}
