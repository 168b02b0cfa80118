//! The operations that are drawn, and what they are on the wire.

use super::draw::Drawn;
use super::model::Model;
use crate::wire::ACCOUNT;

/// How many names there are of each kind: few, so that most things meet.
const USERS: u64 = 4;
const GROUPS: u64 = 12;
const ROLES: u64 = 3;
const PROFILES: u64 = 3;
const POLICIES: u64 = 14;
const INLINE: u64 = 3;
const DOCUMENTS: u64 = 4;
const TAGS: u64 = 3;

/// Who can have policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    User,
    Group,
    Role,
}

/// A call, with its members.
#[derive(Clone, Debug)]
pub(super) enum Operation {
    Create { kind: Kind, name: String, boundary: Option<String> },
    Delete { kind: Kind, name: String },
    Rename { kind: Kind, name: String, new: String },
    AddUserToGroup { user: String, group: String },
    RemoveUserFromGroup { user: String, group: String },
    TagUser { user: String, key: String, value: String },
    UntagUser { user: String, key: String },
    CreateAccessKey { user: String },
    DeleteAccessKey { user: String, id: String },
    PutPolicy { kind: Kind, name: String, policy: String, document: u64 },
    DeleteInlinePolicy { kind: Kind, name: String, policy: String },
    Attach { kind: Kind, name: String, policy: String },
    Detach { kind: Kind, name: String, policy: String },
    PutBoundary { kind: Kind, name: String, policy: String },
    DeleteBoundary { kind: Kind, name: String },
    CreatePolicy { policy: String, document: u64 },
    DeletePolicy { policy: String },
    CreatePolicyVersion { policy: String, document: u64, default: bool },
    SetDefaultPolicyVersion { policy: String, version: u64 },
    DeletePolicyVersion { policy: String, version: u64 },
    CreateInstanceProfile { profile: String },
    DeleteInstanceProfile { profile: String },
    AddRoleToInstanceProfile { profile: String, role: String },
    RemoveRoleFromInstanceProfile { profile: String, role: String },
}

impl Operation {
    /// Some operation. What adds comes as often again as `growth` says: quotas are met in
    /// some accounts, empty hands in others.
    pub(super) fn drawn(drawn: &mut Drawn, growth: u64, model: &Model) -> Self {
        if drawn.below(growth + 1) == 0 { taking(drawn, model) } else { adding(drawn) }
    }

