"""What each writing operation does is shown by another one, at once and by the next server
that opens the same directory."""

import contextlib
import dataclasses
import os
import pathlib
import signal
import subprocess
import tempfile
import unittest

import server
import world
from calls import Caller
from effect import Effect
from effects import EFFECTS, RESTARTED, ROUNDS
from fixtures import World
from operation_tests import for_each

_UNREAD = object()


@dataclasses.dataclass
class Outcome:
    """What was seen of an effect; or what failed before it could be."""

    wanted: object = _UNREAD
    before: object = _UNREAD
    after: object = _UNREAD
    restarted: object = _UNREAD
    fault: Exception | None = None
    again: object = None


class Server:
    """A server that keeps what it is told, and is stopped and started."""

    def __init__(self, folder: pathlib.Path) -> None:
        self._folder = folder
        self._listen = "127.0.0.1:0"

    @contextlib.contextmanager
    def running(self):
        ready, log = self._folder / "ready", self._folder / "server.log"
        ready.unlink(missing_ok=True)
        command = [os.environ["STEAD_BINARY"], "serve", "--listen", self._listen, "--data", self._folder / "data"]
        command += ["--ready-file", ready, "--dangerous-allow-loopback-issuers"]
        inherited = {name: os.environ[name] for name in ["PATH", "HOME", *server.CLOCK] if name in os.environ}
        with log.open("ab") as output:
            process = subprocess.Popen(command, env=inherited, stdout=output, stderr=output)
        try:
            endpoint = server.await_ready(process, ready)
            # The next one answers at the same place.
            self._listen = endpoint.removeprefix("http://")
            with world.environment(server.profile(self._folder, endpoint)):
                yield
            process.send_signal(signal.SIGTERM)
            if server.await_end(process) != 0:
                raise AssertionError(log.read_text(errors="replace")[-2000:])
        finally:
            process.kill()
            process.wait()


def play(w: World, operation: str, outcome: Outcome) -> None:
    """Reads, calls and reads again."""
    effect: Effect = EFFECTS[operation](w)
    if not callable(effect.reading):
        outcome.before = effect.reading.look(w.caller)
    caller = Caller(effect.keys) if effect.keys else w.caller
    answer = caller.result(operation, effect.parameters)
    reading = effect.reading(answer) if callable(effect.reading) else effect.reading
    outcome.wanted = effect.wanted(answer)
    outcome.after = reading.look(w.caller)
    outcome.again = reading


def attempt(outcome: Outcome, work) -> None:
    """Notes a fault, for the test of the operation it belongs to."""
    if outcome.fault is None:
        try:
            work()
        except Exception as fault:
            outcome.fault = fault


@for_each(EFFECTS)
class Effects(unittest.TestCase):
    outcomes: dict[str, Outcome] = {}

    @classmethod
    def setUpClass(cls) -> None:
        folder = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="stead-sdk-effects-"))
        durable = Server(pathlib.Path(folder))
        cls.outcomes = {operation: Outcome() for operation in EFFECTS}
        with durable.running():
            w = World()
            cls.play_round(w, ROUNDS[0])
        with durable.running():
            cls.read_again(w, ROUNDS[0])
            cls.play_round(w, ROUNDS[1])
        with durable.running():
            cls.read_again(w, ROUNDS[1])

    @classmethod
    def play_round(cls, w: World, operations: list[str]) -> None:
        for operation in operations:
            outcome = cls.outcomes[operation]
            attempt(outcome, lambda: play(w, operation, outcome))

    @classmethod
    def read_again(cls, w: World, operations: list[str]) -> None:
        for operation in operations:
            outcome = cls.outcomes[operation]

            def look() -> None:
                outcome.restarted = outcome.again.look(w.caller)

            attempt(outcome, look)

    def check(self, operation: str) -> None:
        outcome = self.outcomes[operation]
        if outcome.fault is not None:
            raise outcome.fault
        self.assertNotEqual(outcome.before, outcome.wanted, "it was so before: this shows nothing")
        self.assertEqual(outcome.after, outcome.wanted)
        self.assertEqual(outcome.restarted, RESTARTED.get(operation, outcome.wanted), "after a restart")


if __name__ == "__main__":
    unittest.main()
