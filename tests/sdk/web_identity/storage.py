"""Tests whose client speaks S3: what it was given is known by who signs."""

import case
import results
import s3
import world
from federated import DENIED, Federated, run


class Storage(Federated):
    # Of a client whose version is not pinned.
    version: str | None = None

    def proves(self, client: str, command: list, output: str, storage: s3.S3, **more: str) -> None:
        """The client gets what it asks S3 for with a session of alice's, and with
        mallory's token does not even ask. `client` is as `../clients.json` calls it."""
        role = self.web_role(self.register("app-RS256"))
        environment = self.workload(role, **more)
        self.file.write_text(self.provider.token("alice"))
        self.gets(command, environment, output, storage)
        self.file.write_text(self.provider.token("mallory"))
        self.does_not_ask(command, environment, storage)
        self.shown(client, "AssumeRoleWithWebIdentity", DENIED)

    def proves_role(self, client: str, command, output: str, storage: s3.S3, **more: str) -> None:
        """The same with a user's key in the environment and AssumeRole: `command` makes the
        command for a role's ARN."""

        def workload(role: str, keys: world.Keys) -> tuple[list, dict[str, str]]:
            own = {"AWS_ACCESS_KEY_ID": keys.access_key_id, "AWS_SECRET_ACCESS_KEY": keys.secret_access_key}
            return command(role), own

        self._proves_role(client, workload, output, storage, more)

    def proves_profile(self, client: str, command: list, output: str, storage: s3.S3, **more: str) -> None:
        """The same with a profile that names a role, and another that has the user's key."""

        def workload(role: str, keys: world.Keys) -> tuple[list, dict[str, str]]:
            (self.folder / ".aws").mkdir(exist_ok=True)
            (self.folder / ".aws/config").write_text(
                f"[profile user]\naws_access_key_id = {keys.access_key_id}\n"
                f"aws_secret_access_key = {keys.secret_access_key}\n"
                f"[profile workload]\nrole_arn = {role}\nsource_profile = user\n"
            )
            return command, {"AWS_PROFILE": "workload"}

        self._proves_role(client, workload, output, storage, more)

    def _proves_role(self, client: str, workload, output: str, storage: s3.S3, more: dict[str, str]) -> None:
        user_arn, keys = self.user(world.allow("sts:*"))
        environment = self.workload("", **more)
        for name in ["AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME"]:
            del environment[name]
        command, own = workload(self.role(world.trust(user_arn)), keys)
        self.gets(command, environment | own, output, storage)
        closed = self.role(world.trust(user_arn, Condition=case.WITH_MFA))
        command, own = workload(closed, keys)
        self.does_not_ask(command, environment | own, storage)
        self.shown(client, "AssumeRole", f"User: {user_arn} is not authorized to perform: sts:AssumeRole on resource: {closed}")

    def gets(self, command: list, environment: dict[str, str], output: str, storage: s3.S3) -> None:
        outcome = run(command, environment)
        self.assertEqual((outcome.returncode, outcome.stdout.splitlines()[-1:]), (0, [output]), outcome.stdout)
        self.signed(storage)

    def does_not_ask(self, command: list, environment: dict[str, str], storage: s3.S3) -> None:
        outcome = run(command, environment)
        self.assertNotEqual(outcome.returncode, 0, outcome.stdout)
        self.assertEqual(storage.signers, [], outcome.stdout)
        self.refusal = outcome.stdout

    def shown(self, client: str, call: str, sentence: str) -> None:
        """The client has made this call, and told of its refusal what it told."""
        told = ["denial: code"] if "AccessDenied" in self.refusal else []
        # Some break lines where they think best.
        told += ["denial: message"] if sentence in " ".join(self.refusal.split()) else []
        results.shown(client, self.version, call, "S3", *told)

    def signed(self, storage: s3.S3) -> None:
        """The storage was asked with a session of this account."""
        signers = set(storage.signers)
        storage.signers.clear()
        self.assertEqual(len(signers), 1, signers)
        (signer,) = signers
        self.assertTrue(signer.access_key_id.startswith("ASIA") and signer.session_token, signer)
        known = self.sts.get_access_key_info(AccessKeyId=signer.access_key_id)
        self.assertEqual(known["Account"], self.account)
