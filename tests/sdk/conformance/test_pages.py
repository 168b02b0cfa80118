"""Every operation that answers in pages walks at least three pages, where an account may hold
as much, and what they hold is what one page holds."""

import dataclasses
import unittest
from collections.abc import Callable

import jmespath

import world
from effects_delegation import request as delegation
from fixtures import DOCUMENT, World
from operation_tests import for_each
from operations import MODELS, PAGINATORS, members
from refusals import REFUSED
from shared import BUILT, account

def _pages_of(result: str, more: str = "IsTruncated") -> dict[str, str]:
    marker = {"input_token": "Marker", "output_token": "Marker", "limit_key": "MaxItems"}
    return {**marker, "result_key": result, "more_results": more}


# Operations in pages that botocore has no paginator for.
MORE = {
    "GetServiceLastAccessedDetails": _pages_of("ServicesLastAccessed"),
    "GetServiceLastAccessedDetailsWithEntities": _pages_of("EntityDetailsList"),
    "ListDelegationRequests": _pages_of("DelegationRequests", "isTruncated"),
    "ListServiceSpecificCredentials": _pages_of("ServiceSpecificCredentials"),
}
CONFIGS = {
    **{operation: config for service in PAGINATORS.values() for operation, config in service.items()},
    **MORE,
}

TAGS = [{"Key": f"key-{number}", "Value": "x"} for number in range(3)]


def each(count: int, make: Callable[[], object]) -> list:
    return [make() for _ in range(count)]


def _tagged(make: Callable[..., dict]) -> dict:
    return make(Tags=TAGS)


def _at_path(w: World, make: Callable[..., dict]) -> dict:
    path = f"/{w.name('path')}/"
    each(3, lambda: make(Path=path))
    return {"PathPrefix": path}


def _inline(w: World, holder: dict, operation: str) -> dict:
    each(3, lambda: w.do(operation, **holder, PolicyName=w.name("inline"), PolicyDocument=DOCUMENT))
    return holder


def _attached(w: World, holder: dict, operation: str) -> dict:
    each(3, lambda: w.do(operation, **holder, **w.policy()))
    return holder


def _entities(w: World) -> dict:
    policy = w.policy()
    for holder, operation in [
        (w.user(), "AttachUserPolicy"),
        (w.group(), "AttachGroupPolicy"),
        (w.role(), "AttachRolePolicy"),
    ]:
        w.do(operation, **holder, **policy)
    return policy


def _members(w: World) -> dict:
    group = w.group()
    each(3, lambda: w.do("AddUserToGroup", **group, **w.user()))
    return group


def _groups(w: World) -> dict:
    user = w.user()
    each(3, lambda: w.do("AddUserToGroup", **user, **w.group()))
    return user


def _profiles(w: World) -> dict:
    role = w.role()
    each(3, lambda: w.do("AddRoleToInstanceProfile", **role, **w.profile()))
    return role


def _keys(w: World) -> dict:
    user = w.user()
    each(2, lambda: w.key(user))
    return user


def _devices(w: World) -> dict:
    user = w.user()
    each(3, lambda: w.enabled_device(user))
    return user


def _unassigned(w: World) -> dict:
    each(3, w.device)
    return {"AssignmentStatus": "Unassigned"}


def _ssh_keys(w: World) -> dict:
    user = w.user()
    each(3, lambda: w.do("UploadSSHPublicKey", SSHPublicKeyBody=w.new_ssh_key(), **user))
    return user


def _signing(w: World) -> dict:
    user = w.user()
    each(2, lambda: w.signing_certificate(user))
    return user


def _alias(w: World) -> dict:
    w.do("CreateAccountAlias", AccountAlias=w.name(f"stead-{w.account}"))
    return {}


def _policies(w: World) -> dict:
    path = f"/{w.name('path')}/"
    each(3, lambda: w.policy(Path=path))
    return {"PathPrefix": path}


def _credentials(w: World) -> dict:
    user = w.user()
    for service in ["codecommit", "codecommit", "cassandra"]:
        w.do("CreateServiceSpecificCredential", ServiceName=f"{service}.amazonaws.com", **user)
    return user


def _delegations(w: World) -> dict:
    each(3, lambda: delegation(w, 1))
    return {"OwnerId": w.arn("user/" + w.administrator)}


def _services(w: World) -> dict:
    user = w.user()
    document = world.document(world.allow(["iam:*", "s3:*", "ec2:*"]))
    w.do("PutUserPolicy", **user, PolicyName="three", PolicyDocument=document)
    return w.job(Arn=w.arn("user/" + user["UserName"]))


def _users_of_policy(w: World) -> dict:
    policy = w.policy()
    each(3, lambda: w.do("AttachUserPolicy", **w.user(), **policy))
    return {**w.job(Arn=policy["PolicyArn"]), "ServiceNamespace": "s3"}


_ACTIONS = {"ActionNames": ["s3:GetObject", "s3:PutObject", "s3:ListBucket"]}

