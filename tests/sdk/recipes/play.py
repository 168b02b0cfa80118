"""Plays a recipe as it is written."""

import contextlib
import os
import pathlib
import subprocess
import tempfile

import page
import server
from federated import run

ACCOUNT = "111122223333"


class Player:
    """Somebody who follows a recipe in an empty folder.

    `job` runs what a file of the recipe describes, with the folder and the
    variables of the workload; `workload` are the latter.
    """

    def __init__(self, folder: pathlib.Path, administrator: dict[str, str], workload: dict[str, str], job) -> None:
        self.folder = folder
        self.terminals = {"run": administrator, "workload": workload}
        self.job = job
        self.job_file: str | None = None
        self.output = ""
        self.undo: dict[str, str] = {}
        self.again: list[page.Block] = []
        self.section = ""
        self.stack = contextlib.ExitStack()

    def play(self, path: pathlib.Path, skip: set[str] = frozenset()) -> None:
        """Does what every block asks for, but for kinds that are skipped."""
        for block in page.read(path):
            if block.kind in skip:
                continue
            if block.section != self.section:
                self.end_section(block.section)
            try:
                getattr(self, f"do_{block.kind}")(block)
            except (AssertionError, server.Failure) as problem:
                raise AssertionError(f"{path.name}:{block.line}: {problem}") from None
        self.end_section("")

    def do_file(self, block: page.Block) -> None:
        path = self.folder / block.file
        path.parent.mkdir(parents=True, exist_ok=True)
        if block.language == "diff":
            self.undo.setdefault(block.file, path.read_text())
            path.write_text(page.changed(path.read_text(), block.text))
        else:
            path.write_text(block.text)

    def do_serve(self, block: page.Block) -> None:
        ready, log = self.folder / ".ready", self.folder / ".serve.log"
        environment = self.terminals["run"] | {"STEAD_READY_FILE": str(ready), "STEAD_LISTEN": "127.0.0.1:0"}
        output = self.stack.enter_context(log.open("ab"))
        command = ["bash", "-c", f"exec {block.text.strip()}"]
        process = subprocess.Popen(command, cwd=self.folder, env=environment, stdout=output, stderr=output)
        self.stack.callback(end, process)
        if block.text.startswith("stead "):
            endpoint = server.await_ready(process, ready)
            for terminal in self.terminals.values():
                terminal["STEAD_URL"] = endpoint
        else:
            # A line it prints says that it answers.
            while not any(line.startswith("http") for line in log.read_text().splitlines()):
                if process.poll() is not None:
                    raise AssertionError(f"it ended with {process.returncode}")
                server.pause()

    def do_run(self, block: page.Block) -> None:
        if not block.fails:
            self.again.append(block)
        self.shell(block)

    def do_workload(self, block: page.Block) -> None:
        self.shell(block)

    def shell(self, block: page.Block) -> None:
        """Runs commands in a terminal, which keeps what they export."""
        state = self.folder / f".{block.kind}.sh"
        state.touch()
        # Not the semaphore that libfaketime made for this shell and that ends with it:
        # programs of a pipeline would each try to make it again, and at times fail.
        keep = f"unset FAKETIME_SHARED; export -p > {state}"
        script = f". {state}\ntrap '{keep}' EXIT\nset -eo pipefail\n{block.text}"
        outcome = run(["bash", "-c", f"cd {self.folder}\n{script}"], self.terminals[block.kind])
        self.ended(block, outcome)

    def do_job(self, block: page.Block) -> None:
        if block.file:
            self.job_file = block.file
            self.do_file(block)
            return
        # A machine of its own: the AWS CLI would go on with what it has kept.
        with tempfile.TemporaryDirectory(prefix="stead-sdk-home-") as home:
            self.ended(block, self.job(self.folder, self.job_file, self.terminals["workload"] | {"HOME": home}))
        self.do_expect(block)

    def ended(self, block: page.Block, outcome: subprocess.CompletedProcess) -> None:
        self.output = outcome.stdout
        if (outcome.returncode != 0) != block.fails:
            raise AssertionError(f"it ended with {outcome.returncode}:\n{self.output}")

    def do_expect(self, block: page.Block) -> None:
        if not page.prints(self.output, block.text):
            raise AssertionError(f"expected\n{block.text}in\n{self.output}")

    def end_section(self, next: str) -> None:
        """What a section changed is as it was, and so is what was made of it."""
        changed, again = self.undo, self.again
        self.undo, self.again, self.section = {}, [], next
        for file, text in changed.items():
            (self.folder / file).write_text(text)
        if changed:
            for block in again:
                self.shell(block)
            self.again = []


def end(process: subprocess.Popen) -> None:
    process.terminate()
    with contextlib.suppress(server.Failure):
        server.await_end(process)
    process.kill()
    process.wait()
