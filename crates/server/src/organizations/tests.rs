use std::sync::Arc;
use std::time::Duration;

use stead_directory::organization::commands::account::{self, NewAccount};
use stead_directory::organization::commands::{self, unit};
use stead_directory::organization::entity::{AccountRequestState, Parent};
use stead_directory::organization::{Organization, OrganizationDraft};
use stead_store::{Aggregate, Change, Commit, Revision, Store as _};
use stead_types::{AccountId, CreateAccountRequestId, OrganizationId, RootId};

use super::{Organizations, OrganizationsError};
use crate::accounts::tests::{NOW, Probe, accounts, id};
use crate::clock::Clock;
use crate::entropy::SystemEntropy;
use crate::http::Stop;
use crate::installation::NewAccount as HostedAccount;

#[derive(Debug)]
struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> stead_types::Timestamp {
        NOW
    }
}

const MEMBER: u64 = 444_455_556_666;

async fn hosting(store: &Arc<Probe>) -> Arc<Organizations<Probe>> {
    Arc::new(Organizations::load(accounts(store)).await.unwrap())
}

fn new_draft() -> OrganizationDraft {
    let id_of = OrganizationId::generate(&mut SystemEntropy);
    let root = RootId::generate(&mut SystemEntropy);
    commands::create(id_of, root, (id(), "main", "main@example.com"), NOW)
}

async fn create(organizations: &Arc<Organizations<Probe>>) {
    organizations.begin().await.unwrap().commit(new_draft()).await.unwrap();
}

/// Adds a unit with this name.
async fn add_unit(organizations: &Arc<Organizations<Probe>>, name: &str) -> bool {
    let change = organizations.begin().await.unwrap();
    let mut draft = change.draft_of(id()).unwrap().unwrap();
    unit::create(&mut draft, Parent::Root, name, vec![], &mut SystemEntropy).unwrap();
    change.commit(draft).await.is_ok()
}

fn own(organizations: &Organizations<Probe>) -> Arc<Organization> {
    Arc::clone(organizations.memberships().of(id()).unwrap().organization())
}

async fn ask_for_account(organizations: &Arc<Organizations<Probe>>) -> CreateAccountRequestId {
    let change = organizations.begin().await.unwrap();
    let mut draft = change.draft_of(id()).unwrap().unwrap();
    let new = NewAccount {
        account: AccountId::from_number(MEMBER).unwrap(),
        name: "member".into(),
        email: "member@example.com".into(),
        role: "Enter".parse().unwrap(),
        tags: vec![],
    };
    let request = account::request(&mut draft, new, &mut SystemEntropy, NOW).unwrap();
    change.commit(draft).await.unwrap();
    request
}

fn state(
    organizations: &Organizations<Probe>,
    request: &CreateAccountRequestId,
) -> AccountRequestState {
    own(organizations).account_request(request).unwrap().state
}

#[tokio::test]
async fn changes_are_seen_when_they_are_durable_and_are_there_after_a_restart() {
    let store = Probe::new();
    let organizations = hosting(&store).await;
    assert!(organizations.memberships().of(id()).is_none());
    create(&organizations).await;
    assert!(add_unit(&organizations, "one").await);
    assert_eq!(own(&organizations).units().count(), 1);
    let again = hosting(&store).await;
    assert_eq!(own(&again).units().count(), 1);
    assert!(add_unit(&again, "two").await);
    let change = again.begin().await.unwrap();
    let mut draft = change.draft_of(id()).unwrap().unwrap();
    commands::delete(&mut draft).unwrap();
    change.commit(draft).await.unwrap();
    assert!(again.memberships().of(id()).is_none());
    assert!(hosting(&store).await.memberships().of(id()).is_none());
    // The account is free for another one.
    create(&again).await;
    assert_eq!(own(&again).units().count(), 0);
}

#[tokio::test]
async fn a_change_that_fails_changes_nothing_and_the_next_goes_on_from_what_is_stored() {
    let store = Probe::new();
    let organizations = hosting(&store).await;
    create(&organizations).await;
    store.fail_commits(1);
    assert!(!add_unit(&organizations, "lost").await);
    assert_eq!(own(&organizations).units().count(), 0);
    assert!(add_unit(&organizations, "kept").await);
    assert_eq!(own(&organizations).units().count(), 1);
    let again = hosting(&store).await;
    assert_eq!(own(&again).units().count(), 1);
}

