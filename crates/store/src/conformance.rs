//! What every store must do, as tests that each backend runs.
//!
//! A backend says in a [`Harness`] how its stores are opened, and has one test
//! per case made by [`conformance_tests!`](crate::conformance_tests). The cases
//! need no executor of their own: the backend drives them with whatever it runs
//! under. A case panics where the store does not do what it must.

use std::fmt::Debug;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use stead_types::AccountId;

use crate::{
    Aggregate, Change, ChangeFeed, Commit, CommitError, Cursor, FeedEntry, NameClaim, RecordKey,
    Revision, Store, UniqueName,
};

pub mod commits;
pub mod durability;
pub mod feed;
pub mod names;
pub mod replay;
pub mod usage;
pub mod writers;

/// How a backend's stores are opened, over a place that is empty at first.
/// Every case has a harness of its own.
pub trait Harness {
    /// What is tested.
    type Store: Store;

    /// What reopening must show.
    const KEEPS: Keeps;

    /// Opens the store; what an earlier one left behind is still there.
    fn open(&self) -> impl Future<Output = Self::Store>;

    /// Closes the store, so that it can be opened again.
    fn close(&self, store: Self::Store) -> impl Future<Output = ()>;
}

/// What is left when a store was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeps {
    /// All that was answered.
    Everything,
    /// Nothing: the store is for the life of a process.
    Nothing,
}

/// One `#[test]` for every case: `conformance_tests!(harness, drive)`, where
/// `harness` is an expression that makes a new [`Harness`], and `drive` a
/// function that runs a future to its end.
#[macro_export]
macro_rules! conformance_tests {
    ($harness:expr, $drive:path) => {
        $crate::conformance_tests! { @cases $harness, $drive,
            commits::what_was_never_committed_is_absent,
            commits::a_first_commit_creates,
            commits::records_are_replaced_and_deleted,
            commits::records_keep_their_format_and_bytes,
            commits::records_come_ascending_by_key,
            commits::changes_apply_in_their_order,
            commits::a_commit_without_changes_counts,
            commits::another_revision_conflicts,
            commits::a_conflict_changes_nothing,
            commits::an_emptied_aggregate_keeps_its_revision,
            commits::aggregates_are_apart,
            commits::accounts_are_listed,
            commits::organizations_are_listed,
            commits::the_largest_records_fit,
            commits::many_records_fit,
            names::a_name_has_one_holder,
            names::a_name_is_reserved_once,
            names::a_released_name_is_free,
            names::only_the_holder_releases,
            names::a_name_changes_its_owner_within_one_commit,
            names::a_refused_claim_undoes_the_commit,
            names::a_conflict_claims_nothing,
            feed::the_feed_has_commits_in_their_order,
            feed::the_feed_comes_in_pages,
            feed::what_failed_is_not_in_the_feed,
            feed::a_cursor_from_elsewhere_is_lost,
            writers::one_of_many_writers_wins,
            writers::one_of_many_accounts_gets_a_name,
            writers::commits_may_be_made_before_the_last_is_answered,
            writers::a_chain_breaks_behind_the_commit_that_failed,
            writers::a_commit_counts_though_nobody_waits,
            replay::a_guard_is_claimed_once,
            replay::guards_are_apart,
            replay::an_expired_guard_is_forgotten,
            replay::an_expired_claim_is_refused,
            replay::one_of_many_claims_is_fresh,
            usage::the_latest_use_is_kept,
            usage::uses_are_apart,
            usage::a_use_makes_no_revision,
            usage::a_use_goes_with_its_record,
            durability::what_was_answered_is_kept,
            durability::the_feed_goes_on_after_reopening,
        }
    };
    (@cases $harness:expr, $drive:path, $($group:ident::$case:ident,)+) => {
        $(
            #[test]
            fn $case() {
                $drive($crate::conformance::$group::$case(&$harness));
            }
        )+
    };
}

fn account(number: u64) -> Aggregate {
    Aggregate::Account(good(AccountId::from_number(number)))
}

fn key(text: &str) -> RecordKey {
    good(text.parse())
}

fn name(text: &str) -> UniqueName {
    good(text.parse())
}

fn put(text: &str, body: &str) -> Change {
    Change::put(key(text), 1, body)
}

fn delete(text: &str) -> Change {
    Change::delete(key(text))
}

/// Commits on top of the revision with this number, and says the number made.
async fn commit(
    store: &impl Store,
    aggregate: &Aggregate,
    expected: u64,
    changes: Vec<Change>,
) -> Result<u64, CommitError> {
    commit_claiming(store, aggregate, expected, changes, vec![]).await
}

async fn commit_claiming(
    store: &impl Store,
    aggregate: &Aggregate,
    expected: u64,
    changes: Vec<Change>,
    claims: Vec<NameClaim>,
) -> Result<u64, CommitError> {
    let expected = Revision::from_number(expected);
    let commit = good(Commit::new(aggregate.clone(), expected, changes, claims));
    store.commit(commit).await.map(Revision::number)
}

fn conflict(current: u64) -> Result<u64, CommitError> {
    Err(CommitError::Conflict { current: Revision::from_number(current) })
}

/// The keys and bodies of an aggregate, and the number of its revision; 0 and
/// none when it is absent.
async fn contents(store: &impl Store, aggregate: &Aggregate) -> (u64, Vec<(String, String)>) {
    let Some(loaded) = good(store.load(aggregate).await) else { return (0, vec![]) };
    let pair = |record: crate::Record| (record.key.to_string(), record.value.body.to_string());
    (loaded.revision.number(), loaded.records.into_iter().map(pair).collect())
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(key, body)| ((*key).to_owned(), (*body).to_owned())).collect()
}

async fn entries(store: &impl Store, cursor: Cursor, limit: usize) -> Vec<FeedEntry> {
    match good(store.changes_since(cursor, limit).await) {
        ChangeFeed::Entries(entries) => entries,
        ChangeFeed::Lost { head } => {
            assert_eq!(Some(head), None, "expected the feed to reach back to {cursor:?}");
            vec![]
        }
    }
}

/// All entries of the feed as aggregates and numbers of revisions.
async fn whole_feed(store: &impl Store) -> Vec<(Aggregate, u64)> {
    let entries = entries(store, Cursor::START, usize::MAX).await;
    entries.into_iter().map(|entry| (entry.aggregate, entry.revision.number())).collect()
}

#[expect(clippy::expect_used, reason = "a case that meets an error is a failed test")]
fn good<T, E: Debug>(result: Result<T, E>) -> T {
    result.expect("the store should answer this")
}

/// Waits for many futures at once, and answers in their order.
async fn together<T>(futures: impl IntoIterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut waiting: Vec<(Option<T>, Pin<Box<_>>)> =
        futures.into_iter().map(|future| (None, Box::pin(future))).collect();
    poll_fn(|context| {
        for (answer, future) in &mut waiting {
            if answer.is_none()
                && let Poll::Ready(value) = future.as_mut().poll(context)
            {
                *answer = Some(value);
            }
        }
        let all_answered = waiting.iter().all(|(answer, _)| answer.is_some());
        if all_answered { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    waiting.into_iter().filter_map(|(answer, _)| answer).collect()
}
