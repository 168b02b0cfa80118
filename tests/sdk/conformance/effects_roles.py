"""The effects of operations on roles, instance profiles and managed policies."""

import world
from effect import Effect, Reading
from fixtures import DOCUMENT, EC2, OTHER_DOCUMENT, TAG, World


def create_role(w: World) -> Effect:
    role = {"RoleName": w.name("role")}
    given = {**role, "AssumeRolePolicyDocument": world.document(EC2), "MaxSessionDuration": 7200, "Tags": [TAG]}
    shown = Reading("GetRole", "Role.[MaxSessionDuration, Tags[0].Value, AssumeRolePolicyDocument.Statement]", role)
    return Effect(given, shown, [7200, "red", [EC2]])


def update_role(w: World) -> Effect:
    role = w.role()
    shown = Reading("GetRole", "Role.[Description, MaxSessionDuration]", role)
    return Effect({**role, "Description": "new", "MaxSessionDuration": 7200}, shown, ["new", 7200])


def update_role_description(w: World) -> Effect:
    role = w.role()
    return Effect({**role, "Description": "new"}, Reading("GetRole", "Role.Description", role), "new")


def update_assume_role_policy(w: World) -> Effect:
    role = w.role()
    trust = world.trust(w.arn("root"))
    shown = Reading("GetRole", "Role.AssumeRolePolicyDocument.Statement", role)
    return Effect({**role, "PolicyDocument": world.document(trust)}, shown, [trust])


def delete_role(w: World) -> Effect:
    role = w.role()
    return Effect(role, Reading("GetRole", "Role.RoleName", role), "NoSuchEntity")


def tag_role(w: World) -> Effect:
    role = w.role()
    return Effect({**role, "Tags": [TAG]}, Reading("ListRoleTags", "Tags", role), [TAG])


def untag_role(w: World) -> Effect:
    role = w.role(Tags=[TAG])
    return Effect({**role, "TagKeys": ["Team"]}, Reading("ListRoleTags", "Tags", role), [])


def put_role_policy(w: World) -> Effect:
    policy = {**w.role(), "PolicyName": "inline"}
    shown = Reading("GetRolePolicy", "PolicyDocument.Statement[].Action", policy)
    return Effect({**policy, "PolicyDocument": DOCUMENT}, shown, ["s3:GetObject"])


def delete_role_policy(w: World) -> Effect:
    policy = {**w.role(), "PolicyName": "inline"}
    w.do("PutRolePolicy", **policy, PolicyDocument=DOCUMENT)
    return Effect(policy, Reading("GetRolePolicy", "PolicyName", policy), "NoSuchEntity")


def attach_role_policy(w: World) -> Effect:
    role, policy = w.role(), w.policy()
    held = Reading("ListEntitiesForPolicy", "PolicyRoles[].RoleName", policy)
    return Effect({**role, **policy}, held, [role["RoleName"]])


def detach_role_policy(w: World) -> Effect:
    role, policy = w.role(), w.policy()
    w.do("AttachRolePolicy", **role, **policy)
    return Effect({**role, **policy}, Reading("ListAttachedRolePolicies", "AttachedPolicies[].PolicyArn", role), [])


def put_role_permissions_boundary(w: World) -> Effect:
    role, policy = w.role(), w.policy()["PolicyArn"]
    shown = Reading("GetRole", "Role.PermissionsBoundary.PermissionsBoundaryArn", role)
    return Effect({**role, "PermissionsBoundary": policy}, shown, policy)


def delete_role_permissions_boundary(w: World) -> Effect:
    role = w.role(PermissionsBoundary=w.policy()["PolicyArn"])
    return Effect(role, Reading("GetRole", "Role.PermissionsBoundary", role), None)


def create_service_linked_role(w: World) -> Effect:
    given = w.service_with_suffix()
    role = {"RoleName": f"AWSServiceRoleForAutoScaling_{given['CustomSuffix']}"}
    path = "/aws-service-role/autoscaling.amazonaws.com/"
    return Effect(given, Reading("GetRole", "Role.Path", role), path)


def delete_service_linked_role(w: World) -> Effect:
    role = w.service_role()
    return Effect(role, Reading("GetRole", "Role.RoleName", role), "NoSuchEntity")


def create_instance_profile(w: World) -> Effect:
    profile = {"InstanceProfileName": w.name("profile")}
    shown = Reading("GetInstanceProfile", "InstanceProfile.[Path, Tags]", profile)
    return Effect({**profile, "Path": "/made/", "Tags": [TAG]}, shown, ["/made/", [TAG]])


