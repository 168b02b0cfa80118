//! Policies, what they are attached to, and which kinds take effect.

use stead_api::organizations::{
    AttachPolicy, AttachPolicyRequest, CreatePolicy, DeletePolicy, DeletePolicyRequest,
    DescribePolicy, DescribePolicyRequest, DetachPolicy, DetachPolicyRequest, DisablePolicyType,
    DisablePolicyTypeRequest, EnablePolicyType, EnablePolicyTypeRequest, ListPolicies,
    ListPoliciesForTarget, ListPoliciesForTargetRequest, ListPoliciesRequest, ListTargetsForPolicy,
    ListTargetsForPolicyRequest, PolicyType, PolicyTypeStatus, UpdatePolicy, UpdatePolicyRequest,
};
use stead_organizations::Organizations;

use crate::fixture::{DENY_IAM, Fixture, MANAGEMENT, policy_request};

const SERVICE: PolicyType = PolicyType::ServiceControlPolicy;

fn enable(fixture: &Fixture, kind: PolicyType) -> EnablePolicyTypeRequest {
    EnablePolicyTypeRequest { root_id: fixture.root_id.clone(), policy_type: kind }
}

fn attach(policy: &str, target: &str) -> AttachPolicyRequest {
    AttachPolicyRequest { policy_id: policy.to_owned(), target_id: target.to_owned() }
}

fn detach(policy: &str, target: &str) -> DetachPolicyRequest {
    DetachPolicyRequest { policy_id: policy.to_owned(), target_id: target.to_owned() }
}

#[test]
fn a_policy_is_created_described_changed_and_deleted() {
    let mut fixture = Fixture::new();
    let id = fixture.policy("limits");
    let describe = || DescribePolicyRequest { policy_id: id.clone() };
    let shown = fixture.call::<DescribePolicy>(describe()).policy.unwrap();
    let summary = shown.policy_summary.unwrap();
    assert_eq!(shown.content.as_deref(), Some(DENY_IAM));
    assert_eq!((summary.name.as_deref(), summary.aws_managed), (Some("limits"), Some(false)));
    let arn = summary.arn.unwrap();
    assert!(arn.ends_with(&format!("/service_control_policy/{id}")), "{arn}");

    let update = |name: Option<&str>, description: Option<&str>| UpdatePolicyRequest {
        policy_id: id.clone(),
        name: name.map(str::to_owned),
        description: description.map(str::to_owned),
        content: None,
    };
    let changed = fixture.call::<UpdatePolicy>(update(Some("new"), Some(""))).policy.unwrap();
    let said = changed.policy_summary.unwrap();
    // What was sent is answered, and an empty description changes nothing.
    assert_eq!((said.name.as_deref(), said.description.as_deref()), (Some("new"), Some("")));
    let said = fixture.call::<UpdatePolicy>(update(None, None)).policy.unwrap().policy_summary;
    assert_eq!(said.map(|it| (it.name, it.description)), Some((None, None)));
    let kept = fixture.call::<DescribePolicy>(describe()).policy.unwrap().policy_summary.unwrap();
    assert_eq!(kept.name.as_deref(), Some("new"));
    assert_eq!(kept.description.as_deref(), Some("for a test"));

    let same = policy_request("new", SERVICE);
    assert_eq!(fixture.refused::<CreatePolicy>(same), "DuplicatePolicyException");
    let mut malformed = policy_request("other", SERVICE);
    malformed.content = DENY_IAM.replace("Deny", "Refuse");
    assert_eq!(fixture.refused::<CreatePolicy>(malformed), "MalformedPolicyDocumentException");
    let others = policy_request("tags", PolicyType::TagPolicy);
    assert_eq!(
        fixture.refused::<CreatePolicy>(others),
        "PolicyTypeNotAvailableForOrganizationException"
    );
    let delete = || DeletePolicyRequest { policy_id: id.clone() };
    fixture.call::<DeletePolicy>(delete());
    assert_eq!(fixture.refused::<DeletePolicy>(delete()), "PolicyNotFoundException");
    let managed = DeletePolicyRequest { policy_id: "p-FullAWSAccess".to_owned() };
    assert_eq!(fixture.refused::<DeletePolicy>(managed), "InvalidInputException");
}

