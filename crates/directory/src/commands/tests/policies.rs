//! Inline policies, managed policies, attachments and boundaries.

use stead_types::{Arn, GroupName, RoleName, UserName};

use crate::commands::boundary::BoundaryHolder;
use crate::commands::managed_policy::NewVersion::{Default, Kept};
use crate::commands::{PolicyHolder, attachment, boundary, inline_policy, managed_policy, user};
use crate::entity::VersionId;
use crate::testing::{ALLOW, BROKEN, DENY, Fixture, arn, document_of, missing, name, now};
use crate::{DeleteConflict, DirectoryError, Draft, EntityKind, PolicyUse, Quota};

const ADMINISTRATOR: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

/// A user, a group and a role, each named `X`.
struct Three {
    fixture: Fixture,
    user: UserName,
    group: GroupName,
    role: RoleName,
}

impl Three {
    fn new() -> Self {
        let mut fixture = Fixture::new();
        fixture.user("X");
        fixture.group("X");
        fixture.role("X", "*");
        Self { fixture, user: name("X"), group: name("X"), role: name("X") }
    }
}

fn version(number: u32) -> VersionId {
    VersionId::from_number(number).unwrap()
}

#[test]
fn inline_policies_have_a_total_size_per_kind_of_holder() {
    let mut three = Three::new();
    let draft = &mut three.fixture.draft;
    for (holder, quota) in [
        (PolicyHolder::User(&three.user), Quota::UserInlinePolicySize),
        (PolicyHolder::Group(&three.group), Quota::GroupInlinePolicySize),
        (PolicyHolder::Role(&three.role), Quota::RoleInlinePolicySize),
    ] {
        let put = |draft: &mut Draft, policy: &str, size| {
            inline_policy::put(draft, holder, name(policy), document_of(size))
        };
        put(draft, "a", quota.max() - 200).unwrap();
        put(draft, "b", 200).unwrap();
        let refused = put(draft, "b", 201).unwrap_err();
        assert_eq!(refused, DirectoryError::LimitExceeded(quota));
        // What is replaced does not count.
        put(draft, "a", 200).unwrap();
        put(draft, "b", quota.max() - 200).unwrap();
    }
}

#[test]
fn white_space_does_not_count() {
    let mut three = Three::new();
    let spaced = document_of(2048).as_str().replace(',', ",\n        ");
    let holder = PolicyHolder::User(&three.user);
    inline_policy::put(&mut three.fixture.draft, holder, name("a"), spaced.into()).unwrap();
}

#[test]
fn inline_policies_are_named_by_their_holder_when_missing() {
    let mut three = Three::new();
    let draft = &mut three.fixture.draft;
    for (holder, kind) in [
        (PolicyHolder::User(&three.user), EntityKind::UserPolicy),
        (PolicyHolder::Group(&three.group), EntityKind::GroupPolicy),
        (PolicyHolder::Role(&three.role), EntityKind::RolePolicy),
    ] {
        inline_policy::put(draft, holder, name("P"), ALLOW.into()).unwrap();
        let refused = inline_policy::delete(draft, holder, &name("p")).unwrap_err();
        assert_eq!(refused, missing(kind, "p"));
        inline_policy::delete(draft, holder, &name("P")).unwrap();
    }
    let nobody = name("Nobody");
    let holder = PolicyHolder::User(&nobody);
    let refused = inline_policy::put(draft, holder, name("P"), ALLOW.into()).unwrap_err();
    assert_eq!(refused, missing(EntityKind::User, "Nobody"));
    let refused = inline_policy::put(draft, holder, name("P"), BROKEN.into()).unwrap_err();
    assert!(matches!(refused, DirectoryError::MalformedPolicyDocument(_)));
}

