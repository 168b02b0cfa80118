"""oidc-provider of npm, a certified OpenID provider, by the whole code flow."""

import base64
import contextlib
import hashlib
import pathlib
import secrets
import subprocess
import urllib.parse

from identity_providers.browser import CALLBACK, SECRET, Browser, code_of, post
from identity_providers.program import Program, running

HERE = pathlib.Path(__file__).resolve().parent

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]


@contextlib.contextmanager
def provider(id_token_seconds: int = 3600):
    """A running provider, whose ID tokens are good for so many seconds."""
    # It warns about what only matters in production.
    command = ["node", HERE / "certified.mjs", str(id_token_seconds)]
    with running(*command, stderr=subprocess.DEVNULL) as program:
        yield Provider(program)


class Provider:
    """The provider, and everybody who logs in to it."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self.url = program.line("issuer ")

    def rotate(self) -> None:
        """From now on there are new keys and none of the old ones."""
        self._tell("rotate")

    def stop(self) -> None:
        """It no longer answers."""
        self._tell("stop")

    def start(self) -> None:
        """It answers again."""
        self._tell("start")

    def token(self, subject: str, algorithm: str = "RS256") -> str:
        """The ID token that the application for this algorithm gets when `subject`
        logs in and consents."""
        verifier = secrets.token_urlsafe(32)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
        client_id = f"app-{algorithm}"
        query = {
            "client_id": client_id,
            "response_type": "code",
            "redirect_uri": CALLBACK,
            "scope": "openid",
            "code_challenge": challenge.decode(),
            "code_challenge_method": "S256",
        }
        code = self._log_in(f"{self.url}/auth?{urllib.parse.urlencode(query)}", subject)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": verifier,
        }
        basic = base64.b64encode(f"{client_id}:{SECRET}".encode()).decode()
        return post(f"{self.url}/token", form, {"authorization": f"Basic {basic}"})["id_token"]

    def _log_in(self, url: str, subject: str) -> str:
        """What a browser does until it is sent back to the application with a code."""
        browser, form = Browser(), None
        # Login, consent, and what lies between.
        for _ in range(10):
            location, page = browser.visit(url, form)
            form = None
            if location and location.startswith(CALLBACK):
                return code_of(location)
            if location:
                url = location
            elif 'value="login"' in page:
                form = {"prompt": "login", "login": subject, "password": "any"}
            else:
                form = {"prompt": "consent"}
        raise AssertionError(f"no code: {page}")

    def _tell(self, command: str) -> None:
        self._program.tell(command)
        self._program.line("done")
