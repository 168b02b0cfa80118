"""An issuer of OpenID Connect tokens on the loopback interface."""

import base64
import http.server
import json
import subprocess
import threading
import time

import rsa


class Issuer:
    """Serves a discovery document and its keys, and signs tokens with RS256."""

    def __init__(self) -> None:
        self.keys: dict[str, rsa.PrivateKey] = {}
        self.fetches = 0
        self.rotate("first")
        handler = type("Handler", (_Handler,), {"issuer": self})
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/realm"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def rotate(self, kid: str) -> None:
        """From now on this new key is the only one."""
        # Drawn by OpenSSL: in Python it takes seconds.
        made = subprocess.run(["openssl", "genrsa", "-traditional", "2048"], capture_output=True, check=True)
        self.keys = {kid: rsa.PrivateKey.load_pkcs1(made.stdout)}

    def token(self, *, kid: str | None = None, header: dict | None = None, **claims) -> str:
        """A token for five minutes; a claim given as None is left out."""
        now = int(time.time())
        body = {"iss": self.url, "sub": "alice", "aud": "app", "iat": now, "exp": now + 300, **claims}
        body = {name: value for name, value in body.items() if value is not None}
        signing, key = next(iter(self.keys.items()))
        head = {"alg": "RS256", "typ": "JWT", "kid": kid or signing, **(header or {})}
        signed = f"{_encoded(json.dumps(head).encode())}.{_encoded(json.dumps(body).encode())}"
        return f"{signed}.{_encoded(rsa.sign(signed.encode(), key, 'SHA-256'))}"

    def close(self) -> None:
        """The issuer is down."""
        self._server.shutdown()
        self._server.server_close()

    def document(self, path: str) -> dict | None:
        if path == "/realm/.well-known/openid-configuration":
            return {"issuer": self.url, "jwks_uri": f"{self.url}/keys"}
        if path == "/realm/keys":
            self.fetches += 1
            return {"keys": [_jwk(kid, key) for kid, key in self.keys.items()]}
        return None


class _Handler(http.server.BaseHTTPRequestHandler):
    issuer: Issuer

    def do_GET(self) -> None:
        document = self.issuer.document(self.path)
        body = json.dumps(document or {}).encode()
        self.send_response(200 if document else 404)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments) -> None:
        pass


def _jwk(kid: str, key: rsa.PrivateKey) -> dict:
    number = lambda value: _encoded(value.to_bytes((value.bit_length() + 7) // 8, "big"))
    return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid, "n": number(key.n), "e": number(key.e)}


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
