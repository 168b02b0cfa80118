//! Roles that are linked to a service.

use std::sync::Arc;

use stead_types::TagKey;

use crate::commands::boundary::BoundaryHolder;
use crate::commands::role::NewRole;
use crate::commands::tags::Taggable;
use crate::commands::{
    PolicyHolder, attachment, boundary, inline_policy, instance_profile, role, service_linked_role,
    tags,
};
use crate::entity::{MaxSessionDuration, Role};
use crate::testing::{ALLOW, Fixture, arn, missing, name, now, tag, trust_of};
use crate::{DirectoryError, EntityKind};

fn linked(fixture: &mut Fixture, policy: &str) -> Result<Arc<Role>, DirectoryError> {
    let new = NewRole {
        name: name("AWSServiceRoleForAutoScaling"),
        path: name("/aws-service-role/autoscaling.amazonaws.com/"),
        trust: r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"autoscaling.amazonaws.com"},"Action":"sts:AssumeRole"}}"#.into(),
        description: None,
        max_session_duration: MaxSessionDuration::DEFAULT,
        boundary: None,
        tags: Vec::new(),
    };
    let principals = fixture.snapshot().clone();
    let policies = [policy.parse().unwrap()];
    let (draft, entropy) = (&mut fixture.draft, &mut fixture.entropy);
    service_linked_role::create(draft, new, &policies, &principals, now(), entropy)
}

const POLICY: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

#[test]
fn only_its_service_changes_it() {
    let mut fixture = Fixture::new();
    let made = linked(&mut fixture, POLICY).unwrap();
    fixture.policy("P");
    fixture.try_instance_profile("P").unwrap();
    let draft = &mut fixture.draft;
    let one = made.name.clone();
    let refused = || Err(DirectoryError::ServiceLinkedRole { name: one.to_string() });
    let principals = draft.snapshot().clone();
    let holder = PolicyHolder::Role(&one);
    let bounded = BoundaryHolder::Role(&one);
    let trust = role::update_trust(draft, &one, &trust_of("*"), &principals).map(drop);
    assert_eq!(trust, refused());
    assert_eq!(role::delete(draft, &one), refused());
    assert_eq!(attachment::attach(draft, holder, &arn("policy/P")), refused());
    assert_eq!(attachment::detach(draft, holder, &POLICY.parse().unwrap()), refused());
    assert_eq!(inline_policy::put(draft, holder, name("p"), ALLOW.into()), refused());
    assert_eq!(inline_policy::delete(draft, holder, &name("p")), refused());
    assert_eq!(boundary::put(draft, bounded, &arn("policy/P")), refused());
    assert_eq!(boundary::delete(draft, bounded), refused());
    assert_eq!(instance_profile::add_role(draft, &name("P"), &one), refused());
    assert_eq!(instance_profile::remove_role(draft, &name("P"), &one), refused());
    let longer = role::update(draft, &one, None, Some(MaxSessionDuration::DEFAULT)).map(drop);
    let duration = DirectoryError::ServiceLinkedRoleDuration { name: one.to_string() };
    assert_eq!(longer, Err(duration));
    role::update(draft, &one, Some("text".into()), None).unwrap();
    tags::tag(draft, Taggable::Role(&one), vec![tag("a", "b")]).unwrap();
    tags::untag(draft, Taggable::Role(&one), &[name::<TagKey>("a")]).unwrap();
}

#[test]
fn it_comes_and_goes_with_the_policies_of_its_service() {
    let mut fixture = Fixture::new();
    let absent = "arn:aws:iam::aws:policy/NoPolicy";
    let refusal = linked(&mut fixture, absent).unwrap_err();
    assert_eq!(refusal, missing(EntityKind::AttachablePolicy, absent));
    let made = linked(&mut fixture, POLICY).unwrap();
    let again = linked(&mut fixture, POLICY).unwrap_err();
    assert_eq!(again, DirectoryError::exists(EntityKind::Role, &made.name));
    let policy = POLICY.parse().unwrap();
    assert!(made.attached.contains(&policy));
    assert_eq!(fixture.snapshot().entities_with_policy(&policy).count(), 1);
    fixture.role("Plain", "*");
    let plain = service_linked_role::delete(&mut fixture.draft, &name("plain")).map(drop);
    assert_eq!(plain, Err(missing(EntityKind::OrdinaryRole, "Plain")));
    service_linked_role::delete(&mut fixture.draft, &made.name).unwrap();
    assert_eq!(fixture.snapshot().entities_with_policy(&policy).count(), 0);
    assert!(fixture.snapshot().role_by_name(made.name.as_str()).is_none());
}
