"""The credential helpers, as AWS's own clients use them."""

import contextlib
import json
import os
import pathlib
import shlex
import stat
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.request

import botocore.session

import case
import clock
import server
import world
from issuer import Issuer, Key
from web_identity import certificates

STEAD = os.environ["STEAD_BINARY"]
NODE_WHOAMI = pathlib.Path(__file__).resolve().parent.parent / "javascript/whoami_v3.js"

# What the tests of this file are themselves, which a helper must not be given.
OURS = [name for name in os.environ if name.startswith("AWS_")]


class Helpers(case.Case):
    """A role that a user with a key may assume, and one for an issuer's tokens."""

    def setUp(self) -> None:
        super().setUp()
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="stead-helpers-")))
        self.endpoint = os.environ["STEAD_ENDPOINT"]
        alice, self.keys = self.user()
        self.reader = self.role(world.trust(alice))
        (self.folder / "credentials").write_text(
            f"[alice]\naws_access_key_id = {self.keys.access_key_id}\n"
            f"aws_secret_access_key = {self.keys.secret_access_key}\n"
        )
        self.issuer = Issuer(Key.p256("first"))
        self.addCleanup(self.issuer.close)
        made = self.iam.create_open_id_connect_provider(Url=self.issuer.url, ClientIDList=["app"])
        bare = made["OpenIDConnectProviderArn"].split(":oidc-provider/")[1]
        statement = {
            "Effect": "Allow",
            "Principal": {"Federated": made["OpenIDConnectProviderArn"]},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": {f"{bare}:sub": "alice", f"{bare}:aud": "app"}},
        }
        self.web = self.role(statement)
        self.new_token()

    def new_token(self) -> None:
        (self.folder / "token").write_text(self.issuer.token() + "\n")

    def profile(self, *command: str) -> None:
        """A profile `helped` whose credentials come from a command."""
        (self.folder / "config").write_text(
            "[profile helped]\nregion = us-east-1\n"
            f"endpoint_url = {self.endpoint}\ncredential_process = {shlex.join(command)}\n"
        )

    def environment(self, **more: str) -> dict[str, str]:
        """That of somebody who has these profiles and nothing else."""
        kept = {name: value for name, value in os.environ.items() if name not in OURS}
        return kept | {
            "AWS_CONFIG_FILE": str(self.folder / "config"),
            "AWS_SHARED_CREDENTIALS_FILE": str(self.folder / "credentials"),
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            **more,
        }

    @contextlib.contextmanager
    def as_somebody(self, **more: str):
        """This process with such an environment. Variables of the clock are not touched:
        it stops for a process that takes them away, if only for a moment."""
        kept, wanted = dict(os.environ), self.environment(**more)
        try:
            replace_environment(wanted)
            yield
        finally:
            replace_environment(kept)

    def who(self, session: botocore.session.Session) -> str:
        return session.create_client("sts").get_caller_identity()["Arn"]

    def arn(self, role: str, name: str = "stead") -> str:
        return f"arn:aws:sts::{self.account}:assumed-role/{role.split('/')[-1]}/{name}"

    def web_identity(self, *more: str) -> list[str]:
        command = [STEAD, "credentials", "web-identity", "--endpoint-url", self.endpoint]
        return [*command, "--role-arn", self.web, "--token-file", str(self.folder / "token"), *more]

    def run_stead(self, *arguments: str, **more: str) -> subprocess.CompletedProcess:
        environment = self.environment(**more)
        return subprocess.run([STEAD, *arguments], env=environment, capture_output=True, text=True)

    @contextlib.contextmanager
    def served(self, *arguments: str):
        """`stead credentials serve`: the variables that it prints."""
        lines = self.folder / "exports"
        ready = self.folder / "ready"
        command = [STEAD, "credentials", "serve", "--role-arn", self.web, "--endpoint-url", self.endpoint]
        command += ["--web-identity-token-file", str(self.folder / "token")]
        command += ["--env-file", str(lines), "--ready-file", str(ready), *arguments]
        process = subprocess.Popen(command, env=self.environment(), stderr=subprocess.PIPE)
        try:
            server.await_ready(process, ready)
            exports = (line.removeprefix("export ").split("=", 1) for line in lines.read_text().splitlines())
            yield dict(exports)
            process.terminate()
            self.assertEqual(server.await_end(process), 0)
        finally:
            process.kill()
            process.communicate()


def replace_environment(wanted: dict[str, str]) -> None:
    for name in set(os.environ) - set(wanted):
        del os.environ[name]
    for name, value in wanted.items():
        if os.environ.get(name) != value:
            os.environ[name] = value


