"""Played in namespaces of its own by `test_host_names.py`."""

import fcntl
import os
import pathlib
import socket
import struct
import subprocess
import tempfile
import unittest

import s3
from federated import HERE
from storage import SecureStorage

STS = "sts.us-east-1.amazonaws.com"


class Pyarrow(SecureStorage):
    names = ["127.0.0.1", STS]
    listen = "127.0.0.1:443"

    def workload(self, role: str, **more: str) -> dict[str, str]:
        environment = super().workload(role, **more)
        # Observed: pyarrow 26.0.1 takes this URL for the name of a host.
        del environment["AWS_ENDPOINT_URL_STS"]
        return environment

    def test_pyarrow(self) -> None:
        # Where programs look that are not told.
        cover("/etc/ssl/certs/ca-certificates.crt", self.files.authority)
        storage = self.enter(s3.serving())
        command = [os.environ["STEAD_PYTHON"], HERE / "look_pyarrow.py", storage.url.split("://")[1]]
        # Its threads wait by a clock that libfaketime breaks now and then.
        self.proves(command, "5", storage, LD_PRELOAD="")


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
        hosts.write(f"127.0.0.1 localhost {STS}\n")
        hosts.flush()
        cover("/etc/hosts", pathlib.Path(hosts.name))
        unittest.main()
