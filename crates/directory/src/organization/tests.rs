use std::sync::Arc;

use stead_policy::{
    Caller, ContextBuilder, Decision, Layers, NoTrace, Policies, PolicyRef, PolicySource,
    PolicyText, Request, evaluate,
};
use stead_types::{AccountId, OrganizationId, OrganizationPolicyId, RootId, Tag, Timestamp};

use super::commands::account::{self, NewAccount};
use super::commands::tags::{self, Tagged};
use super::commands::{self, delegated_administrator, policy, trusted_service, unit};
use super::entity::{AccountRequestState, ControlKind, OrganizationKey, Parent, Target};
use super::{
    Memberships, Missing, Organization, OrganizationDraft, OrganizationError, OrganizationQuota,
    full_access_arn, full_access_id,
};
use crate::NameChange;
use crate::testing::{ALLOW, Counter, DENY, account as management, now};

const SERVICE: ControlKind = ControlKind::ServiceControl;
const RESOURCE: ControlKind = ControlKind::ResourceControl;
const DENY_RESOURCE: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny",
    "Principal":"*","Action":"sts:AssumeRole","Resource":"*"}}"#;

struct Fixture {
    draft: OrganizationDraft,
    entropy: Counter,
}

impl Fixture {
    fn new() -> Self {
        let mut entropy = Counter::default();
        let (id, root) = (OrganizationId::generate(&mut entropy), RootId::generate(&mut entropy));
        let draft = commands::create(id, root, (management(), "main", "main@example.com"), now());
        Self { draft, entropy }
    }

    fn unit(&mut self, parent: &Parent, name: &str) -> Result<Parent, OrganizationError> {
        let made = unit::create(&mut self.draft, parent.clone(), name, vec![], &mut self.entropy);
        made.map(Parent::Unit)
    }

    fn account(&mut self, number: u64) -> Result<AccountId, OrganizationError> {
        let account = AccountId::from_number(number).unwrap();
        let new = NewAccount {
            account,
            name: format!("member {number}").into(),
            email: format!("m{number}@example.com").into(),
            role: "OrganizationAccountAccessRole".parse().unwrap(),
            tags: vec![],
        };
        let request = account::request(&mut self.draft, new, &mut self.entropy, now())?;
        account::complete(&mut self.draft, &request, now())?;
        Ok(account)
    }

    fn policy(&mut self, kind: ControlKind, name: &str, text: &str) -> OrganizationPolicyId {
        let text = PolicyText::new(text);
        let names = (name, "for a test");
        policy::create(&mut self.draft, kind, names, text, vec![], &mut self.entropy).unwrap()
    }

    fn memberships(&self) -> Memberships {
        Memberships::of_all([&Arc::new(self.draft.organization().clone())])
    }

    /// What a user of the account is answered who may do everything by its own policies.
    fn decision(&self, account: AccountId) -> Decision {
        decision(&self.memberships(), account)
    }
}

fn decision(memberships: &Memberships, account: AccountId) -> Decision {
    let (identity, _) = stead_policy::CompiledPolicy::compile_stored(
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#,
        stead_policy::DocumentKind::Identity,
    );
    let source = PolicySource::SessionInline;
    let membership = memberships.of(account);
    let sets = membership.map(|it| it.service_control()).unwrap_or_default();
    let levels: Vec<Policies<'_>> = sets.iter().map(|set| Policies::Indexed(set)).collect();
    let layers = Layers {
        identity: Some(PolicyRef { source: &source, policy: &identity }).into(),
        service_control: &levels,
        resource_control: membership
            .and_then(|it| it.resource_control())
            .map_or(Policies::NONE, Policies::Indexed),
        ..Layers::default()
    };
    let arn = stead_types::Arn::iam(account, "user/alice");
    let id = "AIDAAAAAAAAAAAAAAAAAA".parse().unwrap();
    let caller = Caller::User { account, id, arn };
    let context = ContextBuilder::new().build();
    let request = Request {
        action: "s3:GetObject",
        resource: "arn:aws:s3:::bucket/key",
        resource_account: Some(account),
        caller: &caller,
        context: &context,
    };
    evaluate(&request, &layers, &mut NoTrace).decision
}

