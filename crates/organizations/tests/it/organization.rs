//! The organization as a whole, and who may ask.

use stead_api::organizations::{
    CreateOrganization, CreateOrganizationRequest, DeleteOrganization, DeleteOrganizationRequest,
    DescribeOrganization, DescribeOrganizationRequest, DisableAWSServiceAccess,
    DisableAWSServiceAccessRequest, EnableAWSServiceAccess, EnableAWSServiceAccessRequest,
    EnableAllFeatures, EnableAllFeaturesRequest, LeaveOrganization, LeaveOrganizationRequest,
    ListAWSServiceAccessForOrganization, ListAWSServiceAccessForOrganizationRequest, ListAccounts,
    ListAccountsRequest, OrganizationFeatureSet,
};
use stead_organizations::Organizations;
use stead_world::World;

use crate::fixture::{Fixture, MANAGEMENT};

const MAY_DESCRIBE: &str = r#"{"Version":"2012-10-17","Statement":[
    {"Effect":"Allow","Action":"organizations:DescribeOrganization","Resource":"*"}]}"#;

const EVERYTHING: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;

#[test]
fn an_account_belongs_to_none_and_who_may_not_ask_is_not_told() {
    let mut world = World::new();
    let (account, root) = world.create_account(MANAGEMENT);
    let alice = world.create_user(account, "alice", MAY_DESCRIBE);
    let bob = world.create_user(account, "bob", "");
    for (caller, code) in [
        (&root, "AWSOrganizationsNotInUseException"),
        (&alice, "AWSOrganizationsNotInUseException"),
        (&bob, "AccessDenied"),
    ] {
        let asked = DescribeOrganizationRequest {};
        let failure = world.call::<Organizations, DescribeOrganization>(caller, asked).unwrap_err();
        assert_eq!(failure.code, code);
    }
    let failure = world.call::<Organizations, ListAccounts>(&root, everyone()).unwrap_err();
    assert_eq!(failure.code, "AWSOrganizationsNotInUseException");
}

#[test]
fn an_organization_is_created_described_and_deleted() {
    let mut fixture = Fixture::new();
    let shown = fixture.call::<DescribeOrganization>(DescribeOrganizationRequest {});
    let shown = shown.organization.unwrap();
    let id = shown.id.unwrap();
    let arn = format!("arn:aws:organizations::{MANAGEMENT}:organization/{id}");
    assert_eq!(shown.arn.as_deref(), Some(arn.as_str()));
    assert_eq!(shown.feature_set, Some(OrganizationFeatureSet::All));
    assert_eq!(shown.master_account_id.as_deref(), Some(MANAGEMENT));
    let again = CreateOrganizationRequest { feature_set: Some(OrganizationFeatureSet::All) };
    assert_eq!(fixture.refused::<CreateOrganization>(again), "AlreadyInOrganizationException");
    assert_eq!(
        fixture.refused::<EnableAllFeatures>(EnableAllFeaturesRequest {}),
        "HandshakeConstraintViolationException"
    );
    fixture.account("first");
    assert_eq!(
        fixture.refused::<DeleteOrganization>(DeleteOrganizationRequest {}),
        "OrganizationNotEmptyException"
    );
    let mut empty = Fixture::new();
    empty.call::<DeleteOrganization>(DeleteOrganizationRequest {});
    assert_eq!(
        empty.refused::<DescribeOrganization>(DescribeOrganizationRequest {}),
        "AWSOrganizationsNotInUseException"
    );
    let bill = CreateOrganizationRequest {
        feature_set: Some(OrganizationFeatureSet::ConsolidatedBilling),
    };
    assert_eq!(empty.refused::<CreateOrganization>(bill), "InvalidInputException");
    empty.call::<CreateOrganization>(CreateOrganizationRequest { feature_set: None });
}

#[test]
fn a_member_may_look_at_the_organization_and_leave_it_and_no_more() {
    let mut fixture = Fixture::new();
    let member = fixture.account("first").parse().unwrap();
    let admin = fixture.world.create_user(member, "admin", EVERYTHING);
    let world = &mut fixture.world;
    let asked = DescribeOrganizationRequest {};
    assert!(world.call::<Organizations, DescribeOrganization>(&admin, asked).is_ok());
    let failure = world.call::<Organizations, ListAccounts>(&admin, everyone()).unwrap_err();
    assert_eq!(
        (failure.code.as_str(), failure.message.as_str()),
        ("AccessDeniedException", "You don't have permissions to access this resource.")
    );
    let leave = || LeaveOrganizationRequest {};
    assert!(world.call::<Organizations, LeaveOrganization>(&admin, leave()).is_ok());
    let failure = world.call::<Organizations, LeaveOrganization>(&admin, leave()).unwrap_err();
    assert_eq!(failure.code, "AWSOrganizationsNotInUseException");
    assert_eq!(
        fixture.refused::<LeaveOrganization>(leave()),
        "MasterCannotLeaveOrganizationException"
    );
}

#[test]
fn services_are_trusted_and_listed() {
    let mut fixture = Fixture::new();
    let listed = |fixture: &mut Fixture| {
        let page =
            ListAWSServiceAccessForOrganizationRequest { next_token: None, max_results: None };
        let answer = fixture.call::<ListAWSServiceAccessForOrganization>(page);
        let services = answer.enabled_service_principals.unwrap().into_iter();
        services.map(|service| service.service_principal.unwrap()).collect::<Vec<_>>()
    };
    let service_principal = "iam.amazonaws.com".to_owned();
    let asked = EnableAWSServiceAccessRequest { service_principal: service_principal.clone() };
    fixture.call::<EnableAWSServiceAccess>(asked);
    assert_eq!(listed(&mut fixture), ["iam.amazonaws.com"]);
    for _ in 0..2 {
        let service_principal = service_principal.clone();
        let asked = DisableAWSServiceAccessRequest { service_principal };
        fixture.call::<DisableAWSServiceAccess>(asked);
        assert!(listed(&mut fixture).is_empty());
    }
}

const fn everyone() -> ListAccountsRequest {
    ListAccountsRequest { next_token: None, max_results: None }
}
