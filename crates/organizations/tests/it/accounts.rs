//! Member accounts, and how they come to be.

use stead_api::organizations::{
    AccountStatus, CloseAccount, CloseAccountRequest, CreateAccount, CreateAccountFailureReason,
    CreateAccountState, DescribeAccount, DescribeAccountRequest, DescribeCreateAccountStatus,
    DescribeCreateAccountStatusRequest, ListAccounts, ListAccountsForParent,
    ListAccountsForParentRequest, ListAccountsRequest, ListCreateAccountStatus,
    ListCreateAccountStatusRequest, MoveAccount, MoveAccountRequest, RemoveAccountFromOrganization,
    RemoveAccountFromOrganizationRequest,
};

use crate::fixture::{Fixture, MANAGEMENT, account_request};

#[test]
fn an_account_is_created_listed_moved_and_removed() {
    let mut fixture = Fixture::new();
    let root = fixture.root_id.clone();
    let unit = fixture.unit(&root, "outer");
    let account = fixture.account("first");
    let describe = || DescribeAccountRequest { account_id: account.clone() };
    let shown = fixture.call::<DescribeAccount>(describe()).account.unwrap();
    assert_eq!(shown.status, Some(AccountStatus::Active));
    let arn = shown.arn.unwrap();
    assert!(arn.starts_with("arn:aws:organizations::111122223333:account/o-"), "{arn}");
    assert!(shown.paths.unwrap()[0].ends_with(&format!("/{root}/{account}/")));
    let page = ListAccountsRequest { next_token: None, max_results: None };
    assert_eq!(fixture.call::<ListAccounts>(page).accounts.unwrap().len(), 2);

    let to = |from: &str, to: &str| MoveAccountRequest {
        account_id: account.clone(),
        source_parent_id: from.to_owned(),
        destination_parent_id: to.to_owned(),
    };
    for (from, destination, code) in [
        (unit.as_str(), root.as_str(), "SourceParentNotFoundException"),
        ("ou-none-11111111", root.as_str(), "SourceParentNotFoundException"),
        (root.as_str(), "ou-none-11111111", "DestinationParentNotFoundException"),
        (root.as_str(), root.as_str(), "DuplicateAccountException"),
    ] {
        assert_eq!(fixture.refused::<MoveAccount>(to(from, destination)), code);
    }
    fixture.call::<MoveAccount>(to(&root, &unit));
    let under =
        ListAccountsForParentRequest { parent_id: unit, next_token: None, max_results: None };
    let under = fixture.call::<ListAccountsForParent>(under).accounts.unwrap();
    assert_eq!(under[0].id.as_deref(), Some(account.as_str()));

    let remove = |account_id: &str| RemoveAccountFromOrganizationRequest {
        account_id: account_id.to_owned(),
    };
    assert_eq!(
        fixture.refused::<RemoveAccountFromOrganization>(remove(MANAGEMENT)),
        "MasterCannotLeaveOrganizationException"
    );
    fixture.call::<RemoveAccountFromOrganization>(remove(&account));
    assert_eq!(fixture.refused::<DescribeAccount>(describe()), "AccountNotFoundException");
}

#[test]
fn a_closed_account_stays_and_cannot_be_removed() {
    let mut fixture = Fixture::new();
    let account = fixture.account("first");
    let close = |account_id: &str| CloseAccountRequest { account_id: account_id.to_owned() };
    fixture.call::<CloseAccount>(close(&account));
    let asked = DescribeAccountRequest { account_id: account.clone() };
    let shown = fixture.call::<DescribeAccount>(asked).account.unwrap();
    assert_eq!(shown.status, Some(AccountStatus::Suspended));
    assert_eq!(fixture.refused::<CloseAccount>(close(&account)), "AccountAlreadyClosedException");
    assert_eq!(fixture.refused::<CloseAccount>(close(MANAGEMENT)), "ConstraintViolationException");
    let remove = RemoveAccountFromOrganizationRequest { account_id: account };
    assert_eq!(
        fixture.refused::<RemoveAccountFromOrganization>(remove),
        "ConstraintViolationException"
    );
}

#[test]
fn a_request_is_answered_at_once_and_tells_later_what_became_of_it() {
    let mut fixture = Fixture::new();
    let mut ids = Vec::new();
    for _ in 0..2 {
        let begun = fixture.call::<CreateAccount>(account_request("first"));
        let begun = begun.create_account_status.unwrap();
        assert_eq!(begun.state, Some(CreateAccountState::InProgress));
        assert_eq!((begun.account_id, begun.completed_timestamp), (None, None));
        ids.push(begun.id.unwrap());
    }
    let status = |fixture: &mut Fixture, id: &str| {
        let asked = DescribeCreateAccountStatusRequest { create_account_request_id: id.to_owned() };
        fixture.call::<DescribeCreateAccountStatus>(asked).create_account_status.unwrap()
    };
    let done = status(&mut fixture, &ids[0]);
    assert_eq!(done.state, Some(CreateAccountState::Succeeded));
    assert!(done.account_id.is_some() && done.completed_timestamp.is_some());
    let failed = status(&mut fixture, &ids[1]);
    assert_eq!(failed.state, Some(CreateAccountState::Failed));
    assert_eq!(failed.failure_reason, Some(CreateAccountFailureReason::EmailAlreadyExists));
    assert_eq!(failed.account_id, None);
    let asked = ListCreateAccountStatusRequest {
        states: vec![CreateAccountState::Failed],
        next_token: None,
        max_results: None,
    };
    let listed = fixture.call::<ListCreateAccountStatus>(asked).create_account_statuses.unwrap();
    assert_eq!(listed, [failed]);
    let none =
        DescribeCreateAccountStatusRequest { create_account_request_id: "car-00000000".to_owned() };
    assert_eq!(
        fixture.refused::<DescribeCreateAccountStatus>(none),
        "CreateAccountStatusNotFoundException"
    );
}
