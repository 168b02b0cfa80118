//! Managed policies attached to users, groups and roles.

use stead_api::iam::{
    AttachGroupPolicy, AttachRolePolicy, AttachUserPolicy, AttachedPolicy, DetachGroupPolicy,
    DetachRolePolicy, DetachUserPolicy, ListAttachedGroupPolicies,
    ListAttachedGroupPoliciesResponse, ListAttachedRolePolicies, ListAttachedRolePoliciesResponse,
    ListAttachedUserPolicies, ListAttachedUserPoliciesResponse,
};
use stead_api::{ApiError, Operation};
use stead_authorizer::Authorized;
use stead_directory::commands::attachment;
use stead_service::{Call, Handle, Work};
use stead_types::Arn;

use crate::holder::Holder;
use crate::pagination::{Page, PageRequest};
use crate::{Iam, input, policy_arn};

type Input<Op> = <Op as Operation>::Input;
type Output<Op> = <Op as Operation>::Output;

/// The three operations on the managed policies of one kind of holder.
macro_rules! attachments {
    (
        $holder:ident, $name:ident;
        $attach:ident,
        $detach:ident,
        $list:ident -> $listed:ident
    ) => {
        impl Handle<$attach> for Iam {
            fn execute(
                _permit: Authorized<$attach>,
                input: Input<$attach>,
                _call: &Call<'_>,
                work: &mut Work<'_>,
            ) -> Result<Output<$attach>, ApiError> {
                let policy = policy_arn::parse(&input.policy_arn)?;
                Holder::$holder(&input.$name)
                    .run(|holder| attachment::attach(work.draft, holder, &policy))?;
                Ok(Default::default())
            }
        }

        impl Handle<$detach> for Iam {
            fn execute(
                _permit: Authorized<$detach>,
                input: Input<$detach>,
                _call: &Call<'_>,
                work: &mut Work<'_>,
            ) -> Result<Output<$detach>, ApiError> {
                let policy = policy_arn::parse(&input.policy_arn)?;
                Holder::$holder(&input.$name)
                    .run(|holder| attachment::detach(work.draft, holder, &policy))?;
                Ok(Default::default())
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
                let prefix = input::path_prefix(input.path_prefix.as_deref())?;
                let page = attached(Holder::$holder(&input.$name), prefix, request, call)?;
                Ok($listed {
                    attached_policies: Some(page.items),
                    is_truncated: page.is_truncated,
                    marker: page.marker,
                })
            }
        }
    };
}

attachments! {
    User, user_name;
    AttachUserPolicy,
    DetachUserPolicy,
    ListAttachedUserPolicies -> ListAttachedUserPoliciesResponse
}

attachments! {
    Group, group_name;
    AttachGroupPolicy,
    DetachGroupPolicy,
    ListAttachedGroupPolicies -> ListAttachedGroupPoliciesResponse
}

attachments! {
    Role, role_name;
    AttachRolePolicy,
    DetachRolePolicy,
    ListAttachedRolePolicies -> ListAttachedRolePoliciesResponse
}

/// The attached policies under a path, in the order of their ARNs.
fn attached(
    holder: Holder<'_>,
    path_prefix: &str,
    request: PageRequest,
    call: &Call<'_>,
) -> Result<Page<AttachedPolicy>, ApiError> {
    let held = holder.held(call.account)?;
    let under_path = |arn: &&Arn| policy_arn::path_and_name(arn).0.starts_with(path_prefix);
    let policies = held.attached.iter().filter(under_path).map(shown);
    Ok(request.cut(policies, |policy| policy.policy_arn.clone().unwrap_or_default()))
}

/// An attached policy as answers show it.
pub(crate) fn shown(arn: &Arn) -> AttachedPolicy {
    AttachedPolicy {
        policy_name: Some(policy_arn::path_and_name(arn).1.to_owned()),
        policy_arn: Some(arn.to_string()),
    }
}
