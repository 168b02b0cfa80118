"""Valid requests of the operations that only read."""

from effects_delegation import request as delegation
from fixtures import DOCUMENT, TAG, World


def _group_policy(w: World) -> dict:
    policy = {**w.group(), "PolicyName": "inline"}
    w.do("PutGroupPolicy", **policy, PolicyDocument=DOCUMENT)
    return policy


def _role_policy(w: World) -> dict:
    policy = {**w.role(), "PolicyName": "inline"}
    w.do("PutRolePolicy", **policy, PolicyDocument=DOCUMENT)
    return policy


def _user_policy(w: World) -> dict:
    policy = {**w.user(), "PolicyName": "inline"}
    w.do("PutUserPolicy", **policy, PolicyDocument=DOCUMENT)
    return policy


def _user_with(w: World, operation: str, **more) -> dict:
    user = w.user()
    w.do(operation, **user, **more)
    return user


def _password_policy(w: World) -> dict:
    w.do("UpdateAccountPasswordPolicy", MinimumPasswordLength=8)
    return {}


def _report(w: World) -> dict:
    w.do("GenerateCredentialReport")
    return {}


def _with_outbound(w: World, parameters: dict) -> dict:
    w.outbound_enabled()
    return parameters


def _deletion(w: World) -> dict:
    return {"DeletionTaskId": w.do("DeleteServiceLinkedRole", **w.service_role())["DeletionTaskId"]}


def _administrator(w: World) -> str:
    return w.arn("user/" + w.administrator)


def _member(w: World) -> dict:
    user = w.user()
    w.do("AddUserToGroup", **user, **w.group())
    return user


def _enabled(w: World) -> dict:
    user = w.user()
    return {**user, "SerialNumber": w.enabled_device(user).serial_number}


def _summarized(w: World) -> dict:
    asked = delegation(w, 1)["DelegationRequestId"]
    return {"EntityArn": w.arn(f"delegation-request/{asked}"), "Locale": "en"}


def _attached(w: World, to: dict, operation: str) -> dict:
    w.do(operation, **to, **w.policy())
    return to


_SIMULATED = {"ActionNames": ["s3:GetObject", "s3:PutObject"], "ResourceArns": ["arn:aws:s3:::bucket/key"]}

