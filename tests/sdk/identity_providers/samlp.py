"""samlp of npm: a library that others build SAML identity providers with."""

import base64
import contextlib
import json
import pathlib
import subprocess

HERE = pathlib.Path(__file__).resolve().parent

ATTRIBUTES = "https://aws.amazon.com/SAML/Attributes/"


@contextlib.contextmanager
def provider():
    """A running provider."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(["node", HERE / "samlp.mjs"], text=True, bufsize=1, **pipes) as process:
        try:
            yield Provider(process)
        finally:
            process.kill()


class Provider:
    """The provider, and everybody who has logged in to it."""

    def __init__(self, process: subprocess.Popen) -> None:
        self._process = process
        self._metadata = base64.b64decode(self._line()).decode()

    def metadata(self) -> str:
        """What it says of itself."""
        return self._metadata

    def response(self, subject: str, sign_response: bool = False, **attributes) -> str:
        """The response, in base64, that `subject` is sent to AWS with; its assertion is
        signed, and the response too where that is asked for. Attributes are those of AWS."""
        said = {f"{ATTRIBUTES}{name}": values for name, values in attributes.items()}
        user = {"subject": subject, "attributes": said, "signResponse": sign_response}
        self._process.stdin.write(json.dumps(user) + "\n")
        self._process.stdin.flush()
        return self._line()

    def _line(self) -> str:
        line = self._process.stdout.readline()
        if not line:
            raise AssertionError("the provider ended")
        return line.strip()
