//! Accounts that administer a service for the organization, and read it.

use stead_api::ApiError;
use stead_api::organizations::{
    DelegatedAdministrator, DelegatedService, DeregisterDelegatedAdministrator,
    DeregisterDelegatedAdministratorRequest, DeregisterDelegatedAdministratorResponse,
    ListDelegatedAdministrators, ListDelegatedAdministratorsRequest,
    ListDelegatedAdministratorsResponse, ListDelegatedServicesForAccount,
    ListDelegatedServicesForAccountRequest, ListDelegatedServicesForAccountResponse,
    RegisterDelegatedAdministrator, RegisterDelegatedAdministratorRequest,
    RegisterDelegatedAdministratorResponse,
};
use stead_authorizer::Authorized;
use stead_directory::organization::commands::delegated_administrator as administrator;
use stead_directory::organization::entity::MemberAccount;
use stead_directory::organization::{Missing, Organization, OrganizationError};
use stead_service::{Call, Handle, Work};
use stead_types::Timestamp;

use crate::{Organizations, error, pagination, scope, view};

impl Handle<RegisterDelegatedAdministrator> for Organizations {
    const WRITES_ORGANIZATION: bool = true;

    fn execute(
        _permit: Authorized<RegisterDelegatedAdministrator>,
        input: RegisterDelegatedAdministratorRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<RegisterDelegatedAdministratorResponse, ApiError> {
        let draft = scope::draft(call, work)?;
        let account = scope::id(&input.account_id, Missing::Account)?;
        administrator::register(draft, account, &input.service_principal, call.facts.now)
            .map_err(not_registered)?;
        Ok(RegisterDelegatedAdministratorResponse {})
    }
}

impl Handle<DeregisterDelegatedAdministrator> for Organizations {
    const WRITES_ORGANIZATION: bool = true;

    fn execute(
        _permit: Authorized<DeregisterDelegatedAdministrator>,
        input: DeregisterDelegatedAdministratorRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<DeregisterDelegatedAdministratorResponse, ApiError> {
        let draft = scope::draft(call, work)?;
        let account = scope::id(&input.account_id, Missing::Account)?;
        administrator::deregister(draft, account, &input.service_principal)
            .map_err(error::refused)?;
        Ok(DeregisterDelegatedAdministratorResponse {})
    }
}

impl Handle<ListDelegatedAdministrators> for Organizations {
    fn execute(
        _permit: Authorized<ListDelegatedAdministrators>,
        input: ListDelegatedAdministratorsRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<ListDelegatedAdministratorsResponse, ApiError> {
        let organization = scope::readable(call)?;
        let asked = (input.next_token.as_deref(), input.max_results);
        let service = input.service_principal.as_deref();
        let administrators =
            organization.accounts().filter_map(|member| Some((member, since(member, service)?)));
        let (page, next_token) =
            pagination::page(asked, administrators, |(member, _)| member.account.to_string())?;
        let shown = page.into_iter().map(|(member, since)| shown(organization, member, since));
        Ok(ListDelegatedAdministratorsResponse {
            delegated_administrators: Some(shown.collect()),
            next_token,
        })
    }
}

impl Handle<ListDelegatedServicesForAccount> for Organizations {
    fn execute(
        _permit: Authorized<ListDelegatedServicesForAccount>,
        input: ListDelegatedServicesForAccountRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<ListDelegatedServicesForAccountResponse, ApiError> {
        let organization = scope::readable(call)?;
        let member = organization.account(scope::id(&input.account_id, Missing::Account)?);
        let member = member.ok_or_else(|| error::missing(Missing::Account))?;
        if member.administers.is_empty() {
            return Err(error::refused(OrganizationError::AdministersNot));
        }
        let asked = (input.next_token.as_deref(), input.max_results);
        let (services, next_token) =
            pagination::page(asked, &member.administers, |(name, _)| name.to_string())?;
        let shown = services.into_iter().map(|(name, since)| DelegatedService {
            service_principal: Some(name.to_string()),
            delegation_enabled_date: Some(*since),
        });
        Ok(ListDelegatedServicesForAccountResponse {
            delegated_services: Some(shown.collect()),
            next_token,
        })
    }
}

/// Since when an account administers a service, or the first of them where none is said.
fn since(member: &MemberAccount, service: Option<&str>) -> Option<Timestamp> {
    match service {
        Some(service) => member.administers.get(service).copied(),
        None => member.administers.values().min().copied(),
    }
}

fn shown(
    organization: &Organization,
    member: &MemberAccount,
    since: Timestamp,
) -> DelegatedAdministrator {
    let account = view::account(organization, member);
    DelegatedAdministrator {
        id: account.id,
        arn: account.arn,
        email: account.email,
        name: account.name,
        status: account.status,
        state: account.state,
        joined_method: account.joined_method,
        joined_timestamp: account.joined_timestamp,
        delegation_enabled_date: Some(since),
    }
}

fn not_registered(refused: OrganizationError) -> ApiError {
    match refused {
        OrganizationError::ManagementAccount => error::management_cannot_administer(),
        OrganizationError::AlreadyClosed => error::closed_cannot_administer(),
        refused => error::refused(refused),
    }
}
