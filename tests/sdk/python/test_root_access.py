"""Sessions of AssumeRoot, and the features of an organization that they take."""

import json
import pathlib
import unittest
from unittest import mock

import server
import test_organizations
import world


class RootAccess(test_organizations.Organization):
    """The managing account acts as the root user of a member, for one task at a time."""

    def setUp(self) -> None:
        super().setUp()
        self.member = self.create_account(self.name("member"))
        _, self.keys = self.manager("admin", world.allow("*"))

    def manager(self, word: str, *statements: dict) -> tuple[str, world.Keys]:
        """A user of the managing account: its ARN and key."""
        name = self.name(word)
        self.addCleanup(world.delete_user, self.iam, name)
        return world.make_user(self.iam, name, *statements)

    def enable_features(self) -> None:
        self.organizations.enable_aws_service_access(ServicePrincipal="iam.amazonaws.com")
        self.iam.enable_organizations_root_credentials_management()
        self.iam.enable_organizations_root_sessions()

    def task(self, name: str) -> dict:
        return {"TargetPrincipal": self.member, "TaskPolicyArn": {"arn": f"arn:aws:iam::aws:policy/root-task/{name}"}}

    def begin(self, name: str) -> world.Keys:
        answer = world.client("sts", self.keys).assume_root(**self.task(name))
        return world.Keys.of_session(answer["Credentials"])

    def assert_stopped(self, keys: world.Keys) -> None:
        self.refused("InvalidClientTokenId", 403, world.client("sts", keys).get_caller_identity)

    def test_features_are_enabled_once_iam_is_trusted(self) -> None:
        message = self.refused("ServiceAccessNotEnabledException", 400, self.iam.list_organizations_features)
        expected = f"Trusted Access for IAM not enabled by organization of input account {self.management}."
        self.assertEqual(message, expected)
        self.enable_features()
        listed = self.iam.list_organizations_features()
        self.assertEqual(listed["OrganizationId"], self.organization["Id"])
        self.assertEqual(listed["EnabledFeatures"], ["RootCredentialsManagement", "RootSessions"])
        left = self.iam.disable_organizations_root_credentials_management()
        self.assertEqual(left["EnabledFeatures"], ["RootSessions"])
        member = world.client("iam", self.enter(self.member))
        self.refused("CallerIsNotManagementAccountException", 400, member.enable_organizations_root_sessions)
        refused = member.list_organizations_features
        self.refused("AccountNotManagementOrDelegatedAdministratorException", 400, refused)

    def test_a_session_audits_the_root_user_of_a_member(self) -> None:
        sts = world.client("sts", self.keys)
        task = self.task("IAMAuditRootUserCredentials")
        message = self.refused("AccessDenied", 403, sts.assume_root, **task)
        self.assertRegex(message, f" on resource: arn:aws:iam::{self.member}:root$")
        self.enable_features()
        keys = self.begin("IAMAuditRootUserCredentials")
        arn = f"arn:aws:iam::{self.member}:root"
        who = world.client("sts", keys).get_caller_identity()
        self.assertEqual((who["Arn"], who["Account"], who["UserId"]), (arn, self.member, self.member))
        iam = world.client("iam", keys)
        self.assertEqual(iam.get_account_summary()["SummaryMap"]["AccountAccessKeysPresent"], 0)
        self.assertEqual(iam.list_access_keys()["AccessKeyMetadata"], [])
        self.assertEqual(iam.list_mfa_devices()["MFADevices"], [])
        self.assertEqual(iam.list_signing_certificates()["Certificates"], [])
        self.refused("NoSuchEntity", 404, iam.get_login_profile)
        why = " with an explicit deny in an identity-based policy"
        self.denied(arn, "iam:ListUsers", iam.list_users, resource=f"arn:aws:iam::{self.member}:user/", why=why)

    def event_of(self, log: pathlib.Path, name: str) -> dict:
        """The event of a call; it may take a moment to be written."""
        for _ in range(400):
            lines = [line for line in log.read_text().splitlines() if line.startswith('{"eventVersion"')]
            found = [event for event in map(json.loads, lines) if event["eventName"] == name]
            if found:
                return found[0]
            server.pause()
        self.fail(f"no event of {name}")

    def test_the_log_tells_sessions_by_their_key(self) -> None:
        with (
            server.another("--audit-log", "stdout") as variables,
            world.environment(variables),
            mock.patch.object(self, "organizations", world.client("organizations")),
            mock.patch.object(self, "iam", world.client("iam")),
        ):
            self.organizations.create_organization(FeatureSet="ALL")
            self.member = self.create_account("logged")
            self.enable_features()
            _, self.keys = world.make_user(self.iam, "admin", world.allow("*"))
            keys = self.begin("IAMAuditRootUserCredentials")
            world.client("iam", keys).get_account_summary()
            log = next(
                folder / "server.log"
                for folder in pathlib.Path(variables["AWS_CONFIG_FILE"]).parents
                if (folder / "server.log").exists()
            )
            began = self.event_of(log, "AssumeRoot")
            self.assertEqual(began["requestParameters"]["targetPrincipal"], self.member)
            given = began["responseElements"]["credentials"]
            self.assertEqual(given["accessKeyId"], keys.access_key_id)
            self.assertNotIn("secretAccessKey", given)
            identity = self.event_of(log, "GetAccountSummary")["userIdentity"]
            self.assertEqual((identity["type"], identity["accountId"]), ("Root", self.member))
            self.assertEqual(identity["arn"], f"arn:aws:iam::{self.member}:root")
            self.assertEqual(identity["accessKeyId"], keys.access_key_id)
            self.assertEqual(identity["sessionContext"]["assumedRoot"], "true")

    def test_a_session_ends_with_the_feature(self) -> None:
        self.enable_features()
        audit, password = self.begin("IAMAuditRootUserCredentials"), self.begin("IAMCreateRootUserPassword")
        self.iam.disable_organizations_root_sessions()
        self.assert_stopped(password)
        world.client("sts", audit).get_caller_identity()
        self.organizations.disable_aws_service_access(ServicePrincipal="iam.amazonaws.com")
        self.assert_stopped(audit)
        self.organizations.enable_aws_service_access(ServicePrincipal="iam.amazonaws.com")
        self.assertEqual(self.iam.list_organizations_features().get("EnabledFeatures", []), [])
        self.enable_features()
        audit = self.begin("IAMAuditRootUserCredentials")
        self.organizations.remove_account_from_organization(AccountId=self.member)
        self.assert_stopped(audit)

    def test_the_root_user_is_let_have_a_password(self) -> None:
        self.enable_features()
        iam = world.client("iam", self.begin("IAMCreateRootUserPassword"))
        self.refused("ValidationError", 400, iam.create_login_profile, Password="Pa55word!")
        created = iam.create_login_profile()["LoginProfile"]
        self.assertEqual(iam.get_login_profile()["LoginProfile"], created)
        iam = world.client("iam", self.begin("IAMDeleteRootUserCredentials"))
        iam.delete_login_profile()
        self.refused("NoSuchEntity", 404, iam.delete_login_profile)

    def test_the_policies_of_who_calls_and_of_the_organization_decide(self) -> None:
        self.enable_features()
        task = self.task("IAMAuditRootUserCredentials")
        sts = world.client("sts", self.root_keys)
        self.refused("AccessDenied", 403, sts.assume_root, **task)
        root = f"arn:aws:iam::{self.member}:root"
        condition = {"StringEquals": {"sts:TaskPolicyArn": task["TaskPolicyArn"]["arn"]}}
        allowed = world.allow("sts:AssumeRoot", root, Condition=condition)
        arn, keys = self.manager("auditor", allowed)
        sts = world.client("sts", keys)
        session = world.Keys.of_session(sts.assume_root(**task)["Credentials"])
        other = self.task("IAMDeleteRootUserCredentials")
        self.denied(arn, "sts:AssumeRoot", sts.assume_root, resource=root, **other)
        summary = world.client("iam", session).get_account_summary
        summary()
        self.enable("SERVICE_CONTROL_POLICY")
        principal = {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}}
        exempt = world.deny("*", Condition={**principal, "Null": {"aws:AssumedRoot": "true"}})
        self.organizations.attach_policy(
            PolicyId=self.policy("SERVICE_CONTROL_POLICY", exempt), TargetId=self.member
        )
        summary()
        policy = self.policy("SERVICE_CONTROL_POLICY", world.deny("*", Condition=principal))
        self.organizations.attach_policy(PolicyId=policy, TargetId=self.member)
        message = self.refused("AccessDenied", 403, summary)
        self.assertIn("with an explicit deny in a service control policy", message)


if __name__ == "__main__":
    unittest.main()
