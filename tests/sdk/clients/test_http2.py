"""HTTP/2, by clients that speak it: curl, which signs by itself, and Node, with many questions
on one connection.
"""

import json
import os
import pathlib
import re
import subprocess

import boto3

import case
import results
import server
import world
from federated import run
from steps import HERE

QUESTIONS = 60

IDENTITY = "Action=GetCallerIdentity&Version=2011-06-15"


class Http2(case.Case):
    def serve(self, *flags: str) -> None:
        variables = self.enterContext(server.another(*flags))
        self.enterContext(world.environment(variables))
        super().setUp()
        self.url = os.environ["STEAD_ENDPOINT"]
        self.user_arn, self.keys = self.user(world.allow("sts:*"))

    def curl(self, form: str, *options: str, keys: world.Keys | None = None) -> tuple[str, int, str]:
        """The version of HTTP, the status and the body of a call that curl has signed."""
        command = ["curl", "--silent", "--show-error", "--config", "-", "--data", form]
        command += ["--write-out", "\n%{http_version} %{http_code}", *options, f"{self.url}/"]
        # The secret is not for the list of processes.
        keys = keys or self.keys
        config = f'user = "{keys.access_key_id}:{keys.secret_access_key}"\naws-sigv4 = "aws:amz:us-east-1:sts"\n'
        if keys.session_token:
            config += f'header = "X-Amz-Security-Token: {keys.session_token}"\n'
        outcome = subprocess.run(command, input=config, capture_output=True, text=True)
        self.assertEqual(outcome.returncode, 0, outcome.stderr)
        body, _, last = outcome.stdout.rpartition("\n")
        version, status = last.split()
        return version, int(status), body


class Plain(Http2):
    def test_without_tls_it_stays_with_http_1(self) -> None:
        # Choice: HTTP/2 is spoken where TLS negotiates it.
        self.serve()
        version, status, body = self.curl(IDENTITY, "--http2")
        self.assertEqual((version, status, f"<Arn>{self.user_arn}</Arn>" in body), ("1.1", 200, True), body)


class Secure(Http2):
    def setUp(self) -> None:
        self.serve("--tls")
        self.authority = str(pathlib.Path(os.environ["AWS_CONFIG_FILE"]).with_name("ca.pem"))

    def test_curl(self) -> None:
        status, body = self.ask(IDENTITY)
        self.assertEqual((status, f"<Arn>{self.user_arn}</Arn>" in body), (200, True), body)
        role = self.role(world.trust(self.user_arn))
        request = f"Action=AssumeRole&Version=2011-06-15&RoleSessionName=play&RoleArn={role}"
        status, body = self.ask(request)
        self.assertEqual(status, 200, body)
        names = ["AccessKeyId", "SecretAccessKey", "SessionToken"]
        session = world.Keys(*[re.search(f"<{name}>([^<]+)</{name}>", body).group(1) for name in names])
        status, body = self.ask(IDENTITY, session)
        self.assertEqual((status, "assumed-role" in body), (200, True), body)
        closed = self.role(world.trust(self.user_arn, Condition=case.WITH_MFA))
        status, body = self.ask(request.replace(role, closed))
        self.assertEqual((status, "<Code>AccessDenied</Code>" in body), (403, True), body)
        self.assertIn(f"User: {self.user_arn} is not authorized to perform: sts:AssumeRole", body)
        told = subprocess.run(["curl", "--version"], capture_output=True, text=True, check=True).stdout
        version = re.match(r"curl (\S+)", told).group(1)
        results.shown("curl", version, "GetCallerIdentity", "AssumeRole", "denial: code", "denial: message")

    def test_many_questions_on_one_connection(self) -> None:
        outcome = self.node([self.presigned() for _ in range(QUESTIONS)])
        self.assertEqual(outcome.returncode, 0, outcome.stdout)
        *answers, last = [json.loads(line) for line in outcome.stdout.splitlines()]
        self.assertEqual(last["protocol"], "h2")
        # More than it takes at once.
        self.assertLess(last["maxConcurrentStreams"], QUESTIONS)
        self.assertEqual(len(answers), QUESTIONS)
        for answer in answers:
            self.assertEqual(answer["status"], 200, answer)
            self.assertIn(f"<Arn>{self.user_arn}</Arn>", answer["body"])

    def test_a_question_signed_for_another_host_is_refused(self) -> None:
        # The host is the authority of the request; a signature covers it.
        other = self.presigned("http://sts.example.com")
        outcome = self.node([self.presigned(), other])
        right, wrong, _ = [json.loads(line) for line in outcome.stdout.splitlines()]
        self.assertEqual(right["status"], 200, right)
        self.assertEqual(wrong["status"], 403, wrong)
        self.assertIn("<Code>SignatureDoesNotMatch</Code>", wrong["body"])

    def ask(self, form: str, keys: world.Keys | None = None) -> tuple[int, str]:
        version, status, body = self.curl(form, "--cacert", self.authority, keys=keys)
        self.assertEqual(version, "2")
        return status, body

    def presigned(self, url: str | None = None) -> str:
        keys = {"aws_access_key_id": self.keys.access_key_id, "aws_secret_access_key": self.keys.secret_access_key}
        sts = boto3.client("sts", endpoint_url=url or self.url, **keys)
        return sts.generate_presigned_url("get_caller_identity", HttpMethod="GET")

    def node(self, urls: list[str]) -> subprocess.CompletedProcess:
        file = pathlib.Path(os.environ["HOME"]) / self.name("urls")
        file.write_text("\n".join(urls))
        # Nothing here moves the clock.
        environment = os.environ | {"LD_PRELOAD": "", "NODE_EXTRA_CA_CERTS": self.authority}
        return run(["sh", "-c", f'exec node "{HERE / "http2/many.mjs"}" "{self.url}" < "{file}"'], environment)