    /// The operation's name.
    pub(super) const fn name(&self) -> &'static str {
        use Kind::{Group, Role, User};
        match self {
            Self::Create { kind, .. } => kind.pick(["CreateUser", "CreateGroup", "CreateRole"]),
            Self::Delete { kind, .. } => kind.pick(["DeleteUser", "DeleteGroup", "DeleteRole"]),
            Self::Rename { kind: User | Role, .. } => "UpdateUser",
            Self::Rename { kind: Group, .. } => "UpdateGroup",
            Self::AddUserToGroup { .. } => "AddUserToGroup",
            Self::RemoveUserFromGroup { .. } => "RemoveUserFromGroup",
            Self::TagUser { .. } => "TagUser",
            Self::UntagUser { .. } => "UntagUser",
            Self::CreateAccessKey { .. } => "CreateAccessKey",
            Self::DeleteAccessKey { .. } => "DeleteAccessKey",
            Self::PutPolicy { kind, .. } => {
                kind.pick(["PutUserPolicy", "PutGroupPolicy", "PutRolePolicy"])
            }
            Self::DeleteInlinePolicy { kind, .. } => {
                kind.pick(["DeleteUserPolicy", "DeleteGroupPolicy", "DeleteRolePolicy"])
            }
            Self::Attach { kind, .. } => {
                kind.pick(["AttachUserPolicy", "AttachGroupPolicy", "AttachRolePolicy"])
            }
            Self::Detach { kind, .. } => {
                kind.pick(["DetachUserPolicy", "DetachGroupPolicy", "DetachRolePolicy"])
            }
            Self::PutBoundary { kind: Role, .. } => "PutRolePermissionsBoundary",
            Self::PutBoundary { .. } => "PutUserPermissionsBoundary",
            Self::DeleteBoundary { kind: Role, .. } => "DeleteRolePermissionsBoundary",
            Self::DeleteBoundary { .. } => "DeleteUserPermissionsBoundary",
            Self::CreatePolicy { .. } => "CreatePolicy",
            Self::DeletePolicy { .. } => "DeletePolicy",
            Self::CreatePolicyVersion { .. } => "CreatePolicyVersion",
            Self::SetDefaultPolicyVersion { .. } => "SetDefaultPolicyVersion",
            Self::DeletePolicyVersion { .. } => "DeletePolicyVersion",
            Self::CreateInstanceProfile { .. } => "CreateInstanceProfile",
            Self::DeleteInstanceProfile { .. } => "DeleteInstanceProfile",
            Self::AddRoleToInstanceProfile { .. } => "AddRoleToInstanceProfile",
            Self::RemoveRoleFromInstanceProfile { .. } => "RemoveRoleFromInstanceProfile",
        }
    }

    /// The members of the request.
    pub(super) fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Create { kind, name, boundary } => {
                let mut all = vec![(kind.member(), name.clone())];
                if *kind == Kind::Role {
                    all.push(("AssumeRolePolicyDocument", TRUST.to_owned()));
                }
                all.extend(boundary.iter().map(|it| ("PermissionsBoundary", arn(it))));
                all
            }
            Self::Delete { kind, name } | Self::DeleteBoundary { kind, name } => {
                vec![(kind.member(), name.clone())]
            }
            Self::Rename { kind, name, new } => {
                let member = if *kind == Kind::Group { "NewGroupName" } else { "NewUserName" };
                vec![(kind.member(), name.clone()), (member, new.clone())]
            }
            Self::AddUserToGroup { user, group } | Self::RemoveUserFromGroup { user, group } => {
                vec![("UserName", user.clone()), ("GroupName", group.clone())]
            }
            Self::TagUser { user, key, value } => vec![
                ("UserName", user.clone()),
                ("Tags.member.1.Key", key.clone()),
                ("Tags.member.1.Value", value.clone()),
            ],
            Self::UntagUser { user, key } => {
                vec![("UserName", user.clone()), ("TagKeys.member.1", key.clone())]
            }
            Self::CreateAccessKey { user } => vec![("UserName", user.clone())],
            Self::DeleteAccessKey { user, id } => {
                vec![("UserName", user.clone()), ("AccessKeyId", id.clone())]
            }
            Self::PutPolicy { kind, name, policy, document } => vec![
                (kind.member(), name.clone()),
                ("PolicyName", policy.clone()),
                ("PolicyDocument", text(*document)),
            ],
            Self::DeleteInlinePolicy { kind, name, policy } => {
                vec![(kind.member(), name.clone()), ("PolicyName", policy.clone())]
            }
            Self::Attach { kind, name, policy } | Self::Detach { kind, name, policy } => {
                vec![(kind.member(), name.clone()), ("PolicyArn", arn(policy))]
            }
            Self::PutBoundary { kind, name, policy } => {
                vec![(kind.member(), name.clone()), ("PermissionsBoundary", arn(policy))]
            }
            Self::CreatePolicy { policy, document } => {
                vec![("PolicyName", policy.clone()), ("PolicyDocument", text(*document))]
            }
            Self::DeletePolicy { policy } => vec![("PolicyArn", arn(policy))],
            Self::CreatePolicyVersion { policy, document, default } => vec![
                ("PolicyArn", arn(policy)),
                ("PolicyDocument", text(*document)),
                ("SetAsDefault", default.to_string()),
            ],
            Self::SetDefaultPolicyVersion { policy, version }
            | Self::DeletePolicyVersion { policy, version } => {
                vec![("PolicyArn", arn(policy)), ("VersionId", format!("v{version}"))]
            }
            Self::CreateInstanceProfile { profile } | Self::DeleteInstanceProfile { profile } => {
                vec![("InstanceProfileName", profile.clone())]
            }
            Self::AddRoleToInstanceProfile { profile, role }
            | Self::RemoveRoleFromInstanceProfile { profile, role } => {
                vec![("InstanceProfileName", profile.clone()), ("RoleName", role.clone())]
            }
        }
    }
}

