use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use stead_api::ApiError;
use stead_directory::commands::user::{self, NewUser};
use stead_directory::{DirectoryError, Draft, EntityKind};
use stead_service::ReplayGuard;
use stead_session::vault::RootKey;
use stead_store::{
    Aggregate, ChangeFeed, Claimed, Commit, CommitError, Cursor, LastUse, Loaded, RecordKey,
    Revision, Store, StoreError, UniqueName, UsageBatch,
};
use stead_store_sqlite::SqliteStore;
use stead_types::{AccountId, OrganizationId, Path, Secret, Timestamp};
use tokio::sync::Notify;

use super::account::Queued;
use super::*;
use crate::entropy::SystemEntropy;
use crate::installation::NewAccount;

pub(crate) const NOW: Timestamp = Timestamp::from_epoch_seconds(1_772_366_400);

/// A store in memory that counts loads and can be told to lose commits.
pub(crate) struct Probe {
    /// Whether the next load waits: it says that it does, and is let go on.
    pub(crate) holds_load: AtomicBool,
    pub(crate) held: Notify,
    pub(crate) let_go: Notify,
    inner: SqliteStore,
    loads: AtomicUsize,
    /// How many of the next commits are done before all fail.
    commits_to_do: AtomicUsize,
    /// How many of the next commits fail before they reach the store.
    commits_to_fail: AtomicUsize,
}

impl Probe {
    pub(crate) fn new() -> Arc<Self> {
        let inner = SqliteStore::in_memory().unwrap();
        Arc::new(Self {
            holds_load: AtomicBool::new(false),
            held: Notify::new(),
            let_go: Notify::new(),
            inner,
            loads: AtomicUsize::new(0),
            commits_to_do: AtomicUsize::new(usize::MAX),
            commits_to_fail: AtomicUsize::new(0),
        })
    }

    /// The next commits fail, so many.
    pub(crate) fn fail_commits(&self, number: usize) {
        self.commits_to_do.store(usize::MAX, Ordering::Relaxed);
        self.commits_to_fail.store(number, Ordering::Relaxed);
    }

    /// So many commits are still done, and all after them fail.
    pub(crate) fn fail_commits_after(&self, number: usize) {
        self.commits_to_do.store(number, Ordering::Relaxed);
    }
}

impl Store for Probe {
    async fn load(&self, aggregate: &Aggregate) -> Result<Option<Loaded>, StoreError> {
        self.loads.fetch_add(1, Ordering::Relaxed);
        tokio::task::yield_now().await;
        if self.holds_load.swap(false, Ordering::Relaxed) {
            self.held.notify_one();
            self.let_go.notified().await;
        }
        self.inner.load(aggregate).await
    }

    fn commit(&self, commit: Commit) -> impl Future<Output = Result<Revision, CommitError>> + Send {
        let fails = self
            .commits_to_fail
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
            .is_ok();
        let fails = fails
            || self
                .commits_to_do
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
                .is_err();
        // Queued by the call, as the trait says, and not by the first poll.
        let queued = (!fails).then(|| self.inner.commit(commit));
        async move {
            match queued {
                Some(queued) => queued.await,
                None => Err(StoreError::unavailable("told to fail").into()),
            }
        }
    }

    async fn accounts(&self) -> Result<Vec<AccountId>, StoreError> {
        self.inner.accounts().await
    }

    async fn organizations(&self) -> Result<Vec<OrganizationId>, StoreError> {
        self.inner.organizations().await
    }

    async fn name_holder(&self, name: &UniqueName) -> Result<Option<Aggregate>, StoreError> {
        self.inner.name_holder(name).await
    }

    async fn changes_since(&self, cursor: Cursor, limit: usize) -> Result<ChangeFeed, StoreError> {
        self.inner.changes_since(cursor, limit).await
    }

    async fn record_usage(&self, batch: UsageBatch) -> Result<(), StoreError> {
        self.inner.record_usage(batch).await
    }

    async fn usage(&self, of: &Aggregate) -> Result<Vec<(RecordKey, LastUse)>, StoreError> {
        self.inner.usage(of).await
    }

    async fn claim_once(
        &self,
        guard: stead_store::ReplayGuard,
        now: Timestamp,
    ) -> Result<Claimed, StoreError> {
        self.inner.claim_once(guard, now).await
    }
}

pub(crate) fn id() -> AccountId {
    "111122223333".parse().unwrap()
}

fn root_keys() -> RootKeys {
    RootKeys::new(RootKey::new(&Secret::new([7; 32])), None)
}

pub(crate) fn accounts(store: &Arc<Probe>) -> Arc<Accounts<Probe>> {
    Arc::new(Accounts::new(Arc::clone(store), root_keys(), HashMap::new()))
}

async fn create(accounts: &Arc<Accounts<Probe>>) -> Result<(), CreateError> {
    let mut new = NewAccount::new(id(), accounts.root_keys().current(), NOW, &mut SystemEntropy);
    new.add_root_key(&mut SystemEntropy).unwrap();
    new.commit(accounts).await
}

