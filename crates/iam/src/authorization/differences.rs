//! Where the table and the service authorization reference say something else, and why.

/// Keys that the reference lists for an operation and its request does not bring here.
#[derive(Debug)]
pub(super) struct Absent {
    /// The key.
    pub(super) key: &'static str,
    /// The operations.
    pub(super) operations: &'static [&'static str],
    /// Why.
    pub(super) reason: &'static str,
}

/// Keys that a request brings and the reference does not list for its operation.
#[derive(Debug)]
pub(super) struct Further {
    /// The key.
    pub(super) key: &'static str,
    /// The types of resource.
    pub(super) types: &'static [&'static str],
    /// Why.
    pub(super) reason: &'static str,
}

/// Types that the reference lists for an operation and that its resource never has here.
#[derive(Debug)]
pub(super) struct NeverActedOn {
    /// The operation.
    pub(super) operation: &'static str,
    /// The type.
    pub(super) kind: &'static str,
    /// Why.
    pub(super) reason: &'static str,
}

const NO_SECURITY_KEYS: &str = "Requests that register a security key of FIDO. MFA devices are virtual here, so the key is absent, as it is on AWS where a virtual device is enabled.";

pub(super) const ABSENT: &[Absent] = &[
    Absent {
        key: "aws:ResourceTag/*",
        operations: CREATIONS,
        reason: "What is to be created has no tags yet; those it is to have are `aws:RequestTag/*`.",
    },
    Absent {
        key: "iam:ResourceTag/*",
        operations: &["CreateRole", "CreateServiceLinkedRole", "CreateUser"],
        reason: "What is to be created has no tags yet; those it is to have are `aws:RequestTag/*`.",
    },
    Absent {
        key: "iam:DelegationRequestOwner",
        operations: &["CreateDelegationRequest"],
        reason: "A request that is to be made has no owner yet.",
    },
    Absent {
        key: "iam:RoleTemplateARN",
        operations: &[
            "AttachRolePolicy",
            "CreateRole",
            "GetRole",
            "PutRolePermissionsBoundary",
            "PutRolePolicy",
            "TagRole",
        ],
        reason: "Roles that are made from a template of a service. Nothing makes such roles here.",
    },
    Absent {
        key: "iam:FIDO-certification",
        operations: &["EnableMFADevice"],
        reason: NO_SECURITY_KEYS,
    },
    Absent {
        key: "iam:FIDO-FIPS-140-2-certification",
        operations: &["EnableMFADevice"],
        reason: NO_SECURITY_KEYS,
    },
    Absent {
        key: "iam:FIDO-FIPS-140-3-certification",
        operations: &["EnableMFADevice"],
        reason: NO_SECURITY_KEYS,
    },
    Absent {
        key: "iam:RegisterSecurityKey",
        operations: &["EnableMFADevice"],
        reason: NO_SECURITY_KEYS,
    },
];

/// Operations that create something which can have tags.
const CREATIONS: &[&str] = &[
    "CreateInstanceProfile",
    "CreateOpenIDConnectProvider",
    "CreatePolicy",
    "CreateRole",
    "CreateSAMLProvider",
    "CreateServiceLinkedRole",
    "CreateUser",
    "CreateVirtualMFADevice",
    "UploadServerCertificate",
];

pub(super) const FURTHER: &[Further] = &[Further {
    key: "iam:ResourceTag/*",
    types: &[
        "instance-profile",
        "mfa",
        "oidc-provider",
        "policy",
        "saml-provider",
        "server-certificate",
    ],
    reason: "The older name of `aws:ResourceTag/*`. The reference lists it for users and roles; here everything that has tags has it.",
}];

pub(super) const NEVER_ACTED_ON: &[NeverActedOn] = &[NeverActedOn {
    operation: "DeleteVirtualMFADevice",
    kind: "sms-mfa",
    reason: "AWS registers no devices for text messages any more, and there are none here.",
}];

/// Operations that the reference has no action for, and why one is asked for.
pub(super) const UNLISTED: &[(&str, &str)] = &[(
    "UpdateDelegationRequest",
    "There is no action of this name. It is asked for like the other operations on a request, so that who may do nothing may not do this.",
)];
