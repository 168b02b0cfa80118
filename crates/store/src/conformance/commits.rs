//! Commits: revisions, records and their limits.

use super::{
    Harness, account, commit, conflict, contents, delete, good, key, owned, put, whole_feed,
};
use crate::{Aggregate, Change, Store as _, limits};

/// Nothing is there before the first commit.
pub async fn what_was_never_committed_is_absent(harness: &impl Harness) {
    let store = harness.open().await;
    let organization = good("organization/o-exampleorgid".parse());
    for aggregate in [Aggregate::Installation, account(1), organization] {
        assert_eq!(store.load(&aggregate).await, Ok(None));
        assert_eq!(store.usage(&aggregate).await, Ok(vec![]));
    }
    assert_eq!(store.accounts().await, Ok(vec![]));
    assert_eq!(whole_feed(&store).await, []);
    harness.close(store).await;
}

/// A commit that expects nothing creates, of every kind.
pub async fn a_first_commit_creates(harness: &impl Harness) {
    let store = harness.open().await;
    let organization = good("organization/o-exampleorgid".parse());
    for aggregate in [Aggregate::Installation, account(1), organization] {
        let changes = vec![put("user/AIDAEXAMPLE", "{}")];
        assert_eq!(commit(&store, &aggregate, 0, changes).await, Ok(1));
        let expected = owned(&[("user/AIDAEXAMPLE", "{}")]);
        assert_eq!(contents(&store, &aggregate).await, (1, expected));
    }
    harness.close(store).await;
}

/// Later commits replace records, delete them and leave the others alone.
pub async fn records_are_replaced_and_deleted(harness: &impl Harness) {
    let store = harness.open().await;
    let changes = vec![put("a", "1"), put("b", "1"), put("c", "1")];
    assert_eq!(commit(&store, &account(1), 0, changes).await, Ok(1));
    let changes = vec![put("b", "2"), delete("c"), delete("never-there"), put("d", "2")];
    assert_eq!(commit(&store, &account(1), 1, changes).await, Ok(2));
    let expected = owned(&[("a", "1"), ("b", "2"), ("d", "2")]);
    assert_eq!(contents(&store, &account(1)).await, (2, expected));
    harness.close(store).await;
}

/// The store neither reads nor mends what it keeps.
pub async fn records_keep_their_format_and_bytes(harness: &impl Harness) {
    let store = harness.open().await;
    let bodies =
        ["", " ", "{}", "null", "'; DROP TABLE record; --", "\u{1}\r\n\t", "\u{e9}\u{1f511}"];
    let change =
        |(index, body): (u16, &&str)| Change::put(key(&format!("k{index}")), index * 9_000, *body);
    let changes: Vec<_> = (0_u16..).zip(&bodies).map(change).collect();
    assert_eq!(commit(&store, &account(1), 0, changes.clone()).await, Ok(1));
    let loaded = good(store.load(&account(1)).await);
    let records = loaded.map(|loaded| loaded.records).unwrap_or_default();
    let as_changes: Vec<_> = records
        .into_iter()
        .map(|record| Change { key: record.key, value: Some(record.value) })
        .collect();
    assert_eq!(as_changes, changes);
    let changes = vec![Change::put(key("k0"), u16::MAX, "")];
    assert_eq!(commit(&store, &account(1), 1, changes).await, Ok(2));
    let loaded = good(store.load(&account(1)).await);
    let formats: Option<Vec<_>> = loaded
        .map(|loaded| loaded.records.iter().take(2).map(|record| record.value.format).collect());
    assert_eq!(formats, Some(vec![u16::MAX, 9_000]));
    harness.close(store).await;
}

