//! What the operations ask the caller's policies about, by what a user may do who may do
//! nothing else.

use stead_api::Operation;
use stead_api::organizations::{
    CreateAccount, CreateAccountRequest, CreateOrganizationalUnit, CreateOrganizationalUnitRequest,
    CreatePolicy, CreatePolicyRequest, DescribeHandshake, DescribeHandshakeRequest, HandshakeParty,
    HandshakePartyType, InviteAccountToOrganization, InviteAccountToOrganizationRequest,
    ListTagsForResource, ListTagsForResourceRequest, PolicyType, Tag, TagResource,
    TagResourceRequest, UntagResource, UntagResourceRequest,
};
use stead_organizations::Organizations;
use stead_service::Handle;
use stead_types::Secret;
use stead_world::{Credentials, Failure};

use crate::fixture::{Fixture, MANAGEMENT, account_request, policy_request};

// What the wire makes AccessDeniedException of.
const DENIED: &str = "AccessDenied";

const RESOURCE_CONTROL: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"sts:*","Resource":"*"}]}"#;

/// A user with one statement, or several with commas between them.
fn user(fixture: &mut Fixture, statements: &str) -> Credentials {
    let policy = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
    fixture.world.create_user(MANAGEMENT.parse().unwrap(), "alice", &policy)
}

fn may<Op: Operation>(
    fixture: &mut Fixture,
    who: &Credentials,
    input: Op::Input,
) -> Result<Op::Output, Failure>
where
    Organizations: Handle<Op>,
{
    fixture.world.call::<Organizations, Op>(who, input)
}

/// The message of a refusal by the policies.
fn denied<Op: Operation>(fixture: &mut Fixture, who: &Credentials, input: Op::Input) -> String
where
    Organizations: Handle<Op>,
{
    match may::<Op>(fixture, who, input) {
        Ok(_) => panic!("{} was allowed", Op::NAME),
        Err(failure) => {
            assert_eq!(failure.code, DENIED, "{}", failure.message);
            failure.message
        }
    }
}

fn tags() -> Vec<Tag> {
    vec![Tag { key: "team".to_owned(), value: "blue".to_owned() }]
}

#[test]
fn a_policy_is_created_by_who_may_create_those_of_its_type() {
    let mut fixture = Fixture::new();
    let alice = user(
        &mut fixture,
        r#"{"Effect":"Allow","Action":"organizations:CreatePolicy",
            "Resource":"arn:aws:organizations::111122223333:policy/*/service_control_policy/*"}"#,
    );
    let service = policy_request("service", PolicyType::ServiceControlPolicy);
    may::<CreatePolicy>(&mut fixture, &alice, service).unwrap();
    let resource = policy_request("resource", PolicyType::ResourceControlPolicy);
    let message = denied::<CreatePolicy>(&mut fixture, &alice, resource);
    assert!(message.contains("/resource_control_policy/p-*"), "{message}");
}

#[test]
fn tags_for_what_is_made_take_the_permission_to_tag_it() {
    let create = r#"{"Effect":"Allow","Resource":"*","Action":["organizations:CreateAccount",
        "organizations:CreateOrganizationalUnit","organizations:CreatePolicy",
        "organizations:InviteAccountToOrganization"]}"#;
    let blue = r#"{"Effect":"Allow","Resource":"*","Action":"organizations:TagResource",
        "Condition":{"StringEquals":{"aws:RequestTag/team":"blue"}}}"#;
    for (tagging, allowed) in [(None, false), (Some(blue), true)] {
        let mut fixture = Fixture::new();
        let _ = fixture.world.create_account("444455556666");
        let statements = tagging.map_or(create.to_owned(), |tagging| format!("{create},{tagging}"));
        let alice = user(&mut fixture, &statements);
        let root_id = fixture.root_id.clone();
        let fixture = &mut fixture;

        let tagged = |tags| {
            let account = CreateAccountRequest { tags, ..account_request("dev") };
            let unit = CreateOrganizationalUnitRequest {
                parent_id: root_id.clone(),
                name: "unit".to_owned(),
                tags: account.tags.clone(),
            };
            let policy = CreatePolicyRequest {
                tags: account.tags.clone(),
                ..policy_request("policy", PolicyType::ServiceControlPolicy)
            };
            let invitation = InviteAccountToOrganizationRequest {
                target: HandshakeParty {
                    id: Secret::new("444455556666".to_owned()),
                    r#type: HandshakePartyType::Account,
                },
                notes: None,
                tags: account.tags.clone(),
            };
            (account, unit, policy, invitation)
        };
        let (account, unit, policy, invitation) = tagged(tags());
        if allowed {
            may::<CreateAccount>(fixture, &alice, account).unwrap();
            may::<CreateOrganizationalUnit>(fixture, &alice, unit).unwrap();
            may::<CreatePolicy>(fixture, &alice, policy).unwrap();
            may::<InviteAccountToOrganization>(fixture, &alice, invitation).unwrap();
            continue;
        }
        for (message, about) in [
            (denied::<CreateAccount>(fixture, &alice, account), ":account/"),
            (denied::<CreateOrganizationalUnit>(fixture, &alice, unit), "/ou-*"),
            (denied::<CreatePolicy>(fixture, &alice, policy), "/service_control_policy/p-*"),
            (denied::<InviteAccountToOrganization>(fixture, &alice, invitation), "/444455556666"),
        ] {
            assert!(message.contains("organizations:TagResource"), "{message}");
            assert!(message.contains(about), "{message}");
        }
        // Without tags nothing of the kind is asked.
        let (account, unit, policy, invitation) = tagged(vec![]);
        may::<CreateAccount>(fixture, &alice, account).unwrap();
        may::<CreateOrganizationalUnit>(fixture, &alice, unit).unwrap();
        may::<CreatePolicy>(fixture, &alice, policy).unwrap();
        may::<InviteAccountToOrganization>(fixture, &alice, invitation).unwrap();
    }
}