#[test]
fn ten_policies_are_attached_at_most() {
    let mut three = Three::new();
    let policies: Vec<Arn> =
        (0..11).map(|index| three.fixture.policy(&format!("P{index}")).arn.clone()).collect();
    let draft = &mut three.fixture.draft;
    for (holder, quota) in [
        (PolicyHolder::User(&three.user), Quota::PoliciesPerUser),
        (PolicyHolder::Group(&three.group), Quota::PoliciesPerGroup),
        (PolicyHolder::Role(&three.role), Quota::PoliciesPerRole),
    ] {
        for policy in &policies[..10] {
            attachment::attach(draft, holder, policy).unwrap();
        }
        let refused = attachment::attach(draft, holder, &policies[10]).unwrap_err();
        assert_eq!(refused, DirectoryError::LimitExceeded(quota));
        attachment::attach(draft, holder, &policies[0]).unwrap();
        attachment::detach(draft, holder, &policies[0]).unwrap();
        attachment::attach(draft, holder, &name(ADMINISTRATOR)).unwrap();
    }
    assert_eq!(draft.snapshot().entities_with_policy(&policies[5]).count(), 3);
    assert_eq!(draft.snapshot().entities_with_policy(&policies[0]).count(), 0);
}

#[test]
fn attaching_and_detaching_say_what_is_missing() {
    let mut three = Three::new();
    three.fixture.policy("P");
    let draft = &mut three.fixture.draft;
    let holder = PolicyHolder::User(&three.user);
    for absent in ["policy/p", "policy/x/P", "policy/None", "role/X"].map(arn) {
        let refused = attachment::attach(draft, holder, &absent).unwrap_err();
        assert_eq!(refused, missing(EntityKind::AttachablePolicy, &absent));
    }
    let unattached = arn("policy/P");
    let refused = attachment::detach(draft, holder, &unattached).unwrap_err();
    assert_eq!(refused, missing(EntityKind::AttachedPolicy, &unattached));
    let nobody = name("Nobody");
    let refused = attachment::attach(draft, PolicyHolder::Group(&nobody), &arn("policy/None"));
    assert_eq!(refused.unwrap_err(), missing(EntityKind::Group, "Nobody"));
}

#[test]
fn a_policy_has_five_versions_with_numbers_of_their_own() {
    let mut fixture = Fixture::new();
    let policy = fixture.policy("P").arn.clone();
    let draft = &mut fixture.draft;
    let add = |draft: &mut Draft, new| {
        managed_policy::create_version(draft, &policy, DENY.into(), new, now())
    };
    for number in 2..=5 {
        assert_eq!(add(draft, Kept).unwrap(), version(number));
    }
    let refused = add(draft, Kept).unwrap_err();
    assert_eq!(refused, DirectoryError::LimitExceeded(Quota::VersionsPerPolicy));
    managed_policy::delete_version(draft, &policy, version(5)).unwrap();
    assert_eq!(add(draft, Default).unwrap(), version(6));
    let stored = draft.snapshot().policy(&policy).unwrap();
    assert_eq!((stored.default_version, stored.versions.len()), (version(6), 5));
    managed_policy::set_default_version(draft, &policy, version(1)).unwrap();
    assert_eq!(draft.snapshot().policy(&policy).unwrap().default_version, version(1));

    let refused = managed_policy::delete_version(draft, &policy, version(1)).unwrap_err();
    assert_eq!(refused, DirectoryError::DeleteConflict(DeleteConflict::DefaultVersion));
    let gone = missing(EntityKind::PolicyVersion, format!("{policy} version v5"));
    assert_eq!(managed_policy::delete_version(draft, &policy, version(5)), Err(gone.clone()));
    assert_eq!(managed_policy::set_default_version(draft, &policy, version(5)), Err(gone));
}

#[test]
fn a_policy_is_deleted_once_nothing_uses_it_and_one_version_is_left() {
    let mut three = Three::new();
    let policy = three.fixture.policy("P").arn.clone();
    let draft = &mut three.fixture.draft;
    managed_policy::create_version(draft, &policy, DENY.into(), Kept, now()).unwrap();
    let holder = PolicyHolder::Group(&three.group);
    attachment::attach(draft, holder, &policy).unwrap();
    boundary::put(draft, BoundaryHolder::Role(&three.role), &policy).unwrap();
    let refused = |draft: &mut Draft| managed_policy::delete(draft, &policy).unwrap_err();
    let in_use = DirectoryError::DeleteConflict(DeleteConflict::PolicyInUse);
    assert_eq!(refused(draft), in_use);
    attachment::detach(draft, holder, &policy).unwrap();
    assert_eq!(refused(draft), in_use);
    let uses: Vec<_> = draft.snapshot().entities_with_policy(&policy).cloned().collect();
    assert!(matches!(uses[..], [PolicyUse::RoleBoundary(_)]));
    boundary::delete(draft, BoundaryHolder::Role(&three.role)).unwrap();
    assert_eq!(refused(draft), DirectoryError::DeleteConflict(DeleteConflict::PolicyHasVersions));
    managed_policy::delete_version(draft, &policy, version(2)).unwrap();
    managed_policy::delete(draft, &policy).unwrap();
    assert_eq!(refused(draft), missing(EntityKind::Policy, &policy));
}