/// Keys are sorted byte by byte, whatever order they were written in.
pub async fn records_come_ascending_by_key(harness: &impl Harness) {
    let store = harness.open().await;
    let keys = ["~", "b", "a/b", "a", "B", "a-b", "a10", "a9", "0", "!", "_"];
    let changes = keys.iter().map(|key| put(key, "{}")).collect();
    assert_eq!(commit(&store, &account(1), 0, changes).await, Ok(1));
    let mut sorted = keys;
    sorted.sort_unstable();
    let (_, pairs) = contents(&store, &account(1)).await;
    let found: Vec<_> = pairs.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(found, sorted);
    harness.close(store).await;
}

/// Of several changes of one record the last one stays.
pub async fn changes_apply_in_their_order(harness: &impl Harness) {
    let store = harness.open().await;
    let changes =
        vec![put("a", "1"), put("a", "2"), put("b", "1"), delete("b"), delete("c"), put("c", "1")];
    assert_eq!(commit(&store, &account(1), 0, changes).await, Ok(1));
    let expected = owned(&[("a", "2"), ("c", "1")]);
    assert_eq!(contents(&store, &account(1)).await, (1, expected));
    harness.close(store).await;
}

/// A commit without changes creates, and makes a revision.
pub async fn a_commit_without_changes_counts(harness: &impl Harness) {
    let store = harness.open().await;
    assert_eq!(commit(&store, &account(1), 0, vec![]).await, Ok(1));
    assert_eq!(commit(&store, &account(1), 1, vec![]).await, Ok(2));
    assert_eq!(contents(&store, &account(1)).await, (2, vec![]));
    assert_eq!(whole_feed(&store).await, [(account(1), 1), (account(1), 2)]);
    harness.close(store).await;
}

/// Every revision but the current one conflicts, and the answer says the current.
pub async fn another_revision_conflicts(harness: &impl Harness) {
    let store = harness.open().await;
    for wrong in [1, 2, u64::MAX] {
        assert_eq!(commit(&store, &account(1), wrong, vec![]).await, conflict(0), "{wrong}");
    }
    for number in 0..3 {
        assert_eq!(commit(&store, &account(1), number, vec![]).await, Ok(number + 1));
    }
    for wrong in [0, 1, 2, 4, u64::MAX] {
        assert_eq!(commit(&store, &account(1), wrong, vec![]).await, conflict(3), "{wrong}");
    }
    assert_eq!(commit(&store, &account(1), 3, vec![]).await, Ok(4));
    harness.close(store).await;
}

/// A conflicting commit leaves no trace in the records.
pub async fn a_conflict_changes_nothing(harness: &impl Harness) {
    let store = harness.open().await;
    assert_eq!(commit(&store, &account(1), 1, vec![put("a", "1")]).await, conflict(0));
    assert_eq!(contents(&store, &account(1)).await, (0, vec![]));
    assert_eq!(commit(&store, &account(1), 0, vec![put("a", "1")]).await, Ok(1));
    let changes = vec![put("a", "2"), put("b", "2")];
    assert_eq!(commit(&store, &account(1), 0, changes).await, conflict(1));
    assert_eq!(commit(&store, &account(1), 2, vec![delete("a")]).await, conflict(1));
    assert_eq!(contents(&store, &account(1)).await, (1, owned(&[("a", "1")])));
    harness.close(store).await;
}

/// Revisions do not begin anew when the last record is gone.
pub async fn an_emptied_aggregate_keeps_its_revision(harness: &impl Harness) {
    let store = harness.open().await;
    assert_eq!(commit(&store, &account(1), 0, vec![put("a", "1")]).await, Ok(1));
    assert_eq!(commit(&store, &account(1), 1, vec![delete("a")]).await, Ok(2));
    assert_eq!(contents(&store, &account(1)).await, (2, vec![]));
    assert_eq!(commit(&store, &account(1), 0, vec![]).await, conflict(2));
    harness.close(store).await;
}

