"""Programs that live longer than their sessions, and than their provider's keys.

The clock moves here, and with it that of provider, server and clients.
"""

import os
import subprocess
import unittest

import boto3
import botocore
import botocore.config

import clock
from federated import SDK, Federated, run

UNSIGNED = botocore.config.Config(signature_version=botocore.UNSIGNED, retries={"total_max_attempts": 1})

MINUTE = 60


class LongLived(Federated):
    id_token_seconds = 10 * MINUTE

    def lives(self, command: list, hours: int) -> list[str]:
        """Asks a program every five minutes who it is, while its token file is
        replaced each time; gives the access keys it has used."""
        role = self.web_role(self.register("app-RS256"))
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        keys = []
        self.file.write_text(self.provider.token("alice"))
        with subprocess.Popen(command, env=self.workload(role), text=True, bufsize=1, **pipes) as program:
            for minute in range(0, hours * 60, 5):
                program.stdin.write(f"minute {minute}\n")
                program.stdin.flush()
                arn, _, key = program.stdout.readline().strip().rpartition(" ")
                self.assertEqual(arn, self.session_arn(role), f"minute {minute}: {key}")
                keys += [key] if key not in keys else []
                clock.advance(5 * MINUTE)
                self.renew()
            program.stdin.close()
        return keys

    def renew(self) -> None:
        """Another token, put in place as Kubernetes does it."""
        next = self.file.with_suffix(".next")
        next.write_text(self.provider.token("alice"))
        next.replace(self.file)

    def test_boto3_renews_its_session_before_it_expires(self) -> None:
        keys = self.lives([os.environ["STEAD_PYTHON"], str(SDK / "python/long_lived.py")], 4)
        # Of an hour each, renewed a quarter of an hour ahead.
        self.assertGreaterEqual(len(keys), 4, keys)

    def test_javascript_v3_renews_a_session_of_a_quarter_of_an_hour(self) -> None:
        keys = self.lives(["node", str(SDK / "javascript/long_lived_v3.js")], 2)
        self.assertGreaterEqual(len(keys), 8, keys)

    def test_the_aws_cli_renews_what_it_keeps_on_disk(self) -> None:
        role = self.web_role(self.register("app-RS256"))
        command = ["aws", "sts", "get-caller-identity", "--query", "Arn", "--output", "text"]
        self.file.write_text(self.provider.token("alice"))
        for _ in range(4):
            outcome = run(command, self.workload(role))
            self.assertEqual(outcome.stdout.strip(), self.session_arn(role))
            clock.advance(25 * MINUTE)
            self.renew()


class Keys(Federated):
    id_token_seconds = 6 * 60 * MINUTE
    settings = 'issuer_outage_max = "2h"\n'

    def assume(self, role: str, token: str) -> dict:
        return boto3.client("sts", config=UNSIGNED).assume_role_with_web_identity(
            RoleArn=role, RoleSessionName="workload", WebIdentityToken=token
        )

    def test_new_keys_are_found_without_a_failed_call(self) -> None:
        role = self.web_role(self.register("app-RS256"))
        for _ in range(5):
            for _ in range(3):
                self.assume(role, self.provider.token("alice"))
            clock.advance(MINUTE)
            self.provider.rotate()

    def test_an_outage_is_survived_for_as_long_as_is_set(self) -> None:
        role = self.web_role(self.register("app-RS256"))
        # Of its own keys, at an age that is known.
        clock.advance(MINUTE)
        self.provider.rotate()
        token = self.provider.token("alice")
        self.assume(role, token)
        self.provider.stop()
        try:
            for _ in range(3):
                clock.advance(35 * MINUTE)
                self.assume(role, token)
            clock.advance(16 * MINUTE)
            # Not that it is denied: nothing is known of it any more.
            self.refused("IDPCommunicationError", 400, self.assume, role, token)
        finally:
            self.provider.start()
        clock.advance(MINUTE)
        self.assume(role, token)


if __name__ == "__main__":
    unittest.main()
