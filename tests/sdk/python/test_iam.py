"""IAM as its clients use it: life cycles, pages, quotas, conflicts."""

import json
import unittest

import botocore

import case
import world


class Users(case.Case):
    def test_pages_hold_every_user_once(self) -> None:
        path = f"/{self.name('path')}/"
        names = [self.name("user") for _ in range(5)]
        for name in names:
            self.iam.create_user(UserName=name, Path=path)
        pages = list(self.iam.get_paginator("list_users").paginate(PathPrefix=path, PaginationConfig={"PageSize": 2}))
        self.assertEqual([len(page["Users"]) for page in pages], [2, 2, 1])
        listed = [user["UserName"] for page in pages for user in page["Users"]]
        self.assertEqual(sorted(listed), sorted(names))

    def test_the_account_is_told_in_pages_and_by_filters(self) -> None:
        name = self.name("user")
        world.make_user(self.iam, name, world.allow("sts:AssumeRole"))
        paginator = self.iam.get_paginator("get_account_authorization_details")
        pages = list(paginator.paginate(Filter=["User"], PaginationConfig={"PageSize": 1}))
        self.assertTrue(all(not page["RoleDetailList"] and not page["Policies"] for page in pages))
        users = [user for page in pages for user in page["UserDetailList"]]
        own = [user for user in users if user["UserName"] == name]
        self.assertEqual(len(own), 1)
        documents = [policy["PolicyDocument"] for policy in own[0]["UserPolicyList"]]
        self.assertEqual([document["Statement"][0]["Action"] for document in documents], ["sts:AssumeRole"])

    def test_names_differ_by_more_than_case(self) -> None:
        name = self.name("user")
        self.iam.create_user(UserName=name)
        for again in [name, name.upper()]:
            self.refused("EntityAlreadyExists", 409, self.iam.create_user, UserName=again)

    def test_what_is_missing_is_named(self) -> None:
        name = self.name("missing")
        message = self.refused("NoSuchEntity", 404, self.iam.get_user, UserName=name)
        self.assertEqual(message, f"The user with name {name} cannot be found.")

    def test_a_user_has_two_keys_at_most(self) -> None:
        name = self.name("user")
        self.iam.create_user(UserName=name)
        keys = {world.make_key(self.iam, name).access_key_id for _ in range(2)}
        listed = self.iam.list_access_keys(UserName=name)["AccessKeyMetadata"]
        self.assertEqual({key["AccessKeyId"] for key in listed}, keys)
        message = self.refused("LimitExceeded", 409, self.iam.create_access_key, UserName=name)
        self.assertEqual(message, "Cannot exceed quota for AccessKeysPerUser: 2")

    def test_what_a_user_has_must_go_first(self) -> None:
        name = self.name("user")
        world.make_user(self.iam, name, world.allow("*"))
        self.refused("DeleteConflict", 409, self.iam.delete_user, UserName=name)
        world.delete_user(self.iam, name)
        self.refused("NoSuchEntity", 404, self.iam.get_user, UserName=name)

    def test_a_key_tells_when_it_was_used(self) -> None:
        _, keys = self.user()
        used = self.iam.get_access_key_last_used(AccessKeyId=keys.access_key_id)["AccessKeyLastUsed"]
        self.assertNotIn("LastUsedDate", used)
        world.client("sts", keys).get_caller_identity()
        used = self.iam.get_access_key_last_used(AccessKeyId=keys.access_key_id)["AccessKeyLastUsed"]
        self.assertEqual((used["ServiceName"], used["Region"]), ("sts", "us-east-1"))

    def test_tags_are_kept_and_seen_by_policies(self) -> None:
        name = self.name("user")
        self.iam.create_user(UserName=name, Tags=[{"Key": "Team", "Value": "red"}])
        self.iam.tag_user(UserName=name, Tags=[{"Key": "Stage", "Value": "test"}])
        tags = {tag["Key"]: tag["Value"] for tag in self.iam.list_user_tags(UserName=name)["Tags"]}
        self.assertEqual(tags, {"Team": "red", "Stage": "test"})
        condition = {"StringEquals": {"aws:ResourceTag/Team": "red"}}
        _, keys = self.user(world.allow("iam:GetUser", Condition=condition))
        world.client("iam", keys).get_user(UserName=name)
        self.iam.untag_user(UserName=name, TagKeys=["Team"])
        self.refused("AccessDenied", 403, world.client("iam", keys).get_user, UserName=name)

    def test_own_policies_may_name_the_user(self) -> None:
        own = f"arn:aws:iam::{self.account}:user/${{aws:username}}"
        one_arn, one = self.user(world.allow("iam:GetUser", own))
        other_arn, _ = self.user()
        iam = world.client("iam", one)
        self.assertEqual(iam.get_user(UserName=one_arn.split("/")[-1])["User"]["Arn"], one_arn)
        self.assertEqual(iam.get_user()["User"]["Arn"], one_arn)
        other = other_arn.split("/")[-1]
        self.denied(one_arn, "iam:GetUser", iam.get_user, resource=f"user {other}", UserName=other)


