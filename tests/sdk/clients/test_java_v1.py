"""The SDK for Java, version 1."""

import os
import pathlib

from steps import ALL_STEPS, HERE, Steps


class JavaV1(Steps):
    def test_java_v1(self) -> None:
        jar = pathlib.Path(os.environ["STEAD_WORK"]) / "java-v1.jar"
        command = ["java", "-cp", jar, HERE / "java_v1/Play.java"]
        self.plays("java-v1", command, ALL_STEPS)
