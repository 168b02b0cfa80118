"""Tokens of real providers: every algorithm, and tokens that name no key."""

import unittest

import boto3
import botocore
import botocore.config

from federated import DENIED, Federated
from identity_providers import certified, mock

UNSIGNED = botocore.config.Config(signature_version=botocore.UNSIGNED, retries={"total_max_attempts": 1})


class Providers(Federated):
    def assume(self, role: str, token: str) -> dict:
        return boto3.client("sts", config=UNSIGNED).assume_role_with_web_identity(
            RoleArn=role, RoleSessionName="workload", WebIdentityToken=token
        )

    def test_every_algorithm_of_a_certified_provider(self) -> None:
        arn = self.register(*[f"app-{algorithm}" for algorithm in certified.ALGORITHMS])
        role = self.web_role(arn)
        for algorithm in certified.ALGORITHMS:
            with self.subTest(algorithm):
                answer = self.assume(role, self.provider.token("alice", algorithm))
                self.assertEqual(answer["Audience"], f"app-{algorithm}")
                self.assertEqual(answer["AssumedRoleUser"]["Arn"], self.session_arn(role))
                mallory = self.provider.token("mallory", algorithm)
                self.assertTrue(self.refused("AccessDenied", 403, self.assume, role, mallory).startswith(DENIED))

    def test_algorithms_that_are_not_awss_are_off_unless_switched_on(self) -> None:
        other = self.enter(certified.provider())
        role = self.web_role(self.register("app-ES256", "app-PS256", "app-EdDSA", url=other.url))
        self.assume(role, other.token("alice", "ES256"))
        for algorithm in ["PS256", "EdDSA"]:
            token = other.token("alice", algorithm)
            message = self.refused("InvalidIdentityToken", 400, self.assume, role, token)
            self.assertTrue(message.startswith("The web identity token provided could not be validated."), message)

    def test_a_token_that_names_no_key(self) -> None:
        other = self.enter(mock.provider())
        role = self.web_role(self.register("app", url=other.url))
        answer = self.assume(role, other.token("alice"))
        self.assertEqual(answer["SubjectFromWebIdentityToken"], "alice")
        self.refused("AccessDenied", 403, self.assume, role, other.token("mallory"))
        self.refused("InvalidIdentityToken", 400, self.assume, role, other.token("alice", "another-app"))


if __name__ == "__main__":
    unittest.main()