class Groups(case.Case):
    def test_members_have_the_groups_permissions(self) -> None:
        group, user = self.name("group"), self.name("user")
        self.iam.create_group(GroupName=group)
        self.iam.put_group_policy(
            GroupName=group, PolicyName="inline", PolicyDocument=world.document(world.allow("iam:ListUsers"))
        )
        _, keys = world.make_user(self.iam, user)
        iam = world.client("iam", keys)
        self.refused("AccessDenied", 403, iam.list_users)
        self.iam.add_user_to_group(GroupName=group, UserName=user)
        iam.list_users()
        self.assertEqual([one["UserName"] for one in self.iam.get_group(GroupName=group)["Users"]], [user])
        self.refused("DeleteConflict", 409, self.iam.delete_group, GroupName=group)
        self.iam.remove_user_from_group(GroupName=group, UserName=user)
        self.refused("AccessDenied", 403, iam.list_users)


class Roles(case.Case):
    def test_the_documents_come_back_as_sent(self) -> None:
        arn, _ = self.user()
        name = self.name("role")
        trust_policy = world.document(world.trust(arn, Condition={"StringLike": {"sts:ExternalId": "ä+%20*"}}))
        self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust_policy, Description="reads, écrit")
        role = self.iam.get_role(RoleName=name)["Role"]
        self.assertEqual(role["AssumeRolePolicyDocument"], json.loads(trust_policy))
        self.assertEqual(role["Description"], "reads, écrit")
        self.assertRegex(role["RoleId"], "^AROA[A-Z0-9]{17}$")
        self.assertEqual(role["MaxSessionDuration"], 3600)

    def test_a_trusted_principal_must_exist(self) -> None:
        missing = f"arn:aws:iam::{self.account}:user/{self.name('missing')}"
        message = self.refused(
            "MalformedPolicyDocument",
            400,
            self.iam.create_role,
            RoleName=self.name("role"),
            AssumeRolePolicyDocument=world.document(world.trust(missing)),
        )
        self.assertEqual(message, f'Invalid principal in policy: "AWS":"{missing}"')

    def test_a_deleted_principal_shows_as_its_id(self) -> None:
        user = self.name("user")
        arn, _ = world.make_user(self.iam, user)
        user_id = self.iam.get_user(UserName=user)["User"]["UserId"]
        role = self.role(world.trust(arn)).split("/")[-1]
        world.delete_user(self.iam, user)
        world.make_user(self.iam, user)
        document = self.iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
        self.assertEqual(document["Statement"][0]["Principal"], {"AWS": user_id})

    def test_what_a_role_has_must_go_first(self) -> None:
        arn, _ = self.user()
        name = self.role(world.trust(arn), world.allow("*")).split("/")[-1]
        message = self.refused("DeleteConflict", 409, self.iam.delete_role, RoleName=name)
        self.assertEqual(message, "Cannot delete entity, must delete policies first.")

    def test_documents_are_judged_when_written(self) -> None:
        arn, _ = self.user()
        statement = world.trust(arn)
        malformed = [
            ("nonsense", "This policy contains invalid Json"),
            (world.document(statement | {"Resource": "*"}), "Has prohibited field Resource"),
        ]
        for text, expected in malformed:
            message = self.refused(
                "MalformedPolicyDocument",
                400,
                self.iam.create_role,
                RoleName=self.name("role"),
                AssumeRolePolicyDocument=text,
            )
            self.assertEqual(message, expected)