#[test]
fn a_new_organization_limits_nobody() {
    let fixture = Fixture::new();
    let organization = fixture.draft.organization();
    assert_eq!(organization.accounts().count(), 1);
    assert_eq!(fixture.decision(management()), Decision::Allow);
    let parts = fixture.draft.clone().into_parts();
    let name = format!("member/{}", management());
    assert_eq!(parts.names, [NameChange::Reserve(name)]);
    let keys: Vec<&str> = parts.changes.iter().map(|change| change.key.as_str()).collect();
    assert_eq!(keys, ["organization", "account/111122223333"]);
}

#[test]
fn every_level_must_allow_and_any_may_deny() {
    let mut fixture = Fixture::new();
    let member = fixture.account(42).unwrap();
    let outer = fixture.unit(&Parent::Root, "outer").unwrap();
    let inner = fixture.unit(&outer, "inner").unwrap();
    account::move_to(&mut fixture.draft, member, &Parent::Root, inner.clone()).unwrap();
    policy::enable_kind(&mut fixture.draft, SERVICE).unwrap();
    assert_eq!(fixture.decision(member), Decision::Allow);
    let memberships = fixture.memberships();
    assert_eq!(memberships.of(member).unwrap().service_control().len(), 4);

    let denies = fixture.policy(SERVICE, "no s3", DENY);
    let allows = fixture.policy(SERVICE, "s3 only", ALLOW);
    let others = fixture.policy(SERVICE, "ec2 only", &ALLOW.replace("s3:*", "ec2:*"));
    let targets =
        [Target::Root, outer.clone().into(), inner.clone().into(), Target::Account(member)];
    for target in &targets {
        let draft = &mut fixture.draft;
        policy::attach(draft, &denies, target).unwrap();
        assert_eq!(fixture.decision(member), Decision::ExplicitDeny, "{target:?}");
        assert_eq!(fixture.decision(management()), Decision::Allow);
        policy::detach(&mut fixture.draft, &denies, target).unwrap();
        assert_eq!(fixture.decision(member), Decision::Allow);

        policy::attach(&mut fixture.draft, &others, target).unwrap();
        policy::detach(&mut fixture.draft, full_access_id(SERVICE), target).unwrap();
        assert_eq!(fixture.decision(member), Decision::ImplicitDeny, "{target:?}");
        policy::attach(&mut fixture.draft, &allows, target).unwrap();
        assert_eq!(fixture.decision(member), Decision::Allow);
    }
    // What is attached elsewhere says nothing.
    let other = fixture.account(43).unwrap();
    policy::attach(&mut fixture.draft, &denies, &Target::Account(other)).unwrap();
    assert_eq!(fixture.decision(member), Decision::Allow);
    assert_eq!(fixture.decision(other), Decision::ExplicitDeny);
    policy::disable_kind(&mut fixture.draft, SERVICE).unwrap();
    assert_eq!(fixture.decision(other), Decision::Allow);
    assert!(fixture.draft.organization().attached(&Target::Root).unwrap().is_empty());
}

#[test]
fn resource_policies_of_all_levels_are_one_set() {
    let mut fixture = Fixture::new();
    let member = fixture.account(42).unwrap();
    assert!(fixture.memberships().of(member).unwrap().resource_control().is_none());
    policy::enable_kind(&mut fixture.draft, RESOURCE).unwrap();
    let denies = fixture.policy(RESOURCE, "nobody", DENY_RESOURCE);
    policy::attach(&mut fixture.draft, &denies, &Target::Root).unwrap();
    let memberships = fixture.memberships();
    let set = memberships.of(member).unwrap().resource_control().unwrap();
    let arns: Vec<String> =
        set.iter().map(|policy| policy.source.policy_arn().unwrap().to_string()).collect();
    let own = format!(
        "arn:aws:organizations::{}:policy/{}/resource_control_policy/{denies}",
        management(),
        fixture.draft.organization().id()
    );
    let whole = full_access_arn(RESOURCE).to_string();
    assert_eq!(arns, [whole.clone(), own, whole]);
    assert!(memberships.of(management()).unwrap().resource_control().is_none());
    let refused = policy::detach(&mut fixture.draft, full_access_id(RESOURCE), &Target::Root);
    assert_eq!(refused, Err(OrganizationError::CannotDetach));
}

