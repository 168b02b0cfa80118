//! GetAccountAuthorizationDetails: all that policies say in an account.
//!
//! Spec: API GetAccountAuthorizationDetails. Observed (2026-02, in the tests of
//! localstack/localstack, test_iam_account_authorization_details): all four lists, also
//! those that the filter leaves empty; what an entity has none of is an empty list, but
//! for `UserPolicyList`, which is left out.

mod items;
mod view;

use std::collections::BTreeSet;

use stead_api::ApiError;
use stead_api::iam::{
    GetAccountAuthorizationDetails, GetAccountAuthorizationDetailsRequest,
    GetAccountAuthorizationDetailsResponse,
};
use stead_authorizer::Authorized;
use stead_directory::Snapshot;
use stead_service::{Call, Handle, Work};
use stead_types::AccountId;

use crate::Iam;
use crate::account_details::items::{Item, Wanted};
use crate::pagination::{Page, PageRequest};

/// Most accounts, besides the caller's, whose users and roles one page shows.
///
/// Choice: as for ListRoles, whose page ends before the role that would need more.
const PAGE_ACCOUNTS_MAX: usize = 64;

/// Characters of documents, tags and descriptions on a page. Choice: escaped they are
/// some three times as long; a page ends before the item that would need more.
/// Spec: MaxItems: a page may hold fewer items than were asked for.
const PAGE_CHARACTERS_MAX: usize = 512 * 1024;

impl Handle<GetAccountAuthorizationDetails> for Iam {
    fn accounts(
        input: &GetAccountAuthorizationDetailsRequest,
        account: &Snapshot,
    ) -> Vec<AccountId> {
        let items = page(input, account).map(|page| page.items).unwrap_or_default();
        let accounts: BTreeSet<_> = items.iter().flat_map(Item::foreign_accounts).collect();
        accounts.into_iter().collect()
    }

    fn execute(
        _permit: Authorized<GetAccountAuthorizationDetails>,
        input: GetAccountAuthorizationDetailsRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<GetAccountAuthorizationDetailsResponse, ApiError> {
        let page = page(&input, call.account)?;
        let (mut users, mut groups) = (Vec::new(), Vec::new());
        let (mut roles, mut policies) = (Vec::new(), Vec::new());
        for item in page.items {
            match item {
                Item::User(user) => users.push(view::user(user, call.account)),
                Item::Group(group) => groups.push(view::group(group, call.account.account())),
                Item::Role(role) => {
                    let last = work.usage.role_last_used(&role.id);
                    roles.push(view::role(role, call, last));
                }
                Item::Policy(policy) => policies.push(view::policy(policy, call.account)),
            }
        }
        Ok(GetAccountAuthorizationDetailsResponse {
            user_detail_list: Some(users),
            group_detail_list: Some(groups),
            role_detail_list: Some(roles),
            policies: Some(policies),
            is_truncated: page.is_truncated,
            marker: page.marker,
        })
    }
}

/// The items of one page: as many as were asked for, and as fit.
fn page<'a>(
    input: &GetAccountAuthorizationDetailsRequest,
    account: &'a Snapshot,
) -> Result<Page<Item<'a>>, ApiError> {
    let request = PageRequest::read(input.marker.as_deref(), input.max_items)?;
    let wanted = Wanted::read(&input.filter);
    let after = request.after().map(str::to_owned);
    let items = items::of(account, &wanted, after.as_deref());
    let (mut accounts, mut characters) = (BTreeSet::new(), 0_usize);
    let fitting = items.iter().take_while(|item| {
        accounts.extend(item.foreign_accounts());
        characters = characters.saturating_add(item.characters(account));
        accounts.len() <= PAGE_ACCOUNTS_MAX && characters <= PAGE_CHARACTERS_MAX
    });
    let fitting = fitting.count();
    Ok(request.at_most(fitting).cut(items, Item::key))
}
