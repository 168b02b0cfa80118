use std::collections::HashMap;

use stead_session::vault::RootKey;
use stead_store::{Aggregate, Change, Commit, Revision};
use stead_types::{AccountId, Secret, Timestamp};

use super::*;
use crate::accounts::RootKeys;
use crate::accounts::tests::{NOW, Probe};
use crate::installation::NewAccount;
use crate::root_key;
use crate::scratch::Scratch;

#[derive(Debug)]
struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        NOW
    }
}

fn key(byte: u8) -> RootKey {
    RootKey::new(&Secret::new([byte; 32]))
}

fn given(byte: u8) -> NewRootKey {
    NewRootKey::Given(Box::new(key(byte)))
}

fn account(number: u64) -> AccountId {
    AccountId::from_number(number).unwrap()
}

/// What a start makes of a store: the keys, with a root key at hand.
async fn opened(store: &Arc<Probe>, at_hand: u8, data: Option<&Scratch>) -> Keys<Probe> {
    let installation = Installation::load(&**store).await.unwrap().unwrap();
    let root_keys = installation.root_keys(vec![key(at_hand)]).unwrap();
    let keyring = installation.keyring(&root_keys).unwrap();
    let accounts = Arc::new(Accounts::new(Arc::clone(store), root_keys, HashMap::new()));
    let home = data
        .map(|scratch| Home { data: scratch.path().to_owned(), root_key: Place::BesideTheData });
    Keys::new(accounts, keyring, Arc::new(Stopped), home, None)
}

/// An installation under root key 1 with three accounts, of which one is loaded.
async fn made(data: Option<&Scratch>) -> (Arc<Probe>, Keys<Probe>) {
    let store = Probe::new();
    let keyring = Keyring::new(NOW, &mut SystemEntropy);
    Installation::create(&*store, &keyring, &key(1), &mut SystemEntropy).await.unwrap();
    let root_keys = RootKeys::new(key(1), None);
    let accounts = Arc::new(Accounts::new(Arc::clone(&store), root_keys, HashMap::new()));
    for number in 1..=3 {
        create(&accounts, number).await;
    }
    let keys = opened(&store, 1, data).await;
    assert!(keys.accounts.find(account(2)).await.unwrap().is_some());
    (store, keys)
}

async fn create(accounts: &Arc<Accounts<Probe>>, number: u64) {
    let root_keys = accounts.root_keys();
    let mut new = NewAccount::new(account(number), root_keys.current(), NOW, &mut SystemEntropy);
    new.add_root_key(&mut SystemEntropy).unwrap();
    new.commit(accounts).await.unwrap();
}

/// Every account's secrets open under this root key alone.
async fn assert_all_open(store: &Arc<Probe>, byte: u8) {
    let keys = opened(store, byte, None).await;
    assert_eq!(keys.report().rewrap.map(|rewrap| rewrap.from), None);
    for id in store.accounts().await.unwrap() {
        let found = keys.accounts.find(id).await.unwrap().unwrap();
        assert!(format!("{:?}", found.vault()).contains("Ok"), "{id}: {:?}", found.vault());
    }
}

#[tokio::test]
async fn a_rotation_that_is_not_durable_has_not_happened() {
    let (store, keys) = made(None).await;
    let before = keys.report().session_keys;
    store.fail_commits(1);
    assert!(keys.rotate(OldKeys::Open).await.is_err());
    assert_eq!(keys.report().session_keys, before);
    assert_eq!(keys.rotate(OldKeys::Open).await.unwrap(), []);
    let after = keys.report().session_keys;
    assert_eq!(after.len(), 2);
    assert_eq!(opened(&store, 1, None).await.report().session_keys, after);
}

#[tokio::test]
async fn a_full_keyring_takes_no_key_unless_the_old_ones_are_revoked() {
    let (_, keys) = made(None).await;
    for _ in 1..16 {
        keys.rotate(OldKeys::Open).await.unwrap();
    }
    assert!(matches!(keys.rotate(OldKeys::Open).await, Err(KeysError::Full(_))));
    let dropped = keys.rotate(OldKeys::Revoked).await.unwrap();
    assert_eq!((dropped.len(), keys.report().session_keys.len()), (16, 1));
}

#[tokio::test]
async fn every_account_is_wrapped_anew_whether_it_is_loaded_or_not() {
    let scratch = Scratch::new("rewrap");
    let (store, keys) = made(Some(&scratch)).await;
    keys.begin_rewrap(given(2)).await.unwrap();
    // One more while it goes on.
    create(&keys.accounts, 4).await;
    keys.rewrap().await.unwrap();
    assert_eq!(keys.report().root_key, key(2).id());
    assert_all_open(&store, 2).await;
    // A session key that is made now is wrapped under the new root key, too.
    keys.rotate(OldKeys::Open).await.unwrap();
    assert_all_open(&store, 2).await;
}