/// One aggregate's commits touch no other, also under equal keys.
pub async fn aggregates_are_apart(harness: &impl Harness) {
    let store = harness.open().await;
    let all = [Aggregate::Installation, account(1), account(11), account(111)];
    for aggregate in &all {
        let changes = vec![put("same", &aggregate.to_string())];
        assert_eq!(commit(&store, aggregate, 0, changes).await, Ok(1));
    }
    assert_eq!(commit(&store, &account(11), 1, vec![delete("same")]).await, Ok(2));
    assert_eq!(contents(&store, &account(11)).await, (2, vec![]));
    for aggregate in [Aggregate::Installation, account(1), account(111)] {
        let expected = owned(&[("same", &aggregate.to_string())]);
        assert_eq!(contents(&store, &aggregate).await, (1, expected));
    }
    harness.close(store).await;
}

/// The accounts are listed ascending, each once, and nothing else.
pub async fn accounts_are_listed(harness: &impl Harness) {
    let store = harness.open().await;
    let numbers = [999_999_999_999, 111_122_223_333, 0, 42];
    let organization = good("organization/o-exampleorgid".parse());
    for aggregate in numbers.map(account).into_iter().chain([Aggregate::Installation, organization])
    {
        assert_eq!(commit(&store, &aggregate, 0, vec![]).await, Ok(1));
    }
    assert_eq!(commit(&store, &account(42), 1, vec![put("a", "1")]).await, Ok(2));
    assert_eq!(commit(&store, &account(7), 1, vec![]).await, conflict(0));
    let listed: Vec<_> =
        good(store.accounts().await).into_iter().map(stead_types::AccountId::number).collect();
    assert_eq!(listed, [0, 42, 111_122_223_333, 999_999_999_999]);
    harness.close(store).await;
}

/// Organizations are listed once, ascending, and no accounts among them.
pub async fn organizations_are_listed(harness: &impl Harness) {
    let store = harness.open().await;
    assert_eq!(store.organizations().await, Ok(vec![]));
    let ids = ["organization/o-exampleorgid", "organization/o-anotherorgid"];
    let ids = ids.map(|id| good::<Aggregate, _>(id.parse()));
    for aggregate in ids.into_iter().chain([Aggregate::Installation, account(42)]) {
        assert_eq!(commit(&store, &aggregate, 0, vec![]).await, Ok(1));
    }
    let listed: Vec<_> =
        good(store.organizations().await).iter().map(ToString::to_string).collect();
    assert_eq!(listed, ["o-anotherorgid", "o-exampleorgid"]);
    harness.close(store).await;
}

/// A key and a body of the largest size come back as they were.
pub async fn the_largest_records_fit(harness: &impl Harness) {
    let store = harness.open().await;
    let longest = "k".repeat(limits::RECORD_KEY_BYTES_MAX);
    let largest = "\"x".repeat(limits::RECORD_BODY_BYTES_MAX / 2);
    let changes = vec![put(&longest, &largest), put("small", "{}")];
    assert_eq!(commit(&store, &account(1), 0, changes).await, Ok(1));
    let (revision, pairs) = contents(&store, &account(1)).await;
    assert_eq!(revision, 1);
    // Not `assert_eq`: nobody wants to read the difference of two of these.
    assert!(pairs == owned(&[(&longest, &largest), ("small", "{}")]));
    harness.close(store).await;
}

/// A commit may change as many records as its limit says.
pub async fn many_records_fit(harness: &impl Harness) {
    let store = harness.open().await;
    let keys: Vec<_> =
        (0..limits::COMMIT_CHANGES_MAX).map(|index| format!("r/{index:06}")).collect();
    let changes = keys.iter().map(|key| put(key, "{}")).collect();
    assert_eq!(commit(&store, &account(1), 0, changes).await, Ok(1));
    let (_, pairs) = contents(&store, &account(1)).await;
    assert!(pairs.iter().map(|(key, _)| key).eq(&keys));
    let changes = keys.iter().map(|key| delete(key)).collect();
    assert_eq!(commit(&store, &account(1), 1, changes).await, Ok(2));
    assert_eq!(contents(&store, &account(1)).await, (2, vec![]));
    harness.close(store).await;
}
