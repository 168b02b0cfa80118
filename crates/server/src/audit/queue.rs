//! Events that were accepted and are not written yet.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use stead_audit::AuditKey;
use tokio::sync::{Notify, oneshot};

use super::{Demand, RETRY, Standing};
use crate::limits::{AUDIT_BATCH_BYTES, AUDIT_HELD_MAX, AUDIT_QUEUE_BYTES_MAX};
use crate::metrics::Counter;

/// The queue between requests and the writer.
///
/// Bound: once [`AUDIT_QUEUE_BYTES_MAX`] wait, no further call is let in, or events are
/// dropped and counted; those that were let in before still find a place.
pub(super) struct Queue {
    waiting: Mutex<Batch>,
    /// Something waits that did not before, or the end was asked for.
    some: Condvar,
    /// Bytes that wait or are being written.
    bytes: AtomicUsize,
    demand: Demand,
    room: Notify,
    failing: AtomicBool,
    /// Nobody will write any more.
    abandoned: AtomicBool,
    accepted: Counter,
    lost: Counter,
    ended: Notify,
}

/// Events in the order in which they were accepted.
#[derive(Default)]
pub(super) struct Batch {
    text: Vec<u8>,
    /// Where each ends in the text.
    ends: Vec<usize>,
    /// Events that found no place.
    pub(super) lost: u64,
    /// The key that heads are signed with from here on.
    pub(super) rekey: Option<Rekey>,
    /// No more will come.
    pub(super) is_last: bool,
}

/// A key that takes the place of another, and who waits for the head to be signed with it.
pub(super) struct Rekey {
    pub(super) key: AuditKey,
    pub(super) signed: oneshot::Sender<()>,
}

impl Batch {
    /// The events, each a JSON object.
    pub(super) fn events(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| self.text.get(start..*end).unwrap_or_default())
    }

    fn is_empty(&self) -> bool {
        self.ends.is_empty() && self.lost == 0 && self.rekey.is_none()
    }
}

impl Queue {
    pub(super) fn new(demand: Demand) -> Self {
        Self {
            waiting: Mutex::default(),
            some: Condvar::new(),
            bytes: AtomicUsize::new(0),
            demand,
            room: Notify::new(),
            failing: AtomicBool::new(false),
            abandoned: AtomicBool::new(false),
            accepted: Counter::default(),
            lost: Counter::default(),
            ended: Notify::new(),
        }
    }

    pub(super) fn has_room(&self) -> bool {
        self.bytes.load(Ordering::Relaxed) < AUDIT_QUEUE_BYTES_MAX
            && !self.abandoned.load(Ordering::Relaxed)
    }

    /// Waits until there is room.
    pub(super) async fn room(&self) {
        loop {
            let mut notified = std::pin::pin!(self.room.notified());
            notified.as_mut().enable();
            if self.has_room() {
                return;
            }
            notified.await;
        }
    }

    pub(super) fn push(&self, event: &[u8]) {
        let mut waiting = self.lock();
        let (was_empty, had) = (waiting.is_empty(), waiting.text.len());
        if self.demand == Demand::BestEffort && !self.has_room() {
            waiting.lost += 1;
            self.lost.add_one();
        } else {
            waiting.text.extend_from_slice(event);
            let end = waiting.text.len();
            waiting.ends.push(end);
            self.accepted.add_one();
            self.bytes.fetch_add(event.len(), Ordering::Relaxed);
        }
        // Once for each thing to be told: telling costs a call of the system, whether or not
        // anybody waits.
        let is_now_long = had < AUDIT_BATCH_BYTES && waiting.text.len() >= AUDIT_BATCH_BYTES;
        if was_empty || is_now_long {
            self.some.notify_one();
        }
    }

    /// Has the head signed with another key; what is given back says when that is done, or
    /// that nobody is left to do it.
    pub(super) fn rekey(&self, key: AuditKey) -> oneshot::Receiver<()> {
        let (signed, receiver) = oneshot::channel();
        let mut waiting = self.lock();
        if !waiting.is_last {
            waiting.rekey = Some(Rekey { key, signed });
            self.some.notify_one();
        }
        receiver
    }

    /// No more will be pushed.
    pub(super) fn end(&self) {
        self.lock().is_last = true;
        self.some.notify_one();
    }

    /// What waits, once something does and others had time to join it; nothing after
    /// `idle_max` without any.
    pub(super) fn take(&self, mut emptied: Batch, idle_max: Duration) -> Batch {
        emptied.text.clear();
        emptied.ends.clear();
        emptied.lost = 0;
        emptied.rekey = None;
        let idle = |batch: &mut Batch| batch.is_empty() && !batch.is_last;
        let waiting = self.lock();
        let waiting = self.some.wait_timeout_while(waiting, idle_max, idle);
        let (mut waiting, _) = waiting.unwrap_or_else(PoisonError::into_inner);
        if !waiting.is_empty() && !waiting.is_last {
            let short = |batch: &mut Batch| !batch.is_last && batch.text.len() < AUDIT_BATCH_BYTES;
            let joined = self.some.wait_timeout_while(waiting, AUDIT_HELD_MAX, short);
            waiting = joined.unwrap_or_else(PoisonError::into_inner).0;
        }
        emptied.is_last = waiting.is_last;
        std::mem::replace(&mut *waiting, emptied)
    }