#[test]
fn units_and_accounts_have_their_rules() {
    let mut fixture = Fixture::new();
    let outer = fixture.unit(&Parent::Root, "outer").unwrap();
    assert_eq!(fixture.unit(&Parent::Root, "outer"), Err(OrganizationError::DuplicateUnit));
    fixture.unit(&outer, "outer").unwrap();
    let mut deepest = outer.clone();
    for depth in 2..=5 {
        deepest = fixture.unit(&deepest, &format!("level {depth}")).unwrap();
    }
    let too_deep = OrganizationError::Quota(OrganizationQuota::UnitDepth);
    assert_eq!(fixture.unit(&deepest, "level 6"), Err(too_deep));
    let Parent::Unit(outer_id) = &outer else { panic!("a unit") };
    let refused = unit::delete(&mut fixture.draft, outer_id);
    assert_eq!(refused, Err(OrganizationError::UnitNotEmpty));

    let member = fixture.account(42).unwrap();
    fixture.account(42).unwrap();
    let requests = fixture.draft.organization().account_requests();
    let mut states: Vec<_> = requests.map(|request| request.state).collect();
    states.sort_by_key(|state| matches!(state, AccountRequestState::EmailInUse { .. }));
    let (at, known) = (now(), now());
    let expected =
        [AccountRequestState::Succeeded { at }, AccountRequestState::EmailInUse { at: known }];
    assert_eq!(states, expected);
    let draft = &mut fixture.draft;
    let moved = account::move_to(draft, member, &outer, Parent::Root);
    assert_eq!(moved, Err(OrganizationError::NotUnderParent));
    let moved = account::move_to(draft, member, &Parent::Root, Parent::Root);
    assert_eq!(moved, Err(OrganizationError::DuplicateAccount(member)));
    let nowhere = Parent::Unit("ou-zzzz-zzzzzzzz".parse().unwrap());
    let moved = account::move_to(draft, member, &Parent::Root, nowhere);
    assert!(matches!(moved, Err(OrganizationError::Missing(Missing::Parent, _))));
    let closed = account::close(draft, management());
    assert_eq!(closed, Err(OrganizationError::ManagementAccount));
    account::close(draft, member).unwrap();
    assert_eq!(account::close(draft, member), Err(OrganizationError::AlreadyClosed));
    assert!(fixture.memberships().of(member).unwrap().is_suspended());
    let draft = &mut fixture.draft;
    assert_eq!(commands::delete(draft), Err(OrganizationError::NotEmpty));
    // A closed account that left would be open again.
    assert_eq!(account::remove(draft, member), Err(OrganizationError::AlreadyClosed));
}

#[test]
fn policies_have_their_rules() {
    let mut fixture = Fixture::new();
    let denies = fixture.policy(SERVICE, "no s3", DENY);
    let (draft, entropy) = (&mut fixture.draft, &mut fixture.entropy);
    let mut create = |kind, name, text: &str| {
        let text = PolicyText::new(text);
        policy::create(draft, kind, (name, ""), text, vec![], entropy)
    };
    assert_eq!(create(SERVICE, "no s3", ALLOW), Err(OrganizationError::DuplicatePolicy));
    assert_eq!(create(SERVICE, "FullAWSAccess", ALLOW), Err(OrganizationError::DuplicatePolicy));
    let malformed = create(RESOURCE, "allows", ALLOW);
    assert!(matches!(malformed, Err(OrganizationError::MalformedPolicyDocument(_))));
    let long = DENY.replace("s3:*", &format!("s3:{}", "a".repeat(5_120)));
    let too_long = OrganizationError::Quota(OrganizationQuota::PolicyCharacters);
    assert_eq!(create(SERVICE, "long", &long), Err(too_long));

    let attached = policy::attach(draft, &denies, &Target::Root);
    assert_eq!(attached, Err(OrganizationError::KindNotEnabled(SERVICE)));
    policy::enable_kind(draft, SERVICE).unwrap();
    let again = policy::enable_kind(draft, SERVICE);
    assert_eq!(again, Err(OrganizationError::KindAlreadyEnabled(SERVICE)));
    policy::attach(draft, &denies, &Target::Root).unwrap();
    let again = policy::attach(draft, &denies, &Target::Root);
    assert_eq!(again, Err(OrganizationError::AlreadyAttached));
    assert_eq!(policy::delete(draft, &denies), Err(OrganizationError::PolicyInUse));
    let own = Target::Account(management());
    let last = policy::detach(draft, full_access_id(SERVICE), &own);
    let at_least_one = OrganizationError::Quota(OrganizationQuota::AttachedPoliciesMin);
    assert_eq!(last, Err(at_least_one));
    assert_eq!(policy::detach(draft, &denies, &own), Err(OrganizationError::NotAttached));
    let aws = policy::delete(draft, full_access_id(SERVICE));
    assert_eq!(aws, Err(OrganizationError::PolicyOfAws));
    policy::detach(draft, &denies, &Target::Root).unwrap();
    policy::delete(draft, &denies).unwrap();
    let gone = policy::attach(draft, &denies, &Target::Root);
    assert!(matches!(gone, Err(OrganizationError::Missing(Missing::Policy, _))));
    for number in 1..5 {
        let id = fixture.policy(SERVICE, &format!("number {number}"), DENY);
        policy::attach(&mut fixture.draft, &id, &Target::Root).unwrap();
    }
    let sixth = fixture.policy(SERVICE, "one too many", DENY);
    let refused = policy::attach(&mut fixture.draft, &sixth, &Target::Root);
    assert_eq!(refused, Err(OrganizationError::Quota(OrganizationQuota::AttachedPolicies)));
}

