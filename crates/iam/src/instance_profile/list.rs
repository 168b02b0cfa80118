//! Instance profiles in lists: of the account, and of a role.

use std::collections::BTreeSet;
use std::sync::Arc;

use stead_api::ApiError;
use stead_api::iam::{
    ListInstanceProfiles, ListInstanceProfilesForRole, ListInstanceProfilesForRoleRequest,
    ListInstanceProfilesForRoleResponse, ListInstanceProfilesRequest, ListInstanceProfilesResponse,
};
use stead_authorizer::Authorized;
use stead_directory::entity::InstanceProfile;
use stead_directory::{EntityKind, Snapshot};
use stead_service::{Call, Handle, Work};
use stead_types::AccountId;

use super::view;

use crate::pagination::{Page, PageRequest};
use crate::target::missing;
use crate::{Iam, input};

/// Most accounts, besides the caller's, whose users and roles one page shows.
///
/// Choice: as for ListRoles, whose page ends before the role that would need more.
const PAGE_ACCOUNTS_MAX: usize = 64;

type Listed<'a> = Result<Page<&'a Arc<InstanceProfile>>, ApiError>;

impl Handle<ListInstanceProfiles> for Iam {
    fn accounts(input: &ListInstanceProfilesRequest, account: &Snapshot) -> Vec<AccountId> {
        foreign_accounts(of_account(input, account), account)
    }

    fn execute(
        _permit: Authorized<ListInstanceProfiles>,
        input: ListInstanceProfilesRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<ListInstanceProfilesResponse, ApiError> {
        let page = of_account(&input, call.account)?;
        Ok(ListInstanceProfilesResponse {
            instance_profiles: shown(&page, call),
            is_truncated: page.is_truncated,
            marker: page.marker,
        })
    }
}

impl Handle<ListInstanceProfilesForRole> for Iam {
    fn accounts(input: &ListInstanceProfilesForRoleRequest, account: &Snapshot) -> Vec<AccountId> {
        foreign_accounts(of_role(input, account), account)
    }

    fn execute(
        _permit: Authorized<ListInstanceProfilesForRole>,
        input: ListInstanceProfilesForRoleRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<ListInstanceProfilesForRoleResponse, ApiError> {
        let page = of_role(&input, call.account)?;
        Ok(ListInstanceProfilesForRoleResponse {
            instance_profiles: shown(&page, call),
            is_truncated: page.is_truncated,
            marker: page.marker,
        })
    }
}

fn of_account<'a>(input: &'a ListInstanceProfilesRequest, account: &'a Snapshot) -> Listed<'a> {
    let request = PageRequest::read(input.marker.as_deref(), input.max_items)?;
    let prefix = input::path_prefix(input.path_prefix.as_deref())?;
    let profiles = account.instance_profiles(prefix, request.after()).collect();
    Ok(cut(request, profiles, account))
}

fn of_role<'a>(input: &'a ListInstanceProfilesForRoleRequest, account: &'a Snapshot) -> Listed<'a> {
    let request = PageRequest::read(input.marker.as_deref(), input.max_items)?;
    let role = account.role_by_name(&input.role_name);
    let role = role.ok_or_else(|| missing(EntityKind::Role, &input.role_name))?;
    let profiles = account.instance_profiles_of(&role.id, request.after()).collect();
    Ok(cut(request, profiles, account))
}

/// The page: as many as were asked for, and as need no more accounts than it may.
fn cut<'a>(
    request: PageRequest,
    profiles: Vec<&'a Arc<InstanceProfile>>,
    account: &Snapshot,
) -> Page<&'a Arc<InstanceProfile>> {
    let mut accounts = BTreeSet::new();
    let fitting = profiles.iter().take_while(|profile| {
        accounts.extend(view::foreign_accounts(profile, account));
        accounts.len() <= PAGE_ACCOUNTS_MAX
    });
    let fitting = fitting.count();
    request.at_most(fitting).cut(profiles, |profile| profile.name.fold())
}

fn foreign_accounts(page: Listed<'_>, account: &Snapshot) -> Vec<AccountId> {
    let profiles = page.map(|page| page.items).unwrap_or_default();
    let accounts: BTreeSet<_> =
        profiles.iter().flat_map(|profile| view::foreign_accounts(profile, account)).collect();
    accounts.into_iter().collect()
}

fn shown(
    page: &Page<&Arc<InstanceProfile>>,
    call: &Call<'_>,
) -> Vec<stead_api::iam::InstanceProfile> {
    page.items.iter().map(|profile| view::listed(profile, call)).collect()
}
