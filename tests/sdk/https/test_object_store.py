"""Clients built on object_store (Rust), which ask STS over HTTPS only."""

import os
import pathlib

import s3
from federated import DENIED
from own import OwnCertificate

PYTHON = os.environ["STEAD_PYTHON"]
HERE = pathlib.Path(__file__).resolve().parent


class ObjectStore(OwnCertificate):
    # They ask by a POST whose parameters are in the query string.
    def reads(self, client: str, program: str) -> None:
        storage = self.enter(s3.serving())
        command = [PYTHON, HERE / program, storage.url]
        self.proves(client, command, "hello", storage, SSL_CERT_FILE=str(self.authority))
        self.assertIn(DENIED, self.refusal)

    def test_obstore(self) -> None:
        self.reads("obstore", "read_obstore.py")

    def test_polars(self) -> None:
        self.reads("polars", "read_polars.py")
