//! The embedded store: one directory, SQLite underneath, one writer with group commit.
