"""A server with the certificate that it makes itself, for clients of web identity and S3."""

import os
import pathlib

from storage import Storage


class OwnCertificate(Storage):
    """The administrator's boto3 trusts it by the profile; workloads have no profile."""

    # Of the certificate, besides the loopback's.
    names: list[str] = []

    @classmethod
    def setUpClass(cls) -> None:
        cls.flags = ["--tls", *(f"--tls-name={name}" for name in cls.names)]
        super().setUpClass()
        cls.authority = pathlib.Path(os.environ["AWS_CONFIG_FILE"]).with_name("ca.pem")
