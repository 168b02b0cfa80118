"""Played in namespaces of its own by `test_host_names.py`."""

import fcntl
import os
import pathlib
import socket
import struct
import subprocess
import tempfile
import unittest

import results
import s3
from federated import DENIED, run
from own import OwnCertificate

HERE = pathlib.Path(__file__).resolve().parent
PYTHON = os.environ["STEAD_PYTHON"]

GLOBAL, REGIONAL = "sts.amazonaws.com", "sts.us-east-1.amazonaws.com"

# Where programs look for authorities that are not told.
AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"


class HostNames(OwnCertificate):
    names = [GLOBAL, REGIONAL]
    listen = "127.0.0.1:443"

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cover(AUTHORITIES, cls.authority)

    def workload(self, role: str, **more: str) -> dict[str, str]:
        """They know STS by its names."""
        environment = super().workload(role, **more)
        del environment["AWS_ENDPOINT_URL_STS"]
        return environment

    def test_aws_cli_2_9(self) -> None:
        # Observed: 2.9.19 of Debian 12 has no AWS_ENDPOINT_URL, and its Python looks for
        # authorities in a bundle of its own.
        command = ["/usr/bin/aws", "sts", "get-caller-identity", "--query=Arn", "--output=text"]
        role = self.web_role(self.register("app-RS256"))
        environment = self.workload(role, AWS_CA_BUNDLE=str(self.authority))
        self.file.write_text(self.provider.token("alice"))
        outcome = run(command, environment)
        self.assertEqual((outcome.returncode, outcome.stdout.strip()), (0, self.session_arn(role)), outcome.stdout)
        self.file.write_text(self.provider.token("mallory"))
        # It keeps credentials for the next call.
        for kept in self.folder.glob(".aws/cli/cache/*.json"):
            kept.unlink()
        outcome = run(command, environment)
        self.assertNotEqual(outcome.returncode, 0)
        self.assertIn(DENIED, outcome.stdout)
        self.assertIn("AccessDenied", outcome.stdout)
        shown = ["GetCallerIdentity", "AssumeRoleWithWebIdentity", "denial: code", "denial: message"]
        results.shown("aws-cli-v2", None, *shown)

    def test_pyarrow(self) -> None:
        storage = self.enter(s3.serving())
        command = [PYTHON, HERE / "look_pyarrow.py", storage.url.split("://")[1]]
        # Its threads wait by a clock that libfaketime breaks now and then.
        self.proves("pyarrow", command, "5", storage, LD_PRELOAD="")

    def test_s3cmd(self) -> None:
        storage = self.enter(s3.serving())
        (self.folder / "s3cmd").write_text("[default]\n")
        host = storage.url.split("://")[1]
        command = [pathlib.Path(PYTHON).with_name("s3cmd"), f"--config={self.folder / 's3cmd'}", "--no-ssl"]
        command += [f"--host={host}", f"--host-bucket={host}", "--quiet", "get", "s3://bucket/object", "-"]
        self.proves("s3cmd", command, "hello", storage)

    def test_duckdb(self) -> None:
        # It has no web identity before version 1.5: a user's key, and a role.
        storage = self.enter(s3.serving())
        user, keys = self.user({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"})
        role = self.role({"Effect": "Allow", "Principal": {"AWS": user}, "Action": "sts:AssumeRole"})
        other, other_keys = self.user()
        command = [PYTHON, HERE / "read_duckdb.py", storage.url.split("://")[1], role]

        def read(keys):
            environment = self.workload(role)
            for name in ["AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME"]:
                del environment[name]
            environment |= {
                "AWS_ACCESS_KEY_ID": keys.access_key_id,
                "AWS_SECRET_ACCESS_KEY": keys.secret_access_key,
            }
            return run(command, environment)

        outcome = read(keys)
        self.assertEqual((outcome.returncode, outcome.stdout.splitlines()[-1:]), (0, ["hello"]), outcome.stdout)
        self.signed(storage)
        outcome = read(other_keys)
        self.assertNotEqual(outcome.returncode, 0, outcome.stdout)
        self.assertEqual(storage.signers, [], outcome.stdout)
        self.refusal = outcome.stdout
        self.shown("duckdb", "AssumeRole", f"User: {other} is not authorized to perform: sts:AssumeRole on resource: {role}")


def bring_loopback_up() -> None:
    """A new network namespace has a loopback interface that is down."""
    get_flags, set_flags, up = 0x8913, 0x8914, 1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        request = struct.pack("16sH14x", b"lo", 0)
        flags = struct.unpack("16sH14x", fcntl.ioctl(probe, get_flags, request))[1]
        fcntl.ioctl(probe, set_flags, struct.pack("16sH14x", b"lo", flags | up))


def cover(path: str, by: pathlib.Path) -> None:
    """In this mount namespace, a file is another."""
    subprocess.run(["mount", "--bind", by, path], check=True)


if __name__ == "__main__":
    bring_loopback_up()
    with tempfile.NamedTemporaryFile("w", prefix="stead-sdk-hosts-") as hosts:
        hosts.write(f"127.0.0.1 localhost {GLOBAL} {REGIONAL}\n")
        hosts.flush()
        cover("/etc/hosts", pathlib.Path(hosts.name))
        unittest.main()
