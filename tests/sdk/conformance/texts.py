"""Texts of a given length that match the model's expressions, and ones that do not."""

import dataclasses
from collections.abc import Callable

from botocore.model import Shape


@dataclasses.dataclass(frozen=True)
class Samples:
    """What matches an expression, for a length, and what does not, of about as many characters."""

    matching: Callable[[int], str]
    other: Callable[[int], str]


def _of(character: str, stranger: str) -> Samples:
    """An expression that is a class of characters, repeated."""
    return Samples(lambda length: character * length, lambda length: character * (length - 1) + stranger)


def _around(before: str, character: str, after: str, stranger: str) -> Samples:
    def filled(length: int, middle: str) -> str:
        return before + middle * max(length - len(before) - len(after), 0) + after

    def other(length: int) -> str:
        return (filled(length - 1, character) if length > 1 else "") + stranger

    return Samples(lambda length: filled(length, character)[: max(length, 0)], other)


_DOCUMENT = _of("x", "\N{SNOWMAN}")
_NAME = _of("x", "!")
_PATH = Samples(
    lambda length: "/" if length == 1 else "/" + "x" * (length - 2) + "/" if length else "",
    lambda length: "x" * length,
)
_PATH_PREFIX = Samples(lambda length: ("/" + "x" * length)[:length], lambda length: "x" * length)

BY_PATTERN = {
    r"[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+": _of("x", "\x00"),
    r"[\u0009\u000A\u000D\u0020-\u00FF]+": _DOCUMENT,
    r"[\u0020-\u00FF]+": _DOCUMENT,
    r"[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*": _DOCUMENT,
    r"[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]+": _DOCUMENT,
    r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+": _of("x", "!"),
    r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*": _of("x", "!"),
    r"[ -~]+": _DOCUMENT,
    r"[\w+=,.@-]*": _NAME,
    r"[\w+=,.@-]+": _NAME,
    r"[\w+=,.@:\/-]*": _NAME,
    r"[\w+=/:,.@-]*": _NAME,
    r"[\w+=/:,.@-]+": _NAME,
    r"[\w._-]+": _NAME,
    r"[\w-]+": _NAME,
    r"[\w-]*": _NAME,
    r"[\w]+": _NAME,
    r"[\w]*": _NAME,
    r"[\d]+": _of("1", "x"),
    r"[\d]*": _of("1", "x"),
    r"\d{12}": _of("1", "x"),
    r"[A-Z0-9]+": _of("A", "a"),
    r"^[a-zA-Z0-9:_.-]+$": _NAME,
    r"^[a-zA-Z0-9:/+=,.@_-]+$": _NAME,
    r"^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$": _of("x", "-"),
    r"^http(s?)://[a-zA-Z0-9._/-]*(\?[a-zA-Z0-9._=&-]*)?(#[a-zA-Z0-9._/-]*)?$": _around("http://", "x", "", "!"),
    r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)": _PATH,
    r"((/[A-Za-z0-9\.,\+@=_-]+)*)/": _PATH,
    r"\u002F[\u0021-\u007F]*": _PATH_PREFIX,
    r"v[1-9][0-9]*(\.[A-Za-z0-9-]*)?": _around("v", "1", "", "!"),
    r"^o-[0-9a-z]{10,32}\/r-[0-9a-z]{4,32}[0-9a-z-\/]*": _around("o-aaaaaaaaaa/r-rrrr", "r", "", "!"),
    r"^p-[0-9a-zA-Z_]{8,128}$": _around("p-", "x", "", "!"),
}

# Lengths that an expression demands by itself, where the model states none beside it.
SHORTEST = {
    r"\d{12}": 12,
    r"^p-[0-9a-zA-Z_]{8,128}$": 10,
    r"v[1-9][0-9]*(\.[A-Za-z0-9-]*)?": 2,
    r"^http(s?)://[a-zA-Z0-9._/-]*(\?[a-zA-Z0-9._=&-]*)?(#[a-zA-Z0-9._/-]*)?$": 8,
}


def text(shape: Shape, length: int) -> str:
    """A text of so many characters that matches the shape's expression, if it can."""
    pattern = shape.metadata.get("pattern")
    if pattern is None:
        return "x" * length
    return BY_PATTERN[pattern].matching(max(length, SHORTEST.get(pattern, 0)))


def other_text(shape: Shape) -> str:
    """A text that breaks the shape's expression and, as far as can be, no other constraint."""
    pattern = shape.metadata["pattern"]
    return BY_PATTERN[pattern].other(max(shape.metadata.get("min", 1), 2))
