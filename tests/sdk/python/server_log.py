"""The server's log, whose lines may wait a moment for others."""

import select
import time
import typing

SECONDS_MAX = 5


def until(log: typing.TextIO, text: str, times: int = 1) -> str:
    """What is logged from here on, up to where it holds the text so often. What never does is
    returned too, for the caller to complain about."""
    told, end = "", time.monotonic() + SECONDS_MAX
    while True:
        told += log.read()
        if told.count(text) >= times or time.monotonic() >= end:
            return told
        select.select([], [], [], 0.01)
