//! The embedded store: one directory, SQLite underneath, one writer with group
//! commit.
//!
//! [`SqliteStore::open`] takes a directory for itself: `lock` keeps every other
//! process out, `stead.db` is an ordinary SQLite database (with `stead.db-wal`
//! beside it while it is open) that `sqlite3` can read. Records are rows of a
//! table, their bodies JSON text.
//!
//! A write is answered after the write-ahead log is on the disk (`fsync`).
//! Writes that wait together share one transaction and one `fsync`; reads have
//! a connection of their own and see durable writes only. When the disk fails,
//! or the writer does, every later write is refused until the store is opened
//! anew: what is uncertain grants nothing.
//!
//! This crate is internal and may change freely; the schema is versioned.

mod store;

mod apply;
mod backup;
mod query;

mod reader;
mod worker;
mod writer;

mod connection;
mod directory;
mod error;
mod limits;
mod schema;

pub use error::OpenError;
pub use store::SqliteStore;
