"""samlp of npm: a library that others build SAML identity providers with."""

import base64
import contextlib
import json
import pathlib

from identity_providers.program import Program, running

HERE = pathlib.Path(__file__).resolve().parent

ATTRIBUTES = "https://aws.amazon.com/SAML/Attributes/"


@contextlib.contextmanager
def provider():
    """A running provider."""
    with running("node", HERE / "samlp.mjs") as program:
        yield Provider(program)


class Provider:
    """The provider, and everybody who has logged in to it."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._metadata = base64.b64decode(program.line()).decode()

    def metadata(self) -> str:
        """What it says of itself."""
        return self._metadata

    def response(self, subject: str, *switches: str, **attributes) -> str:
        """The response, in base64, that `subject` is sent to AWS with. Its assertion is
        signed; `sign response` and `encrypt` are what there can be besides. Attributes are
        those of AWS."""
        said = {f"{ATTRIBUTES}{name}": values for name, values in attributes.items()}
        self._program.tell(json.dumps({"subject": subject, "attributes": said, "switches": switches}))
        return self._program.line()
