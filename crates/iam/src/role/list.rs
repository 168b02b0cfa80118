//! ListRoles.

use std::collections::BTreeSet;
use std::sync::Arc;

use stead_api::ApiError;
use stead_api::iam::{ListRoles, ListRolesRequest, ListRolesResponse};
use stead_authorizer::Authorized;
use stead_directory::Snapshot;
use stead_directory::entity::Role;
use stead_service::{Call, Handle, Work};
use stead_types::AccountId;

use crate::pagination::{Page, PageRequest};
use crate::role::view;
use crate::{Iam, input};

/// Most accounts, besides the caller's, whose users and roles one page shows.
///
/// Choice: a page ends before the role that would need more, and the list goes on
/// with the next one. Spec: API ListRoles, MaxItems: a page may hold fewer items
/// than were asked for. One trust policy alone names about sixty at most.
const PAGE_ACCOUNTS_MAX: usize = 64;

impl Handle<ListRoles> for Iam {
    fn accounts(input: &ListRolesRequest, account: &Snapshot) -> Vec<AccountId> {
        let roles = page(input, account).map(|page| page.items).unwrap_or_default();
        let accounts: BTreeSet<_> =
            roles.iter().flat_map(|role| role.trust.foreign_accounts()).collect();
        accounts.into_iter().collect()
    }

    fn execute(
        _permit: Authorized<ListRoles>,
        input: ListRolesRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<ListRolesResponse, ApiError> {
        let page = page(&input, call.account)?;
        let account = call.account.account();
        Ok(ListRolesResponse {
            roles: page.items.iter().map(|role| view::listed(role, account, call)).collect(),
            is_truncated: page.is_truncated,
            marker: page.marker,
        })
    }
}

fn page<'a>(
    input: &'a ListRolesRequest,
    account: &'a Snapshot,
) -> Result<Page<&'a Arc<Role>>, ApiError> {
    let request = PageRequest::read(input.marker.as_deref(), input.max_items)?;
    let prefix = input::path_prefix(input.path_prefix.as_deref())?;
    let mut accounts = BTreeSet::new();
    let fitting = account.roles(prefix, request.after()).take_while(|role| {
        accounts.extend(role.trust.foreign_accounts());
        accounts.len() <= PAGE_ACCOUNTS_MAX
    });
    let fitting = fitting.count();
    let roles = account.roles(prefix, request.after()).collect::<Vec<_>>();
    Ok(request.at_most(fitting).cut(roles, |role| role.name.fold()))
}
