"""The SDK for Go, version 2, of Debian."""

import os
import pathlib

from steps import ALL_STEPS, Steps


class GoV2(Steps):
    def test_go_v2(self) -> None:
        self.plays("go-v2", [pathlib.Path(os.environ["STEAD_WORK"]) / "go-v2"], ALL_STEPS)
