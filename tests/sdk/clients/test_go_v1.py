"""The SDK for Go, version 1, of Debian."""

import os
import pathlib

from steps import ALL_STEPS, Steps


class GoV1(Steps):
    def test_go_v1(self) -> None:
        self.plays("go-v1", [pathlib.Path(os.environ["STEAD_WORK"]) / "go-v1"], ALL_STEPS)
