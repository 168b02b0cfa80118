//! What reopening shows.

use stead_types::Timestamp;

use super::{
    Harness, Keeps, account, commit, commit_claiming, conflict, contents, delete, entries, good,
    key, name, owned, put,
};
use crate::{Aggregate, Claimed, Cursor, LastUse, NameClaim, ReplayGuard, Store, UsageBatch};

fn now() -> Timestamp {
    Timestamp::from_epoch_seconds(10)
}

fn guard() -> ReplayGuard {
    let expires_at = Timestamp::from_epoch_seconds(100);
    ReplayGuard { aggregate: account(1), key: good("totp/Example/1".parse()), expires_at }
}

async fn write_something(store: &impl Store) {
    let changes = vec![put("a", "1"), put("b", "1")];
    let claims = vec![NameClaim::Reserve(name("alias/example"))];
    assert_eq!(commit_claiming(store, &account(1), 0, changes, claims).await, Ok(1));
    assert_eq!(commit(store, &account(1), 1, vec![delete("b"), put("c", "2")]).await, Ok(2));
    assert_eq!(commit(store, &Aggregate::Installation, 0, vec![put("keyring", "{}")]).await, Ok(1));
    let mut batch = UsageBatch::default();
    let last_use = LastUse { used_at: now(), detail: good("sts".parse()) };
    good(batch.note(account(1), key("a"), last_use));
    good(store.record_usage(batch).await);
    assert_eq!(good(store.claim_once(guard(), now()).await), Claimed::Fresh);
}

/// All that was answered is there after reopening; or nothing, where nothing is
/// meant to be kept.
pub async fn what_was_answered_is_kept<H: Harness>(harness: &H) {
    let store = harness.open().await;
    write_something(&store).await;
    harness.close(store).await;
    let store = harness.open().await;
    match H::KEEPS {
        Keeps::Everything => {
            let expected = owned(&[("a", "1"), ("c", "2")]);
            assert_eq!(contents(&store, &account(1)).await, (2, expected));
            assert_eq!(commit(&store, &Aggregate::Installation, 0, vec![]).await, conflict(1));
            let holder = good(store.name_holder(&name("alias/example")).await);
            assert_eq!(holder, Some(account(1)));
            assert_eq!(good(store.usage(&account(1)).await).len(), 1);
            assert_eq!(good(store.claim_once(guard(), now()).await), Claimed::Seen);
        }
        Keeps::Nothing => write_something(&store).await,
    }
    harness.close(store).await;
}

/// A follower's cursor means the same after reopening; or is lost, where nothing
/// is meant to be kept.
pub async fn the_feed_goes_on_after_reopening<H: Harness>(harness: &H) {
    let store = harness.open().await;
    write_something(&store).await;
    let seen = entries(&store, Cursor::START, 10).await;
    let cursor = seen.last().map_or(Cursor::START, |entry| entry.cursor);
    harness.close(store).await;
    let store = harness.open().await;
    if H::KEEPS == Keeps::Everything {
        assert_eq!(entries(&store, Cursor::START, 10).await, seen);
        assert_eq!(commit(&store, &account(7), 0, vec![]).await, Ok(1));
        let news = entries(&store, cursor, 10).await;
        assert_eq!(news.into_iter().map(|entry| entry.aggregate).collect::<Vec<_>>(), [account(7)]);
    } else {
        assert_eq!(entries(&store, Cursor::START, 10).await, []);
    }
    harness.close(store).await;
}
