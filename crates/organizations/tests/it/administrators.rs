//! Accounts that administer a service for the organization.

use stead_api::organizations::{
    CloseAccount, CloseAccountRequest, DeregisterDelegatedAdministrator,
    DeregisterDelegatedAdministratorRequest, DisableAWSServiceAccess,
    DisableAWSServiceAccessRequest, EnableAWSServiceAccess, EnableAWSServiceAccessRequest,
    ListAccounts, ListAccountsRequest, ListDelegatedAdministrators,
    ListDelegatedAdministratorsRequest, ListDelegatedServicesForAccount,
    ListDelegatedServicesForAccountRequest, ListRoots, ListRootsRequest,
    RegisterDelegatedAdministrator, RegisterDelegatedAdministratorRequest,
    RemoveAccountFromOrganization, RemoveAccountFromOrganizationRequest,
};
use stead_organizations::Organizations;

use crate::fixture::{Fixture, MANAGEMENT};

const TRAIL: &str = "cloudtrail.amazonaws.com";
const CONFIG: &str = "config.amazonaws.com";

fn register(account: &str, service: &str) -> RegisterDelegatedAdministratorRequest {
    RegisterDelegatedAdministratorRequest {
        account_id: account.to_owned(),
        service_principal: service.to_owned(),
    }
}

fn deregister(account: &str, service: &str) -> DeregisterDelegatedAdministratorRequest {
    DeregisterDelegatedAdministratorRequest {
        account_id: account.to_owned(),
        service_principal: service.to_owned(),
    }
}

fn trust(fixture: &mut Fixture, service: &str) {
    let input = EnableAWSServiceAccessRequest { service_principal: service.to_owned() };
    fixture.call::<EnableAWSServiceAccess>(input);
}

fn administrators(fixture: &mut Fixture, service: Option<&str>) -> Vec<String> {
    let input = ListDelegatedAdministratorsRequest {
        service_principal: service.map(str::to_owned),
        next_token: None,
        max_results: None,
    };
    let listed = fixture.call::<ListDelegatedAdministrators>(input).delegated_administrators;
    listed.unwrap().into_iter().map(|found| found.id.unwrap()).collect()
}

fn services(account: &str) -> ListDelegatedServicesForAccountRequest {
    ListDelegatedServicesForAccountRequest {
        account_id: account.to_owned(),
        next_token: None,
        max_results: None,
    }
}

#[test]
fn a_member_administers_services_one_by_one() {
    let mut fixture = Fixture::new();
    let (first, second) = (fixture.account("first"), fixture.account("second"));
    trust(&mut fixture, TRAIL);
    trust(&mut fixture, CONFIG);
    for (account, service) in [(&first, TRAIL), (&first, CONFIG), (&second, CONFIG)] {
        fixture.call::<RegisterDelegatedAdministrator>(register(account, service));
    }
    let mut both = vec![first.clone(), second.clone()];
    both.sort();
    assert_eq!(administrators(&mut fixture, None), both);
    assert_eq!(administrators(&mut fixture, Some(TRAIL)), [first.as_str()]);
    let told = fixture.call::<ListDelegatedServicesForAccount>(services(&first));
    let told: Vec<_> =
        told.delegated_services.unwrap().into_iter().map(|it| it.service_principal).collect();
    assert_eq!(told, [Some(TRAIL.to_owned()), Some(CONFIG.to_owned())]);

    fixture.call::<DeregisterDelegatedAdministrator>(deregister(&first, CONFIG));
    assert_eq!(administrators(&mut fixture, Some(CONFIG)), [second.as_str()]);
    let again = fixture.refused::<DeregisterDelegatedAdministrator>(deregister(&first, CONFIG));
    assert_eq!(again, "AccountNotRegisteredException");
    assert_eq!(administrators(&mut fixture, None), both);
}

