//! Permission comes first: what is asked, and what a refusal says.

use crate::script::Script;

const METADATA: &str = include_str!("../saml-metadata.xml");
const CERTIFICATE: &str = include_str!("../signing-certificate.pem");
const SSH_KEY: &str = include_str!("../ssh/rsa-2048.pub");

const ACCOUNT_ARN: &str = "arn:aws:iam::111122223333";

fn policy(effect: &str, action: &str, resource: &str, condition: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"{effect}","Action":"{action}","Resource":"{resource}","Condition":{condition}}}]}}"#
    )
}

fn allow(action: &str, resource: &str) -> String {
    policy("Allow", action, resource, "{}")
}

/// An operation, its parameters, and how a refusal names its resource.
type Refusal = (&'static str, &'static [(&'static str, &'static str)], &'static str);

/// Every operation on users, groups, access keys, MFA devices, instance profiles and identity
/// providers, and those on the account.
const OPERATIONS: &[Refusal] = &[
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
];

/// Makes what the operations name, in a path that no refusal may tell.
fn populate(script: &mut Script) {
    for (operation, parameters) in [
        ("CreateUser", &[("UserName", "bob"), ("Path", "/hidden/")][..]),
        ("CreateGroup", &[("GroupName", "ops"), ("Path", "/hidden/")]),
        ("AddUserToGroup", &[("GroupName", "ops"), ("UserName", "bob")]),
        ("CreateVirtualMFADevice", &[("VirtualMFADeviceName", "phone")]),
        ("CreateOpenIDConnectProvider", &[("Url", "https://idp.example.com/a")]),
        ("CreateSAMLProvider", &[("Name", "Corp"), ("SAMLMetadataDocument", METADATA)]),
        ("CreateInstanceProfile", &[("InstanceProfileName", "web"), ("Path", "/hidden/")]),
    ] {
        script.call("root", operation, parameters).unwrap();
    }
}

#[test]
fn who_may_nothing_is_refused_alike_whether_or_not_a_thing_exists() {
    let (mut empty, mut populated) = (Script::new(), Script::new());
    for script in [&mut empty, &mut populated] {
        script.user("nobody", "");
    }
    populate(&mut populated);
    for (operation, parameters, shown) in OPERATIONS {
        let expected = format!(
            "User: {ACCOUNT_ARN}:user/nobody is not authorized to perform: iam:{operation} on resource: {shown} because no identity-based policy allows the iam:{operation} action"
        );
        for script in [&mut empty, &mut populated] {
            let failure = script.call("nobody", operation, parameters).unwrap_err();
            assert_eq!(
                (failure.code.as_str(), failure.message),
                ("AccessDenied", expected.clone())
            );
        }
    }
}

#[test]
fn a_permission_of_its_own_suffices_for_every_operation() {
    for (operation, parameters, _) in OPERATIONS {
        let mut script = Script::new();
        script.user("nobody", &allow(&format!("iam:{operation}"), "*"));
        let outcome = script.call("nobody", operation, parameters);
        if let Err(failure) = outcome {
            // The one refusal that AWS words like a missing permission.
            let unknown_key = *operation == "GetAccessKeyLastUsed";
            let absent = ["NoSuchEntity", "ReportNotPresent", "OrganizationNotFoundException"]
                .contains(&failure.code.as_str());
            assert!(unknown_key || absent, "{operation}: {failure:?}");
        }
    }
}

#[test]
fn an_existing_thing_is_asked_about_with_its_path_and_tags() {
    let mut script = Script::new();
    populate(&mut script);
    let tag = [("UserName", "bob"), ("Tags.member.1.Key", "Team"), ("Tags.member.1.Value", "red")];
    script.call("root", "TagUser", &tag).unwrap();
    let device = "arn:aws:iam::111122223333:mfa/phone";
    let tag =
        [("SerialNumber", device), ("Tags.member.1.Key", "Team"), ("Tags.member.1.Value", "red")];
    script.call("root", "TagMFADevice", &tag).unwrap();
    let provider = "arn:aws:iam::111122223333:oidc-provider/idp.example.com/a";
    let tag = [
        ("OpenIDConnectProviderArn", provider),
        ("Tags.member.1.Key", "Team"),
        ("Tags.member.1.Value", "red"),
    ];
    script.call("root", "TagOpenIDConnectProvider", &tag).unwrap();
    let red = |key: &str| format!(r#"{{"StringEquals":{{"{key}/Team":"red"}}}}"#);
    let user = [("UserName", "bob")];
    for (name, document, operation, parameters, allowed) in [
        ("path", allow("iam:GetUser", "arn:aws:iam::*:user/hidden/*"), "GetUser", &user[..], true),
        ("plain", allow("iam:GetUser", "arn:aws:iam::*:user/bob"), "GetUser", &user, false),
        (
            "case",
            allow("iam:GetUser", "arn:aws:iam::*:user/hidden/bob"),
            "GetUser",
            &[("UserName", "BOB")],
            true,
        ),
        (
            "tag",
            policy("Allow", "iam:GetUser", "*", &red("aws:ResourceTag")),
            "GetUser",
            &user,
            true,
        ),
        (
            "older",
            policy("Allow", "iam:*", "*", &red("iam:ResourceTag")),
            "ListAccessKeys",
            &user,
            true,
        ),
        (
            "device",
            policy("Allow", "iam:*", "*", &red("aws:ResourceTag")),
            "ListMFADeviceTags",
            &[("SerialNumber", device)],
            true,
        ),
        (
            "provider",
            policy("Allow", "iam:*", "*", &red("aws:ResourceTag")),
            "GetOpenIDConnectProvider",
            &[("OpenIDConnectProviderArn", provider)],
            true,
        ),
        (
            "provider-path",
            allow("iam:*", "arn:aws:iam::*:oidc-provider/idp.example.com/*"),
            "DeleteOpenIDConnectProvider",
            &[("OpenIDConnectProviderArn", provider)],
            true,
        ),
        (
            "group",
            policy("Allow", "iam:*", "*", &red("aws:ResourceTag")),
            "GetGroup",
            &[("GroupName", "ops")],
            false,
        ),
        (
            "own",
            allow("iam:ListAccessKeys", "arn:aws:iam::*:user/${aws:username}"),
            "ListAccessKeys",
            &[],
            true,
        ),
        (
            "other",
            allow("iam:ListAccessKeys", "arn:aws:iam::*:user/${aws:username}"),
            "ListAccessKeys",
            &user,
            false,
        ),
    ] {
        script.user(name, &document);
        let outcome = script.call(name, operation, parameters);
        assert_eq!(outcome.is_ok(), allowed, "{name}: {outcome:?}");
    }
}

#[test]
fn tags_and_boundaries_of_a_request_are_condition_keys() {
    let tagged: &[(&str, &str)] =
        &[("UserName", "bob"), ("Tags.member.1.Key", "Team"), ("Tags.member.1.Value", "red")];
    let untagged: &[(&str, &str)] = &[("UserName", "bob")];
    let red = r#"{"StringEquals":{"aws:RequestTag/Team":"red"}}"#;
    let keys =
        r#"{"ForAllValues:StringEquals":{"aws:TagKeys":["Team"]},"Null":{"aws:TagKeys":"false"}}"#;
    let bound =
        r#"{"StringEquals":{"iam:PermissionsBoundary":"arn:aws:iam::111122223333:policy/b"}}"#;
    let boundary: &[(&str, &str)] =
        &[("UserName", "bob"), ("PermissionsBoundary", "arn:aws:iam::111122223333:policy/b")];
    for (name, condition, parameters, allowed) in [
        ("red", red, tagged, true),
        ("none", red, untagged, false),
        ("keys", keys, tagged, true),
        ("no-keys", keys, untagged, false),
        ("bound", bound, boundary, true),
        ("unbound", bound, untagged, false),
    ] {
        let mut script = Script::new();
        script.world.create_policy(script.account, "b", &allow("*", "*"));
        script.user(name, &policy("Allow", "iam:*User", "*", condition));
        let outcome = script.call(name, "CreateUser", parameters);
        assert_eq!(outcome.is_ok(), allowed, "{name}: {outcome:?}");
    }
}

#[test]
fn creating_with_tags_needs_the_permission_to_tag() {
    let mut script = Script::new();
    script.user("creator", &allow("iam:Create*", "*"));
    let tags = [("Tags.member.1.Key", "a"), ("Tags.member.1.Value", "b")];
    for (operation, name, action, shown) in [
        ("CreateUser", ("UserName", "bob"), "iam:TagUser", "user/bob"),
        (
            "CreateVirtualMFADevice",
            ("VirtualMFADeviceName", "phone"),
            "iam:TagMFADevice",
            "mfa/phone",
        ),
        (
            "CreateOpenIDConnectProvider",
            ("Url", "https://idp.example.com"),
            "iam:TagOpenIDConnectProvider",
            "oidc-provider/idp.example.com",
        ),
    ] {
        let failure =
            script.call("creator", operation, &[&[name][..], &tags].concat()).unwrap_err();
        let expected = format!(
            "is not authorized to perform: {action} on resource: {ACCOUNT_ARN}:{shown} because"
        );
        assert!(failure.message.contains(&expected), "{}", failure.message);
        script.call("creator", operation, &[name]).unwrap();
    }
}

#[test]
fn a_new_name_or_path_needs_permission_on_both() {
    for (resource, allowed) in [
        ("arn:aws:iam::*:user/bob", false),
        ("arn:aws:iam::*:user/carol", false),
        ("arn:aws:iam::*:user/*", true),
    ] {
        let mut script = Script::new();
        script.user("admin", &allow("iam:UpdateUser", resource));
        script.call("root", "CreateUser", &[("UserName", "bob")]).unwrap();
        let rename = [("UserName", "bob"), ("NewUserName", "carol")];
        assert_eq!(script.call("admin", "UpdateUser", &rename).is_ok(), allowed, "{resource}");
    }
    let mut script = Script::new();
    script.user("admin", &allow("iam:UpdateGroup", "arn:aws:iam::*:group/a/*"));
    script.call("root", "CreateGroup", &[("GroupName", "ops"), ("Path", "/a/")]).unwrap();
    let out = script.call("admin", "UpdateGroup", &[("GroupName", "ops"), ("NewPath", "/b/")]);
    assert_eq!(out.unwrap_err().code, "AccessDenied");
    script.call("admin", "UpdateGroup", &[("GroupName", "ops"), ("NewPath", "/a/b/")]).unwrap();
}

#[test]
fn a_key_of_another_user_is_asked_about_by_its_user() {
    let mut script = Script::new();
    script.user("alice", &allow("iam:GetAccessKeyLastUsed", "arn:aws:iam::*:user/alice"));
    script.user("bob", "");
    let key_of = |script: &mut Script, name: &str| {
        let keys = script.call("root", "ListAccessKeys", &[("UserName", name)]).unwrap();
        keys["AccessKeyMetadata"][0]["AccessKeyId"].as_str().unwrap().to_owned()
    };
    let (own, other) = (key_of(&mut script, "alice"), key_of(&mut script, "bob"));
    script.call("alice", "GetAccessKeyLastUsed", &[("AccessKeyId", &own)]).unwrap();
    let unknown = "AKIAIOSFODNN7EXAMPLE";
    for key in [other.as_str(), unknown] {
        let failure =
            script.call("alice", "GetAccessKeyLastUsed", &[("AccessKeyId", key)]).unwrap_err();
        let expected = format!(
            "{ACCOUNT_ARN}:user/alice is not authorized to perform: iam:GetAccessKeyLastUsed on resource: access key {key} because no identity-based policy allows the iam:GetAccessKeyLastUsed action"
        );
        assert_eq!(failure.message, format!("User: {expected}"));
    }
}

#[test]
fn a_role_is_put_into_an_instance_profile_by_who_may_pass_it() {
    let trust = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}"#;
    let add = [("InstanceProfileName", "web"), ("RoleName", "app")];
    let to = |service: &str| format!(r#"{{"StringEquals":{{"iam:PassedToService":"{service}"}}}}"#);
    let instances =
        r#"{"ArnEquals":{"iam:AssociatedResourceArn":"arn:aws:ec2:*:111122223333:instance/*"}}"#;
    let tagged = r#"{"StringEquals":{"aws:ResourceTag/Team":"red"}}"#;
    let other = r#"{"StringEquals":{"aws:ResourceTag/Team":"blue"}}"#;
    let role = "arn:aws:iam::111122223333:role/p/app";
    for (resource, condition, allowed) in [
        (role, "{}", true),
        (role, &*to("ec2.amazonaws.com"), true),
        (role, instances, true),
        (role, tagged, true),
        (role, other, false),
        (role, &to("lambda.amazonaws.com"), false),
        ("arn:aws:iam::111122223333:role/app", "{}", false),
        ("arn:aws:iam::111122223333:instance-profile/*", "{}", false),
    ] {
        let mut script = Script::new();
        script.call("root", "CreateInstanceProfile", &[("InstanceProfileName", "web")]).unwrap();
        let new = [
            ("RoleName", "app"),
            ("Path", "/p/"),
            ("AssumeRolePolicyDocument", trust),
            ("Tags.member.1.Key", "Team"),
            ("Tags.member.1.Value", "red"),
        ];
        script.call("root", "CreateRole", &new).unwrap();
        let document = format!(
            r#"{{"Version":"2012-10-17","Statement":[
                {{"Effect":"Allow","Action":"iam:AddRoleToInstanceProfile","Resource":"*"}},
                {{"Effect":"Allow","Action":"iam:PassRole","Resource":"{resource}","Condition":{condition}}}]}}"#
        );
        script.user("operator", &document);
        let outcome = script.call("operator", "AddRoleToInstanceProfile", &add);
        assert_eq!(outcome.is_ok(), allowed, "{resource} {condition}: {outcome:?}");
        let Err(failure) = outcome else { continue };
        assert_eq!(
            failure.message,
            format!(
                "User: {ACCOUNT_ARN}:user/operator is not authorized to perform: iam:PassRole on resource: {role} because no identity-based policy allows the iam:PassRole action"
            )
        );
        let shown =
            script.call("root", "GetInstanceProfile", &[("InstanceProfileName", "web")]).unwrap();
        assert_eq!(shown["InstanceProfile"]["Roles"].as_array().unwrap().len(), 0);
    }
    // To pass the role is not to change the profile.
    let mut script = Script::new();
    script.user("passer", &allow("iam:PassRole", "*"));
    let failure = script.call("passer", "AddRoleToInstanceProfile", &add).unwrap_err();
    let expected = "is not authorized to perform: iam:AddRoleToInstanceProfile on resource: instance profile web because";
    assert!(failure.message.contains(expected), "{}", failure.message);
}
