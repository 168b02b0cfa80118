"""The clock that the server and the client share.

Both run under libfaketime and read their offset from one file, so moving it
moves them together: signatures stay fresh while sessions grow old.
"""

import os
import pathlib
import re
import time


def advance(seconds: int) -> None:
    """Moves the clock of this process and of the server forward."""
    path = pathlib.Path(os.environ["FAKETIME_TIMESTAMP_FILE"])
    offset = int(re.fullmatch(r"\+(\d+)", path.read_text().strip()).group(1))
    before = time.time()
    # Renamed into place: a reader must never see half an offset.
    replacement = path.with_suffix(".next")
    replacement.write_text(f"+{offset + seconds}\n")
    replacement.replace(path)
    if time.time() - before < seconds:
        raise AssertionError("the clock did not move: is this process under libfaketime?")
