"""What a browser does, as far as logging in needs it."""

import json
import urllib.error
import urllib.parse
import urllib.request

# The application that the tests log in to, at both OpenID providers.
CALLBACK = "https://app.example/callback"
SECRET = "not-a-secret-of-anyone"


class Browser:
    """Keeps cookies and shows where it is redirected to instead of going there."""

    def __init__(self) -> None:
        self._opener = urllib.request.build_opener(_NoRedirect, urllib.request.HTTPCookieProcessor())

    def visit(self, url: str, form: dict[str, str] | None = None) -> tuple[str | None, str]:
        """Opens a page, or sends a form to it: the URL it redirects to or `None`,
        and the text of the page."""
        data = urllib.parse.urlencode(form).encode() if form else None
        try:
            with self._opener.open(url, data) as answer:
                return None, answer.read().decode()
        except urllib.error.HTTPError as answer:
            if answer.code not in (302, 303):
                raise AssertionError(f"{answer.code} of {url}: {answer.read().decode()}") from None
            return urllib.parse.urljoin(url, answer.headers["location"]), ""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def code_of(callback: str) -> str:
    """The code with which a provider sends a browser back to the application."""
    return urllib.parse.parse_qs(urllib.parse.urlsplit(callback).query)["code"][0]


def post(url: str, form: dict[str, str], headers: dict[str, str] | None = None) -> dict:
    """Posts a form; gives the JSON that is answered."""
    request = urllib.request.Request(url, urllib.parse.urlencode(form).encode(), headers or {})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)
