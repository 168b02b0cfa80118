"""Who asks too often is told so, in AWS's words, and boto3 comes again by itself."""

import contextlib
import time
import unittest
import unittest.mock

import boto3
import botocore.config
import botocore.exceptions

import case
import server
import world

CALLS = 6


class Throttling(case.Case):
    def setUp(self) -> None:
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        # Two calls at once, and one a second after that.
        variables = stack.enter_context(server.another(configuration="account_rate_max = 1\n"))
        stack.enter_context(world.environment(variables))

    def sts(self, **retries):
        return boto3.client("sts", config=botocore.config.Config(retries=retries))

    def test_the_answer_is_that_of_aws(self) -> None:
        call = self.sts(total_max_attempts=1).get_caller_identity
        refusals = []
        for _ in range(CALLS):
            try:
                call()
            except botocore.exceptions.ClientError as error:
                refusals.append(error.response)
        self.assertTrue(refusals)
        for refusal in refusals:
            self.assertEqual(refusal["Error"]["Code"], "Throttling")
            self.assertEqual(refusal["Error"]["Message"], "Rate exceeded")
            self.assertEqual(refusal["ResponseMetadata"]["HTTPStatusCode"], 400)
            self.assertEqual(refusal["ResponseMetadata"]["HTTPHeaders"]["retry-after"], "1")

    def test_clients_come_again(self) -> None:
        for mode in ["legacy", "standard"]:
            with self.subTest(mode=mode), unittest.mock.patch("time.sleep", wait):
                call = self.sts(mode=mode, total_max_attempts=10).get_caller_identity
                answers = [call() for _ in range(CALLS)]
                again = [answer["ResponseMetadata"]["RetryAttempts"] for answer in answers]
                self.assertGreater(sum(again), 0, again)


def wait(seconds: float) -> None:
    """`time.sleep` waits for a moment of the clock that libfaketime moves."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass


if __name__ == "__main__":
    unittest.main()