    /// The events of a batch are written.
    pub(super) fn written(&self, batch: &Batch) {
        self.bytes.fetch_sub(batch.text.len(), Ordering::Relaxed);
        self.room.notify_waiters();
    }

    /// Waits before what has failed is tried again; says whether the end was asked for.
    pub(super) fn pause(&self) -> bool {
        let waited = self.some.wait_timeout_while(self.lock(), RETRY, |batch| !batch.is_last);
        waited.unwrap_or_else(PoisonError::into_inner).0.is_last
    }

    pub(super) fn set_failing(&self, failing: bool) {
        self.failing.store(failing, Ordering::Relaxed);
    }

    pub(super) fn is_failing(&self) -> bool {
        self.failing.load(Ordering::Relaxed)
    }

    pub(super) fn standing(&self) -> Standing {
        Standing {
            accepted: self.accepted.value(),
            lost: self.lost.value(),
            queued_bytes: self.bytes.load(Ordering::Relaxed),
            is_failing: self.is_failing(),
        }
    }

    /// Nobody will write any more: there is no room, and never will be.
    pub(super) fn abandon(&self) {
        self.abandoned.store(true, Ordering::Relaxed);
        self.set_failing(true);
        let mut waiting = self.lock();
        waiting.is_last = true;
        // Who waits for it hears that nobody is left to do it.
        waiting.rekey = None;
        drop(waiting);
        self.announce_end();
    }

    /// The writer has ended.
    pub(super) fn announce_end(&self) {
        // Kept for who asks later.
        self.ended.notify_one();
    }

    pub(super) async fn ended(&self) {
        self.ended.notified().await;
    }

    fn lock(&self) -> MutexGuard<'_, Batch> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::writer::Unwritten;
    use super::*;

    fn texts(batch: &Batch) -> Vec<String> {
        batch.events().map(|event| String::from_utf8(event.to_vec()).unwrap()).collect()
    }

    #[test]
    fn events_are_taken_in_their_order_and_once() {
        let queue = Queue::new(Demand::Required);
        for event in ["one", "two", ""] {
            queue.push(event.as_bytes());
        }
        let batch = queue.take(Batch::default(), Duration::ZERO);
        assert_eq!(texts(&batch), ["one", "two", ""]);
        queue.written(&batch);
        queue.push(b"three");
        queue.end();
        let batch = queue.take(batch, Duration::ZERO);
        assert_eq!(texts(&batch), ["three"]);
        assert!(batch.is_last && batch.lost == 0);
        assert!(queue.take(batch, Duration::ZERO).is_empty());
    }

    #[tokio::test]
    async fn a_full_queue_has_no_room_until_it_is_written() {
        let queue = Queue::new(Demand::Required);
        queue.push(&vec![b'x'; AUDIT_QUEUE_BYTES_MAX - 1]);
        assert!(queue.has_room());
        queue.push(b"x");
        assert!(!queue.has_room());
        let batch = queue.take(Batch::default(), Duration::ZERO);
        assert!(!queue.has_room(), "it is taken and not written");
        let room = queue.room();
        queue.written(&batch);
        room.await;
        queue.push(b"after");
        assert_eq!(batch.lost, 0);
    }

    #[test]
    fn what_nobody_writes_is_not_taken() {
        let queue = Arc::new(Queue::new(Demand::Required));
        let unwritten = Unwritten { queue: Arc::clone(&queue), has_ended: false };
        let writer = std::thread::spawn(move || {
            let _unwritten = unwritten;
            panic!("on demand");
        });
        assert!(writer.join().is_err());
        assert!(!queue.has_room() && queue.is_failing());
        let key = AuditKey::new("1", &[1; 32]);
        assert!(queue.rekey(key).blocking_recv().is_err(), "nobody is left to do it");
    }

    #[test]
    fn where_events_may_be_lost_they_are_counted() {
        let queue = Queue::new(Demand::BestEffort);
        queue.push(&vec![b'x'; AUDIT_QUEUE_BYTES_MAX]);
        queue.push(b"lost");
        queue.push(b"lost");
        let batch = queue.take(Batch::default(), Duration::ZERO);
        assert_eq!((texts(&batch).len(), batch.lost), (1, 2));
        queue.written(&batch);
        queue.push(b"kept");
        let batch = queue.take(batch, Duration::ZERO);
        assert_eq!((texts(&batch), batch.lost), (vec!["kept".to_owned()], 0));
    }
}
