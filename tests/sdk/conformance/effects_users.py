"""The effects of operations on users, groups and what users sign in with."""

import world
from effect import Effect, Reading
from fixtures import DOCUMENT, PASSWORD, SIGNING_CERTIFICATE, SSH_KEY, TAG, World


def create_user(w: World) -> Effect:
    user = {"UserName": w.name("user")}
    shown = Reading("GetUser", "User.[Path, Tags[0].Value, PermissionsBoundary.PermissionsBoundaryArn]", user)
    boundary = w.policy()["PolicyArn"]
    given = {**user, "Path": "/made/", "Tags": [TAG], "PermissionsBoundary": boundary}
    return Effect(given, shown, ["/made/", "red", boundary])


def update_user(w: World) -> Effect:
    user, name = w.user(), w.name("user")
    given = {**user, "NewUserName": name, "NewPath": "/moved/"}
    return Effect(given, Reading("GetUser", "User.Path", {"UserName": name}), "/moved/")


def delete_user(w: World) -> Effect:
    user = w.user()
    return Effect(user, Reading("GetUser", "User.UserName", user), "NoSuchEntity")


def tag_user(w: World) -> Effect:
    user = w.user()
    return Effect({**user, "Tags": [TAG]}, Reading("ListUserTags", "Tags", user), [TAG])


def untag_user(w: World) -> Effect:
    user = w.user(Tags=[TAG])
    return Effect({**user, "TagKeys": ["Team"]}, Reading("ListUserTags", "Tags", user), [])


def create_group(w: World) -> Effect:
    group = {"GroupName": w.name("group")}
    return Effect({**group, "Path": "/made/"}, Reading("GetGroup", "Group.Path", group), "/made/")


def update_group(w: World) -> Effect:
    group, name = w.group(), w.name("group")
    given = {**group, "NewGroupName": name, "NewPath": "/moved/"}
    return Effect(given, Reading("GetGroup", "Group.Path", {"GroupName": name}), "/moved/")


def delete_group(w: World) -> Effect:
    group = w.group()
    return Effect(group, Reading("GetGroup", "Group.GroupName", group), "NoSuchEntity")


def add_user_to_group(w: World) -> Effect:
    user, group = w.user(), w.group()
    return Effect({**user, **group}, Reading("GetGroup", "Users[].UserName", group), [user["UserName"]])


def remove_user_from_group(w: World) -> Effect:
    user, group = w.user(), w.group()
    w.do("AddUserToGroup", **user, **group)
    return Effect({**user, **group}, Reading("ListGroupsForUser", "Groups[].GroupName", user), [])


def create_access_key(w: World) -> Effect:
    user = w.user()
    ids = Reading("ListAccessKeys", "AccessKeyMetadata[].AccessKeyId", user)
    return Effect(user, ids, lambda answer: [answer["AccessKey"]["AccessKeyId"]])


def update_access_key(w: World) -> Effect:
    key = w.key()
    status = Reading("ListAccessKeys", "AccessKeyMetadata[].Status", {"UserName": key["UserName"]})
    return Effect({**key, "Status": "Inactive"}, status, ["Inactive"])


def delete_access_key(w: World) -> Effect:
    key = w.key()
    ids = Reading("ListAccessKeys", "AccessKeyMetadata[].AccessKeyId", {"UserName": key["UserName"]})
    return Effect(key, ids, [])


def create_login_profile(w: World) -> Effect:
    user = w.user()
    given = {**user, "Password": PASSWORD, "PasswordResetRequired": True}
    return Effect(given, Reading("GetLoginProfile", "LoginProfile.PasswordResetRequired", user), True)


def update_login_profile(w: World) -> Effect:
    user = w.login()
    shown = Reading("GetLoginProfile", "LoginProfile.PasswordResetRequired", user)
    return Effect({**user, "PasswordResetRequired": True}, shown, True)


def delete_login_profile(w: World) -> Effect:
    user = w.login()
    return Effect(user, Reading("GetLoginProfile", "LoginProfile.UserName", user), "NoSuchEntity")


def change_password(w: World) -> Effect:
    user = w.login(PasswordResetRequired=True)
    w.do("PutUserPolicy", **user, PolicyName="all", PolicyDocument=world.document(world.allow("*")))
    given = {"OldPassword": PASSWORD, "NewPassword": "Second-Passw0rd"}
    # A password that must be changed is one that was not.
    shown = Reading("GetLoginProfile", "LoginProfile.PasswordResetRequired", user)
    return Effect(given, shown, False, keys=w.keys_of(user))


def upload_ssh_public_key(w: World) -> Effect:
    user = w.user()
    ids = Reading("ListSSHPublicKeys", "SSHPublicKeys[].SSHPublicKeyId", user)
    return Effect({**user, "SSHPublicKeyBody": SSH_KEY}, ids, lambda it: [it["SSHPublicKey"]["SSHPublicKeyId"]])


