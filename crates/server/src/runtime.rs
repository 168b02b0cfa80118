//! The threads that serve.

use std::io;

use tokio::runtime::{Builder, Runtime};

/// Every how many tasks a thread takes one that waits in the queue of all threads.
///
/// A thread's own queue has 256 places. What finds none, in an overload, waits in the queue of
/// all threads, which they come to after dozens of others: with the library's own choice some
/// requests waited half a second while others took five milliseconds, and nobody who looks how
/// long a task waits saw an overload. Looking costs one atomic read where nothing is there.
const SHARED_QUEUE_EVERY: u32 = 2;

/// After how many tasks a thread looks what has come over the network. The library's own
/// choice is 61: in an overload that is a millisecond, and who stands back behind others waits
/// for it twice. Looking costs about a microsecond.
const NETWORK_EVERY: u32 = 31;

/// As many threads as there are processors.
///
/// # Errors
/// When the system does not give them.
pub fn runtime() -> io::Result<Runtime> {
    Builder::new_multi_thread()
        .enable_all()
        .global_queue_interval(SHARED_QUEUE_EVERY)
        .event_interval(NETWORK_EVERY)
        .build()
}
