"""aiobotocore, and s3fs, which is made with it."""

import os

import s3
from steps import ALL_STEPS, HERE, Steps
from storage import Storage

PYTHON = os.environ["STEAD_PYTHON"]


class Aiobotocore(Steps):
    def test_aiobotocore(self) -> None:
        self.environment["AWS_ENDPOINT_URL"] = self.environment["STEAD_ENDPOINT"]
        self.plays("aiobotocore", [PYTHON, HERE / "s3fs/play.py"], ALL_STEPS)


class S3fs(Storage):
    def setUp(self) -> None:
        super().setUp()
        self.storage = self.enter(s3.serving())
        self.command = [PYTHON, HERE / "s3fs/read.py", self.storage.url]

    def test_s3fs_by_a_token(self) -> None:
        self.proves("s3fs", self.command, "hello", self.storage)

    def test_s3fs_by_a_role(self) -> None:
        self.proves_profile("s3fs", self.command, "hello", self.storage)
