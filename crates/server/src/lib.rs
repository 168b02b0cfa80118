//! The shell: HTTP, TLS, clock, randomness, caches, denial records, logs.
