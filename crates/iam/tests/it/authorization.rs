//! Permission comes first: what is asked, and what a refusal says.

use crate::script::Script;

use self::operations::{METADATA, OPERATIONS, SERVER_CERTIFICATE, SERVER_KEY};

mod operations;

const ACCOUNT_ARN: &str = "arn:aws:iam::111122223333";

fn policy(effect: &str, action: &str, resource: &str, condition: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"{effect}","Action":"{action}","Resource":"{resource}","Condition":{condition}}}]}}"#
    )
}

fn allow(action: &str, resource: &str) -> String {
    policy("Allow", action, resource, "{}")
}

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
        (
            "UploadServerCertificate",
            &[
                ("ServerCertificateName", "site"),
                ("Path", "/hidden/"),
                ("CertificateBody", SERVER_CERTIFICATE),
                ("PrivateKey", SERVER_KEY),
            ],
        ),
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
            let absent = [
                "NoSuchEntity",
                "ReportNotPresent",
                "OrganizationNotFoundException",
                "FeatureDisabled",
            ]
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

#[test]
fn a_credential_of_a_service_is_asked_about_with_the_service() {
    for (service, allowed) in
        [("codecommit.amazonaws.com", true), ("cassandra.amazonaws.com", false)]
    {
        for operation in [
            "UpdateServiceSpecificCredential",
            "ResetServiceSpecificCredential",
            "DeleteServiceSpecificCredential",
        ] {
            let mut script = Script::new();
            script.call("root", "CreateUser", &[("UserName", "bob")]).unwrap();
            let new = [("UserName", "bob"), ("ServiceName", service)];
            let made = script.call("root", "CreateServiceSpecificCredential", &new).unwrap();
            let id = &made["ServiceSpecificCredential"]["ServiceSpecificCredentialId"];
            let condition = r#"{"StringEquals":{"iam:ServiceSpecificCredentialServiceName":"codecommit.amazonaws.com"}}"#;
            script.user("operator", &policy("Allow", "iam:*", "*", condition));
            let named =
                [("UserName", "bob"), ("ServiceSpecificCredentialId", id.as_str().unwrap())];
            let status = [("Status", "Inactive")];
            let status = if operation.starts_with("Update") { &status[..] } else { &[] };
            let outcome = script.call("operator", operation, &[&named[..], status].concat());
            assert_eq!(outcome.is_ok(), allowed, "{operation} {service}: {outcome:?}");
        }
    }
}

#[test]
fn the_deletion_of_a_role_is_asked_about_with_the_tags_of_the_role_while_it_is_there() {
    let mut script = Script::new();
    let new = [("AWSServiceName", "autoscaling.amazonaws.com")];
    let made = script.call("root", "CreateServiceLinkedRole", &new).unwrap();
    let name = made["Role"]["RoleName"].as_str().unwrap();
    let tag = [("RoleName", name), ("Tags.member.1.Key", "Team"), ("Tags.member.1.Value", "red")];
    script.call("root", "TagRole", &tag).unwrap();
    let id = "00000000-0000-0000-0000-000000000000";
    let here = format!("task/aws-service-role/autoscaling.amazonaws.com/{name}/{id}");
    let elsewhere = format!("task/aws-service-role/other.amazonaws.com/{name}/{id}");
    let red = r#"{"StringEquals":{"aws:ResourceTag/Team":"red"}}"#;
    script.user("operator", &policy("Allow", "iam:Get*", "*", red));
    for (task, code) in [(here, "NoSuchEntity"), (elsewhere, "AccessDenied")] {
        let asked = [("DeletionTaskId", task.as_str())];
        let failure = script.call("operator", "GetServiceLinkedRoleDeletionStatus", &asked);
        assert_eq!(failure.unwrap_err().code, code, "{task}");
    }
}
