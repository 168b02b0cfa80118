"""Notes what a run has shown of each client, for docs/clients.md."""

import json
import os


def shown(client: str, version: str | None, *what: str) -> None:
    """The client of this version does all this. A name of `../clients.json`, and some of
    the words of its `columns`."""
    path = os.environ.get("STEAD_RESULTS")
    if path:
        with open(path, "a") as file:
            print(json.dumps({"client": client, "version": version, "shown": what}), file=file)