class CredentialProcess(Helpers):
    def test_a_profile_has_the_credentials_of_a_token(self) -> None:
        self.profile(*self.web_identity())
        with self.as_somebody(AWS_PROFILE="helped"):
            self.assertEqual(self.who(botocore.session.Session()), self.arn(self.web))

    def test_a_profile_has_the_credentials_of_another(self) -> None:
        command = [STEAD, "credentials", "role", "--profile", "alice", "--endpoint-url", self.endpoint]
        self.profile(*command, "--role-arn", self.reader, "--role-session-name", "reading")
        with self.as_somebody(AWS_PROFILE="helped"):
            self.assertEqual(self.who(botocore.session.Session()), self.arn(self.reader, "reading"))

    def test_one_call_serves_many_processes_until_shortly_before_the_end(self) -> None:
        self.profile(*self.web_identity())
        asked = lambda: json.loads(self.run_stead(*self.web_identity()[1:]).stdout)["AccessKeyId"]
        first = asked()
        self.issuer.close()
        self.assertEqual([asked() for _ in range(3)], [first] * 3)
        with self.as_somebody(AWS_PROFILE="helped"):
            credentials = botocore.session.Session().get_credentials()
            self.assertEqual(credentials.get_frozen_credentials().access_key, first)
        files = list((self.folder / "cache/stead/credentials").glob("*.json"))
        self.assertEqual([stat.S_IMODE(file.stat().st_mode) for file in files], [0o600])
        clock.advance(3600 - 310)
        self.new_token()
        self.assertEqual(asked(), first)
        clock.advance(20)
        second = asked()
        self.assertNotEqual(second, first)
        self.assertEqual(asked(), second)

    def test_a_session_that_still_works_bridges_an_outage(self) -> None:
        first = json.loads(self.run_stead(*self.web_identity()[1:]).stdout)["AccessKeyId"]
        clock.advance(3600 - 100)
        # The token of then has expired, and nobody has written another.
        answer = self.run_stead(*self.web_identity()[1:])
        self.assertEqual(json.loads(answer.stdout)["AccessKeyId"], first)
        self.assertTrue(answer.stderr.startswith("warning: ExpiredTokenException: Token expired"), answer.stderr)
        clock.advance(100)
        answer = self.run_stead(*self.web_identity()[1:])
        self.assertEqual((answer.returncode, answer.stdout), (1, ""))
        self.assertIn("help: `stead token inspect @", answer.stderr)

    def test_a_client_renews_by_itself(self) -> None:
        self.profile(*self.web_identity())
        with self.as_somebody(AWS_PROFILE="helped"):
            session = botocore.session.Session()
            client = session.create_client("sts")
            client.get_caller_identity()
            first = session.get_credentials().get_frozen_credentials().access_key
            clock.advance(3500)
            self.new_token()
            client.get_caller_identity()
            self.assertNotEqual(session.get_credentials().get_frozen_credentials().access_key, first)

    def test_a_denial_is_told_and_holds_no_token(self) -> None:
        (self.folder / "token").write_text(self.issuer.token(sub="mallory"))
        answer = self.run_stead(*self.web_identity()[1:])
        self.assertEqual((answer.returncode, answer.stdout), (3, ""))
        self.assertIn("AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity", answer.stderr)
        token = (self.folder / "token").read_text()
        self.assertNotIn(token.split(".")[2], answer.stderr)

    def test_the_sdk_for_javascript_reads_it_too(self) -> None:
        self.profile(*self.web_identity())
        environment = self.environment(AWS_PROFILE="helped", AWS_SDK_LOAD_CONFIG="1")
        command = ["node", str(NODE_WHOAMI), "chain"]
        answer = subprocess.run(command, env=environment, capture_output=True, text=True)
        self.assertEqual(answer.stdout.strip(), self.arn(self.web), answer.stderr)


class OverTls(Helpers):
    def test_a_server_is_believed_by_the_authority_that_is_named(self) -> None:
        files = certificates.make(self.folder, "127.0.0.1")
        ask = ["credentials", "role", "--no-cache", "--role-arn", f"arn:aws:iam::{self.account}:role/any"]
        with server.another("--tls-cert", str(files.certificate), "--tls-key", str(files.key)) as variables:
            unknown = self.run_stead(*ask, **variables)
            self.assertEqual((unknown.returncode, unknown.stdout), (1, ""))
            self.assertIn("help: name the file of the authority", unknown.stderr)
            # Keys and endpoint of the profile; that root may not do this is said by STS.
            for known in [
                self.run_stead(*ask, "--ca-file", str(files.authority), **variables),
                self.run_stead(*ask, AWS_CA_BUNDLE=str(files.authority), **variables),
            ]:
                self.assertEqual((known.returncode, known.stdout), (3, ""), known.stderr)
                self.assertIn("Roles may not be assumed by root accounts", known.stderr)
            none = self.run_stead(*ask, "--ca-file", str(files.key), **variables)
            self.assertEqual(none.returncode, 1)
            self.assertIn("there is no certificate in it", none.stderr)