#[test]
fn tags_of_a_policy_are_told_by_its_type() {
    let mut fixture = Fixture::new();
    let service = fixture.policy("service");
    let resource = CreatePolicyRequest {
        content: RESOURCE_CONTROL.to_owned(),
        ..policy_request("resource", PolicyType::ResourceControlPolicy)
    };
    let created = fixture.call::<CreatePolicy>(resource);
    let resource = created.policy.unwrap().policy_summary.unwrap().id.unwrap();
    let alice = user(
        &mut fixture,
        r#"{"Effect":"Allow","Resource":"*","Action":"organizations:*Tag*",
            "Condition":{"StringEquals":{"organizations:PolicyType":"SERVICE_CONTROL_POLICY"}}}"#,
    );
    let root_id = fixture.root_id.clone();
    let list =
        |id: &str| ListTagsForResourceRequest { resource_id: id.to_owned(), next_token: None };
    let tag = |id: &str| TagResourceRequest { resource_id: id.to_owned(), tags: tags() };
    let untag = |id: &str| UntagResourceRequest {
        resource_id: id.to_owned(),
        tag_keys: vec!["team".to_owned()],
    };
    may::<TagResource>(&mut fixture, &alice, tag(&service)).unwrap();
    let told = may::<ListTagsForResource>(&mut fixture, &alice, list(&service)).unwrap();
    assert_eq!(told.tags.map(|tags| tags.len()), Some(1));
    may::<UntagResource>(&mut fixture, &alice, untag(&service)).unwrap();
    // One of the other type, and what has none.
    for other in [resource.as_str(), root_id.as_str()] {
        denied::<TagResource>(&mut fixture, &alice, tag(other));
        denied::<ListTagsForResource>(&mut fixture, &alice, list(other));
        denied::<UntagResource>(&mut fixture, &alice, untag(other));
    }
}

#[test]
fn an_invitation_that_is_not_there_is_asked_about_as_one_of_the_organization() {
    let mut fixture = Fixture::new();
    let alice = user(
        &mut fixture,
        r#"{"Effect":"Allow","Action":"organizations:DescribeHandshake",
            "Resource":"arn:aws:organizations::111122223333:handshake/*/invite/h-12*"}"#,
    );
    let describe = |id: &str| DescribeHandshakeRequest { handshake_id: id.to_owned() };
    let missing = may::<DescribeHandshake>(&mut fixture, &alice, describe("h-12345678"));
    assert_eq!(missing.unwrap_err().code, "HandshakeNotFoundException");
    denied::<DescribeHandshake>(&mut fixture, &alice, describe("h-98765432"));
}

#[test]
fn an_address_is_in_no_message() {
    let mut fixture = Fixture::new();
    let alice =
        user(&mut fixture, r#"{"Effect":"Allow","Action":"organizations:List*","Resource":"*"}"#);
    let invitation = InviteAccountToOrganizationRequest {
        target: HandshakeParty {
            id: Secret::new("someone@example.com".to_owned()),
            r#type: HandshakePartyType::Email,
        },
        notes: None,
        tags: vec![],
    };
    let message = denied::<InviteAccountToOrganization>(&mut fixture, &alice, invitation);
    assert!(message.contains(":account/") && !message.contains("example.com"), "{message}");
}
