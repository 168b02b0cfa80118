//! Many writers at once, and one writer that does not wait.

use super::{
    Harness, account, commit, commit_claiming, conflict, contents, good, name, owned, put,
    together, whole_feed,
};
use crate::{Aggregate, Commit, CommitError, NameClaim, Revision, Store};

const WRITERS: usize = 64;

/// Of many commits on top of one revision exactly one is made.
pub async fn one_of_many_writers_wins(harness: &impl Harness) {
    let store = harness.open().await;
    let contested = account(1);
    for round in 0..8 {
        let bodies: Vec<_> = (0..WRITERS).map(|writer| format!("{round}/{writer}")).collect();
        let commits =
            bodies.iter().map(|body| commit(&store, &contested, round, vec![put("a", body)]));
        let results = together(commits).await;
        let won: Vec<_> =
            results.iter().zip(&bodies).filter(|(result, _)| result.is_ok()).collect();
        assert!(
            results.iter().all(|result| *result == Ok(round + 1) || *result == conflict(round + 1))
        );
        let [(_, winner)] = won.as_slice() else {
            assert_eq!(won.len(), 1, "expected one winner");
            return;
        };
        let expected = owned(&[("a", winner)]);
        assert_eq!(contents(&store, &contested).await, (round + 1, expected));
    }
    assert_eq!(whole_feed(&store).await.len(), 8);
    harness.close(store).await;
}

/// Of many accounts that reserve one name exactly one gets it.
pub async fn one_of_many_accounts_gets_a_name(harness: &impl Harness) {
    let store = harness.open().await;
    let contested = name("alias/example");
    let accounts: Vec<_> = (1..=64).map(account).collect();
    let commits = accounts.iter().map(|aggregate| {
        let claims = vec![NameClaim::Reserve(contested.clone())];
        commit_claiming(&store, aggregate, 0, vec![], claims)
    });
    let results = together(commits).await;
    let holder = good(store.name_holder(&contested).await);
    for (aggregate, result) in accounts.iter().zip(results) {
        let expected = match &holder {
            Some(holder) if holder != aggregate => {
                Err(CommitError::NameTaken { name: contested.clone(), holder: holder.clone() })
            }
            _ => Ok(1),
        };
        assert_eq!(result, expected, "{aggregate}");
    }
    assert_eq!(whole_feed(&store).await.len(), 1);
    harness.close(store).await;
}

/// A commit is queued when it is made: a chain of them needs no waiting.
pub async fn commits_may_be_made_before_the_last_is_answered(harness: &impl Harness) {
    let store = harness.open().await;
    let chain: Vec<_> = (0..500).map(|number| store.commit(link(&account(1), number))).collect();
    let revisions: Result<Vec<_>, _> = together(chain).await.into_iter().collect();
    let numbers: Vec<_> = good(revisions).into_iter().map(Revision::number).collect();
    assert_eq!(numbers, (1..=500).collect::<Vec<_>>());
    assert_eq!(contents(&store, &account(1)).await, (500, owned(&[("a", "499")])));
    harness.close(store).await;
}

/// What was made on top of a commit that failed fails with it, and what others
/// made in between does not.
pub async fn a_chain_breaks_behind_the_commit_that_failed(harness: &impl Harness) {
    let store = harness.open().await;
    let numbers = [0, 1, 3, 4, 5];
    let chain: Vec<_> = numbers
        .into_iter()
        .flat_map(|number| [(account(1), number), (account(2), number)])
        .filter(|(aggregate, number)| *aggregate == account(1) || *number < 2)
        .map(|(aggregate, number)| store.commit(link(&aggregate, number)))
        .collect();
    let results: Vec<_> =
        together(chain).await.into_iter().map(|result| result.map(Revision::number)).collect();
    let expected = [Ok(1), Ok(1), Ok(2), Ok(2), conflict(2), conflict(2), conflict(2)];
    assert_eq!(results, expected);
    harness.close(store).await;
}

/// Who stops waiting for a commit has not withdrawn it.
pub async fn a_commit_counts_though_nobody_waits(harness: &impl Harness) {
    let store = harness.open().await;
    drop(store.commit(link(&account(1), 0)));
    let result = good(store.commit(link(&account(1), 1)).await);
    assert_eq!(result.number(), 2);
    harness.close(store).await;
}

fn link(aggregate: &Aggregate, number: u64) -> Commit {
    let changes = vec![put("a", &number.to_string())];
    good(Commit::new(aggregate.clone(), Revision::from_number(number), changes, vec![]))
}
