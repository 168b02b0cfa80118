//! Who is connected: bounds on connections, and who leaves when there is no room.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use crate::limits::{
    FRUITLESS_SEARCH_PAUSE, LEAVING_SHARE, QUIET_MIN, REFUSAL_PAUSE, SMALL_BODY_BYTES_MAX,
};

/// The places of a listener. A lock is taken when a connection opens and when it closes,
/// never for a request.
pub(super) struct Places {
    total_max: usize,
    address_max: usize,
    began: Instant,
    taken: Mutex<Taken>,
}

struct Taken {
    next: u64,
    visits: HashMap<u64, Arc<Visit>>,
    /// How many connections an address has, for those that have any.
    by_address: HashMap<IpAddr, usize>,
    /// When a search for quiet connections that found none may be repeated, in
    /// milliseconds.
    search_from: u64,
}

/// Why a connection finds no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoPlace {
    /// Its address has as many as it may.
    Address,
    /// All are taken, and nobody has been quiet for long.
    All,
}

/// Whether connections of one address are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counting {
    /// They are.
    ByAddress,
    /// They are not: a proxy that is trusted speaks for many.
    No,
}

/// A place that is taken until this is dropped.
pub(super) struct Place {
    places: Arc<Places>,
    number: u64,
    visit: Arc<Visit>,
}

/// What is known of a connection. Each request costs a few uncontended atomic operations.
pub(super) struct Visit {
    address: Option<IpAddr>,
    began: Instant,
    /// How many requests are in work, or [`LEAVING`].
    working: AtomicU32,
    /// Requests whose head was read, and those that were answered.
    heads: AtomicU32,
    answers: AtomicU32,
    /// When the last request was answered, in milliseconds since `began`.
    quiet_since: AtomicU64,
    /// Bytes of small bodies that are read or worked on.
    small_bytes: AtomicUsize,
    /// Until when further refusals wait, in milliseconds since `began`.
    refusals_wait_until: AtomicU64,
    leave: Notify,
}

/// The connection was chosen to make room. Final: no request begins any more.
const LEAVING: u32 = u32::MAX;

impl Places {
    pub(super) fn new(total_max: usize, address_max: usize) -> Arc<Self> {
        let taken =
            Taken { next: 0, visits: HashMap::new(), by_address: HashMap::new(), search_from: 0 };
        Arc::new(Self { total_max, address_max, began: Instant::now(), taken: Mutex::new(taken) })
    }

    /// Takes a place. Where all are taken, those that have been quiet for the longest
    /// time make room: a client that waits with its next request must expect that anyway,
    /// and one that never sends one is what fills a server with connections.
    pub(super) fn take(
        self: &Arc<Self>,
        peer: IpAddr,
        counting: Counting,
    ) -> Result<Place, NoPlace> {
        let address = (counting == Counting::ByAddress).then(|| network(peer));
        let mut taken = self.lock();
        let has = |address| taken.by_address.get(&address).copied().unwrap_or(0);
        if address.is_some_and(|address| has(address) >= self.address_max) {
            return Err(NoPlace::Address);
        }
        if taken.visits.len() >= self.total_max && !self.make_room(&mut taken) {
            return Err(NoPlace::All);
        }
        let number = taken.next;
        taken.next += 1;
        let visit = Arc::new(Visit::new(address, self.began));
        taken.visits.insert(number, Arc::clone(&visit));
        if let Some(address) = address {
            *taken.by_address.entry(address).or_default() += 1;
        }
        Ok(Place { places: Arc::clone(self), number, visit })
    }

