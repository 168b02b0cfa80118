"""An issuer of OpenID Connect tokens on the loopback interface, sound or not."""

import base64
import datetime
import hashlib
import http.server
import ipaddress
import json
import ssl
import tempfile
import threading
import time

from cryptography import x509
from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

DISCOVERY = "/.well-known/openid-configuration"
KEYS = "/keys"


class Key:
    """A key that signs, and what is published of it."""

    def __init__(self, kid: str, private, **published) -> None:
        self.kid = kid
        self.private = private
        self.published = published

    @classmethod
    def rsa(cls, kid: str, **published) -> "Key":
        return cls(kid, rsa.generate_private_key(public_exponent=65537, key_size=2048), **published)

    @classmethod
    def p256(cls, kid: str, **published) -> "Key":
        return cls(kid, ec.generate_private_key(ec.SECP256R1()), **published)

    @property
    def algorithm(self) -> str:
        return "ES256" if isinstance(self.private, ec.EllipticCurvePrivateKey) else "RS256"

    def jwk(self) -> dict:
        numbers = self.private.public_key().public_numbers()
        if self.algorithm == "ES256":
            members = {"kty": "EC", "crv": "P-256", "x": number(numbers.x, 32), "y": number(numbers.y, 32)}
        else:
            members = {"kty": "RSA", "n": number(numbers.n), "e": number(numbers.e)}
        jwk = {"use": "sig", "alg": self.algorithm, "kid": self.kid, **members, **self.published}
        return {name: value for name, value in jwk.items() if value is not None}

    def pem(self) -> bytes:
        """The public key, as people take it for a secret."""
        kind = serialization.PublicFormat.SubjectPublicKeyInfo
        return self.private.public_key().public_bytes(serialization.Encoding.PEM, kind)

    def sign(self, data: bytes) -> bytes:
        if self.algorithm == "RS256":
            return self.private.sign(data, padding.PKCS1v15(), hashes.SHA256())
        r, s = utils.decode_dss_signature(self.private.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


class Issuer:
    """Serves a discovery document and its keys, and signs tokens with the first of them.

    `replies` has what is answered instead, by path below the issuer: a document, bytes,
    or a function of the request's handler.
    """

    def __init__(self, *keys: Key, certificate: "Certificate | None" = None) -> None:
        self.keys = list(keys) or [Key.rsa("first")]
        self.fetches = 0
        self.paths: list[str] = []
        self.replies: dict[str, object] = {}
        handler = type("Handler", (_Handler,), {"issuer": self})
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        # Handlers that keep a client waiting are not waited for.
        self._server.block_on_close = False
        if certificate:
            self._server.socket = certificate.context().wrap_socket(self._server.socket, server_side=True)
        scheme = "https" if certificate else "http"
        self.url = f"{scheme}://127.0.0.1:{self._server.server_port}/realm"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def rotate(self, kid: str) -> None:
        """From now on this new key is the only one."""
        self.keys = [Key.rsa(kid)]

    def token(self, *, kid: str | None = None, header: dict | None = None, key: Key | None = None, **claims) -> str:
        """A token for five minutes; a claim or a part of the header that is None is left out."""
        now = int(time.time())
        key = key or self.keys[0]
        body = {"iss": self.url, "sub": "alice", "aud": "app", "iat": now, "exp": now + 300, **claims}
        head = {"alg": key.algorithm, "typ": "JWT", "kid": kid or key.kid, **(header or {})}
        return compact(head, body, key.sign)

    def close(self) -> None:
        """The issuer is down."""
        self._server.shutdown()
        self._server.server_close()

    def document(self, path: str):
        self.paths.append(path)
        below = path.removeprefix("/realm")
        if below in self.replies:
            return self.replies[below]
        if below == DISCOVERY:
            return {"issuer": self.url, "jwks_uri": f"{self.url}{KEYS}"}
        if below == KEYS:
            self.fetches += 1
            return {"keys": [key.jwk() for key in self.keys]}
        return None


class Certificate:
    """A certificate for an address, this machine's if no other, that signed itself."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "an issuer of the tests")])
        now = datetime.datetime.fromtimestamp(time.time(), datetime.timezone.utc)
        host = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number()).add_extension(host, critical=False)
        days = datetime.timedelta(days=1)
        builder = builder.not_valid_before(now - days).not_valid_after(now + 365 * days)
        made = builder.sign(key, hashes.SHA256())
        kind = serialization.PrivateFormat.PKCS8
        encoding = serialization.Encoding
        self._pem = made.public_bytes(encoding.PEM) + key.private_bytes(
            encoding.PEM, kind, serialization.NoEncryption()
        )
        self.thumbprint = hashlib.sha1(made.public_bytes(encoding.DER)).hexdigest()

    def context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.NamedTemporaryFile() as file:
            file.write(self._pem)
            file.flush()
            context.load_cert_chain(file.name)
        return context


class _Handler(http.server.BaseHTTPRequestHandler):
    issuer: Issuer

    def do_GET(self) -> None:
        answer = self.issuer.document(self.path)
        if callable(answer):
            answer(self)
        elif isinstance(answer, bytes):
            self.answer(200, answer)
        else:
            self.answer(404 if answer is None else 200, json.dumps(answer or {}).encode())

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        # A client that takes no more of it may go.
        try:
            self.wfile.write(body)
        except OSError:
            pass

    def log_message(self, *arguments) -> None:
        pass


def compact(header: dict, claims: dict | bytes, sign) -> str:
    """A signed text in compact form; what is None is left out."""
    present = lambda members: {name: value for name, value in members.items() if value is not None}
    body = claims if isinstance(claims, bytes) else json.dumps(present(claims)).encode()
    signed = f"{encoded(json.dumps(present(header)).encode())}.{encoded(body)}"
    return f"{signed}.{encoded(sign(signed.encode()))}"


def hs256(secret: bytes):
    """Signs with a secret."""

    def sign(data: bytes) -> bytes:
        code = hmac.HMAC(secret, hashes.SHA256())
        code.update(data)
        return code.finalize()

    return sign


def number(value: int, length: int | None = None) -> str:
    return encoded(value.to_bytes(length or (value.bit_length() + 7) // 8, "big"))


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
