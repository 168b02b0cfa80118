//! The rows, in the order of the operations' names.

use stead_api::organizations::{
    AcceptHandshake, AttachPolicy, CancelHandshake, CloseAccount, CreateAccount,
    CreateOrganization, CreateOrganizationalUnit, CreatePolicy, DeclineHandshake,
    DeleteOrganization, DeleteOrganizationalUnit, DeletePolicy, DescribeAccount,
    DescribeCreateAccountStatus, DescribeHandshake, DescribeOrganization,
    DescribeOrganizationalUnit, DescribePolicy, DetachPolicy, DisableAWSServiceAccess,
    DisablePolicyType, EnableAWSServiceAccess, EnableAllFeatures, EnablePolicyType,
    InviteAccountToOrganization, LeaveOrganization, ListAWSServiceAccessForOrganization,
    ListAccounts, ListAccountsForParent, ListChildren, ListCreateAccountStatus,
    ListHandshakesForAccount, ListHandshakesForOrganization, ListOrganizationalUnitsForParent,
    ListParents, ListPolicies, ListPoliciesForTarget, ListRoots, ListTagsForResource,
    ListTargetsForPolicy, MoveAccount, RemoveAccountFromOrganization, TagResource, UntagResource,
    UpdateOrganizationalUnit, UpdatePolicy,
};

use super::{Key, Row, Subject};

macro_rules! rows {
    ($($operation:ident |$input:tt| [$($subject:expr),*] [$($key:expr),*];)+) => {$(
        impl Row for $operation {
            fn row($input: &Self::Input) -> (Vec<Subject<'_>>, Vec<Key<'_>>) {
                (vec![$($subject),*], vec![$($key),*])
            }
        }
    )+};
}

rows! {
    AcceptHandshake |it| [Subject::Handshake(&it.handshake_id)] [];
    AttachPolicy |it| [Subject::Policy(&it.policy_id), Subject::Target(&it.target_id)] [Key::TypeOfPolicy(&it.policy_id)];
    CancelHandshake |it| [Subject::Handshake(&it.handshake_id)] [];
    CloseAccount |it| [Subject::Account(&it.account_id)] [];
    CreateAccount |it| [] [Key::Tags(&it.tags)];
    CreateOrganization |_| [] [];
    CreateOrganizationalUnit |it| [Subject::Parent(&it.parent_id)] [Key::Tags(&it.tags)];
    CreatePolicy |it| [] [Key::PolicyType(it.r#type.as_str()), Key::Tags(&it.tags)];
    DeclineHandshake |it| [Subject::Handshake(&it.handshake_id)] [];
    DeleteOrganization |_| [] [];
    DeleteOrganizationalUnit |it| [Subject::Unit(&it.organizational_unit_id)] [];
    DeletePolicy |it| [Subject::Policy(&it.policy_id)] [Key::TypeOfPolicy(&it.policy_id)];
    DescribeAccount |it| [Subject::Account(&it.account_id)] [];
    DescribeCreateAccountStatus |_| [] [];
    DescribeHandshake |it| [Subject::Handshake(&it.handshake_id)] [];
    DescribeOrganization |_| [] [];
    DescribeOrganizationalUnit |it| [Subject::Unit(&it.organizational_unit_id)] [];
    DescribePolicy |it| [Subject::Policy(&it.policy_id)] [Key::TypeOfPolicy(&it.policy_id)];
    DetachPolicy |it| [Subject::Policy(&it.policy_id), Subject::Target(&it.target_id)] [Key::TypeOfPolicy(&it.policy_id)];
    DisableAWSServiceAccess |it| [] [Key::ServicePrincipal(&it.service_principal)];
    DisablePolicyType |it| [Subject::Root(&it.root_id)] [Key::PolicyType(it.policy_type.as_str())];
    EnableAWSServiceAccess |it| [] [Key::ServicePrincipal(&it.service_principal)];
    EnableAllFeatures |_| [] [];
    EnablePolicyType |it| [Subject::Root(&it.root_id)] [Key::PolicyType(it.policy_type.as_str())];
    InviteAccountToOrganization |it| [Subject::Account(it.target.id.expose())] [Key::Tags(&it.tags)];
    LeaveOrganization |_| [] [];
    ListAWSServiceAccessForOrganization |_| [] [];
    ListAccounts |_| [] [];
    ListAccountsForParent |it| [Subject::Parent(&it.parent_id)] [];
    ListChildren |it| [Subject::Parent(&it.parent_id)] [];
    ListCreateAccountStatus |_| [] [];
    ListHandshakesForAccount |_| [] [];
    ListHandshakesForOrganization |_| [] [];
    ListOrganizationalUnitsForParent |it| [Subject::Parent(&it.parent_id)] [];
    ListParents |it| [Subject::Child(&it.child_id)] [];
    ListPolicies |it| [] [Key::PolicyType(it.filter.as_str())];
    ListPoliciesForTarget |it| [Subject::Target(&it.target_id)] [Key::PolicyType(it.filter.as_str())];
    ListRoots |_| [] [];
    ListTagsForResource |it| [Subject::Tagged(&it.resource_id)] [];
    ListTargetsForPolicy |it| [Subject::Policy(&it.policy_id)] [Key::TypeOfPolicy(&it.policy_id)];
    MoveAccount |it| [Subject::Account(&it.account_id), Subject::Parent(&it.source_parent_id), Subject::Parent(&it.destination_parent_id)] [];
    RemoveAccountFromOrganization |it| [Subject::Account(&it.account_id)] [];
    TagResource |it| [Subject::Tagged(&it.resource_id)] [Key::Tags(&it.tags)];
    UntagResource |it| [Subject::Tagged(&it.resource_id)] [Key::TagKeys(&it.tag_keys)];
    UpdateOrganizationalUnit |it| [Subject::Unit(&it.organizational_unit_id)] [];
    UpdatePolicy |it| [Subject::Policy(&it.policy_id)] [Key::TypeOfPolicy(&it.policy_id)];
}