/// Something of everything.
fn full() -> Fixture {
    let mut fixture = Fixture::new();
    let member = fixture.account(42).unwrap();
    let closed = fixture.account(43).unwrap();
    let unit = fixture.unit(&Parent::Root, "unit \"one\"").unwrap();
    let draft = &mut fixture.draft;
    account::move_to(draft, member, &Parent::Root, unit.clone()).unwrap();
    account::close(draft, closed).unwrap();
    policy::enable_kind(draft, SERVICE).unwrap();
    policy::enable_kind(draft, RESOURCE).unwrap();
    trusted_service::enable(draft, "iam.amazonaws.com", now());
    delegated_administrator::register(draft, member, "iam.amazonaws.com", now()).unwrap();
    let denies = fixture.policy(SERVICE, "no s3", DENY);
    policy::attach(&mut fixture.draft, &denies, &unit.into()).unwrap();
    let tag = Tag { key: "key".parse().unwrap(), value: "value".parse().unwrap() };
    for tagged in [Tagged::Root, Tagged::Account(member), Tagged::Policy(denies)] {
        tags::tag(&mut fixture.draft, &tagged, vec![tag.clone()]).unwrap();
    }
    fixture
}

type Stored = Vec<(String, u16, String)>;

fn stored(draft: OrganizationDraft) -> Stored {
    let changes = draft.into_parts().changes.into_iter();
    changes
        .filter_map(|change| change.value.map(|value| (change.key, value.format, value.body)))
        .collect()
}

fn load(id: &OrganizationId, records: &Stored) -> (Option<Organization>, usize) {
    let records = records.iter().map(|(key, format, body)| (key, *format, body));
    let (organization, problems) = Organization::load(id.clone(), records);
    (organization, problems.len())
}

#[test]
fn what_is_stored_is_what_was() {
    let fixture = full();
    let id = fixture.draft.organization().id().clone();
    let records = stored(fixture.draft);
    assert!(records.len() >= 8);
    let (organization, problems) = load(&id, &records);
    let organization = organization.unwrap();
    assert_eq!(problems, 0);
    let mut draft = OrganizationDraft::new(&organization).unwrap();
    assert!(draft.is_unchanged());
    // Everything is written again, and is the same.
    draft.edit_root(|_| ());
    for unit in organization.units() {
        draft.put_unit((**unit).clone());
    }
    for account in organization.accounts() {
        draft.put_account((**account).clone());
    }
    for policy in organization.policies() {
        draft.put_policy((**policy).clone());
    }
    for request in organization.account_requests() {
        draft.put_request((**request).clone());
    }
    assert_eq!(stored(draft), records);
}

