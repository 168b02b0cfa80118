"""ID tokens of a certified provider become credentials in every client.

Nothing here moves the clock: rclone is written in Go and has its own.
"""

import os
import pathlib
import unittest

import results
import s3
from federated import DENIED, SDK, Federated, run
from storage import Storage

PYTHON = os.environ["STEAD_PYTHON"]
RUST = pathlib.Path(os.environ["STEAD_RUST"])

WHOAMI = ["aws", "sts", "get-caller-identity", "--query", "Arn", "--output", "text"]


class Clients(Federated):
    def proves(self, client: str, command: list, **more: str) -> None:
        """The client is let in by alice's token and not by mallory's."""
        role = self.web_role(self.register("app-RS256"))
        environment = self.workload(role, **more)
        self.file.write_text(self.provider.token("alice"))
        outcome = run(command, environment)
        self.assertEqual((outcome.returncode, outcome.stdout.strip()), (0, self.session_arn(role)), outcome.stdout)
        self.file.write_text(self.provider.token("mallory"))
        # The CLI keeps credentials for the next call.
        for kept in self.folder.glob(".aws/cli/cache/*.json"):
            kept.unlink()
        outcome = run(command, environment)
        self.assertNotEqual(outcome.returncode, 0, outcome.stdout)
        self.assertIn(DENIED, outcome.stdout)
        results.shown(client, None, "AssumeRoleWithWebIdentity")

    def test_aws_cli_by_its_environment(self) -> None:
        self.proves("aws-cli", WHOAMI)

    def test_aws_cli_by_a_profile(self) -> None:
        role = self.web_role(self.register("app-RS256"))
        (self.folder / ".aws").mkdir()
        (self.folder / ".aws/config").write_text(
            f"[profile workload]\nregion = us-east-1\nservices = stead\n"
            f"role_arn = {role}\nrole_session_name = workload\nweb_identity_token_file = {self.file}\n"
            f"[services stead]\nsts =\n  endpoint_url = {self.endpoint}\n"
        )
        environment = self.workload(role, AWS_PROFILE="workload")
        for name in ["AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME", "AWS_ENDPOINT_URL_STS"]:
            del environment[name]
        self.file.write_text(self.provider.token("mallory"))
        outcome = run(WHOAMI, environment)
        self.assertIn(DENIED, outcome.stdout)
        self.file.write_text(self.provider.token("alice"))
        outcome = run(WHOAMI, environment)
        self.assertEqual(outcome.stdout.strip(), self.session_arn(role))

    def test_boto3_by_its_default_chain(self) -> None:
        self.proves("boto3", [PYTHON, SDK / "python/whoami.py"])

    def test_javascript_v3_by_its_default_chain(self) -> None:
        self.proves("javascript-v3", ["node", SDK / "javascript/whoami_v3.js", "chain"])

    def test_javascript_v3_by_fromtokenfile(self) -> None:
        self.proves("javascript-v3", ["node", SDK / "javascript/whoami_v3.js", "fromTokenFile"])

    def test_javascript_v2_by_webidentitycredentials(self) -> None:
        self.proves("javascript-v2", ["node", SDK / "javascript/whoami_v2.js", "WebIdentityCredentials"])

    def test_javascript_v2_by_tokenfilewebidentitycredentials(self) -> None:
        self.proves("javascript-v2", ["node", SDK / "javascript/whoami_v2.js", "TokenFileWebIdentityCredentials"])

    def test_rust_by_its_default_chain(self) -> None:
        self.proves("rust", [RUST / "whoami"])


class Rclone(Storage):
    def test_rclone(self) -> None:
        storage = self.enter(s3.serving())
        command = ["rclone", "lsf", ":s3:bucket", "--s3-provider=Other", "--s3-env-auth", "--s3-region=us-east-1", "--config="]
        command += [f"--s3-endpoint={storage.url}", "--retries=1", "--low-level-retries=1"]
        self.proves("rclone", command, "object", storage)
        self.assertIn(DENIED, self.refusal)


if __name__ == "__main__":
    unittest.main()
