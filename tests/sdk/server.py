"""A server of its own for whoever drives it, and the clock they share.

`run` gives every client a server; tests that need one that is configured
otherwise start a second with `another`.
"""

import contextlib
import dataclasses
import os
import pathlib
import select
import signal
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent

READY_SECONDS_MAX = 30
STOP_SECONDS_MAX = 15

# The second account of the tests that need two. Keys of a closed, ephemeral
# server: not a secret.
OTHER_ACCOUNT = "444455556666"
OTHER_KEY = ("AKIAFIXTUREOTHER0001", "fixtureSecretOfTheOtherAccountRoot000000")

CLOCK = [
    "LD_PRELOAD",
    "FAKETIME_TIMESTAMP_FILE",
    "FAKETIME_NO_CACHE",
    "FAKETIME_DONT_FAKE_MONOTONIC",
]


@dataclasses.dataclass(frozen=True)
class Tools:
    """What has been installed for the clients, and the server they are for."""

    stead: pathlib.Path
    python: pathlib.Path
    rust: pathlib.Path
    faketime: str


class Failure(Exception):
    """A client or its server did not do what it should."""


@contextlib.contextmanager
def server(tools: Tools):
    """Starts an ephemeral server and gives the environment of its clients; stops
    it, and checks that it stops well."""
    with tempfile.TemporaryDirectory(prefix="stead-sdk-") as folder:
        folder = pathlib.Path(folder)
        environment = base_environment(folder, tools)
        fixture = f"{OTHER_KEY[0]}:{OTHER_KEY[1]}@{OTHER_ACCOUNT}"
        with serving(tools.stead, folder, environment | {"STEAD_FIXTURE_KEYS": fixture}) as endpoint:
            yield environment | client_environment(folder, endpoint, tools)


@contextlib.contextmanager
def another(
    *flags: str,
    configuration: str = "",
    listen: str = "127.0.0.1:0",
    variables: dict[str, str] | None = None,
):
    """For tests: starts one more server, under the clock of this process, with further
    `variables`. Gives the variables that differ for its clients."""
    with tempfile.TemporaryDirectory(prefix="stead-sdk-") as folder:
        folder = pathlib.Path(folder)
        (folder / "stead.toml").write_text(configuration)
        inherited = {name: os.environ[name] for name in ["PATH", "HOME", "LANG", "TZ", *CLOCK] if name in os.environ}
        flags = ["--config", str(folder / "stead.toml"), *flags]
        stead = pathlib.Path(os.environ["STEAD_BINARY"])
        with serving(stead, folder, inherited | (variables or {}), *flags, listen=listen) as endpoint:
            yield profile(folder, endpoint)


@contextlib.contextmanager
def serving(
    stead: pathlib.Path,
    folder: pathlib.Path,
    environment: dict[str, str],
    *flags: str,
    listen: str = "127.0.0.1:0",
):
    """Runs an ephemeral server in a folder; gives its base URL."""
    ready, log = folder / "ready", folder / "server.log"
    command = [stead.resolve(), "serve", "--ephemeral", "--listen", listen]
    command += ["--ready-file", ready, "--data", folder / "data"]
    # The issuers of the tests answer on this machine.
    command += ["--dangerous-allow-loopback-issuers", *flags]
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    try:
        yield await_ready(process, ready)
        if process.poll() is not None:
            raise Failure(f"the server ended by itself with {process.returncode}")
        process.send_signal(signal.SIGTERM)
        if await_end(process) != 0:
            raise Failure(f"the server ended with {process.returncode} after SIGTERM")
    except Failure as problem:
        tail = log.read_text(errors="replace").splitlines()[-30:]
        raise Failure("\n".join([str(problem), "the server's last lines:", *tail])) from None
    finally:
        process.kill()
        process.wait()


def base_environment(folder: pathlib.Path, tools: Tools) -> dict[str, str]:
    """Nothing of the caller's but the path: no credentials, no certificates, no home."""
    clock, home = folder / "clock", folder / "home"
    clock.write_text("+0\n")
    home.mkdir()
    return {
        "PATH": f"{tools.python.parent}:{os.environ['PATH']}",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "LD_PRELOAD": tools.faketime,
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        # Timers and timeouts go on measuring real time.
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


def client_environment(folder: pathlib.Path, endpoint: str, tools: Tools) -> dict[str, str]:
    """The profile files the server wrote, and what only one client or another needs."""
    return profile(folder, endpoint) | {
        # Without it, version 2 for JavaScript reads neither of the two files.
        "AWS_SDK_LOAD_CONFIG": "1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE": "1",
        "AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED": "true",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": ":".join(str(HERE / folder) for folder in [".", "python", "web_identity", "https"]),
        "STEAD_WORK": str(tools.python.parent.parent.parent),
        "STEAD_BINARY": str(tools.stead.resolve()),
        "STEAD_PYTHON": str(tools.python),
        "STEAD_RUST": str(tools.rust),
        "STEAD_OTHER_ACCOUNT": ":".join([OTHER_ACCOUNT, *OTHER_KEY]),
    }


def profile(folder: pathlib.Path, endpoint: str) -> dict[str, str]:
    """Where the server answers and writes its log, and the files with its root key."""
    return {
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "data/aws/credentials"),
        "AWS_CONFIG_FILE": str(folder / "data/aws/config"),
        "AWS_PROFILE": "stead",
        "STEAD_ENDPOINT": endpoint,
        "STEAD_LOG": str(folder / "server.log"),
    }


def await_ready(process: subprocess.Popen, ready: pathlib.Path) -> str:
    deadline = time.monotonic() + READY_SECONDS_MAX
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Failure(f"the server ended with {process.returncode} before it was ready")
        if ready.is_file() and (endpoint := ready.read_text().strip()):
            return endpoint
        pause()
    raise Failure(f"the server was not ready after {READY_SECONDS_MAX} s")


def await_end(process: subprocess.Popen) -> int:
    """The exit code of a process that was told to stop."""
    deadline = time.monotonic() + STOP_SECONDS_MAX
    while process.poll() is None:
        if time.monotonic() > deadline:
            raise Failure(f"{process.args[0]} did not stop within {STOP_SECONDS_MAX} s")
        pause()
    return process.returncode


def pause() -> None:
    """A moment of real time. `time.sleep` fails under the clock of the tests."""
    select.select([], [], [], 0.02)
