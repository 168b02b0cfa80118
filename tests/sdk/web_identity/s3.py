"""Answers like S3 to whoever signs, checks no signature, and notes who signed."""

import contextlib
import dataclasses
import http.server
import re
import threading

OBJECT = b"hello"
LISTING = b"""<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>bucket</Name><KeyCount>1</KeyCount>
<MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated><Contents><Key>object</Key>
<LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>"5d41402abc4b2a76b9719d911017c592"</ETag>
<Size>5</Size><StorageClass>STANDARD</StorageClass></Contents></ListBucketResult>"""


@dataclasses.dataclass(frozen=True)
class Signer:
    """Who signed a request, as its headers say."""

    access_key_id: str
    session_token: str


class S3:
    """The server, and who has asked it."""

    def __init__(self) -> None:
        self.signers: list[Signer] = []
        handler = type("Handler", (_Handler,), {"s3": self})
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@contextlib.contextmanager
def serving():
    """Runs it on the loopback interface."""
    s3 = S3()
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
        self._answer(LISTING if self.path.split("?")[0].rstrip("/") == "/bucket" else OBJECT)

    def do_HEAD(self) -> None:
        self._answer(OBJECT)

    def _answer(self, body: bytes) -> None:
        signature = self.headers.get("authorization", "")
        key = re.match(r"AWS4-HMAC-SHA256 Credential=([A-Z0-9]+)/", signature)
        if key:
            self.s3.signers.append(Signer(key.group(1), self.headers.get("x-amz-security-token", "")))
        part = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("range", ""))
        self.send_response((206 if part else 200) if key else 403)
        if part:
            whole, first = len(body), int(part.group(1))
            body = body[first : int(part.group(2)) + 1]
            self.send_header("content-range", f"bytes {first}-{first + len(body) - 1}/{whole}")
        self.send_header("content-length", str(len(body)))
        self.send_header("etag", '"5d41402abc4b2a76b9719d911017c592"')
        self.send_header("last-modified", "Thu, 01 Jan 2026 00:00:00 GMT")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *_) -> None:
        pass