def update_ssh_public_key(w: World) -> Effect:
    key = w.ssh_key()
    shown = Reading("GetSSHPublicKey", "SSHPublicKey.Status", {**key, "Encoding": "SSH"})
    return Effect({**key, "Status": "Inactive"}, shown, "Inactive")


def delete_ssh_public_key(w: World) -> Effect:
    key = w.ssh_key()
    return Effect(key, Reading("GetSSHPublicKey", "SSHPublicKey.Status", {**key, "Encoding": "SSH"}), "NoSuchEntity")


def upload_signing_certificate(w: World) -> Effect:
    user = w.user()
    bodies = Reading("ListSigningCertificates", "Certificates[].CertificateBody", user)
    return Effect({**user, "CertificateBody": SIGNING_CERTIFICATE}, bodies, [SIGNING_CERTIFICATE])


def update_signing_certificate(w: World) -> Effect:
    held = w.signing_certificate()
    status = Reading("ListSigningCertificates", "Certificates[].Status", {"UserName": held["UserName"]})
    return Effect({**held, "Status": "Inactive"}, status, ["Inactive"])


def delete_signing_certificate(w: World) -> Effect:
    held = w.signing_certificate()
    ids = Reading("ListSigningCertificates", "Certificates[].CertificateId", {"UserName": held["UserName"]})
    return Effect(held, ids, [])


def _credentials(of: dict, part: str) -> Reading:
    user = {"UserName": of["UserName"]}
    return Reading("ListServiceSpecificCredentials", f"ServiceSpecificCredentials[].{part}", user)


def create_service_specific_credential(w: World) -> Effect:
    user = w.user()
    given = {**user, "ServiceName": "codecommit.amazonaws.com"}
    made = lambda it: [it["ServiceSpecificCredential"]["ServiceSpecificCredentialId"]]
    return Effect(given, _credentials(user, "ServiceSpecificCredentialId"), made)


def update_service_specific_credential(w: World) -> Effect:
    held = w.credential()
    return Effect({**held, "Status": "Inactive"}, _credentials(held, "Status"), ["Inactive"])


def delete_service_specific_credential(w: World) -> Effect:
    held = w.credential()
    return Effect(held, _credentials(held, "ServiceSpecificCredentialId"), [])


def put_user_policy(w: World) -> Effect:
    policy = {**w.user(), "PolicyName": "inline"}
    shown = Reading("GetUserPolicy", "PolicyDocument.Statement[].Action", policy)
    return Effect({**policy, "PolicyDocument": DOCUMENT}, shown, ["s3:GetObject"])


def delete_user_policy(w: World) -> Effect:
    policy = {**w.user(), "PolicyName": "inline"}
    w.do("PutUserPolicy", **policy, PolicyDocument=DOCUMENT)
    return Effect(policy, Reading("GetUserPolicy", "PolicyName", policy), "NoSuchEntity")


def put_group_policy(w: World) -> Effect:
    policy = {**w.group(), "PolicyName": "inline"}
    shown = Reading("GetGroupPolicy", "PolicyDocument.Statement[].Action", policy)
    return Effect({**policy, "PolicyDocument": DOCUMENT}, shown, ["s3:GetObject"])


def delete_group_policy(w: World) -> Effect:
    policy = {**w.group(), "PolicyName": "inline"}
    w.do("PutGroupPolicy", **policy, PolicyDocument=DOCUMENT)
    return Effect(policy, Reading("GetGroupPolicy", "PolicyName", policy), "NoSuchEntity")


def attach_user_policy(w: World) -> Effect:
    user, policy = w.user(), w.policy()
    held = Reading("ListAttachedUserPolicies", "AttachedPolicies[].PolicyArn", user)
    return Effect({**user, **policy}, held, [policy["PolicyArn"]])


def detach_user_policy(w: World) -> Effect:
    user, policy = w.user(), w.policy()
    w.do("AttachUserPolicy", **user, **policy)
    return Effect({**user, **policy}, Reading("ListAttachedUserPolicies", "AttachedPolicies[].PolicyArn", user), [])


def attach_group_policy(w: World) -> Effect:
    group, policy = w.group(), w.policy()
    held = Reading("ListAttachedGroupPolicies", "AttachedPolicies[].PolicyArn", group)
    return Effect({**group, **policy}, held, [policy["PolicyArn"]])


def detach_group_policy(w: World) -> Effect:
    group, policy = w.group(), w.policy()
    w.do("AttachGroupPolicy", **group, **policy)
    return Effect({**group, **policy}, Reading("GetPolicy", "Policy.AttachmentCount", policy), 0)


def put_user_permissions_boundary(w: World) -> Effect:
    user, policy = w.user(), w.policy()["PolicyArn"]
    shown = Reading("GetUser", "User.PermissionsBoundary.PermissionsBoundaryArn", user)
    return Effect({**user, "PermissionsBoundary": policy}, shown, policy)