#[tokio::test]
async fn a_rewrap_that_ends_after_any_commit_is_carried_on() {
    let scratch = Scratch::new("rewrap-cut");
    // The note, three accounts, the end: whichever of the five is the first to be lost.
    for lost in 0..5 {
        let (store, keys) = made(Some(&scratch)).await;
        store.fail_commits_after(lost);
        let begun = keys.begin_rewrap(given(2)).await;
        assert_eq!(begun.is_err(), lost == 0, "{lost}");
        if lost > 0 {
            keys.rewrap().await.unwrap_err();
            assert!(keys.report().rewrap.unwrap().failed.is_some());
        }
        store.fail_commits(0);
        if lost == 0 {
            assert_all_open(&store, 1).await;
            continue;
        }
        // As after a kill: another process, which has the new root key.
        let keys = opened(&store, 2, Some(&scratch)).await;
        assert_eq!(keys.report().rewrap.as_ref().unwrap().from, key(1).id());
        for number in 1..=3 {
            let found = keys.accounts.find(account(number)).await.unwrap().unwrap();
            assert!(format!("{:?}", found.vault()).contains("Ok"), "{lost} {number}");
        }
        keys.begin_rewrap(given(2)).await.unwrap();
        let other = keys.begin_rewrap(given(3)).await;
        assert!(matches!(other, Err(KeysError::OtherChange { .. })), "{lost}");
        keys.rewrap().await.unwrap();
        assert_all_open(&store, 2).await;
    }
}

#[tokio::test]
async fn a_key_beside_the_data_takes_the_place_of_the_old_one() {
    let scratch = Scratch::new("rewrap-beside");
    let (store, keys) = made(Some(&scratch)).await;
    let elsewhere = keys.begin_rewrap(NewRootKey::BesideTheData).await;
    assert!(matches!(elsewhere, Err(KeysError::RootKeyElsewhere)));
    root_key::write(&scratch.path().join(root_key::FILE_NAME), &key(1)).unwrap();
    // The same key, and not where the settings say that it is.
    let mut named = opened(&store, 1, Some(&scratch)).await;
    named.home.as_mut().unwrap().root_key = Place::OperatorFile;
    let elsewhere = named.begin_rewrap(NewRootKey::BesideTheData).await;
    assert!(matches!(elsewhere, Err(KeysError::RootKeyElsewhere)));
    assert!(root_key::next(scratch.path()).unwrap().is_none());
    keys.begin_rewrap(NewRootKey::BesideTheData).await.unwrap();
    let next = root_key::next(scratch.path()).unwrap().unwrap();
    keys.rewrap().await.unwrap();
    assert!(root_key::is_beside(scratch.path(), next.id()).unwrap());
    assert!(root_key::next(scratch.path()).unwrap().is_none());
    let installation = Installation::load(&*store).await.unwrap().unwrap();
    assert_eq!(installation.root_key_id().unwrap(), next.id());
}

#[tokio::test]
async fn what_cannot_be_wrapped_anew_is_told_and_holds_the_old_key() {
    let scratch = Scratch::new("rewrap-damaged");
    let (store, keys) = made(Some(&scratch)).await;
    let damaged = Aggregate::Account(account(9));
    let change = Change::put("account".parse().unwrap(), 1, "{}");
    let commit = Commit::new(damaged, Revision::ABSENT, vec![change], Vec::new()).unwrap();
    store.commit(commit).await.unwrap();
    keys.begin_rewrap(given(2)).await.unwrap();
    let error = keys.rewrap().await.unwrap_err();
    assert!(error.to_string().starts_with("account 000000000009: "), "{error}");
    let report = keys.report().rewrap.unwrap();
    assert_eq!(report.remaining, Some(1));
    assert_eq!(report.failed, Some(error.to_string()));
}

#[tokio::test]
async fn the_same_root_key_and_an_installation_that_keeps_nothing_are_refused() {
    let scratch = Scratch::new("rewrap-same");
    let (store, keys) = made(Some(&scratch)).await;
    let same = keys.begin_rewrap(given(1)).await;
    assert!(matches!(same, Err(KeysError::SameRootKey)));
    let ephemeral = opened(&store, 1, None).await;
    let refused = ephemeral.begin_rewrap(NewRootKey::BesideTheData).await;
    assert!(matches!(refused, Err(KeysError::Ephemeral)));
}

