"""A recipe, as a list of what its fenced blocks ask for.

The word after the language says what a block is:

    sh serve            a program that runs on, in a terminal of its own
    sh run              commands in the administrator's terminal
    sh workload         commands in the workload's terminal
    yaml job file=PATH  a file; a `text job` runs what it describes
    LANGUAGE file=PATH  a file
    diff file=PATH      lines of a file that change until the section ends
    text job            runs the job, which prints this among other things
    text expect         the block before printed this among other things

With `fails`, commands or a job must fail. Blocks without such words are there
to be read only. `…` in what is printed stands for anything.
"""

import dataclasses
import pathlib
import re

KINDS = {"serve", "run", "workload", "job", "expect", "file"}


@dataclasses.dataclass(frozen=True)
class Block:
    """A fenced block that asks for something."""

    language: str
    kind: str
    file: str | None
    fails: bool
    text: str
    line: int
    # The heading it stands under.
    section: str


def read(path: pathlib.Path) -> list[Block]:
    """The blocks of a page that ask for something, in order."""
    blocks, section, fence = [], "", None
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line.startswith("```") and fence is None:
            fence, lines, start = line[3:].split(), [], number
        elif line.startswith("```"):
            if len(fence) > 1:
                blocks.append(_block(fence, lines, start, section, path))
            fence = None
        elif fence is not None:
            lines.append(line)
        elif line.startswith("#"):
            section = line
    if fence is not None:
        raise AssertionError(f"{path.name}: a block does not end")
    return blocks


def _block(words: list[str], lines: list[str], line: int, section: str, path: pathlib.Path) -> Block:
    language, *words = words
    file = next((word.removeprefix("file=") for word in words if word.startswith("file=")), None)
    rest = [word for word in words if not word.startswith("file=") and word != "fails"]
    kind = rest[0] if rest else "file"
    if len(rest) > 1 or kind not in KINDS or (kind == "file" and file is None):
        raise AssertionError(f"{path.name}:{line}: {' '.join(words)} is no kind of block")
    return Block(language, kind, file, "fails" in words, "\n".join(lines) + "\n", line, section)


def changed(text: str, diff: str) -> str:
    """A text after lines of it were exchanged."""
    lines = [line for line in diff.splitlines() if line]
    old = "".join(f"{line[1:]}\n" for line in lines if line[0] in " -")
    new = "".join(f"{line[1:]}\n" for line in lines if line[0] in " +")
    if text.count(old) != 1:
        raise AssertionError(f"these lines are not there once:\n{old}")
    return text.replace(old, new)


def prints(output: str, expected: str) -> bool:
    """Whether these lines were printed, in this order and with others between them."""
    patterns = [".*".join(map(re.escape, line.split("…"))) for line in expected.splitlines()]
    lines = iter(output.splitlines())
    return all(any(re.fullmatch(pattern, line.strip()) for line in lines) for pattern in map(str.strip, patterns))
