//! An account: its entities, IAM's rules as commands, and the immutable compiled snapshot.