def delete_instance_profile(w: World) -> Effect:
    profile = w.profile()
    return Effect(profile, Reading("GetInstanceProfile", "InstanceProfile.Path", profile), "NoSuchEntity")


def add_role_to_instance_profile(w: World) -> Effect:
    profile, role = w.profile(), w.role()
    held = Reading("ListInstanceProfilesForRole", "InstanceProfiles[].InstanceProfileName", role)
    return Effect({**profile, **role}, held, [profile["InstanceProfileName"]])


def remove_role_from_instance_profile(w: World) -> Effect:
    profile, role = w.profile_with_role()
    held = Reading("GetInstanceProfile", "InstanceProfile.Roles", profile)
    return Effect({**profile, **role}, held, [])


def tag_instance_profile(w: World) -> Effect:
    profile = w.profile()
    return Effect({**profile, "Tags": [TAG]}, Reading("ListInstanceProfileTags", "Tags", profile), [TAG])


def untag_instance_profile(w: World) -> Effect:
    profile = w.profile(Tags=[TAG])
    return Effect({**profile, "TagKeys": ["Team"]}, Reading("ListInstanceProfileTags", "Tags", profile), [])


def create_policy(w: World) -> Effect:
    name = w.name("policy")
    policy = {"PolicyArn": w.arn(f"policy/made/{name}")}
    given = {"PolicyName": name, "Path": "/made/", "PolicyDocument": DOCUMENT, "Description": "new", "Tags": [TAG]}
    shown = Reading("GetPolicy", "Policy.[Description, DefaultVersionId, Tags]", policy)
    return Effect(given, shown, ["new", "v1", [TAG]])


def create_policy_version(w: World) -> Effect:
    policy = w.policy()
    version = Reading("GetPolicyVersion", "PolicyVersion.Document.Statement[].Action", {**policy, "VersionId": "v2"})
    return Effect({**policy, "PolicyDocument": OTHER_DOCUMENT, "SetAsDefault": True}, version, ["s3:PutObject"])


def set_default_policy_version(w: World) -> Effect:
    policy = w.policy_with_versions()
    return Effect({**policy, "VersionId": "v2"}, Reading("GetPolicy", "Policy.DefaultVersionId", policy), "v2")


def delete_policy_version(w: World) -> Effect:
    policy = w.policy_with_versions()
    ids = Reading("ListPolicyVersions", "Versions[].VersionId", policy)
    return Effect({**policy, "VersionId": "v2"}, ids, ["v1"])


def delete_policy(w: World) -> Effect:
    policy = w.policy()
    return Effect(policy, Reading("GetPolicy", "Policy.Arn", policy), "NoSuchEntity")


def tag_policy(w: World) -> Effect:
    policy = w.policy()
    return Effect({**policy, "Tags": [TAG]}, Reading("ListPolicyTags", "Tags", policy), [TAG])


def untag_policy(w: World) -> Effect:
    policy = w.policy(Tags=[TAG])
    return Effect({**policy, "TagKeys": ["Team"]}, Reading("ListPolicyTags", "Tags", policy), [])


EFFECTS = {
    "CreateRole": create_role,
    "UpdateRole": update_role,
    "UpdateRoleDescription": update_role_description,
    "UpdateAssumeRolePolicy": update_assume_role_policy,
    "DeleteRole": delete_role,
    "TagRole": tag_role,
    "UntagRole": untag_role,
    "PutRolePolicy": put_role_policy,
    "DeleteRolePolicy": delete_role_policy,
    "AttachRolePolicy": attach_role_policy,
    "DetachRolePolicy": detach_role_policy,
    "PutRolePermissionsBoundary": put_role_permissions_boundary,
    "DeleteRolePermissionsBoundary": delete_role_permissions_boundary,
    "CreateServiceLinkedRole": create_service_linked_role,
    "DeleteServiceLinkedRole": delete_service_linked_role,
    "CreateInstanceProfile": create_instance_profile,
    "DeleteInstanceProfile": delete_instance_profile,
    "AddRoleToInstanceProfile": add_role_to_instance_profile,
    "RemoveRoleFromInstanceProfile": remove_role_from_instance_profile,
    "TagInstanceProfile": tag_instance_profile,
    "UntagInstanceProfile": untag_instance_profile,
    "CreatePolicy": create_policy,
    "CreatePolicyVersion": create_policy_version,
    "SetDefaultPolicyVersion": set_default_policy_version,
    "DeletePolicyVersion": delete_policy_version,
    "DeletePolicy": delete_policy,
    "TagPolicy": tag_policy,
    "UntagPolicy": untag_policy,
}