impl Kind {
    const fn pick(self, of: [&'static str; 3]) -> &'static str {
        let [user, group, role] = of;
        match self {
            Self::User => user,
            Self::Group => group,
            Self::Role => role,
        }
    }

    const fn member(self) -> &'static str {
        self.pick(["UserName", "GroupName", "RoleName"])
    }

    fn drawn(drawn: &mut Drawn) -> Self {
        [Self::User, Self::Group, Self::Role][usize::try_from(drawn.below(3)).unwrap()]
    }

    /// One that can have a permissions boundary.
    fn bounded(drawn: &mut Drawn) -> Self {
        if drawn.once_in(2) { Self::User } else { Self::Role }
    }

    fn name(self, drawn: &mut Drawn) -> String {
        match self {
            Self::User => name(drawn, "user", USERS),
            Self::Group => name(drawn, "group", GROUPS),
            Self::Role => name(drawn, "role", ROLES),
        }
    }
}

fn adding(drawn: &mut Drawn) -> Operation {
    let kind = Kind::drawn(drawn);
    let bounded = Kind::bounded(drawn);
    match drawn.below(19) {
        0 | 1 => {
            let wants = kind != Kind::Group && drawn.once_in(4);
            let boundary = wants.then(|| policy(drawn));
            Operation::Create { kind, name: kind.name(drawn), boundary }
        }
        2 => {
            let kind = if kind == Kind::Role { Kind::User } else { kind };
            Operation::Rename { kind, name: kind.name(drawn), new: kind.name(drawn) }
        }
        3..=5 => Operation::AddUserToGroup {
            user: Kind::User.name(drawn),
            group: Kind::Group.name(drawn),
        },
        6 => Operation::TagUser {
            user: Kind::User.name(drawn),
            key: name(drawn, "key", TAGS),
            value: drawn.below(3).to_string(),
        },
        7 => Operation::CreateAccessKey { user: Kind::User.name(drawn) },
        8 => Operation::PutPolicy {
            kind,
            name: kind.name(drawn),
            policy: inline(drawn),
            document: drawn.below(DOCUMENTS),
        },
        9 => Operation::AddRoleToInstanceProfile {
            profile: name(drawn, "profile", PROFILES),
            role: Kind::Role.name(drawn),
        },
        10 => Operation::PutBoundary {
            kind: bounded,
            name: bounded.name(drawn),
            policy: policy(drawn),
        },
        11 | 12 => {
            Operation::CreatePolicy { policy: policy(drawn), document: drawn.below(DOCUMENTS) }
        }
        13 => Operation::CreatePolicyVersion {
            policy: policy(drawn),
            document: drawn.below(DOCUMENTS),
            default: drawn.once_in(2),
        },
        14 => Operation::CreateInstanceProfile { profile: name(drawn, "profile", PROFILES) },
        _ => Operation::Attach { kind, name: kind.name(drawn), policy: policy(drawn) },
    }
}

fn taking(drawn: &mut Drawn, model: &Model) -> Operation {
    let kind = Kind::drawn(drawn);
    let bounded = Kind::bounded(drawn);
    match drawn.below(14) {
        0 | 1 => Operation::Delete { kind, name: kind.name(drawn) },
        2 => Operation::RemoveUserFromGroup {
            user: Kind::User.name(drawn),
            group: Kind::Group.name(drawn),
        },
        3 => Operation::UntagUser { user: Kind::User.name(drawn), key: name(drawn, "key", TAGS) },
        4 => {
            let user = Kind::User.name(drawn);
            let id = model.key_of(&user, drawn).unwrap_or_else(|| "AKIAIOSFODNN7EXAMPLE".into());
            Operation::DeleteAccessKey { user, id }
        }
        5 => Operation::DeleteInlinePolicy { kind, name: kind.name(drawn), policy: inline(drawn) },
        6 | 7 => Operation::Detach { kind, name: kind.name(drawn), policy: policy(drawn) },
        8 => Operation::DeleteBoundary { kind: bounded, name: bounded.name(drawn) },
        9 => Operation::DeletePolicy { policy: policy(drawn) },
        10 => Operation::SetDefaultPolicyVersion {
            policy: policy(drawn),
            version: 1 + drawn.below(8),
        },
        11 => Operation::DeletePolicyVersion { policy: policy(drawn), version: 1 + drawn.below(8) },
        12 => Operation::DeleteInstanceProfile { profile: name(drawn, "profile", PROFILES) },
        _ => Operation::RemoveRoleFromInstanceProfile {
            profile: name(drawn, "profile", PROFILES),
            role: Kind::Role.name(drawn),
        },
    }
}

/// A name, now and then in capitals: names are the same in either case.
fn name(drawn: &mut Drawn, word: &str, count: u64) -> String {
    let name = format!("{word}-{}", drawn.below(count));
    if drawn.once_in(8) { name.to_uppercase() } else { name }
}

/// The name of a managed policy. In other capitals it is taken, and as part of an ARN unknown.
fn policy(drawn: &mut Drawn) -> String {
    let name = format!("policy-{}", drawn.below(POLICIES));
    if drawn.once_in(40) { name.to_uppercase() } else { name }
}

fn inline(drawn: &mut Drawn) -> String {
    format!("inline-{}", drawn.below(INLINE))
}

/// The ARN of a managed policy of the account.
pub(super) fn arn(policy: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:policy/{policy}")
}

/// A policy document.
pub(super) fn text(document: u64) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket-{document}/*"}}}}"#
    )
}

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}"#;

/// Answers that must have come among a hundred thousand: else the draws meet too little.
#[rustfmt::skip]
pub(super) const ANSWERS: &[(&str, &str)] = &[
    ("CreateUser", "ok"), ("CreateUser", "EntityAlreadyExists"), ("CreateUser", "NoSuchEntity"),
    ("CreateGroup", "ok"), ("CreateGroup", "EntityAlreadyExists"),
    ("CreateRole", "ok"), ("CreateRole", "EntityAlreadyExists"), ("CreateRole", "NoSuchEntity"),
    ("DeleteUser", "ok"), ("DeleteUser", "DeleteConflict"), ("DeleteUser", "NoSuchEntity"),
    ("DeleteGroup", "ok"), ("DeleteGroup", "DeleteConflict"), ("DeleteGroup", "NoSuchEntity"),
    ("DeleteRole", "ok"), ("DeleteRole", "DeleteConflict"), ("DeleteRole", "NoSuchEntity"),
    ("UpdateUser", "ok"), ("UpdateUser", "EntityAlreadyExists"), ("UpdateUser", "NoSuchEntity"),
    ("UpdateGroup", "ok"), ("UpdateGroup", "EntityAlreadyExists"), ("UpdateGroup", "NoSuchEntity"),
    ("AddUserToGroup", "ok"), ("AddUserToGroup", "LimitExceeded"), ("AddUserToGroup", "NoSuchEntity"),
    ("RemoveUserFromGroup", "ok"), ("RemoveUserFromGroup", "NoSuchEntity"),
    ("TagUser", "ok"), ("TagUser", "NoSuchEntity"),
    ("UntagUser", "ok"), ("UntagUser", "NoSuchEntity"),
    ("CreateAccessKey", "ok"), ("CreateAccessKey", "LimitExceeded"), ("CreateAccessKey", "NoSuchEntity"),
    ("DeleteAccessKey", "ok"), ("DeleteAccessKey", "NoSuchEntity"),
    ("PutUserPolicy", "ok"), ("PutUserPolicy", "NoSuchEntity"),
    ("PutGroupPolicy", "ok"), ("PutGroupPolicy", "NoSuchEntity"),
    ("PutRolePolicy", "ok"), ("PutRolePolicy", "NoSuchEntity"),
    ("DeleteUserPolicy", "ok"), ("DeleteUserPolicy", "NoSuchEntity"),
    ("DeleteGroupPolicy", "ok"), ("DeleteGroupPolicy", "NoSuchEntity"),
    ("DeleteRolePolicy", "ok"), ("DeleteRolePolicy", "NoSuchEntity"),
    ("AttachUserPolicy", "ok"), ("AttachUserPolicy", "LimitExceeded"), ("AttachUserPolicy", "NoSuchEntity"),
    ("AttachGroupPolicy", "ok"), ("AttachGroupPolicy", "NoSuchEntity"),
    ("AttachRolePolicy", "ok"), ("AttachRolePolicy", "LimitExceeded"), ("AttachRolePolicy", "NoSuchEntity"),
    ("DetachUserPolicy", "ok"), ("DetachUserPolicy", "NoSuchEntity"),
    ("DetachGroupPolicy", "ok"), ("DetachGroupPolicy", "NoSuchEntity"),
    ("DetachRolePolicy", "ok"), ("DetachRolePolicy", "NoSuchEntity"),
    ("PutUserPermissionsBoundary", "ok"), ("PutUserPermissionsBoundary", "NoSuchEntity"),
    ("PutRolePermissionsBoundary", "ok"), ("PutRolePermissionsBoundary", "NoSuchEntity"),
    ("DeleteUserPermissionsBoundary", "ok"), ("DeleteUserPermissionsBoundary", "NoSuchEntity"),
    ("DeleteRolePermissionsBoundary", "ok"), ("DeleteRolePermissionsBoundary", "NoSuchEntity"),
    ("CreatePolicy", "ok"), ("CreatePolicy", "EntityAlreadyExists"),
    ("DeletePolicy", "ok"), ("DeletePolicy", "DeleteConflict"), ("DeletePolicy", "NoSuchEntity"),
    ("CreatePolicyVersion", "ok"), ("CreatePolicyVersion", "LimitExceeded"), ("CreatePolicyVersion", "NoSuchEntity"),
    ("SetDefaultPolicyVersion", "ok"), ("SetDefaultPolicyVersion", "NoSuchEntity"),
    ("DeletePolicyVersion", "ok"), ("DeletePolicyVersion", "DeleteConflict"), ("DeletePolicyVersion", "NoSuchEntity"),
    ("CreateInstanceProfile", "ok"), ("CreateInstanceProfile", "EntityAlreadyExists"),
    ("DeleteInstanceProfile", "ok"), ("DeleteInstanceProfile", "DeleteConflict"), ("DeleteInstanceProfile", "NoSuchEntity"),
    ("AddRoleToInstanceProfile", "ok"), ("AddRoleToInstanceProfile", "LimitExceeded"), ("AddRoleToInstanceProfile", "NoSuchEntity"),
    ("RemoveRoleFromInstanceProfile", "ok"), ("RemoveRoleFromInstanceProfile", "NoSuchEntity"),
];
