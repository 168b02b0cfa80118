"""Answers like S3 to whoever signs, checks no signature, and notes who signed.

With the URL of an STS it passes on what is meant for that: some clients know one
endpoint for both.
"""

import contextlib
import dataclasses
import http.server
import re
import threading
import urllib.error
import urllib.request

OBJECT = b"hello"
LISTING = b"""<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>bucket</Name><KeyCount>1</KeyCount>
<MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated><Contents><Key>object</Key>
<LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>"5d41402abc4b2a76b9719d911017c592"</ETag>
<Size>5</Size><StorageClass>STANDARD</StorageClass></Contents></ListBucketResult>"""
EMPTY = b"""<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>bucket</Name><KeyCount>0</KeyCount>
<MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated></ListBucketResult>"""
MISSING = b"""<?xml version="1.0" encoding="UTF-8"?>
<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>"""


@dataclasses.dataclass(frozen=True)
class Signer:
    """Who signed a request, as its headers say."""

    access_key_id: str
    session_token: str


class S3:
    """The server, and who has asked it."""

    def __init__(self, sts: str | None = None) -> None:
        self.sts = sts
        self.signers: list[Signer] = []
        self.objects = {"/bucket/object": OBJECT}
        handler = type("Handler", (_Handler,), {"s3": self})
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@contextlib.contextmanager
def serving(sts: str | None = None):
    """Runs it on the loopback interface."""
    s3 = S3(sts)
    threading.Thread(target=s3.server.serve_forever, daemon=True).start()
    try:
        yield s3
    finally:
        s3.server.shutdown()
        s3.server.server_close()


class _Handler(http.server.BaseHTTPRequestHandler):
    s3: S3
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        if path.rstrip("/") == "/bucket":
            self._answer(200, EMPTY if "prefix=env" in query else LISTING)
        elif path in self.s3.objects:
            self._answer(200, self.s3.objects[path])
        else:
            self._answer(404, MISSING)

    do_HEAD = do_GET

    def do_PUT(self) -> None:
        self.s3.objects[self.path.partition("?")[0]] = self._body()
        self._answer(200, b"")

    def do_POST(self) -> None:
        """What S3 has no use for here, and is for STS."""
        headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
        request = urllib.request.Request(self.s3.sts, self._body(), headers)
        try:
            answer = urllib.request.urlopen(request)
        except urllib.error.HTTPError as refusal:
            answer = refusal
        with answer:
            self._send(answer.status, answer.read(), answer.headers["content-type"])

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("content-length", 0)))

    def _answer(self, status: int, body: bytes) -> None:
        signature = self.headers.get("authorization", "")
        key = re.match(r"AWS4-HMAC-SHA256 Credential=([A-Z0-9]+)/", signature)
        if key:
            self.s3.signers.append(Signer(key.group(1), self.headers.get("x-amz-security-token", "")))
        self._send(status if key else 403, body, "application/xml")

    def _send(self, status: int, body: bytes, content_type: str) -> None:
        part = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("range", ""))
        self.send_response(206 if part and status == 200 else status)
        if part:
            whole, first = len(body), int(part.group(1))
            body = body[first : int(part.group(2)) + 1]
            self.send_header("content-range", f"bytes {first}-{first + len(body) - 1}/{whole}")
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(body)))
        self.send_header("etag", '"5d41402abc4b2a76b9719d911017c592"')
        self.send_header("last-modified", "Thu, 01 Jan 2026 00:00:00 GMT")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_) -> None:
        pass