READS = {
    # STS
    "DecodeAuthorizationMessage": lambda w: {"EncodedMessage": w.denial()},
    "GetAccessKeyInfo": lambda w: {"AccessKeyId": w.keys.access_key_id},
    "GetCallerIdentity": lambda w: {},
    "GetWebIdentityToken": lambda w: _with_outbound(
        w, {"Audience": ["https://api.example.com"], "SigningAlgorithm": "RS256"}
    ),
    # users
    "GetUser": lambda w: w.user(Tags=[TAG]),
    "ListUsers": lambda w: {"PathPrefix": "/"},
    "ListUserTags": lambda w: w.user(Tags=[TAG]),
    "ListGroupsForUser": _member,
    "GetUserPolicy": _user_policy,
    "ListUserPolicies": lambda w: {"UserName": _user_policy(w)["UserName"]},
    "ListAttachedUserPolicies": lambda w: _attached(w, w.user(), "AttachUserPolicy"),
    "ListAccessKeys": lambda w: {"UserName": w.administrator},
    "GetAccessKeyLastUsed": lambda w: {"AccessKeyId": w.keys.access_key_id},
    "GetLoginProfile": lambda w: w.login(),
    "GetSSHPublicKey": lambda w: {**w.ssh_key(), "Encoding": "SSH"},
    "ListSSHPublicKeys": lambda w: {"UserName": w.ssh_key()["UserName"]},
    "ListSigningCertificates": lambda w: {"UserName": w.signing_certificate()["UserName"]},
    "ListServiceSpecificCredentials": lambda w: {"UserName": w.credential()["UserName"]},
    "GetMFADevice": _enabled,
    "ListMFADevices": lambda w: {"UserName": _enabled(w)["UserName"]},
    "ListMFADeviceTags": lambda w: {"SerialNumber": w.device(Tags=[TAG]).serial_number},
    "ListVirtualMFADevices": lambda w: {"AssignmentStatus": "Any"},
    # groups
    "GetGroup": lambda w: w.group(),
    "ListGroups": lambda w: {"PathPrefix": "/"},
    "GetGroupPolicy": _group_policy,
    "ListGroupPolicies": lambda w: {"GroupName": _group_policy(w)["GroupName"]},
    "ListAttachedGroupPolicies": lambda w: _attached(w, w.group(), "AttachGroupPolicy"),
    # roles and instance profiles
    "GetRole": lambda w: w.role(Tags=[TAG]),
    "ListRoles": lambda w: {"PathPrefix": "/"},
    "ListRoleTags": lambda w: w.role(Tags=[TAG]),
    "GetRolePolicy": _role_policy,
    "ListRolePolicies": lambda w: {"RoleName": _role_policy(w)["RoleName"]},
    "ListAttachedRolePolicies": lambda w: _attached(w, w.role(), "AttachRolePolicy"),
    "GetServiceLinkedRoleDeletionStatus": _deletion,
    "GetInstanceProfile": lambda w: w.profile_with_role()[0],
    "ListInstanceProfiles": lambda w: {"PathPrefix": "/"},
    "ListInstanceProfilesForRole": lambda w: w.profile_with_role()[1],
    "ListInstanceProfileTags": lambda w: w.profile(Tags=[TAG]),
    # managed policies
    "GetPolicy": lambda w: w.policy(Tags=[TAG]),
    "ListPolicies": lambda w: {"Scope": "All"},
    "ListPolicyTags": lambda w: w.policy(Tags=[TAG]),
    "GetPolicyVersion": lambda w: {**w.policy(), "VersionId": "v1"},
    "ListPolicyVersions": lambda w: w.policy_with_versions(),
    "ListEntitiesForPolicy": lambda w: w.policy(),
    # identity providers and server certificates
    "GetOpenIDConnectProvider": lambda w: w.issuer(Tags=[TAG], ClientIDList=["app"]),
    "ListOpenIDConnectProviders": lambda w: {},
    "ListOpenIDConnectProviderTags": lambda w: w.issuer(Tags=[TAG]),
    "GetSAMLProvider": lambda w: w.saml(Tags=[TAG]),
    "ListSAMLProviders": lambda w: {},
    "ListSAMLProviderTags": lambda w: w.saml(Tags=[TAG]),
    "GetServerCertificate": lambda w: w.certificate(Tags=[TAG]),
    "ListServerCertificates": lambda w: {"PathPrefix": "/"},
    "ListServerCertificateTags": lambda w: w.certificate(Tags=[TAG]),
    # the account
    "GetAccountAuthorizationDetails": lambda w: {"Filter": ["User", "Role", "Group", "LocalManagedPolicy"]},
    "GetAccountPasswordPolicy": _password_policy,
    "GetAccountSummary": lambda w: {},
    "ListAccountAliases": lambda w: {},
    "GetCredentialReport": _report,
    "GetOutboundWebIdentityFederationInfo": lambda w: _with_outbound(w, {}),
    # delegation
    "GetDelegationRequest": lambda w: {**delegation(w, 1), "DelegationPermissionCheck": True},
    "GetHumanReadableSummary": _summarized,
    "ListDelegationRequests": lambda w: (delegation(w, 1), {})[1],
    # what policies would say
    "GetContextKeysForCustomPolicy": lambda w: {"PolicyInputList": [DOCUMENT]},
    "GetContextKeysForPrincipalPolicy": lambda w: {"PolicySourceArn": _administrator(w)},
    "SimulateCustomPolicy": lambda w: {"PolicyInputList": [DOCUMENT], **_SIMULATED},
    "SimulatePrincipalPolicy": lambda w: {"PolicySourceArn": _administrator(w), **_SIMULATED},
    # who may call a service, and did
    "GetServiceLastAccessedDetails": lambda w: w.job(),
    "GetServiceLastAccessedDetailsWithEntities": lambda w: {**w.job(), "ServiceNamespace": "iam"},
    "ListPoliciesGrantingServiceAccess": lambda w: {"Arn": _administrator(w), "ServiceNamespaces": ["s3", "iam"]},
}
