//! A thread with a bounded queue.

use std::io;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;

use stead_store::StoreError;
use tokio::sync::oneshot;

use crate::error;
use crate::limits;

/// A thread that works on one thing after another, until the worker is dropped
/// and its queue is empty.
pub(crate) struct Worker<T> {
    queue: SyncSender<T>,
    ended: oneshot::Receiver<()>,
}

impl<T: Send + 'static> Worker<T> {
    /// Starts the thread. What `work` owns is dropped before it counts as ended.
    pub(crate) fn spawn(
        name: &str,
        work: impl FnOnce(Receiver<T>) + Send + 'static,
    ) -> io::Result<Self> {
        let (queue, waiting) = sync_channel(limits::QUEUE_MAX);
        let (ending, ended) = oneshot::channel::<()>();
        thread::Builder::new().name(name.to_owned()).spawn(move || {
            work(waiting);
            drop(ending);
        })?;
        Ok(Self { queue, ended })
    }

    /// Queues one thing, or refuses it at once.
    pub(crate) fn queue(&self, work: T) -> Result<(), StoreError> {
        self.queue.try_send(work).map_err(|refused| match refused {
            TrySendError::Full(_) => StoreError::unavailable("too many requests are waiting"),
            TrySendError::Disconnected(_) => error::stopped(),
        })
    }

    /// Waits until all that is queued is done and the thread has let go of what
    /// it owns.
    pub(crate) async fn end(self) {
        drop(self.queue);
        // The sender is never used, only dropped: an error is the signal.
        let _ended = self.ended.await;
    }
}
