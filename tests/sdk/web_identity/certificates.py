"""A certificate authority for one test."""

import dataclasses
import datetime
import ipaddress
import pathlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclasses.dataclass(frozen=True)
class Files:
    """What a server of HTTPS and its clients need, PEM."""

    authority: pathlib.Path
    certificate: pathlib.Path
    key: pathlib.Path


def make(folder: pathlib.Path, *names: str) -> Files:
    """A new authority, and a server's certificate for host names and addresses."""
    files = Files(folder / "authority.pem", folder / "server.pem", folder / "server.key")
    authority_key, server_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    issuer = _name("Test authority")
    authority = _certificate(issuer, issuer, authority_key.public_key(), x509.BasicConstraints(True, None))
    files.authority.write_bytes(_pem(authority.sign(authority_key, hashes.SHA256())))
    server = _certificate(_name(names[0]), issuer, server_key.public_key(), x509.BasicConstraints(False, None))
    server = server.add_extension(x509.SubjectAlternativeName([_alternative(name) for name in names]), False)
    files.certificate.write_bytes(_pem(server.sign(authority_key, hashes.SHA256())))
    files.key.write_bytes(
        server_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return files


def _certificate(subject: x509.Name, issuer: x509.Name, key, constraints: x509.BasicConstraints):
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - datetime.timedelta(days=1))
    return builder.not_valid_after(now + datetime.timedelta(days=30)).add_extension(constraints, True)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
