//! Users, groups and roles.

use stead_types::{Path, UserName};

use crate::commands::{
    PolicyHolder, access_key, attachment, group, inline_policy, mfa_device, role, user,
};
use crate::entity::{KeyOwner, MaxSessionDuration};
use crate::testing::{
    ALLOW, BROKEN, Fixture, arn, missing, name, now, secret, tag, tags, trust_of,
};
use crate::{DeleteConflict, DirectoryError, Draft, EntityKind, Quota, Snapshot};

#[test]
fn names_are_unique_and_found_whatever_their_case() {
    let mut fixture = Fixture::new();
    let alice = fixture.user("Alice");
    let taken = fixture.try_user("ALICE").unwrap_err();
    assert_eq!(taken, DirectoryError::exists(EntityKind::User, "ALICE"));
    assert_eq!(fixture.snapshot().user_by_name("aLICE").unwrap().id, alice.id);
    assert!(fixture.snapshot().user_by_name("Alic").is_none());
    assert!(fixture.snapshot().user_by_arn(&arn("user/Alice")).is_some());
    assert!(fixture.snapshot().user_by_arn(&arn("user/alice")).is_none());
    assert!(fixture.snapshot().user_by_arn(&arn("user/path/Alice")).is_none());
}

#[test]
fn users_groups_roles_and_policies_have_names_of_their_own() {
    let mut fixture = Fixture::new();
    fixture.user("Same");
    fixture.group("Same");
    fixture.role("Same", "*");
    fixture.policy("Same");
    let group =
        group::create(&mut fixture.draft, name("SAME"), Path::root(), now(), &mut fixture.entropy);
    assert_eq!(group.unwrap_err(), DirectoryError::exists(EntityKind::Group, "SAME"));
    let role = fixture.try_role("same", "*");
    assert_eq!(role.unwrap_err(), DirectoryError::exists(EntityKind::Role, "same"));
    let policy = fixture.try_policy("sAME", ALLOW.into());
    assert_eq!(policy.unwrap_err(), DirectoryError::exists(EntityKind::Policy, "sAME"));
}

#[test]
fn a_name_is_unique_across_paths() {
    let mut fixture = Fixture::new();
    fixture.user("Alice");
    let new =
        user::NewUser { name: name("Alice"), path: name("/a/"), boundary: None, tags: vec![] };
    let taken = user::create(&mut fixture.draft, new, now(), &mut fixture.entropy);
    assert_eq!(taken.unwrap_err(), DirectoryError::exists(EntityKind::User, "Alice"));
}

#[test]
fn a_user_keeps_its_id_when_it_is_renamed() {
    let mut fixture = Fixture::new();
    let before = fixture.user("Alice");
    let alice: UserName = name("Alice");
    let holder = PolicyHolder::User(&alice);
    inline_policy::put(&mut fixture.draft, holder, name("inline"), ALLOW.into()).unwrap();
    let update = |draft: &mut Draft, from: &str, to: &str| {
        user::update(draft, &name(from), Some(name(to)), Some(name("/new/")))
    };
    let after = update(&mut fixture.draft, "alice", "Bob").unwrap();
    assert_eq!(
        (after.id.clone(), after.arn(crate::testing::account())),
        (before.id.clone(), arn("user/new/Bob"))
    );
    assert!(fixture.snapshot().user_by_name("Alice").is_none());
    let policies = fixture.snapshot().identity_policies_of_user(&after);
    assert!(format!("{:?}", policies[0].source).contains("user/new/Bob"));

    let refused = update(&mut fixture.draft, "Bob", "BOB").unwrap_err();
    assert_eq!(refused, DirectoryError::exists(EntityKind::User, "BOB"));
    let refused = update(&mut fixture.draft, "Alice", "Carol").unwrap_err();
    assert_eq!(refused, missing(EntityKind::User, "Alice"));
}

