"""oidc-provider-mock of PyPI. Its tokens name no key, though its key set does."""

import contextlib
import subprocess
import sys
import urllib.parse

from identity_providers.browser import CALLBACK, SECRET, Browser, code_of, post
from identity_providers.program import running

# Ends when its input does. It warns of what its own dependencies call deprecated.
PROGRAM = """
import sys
import oidc_provider_mock
with oidc_provider_mock.run_server_in_thread() as server:
    print(server.server_port, flush=True)
    sys.stdin.read()
"""


@contextlib.contextmanager
def provider():
    """A running provider."""
    with running(sys.executable, "-c", PROGRAM, stderr=subprocess.DEVNULL) as program:
        yield Provider(f"http://localhost:{program.line()}")


class Provider:
    """The provider, and everybody who logs in to it."""

    def __init__(self, url: str) -> None:
        self.url = url

    def token(self, subject: str, client_id: str = "app") -> str:
        """The ID token that an application gets when `subject` logs in."""
        query = {
            "client_id": client_id,
            "response_type": "code",
            "redirect_uri": CALLBACK,
            "scope": "openid",
        }
        url = f"{self.url}/oauth2/authorize?{urllib.parse.urlencode(query)}"
        callback, _ = Browser().visit(url, {"sub": subject})
        form = {
            "grant_type": "authorization_code",
            "code": code_of(callback),
            "redirect_uri": CALLBACK,
            "client_id": client_id,
            "client_secret": SECRET,
        }
        return post(f"{self.url}/oauth2/token", form)["id_token"]
