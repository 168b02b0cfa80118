//! Every operation, and what is told of it to who may not do it.

pub(super) const METADATA: &str = include_str!("../../saml-metadata.xml");
const CERTIFICATE: &str = include_str!("../../signing-certificate.pem");
pub(super) const SERVER_CERTIFICATE: &str = include_str!("../../server-certificates/rsa.pem");
pub(super) const SERVER_KEY: &str = include_str!("../../server-certificates/rsa.key");
const REQUEST: &str = "f47ac10b-58cc-4372-a567-0e02b2c3d479";
const DELEGATION: &str =
    "arn:aws:iam::111122223333:delegation-request/f47ac10b-58cc-4372-a567-0e02b2c3d479";
const JOB: &str = "00000000-0000-0000-0000-000000000000";
const SSH_KEY: &str = include_str!("../../ssh/rsa-2048.pub");

/// An operation, its parameters, and how a refusal names its resource.
type Refusal = (&'static str, &'static [(&'static str, &'static str)], &'static str);

/// Every operation on users, groups, access keys, MFA devices, instance profiles, server
/// certificates and identity providers, and those on the account.
pub(super) const OPERATIONS: &[Refusal] = &[
    ("CreateUser", &[("UserName", "bob")], "arn:aws:iam::111122223333:user/bob"),
    ("GetUser", &[("UserName", "bob")], "user bob"),
    ("GetAccountAuthorizationDetails", &[], "*"),
    ("GetAccountSummary", &[], "*"),
    ("CreateAccountAlias", &[("AccountAlias", "my-company")], "*"),
    ("DeleteAccountAlias", &[("AccountAlias", "my-company")], "*"),
    ("ListAccountAliases", &[], "*"),
    ("UpdateAccountPasswordPolicy", &[("MinimumPasswordLength", "12")], "*"),
    ("GetAccountPasswordPolicy", &[], "*"),
    ("GenerateCredentialReport", &[], "*"),
    ("GetCredentialReport", &[], "*"),
    ("DeleteAccountPasswordPolicy", &[], "*"),
    ("CreateLoginProfile", &[("UserName", "bob"), ("Password", "Pa55word")], "user bob"),
    ("GetLoginProfile", &[("UserName", "bob")], "user bob"),
    ("UpdateLoginProfile", &[("UserName", "bob"), ("Password", "Pa55word")], "user bob"),
    ("DeleteLoginProfile", &[("UserName", "bob")], "user bob"),
    ("UploadSSHPublicKey", &[("UserName", "bob"), ("SSHPublicKeyBody", SSH_KEY)], "user bob"),
    (
        "GetSSHPublicKey",
        &[("UserName", "bob"), ("SSHPublicKeyId", "APKAIOSFODNN7EXAMPLE"), ("Encoding", "SSH")],
        "user bob",
    ),
    ("ListSSHPublicKeys", &[("UserName", "bob")], "user bob"),
    (
        "UpdateSSHPublicKey",
        &[("UserName", "bob"), ("SSHPublicKeyId", "APKAIOSFODNN7EXAMPLE"), ("Status", "Active")],
        "user bob",
    ),
    (
        "DeleteSSHPublicKey",
        &[("UserName", "bob"), ("SSHPublicKeyId", "APKAIOSFODNN7EXAMPLE")],
        "user bob",
    ),
    (
        "CreateServiceSpecificCredential",
        &[("UserName", "bob"), ("ServiceName", "codecommit.amazonaws.com")],
        "user bob",
    ),
    (
        "UploadSigningCertificate",
        &[("UserName", "bob"), ("CertificateBody", CERTIFICATE)],
        "user bob",
    ),
    ("ListSigningCertificates", &[("UserName", "bob")], "user bob"),
    (
        "UpdateSigningCertificate",
        &[
            ("UserName", "bob"),
            ("CertificateId", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
            ("Status", "Active"),
        ],
        "user bob",
    ),
    (
        "DeleteSigningCertificate",
        &[("UserName", "bob"), ("CertificateId", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")],
        "user bob",
    ),
    ("SetSecurityTokenServicePreferences", &[("GlobalEndpointTokenVersion", "v2Token")], "*"),
    ("ListOrganizationsFeatures", &[], "*"),
    ("EnableOrganizationsRootSessions", &[], "*"),
    ("DisableOrganizationsRootSessions", &[], "*"),
    ("EnableOrganizationsRootCredentialsManagement", &[], "*"),
    ("DisableOrganizationsRootCredentialsManagement", &[], "*"),
    ("EnableOutboundWebIdentityFederation", &[], "*"),
    ("DisableOutboundWebIdentityFederation", &[], "*"),
    ("GetOutboundWebIdentityFederationInfo", &[], "*"),
    ("ListServiceSpecificCredentials", &[("UserName", "bob")], "user bob"),
    ("ListServiceSpecificCredentials", &[("AllUsers", "true")], "arn:aws:iam::111122223333:user/*"),
    (
        "UpdateServiceSpecificCredential",
        &[
            ("UserName", "bob"),
            ("ServiceSpecificCredentialId", "ACCAIOSFODNN7EXAMPLE1"),
            ("Status", "Active"),
        ],
        "user bob",
    ),
    (
        "ResetServiceSpecificCredential",
        &[("UserName", "bob"), ("ServiceSpecificCredentialId", "ACCAIOSFODNN7EXAMPLE1")],
        "user bob",
    ),
    (
        "DeleteServiceSpecificCredential",
        &[("UserName", "bob"), ("ServiceSpecificCredentialId", "ACCAIOSFODNN7EXAMPLE1")],
        "user bob",
    ),
    (
        "ChangePassword",
        &[("OldPassword", "Pa55word"), ("NewPassword", "Other-Pa55word")],
        "user nobody",
    ),
    ("GetContextKeysForCustomPolicy", &[("PolicyInputList.member.1", "{}")], "*"),
    (
        "GetContextKeysForPrincipalPolicy",
        &[("PolicySourceArn", "arn:aws:iam::111122223333:group/a/ops")],
        "arn:aws:iam::111122223333:group/a/ops",
    ),
    ("SimulateCustomPolicy", &[("PolicyInputList", ""), ("ActionNames.member.1", "a:b")], "*"),
    (
        "SimulatePrincipalPolicy",
        &[
            ("PolicySourceArn", "arn:aws:iam::111122223333:user/bob"),
            ("ActionNames.member.1", "a:b"),
        ],
        "arn:aws:iam::111122223333:user/bob",
    ),
    ("ListUsers", &[], "arn:aws:iam::111122223333:user/"),
    ("ListUsers", &[("PathPrefix", "/team/")], "arn:aws:iam::111122223333:user/team/"),
    ("UpdateUser", &[("UserName", "bob"), ("NewUserName", "carol")], "user bob"),
    ("DeleteUser", &[("UserName", "bob")], "user bob"),
    (
        "TagUser",
        &[("UserName", "bob"), ("Tags.member.1.Key", "a"), ("Tags.member.1.Value", "b")],
        "user bob",
    ),
    ("UntagUser", &[("UserName", "bob"), ("TagKeys.member.1", "a")], "user bob"),
    ("ListUserTags", &[("UserName", "bob")], "user bob"),
    (
        "CreateGroup",
        &[("GroupName", "ops"), ("Path", "/a/")],
        "arn:aws:iam::111122223333:group/a/ops",
    ),
    ("GetGroup", &[("GroupName", "ops")], "group ops"),
    ("ListGroups", &[], "arn:aws:iam::111122223333:group/"),
    ("UpdateGroup", &[("GroupName", "ops"), ("NewPath", "/a/")], "group ops"),
    ("DeleteGroup", &[("GroupName", "ops")], "group ops"),
    ("AddUserToGroup", &[("GroupName", "ops"), ("UserName", "bob")], "group ops"),
    ("RemoveUserFromGroup", &[("GroupName", "ops"), ("UserName", "bob")], "group ops"),
    ("ListGroupsForUser", &[("UserName", "bob")], "user bob"),
    ("CreateAccessKey", &[("UserName", "bob")], "user bob"),
    ("CreateAccessKey", &[], "user nobody"),
    ("ListAccessKeys", &[("UserName", "bob")], "user bob"),
    (
        "UpdateAccessKey",
        &[("UserName", "bob"), ("AccessKeyId", "AKIAIOSFODNN7EXAMPLE"), ("Status", "Active")],
        "user bob",
    ),
    (
        "DeleteAccessKey",
        &[("UserName", "bob"), ("AccessKeyId", "AKIAIOSFODNN7EXAMPLE")],
        "user bob",
    ),
    (
        "GetAccessKeyLastUsed",
        &[("AccessKeyId", "AKIAIOSFODNN7EXAMPLE")],
        "access key AKIAIOSFODNN7EXAMPLE",
    ),
    (
        "CreateVirtualMFADevice",
        &[("VirtualMFADeviceName", "phone")],
        "arn:aws:iam::111122223333:mfa/phone",
    ),
    (
        "DeleteVirtualMFADevice",
        &[("SerialNumber", "arn:aws:iam::111122223333:mfa/phone")],
        "arn:aws:iam::111122223333:mfa/phone",
    ),
    ("ListVirtualMFADevices", &[], "arn:aws:iam::111122223333:mfa/"),
    (
        "EnableMFADevice",
        &[
            ("UserName", "bob"),
            ("SerialNumber", "arn:aws:iam::111122223333:mfa/phone"),
            ("AuthenticationCode1", "123456"),
            ("AuthenticationCode2", "654321"),
        ],
        "user bob",
    ),
    (
        "ResyncMFADevice",
        &[
            ("UserName", "bob"),
            ("SerialNumber", "arn:aws:iam::111122223333:mfa/phone"),
            ("AuthenticationCode1", "123456"),
            ("AuthenticationCode2", "654321"),
        ],
        "user bob",
    ),
    (
        "DeactivateMFADevice",
        &[("UserName", "bob"), ("SerialNumber", "arn:aws:iam::111122223333:mfa/phone")],
        "user bob",
    ),
    ("ListMFADevices", &[("UserName", "bob")], "user bob"),
    (
        "GetMFADevice",
        &[("UserName", "bob"), ("SerialNumber", "arn:aws:iam::111122223333:mfa/phone")],
        "user bob",
    ),
    (
        "TagMFADevice",
        &[
            ("SerialNumber", "arn:aws:iam::111122223333:mfa/phone"),
            ("Tags.member.1.Key", "a"),
            ("Tags.member.1.Value", "b"),
        ],
        "arn:aws:iam::111122223333:mfa/phone",
    ),
    (
        "UntagMFADevice",
        &[("SerialNumber", "arn:aws:iam::111122223333:mfa/phone"), ("TagKeys.member.1", "a")],
        "arn:aws:iam::111122223333:mfa/phone",
    ),
    (
        "ListMFADeviceTags",
        &[("SerialNumber", "arn:aws:iam::111122223333:mfa/phone")],
        "arn:aws:iam::111122223333:mfa/phone",
    ),
    (
        "CreateInstanceProfile",
        &[("InstanceProfileName", "other"), ("Path", "/a/")],
        "arn:aws:iam::111122223333:instance-profile/a/other",
    ),
    ("GetInstanceProfile", &[("InstanceProfileName", "web")], "instance profile web"),
    ("ListInstanceProfiles", &[], "arn:aws:iam::111122223333:instance-profile/"),
    ("ListInstanceProfilesForRole", &[("RoleName", "app")], "role app"),
    (
        "RemoveRoleFromInstanceProfile",
        &[("InstanceProfileName", "web"), ("RoleName", "app")],
        "instance profile web",
    ),
    ("DeleteInstanceProfile", &[("InstanceProfileName", "web")], "instance profile web"),
    (
        "TagInstanceProfile",
        &[("InstanceProfileName", "web"), ("Tags.member.1.Key", "a"), ("Tags.member.1.Value", "b")],
        "instance profile web",
    ),
    (
        "UntagInstanceProfile",
        &[("InstanceProfileName", "web"), ("TagKeys.member.1", "a")],
        "instance profile web",
    ),
    ("ListInstanceProfileTags", &[("InstanceProfileName", "web")], "instance profile web"),
    (
        "UploadServerCertificate",
        &[
            ("ServerCertificateName", "other"),
            ("Path", "/a/"),
            ("CertificateBody", SERVER_CERTIFICATE),
            ("PrivateKey", SERVER_KEY),
        ],
        "arn:aws:iam::111122223333:server-certificate/a/other",
    ),
    ("GetServerCertificate", &[("ServerCertificateName", "site")], "server certificate site"),
    ("ListServerCertificates", &[], "arn:aws:iam::111122223333:server-certificate/"),
    (
        "UpdateServerCertificate",
        &[("ServerCertificateName", "site"), ("NewServerCertificateName", "new")],
        "server certificate site",
    ),
    ("DeleteServerCertificate", &[("ServerCertificateName", "site")], "server certificate site"),
    (
        "TagServerCertificate",
        &[
            ("ServerCertificateName", "site"),
            ("Tags.member.1.Key", "a"),
            ("Tags.member.1.Value", "b"),
        ],
        "server certificate site",
    ),
    (
        "UntagServerCertificate",
        &[("ServerCertificateName", "site"), ("TagKeys.member.1", "a")],
        "server certificate site",
    ),
    ("ListServerCertificateTags", &[("ServerCertificateName", "site")], "server certificate site"),
    (
        "GenerateServiceLastAccessedDetails",
        &[("Arn", "arn:aws:iam::111122223333:user/bob")],
        "arn:aws:iam::111122223333:user/bob",
    ),
    ("GetServiceLastAccessedDetails", &[("JobId", JOB)], "*"),
    (
        "GetServiceLastAccessedDetailsWithEntities",
        &[("JobId", JOB), ("ServiceNamespace", "s3")],
        "*",
    ),
    (
        "ListPoliciesGrantingServiceAccess",
        &[("Arn", "arn:aws:iam::111122223333:user/bob"), ("ServiceNamespaces.member.1", "s3")],
        "arn:aws:iam::111122223333:user/bob",
    ),
    (
        "CreateServiceLinkedRole",
        &[("AWSServiceName", "autoscaling.amazonaws.com"), ("CustomSuffix", "a")],
        "arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling_a",
    ),
    ("DeleteServiceLinkedRole", &[("RoleName", "none")], "role none"),
    (
        "GetServiceLinkedRoleDeletionStatus",
        &[(
            "DeletionTaskId",
            "task/aws-service-role/a.amazonaws.com/R/00000000-0000-0000-0000-000000000000",
        )],
        "arn:aws:iam::111122223333:role/aws-service-role/a.amazonaws.com/R",
    ),
    ("GetOrganizationsAccessReport", &[("JobId", JOB)], "*"),
    (
        "CreateSAMLProvider",
        &[("Name", "Other"), ("SAMLMetadataDocument", METADATA)],
        "arn:aws:iam::111122223333:saml-provider/Other",
    ),
    ("ListSAMLProviders", &[], "arn:aws:iam::111122223333:saml-provider/*"),
    (
        "GetSAMLProvider",
        &[("SAMLProviderArn", "arn:aws:iam::111122223333:saml-provider/Corp")],
        "arn:aws:iam::111122223333:saml-provider/Corp",
    ),
    (
        "UpdateSAMLProvider",
        &[
            ("SAMLProviderArn", "arn:aws:iam::111122223333:saml-provider/Corp"),
            ("AssertionEncryptionMode", "Required"),
        ],
        "arn:aws:iam::111122223333:saml-provider/Corp",
    ),
    (
        "DeleteSAMLProvider",
        &[("SAMLProviderArn", "arn:aws:iam::111122223333:saml-provider/Corp")],
        "arn:aws:iam::111122223333:saml-provider/Corp",
    ),
    (
        "TagSAMLProvider",
        &[
            ("SAMLProviderArn", "arn:aws:iam::111122223333:saml-provider/Corp"),
            ("Tags.member.1.Key", "a"),
            ("Tags.member.1.Value", "b"),
        ],
        "arn:aws:iam::111122223333:saml-provider/Corp",
    ),
    (
        "UntagSAMLProvider",
        &[
            ("SAMLProviderArn", "arn:aws:iam::111122223333:saml-provider/Corp"),
            ("TagKeys.member.1", "a"),
        ],
        "arn:aws:iam::111122223333:saml-provider/Corp",
    ),
    (
        "ListSAMLProviderTags",
        &[("SAMLProviderArn", "arn:aws:iam::111122223333:saml-provider/Corp")],
        "arn:aws:iam::111122223333:saml-provider/Corp",
    ),
    (
        "CreateOpenIDConnectProvider",
        &[("Url", "https://idp.example.com/a/b")],
        "arn:aws:iam::111122223333:oidc-provider/idp.example.com/a/b",
    ),
    ("ListOpenIDConnectProviders", &[], "arn:aws:iam::111122223333:oidc-provider/*"),
    (
        "GetOpenIDConnectProvider",
        &[(
            "OpenIDConnectProviderArn",
            "arn:aws:iam::111122223333:oidc-provider/idp.example.com/a",
        )],
        "arn:aws:iam::111122223333:oidc-provider/idp.example.com/a",
    ),
    (
        "DeleteOpenIDConnectProvider",
        &[(
            "OpenIDConnectProviderArn",
            "arn:aws:iam::111122223333:oidc-provider/idp.example.com/a",
        )],
        "arn:aws:iam::111122223333:oidc-provider/idp.example.com/a",
    ),
    (
        "AddClientIDToOpenIDConnectProvider",
        &[
            (
                "OpenIDConnectProviderArn",
                "arn:aws:iam::111122223333:oidc-provider/idp.example.com/a",
            ),
            ("ClientID", "x"),
        ],
        "arn:aws:iam::111122223333:oidc-provider/idp.example.com/a",
    ),
    (
        "RemoveClientIDFromOpenIDConnectProvider",
        &[
            (
                "OpenIDConnectProviderArn",
                "arn:aws:iam::111122223333:oidc-provider/idp.example.com/a",
            ),
            ("ClientID", "x"),
        ],
        "arn:aws:iam::111122223333:oidc-provider/idp.example.com/a",
    ),
    (
        "UpdateOpenIDConnectProviderThumbprint",
        &[
            (
                "OpenIDConnectProviderArn",
                "arn:aws:iam::111122223333:oidc-provider/idp.example.com/a",
            ),
            ("ThumbprintList.member.1", "6ef423e5272b2347200970d1cd9d1a72beabc592"),
        ],
        "arn:aws:iam::111122223333:oidc-provider/idp.example.com/a",
    ),
    (
        "TagOpenIDConnectProvider",
        &[
            (
                "OpenIDConnectProviderArn",
                "arn:aws:iam::111122223333:oidc-provider/idp.example.com/a",
            ),
            ("Tags.member.1.Key", "a"),
            ("Tags.member.1.Value", "b"),
        ],
        "arn:aws:iam::111122223333:oidc-provider/idp.example.com/a",
    ),
    (
        "UntagOpenIDConnectProvider",
        &[
            (
                "OpenIDConnectProviderArn",
                "arn:aws:iam::111122223333:oidc-provider/idp.example.com/a",
            ),
            ("TagKeys.member.1", "a"),
        ],
        "arn:aws:iam::111122223333:oidc-provider/idp.example.com/a",
    ),
    (
        "ListOpenIDConnectProviderTags",
        &[(
            "OpenIDConnectProviderArn",
            "arn:aws:iam::111122223333:oidc-provider/idp.example.com/a",
        )],
        "arn:aws:iam::111122223333:oidc-provider/idp.example.com/a",
    ),
    (
        "CreateDelegationRequest",
        &[
            ("Description", "d"),
            ("Permissions.PolicyTemplateArn", "arn:aws:iam::aws:policy/IAMReadOnlyAccess"),
            ("RequestorWorkflowId", "workflow"),
            ("NotificationChannel", "arn:aws:sns:us-east-1:111122223333:updates"),
            ("SessionDuration", "3600"),
        ],
        "arn:aws:iam::111122223333:delegation-request/*",
    ),
    ("ListDelegationRequests", &[], "*"),
    ("GetHumanReadableSummary", &[("EntityArn", DELEGATION)], DELEGATION),
    ("GetDelegationRequest", &[("DelegationRequestId", REQUEST)], DELEGATION),
    ("AssociateDelegationRequest", &[("DelegationRequestId", REQUEST)], DELEGATION),
    ("UpdateDelegationRequest", &[("DelegationRequestId", REQUEST)], DELEGATION),
    ("AcceptDelegationRequest", &[("DelegationRequestId", REQUEST)], DELEGATION),
    ("RejectDelegationRequest", &[("DelegationRequestId", REQUEST)], DELEGATION),
    ("SendDelegationToken", &[("DelegationRequestId", REQUEST)], DELEGATION),
];
