"""Providers that are programs of their own: told what to do on lines of their input, they
answer on lines of their output."""

import contextlib
import subprocess


@contextlib.contextmanager
def running(*command, stderr=None):
    """A running program, until it is no longer needed."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": stderr}
    with subprocess.Popen(command, text=True, bufsize=1, **pipes) as process:
        try:
            yield Program(process)
        finally:
            process.kill()


class Program:
    """The program's input and output."""

    def __init__(self, process: subprocess.Popen) -> None:
        self._process = process

    def tell(self, line: str) -> None:
        """Writes a line."""
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def line(self, start: str = "") -> str:
        """What follows `start` in the next line that begins so."""
        for line in self._process.stdout:
            if line.startswith(start):
                return line.removeprefix(start).strip()
        raise AssertionError("the provider ended")
