"""The recipes of the documentation, executed as they are written."""

import json
import os
import pathlib
import socket
import sys
import tempfile
import time
import unittest

import jobs
import server
from federated import KEPT, SDK
from identity_providers import simplesamlphp
from issuer import Issuer
from play import Player

RECIPES = SDK.parent.parent / "docs/recipes"


class Recipes(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="stead-sdk-recipe-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.issuer = Issuer()
        self.addCleanup(self.issuer.close)
        self.jobs = jobs.Jobs(self.issuer)
        self.tools = self.folder / ".tools"
        self.tools.mkdir()
        (self.tools / "stead").symlink_to(os.environ["STEAD_BINARY"])
        self.keys = self.folder / ".keys.json"
        self.keys.write_text(json.dumps({"keys": [key.jwk() for key in self.issuer.keys]}))

    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        path = f"{self.tools}:{kept['PATH']}"
        return kept | {"PATH": path, "HOME": str(self.folder / ".home"), "AWS_EC2_METADATA_DISABLED": "true"}

    def plays(self, name: str, job=None, issuers: tuple[str, ...] = (), starts: bool = True, **workload: str) -> None:
        """Follows a recipe. The keys of the issuers, which are out of reach, are those
        of a stand-in; what starts a server is in the recipe, or in the index."""
        (self.folder / ".home").mkdir()
        sections = [f'[issuer."{url}"]\njwks_file = "{self.keys}"\n' for url in issuers]
        (self.folder / ".stead.toml").write_text("".join(sections))
        administrator = self.environment() | {name: workload[name] for name in ["ISSUER", "IDP"] if name in workload}
        if issuers:
            administrator["STEAD_CONFIG"] = str(self.folder / ".stead.toml")
        player = Player(self.folder, administrator, self.environment() | workload, job)
        with player.stack:
            if starts:
                player.play(RECIPES / "README.md")
            player.play(RECIPES / name)

    def test_any_provider(self) -> None:
        # What it installs is there already, in this version.
        provider = SDK / "identity_providers"
        version = json.loads((provider / "package.json").read_text())["dependencies"]["oidc-provider"]
        self.tool(
            "npm",
            f"import os\nassert sys.argv[1:] == ['install', 'oidc-provider@{version}'], sys.argv\n"
            f"os.symlink('{provider / 'node_modules'}', 'node_modules')\n",
        )
        issuer = f"http://127.0.0.1:{free_port()}"
        self.plays("generic.md", starts=False, ISSUER=issuer)

    def test_google(self) -> None:
        """Spec: cloud.google.com, "Verify the identity of instances": the claims."""
        number = "112233445566778899001"
        token = self.folder / ".google"
        claims = {"iss": jobs.GOOGLE, "aud": "https://sts.example.com", "azp": number, "sub": number}
        claims |= {"email": "report@my-project.iam.gserviceaccount.com", "email_verified": True}
        token.write_text(self.issuer.token(**claims, exp=int(time.time()) + 3600))
        url = "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/identity"
        self.tool(
            "curl",
            f"assert sys.argv[-1] == '{url}?audience=https://sts.example.com', sys.argv\n"
            f"open(sys.argv[sys.argv.index('-o') + 1], 'w').write(open('{token}').read())\n",
        )
        self.plays("google.md", issuers=(jobs.GOOGLE,))

    def test_cognito(self) -> None:
        with self.jobs.cognito() as endpoint:
            self.plays(
                "cognito.md", issuers=(jobs.COGNITO,), LOGIN="of-somebody", AWS_ENDPOINT_URL_COGNITO_IDENTITY=endpoint
            )

    def test_saml(self) -> None:
        with simplesamlphp.provider(self.folder / "saml20-sp-remote.php") as idp:
            idp.enrol("alice", eduPersonAffiliation=["member", "staff"])
            self.plays("saml.md", IDP=idp.url, IDP_USER="alice", IDP_PASSWORD=simplesamlphp.PASSWORD)

    def tool(self, name: str, program: str) -> None:
        """Puts a stand-in for a program in the way; a Python script."""
        path = self.tools / name
        path.write_text(f"#!{sys.executable}\nimport sys\n{program}")
        path.chmod(0o755)

    def test_github_actions(self) -> None:
        self.plays("github-actions.md", self.jobs.github, (jobs.GITHUB,))

    def test_gitlab_ci(self) -> None:
        self.plays("gitlab-ci.md", self.jobs.gitlab, (jobs.GITLAB,))

    def test_kubernetes(self) -> None:
        self.tool(
            "kubectl",
            f"assert sys.argv[1:] == ['get', '--raw', '/openid/v1/jwks'], sys.argv\n"
            f"print(open('{self.keys}').read())\n",
        )
        self.plays("kubernetes.md", self.jobs.kubernetes, starts=False)


def free_port() -> int:
    """A port that nobody listens on. The recipe's provider wants to know it beforehand."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


if __name__ == "__main__":
    unittest.main()
