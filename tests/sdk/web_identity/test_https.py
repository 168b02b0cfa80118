"""Clients of S3 that want STS over HTTPS."""

import os
import unittest

import s3
from federated import DENIED, HERE
from storage import SecureStorage

PYTHON = os.environ["STEAD_PYTHON"]


class Https(SecureStorage):
    def test_obstore(self) -> None:
        # It asks by a POST whose parameters are in the query string.
        storage = self.enter(s3.serving())
        command = [PYTHON, HERE / "read_obstore.py", storage.url]
        self.proves(command, "hello", storage, SSL_CERT_FILE=str(self.files.authority))
        self.assertIn(DENIED, self.refusal)


if __name__ == "__main__":
    unittest.main()
