//! Replay guards.

use stead_types::Timestamp;

use super::{Harness, account, commit, good, together, whole_feed};
use crate::{Aggregate, Claimed, ReplayGuard, Store};

async fn claim(
    store: &impl Store,
    (aggregate, key): (Aggregate, &str),
    expires_at: i64,
    now: i64,
) -> Claimed {
    let expires_at = Timestamp::from_epoch_seconds(expires_at);
    let guard = ReplayGuard { aggregate, key: good(key.parse()), expires_at };
    good(store.claim_once(guard, Timestamp::from_epoch_seconds(now)).await)
}

/// A guard is fresh once; a later claim does not prolong it.
pub async fn a_guard_is_claimed_once(harness: &impl Harness) {
    let store = harness.open().await;
    let guard = || (account(1), "totp/Example/1");
    assert_eq!(claim(&store, guard(), 100, 10).await, Claimed::Fresh);
    assert_eq!(claim(&store, guard(), 100, 10).await, Claimed::Seen);
    assert_eq!(claim(&store, guard(), 900, 99).await, Claimed::Seen);
    assert_eq!(claim(&store, guard(), 900, 100).await, Claimed::Fresh);
    harness.close(store).await;
}

/// Guards of other aggregates and keys, and commits, have nothing to do with one.
pub async fn guards_are_apart(harness: &impl Harness) {
    let store = harness.open().await;
    let guards = [
        (account(1), "totp/Example/1"),
        (account(1), "totp/Example/11"),
        (account(2), "totp/Example/1"),
        (Aggregate::Installation, "totp/Example/1"),
    ];
    for guard in guards.clone() {
        assert_eq!(claim(&store, guard, 100, 10).await, Claimed::Fresh);
    }
    assert_eq!(whole_feed(&store).await, []);
    assert_eq!(commit(&store, &account(1), 0, vec![]).await, Ok(1));
    for guard in guards {
        assert_eq!(claim(&store, guard, 100, 10).await, Claimed::Seen);
    }
    harness.close(store).await;
}

/// Guards are kept until the second they expire, however many there are.
pub async fn an_expired_guard_is_forgotten(harness: &impl Harness) {
    let store = harness.open().await;
    let keys: Vec<_> = (0..300).map(|index| format!("totp/Example/{index}")).collect();
    for (index, key) in (0..).zip(&keys) {
        let fresh = claim(&store, (account(1), key), 100 + index % 2, 10).await;
        assert_eq!(fresh, Claimed::Fresh);
    }
    for (index, key) in (0..).zip(&keys) {
        let expected = if index % 2 == 0 { Claimed::Fresh } else { Claimed::Seen };
        assert_eq!(claim(&store, (account(1), key), 900, 100).await, expected, "{key}");
    }
    harness.close(store).await;
}

/// A claim that could not be guarded is not fresh.
pub async fn an_expired_claim_is_refused(harness: &impl Harness) {
    let store = harness.open().await;
    let guard = || (account(1), "totp/Example/1");
    assert_eq!(claim(&store, guard(), 9, 10).await, Claimed::Seen);
    assert_eq!(claim(&store, guard(), 10, 10).await, Claimed::Seen);
    assert_eq!(claim(&store, guard(), 11, 10).await, Claimed::Fresh);
    harness.close(store).await;
}

/// Of many claims at once exactly one is fresh.
pub async fn one_of_many_claims_is_fresh(harness: &impl Harness) {
    let store = harness.open().await;
    for step in 0..8 {
        let key = format!("totp/Example/{step}");
        let claims = (0..64).map(|_| claim(&store, (account(1), &key), 100, 10));
        let fresh = together(claims).await.into_iter().filter(|claimed| *claimed == Claimed::Fresh);
        assert_eq!(fresh.count(), 1);
    }
    harness.close(store).await;
}