#[test]
fn policies_of_others_are_not_changed() {
    let mut fixture = Fixture::new();
    let draft = &mut fixture.draft;
    for foreign in [ADMINISTRATOR, "arn:aws:iam::999988887777:policy/P"] {
        let foreign: Arn = name(foreign);
        let outside = DirectoryError::PolicyOutsideAccount { arn: foreign.clone() };
        assert_eq!(managed_policy::delete(draft, &foreign).unwrap_err(), outside);
        let version = VersionId::FIRST;
        let refused = managed_policy::delete_version(draft, &foreign, version).unwrap_err();
        assert_eq!(refused, outside);
        let refused = managed_policy::set_default_version(draft, &foreign, version).unwrap_err();
        assert_eq!(refused, outside);
        let refused =
            managed_policy::create_version(draft, &foreign, ALLOW.into(), Kept, now()).unwrap_err();
        assert_eq!(refused, outside);
    }
}

#[test]
fn a_managed_policy_has_a_size() {
    let mut fixture = Fixture::new();
    let max = Quota::PolicySize.max();
    let policy = fixture.try_policy("P", document_of(max)).unwrap().arn.clone();
    let too_large = DirectoryError::LimitExceeded(Quota::PolicySize);
    assert_eq!(fixture.try_policy("Q", document_of(max + 1)).unwrap_err(), too_large);
    let refused = managed_policy::create_version(
        &mut fixture.draft,
        &policy,
        document_of(max + 1),
        Kept,
        now(),
    );
    assert_eq!(refused.unwrap_err(), too_large);
    assert!(matches!(
        fixture.try_policy("Q", BROKEN.into()).unwrap_err(),
        DirectoryError::MalformedPolicyDocument(parsed) if parsed.refusal().is_some()
    ));
}

#[test]
fn an_account_has_so_many_policies() {
    let mut fixture = Fixture::new();
    for index in 0..Quota::PoliciesPerAccount.max() {
        fixture.policy(&format!("P{index}"));
    }
    let more = fixture.try_policy("P", ALLOW.into()).unwrap_err();
    assert_eq!(more, DirectoryError::LimitExceeded(Quota::PoliciesPerAccount));
}

#[test]
fn a_boundary_is_a_policy_that_exists_and_goes_with_its_user() {
    let mut three = Three::new();
    let policy = three.fixture.policy("P").arn.clone();
    let draft = &mut three.fixture.draft;
    let holder = BoundaryHolder::User(&three.user);
    let absent = arn("policy/None");
    let refused = boundary::put(draft, holder, &absent).unwrap_err();
    assert_eq!(refused, missing(EntityKind::AttachablePolicy, &absent));
    boundary::put(draft, holder, &policy).unwrap();
    let user = draft.snapshot().user_by_name("X").unwrap().clone();
    assert_eq!(user.boundary.as_ref().unwrap().arn(), &policy);
    boundary::put(draft, holder, &name(ADMINISTRATOR)).unwrap();
    assert_eq!(draft.snapshot().entities_with_policy(&policy).count(), 0);
    boundary::put(draft, holder, &policy).unwrap();
    user::delete(draft, &three.user).unwrap();
    managed_policy::delete(draft, &policy).unwrap();

    let nobody = name("Nobody");
    let refused = boundary::put(draft, BoundaryHolder::Role(&nobody), &absent).unwrap_err();
    assert_eq!(refused, missing(EntityKind::Role, "Nobody"));
    let refused = boundary::delete(draft, BoundaryHolder::Role(&nobody)).unwrap_err();
    assert_eq!(refused, missing(EntityKind::Role, "Nobody"));
    boundary::delete(draft, BoundaryHolder::Role(&three.role)).unwrap();
}