WORLDS: dict[str, Callable[[World], dict]] = {
    "GetAccountAuthorizationDetails": lambda w: (each(3, w.user), {"Filter": ["User"]})[1],
    "GetGroup": _members,
    "GetServiceLastAccessedDetails": _services,
    "GetServiceLastAccessedDetailsWithEntities": _users_of_policy,
    "ListAccessKeys": _keys,
    "ListAccountAliases": _alias,
    "ListAttachedGroupPolicies": lambda w: _attached(w, w.group(), "AttachGroupPolicy"),
    "ListAttachedRolePolicies": lambda w: _attached(w, w.role(), "AttachRolePolicy"),
    "ListAttachedUserPolicies": lambda w: _attached(w, w.user(), "AttachUserPolicy"),
    "ListDelegationRequests": _delegations,
    "ListEntitiesForPolicy": _entities,
    "ListGroupPolicies": lambda w: _inline(w, w.group(), "PutGroupPolicy"),
    "ListGroups": lambda w: _at_path(w, w.group),
    "ListGroupsForUser": _groups,
    "ListInstanceProfileTags": lambda w: _tagged(w.profile),
    "ListInstanceProfiles": lambda w: _at_path(w, w.profile),
    "ListInstanceProfilesForRole": _profiles,
    "ListMFADeviceTags": lambda w: {"SerialNumber": w.device(Tags=TAGS).serial_number},
    "ListMFADevices": _devices,
    "ListOpenIDConnectProviderTags": lambda w: _tagged(w.issuer),
    "ListPolicies": _policies,
    "ListPolicyTags": lambda w: _tagged(w.policy),
    "ListPolicyVersions": lambda w: w.policy_with_versions(3),
    "ListRolePolicies": lambda w: _inline(w, w.role(), "PutRolePolicy"),
    "ListRoleTags": lambda w: _tagged(w.role),
    "ListRoles": lambda w: _at_path(w, w.role),
    "ListSAMLProviderTags": lambda w: _tagged(w.saml),
    "ListSSHPublicKeys": _ssh_keys,
    "ListServerCertificateTags": lambda w: _tagged(w.certificate),
    "ListServerCertificates": lambda w: _at_path(w, w.certificate),
    "ListServiceSpecificCredentials": _credentials,
    "ListSigningCertificates": _signing,
    "ListUserPolicies": lambda w: _inline(w, w.user(), "PutUserPolicy"),
    "ListUserTags": lambda w: _tagged(w.user),
    "ListUsers": lambda w: _at_path(w, w.user),
    "ListVirtualMFADevices": _unassigned,
    "SimulateCustomPolicy": lambda w: {"PolicyInputList": [DOCUMENT], **_ACTIONS},
    "SimulatePrincipalPolicy": lambda w: {"PolicySourceArn": w.arn("user/" + w.administrator), **_ACTIONS},
}

# Spec: IAM and STS quotas: a user has two access keys and two signing certificates at most,
# and an account one alias.
FEWER = {"ListAccessKeys": 2, "ListSigningCertificates": 2, "ListAccountAliases": 1}


@dataclasses.dataclass(frozen=True)
class Config:
    """What botocore knows of an operation's pages."""

    results: list[str]
    limit: str
    token: str
    next_token: str
    more: str

    @classmethod
    def of(cls, operation: str) -> "Config":
        config = CONFIGS[operation]
        keys = config["result_key"]
        results = keys if isinstance(keys, list) else [keys]
        return cls(results, config["limit_key"], config["input_token"], config["output_token"], config["more_results"])

    def items(self, page: dict) -> list:
        found = [jmespath.search(result, page) for result in self.results]
        return [item for items in found for item in items or []]


class Table(unittest.TestCase):
    def test_every_paged_operation_is_in_the_table(self) -> None:
        self.assertEqual(sorted(WORLDS), sorted(CONFIGS))
        paged = lambda operation: {"Marker", "MaxItems"} <= {member.name for member in members(operation)}
        self.assertEqual({operation for operation in BUILT if paged(operation)} - REFUSED.keys(), set(CONFIGS))


@for_each(CONFIGS)
class Pages(unittest.TestCase):
    def check(self, operation: str) -> None:
        w = account()
        parameters, config = WORLDS[operation](w), Config.of(operation)
        self.assertIn(config.limit, MODELS[operation].input_shape.members)
        whole = w.caller.result(operation, parameters)
        self.assertFalse(whole.get(config.more), "it fits on one page")
        expected = config.items(whole)
        pages = list(self.walk(operation, parameters, config, len(expected) + 1))
        self.assertGreaterEqual(len(pages), FEWER.get(operation, 3))
        self.assertEqual([len(page) for page in pages], [1] * len(expected))
        # The lists of a page are one after the other there: the whole is in another order.
        order = lambda items: sorted(items, key=repr)
        self.assertEqual(order([item for page in pages for item in page]), order(expected))

    def walk(self, operation: str, parameters: dict, config: Config, pages_max: int):
        token: dict = {}
        for _ in range(pages_max):
            page = account().caller.result(operation, {**parameters, config.limit: 1, **token})
            yield config.items(page)
            if not page[config.more]:
                self.assertNotIn(config.next_token, page)
                return
            token = {config.token: page[config.next_token]}
        self.fail(f"no end after {pages_max} pages")


if __name__ == "__main__":
    unittest.main()
