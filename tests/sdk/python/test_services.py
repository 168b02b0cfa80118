"""Services that are registered, and assume the roles that trust them."""

import json
import os
import pathlib
import subprocess
import unittest

import case
import world

# The server's data directory, which the profile files are in.
DATA = pathlib.Path(os.environ["AWS_CONFIG_FILE"]).parent.parent


def stead(*arguments: str) -> dict:
    """A command of `stead service`."""
    command = [os.environ["STEAD_BINARY"], "service", *arguments, "--data", str(DATA), "--json"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def service_client(keys: world.Keys, **source: str):
    """A client for STS that names its source, as `arn` and `account`."""
    client = world.client("sts", keys)

    def name_source(request, **_) -> None:
        for name, value in source.items():
            request.headers[f"x-amz-source-{name}"] = value

    client.meta.events.register("before-sign.sts.AssumeRole", name_source)
    return client


class Services(case.Case):
    def setUp(self) -> None:
        super().setUp()
        self.service = self.name("storage") + ".example.internal"
        made = stead("register", self.service)
        self.keys = world.Keys(made["access_key_id"], made["secret_access_key"])
        self.bucket = "arn:aws:storage:::photos"
        self.addCleanup(self.remove)

    def remove(self) -> None:
        if self.service in [listed["service"] for listed in stead("list")["services"]]:
            stead("remove", self.service)

    def trust(self, actions="sts:AssumeRole", **conditions) -> dict:
        return {
            "Effect": "Allow",
            "Principal": {"Service": self.service},
            "Action": actions,
            "Condition": conditions,
        }

    def assume(self, role: str, keys: world.Keys | None = None, source: dict | None = None, **more):
        """`assume_role` of a client, and its parameters."""
        client = service_client(keys or self.keys, **(source or {}))
        return client.assume_role, {"RoleArn": role, "RoleSessionName": "storage", **more}

    def given(self, role: str, **more) -> world.Keys:
        call, parameters = self.assume(role, **more)
        return world.Keys.of_session(call(**parameters)["Credentials"])

    def test_a_role_is_assumed_for_the_source_that_it_names_and_for_no_other(self) -> None:
        role = self.role(
            self.trust(
                StringEquals={"aws:SourceAccount": self.account},
                ArnLike={"aws:SourceArn": "arn:aws:storage:::pho*"},
            ),
            world.allow("iam:ListRoles"),
        )
        keys = self.given(role, source={"arn": self.bucket, "account": self.account})
        who = world.client("sts", keys).get_caller_identity()
        self.assertEqual(who["Arn"], f"arn:aws:sts::{self.account}:assumed-role/{role.split('/')[-1]}/storage")
        world.client("iam", keys).list_roles()
        for source in [
            {},
            {"arn": self.bucket},
            {"account": self.account},
            {"arn": "arn:aws:storage:::letters", "account": self.account},
            {"arn": self.bucket, "account": "999999999999"},
        ]:
            call, parameters = self.assume(role, source=source)
            self.denied(self.service, "sts:AssumeRole", call, resource=role, why="", **parameters)

    def test_its_keys_are_those_of_a_service_and_not_of_an_account(self) -> None:
        is_service = {
            "Bool": {"aws:PrincipalIsAWSService": "true"},
            "StringEquals": {"aws:PrincipalServiceName": self.service},
            "ForAllValues:StringEquals": {"aws:PrincipalServiceNamesList": [self.service]},
            "Null": {"aws:PrincipalAccount": "true", "aws:PrincipalArn": "true", "aws:SourceArn": "true"},
        }
        self.given(self.role(self.trust(**is_service)))
        role = self.role(self.trust(Bool={"aws:PrincipalIsAWSService": "false"}))
        call, parameters = self.assume(role)
        self.denied(self.service, "sts:AssumeRole", call, resource=role, why="", **parameters)

    def test_it_is_trusted_by_name_and_not_as_its_account_or_everybody_of_it(self) -> None:
        role = self.role(world.trust(f"arn:aws:iam::{self.account}:root"))
        call, parameters = self.assume(role)
        self.denied(self.service, "sts:AssumeRole", call, resource=role, why="", **parameters)

    def test_tags_and_a_source_identity_are_for_the_trust_policy_to_allow(self) -> None:
        more = {"Tags": [{"Key": "team", "Value": "blue"}], "SourceIdentity": "alice"}
        tagging = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
        answer = service_client(self.keys).assume_role(
            RoleArn=self.role(self.trust(tagging)), RoleSessionName="storage", **more
        )
        self.assertEqual(answer["SourceIdentity"], "alice")
        role = self.role(self.trust())
        call, parameters = self.assume(role, **more)
        self.denied(self.service, "sts:TagSession", call, resource=role, why="", **parameters)

    def test_the_source_of_who_is_no_service_counts_for_nothing(self) -> None:
        arn, keys = self.user()
        role = self.role(world.trust(arn, Condition={"ArnEquals": {"aws:SourceArn": self.bucket}}))
        call, parameters = self.assume(role, keys, {"arn": self.bucket, "account": self.account})
        self.denied(arn, "sts:AssumeRole", call, resource=role, **parameters)

    def test_a_source_that_is_none_is_refused(self) -> None:
        role = self.role(self.trust())
        for source in [
            {"arn": "photos"},
            {"account": "me"},
            {"arn": f"arn:aws:queue:us-east-1:{self.account}:jobs", "account": "999999999999"},
        ]:
            call, parameters = self.assume(role, source=source)
            message = self.refused("ValidationError", 400, call, **parameters)
            self.assertTrue(message.startswith("Invalid source: "), message)

    def test_it_may_do_nothing_else(self) -> None:
        sts, iam = world.client("sts", self.keys), world.client("iam", self.keys)
        for call in [sts.get_caller_identity, sts.get_session_token, iam.list_users, iam.get_account_summary]:
            self.refused("AccessDenied", 403, call)
        organizations = world.client("organizations", self.keys)
        self.refused("AccessDeniedException", 400, organizations.describe_organization)

    def test_a_wrong_secret_and_a_removed_service_are_refused(self) -> None:
        role = self.role(self.trust())
        call, parameters = self.assume(role, world.Keys(self.keys.access_key_id, "x" * 40))
        self.refused("SignatureDoesNotMatch", 403, call, **parameters)
        self.given(role)
        self.assertEqual(stead("remove", self.service)["removed"]["access_key_id"], self.keys.access_key_id)
        call, parameters = self.assume(role)
        self.refused("InvalidClientTokenId", 403, call, **parameters)

    def test_a_denial_is_told_to_the_account_of_the_role(self) -> None:
        role = self.role(self.trust(ArnEquals={"aws:SourceArn": self.bucket}))
        call, parameters = self.assume(role, source={"arn": "arn:aws:storage:::letters"})
        denial = self.denied(self.service, "sts:AssumeRole", call, resource=role, why="", **parameters)
        told = self.sts.decode_authorization_message(EncodedMessage=denial)["DecodedMessage"]
        context = json.loads(told)["context"]
        self.assertEqual(context["principal"]["name"], self.service)
        conditions = {item["key"].lower(): item["values"]["items"] for item in context["conditions"]["items"]}
        self.assertEqual(conditions["aws:sourcearn"], [{"value": "arn:aws:storage:::letters"}])


if __name__ == "__main__":
    unittest.main()
