"""AsyncAws, an SDK for PHP, of Debian, whose core has STS and no IAM."""

from steps import HERE, STS_STEPS, Steps


class Php(Steps):
    def test_php(self) -> None:
        self.plays("php", ["php", HERE / "php/play.php"], STS_STEPS)
