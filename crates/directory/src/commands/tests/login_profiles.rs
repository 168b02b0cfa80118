//! Passwords and their policy.

use std::collections::BTreeSet;

use crate::commands::{login_profile, password_policy, user};
use crate::entity::{LoginProfile, PasswordPolicy, WrappedSecret};
use crate::testing::{Fixture, account, missing, name, now};
use crate::{DeleteConflict, DirectoryError, EntityKind};
use std::sync::Arc;
use stead_types::Timestamp;

fn hash(number: u8) -> WrappedSecret {
    WrappedSecret::new([number])
}

fn later() -> Timestamp {
    "2026-03-02T12:00:00Z".parse().unwrap()
}

fn profile(fixture: &Fixture) -> Arc<LoginProfile> {
    let user = fixture.snapshot().user_by_name("Alice").unwrap();
    fixture.snapshot().login_profile(&user.id).unwrap().clone()
}

#[test]
fn a_user_has_one_password_and_what_is_not_named_stays() {
    let mut fixture = Fixture::new();
    fixture.user("Alice");
    let draft = &mut fixture.draft;
    login_profile::create(draft, &name("alice"), hash(1), true, now()).unwrap();
    let again = login_profile::create(draft, &name("ALICE"), hash(2), true, now()).unwrap_err();
    assert_eq!(again, DirectoryError::exists(EntityKind::LoginProfile, "Alice"));
    login_profile::update(draft, &name("Alice"), None, None, later()).unwrap();
    let unchanged = profile(&fixture);
    assert_eq!((unchanged.changed_at, unchanged.reset_required), (now(), true));
    assert!(unchanged.previous.is_empty());
    let draft = &mut fixture.draft;
    login_profile::update(draft, &name("Alice"), None, Some(false), later()).unwrap();
    login_profile::update(draft, &name("Alice"), Some(hash(2)), None, later()).unwrap();
    let changed = profile(&fixture);
    assert_eq!((changed.created_at, changed.changed_at), (now(), later()));
    assert_eq!((changed.password.clone(), changed.reset_required), (hash(2), false));
    assert_eq!(changed.last_passwords().cloned().collect::<Vec<_>>(), [hash(2), hash(1)]);
}

#[test]
fn the_last_twenty_four_passwords_are_remembered() {
    let mut fixture = Fixture::new();
    fixture.user("Alice");
    let draft = &mut fixture.draft;
    login_profile::create(draft, &name("Alice"), hash(0), false, now()).unwrap();
    for number in 1..30 {
        login_profile::update(draft, &name("Alice"), Some(hash(number)), None, now()).unwrap();
    }
    let expected: Vec<_> = (6..30).rev().map(hash).collect();
    assert_eq!(profile(&fixture).last_passwords().cloned().collect::<Vec<_>>(), expected);
}

#[test]
fn a_user_is_not_deleted_while_it_has_a_password_which_goes_with_no_name() {
    let mut fixture = Fixture::new();
    fixture.user("Alice");
    let draft = &mut fixture.draft;
    login_profile::create(draft, &name("Alice"), hash(1), false, now()).unwrap();
    let conflict = DirectoryError::DeleteConflict(DeleteConflict::LoginProfile);
    assert_eq!(user::delete(draft, &name("Alice")), Err(conflict));
    user::update(draft, &name("Alice"), Some(name("Bob")), None).unwrap();
    login_profile::delete(draft, &name("Bob")).unwrap();
    user::delete(draft, &name("Bob")).unwrap();
}

#[test]
fn what_is_missing_is_named() {
    let mut fixture = Fixture::new();
    fixture.user("Bob");
    let draft = &mut fixture.draft;
    let no_user = missing(EntityKind::User, "Alice");
    let created = login_profile::create(draft, &name("Alice"), hash(1), false, now());
    assert_eq!(created.unwrap_err(), no_user);
    for (user, error) in [("Alice", no_user), ("BOB", missing(EntityKind::LoginProfile, "Bob"))] {
        let updated = login_profile::update(draft, &name(user), None, None, now());
        assert_eq!(updated, Err(error.clone()));
        assert_eq!(login_profile::delete(draft, &name(user)), Err(error));
    }
    let policy = Err(missing(EntityKind::PasswordPolicyToDelete, account()));
    assert_eq!(password_policy::delete(draft), policy);
}

#[test]
fn a_policy_is_replaced_whole() {
    let mut fixture = Fixture::new();
    let policy = |minimum_length, hard_expiry| PasswordPolicy {
        minimum_length,
        required: BTreeSet::new(),
        users_may_change: false,
        max_age_days: None,
        reuse_prevention: None,
        hard_expiry,
    };
    password_policy::put(&mut fixture.draft, policy(8, Some(true)));
    password_policy::put(&mut fixture.draft, policy(9, None));
    assert_eq!(**fixture.snapshot().password_policy().unwrap(), policy(9, None));
    password_policy::delete(&mut fixture.draft).unwrap();
    assert!(fixture.snapshot().password_policy().is_none());
}
