"""s5cmd (SDK for Go, version 1), which knows one endpoint for S3 and STS."""

import subprocess

import s3
from storage import Storage


class S5cmd(Storage):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        told = subprocess.run(["s5cmd", "version"], capture_output=True, text=True, check=True).stdout
        cls.version = told.strip().removeprefix("v").split("-")[0]

    def setUp(self) -> None:
        super().setUp()
        self.storage = self.enter(s3.serving(self.endpoint))
        self.command = ["s5cmd", "--retry-count=0", f"--endpoint-url={self.storage.url}", "cat", "s3://bucket/object"]

    def test_s5cmd_by_a_token(self) -> None:
        self.proves("s5cmd", self.command, "hello", self.storage)

    def test_s5cmd_by_a_role(self) -> None:
        self.proves_profile("s5cmd", self.command, "hello", self.storage, AWS_SDK_LOAD_CONFIG="1")
