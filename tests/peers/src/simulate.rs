//! Another engine for AWS's language, driven in a process of its own.
