"""A server is replaced by the next one while its clients go on calling: the socket is held
by whoever starts servers, as systemd does, and connections wait for the next one."""

import contextlib
import http.client
import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import threading
import unittest
import unittest.mock

import boto3
import botocore.auth
import botocore.awsrequest
import botocore.config

import server
import world

RESTARTS = 3
CALLERS = 4
# Before and after each restart, all callers together.
CALLS_MIN = 20

# What systemd sets (sd_listen_fds(3)); the number of the process is known to itself.
ADOPTS = 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@" 3<&{}'


class Restart(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="stead-sdk-restart-")))
        self.socket = self.enterContext(socket.create_server(("127.0.0.1", 0), backlog=4096))
        self.host = "127.0.0.1:{}".format(self.socket.getsockname()[1])
        self.calls, self.faults, self.ended = 0, [], threading.Event()

    def start(self, listen: str | None = None) -> subprocess.Popen:
        ready = self.folder / "ready"
        ready.unlink(missing_ok=True)
        number = self.socket.fileno()
        command = ["sh", "-c", ADOPTS.format(number), "sh", os.environ["STEAD_BINARY"], "serve"]
        command += ["--listen", listen or self.host, "--data", self.folder / "data", "--ready-file", ready]
        inherited = {name: os.environ[name] for name in ["PATH", "HOME", *server.CLOCK] if name in os.environ}
        log = self.enterContext(open(self.folder / "log", "ab"))
        process = subprocess.Popen(command, env=inherited, pass_fds=[number], stdout=log, stderr=log)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def await_ready(self, process: subprocess.Popen) -> None:
        self.assertEqual(server.await_ready(process, self.folder / "ready"), f"http://{self.host}")

    def stop(self, process: subprocess.Popen) -> None:
        process.send_signal(signal.SIGTERM)
        self.assertEqual(server.await_end(process), 0, (self.folder / "log").read_text())

    def call(self, credentials) -> None:
        """One call on a connection of its own: nobody tries again."""
        body = "Action=GetCallerIdentity&Version=2011-06-15"
        request = botocore.awsrequest.AWSRequest("POST", f"http://{self.host}/", data=body)
        request.headers["content-type"] = "application/x-www-form-urlencoded"
        botocore.auth.SigV4Auth(credentials, "sts", "us-east-1").add_auth(request)
        with contextlib.closing(http.client.HTTPConnection(self.host, timeout=60)) as connection:
            connection.request("POST", "/", body, dict(request.headers))
            answer = connection.getresponse()
            if answer.status != 200:
                raise AssertionError(f"{answer.status}: {answer.read()}")

    def go_on(self, call) -> None:
        while not self.ended.is_set():
            try:
                call()
                self.calls += 1
            except Exception as fault:
                self.faults.append(repr(fault))

    def await_calls(self) -> None:
        enough = self.calls + CALLS_MIN
        while self.calls < enough and not self.faults:
            server.pause()

    def test_no_call_fails_while_servers_are_replaced(self) -> None:
        running = self.start()
        self.await_ready(running)
        files = server.profile(self.folder, f"http://{self.host}")
        with world.environment(files):
            session = boto3.Session(region_name="us-east-1")
            credentials = session.get_credentials()
            # One of them keeps its connection, and comes again by itself when that is closed.
            kept = session.client("sts", config=botocore.config.Config(retries={"mode": "standard"}))
            calls = [lambda: self.call(credentials)] * CALLERS + [kept.get_caller_identity]
            threads = [threading.Thread(target=self.go_on, args=[call]) for call in calls]
            # `time.sleep` fails under the clock of the tests.
            self.enterContext(unittest.mock.patch("time.sleep", lambda _: server.pause()))
            for thread in threads:
                thread.start()
            try:
                for _ in range(RESTARTS):
                    self.await_calls()
                    self.stop(running)
                    running = self.start()
                    self.await_ready(running)
                self.await_calls()
            finally:
                self.ended.set()
                for thread in threads:
                    thread.join()
        self.stop(running)
        self.assertEqual(self.faults, [])

    def test_a_socket_of_another_address_is_refused(self) -> None:
        process = self.start(listen="127.0.0.2:0")
        self.assertNotEqual(server.await_end(process), 0)
        self.assertIn(f"`{self.host}`", (self.folder / "log").read_text())


if __name__ == "__main__":
    unittest.main()