    /// Sends away who has been quiet for longest, a share of all at a time, so that the
    /// search over all connections is not made for each newcomer.
    fn make_room(&self, taken: &mut Taken) -> bool {
        let now = milliseconds(self.began.elapsed());
        if now < taken.search_from {
            return false;
        }
        let quiet_for = |since: u64| now.saturating_sub(since);
        let visits = taken.visits.iter();
        let mut quiet: Vec<_> = visits
            .map(|(number, visit)| (visit.quiet_since.load(Ordering::Relaxed), *number))
            .filter(|(since, _)| quiet_for(*since) >= milliseconds(QUIET_MIN))
            .collect();
        quiet.sort_unstable();
        let wanted = self.total_max.div_ceil(LEAVING_SHARE);
        let mut left = 0;
        for (_, number) in quiet {
            if left == wanted {
                break;
            }
            if taken.visits.get(&number).is_some_and(|visit| visit.send_away()) {
                taken.remove(number);
                left += 1;
            }
        }
        if left == 0 {
            taken.search_from = now + milliseconds(FRUITLESS_SEARCH_PAUSE);
        }
        left > 0
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Taken {
    fn remove(&mut self, number: u64) {
        let Some(visit) = self.visits.remove(&number) else { return };
        let Some(address) = visit.address else { return };
        if let Some(count) = self.by_address.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                self.by_address.remove(&address);
            }
        }
    }
}

impl Place {
    pub(super) const fn visit(&self) -> &Arc<Visit> {
        &self.visit
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.lock().remove(self.number);
    }
}

impl Visit {
    fn new(address: Option<IpAddr>, began: Instant) -> Self {
        Self {
            address,
            began,
            working: AtomicU32::new(0),
            heads: AtomicU32::new(0),
            answers: AtomicU32::new(0),
            quiet_since: AtomicU64::new(milliseconds(began.elapsed())),
            small_bytes: AtomicUsize::new(0),
            refusals_wait_until: AtomicU64::new(0),
            leave: Notify::new(),
        }
    }

    /// Waits until the connection has to make room.
    pub(super) async fn sent_away(&self) {
        self.leave.notified().await;
    }

    fn send_away(&self) -> bool {
        let idle = self.working.compare_exchange(0, LEAVING, Ordering::AcqRel, Ordering::Relaxed);
        if idle.is_ok() {
            self.leave.notify_one();
        }
        idle.is_ok()
    }

    /// A head was read. While its answer is not there, what comes is no head.
    pub(super) fn note_head(&self) {
        self.heads.fetch_add(1, Ordering::Relaxed);
    }

    /// The answer to a request was handed on.
    pub(super) fn note_answer(&self) {
        self.quiet_since.store(milliseconds(self.began.elapsed()), Ordering::Relaxed);
        self.answers.fetch_add(1, Ordering::Relaxed);
    }

    /// The number of heads read so far, where every one of them was answered.
    pub(super) fn awaited_head(&self) -> Option<u32> {
        let heads = self.heads.load(Ordering::Relaxed);
        (heads == self.answers.load(Ordering::Relaxed)).then_some(heads)
    }

    /// The number of heads read so far.
    pub(super) fn heads(&self) -> u32 {
        self.heads.load(Ordering::Relaxed)
    }

    /// Keeps the connection while a request is in work; `None` where it has to leave.
    pub(super) fn work(self: &Arc<Self>) -> Option<Working> {
        let more = |working: u32| (working != LEAVING).then(|| working + 1);
        let begun = self.working.fetch_update(Ordering::AcqRel, Ordering::Relaxed, more);
        begun.is_ok().then(|| Working(Arc::clone(self)))
    }

    /// The address, where its connections are counted.
    pub(super) const fn address(&self) -> Option<IpAddr> {
        self.address
    }

    /// Room for a body that is read whatever else is read, where it and those that are in
    /// work on this connection are small together. Over HTTP/1.1 there are no others.
    pub(super) fn small_body(self: &Arc<Self>, bytes: usize) -> Option<SmallBody> {
        let more = |taken: usize| {
            let sum = taken.saturating_add(bytes);
            (sum <= SMALL_BODY_BYTES_MAX).then_some(sum)
        };
        let taken = self.small_bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
        taken.is_ok().then(|| SmallBody { visit: Arc::clone(self), bytes })
    }

    /// Notes a refusal; says how long it has to wait. The first is given at once. Who
    /// comes again before the time that was asked for waits: refusing costs a third of
    /// answering, so that nothing would be left for others if each came at once.
    pub(super) fn note_refusal(&self) -> Duration {
        let (now, pause) = (milliseconds(self.began.elapsed()), milliseconds(REFUSAL_PAUSE));
        let before = self.refusals_wait_until.load(Ordering::Relaxed);
        // Counted from when the answer leaves, or every second one would not wait.
        let (wait, from) = match before > now {
            true => (REFUSAL_PAUSE, now + pause),
            false => (Duration::ZERO, now),
        };
        self.refusals_wait_until.store(from + pause, Ordering::Relaxed);
        wait
    }
}