#[tokio::test]
async fn a_root_key_that_stays_beside_the_data_is_named() {
    let scratch = Scratch::new("rewrap-left");
    let (_, keys) = made(Some(&scratch)).await;
    let beside = scratch.path().join(root_key::FILE_NAME);
    root_key::write(&beside, &key(1)).unwrap();
    assert_eq!(keys.report().left_behind, None);
    keys.begin_rewrap(given(2)).await.unwrap();
    assert_eq!(keys.report().left_behind, None, "it is needed until the end");
    keys.rewrap().await.unwrap();
    assert_eq!(keys.report().left_behind, Some(beside));
}

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test(start_paused = true)]
async fn a_key_is_dropped_when_servers_have_run_for_as_long_as_it_is_kept() {
    let (store, keys) = made(None).await;
    keys.rotate(OldKeys::Open).await.unwrap();
    let both = keys.report().session_keys.len();
    tokio::time::advance(30 * HOUR).await;
    keys.retire_opened().await.unwrap();
    // Another process goes on counting where this one ended.
    let keys = opened(&store, 1, None).await;
    tokio::time::advance(7 * HOUR - Duration::from_secs(1)).await;
    keys.retire_opened().await.unwrap();
    assert_eq!((both, keys.report().session_keys.len()), (2, 2));
    tokio::time::advance(Duration::from_secs(1)).await;
    keys.retire_opened().await.unwrap();
    assert_eq!(keys.report().session_keys.len(), 1);
    let stored = Installation::load(&*store).await.unwrap().unwrap();
    assert_eq!(stored.opened_for, OpenedFor::default());
    assert_eq!(opened(&store, 1, None).await.report().session_keys.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn no_date_drops_a_key() {
    #[derive(Debug)]
    struct Ahead;
    impl Clock for Ahead {
        fn now(&self) -> Timestamp {
            NOW.plus(10_000 * HOUR)
        }
    }
    let (store, keys) = made(None).await;
    keys.rotate(OldKeys::Open).await.unwrap();
    let mut keys = opened(&store, 1, None).await;
    keys.clock = Arc::new(Ahead);
    keys.retire_opened().await.unwrap();
    let dropped = keys.rotate(OldKeys::Open).await.unwrap();
    assert_eq!((dropped.len(), keys.report().session_keys.len()), (0, 3));
}

#[tokio::test(start_paused = true)]
async fn a_key_counts_from_its_own_replacement_and_not_from_the_last_look() {
    let (_, keys) = made(None).await;
    tokio::time::advance(100 * HOUR).await;
    keys.rotate(OldKeys::Open).await.unwrap();
    tokio::time::advance(36 * HOUR).await;
    keys.rotate(OldKeys::Open).await.unwrap();
    keys.retire_opened().await.unwrap();
    assert_eq!(keys.report().session_keys.len(), 3);
    tokio::time::advance(HOUR).await;
    // The first one has opened for 37 hours, the second one for one.
    let dropped = keys.rotate(OldKeys::Open).await.unwrap();
    assert_eq!((dropped.len(), keys.report().session_keys.len()), (1, 3));
}

#[tokio::test]
async fn a_service_signs_with_its_key_under_whichever_root_key() {
    let scratch = Scratch::new("rewrap-services");
    let (store, keys) = made(Some(&scratch)).await;
    let register = async |keys: &Keys<Probe>, name: &str| {
        let (service, secret) = keys.register_service(name.parse().unwrap()).await.unwrap();
        (service.access_key_id, secret)
    };
    let first = register(&keys, "first.example").await;
    keys.begin_rewrap(given(2)).await.unwrap();
    // One more while it goes on.
    let second = register(&keys, "second.example").await;
    let halfway = opened(&store, 2, Some(&scratch)).await;
    keys.rewrap().await.unwrap();
    let after = opened(&store, 2, Some(&scratch)).await;
    for keys in [halfway, after] {
        let services = LiveServices::load(&*store, &keys.accounts.root_keys()).await.unwrap();
        for (id, secret) in [&first, &second] {
            assert_eq!(services.find(id).unwrap().secret.expose(), secret.expose());
        }
    }
    // Under the new root key alone: neither secret names the old one.
    for service in after_all(&store).await {
        assert!(service.secret(&RootKeys::new(key(2), None)).is_ok());
        assert!(service.secret(&RootKeys::new(key(1), None)).is_err());
    }
}

async fn after_all(store: &Arc<Probe>) -> Vec<crate::installation::ServiceAtRest> {
    let installation = Installation::load(&**store).await.unwrap().unwrap();
    installation.services().unwrap().to_vec()
}

#[tokio::test]
async fn a_service_is_registered_or_removed_once_that_is_durable() {
    let (store, keys) = made(None).await;
    let name = || "storage.example".parse().unwrap();
    store.fail_commits(1);
    assert!(keys.register_service(name()).await.is_err());
    assert_eq!(after_all(&store).await, []);
    let (service, _) = keys.register_service(name()).await.unwrap();
    assert!(keys.services.find(&service.access_key_id).is_some());
    store.fail_commits(1);
    assert!(keys.remove_service(&name()).await.is_err());
    assert!(keys.services.find(&service.access_key_id).is_some());
    keys.remove_service(&name()).await.unwrap();
    assert!(keys.services.find(&service.access_key_id).is_none());
    assert_eq!(after_all(&store).await, []);
}
