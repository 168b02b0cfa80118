//! The alias of the account.

use stead_api::ApiError;
use stead_api::iam::{
    CreateAccountAlias, CreateAccountAliasRequest, CreateAccountAliasResponse, DeleteAccountAlias,
    DeleteAccountAliasRequest, DeleteAccountAliasResponse, ListAccountAliases,
    ListAccountAliasesRequest, ListAccountAliasesResponse,
};
use stead_authorizer::Authorized;
use stead_directory::commands::account_alias as command;
use stead_directory::entity::Alias;
use stead_directory::{DirectoryError, EntityKind};
use stead_service::{Call, Handle, NameReservation, Work};
use stead_types::AccountAlias;

use crate::error::api_error;
use crate::pagination::PageRequest;
use crate::{Iam, input};

// Spec: Service Authorization Reference, IAM: the actions on aliases know no resource.

impl Handle<CreateAccountAlias> for Iam {
    fn execute(
        _permit: Authorized<CreateAccountAlias>,
        input: CreateAccountAliasRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<CreateAccountAliasResponse, ApiError> {
        let name: AccountAlias = input::new_name(&input.account_alias)?;
        let (kind, taken) = (EntityKind::AccountAlias, name.to_string());
        let taken = api_error(DirectoryError::EntityAlreadyExists { kind, name: taken });
        let unique = Alias::unique_name(&name);
        command::create(work.draft, name, call.facts.now).map_err(api_error)?;
        work.names.push(NameReservation { name: unique, taken });
        Ok(CreateAccountAliasResponse {})
    }
}

impl Handle<DeleteAccountAlias> for Iam {
    fn execute(
        _permit: Authorized<DeleteAccountAlias>,
        input: DeleteAccountAliasRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<DeleteAccountAliasResponse, ApiError> {
        let name = input::existing_name(EntityKind::AccountAlias, &input.account_alias)?;
        command::delete(work.draft, &name).map_err(api_error)?;
        Ok(DeleteAccountAliasResponse {})
    }
}

impl Handle<ListAccountAliases> for Iam {
    fn execute(
        _permit: Authorized<ListAccountAliases>,
        input: ListAccountAliasesRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<ListAccountAliasesResponse, ApiError> {
        let page = PageRequest::read(input.marker.as_deref(), input.max_items)?;
        let aliases = call.account.alias().map(|alias| alias.name.to_string());
        let page = page.cut(aliases, String::clone);
        Ok(ListAccountAliasesResponse {
            account_aliases: page.items,
            is_truncated: page.is_truncated,
            marker: page.marker,
        })
    }
}