#[test]
fn a_policy_is_attached_where_its_kind_takes_effect() {
    let mut fixture = Fixture::new();
    let (id, root) = (fixture.policy("limits"), fixture.root_id.clone());
    let unit = fixture.unit(&root, "outer");
    assert_eq!(
        fixture.refused::<AttachPolicy>(attach(&id, &unit)),
        "PolicyTypeNotEnabledException"
    );
    let asked = enable(&fixture, SERVICE);
    let enabled = fixture.call::<EnablePolicyType>(asked).root.unwrap();
    let pending = enabled.policy_types.unwrap();
    assert_eq!(pending[0].status, Some(PolicyTypeStatus::PendingEnable));
    let asked = enable(&fixture, SERVICE);
    assert_eq!(fixture.refused::<EnablePolicyType>(asked), "PolicyTypeAlreadyEnabledException");
    let mut elsewhere = enable(&fixture, SERVICE);
    elsewhere.root_id = "r-none".to_owned();
    assert_eq!(fixture.refused::<EnablePolicyType>(elsewhere), "RootNotFoundException");

    fixture.call::<AttachPolicy>(attach(&id, &unit));
    assert_eq!(
        fixture.refused::<AttachPolicy>(attach(&id, &unit)),
        "DuplicatePolicyAttachmentException"
    );
    assert_eq!(
        fixture.refused::<AttachPolicy>(attach(&id, "444455556666")),
        "TargetNotFoundException"
    );
    let targets =
        ListTargetsForPolicyRequest { policy_id: id.clone(), next_token: None, max_results: None };
    let targets = fixture.call::<ListTargetsForPolicy>(targets).targets.unwrap();
    assert_eq!(targets[0].target_id.as_deref(), Some(unit.as_str()));
    let attached = ListPoliciesForTargetRequest {
        target_id: unit.clone(),
        filter: SERVICE,
        next_token: None,
        max_results: None,
    };
    let attached = fixture.call::<ListPoliciesForTarget>(attached).policies.unwrap();
    let ids: Vec<_> = attached.into_iter().filter_map(|policy| policy.id).collect();
    assert_eq!(ids.len(), 2);
    assert!(ids.contains(&id) && ids.contains(&"p-FullAWSAccess".to_owned()));
    let listed = |filter| ListPoliciesRequest { filter, next_token: None, max_results: None };
    assert_eq!(fixture.call::<ListPolicies>(listed(SERVICE)).policies.unwrap().len(), 2);
    assert!(
        fixture.call::<ListPolicies>(listed(PolicyType::TagPolicy)).policies.unwrap().is_empty()
    );

    let delete = DeletePolicyRequest { policy_id: id.clone() };
    assert_eq!(fixture.refused::<DeletePolicy>(delete), "PolicyInUseException");
    fixture.call::<DetachPolicy>(detach(&id, &unit));
    assert_eq!(fixture.refused::<DetachPolicy>(detach(&id, &unit)), "PolicyNotAttachedException");
    assert_eq!(
        fixture.refused::<DetachPolicy>(detach("p-FullAWSAccess", &unit)),
        "ConstraintViolationException"
    );
    let disable = || DisablePolicyTypeRequest { root_id: root.clone(), policy_type: SERVICE };
    fixture.call::<DisablePolicyType>(disable());
    assert_eq!(fixture.refused::<DisablePolicyType>(disable()), "PolicyTypeNotEnabledException");
}

#[test]
fn the_kind_of_a_policy_is_a_condition_key_and_each_thing_is_asked_about() {
    let mut fixture = Fixture::new();
    let asked = enable(&fixture, SERVICE);
    fixture.call::<EnablePolicyType>(asked);
    let id = fixture.policy("limits");
    let root = fixture.root_id.clone();
    let unit = fixture.unit(&root, "outer");
    let may = |resource: &str, kind: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"organizations:AttachPolicy",
            "Resource":"arn:aws:organizations::{MANAGEMENT}:{resource}",
            "Condition":{{"StringEquals":{{"organizations:PolicyType":"{kind}"}}}}}}}}"#
        )
    };
    for (number, (resource, kind, expected)) in [
        ("policy/*", "SERVICE_CONTROL_POLICY", "AccessDenied"),
        ("ou/*", "SERVICE_CONTROL_POLICY", "AccessDenied"),
        ("*", "RESOURCE_CONTROL_POLICY", "AccessDenied"),
        ("*", "SERVICE_CONTROL_POLICY", ""),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("user-{number}");
        let account = MANAGEMENT.parse().unwrap();
        let user = fixture.world.create_user(account, &name, &may(resource, kind));
        let answer = fixture.world.call::<Organizations, AttachPolicy>(&user, attach(&id, &unit));
        let code = answer.map_or_else(|failure| failure.code, |_| String::new());
        assert_eq!(code, expected, "{resource} {kind}");
    }
}
