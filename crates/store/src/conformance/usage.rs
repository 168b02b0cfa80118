//! The usage log.

use stead_types::Timestamp;

use super::{Harness, account, commit, contents, delete, good, key, put, whole_feed};
use crate::{Aggregate, LastUse, Store, UsageBatch};

const KEY: &str = "key/AKIAIOSFODNN7EXAMPLE";

async fn record(store: &impl Store, uses: &[(&Aggregate, &str, i64, &str)]) {
    let mut batch = UsageBatch::default();
    for (aggregate, text, seconds, detail) in uses {
        let used_at = Timestamp::from_epoch_seconds(*seconds);
        let last_use = LastUse { used_at, detail: good(detail.parse()) };
        good(batch.note((*aggregate).clone(), key(text), last_use));
    }
    good(store.record_usage(batch).await);
}

async fn uses(store: &impl Store, aggregate: &Aggregate) -> Vec<(String, i64, String)> {
    let uses = good(store.usage(aggregate).await).into_iter();
    uses.map(|(key, last)| (key.to_string(), last.used_at.epoch_seconds(), last.detail.to_string()))
        .collect()
}

fn used(text: &str, seconds: i64, detail: &str) -> (String, i64, String) {
    (text.to_owned(), seconds, detail.to_owned())
}

/// Of all uses the latest stays, in whatever order they are recorded.
pub async fn the_latest_use_is_kept(harness: &impl Harness) {
    let store = harness.open().await;
    record(&store, &[]).await;
    let one = account(1);
    for (seconds, detail, expected) in [
        (50, "sts/us-east-1", used(KEY, 50, "sts/us-east-1")),
        (40, "iam/us-east-1", used(KEY, 50, "sts/us-east-1")),
        (60, "s3/eu-west-1", used(KEY, 60, "s3/eu-west-1")),
        (60, "ec2/eu-west-1", used(KEY, 60, "ec2/eu-west-1")),
    ] {
        record(&store, &[(&one, KEY, seconds, detail)]).await;
        assert_eq!(uses(&store, &one).await, [expected]);
    }
    harness.close(store).await;
}

/// Uses belong to their aggregate and key, and come ascending by key.
pub async fn uses_are_apart(harness: &impl Harness) {
    let store = harness.open().await;
    let (one, two) = (account(1), account(2));
    record(&store, &[(&one, "b", 10, "sts"), (&two, "b", 30, "s3"), (&one, "a", 20, "iam")]).await;
    record(&store, &[(&one, "b", 15, "sts")]).await;
    assert_eq!(uses(&store, &one).await, [used("a", 20, "iam"), used("b", 15, "sts")]);
    assert_eq!(uses(&store, &two).await, [used("b", 30, "s3")]);
    assert_eq!(uses(&store, &account(3)).await, []);
    harness.close(store).await;
}

/// A use changes no aggregate, and is not in the feed.
pub async fn a_use_makes_no_revision(harness: &impl Harness) {
    let store = harness.open().await;
    let one = account(1);
    record(&store, &[(&one, KEY, 10, "sts")]).await;
    assert_eq!(contents(&store, &one).await, (0, vec![]));
    assert_eq!(good(store.accounts().await), []);
    assert_eq!(commit(&store, &one, 0, vec![]).await, Ok(1));
    record(&store, &[(&one, KEY, 20, "sts")]).await;
    assert_eq!(contents(&store, &one).await, (1, vec![]));
    assert_eq!(whole_feed(&store).await.len(), 1);
    harness.close(store).await;
}

/// Deleting a record deletes its last use and those below its key, and no other.
pub async fn a_use_goes_with_its_record(harness: &impl Harness) {
    let store = harness.open().await;
    let (one, two) = (account(1), account(2));
    assert_eq!(commit(&store, &one, 0, vec![put(KEY, "{}")]).await, Ok(1));
    record(&store, &[(&one, KEY, 10, "sts"), (&one, "a", 10, "sts"), (&two, KEY, 10, "sts")]).await;
    assert_eq!(commit(&store, &one, 1, vec![put(KEY, "{ }")]).await, Ok(2));
    assert_eq!(uses(&store, &one).await.len(), 2);
    assert_eq!(commit(&store, &one, 2, vec![delete(KEY)]).await, Ok(3));
    assert_eq!(uses(&store, &one).await, [used("a", 10, "sts")]);
    assert_eq!(uses(&store, &two).await, [used(KEY, 10, "sts")]);
    assert_eq!(commit(&store, &one, 3, vec![put("u/1", "{}")]).await, Ok(4));
    let below = ["u/1", "u/1/iam/GetUser", "u/1/sts/X", "u/10", "u/10/iam/GetUser", "u/0/x"];
    let noted = below.map(|key| (&one, key, 10, "eu-west-1"));
    record(&store, &noted).await;
    assert_eq!(commit(&store, &one, 4, vec![delete("u/1")]).await, Ok(5));
    let left: Vec<String> = uses(&store, &one).await.into_iter().map(|(key, ..)| key).collect();
    assert_eq!(left, ["a", "u/0/x", "u/10", "u/10/iam/GetUser"]);
    harness.close(store).await;
}
