//! Installation-wide unique names.

use super::{Harness, account, commit, commit_claiming, conflict, contents, name, put, whole_feed};
use crate::{Aggregate, CommitError, NameClaim, Store};

const NAME: &str = "key/AKIAIOSFODNN7EXAMPLE";

fn reserve(text: &str) -> NameClaim {
    NameClaim::Reserve(name(text))
}

fn release(text: &str) -> NameClaim {
    NameClaim::Release(name(text))
}

fn taken(text: &str, holder: Aggregate) -> Result<u64, CommitError> {
    Err(CommitError::NameTaken { name: name(text), holder })
}

async fn claim(
    store: &impl Store,
    aggregate: &Aggregate,
    expected: u64,
    claims: Vec<NameClaim>,
) -> Result<u64, CommitError> {
    commit_claiming(store, aggregate, expected, vec![], claims).await
}

async fn holder(store: &impl Store, text: &str) -> Option<Aggregate> {
    super::good(store.name_holder(&name(text)).await)
}

/// A name that is held is refused to others, and the answer says who holds it.
pub async fn a_name_has_one_holder(harness: &impl Harness) {
    let store = harness.open().await;
    assert_eq!(holder(&store, NAME).await, None);
    assert_eq!(claim(&store, &account(1), 0, vec![reserve(NAME)]).await, Ok(1));
    assert_eq!(holder(&store, NAME).await, Some(account(1)));
    for other in [account(2), Aggregate::Installation] {
        let result = claim(&store, &other, 0, vec![reserve(NAME)]).await;
        assert_eq!(result, taken(NAME, account(1)));
    }
    assert_eq!(holder(&store, NAME).await, Some(account(1)));
    // Names are told apart to the letter.
    let neighbours = vec![reserve("key/AKIAIOSFODNN7EXAMPLf"), reserve("KEY/AKIAIOSFODNN7EXAMPLE")];
    assert_eq!(claim(&store, &account(2), 0, neighbours).await, Ok(1));
    harness.close(store).await;
}

/// Reserving what one holds already is refused: it would be given out twice.
pub async fn a_name_is_reserved_once(harness: &impl Harness) {
    let store = harness.open().await;
    let twice = vec![reserve(NAME), reserve(NAME)];
    assert_eq!(claim(&store, &account(1), 0, twice).await, taken(NAME, account(1)));
    assert_eq!(holder(&store, NAME).await, None);
    assert_eq!(claim(&store, &account(1), 0, vec![reserve(NAME)]).await, Ok(1));
    let again = claim(&store, &account(1), 1, vec![reserve(NAME)]).await;
    assert_eq!(again, taken(NAME, account(1)));
    harness.close(store).await;
}

/// What is released may be reserved by anybody; releasing it twice is no error.
pub async fn a_released_name_is_free(harness: &impl Harness) {
    let store = harness.open().await;
    assert_eq!(claim(&store, &account(1), 0, vec![release(NAME)]).await, Ok(1));
    assert_eq!(claim(&store, &account(1), 1, vec![reserve(NAME)]).await, Ok(2));
    assert_eq!(claim(&store, &account(1), 2, vec![release(NAME)]).await, Ok(3));
    assert_eq!(holder(&store, NAME).await, None);
    assert_eq!(claim(&store, &account(1), 3, vec![release(NAME)]).await, Ok(4));
    assert_eq!(claim(&store, &account(2), 0, vec![reserve(NAME)]).await, Ok(1));
    assert_eq!(holder(&store, NAME).await, Some(account(2)));
    harness.close(store).await;
}

/// Nobody frees another's name.
pub async fn only_the_holder_releases(harness: &impl Harness) {
    let store = harness.open().await;
    assert_eq!(claim(&store, &account(1), 0, vec![reserve(NAME)]).await, Ok(1));
    let theft = vec![release(NAME), reserve(NAME)];
    assert_eq!(claim(&store, &account(2), 0, theft).await, taken(NAME, account(1)));
    assert_eq!(holder(&store, NAME).await, Some(account(1)));
    harness.close(store).await;
}

/// Claims apply in order: a name may be released and reserved in one commit,
/// and reserved and released.
pub async fn a_name_changes_its_owner_within_one_commit(harness: &impl Harness) {
    let store = harness.open().await;
    assert_eq!(claim(&store, &account(1), 0, vec![reserve(NAME)]).await, Ok(1));
    let renewed = vec![release(NAME), reserve(NAME), reserve("alias/new")];
    assert_eq!(claim(&store, &account(1), 1, renewed).await, Ok(2));
    assert_eq!(holder(&store, NAME).await, Some(account(1)));
    let passing = vec![reserve("alias/passing"), release("alias/passing"), release("alias/new")];
    assert_eq!(claim(&store, &account(1), 2, passing).await, Ok(3));
    assert_eq!(holder(&store, "alias/passing").await, None);
    assert_eq!(holder(&store, "alias/new").await, None);
    harness.close(store).await;
}

/// One refused claim undoes the changes and the other claims of its commit.
pub async fn a_refused_claim_undoes_the_commit(harness: &impl Harness) {
    let store = harness.open().await;
    assert_eq!(claim(&store, &account(1), 0, vec![reserve(NAME)]).await, Ok(1));
    assert_eq!(commit(&store, &account(2), 0, vec![put("a", "1")]).await, Ok(1));
    let before = whole_feed(&store).await;
    let claims = vec![reserve("alias/first"), reserve(NAME), reserve("alias/last")];
    let result = commit_claiming(&store, &account(2), 1, vec![put("a", "2")], claims).await;
    assert_eq!(result, taken(NAME, account(1)));
    assert_eq!(contents(&store, &account(2)).await, (1, super::owned(&[("a", "1")])));
    assert_eq!(holder(&store, "alias/first").await, None);
    assert_eq!(holder(&store, "alias/last").await, None);
    assert_eq!(whole_feed(&store).await, before);
    // The revision is unchanged, so that the next commit goes through.
    assert_eq!(claim(&store, &account(2), 1, vec![reserve("alias/first")]).await, Ok(2));
    harness.close(store).await;
}

/// A conflicting commit neither reserves nor releases.
pub async fn a_conflict_claims_nothing(harness: &impl Harness) {
    let store = harness.open().await;
    assert_eq!(claim(&store, &account(1), 0, vec![reserve(NAME)]).await, Ok(1));
    let claims = vec![release(NAME), reserve("alias/new")];
    assert_eq!(claim(&store, &account(1), 0, claims).await, conflict(1));
    assert_eq!(holder(&store, NAME).await, Some(account(1)));
    assert_eq!(holder(&store, "alias/new").await, None);
    // The revision is looked at first: it says that everything may be different.
    assert_eq!(claim(&store, &account(2), 5, vec![reserve(NAME)]).await, conflict(0));
    harness.close(store).await;
}