#[test]
fn a_user_made_again_is_another_user() {
    let mut fixture = Fixture::new();
    let first = fixture.user("Alice");
    user::delete(&mut fixture.draft, &name("Alice")).unwrap();
    assert!(!fixture.snapshot().principal_exists(&first.id));
    let second = fixture.user("Alice");
    assert_ne!(first.id, second.id);
    assert!(!fixture.snapshot().principal_exists(&first.id));
}

/// Gives Alice everything that stands in the way of her deletion, and takes it
/// away in the order in which it is named.
#[test]
fn a_user_is_deleted_once_nothing_is_left() {
    let mut fixture = Fixture::new();
    let alice: UserName = name("Alice");
    let owner = KeyOwner::User(fixture.user("Alice").id.clone());
    let policy = fixture.policy("P").arn.clone();
    fixture.group("G");
    let draft = &mut fixture.draft;
    let holder = PolicyHolder::User(&alice);
    attachment::attach(draft, holder, &policy).unwrap();
    inline_policy::put(draft, holder, name("i"), ALLOW.into()).unwrap();
    let id = access_key::new_id(draft.snapshot(), &mut fixture.entropy);
    access_key::create(draft, owner.clone(), id.clone(), secret(), now()).unwrap();
    let device = mfa_device::NewMfaDevice {
        name: name("m"),
        path: Path::root(),
        seed: secret(),
        tags: vec![],
    };
    let serial = mfa_device::create(draft, device, now()).unwrap().serial.clone();
    mfa_device::enable(draft, owner.clone(), &serial, mfa_device::ConsecutiveCodes::Right, now())
        .unwrap();
    group::add_user(draft, &name("G"), &alice).unwrap();

    let refused = |draft: &mut Draft| match user::delete(draft, &alice) {
        Err(DirectoryError::DeleteConflict(conflict)) => conflict,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(draft), DeleteConflict::PoliciesAttached);
    attachment::detach(draft, holder, &policy).unwrap();
    assert_eq!(refused(draft), DeleteConflict::InlinePolicies);
    inline_policy::delete(draft, holder, &name("i")).unwrap();
    assert_eq!(refused(draft), DeleteConflict::AccessKeys);
    access_key::delete(draft, &owner, &id).unwrap();
    assert_eq!(refused(draft), DeleteConflict::MfaDevices);
    mfa_device::deactivate(draft, &owner, &serial).unwrap();
    assert_eq!(refused(draft), DeleteConflict::GroupMembership);
    let in_use = group::delete(draft, &name("G")).unwrap_err();
    assert_eq!(in_use, DirectoryError::DeleteConflict(DeleteConflict::GroupMembership));
    group::remove_user(draft, &name("G"), &alice).unwrap();
    user::delete(draft, &alice).unwrap();
    assert_eq!(user::delete(draft, &alice).unwrap_err(), missing(EntityKind::User, "Alice"));
}

#[test]
fn membership_names_a_missing_user_first_and_is_idempotent() {
    let mut fixture = Fixture::new();
    let draft = &mut fixture.draft;
    let (user, group) = (name("u"), name("g"));
    let nobody = missing(EntityKind::User, "u");
    assert_eq!(group::add_user(draft, &group, &user).unwrap_err(), nobody);
    assert_eq!(group::remove_user(draft, &group, &user).unwrap_err(), nobody);
    let id = fixture.user("u").id.clone();
    let no_group = missing(EntityKind::Group, "g");
    assert_eq!(group::add_user(&mut fixture.draft, &group, &user).unwrap_err(), no_group);
    assert_eq!(group::remove_user(&mut fixture.draft, &group, &user).unwrap_err(), no_group);

    let members = |snapshot: &Snapshot| {
        let group = snapshot.group_by_name("g").unwrap().id.clone();
        snapshot.members_of(&group, None).map(|user| user.id.clone()).collect::<Vec<_>>()
    };
    fixture.group("g");
    group::remove_user(&mut fixture.draft, &group, &user).unwrap();
    for _ in 0..2 {
        group::add_user(&mut fixture.draft, &group, &user).unwrap();
        assert_eq!(members(fixture.snapshot()), std::slice::from_ref(&id));
    }
    group::remove_user(&mut fixture.draft, &group, &user).unwrap();
    assert!(members(fixture.snapshot()).is_empty());
}

