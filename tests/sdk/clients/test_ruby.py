"""The SDK for Ruby of Debian, whose core has STS and no IAM."""

from steps import HERE, STS_STEPS, Steps


class Ruby(Steps):
    def test_ruby(self) -> None:
        self.plays("ruby", ["ruby", HERE / "ruby/play.rb"], STS_STEPS)
