//! The thread that reads.

use std::io;
use std::sync::mpsc::Receiver;

use rusqlite::Connection;

use crate::worker::Worker;

/// A query that answers by itself.
pub(crate) type Query = Box<dyn FnOnce(&Connection) + Send>;

/// Starts the thread that reads beside the writer.
///
/// One is enough: accounts are read when they are first needed, and then kept
/// in memory.
pub(crate) fn spawn(connection: Connection) -> io::Result<Worker<Query>> {
    Worker::spawn("store-reader", move |waiting: Receiver<Query>| {
        for query in waiting {
            query(&connection);
        }
    })
}
