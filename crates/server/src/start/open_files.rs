//! How many files this process may have open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What is open besides connections: the store, sockets, files of keys, fetches under way.
const OTHERS: u64 = 256;

/// Asks the system for as many open files as there may be connections. Shells usually
/// allow 1,024, and the system many more to who asks.
pub(super) fn allow(connections_max: usize) {
    let wanted = u64::try_from(connections_max).unwrap_or(u64::MAX).saturating_add(OTHERS);
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    // `None` is no limit.
    if current.is_none_or(|current| current >= wanted) {
        return;
    }
    let allowed = maximum.map_or(wanted, |maximum| maximum.min(wanted));
    let raised = setrlimit(Resource::Nofile, Rlimit { current: Some(allowed), maximum });
    if raised.is_err() || allowed < wanted {
        tracing::warn!(
            wanted,
            "the system allows fewer open files than there may be connections: raise its limit \
             (`ulimit -n`, LimitNOFILE), or lower connections_max"
        );
    }
}
