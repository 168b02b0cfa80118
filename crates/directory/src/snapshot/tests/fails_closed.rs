//! Damaged stores: every kind of record broken, and what that must mean.

use super::{dump, stored};
use crate::commands::boundary::BoundaryHolder;
use crate::commands::{PolicyHolder, access_key, attachment, boundary, group, inline_policy};
use crate::entity::{AccountRoot, KeyOwner};
use crate::policy_document::unreadable;
use crate::testing::{ALLOW, Fixture, account, arn, name, now, secret};
use crate::{DirectoryError, Draft, LoadProblem, LoadReason, Snapshot};

/// Alice, in a group, with a managed policy and a boundary, and a role that trusts her.
fn fixture() -> Fixture {
    let mut fixture = Fixture::new();
    let alice = fixture.user("Alice").id.clone();
    fixture.group("Staff");
    fixture.role("Deploy", "arn:aws:iam::111122223333:user/Alice");
    let policy = fixture.policy("P").arn.clone();
    let (user, staff) = (name("Alice"), name("Staff"));
    let draft = &mut fixture.draft;
    group::add_user(draft, &staff, &user).unwrap();
    attachment::attach(draft, PolicyHolder::User(&user), &policy).unwrap();
    boundary::put(draft, BoundaryHolder::User(&user), &policy).unwrap();
    inline_policy::put(draft, PolicyHolder::Group(&staff), name("i"), ALLOW.into()).unwrap();
    inline_policy::put(draft, PolicyHolder::User(&user), name("i"), ALLOW.into()).unwrap();
    let id = access_key::new_id(draft.snapshot(), &mut fixture.entropy);
    access_key::create(draft, KeyOwner::User(alice), id, secret(), now()).unwrap();
    fixture
}

/// The account with the one record of this kind broken.
fn load_without(kind: &str) -> (Snapshot, Vec<LoadProblem>) {
    let mut records = stored(fixture().snapshot());
    let broken = records.iter_mut().filter(|(key, ..)| key.starts_with(kind));
    assert_eq!(broken.map(|(_, _, body)| body.truncate(5)).count(), 1);
    Snapshot::load(account(), records)
}

#[test]
fn an_undamaged_store_loads_whole() {
    let fixture = fixture();
    let (snapshot, problems) = Snapshot::load(account(), stored(fixture.snapshot()));
    assert_eq!((dump(&snapshot), problems), (dump(fixture.snapshot()), vec![]));
    assert!(snapshot.is_complete());
}

#[test]
fn every_broken_record_is_reported_and_nothing_is_written_then() {
    for kind in ["account", "user/", "group/", "role/", "policy/", "access-key/"] {
        let (snapshot, problems) = load_without(kind);
        assert!(problems[0].key.starts_with(kind), "{problems:?}");
        assert!(matches!(problems[0].reason, LoadReason::Shape { .. }));
        assert!(!snapshot.is_complete());
        let refused = Draft::new(&snapshot).unwrap_err();
        assert_eq!(refused, DirectoryError::AccountUnreadable, "{kind}");
    }
}

#[test]
fn a_user_or_role_that_cannot_be_read_does_not_exist() {
    let whole = fixture();
    let (snapshot, _) = load_without("user/");
    let alice = whole.snapshot().user_by_name("Alice").unwrap().id.clone();
    assert!(!snapshot.principal_exists(&alice));
    let deploy = whole.snapshot().role_by_name("Deploy").unwrap().id.clone();
    let (snapshot, _) = load_without("role/");
    assert!(
        !snapshot.principal_exists(&deploy) && snapshot.role_by_arn(&arn("role/Deploy")).is_none()
    );
}

#[test]
fn members_of_an_unreadable_group_are_denied_everything() {
    let (snapshot, _) = load_without("group/");
    let alice = snapshot.user_by_name("Alice").unwrap();
    let policies = snapshot.identity_policies_of_user(alice);
    assert_eq!(policies.len(), 3);
    assert!(policies.iter().any(|policy| std::ptr::eq(policy.policy, unreadable())));
}

#[test]
fn holders_of_an_unreadable_policy_are_denied_everything() {
    let (snapshot, _) = load_without("policy/");
    let alice = snapshot.user_by_name("Alice").unwrap();
    let policies = snapshot.identity_policies_of_user(alice);
    assert!(policies.iter().any(|policy| std::ptr::eq(policy.policy, unreadable())));
    let boundary = snapshot.boundary_policy(alice.boundary.as_ref().unwrap());
    assert!(std::ptr::eq(boundary.policy, unreadable()));
}

#[test]
fn without_an_account_record_no_secret_opens() {
    let (snapshot, problems) = load_without("account");
    assert!(snapshot.root().data_key.as_bytes().is_empty());
    let last = problems.last().unwrap();
    assert_eq!((last.key.as_str(), &last.reason), ("account", &LoadReason::AccountMissing));
    let (_, problems) = Snapshot::load(account(), Vec::<(&str, u16, &str)>::new());
    assert_eq!(problems.len(), 1);
}

#[test]
fn of_two_entities_with_one_name_the_second_is_refused() {
    let mut records = stored(fixture().snapshot());
    let mut other = Fixture::new();
    // Other ids than those of the fixture.
    other.user("Burn");
    other.user("aLICE");
    records
        .extend(stored(other.snapshot()).into_iter().filter(|(_, _, body)| body.contains("aLICE")));
    let (snapshot, problems) = Snapshot::load(account(), records);
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].reason, LoadReason::NameInUse);
    assert_eq!(snapshot.user_by_name("alice").unwrap().name.as_str(), "Alice");
    assert!(!snapshot.is_complete());
}

#[test]
fn a_damaged_policy_leaves_the_entity_and_the_account_writable() {
    for kind in ["user/", "group/", "role/", "policy/"] {
        let mut records = stored(fixture().snapshot());
        for (key, _, body) in &mut records {
            if key.starts_with(kind) {
                *body = body.replace("Allow", "Refuse");
            }
        }
        let (snapshot, problems) = Snapshot::load(account(), records);
        assert_eq!(problems, []);
        let [damaged] = &snapshot.damaged_policies()[..] else { panic!("one of {kind}") };
        assert!(damaged.key.starts_with(kind), "{damaged:?}");
        assert_eq!(damaged.reason, LoadReason::DamagedPolicy);
        assert!(Draft::new(&snapshot).is_ok());
        assert_eq!(snapshot.entities().count(), fixture().snapshot().entities().count());
    }
}

#[test]
fn a_new_account_is_written_with_its_first_commit() {
    let root =
        AccountRoot { id: account(), created_at: now(), data_key: secret(), login_profile: None };
    let (snapshot, changes) = Draft::create_account(root).into_parts();
    let records = changes.iter().map(|change| change.encode());
    let records = records.map(|change| (change.key, change.value.unwrap()));
    let (loaded, problems) =
        Snapshot::load(account(), records.map(|(key, value)| (key, value.format, value.body)));
    assert_eq!((dump(&loaded), problems), (dump(&snapshot), vec![]));
}
