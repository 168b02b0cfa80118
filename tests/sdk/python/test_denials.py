"""What an id at the end of a denial tells, and to whom."""

import json
import unittest

import case
import world


class Decoding(case.Case):
    def decode(self, denial: str, keys: world.Keys | None = None) -> dict:
        answer = world.client("sts", keys).decode_authorization_message(EncodedMessage=denial)
        return json.loads(answer["DecodedMessage"])

    def test_nothing_allowed_it(self) -> None:
        arn, keys = self.user(world.allow("iam:GetUser"))
        iam = world.client("iam", keys)
        name = self.name("nobody")
        # IAM's sentences name some resources by kind and name, here as on AWS.
        denial = self.denied(arn, "iam:DeleteUser", iam.delete_user, resource=f"user {name}", UserName=name)
        document = self.decode(denial)
        resource = f"arn:aws:iam::{self.account}:user/{name}"
        self.assertIs(document["allowed"], False)
        self.assertIs(document["explicitDeny"], False)
        self.assertEqual(document["matchedStatements"], {"items": []})
        self.assertEqual(document["context"]["principal"]["arn"], arn)
        self.assertEqual(document["context"]["action"], "iam:DeleteUser")
        self.assertEqual(document["context"]["resource"], resource)
        self.assertIn("items", document["context"]["conditions"])

    def test_a_statement_denied_it(self) -> None:
        arn, keys = self.user(world.allow("*"), world.deny("iam:ListUsers", Sid="NoLooking"))
        denial = self.denied(arn, "iam:ListUsers", world.client("iam", keys).list_users)
        document = self.decode(denial)
        self.assertIs(document["explicitDeny"], True)
        self.assertIn("NoLooking", json.dumps(document["matchedStatements"]))

    def test_a_trust_policy_did_not_name_the_caller(self) -> None:
        arn, keys = self.user(world.allow("sts:*"))
        other_arn, _ = self.user()
        role_arn = self.role(world.trust(other_arn))
        call = world.client("sts", keys).assume_role
        parameters = {"RoleArn": role_arn, "RoleSessionName": "my-session"}
        denial = self.denied(arn, "sts:AssumeRole", call, resource=role_arn, **parameters)
        for reader in [None, keys]:
            document = self.decode(denial, reader)
            self.assertIs(document["allowed"], False)
            self.assertEqual(document["context"]["action"], "sts:AssumeRole")
            self.assertEqual(document["context"]["resource"], role_arn)

    def test_reading_needs_a_permission(self) -> None:
        arn, keys = self.user()
        denial = self.denied(arn, "iam:ListUsers", world.client("iam", keys).list_users)
        decode = world.client("sts", keys).decode_authorization_message
        self.denied(arn, "sts:DecodeAuthorizationMessage", decode, EncodedMessage=denial)

    def test_unknown_and_foreign_ids_answer_alike(self) -> None:
        arn, keys = self.user()
        denial = self.denied(arn, "iam:ListUsers", world.client("iam", keys).list_users)
        _, other_root = self.other_account()
        foreign = world.refusal(
            world.client("sts", other_root).decode_authorization_message, EncodedMessage=denial
        )
        unknown_id = denial[:-6] + ("AAAAAA" if not denial.endswith("AAAAAA") else "BBBBBB")
        unknown = world.refusal(self.sts.decode_authorization_message, EncodedMessage=unknown_id)
        self.assertEqual(foreign, unknown)
        self.assertEqual(unknown[:2], ("InvalidAuthorizationMessageException", 400), unknown)


if __name__ == "__main__":
    unittest.main()
