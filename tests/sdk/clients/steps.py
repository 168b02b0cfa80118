"""What the programs of these folders play, each with one SDK: the steps, as the
words that begin their lines.

    identity      who the user's key is
    assumed       who the credentials of a role are
    denied        code and message of a role's refusal
    iam           a role, read from IAM with those credentials
    iam-denied    code and message of what they may not do there
    web           who the credentials for an ID token are
    web-denied    code and message of a refusal of another token
"""

import os
import pathlib
import tempfile

import case
import results
import world
from federated import DENIED, KEPT, run
from issuer import Issuer

HERE = pathlib.Path(__file__).resolve().parent

# The SDKs that have IAM, or come without.
STS_STEPS = ["identity", "assumed", "denied", "web", "web-denied"]
ALL_STEPS = [*STS_STEPS, "iam", "iam-denied"]


class Steps(case.Case):
    """A user, a role that lets it in, one that does not, and an issuer's tokens."""

    def setUp(self) -> None:
        super().setUp()
        folder = tempfile.TemporaryDirectory(prefix="stead-sdk-client-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.user_arn, keys = self.user(world.allow("sts:*"))
        self.role_arn = self.role(world.trust(self.user_arn), world.allow("iam:GetRole"))
        self.closed_arn = self.role(world.trust(self.user_arn, Condition=case.WITH_MFA))
        issuer = Issuer()
        self.addCleanup(issuer.close)
        self.web_arn = self._web_role(issuer)
        self.environment = {name: os.environ[name] for name in KEPT if name in os.environ} | {
            "HOME": str(self.folder),
            "AWS_ACCESS_KEY_ID": keys.access_key_id,
            "AWS_SECRET_ACCESS_KEY": keys.secret_access_key,
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "STEAD_ENDPOINT": os.environ["STEAD_ENDPOINT"],
            "ROLE_ARN": self.role_arn,
            "ROLE_NAME": _name(self.role_arn),
            "CLOSED_ROLE_ARN": self.closed_arn,
            "WEB_ROLE_ARN": self.web_arn,
            "TOKEN_FILE": self._token(issuer, "alice"),
            "CLOSED_TOKEN_FILE": self._token(issuer, "mallory"),
            # Nothing here moves the clock, which not every runtime bears.
            "LD_PRELOAD": "",
        }

    def _web_role(self, issuer: Issuer) -> str:
        made = self.iam.create_open_id_connect_provider(Url=issuer.url, ClientIDList=["app"])
        provider = made["OpenIDConnectProviderArn"]
        subject = f"{provider.split(':oidc-provider/')[1]}:sub"
        return self.role(
            {
                "Effect": "Allow",
                "Principal": {"Federated": provider},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {"StringEquals": {subject: "alice"}},
            }
        )

    def _token(self, issuer: Issuer, subject: str) -> str:
        file = self.folder / subject
        file.write_text(issuer.token(sub=subject))
        return str(file)

    def plays(self, client: str, command: list, steps: list[str]) -> None:
        """The program plays these steps, and is answered as it should be."""
        outcome = run(command, self.environment)
        lines = dict(line.partition(" ")[::2] for line in outcome.stdout.splitlines())
        self.assertEqual(outcome.returncode, 0, outcome.stdout)
        version = lines.pop("version", None)
        self.assertEqual(sorted(lines), sorted(steps), outcome.stdout)
        for step in steps:
            with self.subTest(step):
                getattr(self, f"_{step.replace('-', '_')}")(lines[step])
        shown = ["GetCallerIdentity", "AssumeRole", "denial: code", "denial: message", "AssumeRoleWithWebIdentity"]
        results.shown(client, version, *shown, *(["IAM"] if "iam" in steps else []))

    def _identity(self, told: str) -> None:
        self.assertEqual(told, self.user_arn)

    def _assumed(self, told: str) -> None:
        # Each SDK makes up a name for the session where it is given none.
        self.assertEqual(told.rpartition("/")[0], self._session(self.role_arn))

    def _denied(self, told: str) -> None:
        sentence = f"User: {self.user_arn} is not authorized to perform: sts:AssumeRole on resource: {self.closed_arn}"
        self.assertEqual(told[: len(sentence) + 13], f"AccessDenied {sentence}")

    def _iam(self, told: str) -> None:
        self.assertEqual(told, self.role_arn)

    def _iam_denied(self, told: str) -> None:
        self.assertRegex(told, f"^AccessDenied User: {self._session(self.role_arn)}/\\S+ is not authorized to perform: iam:ListUsers on resource: ")

    def _web(self, told: str) -> None:
        self.assertEqual(told.rpartition("/")[0], self._session(self.web_arn))

    def _web_denied(self, told: str) -> None:
        self.assertEqual(told[: len(DENIED) + 13], f"AccessDenied {DENIED}")

    def _session(self, role: str) -> str:
        return f"arn:aws:sts::{self.account}:assumed-role/{_name(role)}"


def _name(role: str) -> str:
    return role.rpartition("/")[2]
