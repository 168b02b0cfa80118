//! Instance profiles.

use crate::commands::{instance_profile, role};
use crate::testing::{Fixture, account, arn, missing, name};
use crate::{DeleteConflict, DirectoryError, EntityKind, Quota};

/// A profile `P` with the role `R`, and another role.
fn with_role() -> Fixture {
    let mut fixture = Fixture::new();
    fixture.try_instance_profile("P").unwrap();
    fixture.role("R", "*");
    fixture.role("Other", "*");
    instance_profile::add_role(&mut fixture.draft, &name("P"), &name("r")).unwrap();
    fixture
}

const IN_USE: DirectoryError = DirectoryError::DeleteConflict(DeleteConflict::InstanceProfileRole);

#[test]
fn a_profile_has_a_name_of_its_own_and_an_id_that_is_never_given_again() {
    let mut fixture = Fixture::new();
    let first = fixture.try_instance_profile("Web").unwrap();
    assert_eq!(first.arn(account()), arn("instance-profile/Web"));
    assert!(first.id.as_str().starts_with("AIPA"));
    let again = fixture.try_instance_profile("wEB").unwrap_err();
    assert_eq!(again, DirectoryError::exists(EntityKind::InstanceProfile, "wEB"));
    instance_profile::delete(&mut fixture.draft, &name("WEB")).unwrap();
    assert_eq!(fixture.snapshot().instance_profile_count(), 0);
    assert_ne!(fixture.try_instance_profile("Web").unwrap().id, first.id);
}

#[test]
fn a_profile_has_one_role_and_a_role_many_profiles() {
    let mut fixture = with_role();
    for role in ["R", "Other"] {
        let full = instance_profile::add_role(&mut fixture.draft, &name("P"), &name(role));
        assert_eq!(full, Err(DirectoryError::LimitExceeded(Quota::RolesPerInstanceProfile)));
    }
    for profile in ["b", "A"] {
        fixture.try_instance_profile(profile).unwrap();
        instance_profile::add_role(&mut fixture.draft, &name(profile), &name("R")).unwrap();
    }
    let role = fixture.snapshot().role_by_name("R").unwrap().id.clone();
    let listed = |after| {
        let profiles = fixture.snapshot().instance_profiles_of(&role, after);
        profiles.map(|profile| profile.name.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(listed(None), ["A", "b", "P"]);
    assert_eq!(listed(Some("B")), ["P"]);
}

#[test]
fn neither_is_deleted_while_the_role_is_in_the_profile() {
    let mut fixture = with_role();
    let draft = &mut fixture.draft;
    assert_eq!(instance_profile::delete(draft, &name("P")), Err(IN_USE));
    assert_eq!(role::delete(draft, &name("R")), Err(IN_USE));
    role::delete(draft, &name("Other")).unwrap();
    instance_profile::remove_role(draft, &name("P"), &name("R")).unwrap();
    role::delete(draft, &name("R")).unwrap();
    instance_profile::delete(draft, &name("P")).unwrap();
}

#[test]
fn a_role_that_is_not_in_the_profile_is_not_taken_out_of_it() {
    let mut fixture = with_role();
    let remove = |fixture: &mut Fixture, role: &str| {
        instance_profile::remove_role(&mut fixture.draft, &name("p"), &name(role))
    };
    let other = "Role Other in Instance Profile P";
    let expected = missing(EntityKind::RoleInInstanceProfile, other);
    assert_eq!(remove(&mut fixture, "OTHER"), Err(expected));
    remove(&mut fixture, "R").unwrap();
    let expected = missing(EntityKind::RoleInInstanceProfile, "Role R in Instance Profile P");
    assert_eq!(remove(&mut fixture, "R"), Err(expected));
}

#[test]
fn an_account_has_a_thousand_profiles_at_most() {
    let mut fixture = Fixture::new();
    for index in 0..1_000 {
        fixture.try_instance_profile(&format!("p{index}")).unwrap();
    }
    let more = fixture.try_instance_profile("more").unwrap_err();
    assert_eq!(more, DirectoryError::LimitExceeded(Quota::InstanceProfilesPerAccount));
}

#[test]
fn what_is_missing_is_named_the_profile_first() {
    let mut fixture = Fixture::new();
    let draft = &mut fixture.draft;
    let profile = Err(missing(EntityKind::InstanceProfile, "P"));
    assert_eq!(instance_profile::add_role(draft, &name("P"), &name("R")), profile);
    assert_eq!(instance_profile::remove_role(draft, &name("P"), &name("R")), profile);
    assert_eq!(instance_profile::delete(draft, &name("P")), profile);
    fixture.try_instance_profile("P").unwrap();
    let draft = &mut fixture.draft;
    let role = Err(missing(EntityKind::Role, "R"));
    assert_eq!(instance_profile::add_role(draft, &name("P"), &name("R")), role);
    assert_eq!(instance_profile::remove_role(draft, &name("P"), &name("R")), role);
}
