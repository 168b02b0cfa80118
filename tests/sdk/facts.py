"""What is known of the clients: `clients.json`, written by hand, and `results.json`,
written by the runs. docs/clients.md is made of both.
"""

import json
import pathlib
import re
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
RESULTS = HERE / "results.json"

CLIENTS = json.loads((HERE / "clients.json").read_text())

# Suites that run by name only.
BY_NAME = list(CLIENTS["by_name"])


def record(suite: str, notes: list[dict]) -> bool:
    """Writes what a suite has shown in place of what it showed before. Says whether that is
    another thing; another version of a client is not."""
    results = json.loads(RESULTS.read_text()) if RESULTS.is_file() else {}
    before = _shown_by(suite, results)
    for result in results.values():
        result["suites"].pop(suite, None)
    for note in notes:
        result = results.setdefault(note["client"], {"suites": {}})
        result["version"] = note["version"] or _version(note["client"])
        words = {*result["suites"].get(suite, []), *note["shown"]}
        result["suites"][suite] = sorted(words)
    results = {client: result for client, result in results.items() if result["suites"]}
    RESULTS.write_text(json.dumps(results, indent=2, sort_keys=True) + "\n")
    return _shown_by(suite, results) != before


def _shown_by(suite: str, results: dict) -> dict[str, list[str]]:
    shown = {client: result["suites"].get(suite) for client, result in results.items()}
    return {client: words for client, words in shown.items() if words}


def _version(client: str) -> str:
    """The version that is installed of a client that did not say it."""
    known = {known["id"]: known for known in CLIENTS["clients"]}
    registry, package = known[client]["version"].split()
    return {"pypi": _pypi, "npm": _npm, "cargo": _cargo, "debian": _debian}[registry](package)


def _pypi(package: str) -> str:
    return _found(rf"^{package}==(\S+)$", *HERE.glob("*/requirements.txt"))


def _npm(package: str) -> str:
    return json.loads((HERE / "javascript/package.json").read_text())["dependencies"][package]


def _cargo(package: str) -> str:
    return _found(rf'^{package} = {{ version = "=([^"]+)"', HERE / "rust/Cargo.toml")


def _debian(package: str) -> str:
    command = ["dpkg-query", "--show", "--showformat=${Version}", package]
    version = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return version.split(":")[-1].rpartition("-")[0]


def _found(pattern: str, *files: pathlib.Path) -> str:
    text = "\n".join(file.read_text() for file in files)
    return re.search(pattern, text, re.MULTILINE).group(1)
