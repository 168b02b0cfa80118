//! Member accounts.

use stead_api::ApiError;
use stead_api::organizations::{
    CloseAccount, CloseAccountRequest, CloseAccountResponse, DescribeAccount,
    DescribeAccountRequest, DescribeAccountResponse, LeaveOrganization, LeaveOrganizationRequest,
    LeaveOrganizationResponse, ListAccounts, ListAccountsForParent, ListAccountsForParentRequest,
    ListAccountsForParentResponse, ListAccountsRequest, ListAccountsResponse, MoveAccount,
    MoveAccountRequest, MoveAccountResponse, RemoveAccountFromOrganization,
    RemoveAccountFromOrganizationRequest, RemoveAccountFromOrganizationResponse,
};
use stead_authorizer::Authorized;
use stead_directory::organization::commands::account;
use stead_directory::organization::{Missing, OrganizationError};
use stead_service::{Call, Handle, Work};
use stead_types::AccountId;

use crate::{Organizations, error, pagination, scope, view};

impl Handle<DescribeAccount> for Organizations {
    fn execute(
        _permit: Authorized<DescribeAccount>,
        input: DescribeAccountRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<DescribeAccountResponse, ApiError> {
        let organization = scope::readable(call)?;
        let found = organization.account(id(&input.account_id)?);
        let found = found.ok_or_else(|| error::missing(Missing::Account))?;
        Ok(DescribeAccountResponse { account: Some(view::account(organization, found)) })
    }
}

impl Handle<ListAccounts> for Organizations {
    fn execute(
        _permit: Authorized<ListAccounts>,
        input: ListAccountsRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<ListAccountsResponse, ApiError> {
        let organization = scope::readable(call)?;
        let asked = (input.next_token.as_deref(), input.max_results);
        let accounts = organization.accounts();
        let (accounts, next_token) =
            pagination::page(asked, accounts, |account| account.account.to_string())?;
        let accounts = accounts.into_iter().map(|it| view::account(organization, it)).collect();
        Ok(ListAccountsResponse { accounts: Some(accounts), next_token })
    }
}

impl Handle<ListAccountsForParent> for Organizations {
    fn execute(
        _permit: Authorized<ListAccountsForParent>,
        input: ListAccountsForParentRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<ListAccountsForParentResponse, ApiError> {
        let organization = scope::readable(call)?;
        let parent = scope::parent(organization, &input.parent_id);
        let parent = parent.ok_or_else(|| error::missing(Missing::Parent))?;
        let asked = (input.next_token.as_deref(), input.max_results);
        let accounts = organization.accounts_under(&parent);
        let (accounts, next_token) =
            pagination::page(asked, accounts, |account| account.account.to_string())?;
        let accounts = accounts.into_iter().map(|it| view::account(organization, it)).collect();
        Ok(ListAccountsForParentResponse { accounts: Some(accounts), next_token })
    }
}

impl Handle<MoveAccount> for Organizations {
    const WRITES_ORGANIZATION: bool = true;

    fn execute(
        _permit: Authorized<MoveAccount>,
        input: MoveAccountRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<MoveAccountResponse, ApiError> {
        let organization = scope::managed(call)?;
        let account = id(&input.account_id)?;
        let from = scope::parent(organization, &input.source_parent_id);
        let from = from.ok_or_else(error::no_such_source)?;
        let to = scope::parent(organization, &input.destination_parent_id);
        let to = to.ok_or_else(error::no_such_destination)?;
        let draft = scope::draft(call, work)?;
        account::move_to(draft, account, &from, to).map_err(error::refused)?;
        Ok(MoveAccountResponse {})
    }
}

impl Handle<CloseAccount> for Organizations {
    const WRITES_ORGANIZATION: bool = true;

    fn execute(
        _permit: Authorized<CloseAccount>,
        input: CloseAccountRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<CloseAccountResponse, ApiError> {
        let account = id(&input.account_id)?;
        account::close(scope::draft(call, work)?, account).map_err(|refused| match refused {
            OrganizationError::ManagementAccount => error::management_cannot_close(),
            refused => error::refused(refused),
        })?;
        Ok(CloseAccountResponse {})
    }
}

impl Handle<RemoveAccountFromOrganization> for Organizations {
    const WRITES_ORGANIZATION: bool = true;

    fn execute(
        _permit: Authorized<RemoveAccountFromOrganization>,
        input: RemoveAccountFromOrganizationRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<RemoveAccountFromOrganizationResponse, ApiError> {
        let account = id(&input.account_id)?;
        account::remove(scope::draft(call, work)?, account).map_err(not_removed)?;
        Ok(RemoveAccountFromOrganizationResponse {})
    }
}

impl Handle<LeaveOrganization> for Organizations {
    const WRITES_ORGANIZATION: bool = true;

    fn execute(
        _permit: Authorized<LeaveOrganization>,
        _input: LeaveOrganizationRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<LeaveOrganizationResponse, ApiError> {
        let account = call.account.account();
        let draft = work.organization.as_mut().ok_or_else(error::not_in_use)?;
        account::remove(draft, account).map_err(not_removed)?;
        Ok(LeaveOrganizationResponse {})
    }
}

fn id(text: &str) -> Result<AccountId, ApiError> {
    scope::id(text, Missing::Account)
}

/// Spec: API RemoveAccountFromOrganization and ConstraintViolationException: a closed account
/// stays where it is.
fn not_removed(refused: OrganizationError) -> ApiError {
    match refused {
        OrganizationError::AlreadyClosed => error::cannot_leave(),
        refused => error::refused(refused),
    }
}