#[tokio::test]
async fn a_change_that_nobody_waits_for_is_seen_all_the_same() {
    let store = Probe::new();
    let organizations = hosting(&store).await;
    create(&organizations).await;
    let change = organizations.begin().await.unwrap();
    let mut draft = change.draft_of(id()).unwrap().unwrap();
    unit::create(&mut draft, Parent::Root, "one", vec![], &mut SystemEntropy).unwrap();
    {
        let mut commit = Box::pin(change.commit(draft));
        // Begun, and then dropped.
        assert!(futures_poll_once(&mut commit).await);
    }
    assert!(add_unit(&organizations, "two").await);
    assert_eq!(own(&organizations).units().count(), 2);
}

/// Whether a future is not at its end after one poll.
async fn futures_poll_once<F: Future + Unpin>(future: &mut F) -> bool {
    std::future::poll_fn(|context| {
        let polled = std::pin::Pin::new(&mut *future).poll(context);
        std::task::Poll::Ready(polled.is_pending())
    })
    .await
}

#[tokio::test]
async fn nothing_is_served_whose_limits_cannot_be_read() {
    let store = Probe::new();
    create(&hosting(&store).await).await;
    let broken = "o-exampleorgid".parse::<OrganizationId>().unwrap();
    let change = Change::put("organization".parse().unwrap(), 1, "{}".to_owned());
    let aggregate = Aggregate::Organization(broken.clone());
    let commit = Commit::new(aggregate, Revision::ABSENT, vec![change], vec![]).unwrap();
    store.commit(commit).await.unwrap();
    let refused = Organizations::load(accounts(&store)).await;
    assert!(matches!(refused, Err(OrganizationsError::Unreadable(id)) if id == broken));
}

#[tokio::test]
async fn an_account_that_is_asked_for_is_created_with_its_role_and_made_a_member() {
    let store = Probe::new();
    let organizations = hosting(&store).await;
    create(&organizations).await;
    let request = ask_for_account(&organizations).await;
    assert_eq!(state(&organizations, &request), AccountRequestState::InProgress);
    let (stop, stopped) = Stop::new();
    let worker =
        tokio::spawn(Arc::clone(&organizations).create_accounts(Arc::new(Stopped), stopped));
    tokio::time::timeout(Duration::from_secs(30), async {
        while state(&organizations, &request) == AccountRequestState::InProgress {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
    let member = AccountId::from_number(MEMBER).unwrap();
    assert_eq!(organizations.memberships().of(member).unwrap().management(), id());
    let account = organizations.accounts().find(member).await.unwrap().unwrap();
    let snapshot = &account.durable().snapshot;
    let role = snapshot.role_by_name("Enter").unwrap();
    assert_eq!(snapshot.identity_policies_of_role(role).len(), 1);
    stop.send(true).unwrap();
    worker.await.unwrap();
}

#[tokio::test]
async fn what_was_begun_before_a_failure_or_a_restart_is_brought_to_its_end() {
    for done_before in 0..2 {
        let store = Probe::new();
        let organizations = hosting(&store).await;
        create(&organizations).await;
        let request = ask_for_account(&organizations).await;
        // The account is stored, or not even that.
        store.fail_commits_after(done_before);
        assert!(organizations.create_requested(&Stopped).await.is_err());
        store.fail_commits(0);
        let again = hosting(&store).await;
        assert_eq!(state(&again, &request), AccountRequestState::InProgress);
        again.create_requested(&Stopped).await.unwrap();
        assert_eq!(state(&again, &request), AccountRequestState::Succeeded { at: NOW });
        again.create_requested(&Stopped).await.unwrap();
    }
}

#[tokio::test]
async fn an_account_that_somebody_else_has_created_is_not_taken() {
    let store = Probe::new();
    let organizations = hosting(&store).await;
    create(&organizations).await;
    let member = AccountId::from_number(MEMBER).unwrap();
    let accounts = organizations.accounts();
    let root_keys = accounts.root_keys();
    let foreign = HostedAccount::new(member, root_keys.current(), NOW, &mut SystemEntropy);
    foreign.commit(accounts).await.unwrap();
    let request = ask_for_account(&organizations).await;
    let failed = organizations.create_requested(&Stopped).await.unwrap_err();
    assert!(failed.to_string().contains("does not come from this request"), "{failed}");
    assert_eq!(state(&organizations, &request), AccountRequestState::InProgress);
    assert!(organizations.memberships().of(member).is_none());
}