#[test]
fn who_cannot_administer_is_refused() {
    let mut fixture = Fixture::new();
    let (first, closed) = (fixture.account("first"), fixture.account("closed"));
    let mut refused = |account: &str, service: &str| {
        fixture.refused::<RegisterDelegatedAdministrator>(register(account, service))
    };
    assert_eq!(refused(&first, TRAIL), "ConstraintViolationException");
    trust(&mut fixture, TRAIL);
    fixture.call::<CloseAccount>(CloseAccountRequest { account_id: closed.clone() });
    let mut refused = |account: &str, service: &str| {
        fixture.refused::<RegisterDelegatedAdministrator>(register(account, service))
    };
    assert_eq!(refused(&first, CONFIG), "ConstraintViolationException");
    assert_eq!(refused(MANAGEMENT, TRAIL), "ConstraintViolationException");
    assert_eq!(refused(&closed, TRAIL), "ConstraintViolationException");
    assert_eq!(refused("999999999999", TRAIL), "AccountNotFoundException");
    fixture.call::<RegisterDelegatedAdministrator>(register(&first, TRAIL));
    let again = fixture.refused::<RegisterDelegatedAdministrator>(register(&first, TRAIL));
    assert_eq!(again, "AccountAlreadyRegisteredException");
    let none = fixture.refused::<ListDelegatedServicesForAccount>(services("999999999999"));
    assert_eq!(none, "AccountNotFoundException");
    let none = fixture.refused::<ListDelegatedServicesForAccount>(services(&closed));
    assert_eq!(none, "AccountNotRegisteredException");

    // Neither the account nor the service can go meanwhile.
    let input = RemoveAccountFromOrganizationRequest { account_id: first.clone() };
    let stays = fixture.refused::<RemoveAccountFromOrganization>(input.clone());
    assert_eq!(stays, "ConstraintViolationException");
    let disable = DisableAWSServiceAccessRequest { service_principal: TRAIL.to_owned() };
    let stays = fixture.refused::<DisableAWSServiceAccess>(disable.clone());
    assert_eq!(stays, "ConstraintViolationException");
    fixture.call::<DeregisterDelegatedAdministrator>(deregister(&first, TRAIL));
    fixture.call::<DisableAWSServiceAccess>(disable);
    fixture.call::<RemoveAccountFromOrganization>(input);
}

#[test]
fn an_administrator_reads_as_its_own_policies_allow_and_writes_nothing() {
    let mut fixture = Fixture::new();
    let (_, root) = fixture.world.create_account("444455556666");
    let id = invited(&mut fixture, &root);
    let accounts = ListAccountsRequest { next_token: None, max_results: None };
    let list = |fixture: &mut Fixture, who: &stead_world::Credentials| {
        let answer = fixture.world.call::<Organizations, ListAccounts>(who, accounts.clone());
        answer.map(|page| page.accounts.unwrap().len()).map_err(|failure| failure.code)
    };
    let no = || Err("AccessDeniedException".to_owned());
    assert_eq!(list(&mut fixture, &root), no());
    trust(&mut fixture, TRAIL);
    fixture.call::<RegisterDelegatedAdministrator>(register(&id, TRAIL));
    assert_eq!(list(&mut fixture, &root), Ok(2));
    let page = ListRootsRequest { next_token: None, max_results: None };
    fixture.world.call::<Organizations, ListRoots>(&root, page).unwrap();
    let other = register(&id, CONFIG);
    let refused = fixture.world.call::<Organizations, RegisterDelegatedAdministrator>(&root, other);
    assert_eq!(refused.unwrap_err().code, "AccessDeniedException");

    let account = id.parse().unwrap();
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"organizations:ListRoots","Resource":"*"}]}"#;
    let alice = fixture.world.create_user(account, "alice", policy);
    assert_eq!(list(&mut fixture, &alice), Err("AccessDenied".to_owned()));
    let page = ListRootsRequest { next_token: None, max_results: None };
    fixture.world.call::<Organizations, ListRoots>(&alice, page).unwrap();
    fixture.call::<DeregisterDelegatedAdministrator>(deregister(&id, TRAIL));
    assert_eq!(list(&mut fixture, &root), no());
}

/// An account that exists becomes a member.
fn invited(fixture: &mut Fixture, root: &stead_world::Credentials) -> String {
    use stead_api::organizations::{
        AcceptHandshake, AcceptHandshakeRequest, HandshakeParty, HandshakePartyType,
        InviteAccountToOrganization, InviteAccountToOrganizationRequest,
    };
    let account = "444455556666".to_owned();
    let target = HandshakeParty {
        id: stead_types::Secret::new(account.clone()),
        r#type: HandshakePartyType::Account,
    };
    let invitation = InviteAccountToOrganizationRequest { target, notes: None, tags: vec![] };
    let handshake = fixture.call::<InviteAccountToOrganization>(invitation).handshake.unwrap();
    let input = AcceptHandshakeRequest { handshake_id: handshake.id.unwrap() };
    fixture.world.call::<Organizations, AcceptHandshake>(root, input).unwrap();
    account
}