#[test]
fn members_and_users_are_listed_by_name() {
    let mut fixture = Fixture::new();
    let group = fixture.group("g").id.clone();
    for user in ["b", "C", "a"] {
        fixture.user(user);
        group::add_user(&mut fixture.draft, &name("g"), &name(user)).unwrap();
    }
    user::update(&mut fixture.draft, &name("a"), None, Some(name("/p/q/"))).unwrap();
    let snapshot = fixture.snapshot();
    let names = |after| -> Vec<_> {
        snapshot.members_of(&group, after).map(|user| user.name.to_string()).collect()
    };
    assert_eq!(names(None), ["a", "b", "C"]);
    assert_eq!(names(Some("A")), ["b", "C"]);
    let under = |prefix, after| -> Vec<_> {
        snapshot.users(prefix, after).map(|user| user.name.to_string()).collect()
    };
    assert_eq!(under("/", None), ["a", "b", "C"]);
    assert_eq!(under("/", Some("B")), ["C"]);
    // Observed: a path prefix need not end with a slash (2026-02).
    assert_eq!(under("/p", None), ["a"]);
    assert!(under("/q", None).is_empty());
}

#[test]
fn accounts_hold_so_many_users_groups_and_roles() {
    let mut fixture = Fixture::new();
    for index in 0..Quota::GroupsPerAccount.max() {
        fixture.group(&format!("g{index}"));
    }
    let more =
        group::create(&mut fixture.draft, name("g"), Path::root(), now(), &mut fixture.entropy);
    assert_eq!(more.unwrap_err(), DirectoryError::LimitExceeded(Quota::GroupsPerAccount));
    for index in 0..Quota::RolesPerAccount.max() {
        fixture.role(&format!("r{index}"), "*");
    }
    let more = fixture.try_role("r", "*").unwrap_err();
    assert_eq!(more, DirectoryError::LimitExceeded(Quota::RolesPerAccount));
    for index in 0..Quota::UsersPerAccount.max() {
        fixture.user(&format!("u{index}"));
    }
    let more = fixture.try_user("u").unwrap_err();
    assert_eq!(more, DirectoryError::LimitExceeded(Quota::UsersPerAccount));
    // A taken name is named before the quota.
    let taken = fixture.try_user("u0").unwrap_err();
    assert_eq!(taken, DirectoryError::exists(EntityKind::User, "u0"));
}

#[test]
fn a_user_is_in_ten_groups_at_most() {
    let mut fixture = Fixture::new();
    fixture.user("u");
    for index in 0..=Quota::GroupsPerUser.max() {
        fixture.group(&format!("g{index}"));
    }
    for index in 0..Quota::GroupsPerUser.max() {
        group::add_user(&mut fixture.draft, &name(&format!("g{index}")), &name("u")).unwrap();
    }
    let more = group::add_user(&mut fixture.draft, &name("g10"), &name("u")).unwrap_err();
    assert_eq!(more, DirectoryError::LimitExceeded(Quota::GroupsPerUser));
    group::add_user(&mut fixture.draft, &name("g0"), &name("u")).unwrap();
}