class Served(Helpers):
    def client_environment(self, exports: dict[str, str]) -> dict[str, str]:
        common = {"AWS_ENDPOINT_URL": self.endpoint, "AWS_DEFAULT_REGION": "us-east-1"}
        return exports | common | {"AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_CONFIG_FILE": "/dev/null"}

    def test_a_container_gets_credentials_and_renews_them(self) -> None:
        with self.served() as exports, self.as_somebody(**self.client_environment(exports)):
            session = botocore.session.Session()
            credentials = session.get_credentials()
            self.assertEqual(credentials.method, "container-role")
            self.assertEqual(self.who(session), self.arn(self.web))
            first = credentials.get_frozen_credentials().access_key
            clock.advance(3600 - 100)
            self.new_token()
            self.assertEqual(self.who(session), self.arn(self.web))
            self.assertNotEqual(credentials.get_frozen_credentials().access_key, first)

    def test_the_old_session_is_given_out_while_a_new_one_is_not_to_be_had(self) -> None:
        with self.served() as exports:
            first = self.container(exports)["AccessKeyId"]
            clock.advance(3600 - 100)
            # The token has expired.
            self.assertEqual(self.container(exports)["AccessKeyId"], first)
            clock.advance(100)
            with self.assertRaises(urllib.error.HTTPError) as refused:
                self.container(exports)
            self.assertEqual(refused.exception.code, 503)
            self.new_token()
            clock.advance(3)
            self.assertNotEqual(self.container(exports)["AccessKeyId"], first)

    def test_without_the_right_token_nothing_is_given(self) -> None:
        with self.served() as exports:
            self.assertNotIn("AWS_EC2_METADATA_SERVICE_ENDPOINT", exports)
            for token in ["", "wrong", f"Bearer {exports['AWS_CONTAINER_AUTHORIZATION_TOKEN']}"]:
                with self.assertRaises(urllib.error.HTTPError) as refused:
                    self.container(exports | {"AWS_CONTAINER_AUTHORIZATION_TOKEN": token})
                self.assertEqual(refused.exception.code, 401)
            mode = (self.folder / "exports").stat().st_mode
            self.assertEqual(stat.S_IMODE(mode), 0o600)

    def test_the_metadata_service_of_an_instance(self) -> None:
        with self.served("--imds") as exports:
            only = {name: value for name, value in exports.items() if "METADATA" in name}
            with self.as_somebody(**self.client_environment(only)):
                session = botocore.session.Session()
                credentials = session.get_credentials()
                self.assertEqual(credentials.method, "iam-role")
                self.assertEqual(self.who(session), self.arn(self.web))
                first = credentials.get_frozen_credentials().access_key
                clock.advance(3600 - 100)
                self.new_token()
                self.who(session)
                self.assertNotEqual(credentials.get_frozen_credentials().access_key, first)
            # Version 1, which asks without a token.
            base = exports["AWS_EC2_METADATA_SERVICE_ENDPOINT"]
            with self.assertRaises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(f"{base}/latest/meta-data/iam/security-credentials/")
            self.assertEqual(refused.exception.code, 401)

    def container(self, exports: dict[str, str]) -> dict:
        token = {"Authorization": exports["AWS_CONTAINER_AUTHORIZATION_TOKEN"]}
        request = urllib.request.Request(exports["AWS_CONTAINER_CREDENTIALS_FULL_URI"], headers=token)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)


class Exec(Helpers):
    WHO = ["aws", "sts", "get-caller-identity", "--query", "Arn", "--output", "text"]

    def arguments(self, *more: str) -> list[str]:
        named = ["--role-arn", self.web, "--web-identity-token-file", str(self.folder / "token")]
        return ["exec", *named, "--endpoint-url", self.endpoint, *more, "--"]

    def test_the_aws_cli_is_the_role(self) -> None:
        answer = self.run_stead(*self.arguments(), *self.WHO, AWS_PROFILE="alice")
        self.assertEqual(answer.stdout.strip(), self.arn(self.web), answer.stderr)
        answer = self.run_stead(*self.arguments(), "aws", "iam", "list-users")
        self.assertNotEqual(answer.returncode, 0)
        self.assertIn("AccessDenied", answer.stderr)

    def test_a_long_command_keeps_its_credentials(self) -> None:
        answer = self.run_stead(*self.arguments("--serve"), *self.WHO)
        self.assertEqual(answer.stdout.strip(), self.arn(self.web), answer.stderr)
        # An hour passes between two calls of one command.
        script = self.folder / "long.py"
        script.write_text(
            "import botocore.session, clock\n"
            "session = botocore.session.Session()\n"
            "client = session.create_client('sts')\n"
            "print(client.get_caller_identity()['Arn'])\n"
            "clock.advance(4000)\n"
            f"import shutil; shutil.copy({str(self.folder / 'next')!r}, {str(self.folder / 'token')!r})\n"
            "print(client.get_caller_identity()['Arn'])\n"
        )
        now = int(time.time())
        (self.folder / "next").write_text(self.issuer.token(iat=now + 4000, exp=now + 4300))
        answer = self.run_stead(*self.arguments("--serve"), os.environ["STEAD_PYTHON"], str(script))
        self.assertEqual(answer.stdout.split(), [self.arn(self.web)] * 2, answer.stderr)


if __name__ == "__main__":
    unittest.main()
