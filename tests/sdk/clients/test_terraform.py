"""Terraform's own S3 backend: who it is, a role by a key, a role by an ID token."""

import json
import shutil
import subprocess

import case
import s3
import world
from federated import DENIED, run
from steps import HERE
from storage import Storage


class Terraform(Storage):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        command = ["terraform", "version", "-json"]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        cls.version = json.loads(told)["terraform_version"]

    def setUp(self) -> None:
        super().setUp()
        self.storage = self.enter(s3.serving())
        shutil.copy(HERE / "terraform/main.tf", self.folder)

    def test_terraform_by_a_role(self) -> None:
        user_arn, keys = self.user(world.allow("sts:*"))
        environment = self._environment() | {
            "AWS_ACCESS_KEY_ID": keys.access_key_id,
            "AWS_SECRET_ACCESS_KEY": keys.secret_access_key,
        }
        self._applies(environment, "assume_role", role_arn=self.role(world.trust(user_arn)))
        closed = self.role(world.trust(user_arn, Condition=case.WITH_MFA))
        self._is_refused(environment, "assume_role", role_arn=closed)
        self.shown("terraform", "AssumeRole", f"User: {user_arn} is not authorized to perform: sts:AssumeRole on resource: {closed}")

    def test_terraform_by_a_token(self) -> None:
        request = {"role_arn": self.web_role(self.register("app-RS256")), "web_identity_token_file": str(self.file)}
        self.file.write_text(self.provider.token("alice"))
        self._applies(self._environment(), "assume_role_with_web_identity", **request)
        self.file.write_text(self.provider.token("mallory"))
        self._is_refused(self._environment(), "assume_role_with_web_identity", **request)
        self.shown("terraform", "AssumeRoleWithWebIdentity", DENIED)

    def _environment(self) -> dict[str, str]:
        environment = self.workload("", CHECKPOINT_DISABLE="1", TF_IN_AUTOMATION="1", TF_CLI_ARGS="-no-color")
        for name in [name for name in environment if name.startswith("AWS_")]:
            del environment[name]
        return environment

    def _applies(self, environment: dict[str, str], way: str, **request: str) -> None:
        outcome = self._init(environment, way, request)
        self.assertEqual(outcome.returncode, 0, outcome.stdout)
        self.signed(self.storage)
        outcome = run([*self._terraform("apply"), "-auto-approve", "-input=false"], environment)
        self.assertEqual(outcome.returncode, 0, outcome.stdout)
        state = json.loads(self.storage.objects["/bucket/state"])
        self.assertEqual(state["resources"][0]["instances"][0]["attributes"]["input"]["value"], "kept")
        self.signed(self.storage)

    def _is_refused(self, environment: dict[str, str], way: str, **request: str) -> None:
        outcome = self._init(environment, way, request)
        self.assertNotEqual(outcome.returncode, 0, outcome.stdout)
        self.assertEqual(self.storage.signers, [], outcome.stdout)
        self.refusal = outcome.stdout.replace("│", "")

    def _init(self, environment: dict[str, str], way: str, request: dict[str, str]) -> subprocess.CompletedProcess:
        shutil.rmtree(self.folder / ".terraform", ignore_errors=True)
        endpoints = {"s3": self.storage.url, "sts": self.endpoint, "iam": self.endpoint}
        settings = {"endpoints": endpoints, way: {**request, "session_name": "workload"}}
        # The values of JSON are those of Terraform, too.
        lines = [f"{name} = {json.dumps(value)}\n" for name, value in settings.items()]
        (self.folder / "backend.tfbackend").write_text("".join(lines))
        return run([*self._terraform("init"), "-input=false", "-backend-config=backend.tfbackend"], environment)

    def _terraform(self, command: str) -> list[str]:
        return ["terraform", f"-chdir={self.folder}", command]