#[test]
fn a_role_is_updated_part_by_part() {
    let mut fixture = Fixture::new();
    let created = fixture.role("R", "*");
    assert_eq!(created.max_session_duration.seconds(), 3600);
    let two_hours = MaxSessionDuration::from_seconds(7200);
    let updated = role::update(&mut fixture.draft, &name("r"), None, two_hours).unwrap();
    assert_eq!((&updated.description, updated.max_session_duration), (&None, two_hours.unwrap()));
    let updated = role::update(&mut fixture.draft, &name("R"), Some("d".into()), None).unwrap();
    assert_eq!(
        (updated.description.as_deref(), updated.max_session_duration),
        (Some("d"), two_hours.unwrap())
    );
    for seconds in [0, 3599, 43_201] {
        assert_eq!(MaxSessionDuration::from_seconds(seconds), None);
    }
    let nobody = role::update(&mut fixture.draft, &name("X"), None, None).unwrap_err();
    assert_eq!(nobody, missing(EntityKind::Role, "X"));
}

#[test]
fn a_role_is_deleted_once_it_has_no_policies() {
    let mut fixture = Fixture::new();
    fixture.role("R", "*");
    let policy = fixture.policy("P").arn.clone();
    let draft = &mut fixture.draft;
    let role_name = name("R");
    let holder = PolicyHolder::Role(&role_name);
    attachment::attach(draft, holder, &policy).unwrap();
    inline_policy::put(draft, holder, name("i"), ALLOW.into()).unwrap();
    for conflict in [DeleteConflict::PoliciesAttached, DeleteConflict::InlinePolicies] {
        let refused = role::delete(draft, &role_name).unwrap_err();
        assert_eq!(refused, DirectoryError::DeleteConflict(conflict));
        let _ = attachment::detach(draft, holder, &policy);
    }
    inline_policy::delete(draft, holder, &name("i")).unwrap();
    role::delete(draft, &role_name).unwrap();
    assert_eq!(role::delete(draft, &role_name).unwrap_err(), missing(EntityKind::Role, "R"));
}

#[test]
fn what_is_refused_changes_nothing() {
    let mut fixture = Fixture::new();
    fixture.role("R", "*");
    let (_, before) = fixture.draft.clone().into_parts();
    let principals = fixture.snapshot().clone();
    let draft = &mut fixture.draft;
    let frame = r#"{"Version":"2012-10-17","Statement":{"Sid":"SID","Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}}"#;
    let too_long = frame.replace("SID", &"x".repeat(2048)).into();
    for (trust, refusal) in [
        (BROKEN.into(), None),
        (too_long, Some(DirectoryError::LimitExceeded(Quota::TrustPolicySize))),
        (
            trust_of("arn:aws:iam::111122223333:user/Nobody"),
            Some(DirectoryError::InvalidPrincipal {
                text: "arn:aws:iam::111122223333:user/Nobody".into(),
            }),
        ),
    ] {
        let refused = role::update_trust(draft, &name("R"), &trust, &principals).unwrap_err();
        match refusal {
            Some(refusal) => assert_eq!(refused, refusal),
            None => assert!(matches!(refused, DirectoryError::MalformedPolicyDocument(_))),
        }
    }
    let new = user::NewUser {
        name: name("u"),
        path: Path::root(),
        boundary: Some(arn("policy/None")),
        tags: vec![tag("a", "1")],
    };
    let refused = user::create(draft, new.clone(), now(), &mut fixture.entropy).unwrap_err();
    assert_eq!(refused, missing(EntityKind::AttachablePolicy, arn("policy/None")));
    let duplicate = user::NewUser { tags: vec![tag("a", "1"), tag("A", "2")], ..new.clone() };
    let refused = user::create(draft, duplicate, now(), &mut fixture.entropy).unwrap_err();
    assert_eq!(refused, DirectoryError::DuplicateTagKeys);
    let too_many = user::NewUser { tags: tags(51), boundary: None, ..new };
    let refused = user::create(draft, too_many, now(), &mut fixture.entropy).unwrap_err();
    assert_eq!(refused, DirectoryError::LimitExceeded(Quota::TagsPerResource));
    let (_, after) = fixture.draft.into_parts();
    assert_eq!(before.len(), after.len());
}
