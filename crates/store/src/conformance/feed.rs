//! The change feed.

use super::{Harness, account, commit, conflict, entries, good, whole_feed};
use crate::{Aggregate, ChangeFeed, Cursor, Store as _};

/// Every commit is in the feed, in the order in which they were made.
pub async fn the_feed_has_commits_in_their_order(harness: &impl Harness) {
    let store = harness.open().await;
    let mut expected = vec![];
    for round in 0..3 {
        for aggregate in [account(2), Aggregate::Installation, account(1)] {
            assert_eq!(commit(&store, &aggregate, round, vec![]).await, Ok(round + 1));
            expected.push((aggregate, round + 1));
        }
    }
    assert_eq!(whole_feed(&store).await, expected);
    harness.close(store).await;
}

/// A follower that goes on from each page's last cursor sees every commit once.
pub async fn the_feed_comes_in_pages(harness: &impl Harness) {
    let store = harness.open().await;
    for number in 0..10 {
        assert_eq!(commit(&store, &account(1), number, vec![]).await, Ok(number + 1));
    }
    let (mut cursor, mut seen) = (Cursor::START, vec![]);
    loop {
        let page = entries(&store, cursor, 4).await;
        assert!(page.len() <= 4);
        let Some(last) = page.last() else { break };
        assert!(cursor < last.cursor, "positions ascend");
        cursor = last.cursor;
        seen.extend(page.iter().map(|entry| entry.revision.number()));
    }
    assert_eq!(seen, (1..=10).collect::<Vec<_>>());
    assert_eq!(entries(&store, Cursor::START, 0).await, []);
    assert_eq!(commit(&store, &account(2), 0, vec![]).await, Ok(1));
    let news = entries(&store, cursor, 4).await;
    assert_eq!(news.into_iter().map(|entry| entry.aggregate).collect::<Vec<_>>(), [account(2)]);
    harness.close(store).await;
}

/// A commit that failed is not in the feed.
pub async fn what_failed_is_not_in_the_feed(harness: &impl Harness) {
    let store = harness.open().await;
    assert_eq!(commit(&store, &account(1), 0, vec![]).await, Ok(1));
    assert_eq!(commit(&store, &account(1), 0, vec![]).await, conflict(1));
    assert_eq!(commit(&store, &account(2), 7, vec![]).await, conflict(0));
    assert_eq!(whole_feed(&store).await, [(account(1), 1)]);
    harness.close(store).await;
}

/// A cursor the feed never came to is of another store, or from before a backup
/// was restored: its follower must forget what it knows.
pub async fn a_cursor_from_elsewhere_is_lost(harness: &impl Harness) {
    let store = harness.open().await;
    let ahead = |cursor: Cursor| Cursor::from_position(cursor.position() + 1);
    let lost = good(store.changes_since(ahead(Cursor::START), 10).await);
    assert_eq!(lost, ChangeFeed::Lost { head: Cursor::START });
    assert_eq!(commit(&store, &account(1), 0, vec![]).await, Ok(1));
    let newest = entries(&store, Cursor::START, 10).await.pop();
    let head = newest.map_or(Cursor::START, |entry| entry.cursor);
    for beyond in [ahead(head), Cursor::from_position(u64::MAX)] {
        let lost = good(store.changes_since(beyond, 10).await);
        assert_eq!(lost, ChangeFeed::Lost { head });
    }
    assert_eq!(entries(&store, head, 10).await, []);
    harness.close(store).await;
}
