//! Policies embedded in users, groups and roles.

use stead_api::iam::{
    DeleteGroupPolicy, DeleteRolePolicy, DeleteUserPolicy, GetGroupPolicy, GetGroupPolicyResponse,
    GetRolePolicy, GetRolePolicyResponse, GetUserPolicy, GetUserPolicyResponse, ListGroupPolicies,
    ListGroupPoliciesResponse, ListRolePolicies, ListRolePoliciesResponse, ListUserPolicies,
    ListUserPoliciesResponse, PutGroupPolicy, PutRolePolicy, PutUserPolicy,
};
use stead_api::{ApiError, Operation};
use stead_authorizer::Authorized;
use stead_directory::commands::inline_policy;
use stead_service::{Call, Handle, Work};
use stead_types::PolicyName;

use crate::holder::Holder;
use crate::pagination::{Page, PageRequest};
use crate::{Iam, input};

type Input<Op> = <Op as Operation>::Input;
type Output<Op> = <Op as Operation>::Output;

/// The four operations on the inline policies of one kind of holder.
macro_rules! inline_policies {
    (
        $holder:ident, $name:ident;
        $put:ident,
        $get:ident -> $got:ident,
        $list:ident -> $listed:ident,
        $delete:ident
    ) => {
        impl Handle<$put> for Iam {
            fn execute(
                _permit: Authorized<$put>,
                input: Input<$put>,
                _call: &Call<'_>,
                work: &mut Work<'_>,
            ) -> Result<Output<$put>, ApiError> {
                put(
                    Holder::$holder(&input.$name),
                    &input.policy_name,
                    input.policy_document,
                    work,
                )?;
                Ok(Default::default())
            }
        }

        impl Handle<$get> for Iam {
            fn execute(
                _permit: Authorized<$get>,
                input: Input<$get>,
                call: &Call<'_>,
                _work: &mut Work<'_>,
            ) -> Result<$got, ApiError> {
                let found = find(Holder::$holder(&input.$name), &input.policy_name, call)?;
                Ok($got {
                    $name: found.holder,
                    policy_name: input.policy_name,
                    policy_document: found.document,
                })
            }
        }

        impl Handle<$list> for Iam {
            fn execute(
                _permit: Authorized<$list>,
                input: Input<$list>,
                call: &Call<'_>,
                _work: &mut Work<'_>,
            ) -> Result<$listed, ApiError> {
                let request = PageRequest::read(input.marker.as_deref(), input.max_items)?;
                let page = names(Holder::$holder(&input.$name), request, call)?;
                Ok($listed {
                    policy_names: page.items,
                    is_truncated: page.is_truncated,
                    marker: page.marker,
                })
            }
        }

        impl Handle<$delete> for Iam {
            fn execute(
                _permit: Authorized<$delete>,
                input: Input<$delete>,
                _call: &Call<'_>,
                work: &mut Work<'_>,
            ) -> Result<Output<$delete>, ApiError> {
                delete(Holder::$holder(&input.$name), &input.policy_name, work)?;
                Ok(Default::default())
            }
        }
    };
}

inline_policies! {
    User, user_name;
    PutUserPolicy,
    GetUserPolicy -> GetUserPolicyResponse,
    ListUserPolicies -> ListUserPoliciesResponse,
    DeleteUserPolicy
}

inline_policies! {
    Group, group_name;
    PutGroupPolicy,
    GetGroupPolicy -> GetGroupPolicyResponse,
    ListGroupPolicies -> ListGroupPoliciesResponse,
    DeleteGroupPolicy
}

inline_policies! {
    Role, role_name;
    PutRolePolicy,
    GetRolePolicy -> GetRolePolicyResponse,
    ListRolePolicies -> ListRolePoliciesResponse,
    DeleteRolePolicy
}

/// An inline policy that was found, and whose it is.
struct Found {
    holder: String,
    document: String,
}

fn put(
    holder: Holder<'_>,
    policy_name: &str,
    document: String,
    work: &mut Work<'_>,
) -> Result<(), ApiError> {
    let name: PolicyName = input::new_name(policy_name)?;
    holder.run(|holder| inline_policy::put(work.draft, holder, name, document.into()))
}

fn find(holder: Holder<'_>, policy_name: &str, call: &Call<'_>) -> Result<Found, ApiError> {
    let held = holder.held(call.account)?;
    let name: PolicyName = input::new_name(policy_name)?;
    let policy = held.inline.find(&name).ok_or_else(|| holder.missing_policy(policy_name))?;
    Ok(Found { holder: held.holder, document: policy.text.as_str().to_owned() })
}

fn names(
    holder: Holder<'_>,
    request: PageRequest,
    call: &Call<'_>,
) -> Result<Page<String>, ApiError> {
    let held = holder.held(call.account)?;
    let names = held.inline.iter().map(|(name, _)| name.to_string());
    Ok(request.cut(names, String::clone))
}

fn delete(holder: Holder<'_>, policy_name: &str, work: &mut Work<'_>) -> Result<(), ApiError> {
    let name: PolicyName = input::new_name(policy_name)?;
    holder.run(|holder| inline_policy::delete(work.draft, holder, &name))
}