async fn one_account(store: &Arc<Probe>) -> Arc<Account> {
    let accounts = accounts(store);
    create(&accounts).await.unwrap();
    accounts.find(id()).await.unwrap().unwrap()
}

type Work<'a> = &'a dyn Fn(&mut Draft) -> Result<((), Outside), DirectoryError>;

fn add_user(name: &str) -> impl Fn(&mut Draft) -> Result<((), Outside), DirectoryError> {
    move |draft| {
        let new = NewUser {
            name: name.parse().unwrap(),
            path: "/".parse::<Path>().unwrap(),
            boundary: None,
            tags: Vec::new(),
        };
        user::create(draft, new, NOW, &mut SystemEntropy).map(|_| ((), Outside::default()))
    }
}

fn queue<'s>(account: &Account, store: &'s Arc<Probe>, work: Work<'_>) -> Queued<'s> {
    match account.begin(&**store, work).ok().unwrap() {
        Begun::Queued((), queued) => queued,
        Begun::Unchanged(()) | Begun::Staged(..) => panic!("expected a commit in the queue"),
    }
}

fn durable_users(account: &Account) -> usize {
    account.durable().snapshot.user_count()
}

#[tokio::test]
async fn readers_see_a_write_when_it_is_durable_and_the_writer_at_once() {
    let store = Probe::new();
    let account = one_account(&store).await;
    let first = queue(&account, &store, &add_user("a"));
    assert_eq!(durable_users(&account), 0);
    let again = account.begin(&*store, add_user("A"));
    assert!(matches!(
        again.err().unwrap(),
        WriteError::Work(DirectoryError::EntityAlreadyExists { kind: EntityKind::User, .. })
    ));
    account.finish(first).await.unwrap();
    assert_eq!(durable_users(&account), 1);
    // Another process would read the same.
    let reread = accounts(&store).find(id()).await.unwrap().unwrap();
    assert_eq!(durable_users(&reread), 1);
    assert_eq!(reread.durable().revision, account.durable().revision);
}

#[tokio::test]
async fn answers_that_are_heard_out_of_order_publish_the_newest() {
    let store = Probe::new();
    let account = one_account(&store).await;
    let first = queue(&account, &store, &add_user("a"));
    let second = queue(&account, &store, &add_user("b"));
    account.finish(second).await.unwrap();
    assert_eq!(durable_users(&account), 2);
    account.finish(first).await.unwrap();
    assert_eq!(durable_users(&account), 2);
}

#[tokio::test]
async fn a_failed_commit_fails_the_chain_behind_it_and_no_more() {
    let store = Probe::new();
    let account = one_account(&store).await;
    store.commits_to_fail.store(1, Ordering::Relaxed);
    let lost = queue(&account, &store, &add_user("a"));
    let behind = queue(&account, &store, &add_user("b"));
    assert!(matches!(account.finish(lost).await, Err(CommitError::Store(_))));
    // Nothing is written on top of what is unknown.
    assert!(matches!(account.begin(&*store, add_user("c")).err(), Some(WriteError::Store(_))));
    account.prepare_to_write(&*store).await.unwrap();
    let fresh = queue(&account, &store, &add_user("c"));
    // The old chain fails late, and does not take the new one along.
    assert!(matches!(account.finish(behind).await, Err(CommitError::Conflict { .. })));
    account.finish(fresh).await.unwrap();
    account.prepare_to_write(&*store).await.unwrap();
    account.finish(queue(&account, &store, &add_user("a"))).await.unwrap();
    let snapshot = Arc::clone(&account.durable().snapshot);
    let names = ["a", "b", "c"].map(|name| snapshot.user_by_name(name).is_some());
    assert_eq!(names, [true, false, true]);
}

#[tokio::test]
async fn work_that_changes_nothing_waits_for_what_it_may_have_read() {
    let store = Probe::new();
    let account = one_account(&store).await;
    let nothing: Work<'_> = &|_| Ok(((), Outside::default()));
    assert!(matches!(account.begin(&*store, nothing).ok(), Some(Begun::Unchanged(()))));
    let write = queue(&account, &store, &add_user("a"));
    let after = queue(&account, &store, nothing);
    account.finish(after).await.unwrap();
    assert_eq!(durable_users(&account), 1);
    account.finish(write).await.unwrap();
    assert!(matches!(account.begin(&*store, nothing).ok(), Some(Begun::Unchanged(()))));
}