/// Records of who administers nothing are as they were before anybody could.
#[test]
fn who_administers_nothing_has_nothing_of_it_in_its_record() {
    let fixture = full();
    let of = |number| AccountId::from_number(number).unwrap();
    let id = fixture.draft.organization().id().clone();
    let records = stored(fixture.draft);
    for (number, count) in [(42, 1), (43, 0)] {
        let key = OrganizationKey::Account(of(number)).text();
        let (_, _, body) = records.iter().find(|(found, ..)| *found == key).unwrap();
        assert_eq!(body.contains("administers"), count > 0, "{body}");
        let organization = load(&id, &records).0.unwrap();
        assert_eq!(organization.account(of(number)).unwrap().administers.len(), count);
    }
}

#[test]
fn what_cannot_be_read_denies() {
    let fixture = full();
    let id = fixture.draft.organization().id().clone();
    let member = AccountId::from_number(42).unwrap();
    let other = fixture.draft.organization().account(member).unwrap();
    assert_ne!(other.parent, Parent::Root);
    let records = stored(fixture.draft);
    let broken = |prefix: &str| {
        let mut records = records.clone();
        for (_, _, body) in records.iter_mut().filter(|(key, ..)| key.starts_with(prefix)) {
            body.insert(1, '!');
        }
        load(&id, &records)
    };
    let memberships = |organization: Option<Organization>| {
        Memberships::of_all([&Arc::new(organization.unwrap())])
    };
    // Without its policy an allow-everything would be left.
    let allowed = |records: &Stored| {
        let records: Stored = records
            .iter()
            .map(|(key, format, body)| {
                (
                    key.clone(),
                    *format,
                    body.replace("\"Deny\"", "\"Allow\"").replace("\\\"Deny\\\"", "\\\"Allow\\\""),
                )
            })
            .collect();
        decision(&memberships(load(&id, &records).0), member)
    };
    assert_eq!(allowed(&records), Decision::Allow);
    let (policies, problems) = broken("policy/");
    assert_eq!(problems, 1);
    assert!(OrganizationDraft::new(policies.as_ref().unwrap()).is_err());
    assert_eq!(decision(&memberships(policies), member), Decision::ExplicitDeny);
    let (units, _) = broken("unit/");
    let units = memberships(units);
    assert_eq!(decision(&units, member), Decision::ExplicitDeny);
    assert_eq!(units.of(member).unwrap().path(), None);
    assert!(units.of(member).unwrap().resource_control().is_some());
    assert_eq!(decision(&units, management()), Decision::Allow);
    let accounts = memberships(broken("account/").0);
    assert!(accounts.of(member).unwrap().is_suspended());
    assert_eq!(decision(&accounts, member), Decision::ExplicitDeny);
    assert!(!accounts.of(management()).unwrap().is_suspended());
    assert_eq!(decision(&accounts, management()), Decision::Allow);
    assert!(broken("organization").0.is_none());
}

#[test]
fn a_deleted_organization_says_so_and_lets_its_account_go() {
    let fixture = Fixture::new();
    let (id, records) = (fixture.draft.organization().id().clone(), stored(fixture.draft.clone()));
    let organization = load(&id, &records).0.unwrap();
    let mut draft = OrganizationDraft::new(&organization).unwrap();
    commands::delete(&mut draft).unwrap();
    let parts = draft.into_parts();
    assert_eq!(parts.names, [NameChange::Release(format!("member/{}", management()))]);
    let kept = parts
        .changes
        .into_iter()
        .filter_map(|change| change.value.map(|value| (change.key, value.format, value.body)));
    let again = load(&id, &kept.collect()).0.unwrap();
    assert!(again.is_dissolved());
    assert!(Memberships::of_all([&Arc::new(again)]).of(management()).is_none());
}

#[test]
fn requests_are_forgotten_after_a_while() {
    let mut fixture = Fixture::new();
    fixture.account(42).unwrap();
    let late: Timestamp = "2026-07-01T12:00:00Z".parse().unwrap();
    let new = NewAccount {
        account: AccountId::from_number(44).unwrap(),
        name: "late".into(),
        email: "late@example.com".into(),
        role: "Role".parse().unwrap(),
        tags: vec![],
    };
    let id = account::request(&mut fixture.draft, new, &mut fixture.entropy, late).unwrap();
    let left: Vec<_> = fixture.draft.organization().account_requests().collect();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].state, AccountRequestState::InProgress);
    assert_eq!(
        OrganizationKey::AccountRequest(id).text(),
        format!("account-request/{}", left[0].id)
    );
}
