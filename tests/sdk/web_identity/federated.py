"""What the tests of web identity share: a certified provider, a server that is
configured for it, a role, and workloads that know nothing but a token file."""

import contextlib
import os
import pathlib
import subprocess
import tempfile

import case
import server
import world
from identity_providers import certified

HERE = pathlib.Path(__file__).resolve().parent
SDK = HERE.parent

CLIENT_SECONDS_MAX = 60

DENIED = "Not authorized to perform sts:AssumeRoleWithWebIdentity"

# Choice of Stead's: these are switched on for each issuer.
EXTRA_ALGORITHMS = ["PS256", "PS384", "PS512", "EdDSA"]

# Of the environment of the tests, what a workload may see.
KEPT = ["PATH", "LANG", "TZ", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE", *server.CLOCK]
KEPT += ["AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE", "AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"]


class Federated(case.Case):
    """A test with a certified provider that a server of its own knows."""

    id_token_seconds = 3600
    # Of the server.
    listen = "127.0.0.1:0"
    flags: list[str] = []
    settings = ""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        stack = contextlib.ExitStack()
        cls.addClassCleanup(stack.close)
        cls.provider = stack.enter_context(certified.provider(cls.id_token_seconds))
        algorithms = f'[issuer."{cls.provider.url}"]\nalgorithms = {EXTRA_ALGORITHMS}\n'
        variables = stack.enter_context(
            server.another(*cls.flags, configuration=cls.settings + algorithms, listen=cls.listen)
        )
        stack.enter_context(world.environment(variables))
        cls.endpoint = variables["STEAD_ENDPOINT"]

    def setUp(self) -> None:
        super().setUp()
        self.folder = pathlib.Path(self.enter(tempfile.TemporaryDirectory(prefix="stead-sdk-workload-")))
        self.file = self.folder / "token"

    def enter(self, context):
        """What a context manager gives, until the test ends."""
        value = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return value

    def register(self, *client_ids: str, url: str | None = None) -> str:
        """Registers an issuer, unless it is already; its ARN."""
        url = url or self.provider.url
        arn = f"arn:aws:iam::{self.account}:oidc-provider/{url.split('://')[1]}"
        known = self.iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
        if {"Arn": arn} not in known:
            self.iam.create_open_id_connect_provider(Url=url, ClientIDList=list(client_ids))
        return arn

    def web_role(self, provider: str, subject: str = "alice", *statements: dict) -> str:
        """A role that one subject of a provider may assume: its ARN."""
        bare = provider.split(":oidc-provider/")[1]
        return self.role(
            {
                "Effect": "Allow",
                "Principal": {"Federated": provider},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {"StringEquals": {f"{bare}:sub": subject}},
            },
            *statements,
        )

    def workload(self, role: str, **more: str) -> dict[str, str]:
        """The environment of a workload: nothing but what web identity needs."""
        return {name: os.environ[name] for name in KEPT if name in os.environ} | {
            "HOME": str(self.folder),
            "AWS_WEB_IDENTITY_TOKEN_FILE": str(self.file),
            "AWS_ROLE_ARN": role,
            "AWS_ROLE_SESSION_NAME": "workload",
            "AWS_ENDPOINT_URL_STS": self.endpoint,
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            **more,
        }

    def session_arn(self, role: str) -> str:
        return f"arn:aws:sts::{self.account}:assumed-role/{role.split('/')[-1]}/workload"


def run(command: list, environment: dict[str, str], seconds_max: int = CLIENT_SECONDS_MAX) -> subprocess.CompletedProcess:
    """Runs a client; its two outputs are one."""
    command = [str(part) for part in command]
    # Not `timeout=`, which sleeps, which fails under the clock of the tests.
    command = ["timeout", "--kill-after=1", str(seconds_max), *command]
    options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    return subprocess.run(command, env=environment, text=True, **options)