def delete_user_permissions_boundary(w: World) -> Effect:
    user = w.user(PermissionsBoundary=w.policy()["PolicyArn"])
    return Effect(user, Reading("GetUser", "User.PermissionsBoundary", user), None)


def create_virtual_mfa_device(w: World) -> Effect:
    name = w.name("device")
    serial_number = {"SerialNumber": w.arn(f"mfa/{name}")}
    tags = Reading("ListMFADeviceTags", "Tags", serial_number)
    return Effect({"VirtualMFADeviceName": name, "Tags": [TAG]}, tags, [TAG])


def delete_virtual_mfa_device(w: World) -> Effect:
    device = {"SerialNumber": w.device().serial_number}
    return Effect(device, Reading("ListMFADeviceTags", "Tags", device), "NoSuchEntity")


def enable_mfa_device(w: World) -> Effect:
    user, device = w.user(), w.device()
    serials = Reading("ListMFADevices", "MFADevices[].SerialNumber", user)
    return Effect({**user, **device.two_codes()}, serials, [device.serial_number])


def deactivate_mfa_device(w: World) -> Effect:
    user = w.user()
    given = {**user, "SerialNumber": w.enabled_device(user).serial_number}
    return Effect(given, Reading("ListMFADevices", "MFADevices[].SerialNumber", user), [])


def resync_mfa_device(w: World) -> Effect:
    user = w.user()
    keys, device = w.keys_of(user), w.enabled_device(user)
    codes = device.two_codes()
    # It keeps nothing of how wrong the device's clock is. What it takes is used up: the second
    # code would else let the user in for half a minute.
    used = {"SerialNumber": device.serial_number, "TokenCode": codes["AuthenticationCode2"]}
    lets_in = Reading("GetSessionToken", "type(Credentials.SessionToken)", used, keys)
    return Effect({**user, **codes}, lambda _: lets_in, "AccessDenied")


def tag_mfa_device(w: World) -> Effect:
    device = {"SerialNumber": w.device().serial_number}
    return Effect({**device, "Tags": [TAG]}, Reading("ListMFADeviceTags", "Tags", device), [TAG])


def untag_mfa_device(w: World) -> Effect:
    device = {"SerialNumber": w.device(Tags=[TAG]).serial_number}
    return Effect({**device, "TagKeys": ["Team"]}, Reading("ListMFADeviceTags", "Tags", device), [])


EFFECTS = {
    "CreateUser": create_user,
    "UpdateUser": update_user,
    "DeleteUser": delete_user,
    "TagUser": tag_user,
    "UntagUser": untag_user,
    "CreateGroup": create_group,
    "UpdateGroup": update_group,
    "DeleteGroup": delete_group,
    "AddUserToGroup": add_user_to_group,
    "RemoveUserFromGroup": remove_user_from_group,
    "CreateAccessKey": create_access_key,
    "UpdateAccessKey": update_access_key,
    "DeleteAccessKey": delete_access_key,
    "CreateLoginProfile": create_login_profile,
    "UpdateLoginProfile": update_login_profile,
    "DeleteLoginProfile": delete_login_profile,
    "ChangePassword": change_password,
    "UploadSSHPublicKey": upload_ssh_public_key,
    "UpdateSSHPublicKey": update_ssh_public_key,
    "DeleteSSHPublicKey": delete_ssh_public_key,
    "UploadSigningCertificate": upload_signing_certificate,
    "UpdateSigningCertificate": update_signing_certificate,
    "DeleteSigningCertificate": delete_signing_certificate,
    "CreateServiceSpecificCredential": create_service_specific_credential,
    "UpdateServiceSpecificCredential": update_service_specific_credential,
    "DeleteServiceSpecificCredential": delete_service_specific_credential,
    "PutUserPolicy": put_user_policy,
    "DeleteUserPolicy": delete_user_policy,
    "PutGroupPolicy": put_group_policy,
    "DeleteGroupPolicy": delete_group_policy,
    "AttachUserPolicy": attach_user_policy,
    "DetachUserPolicy": detach_user_policy,
    "AttachGroupPolicy": attach_group_policy,
    "DetachGroupPolicy": detach_group_policy,
    "PutUserPermissionsBoundary": put_user_permissions_boundary,
    "DeleteUserPermissionsBoundary": delete_user_permissions_boundary,
    "CreateVirtualMFADevice": create_virtual_mfa_device,
    "DeleteVirtualMFADevice": delete_virtual_mfa_device,
    "EnableMFADevice": enable_mfa_device,
    "DeactivateMFADevice": deactivate_mfa_device,
    "ResyncMFADevice": resync_mfa_device,
    "TagMFADevice": tag_mfa_device,
    "UntagMFADevice": untag_mfa_device,
}
