//! The rows, in the order of the operations' names.

use stead_api::organizations::{
    AcceptHandshake, AttachPolicy, CancelHandshake, CloseAccount, CreateAccount,
    CreateOrganization, CreateOrganizationalUnit, CreatePolicy, DeclineHandshake,
    DeleteOrganization, DeleteOrganizationalUnit, DeletePolicy, DeregisterDelegatedAdministrator,
    DescribeAccount, DescribeCreateAccountStatus, DescribeHandshake, DescribeOrganization,
    DescribeOrganizationalUnit, DescribePolicy, DetachPolicy, DisableAWSServiceAccess,
    DisablePolicyType, EnableAWSServiceAccess, EnableAllFeatures, EnablePolicyType,
    InviteAccountToOrganization, LeaveOrganization, ListAWSServiceAccessForOrganization,
    ListAccounts, ListAccountsForParent, ListChildren, ListCreateAccountStatus,
    ListDelegatedAdministrators, ListDelegatedServicesForAccount, ListHandshakesForAccount,
    ListHandshakesForOrganization, ListOrganizationalUnitsForParent, ListParents, ListPolicies,
    ListPoliciesForTarget, ListRoots, ListTagsForResource, ListTargetsForPolicy, MoveAccount,
    RegisterDelegatedAdministrator, RemoveAccountFromOrganization, TagResource, UntagResource,
    UpdateOrganizationalUnit, UpdatePolicy,
};

use super::{Key, Row, Rowed, Subject};

// A name in brackets is one of `Subject`, `Key` and again `Subject`; `tagging` is what tags of
// the request are put on.
macro_rules! rows {
    ($(
        $operation:ident |$input:tt| [$($subject:ident($named:expr)),*] [$($key:ident($said:expr)),*]
        $(tagging [$tagged:ident$(($whose:expr))?])?;
    )+) => {$(
        impl Row for $operation {
            fn row($input: &Self::Input) -> Rowed<'_> {
                Rowed {
                    subjects: vec![$(Subject::$subject($named)),*],
                    keys: vec![$(Key::$key($said)),*],
                    tagging: [$(Subject::$tagged$(($whose))?)?].into_iter().next(),
                }
            }

            #[cfg(test)]
            fn empty() -> Rowed<'static> {
                Rowed {
                    subjects: vec![$(Subject::$subject(empty!($named))),*],
                    keys: vec![$(Key::$key(empty!($said))),*],
                    tagging: [$(Subject::$tagged$((empty!($whose)))?)?].into_iter().next(),
                }
            }
        }
    )+};
}

#[cfg(test)]
macro_rules! empty {
    ($said:expr) => {
        Default::default()
    };
}

rows! {
    AcceptHandshake |it| [Handshake(&it.handshake_id)] [];
    AttachPolicy |it| [Policy(&it.policy_id), Target(&it.target_id)] [TypeOfPolicy(&it.policy_id)];
    CancelHandshake |it| [Handshake(&it.handshake_id)] [];
    CloseAccount |it| [Account(&it.account_id)] [];
    CreateAccount |it| [] [Tags(&it.tags)] tagging [NewAccount];
    CreateOrganization |_| [] [];
    CreateOrganizationalUnit |it| [Parent(&it.parent_id)] [Tags(&it.tags)] tagging [NewUnit];
    CreatePolicy |it| [NewPolicy(it.r#type.as_str())] [PolicyType(it.r#type.as_str()), Tags(&it.tags)] tagging [NewPolicy(it.r#type.as_str())];
    DeclineHandshake |it| [Handshake(&it.handshake_id)] [];
    DeleteOrganization |_| [] [];
    DeleteOrganizationalUnit |it| [Unit(&it.organizational_unit_id)] [];
    DeletePolicy |it| [Policy(&it.policy_id)] [TypeOfPolicy(&it.policy_id)];
    DeregisterDelegatedAdministrator |it| [Account(&it.account_id)] [ServicePrincipal(Some(&it.service_principal))];
    DescribeAccount |it| [Account(&it.account_id)] [];
    DescribeCreateAccountStatus |_| [] [];
    DescribeHandshake |it| [Handshake(&it.handshake_id)] [];
    DescribeOrganization |_| [] [];
    DescribeOrganizationalUnit |it| [Unit(&it.organizational_unit_id)] [];
    DescribePolicy |it| [Policy(&it.policy_id)] [TypeOfPolicy(&it.policy_id)];
    DetachPolicy |it| [Policy(&it.policy_id), Target(&it.target_id)] [TypeOfPolicy(&it.policy_id)];
    DisableAWSServiceAccess |it| [] [ServicePrincipal(Some(&it.service_principal))];
    DisablePolicyType |it| [Root(&it.root_id)] [PolicyType(it.policy_type.as_str())];
    EnableAWSServiceAccess |it| [] [ServicePrincipal(Some(&it.service_principal))];
    EnableAllFeatures |_| [] [];
    EnablePolicyType |it| [Root(&it.root_id)] [PolicyType(it.policy_type.as_str())];
    InviteAccountToOrganization |it| [Account(it.target.id.expose())] [Tags(&it.tags)] tagging [Account(it.target.id.expose())];
    LeaveOrganization |_| [] [];
    ListAWSServiceAccessForOrganization |_| [] [];
    ListAccounts |_| [] [];
    ListAccountsForParent |it| [Parent(&it.parent_id)] [];
    ListChildren |it| [Parent(&it.parent_id)] [];
    ListCreateAccountStatus |_| [] [];
    ListDelegatedAdministrators |it| [] [ServicePrincipal(it.service_principal.as_deref())];
    ListDelegatedServicesForAccount |it| [Account(&it.account_id)] [];
    ListHandshakesForAccount |_| [] [];
    ListHandshakesForOrganization |_| [] [];
    ListOrganizationalUnitsForParent |it| [Parent(&it.parent_id)] [];
    ListParents |it| [Child(&it.child_id)] [];
    ListPolicies |it| [] [PolicyType(it.filter.as_str())];
    ListPoliciesForTarget |it| [Target(&it.target_id)] [PolicyType(it.filter.as_str())];
    ListRoots |_| [] [];
    ListTagsForResource |it| [Tagged(&it.resource_id)] [TypeOfPolicy(&it.resource_id)];
    ListTargetsForPolicy |it| [Policy(&it.policy_id)] [TypeOfPolicy(&it.policy_id)];
    MoveAccount |it| [Account(&it.account_id), Parent(&it.source_parent_id), Parent(&it.destination_parent_id)] [];
    RegisterDelegatedAdministrator |it| [Account(&it.account_id)] [ServicePrincipal(Some(&it.service_principal))];
    RemoveAccountFromOrganization |it| [Account(&it.account_id)] [];
    TagResource |it| [Tagged(&it.resource_id)] [TypeOfPolicy(&it.resource_id), Tags(&it.tags)];
    UntagResource |it| [Tagged(&it.resource_id)] [TypeOfPolicy(&it.resource_id), TagKeys(&it.tag_keys)];
    UpdateOrganizationalUnit |it| [Unit(&it.organizational_unit_id)] [];
    UpdatePolicy |it| [Policy(&it.policy_id)] [TypeOfPolicy(&it.policy_id)];
}
