"""minio-py, which asks by a POST whose parameters are in the query string."""

import os

import s3
from steps import HERE
from storage import Storage


class Minio(Storage):
    def setUp(self) -> None:
        super().setUp()
        self.storage = self.enter(s3.serving())
        self.command = [os.environ["STEAD_PYTHON"], HERE / "minio_py/read.py", self.storage.url.split("://")[1]]

    def test_minio_by_a_token(self) -> None:
        self.proves("minio-py", [*self.command, "web"], "hello", self.storage)

    def test_minio_by_a_role(self) -> None:
        self.proves_role("minio-py", lambda role: [*self.command, "role", role], "hello", self.storage)
