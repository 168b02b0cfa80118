//! Session tokens: sealed, opened, rotated; the credentials that go with them. No I/O.