class ManagedPolicies(case.Case):
    def test_versions(self) -> None:
        name = self.name("policy")
        statement = world.allow("iam:ListUsers")
        policy = self.iam.create_policy(PolicyName=name, PolicyDocument=world.document(statement))["Policy"]
        arn = policy["Arn"]
        self.assertEqual(arn, f"arn:aws:iam::{self.account}:policy/{name}")
        self.assertEqual((policy["DefaultVersionId"], policy["AttachmentCount"]), ("v1", 0))
        _, keys = self.user()
        user = self.iam.list_users()["Users"]
        self.assertTrue(user)
        for _ in range(4):
            self.iam.create_policy_version(PolicyArn=arn, PolicyDocument=world.document(statement))
        self.refused(
            "LimitExceeded",
            409,
            self.iam.create_policy_version,
            PolicyArn=arn,
            PolicyDocument=world.document(statement),
        )
        self.refused("DeleteConflict", 409, self.iam.delete_policy_version, PolicyArn=arn, VersionId="v1")
        self.iam.set_default_policy_version(PolicyArn=arn, VersionId="v5")
        self.iam.delete_policy_version(PolicyArn=arn, VersionId="v1")
        made = self.iam.create_policy_version(PolicyArn=arn, PolicyDocument=world.document(statement))
        self.assertEqual(made["PolicyVersion"]["VersionId"], "v6")

    def test_attaching_and_the_default_version_decide(self) -> None:
        user = self.name("user")
        _, keys = world.make_user(self.iam, user)
        iam = world.client("iam", keys)
        arn = self.iam.create_policy(
            PolicyName=self.name("policy"), PolicyDocument=world.document(world.allow("iam:ListUsers"))
        )["Policy"]["Arn"]
        self.iam.attach_user_policy(UserName=user, PolicyArn=arn)
        iam.list_users()
        message = self.refused("DeleteConflict", 409, self.iam.delete_policy, PolicyArn=arn)
        self.assertEqual(message, "Cannot delete a policy attached to entities.")
        document = world.document(world.allow("iam:ListRoles"))
        self.iam.create_policy_version(PolicyArn=arn, PolicyDocument=document, SetAsDefault=True)
        self.refused("AccessDenied", 403, iam.list_users)
        iam.list_roles()
        self.iam.detach_user_policy(UserName=user, PolicyArn=arn)
        self.refused("AccessDenied", 403, iam.list_roles)
        self.iam.delete_policy_version(PolicyArn=arn, VersionId="v1")
        self.iam.delete_policy(PolicyArn=arn)

    def test_aws_managed_policies_are_there(self) -> None:
        user = self.name("user")
        _, keys = world.make_user(self.iam, user)
        self.iam.attach_user_policy(UserName=user, PolicyArn="arn:aws:iam::aws:policy/IAMReadOnlyAccess")
        iam = world.client("iam", keys)
        iam.list_users()
        self.refused("AccessDenied", 403, iam.create_user, UserName=self.name("user"))


class Protocol(case.Case):
    def test_every_operation_that_the_sdk_knows_is_built(self) -> None:
        # Without parameters and permissions, so that none of them does anything.
        _, keys = self.user()
        for service in ["iam", "sts"]:
            client = world.client(service, keys, parameter_validation=False)
            for operation in client.meta.service_model.operation_names:
                with self.subTest(operation):
                    try:
                        getattr(client, botocore.xform_name(operation))()
                    except botocore.exceptions.ClientError as error:
                        code = error.response["Error"]["Code"]
                        self.assertNotIn(code, ["NotImplemented", "InvalidAction"])

    def test_nothing_works_without_permission(self) -> None:
        arn, keys = self.user()
        other = self.name("user")
        iam = world.client("iam", keys)
        calls = [
            (iam.create_user, "iam:CreateUser", {"UserName": other}),
            (iam.delete_user, "iam:DeleteUser", {"UserName": other}),
            (iam.get_user, "iam:GetUser", {"UserName": other}),
            (iam.create_access_key, "iam:CreateAccessKey", {"UserName": other}),
            (iam.list_roles, "iam:ListRoles", {}),
            (iam.get_role, "iam:GetRole", {"RoleName": other}),
            (iam.list_policies, "iam:ListPolicies", {}),
            (iam.list_groups, "iam:ListGroups", {}),
            (iam.list_virtual_mfa_devices, "iam:ListVirtualMFADevices", {}),
        ]
        for call, action, parameters in calls:
            with self.subTest(action):
                self.denied(arn, action, call, **parameters)


if __name__ == "__main__":
    unittest.main()