/// Room on a connection that is taken until this is dropped.
pub(super) struct SmallBody {
    visit: Arc<Visit>,
    bytes: usize,
}

impl Drop for SmallBody {
    fn drop(&mut self) {
        self.visit.small_bytes.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// A request in work.
pub(super) struct Working(Arc<Visit>);

impl Drop for Working {
    fn drop(&mut self) {
        self.0.working.fetch_sub(1, Ordering::AcqRel);
    }
}

/// The network of an address that counts as one client.
///
/// Choice: who has an IPv6 address has the 2^64 of its subnet (RFC 4291 section 2.5.4).
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        address @ IpAddr::V4(_) => address,
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> IpAddr {
        [192, 0, 2, last].into()
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_has_its_share_and_gets_it_back() {
        let places = Places::new(10, 2);
        let taken = [(); 2].map(|()| places.take(address(1), Counting::ByAddress).ok().unwrap());
        let refused = places.take(address(1), Counting::ByAddress).err();
        assert_eq!(refused, Some(NoPlace::Address));
        assert!(places.take(address(2), Counting::ByAddress).is_ok());
        assert!(places.take(address(1), Counting::No).is_ok(), "a trusted proxy");
        drop(taken);
        assert!(places.take(address(1), Counting::ByAddress).is_ok());
        assert!(places.lock().by_address.is_empty(), "nothing stays behind");
    }

    #[tokio::test(start_paused = true)]
    async fn who_was_quiet_for_longest_makes_room_and_who_works_stays() {
        let places = Places::new(3, 3);
        let take = |last| places.take(address(last), Counting::ByAddress);
        let working = take(1).ok().unwrap();
        let request = working.visit().work().unwrap();
        let quiet = take(2).ok().unwrap();
        let lively = take(3).ok().unwrap();
        assert_eq!(take(4).err(), Some(NoPlace::All), "nobody was quiet for long");
        tokio::time::advance(QUIET_MIN).await;
        lively.visit().note_head();
        lively.visit().note_answer();
        let newcomer = take(4);
        assert!(newcomer.is_ok());
        tokio::time::timeout(Duration::from_secs(1), quiet.visit().sent_away()).await.unwrap();
        assert!(quiet.visit().work().is_none(), "it began no request in between");
        assert!(working.visit().work().is_some() && lively.visit().work().is_some());
        // Its end, when it comes, gives nobody else's place away.
        drop((request, quiet));
        assert_eq!(places.lock().visits.len(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn refusals_in_a_row_wait() {
        let places = Places::new(1, 1);
        let place = places.take(address(1), Counting::ByAddress).ok().unwrap();
        assert_eq!(place.visit().note_refusal(), Duration::ZERO);
        for _ in 0..5 {
            assert_eq!(place.visit().note_refusal(), REFUSAL_PAUSE);
            tokio::time::advance(REFUSAL_PAUSE).await;
        }
        tokio::time::advance(REFUSAL_PAUSE).await;
        assert_eq!(place.visit().note_refusal(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn bodies_of_one_connection_are_small_together() {
        let places = Places::new(2, 2);
        let [one, other] =
            [1, 2].map(|last| places.take(address(last), Counting::No).ok().unwrap());
        let half = SMALL_BODY_BYTES_MAX / 2;
        let held = [(); 2].map(|()| one.visit().small_body(half).unwrap());
        assert!(one.visit().small_body(1).is_none());
        assert!(other.visit().small_body(SMALL_BODY_BYTES_MAX).is_some());
        assert!(other.visit().small_body(SMALL_BODY_BYTES_MAX + 1).is_none());
        drop(held);
        assert!(one.visit().small_body(SMALL_BODY_BYTES_MAX).is_some());
    }

    #[test]
    fn a_subnet_of_the_sixth_version_is_one_client() {
        for (one, expected) in [
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("192.0.2.1", "192.0.2.1"),
        ] {
            assert_eq!(network(one.parse().unwrap()).to_string(), expected);
        }
    }
}
