"""Public issuers are asked through the proxy that is configured, and through no other."""

import contextlib
import pathlib
import socket
import tempfile
import threading
import unittest

import boto3
import botocore
import botocore.config

import case
import server
import server_log
import world
from issuer import Certificate, Issuer

# Public, and nobody's: where questions about private addresses end (RFC 7534).
PUBLIC = "192.31.196.1"
UNSIGNED = botocore.config.Config(signature_version=botocore.UNSIGNED, retries={"total_max_attempts": 1})


class Proxy:
    """Connects to this machine, whichever address it is asked for, or answers as told."""

    def __init__(self) -> None:
        self.answer: str | None = None
        self.heads: list[str] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._socket.close()

    def asked_for(self) -> set[str]:
        """The first lines of what it was asked."""
        return {head.split("\r\n")[0] for head in self.heads}

    def _accept(self) -> None:
        # Ends with the test.
        with contextlib.suppress(OSError):
            while True:
                stream, _ = self._socket.accept()
                threading.Thread(target=self._serve, args=(stream,), daemon=True).start()

    def _serve(self, stream: socket.socket) -> None:
        with stream, contextlib.suppress(OSError):
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += stream.recv(1)
            self.heads.append(head.decode())
            if self.answer:
                stream.sendall(f"HTTP/1.1 {self.answer}\r\ncontent-length: 0\r\n\r\n".encode())
                return
            port = head.decode().split("\r\n")[0].split(" ")[1].rpartition(":")[2]
            with socket.create_connection(("127.0.0.1", int(port))) as onwards:
                stream.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                threading.Thread(target=pour, args=(onwards, stream), daemon=True).start()
                pour(stream, onwards)


def pour(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


class IssuerProxy(case.Case):
    def setUp(self) -> None:
        super().setUp()
        self.proxy = Proxy()
        self.addCleanup(self.proxy.close)
        self.folder = pathlib.Path(self.enter(tempfile.TemporaryDirectory(prefix="stead-sdk-")))

    def enter(self, context):
        """What a context manager gives, until the test ends."""
        value = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return value

    def start(self, *flags: str, **environment: str) -> None:
        """A server of its own, of which the clients are from now on."""
        variables = self.enter(server.another(*flags, variables=environment))
        self.enter(world.environment(variables))
        self.iam, self.log = world.client("iam"), variables["STEAD_LOG"]
        self.unsigned = boto3.client("sts", config=UNSIGNED)

    def public_issuer(self) -> Issuer:
        issuer = Issuer(certificate=Certificate(PUBLIC))
        self.addCleanup(issuer.close)
        issuer.url = issuer.url.replace("127.0.0.1", PUBLIC)
        return issuer

    def assume(self, issuer: Issuer) -> dict:
        made = self.iam.create_open_id_connect_provider(Url=issuer.url, ClientIDList=["app"])
        trust = {
            "Effect": "Allow",
            "Principal": {"Federated": made["OpenIDConnectProviderArn"]},
            "Action": "sts:AssumeRoleWithWebIdentity",
        }
        return self.unsigned.assume_role_with_web_identity(
            RoleArn=self.role(trust), RoleSessionName="job", WebIdentityToken=issuer.token()
        )

    def test_a_public_issuer_is_asked_through_the_proxy(self) -> None:
        credentials = self.folder / "credentials"
        credentials.touch(mode=0o600)
        credentials.write_text("user:word\n")
        self.start("--issuer-proxy", self.proxy.url, "--issuer-proxy-credentials-file", str(credentials))
        issuer = self.public_issuer()
        self.assertEqual(self.assume(issuer)["SubjectFromWebIdentityToken"], "alice")
        authority = issuer.url.removeprefix("https://").removesuffix("/realm")
        self.assertEqual(self.proxy.asked_for(), {f"CONNECT {authority} HTTP/1.1"})
        # user:word
        self.assertIn("Basic dXNlcjp3b3Jk\r\n", self.proxy.heads[0])
        # One on this machine needs no proxy.
        asked = len(self.proxy.heads)
        near = Issuer()
        self.addCleanup(near.close)
        self.assume(near)
        self.assertEqual(len(self.proxy.heads), asked)

    def test_a_proxy_that_refuses_is_named_in_the_log(self) -> None:
        self.start("--issuer-proxy", self.proxy.url)
        for answer, said in [
            ("407 Proxy Authentication Required", "the proxy does not accept the credentials"),
            ("403 Forbidden", "the proxy does not connect (status 403)"),
        ]:
            self.proxy.answer = answer
            with open(self.log) as log:
                log.seek(0, 2)
                self.refused("OpenIdIdpCommunicationError", 400, self.assume, self.public_issuer())
                self.assertIn(said, server_log.until(log, said))

    def test_proxies_of_the_environment_are_not_used(self) -> None:
        names = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"]
        self.start(**{name: self.proxy.url for name in names})
        for issuer in [Issuer(), Issuer(certificate=Certificate())]:
            self.addCleanup(issuer.close)
            self.assume(issuer)
        self.assertEqual(self.proxy.heads, [])


if __name__ == "__main__":
    unittest.main()
