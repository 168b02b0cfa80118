//! Policies under one index: when, whose, and never of another snapshot.

use crate::commands::{PolicyHolder, attachment, inline_policy};
use crate::limits::{PREPARED_PRINCIPALS_MAX, PREPARED_WITH_POLICIES_MIN};
use crate::testing::{ALLOW, Fixture, name};
use crate::{Snapshot, entity::User};

/// A user with so many managed policies.
fn fixture(policies: usize) -> Fixture {
    let mut fixture = Fixture::new();
    fixture.user("Alice");
    for number in 0..policies {
        let policy = fixture.policy(&format!("P{number}")).arn.clone();
        let alice = name("Alice");
        attachment::attach(&mut fixture.draft, PolicyHolder::User(&alice), &policy).unwrap();
    }
    fixture
}

fn alice(snapshot: &Snapshot) -> &User {
    snapshot.user_by_name("Alice").unwrap()
}

/// The sources of the set, once it is made.
fn prepared(snapshot: &Snapshot) -> Option<Vec<String>> {
    let set = snapshot.identity_policy_set_of_user(alice(snapshot))?;
    Some(set.iter().map(|policy| format!("{:?}", policy.source)).collect())
}

fn listed(snapshot: &Snapshot) -> Vec<String> {
    let policies = snapshot.identity_policies_of_user(alice(snapshot));
    policies.iter().map(|policy| format!("{:?}", policy.source)).collect()
}

#[test]
fn who_calls_again_has_all_policies_under_one_index() {
    let fixture = fixture(PREPARED_WITH_POLICIES_MIN);
    let snapshot = fixture.snapshot();
    assert_eq!(prepared(snapshot), None, "once is not often");
    assert_eq!(prepared(snapshot), Some(listed(snapshot)));
    assert_eq!(prepared(&snapshot.clone()), Some(listed(snapshot)), "clones share it");
}

#[test]
fn who_has_few_policies_is_not_worth_it() {
    let fixture = fixture(PREPARED_WITH_POLICIES_MIN - 1);
    let snapshot = fixture.snapshot();
    assert_eq!((prepared(snapshot), prepared(snapshot)), (None, None));
}

#[test]
fn a_change_begins_anew_for_the_snapshot_it_makes() {
    let mut fixture = fixture(PREPARED_WITH_POLICIES_MIN);
    let before = fixture.snapshot().clone();
    let _ = prepared(&before);
    let old = prepared(&before).unwrap();
    let alice = name("Alice");
    let holder = PolicyHolder::User(&alice);
    inline_policy::put(&mut fixture.draft, holder, name("new"), ALLOW.into()).unwrap();
    let after = fixture.snapshot();
    assert_eq!(prepared(after), None, "nothing is taken over");
    let new = prepared(after).unwrap();
    assert_eq!((new.len(), &new), (old.len() + 1, &listed(after)));
    assert_eq!(prepared(&before), Some(old), "who began before the change ends with it");
}

#[test]
fn so_many_principals_and_no_more() {
    let mut fixture = fixture(PREPARED_WITH_POLICIES_MIN);
    let policies: Vec<_> = alice(fixture.snapshot()).attached.iter().cloned().collect();
    for number in 0..PREPARED_PRINCIPALS_MAX {
        let user = name(&format!("user{number}"));
        fixture.user(&format!("user{number}"));
        for policy in &policies {
            attachment::attach(&mut fixture.draft, PolicyHolder::User(&user), policy).unwrap();
        }
    }
    let snapshot = fixture.snapshot();
    for number in 0..PREPARED_PRINCIPALS_MAX {
        let user = snapshot.user_by_name(&format!("user{number}")).unwrap();
        assert!(snapshot.identity_policy_set_of_user(user).is_none());
        assert!(snapshot.identity_policy_set_of_user(user).is_some());
    }
    assert_eq!((prepared(snapshot), prepared(snapshot)), (None, None));
}