#[tokio::test]
async fn staged_work_is_not_committed_over_another_write() {
    let store = Probe::new();
    let account = one_account(&store).await;
    let used_before = ApiError::access_denied("used");
    let proof =
        ReplayGuard { account: id(), key: "totp/x/1".to_owned(), expires_at: NOW, used_before };
    let with_proof = |name: &'static str| {
        let proof = proof.clone();
        move |draft: &mut Draft| {
            add_user(name)(draft)
                .map(|((), _)| ((), Outside { guards: vec![proof], ..Outside::default() }))
        }
    };
    let stage = |name| match account.begin(&*store, with_proof(name)).ok().unwrap() {
        Begun::Staged(staged, outside) => (staged, outside.guards),
        Begun::Unchanged(()) | Begun::Queued(..) => panic!("expected staged work"),
    };
    let (staged, proofs) = stage("a");
    assert_eq!(proofs.as_slice(), std::slice::from_ref(&proof));
    account.finish(queue(&account, &store, &add_user("b"))).await.unwrap();
    let resumed = account.resume::<_, _, DirectoryError>(&*store, *staged);
    assert!(matches!(resumed.err(), Some(WriteError::Overtaken)));
    let (staged, _) = stage("a");
    match account.resume::<_, _, DirectoryError>(&*store, *staged).ok().unwrap() {
        Begun::Queued((), queued) => account.finish(queued).await.unwrap(),
        Begun::Unchanged(()) | Begun::Staged(..) => panic!("expected a commit in the queue"),
    }
    assert_eq!(durable_users(&account), 2);
}

#[tokio::test]
async fn an_account_is_loaded_once_and_an_absent_one_remembered() {
    let store = Probe::new();
    create(&accounts(&store)).await.unwrap();
    let accounts = accounts(&store);
    let absent: AccountId = "999988887777".parse().unwrap();
    store.loads.store(0, Ordering::Relaxed);
    let (first, second) = tokio::join!(accounts.find(id()), accounts.find(id()));
    assert!(Arc::ptr_eq(&first.unwrap().unwrap(), &second.unwrap().unwrap()));
    for _ in 0..3 {
        assert!(accounts.find(absent).await.unwrap().is_none());
    }
    assert_eq!(store.loads.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn a_created_account_is_no_longer_absent_and_is_created_once() {
    let store = Probe::new();
    let accounts = accounts(&store);
    assert!(accounts.find(id()).await.unwrap().is_none());
    create(&accounts).await.unwrap();
    assert!(accounts.find(id()).await.unwrap().is_some());
    assert!(matches!(create(&accounts).await, Err(CreateError::Exists(_))));
}

#[tokio::test]
async fn an_account_whose_number_an_imported_key_carries_is_refused() {
    // Carries 029608264753, and is root of another account.
    let key: AccessKeyId = "AKIAQNZGKIQY56JQ7WML".parse().unwrap();
    let imported = HashMap::from([(key, id())]);
    let accounts = Arc::new(Accounts::new(Probe::new(), root_keys(), imported));
    create(&accounts).await.unwrap();
    let claimed = "029608264753".parse().unwrap();
    let new = NewAccount::new(claimed, accounts.root_keys().current(), NOW, &mut SystemEntropy);
    assert!(matches!(new.commit(&accounts).await, Err(CreateError::KeyElsewhere(_))));
}

#[tokio::test]
async fn last_uses_are_noted_at_most_once_a_minute_and_survive() {
    use stead_service::{LastUsed, Usage as _};
    let store = Probe::new();
    let accounts_before = accounts(&store);
    create(&accounts_before).await.unwrap();
    let account = accounts_before.find(id()).await.unwrap().unwrap();
    let durable = account.durable();
    let owner = stead_directory::entity::KeyOwner::Root;
    let key = durable.snapshot.keys_of(&owner).next().unwrap().id.clone();
    let after = |seconds| NOW.plus(std::time::Duration::from_secs(seconds));
    let use_at = |seconds, service: &str| LastUsed {
        at: after(seconds),
        service: service.to_owned(),
        region: "us-east-1".to_owned(),
    };
    let used = Used::Key(key.clone());
    assert_eq!(account.key_last_used(&key), None);
    accounts_before.note_use(
        &account,
        &used,
        Use { at: after(0), service: "sts", region: "us-east-1" },
    );
    accounts_before.note_use(
        &account,
        &used,
        Use { at: after(59), service: "iam", region: "us-east-1" },
    );
    assert_eq!(account.key_last_used(&key), Some(use_at(0, "sts")));
    accounts_before.note_use(
        &account,
        &used,
        Use { at: after(60), service: "iam", region: "us-east-1" },
    );
    assert_eq!(account.key_last_used(&key), Some(use_at(60, "iam")));
    let role: stead_types::UniqueId = "AROAIOSFODNN7EXAMPLE1".parse().unwrap();
    accounts_before.note_use(
        &account,
        &Used::Role(role.clone()),
        Use { at: after(1), service: "sts", region: "us-east-1" },
    );
    let called = stead_api::KnownOperation::lookup(stead_api::Service::Iam, "GetUser").unwrap();
    accounts_before.note_access(
        &account,
        &role,
        called,
        Use { at: after(2), service: "iam", region: "us-east-1" },
    );
    assert_eq!(account.accesses(&role).len(), 1);
    accounts_before.record_uses().await.unwrap();
    let reread = accounts(&store).find(id()).await.unwrap().unwrap();
    assert_eq!(reread.key_last_used(&key), Some(use_at(60, "iam")));
    assert_eq!(reread.role_last_used(&role), Some(use_at(1, "sts")));
    // There is no such role.
    assert_eq!(reread.accesses(&role), []);
    assert_eq!(reread.durable().revision, durable.revision, "a use is no change");
}
