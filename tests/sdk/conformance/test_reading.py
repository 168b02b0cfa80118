"""Every operation that reads succeeds with a valid request, those that must be refused are
refused as the table says, and those that are not built say so."""

import unittest

from calls import Refusal
from operation_tests import for_each
from operations import MODELS, sample
from reads import READS
from refusals import REFUSED, UNBUILT
from shared import account, request


@for_each(READS)
class Reading(unittest.TestCase):
    def check(self, operation: str) -> None:
        caller, parameters = request(operation)
        # The answer is held against the model where it arrives.
        self.assertNotEqual(caller.result(operation, parameters), {})


@for_each(REFUSED)
class Refused(unittest.TestCase):
    def check(self, operation: str) -> None:
        caller, parameters = request(operation)
        answer = caller.answer(operation, parameters)
        expected = REFUSED[operation]
        self.assertIsInstance(answer, Refusal)
        self.assertEqual((answer.code, answer.status), (expected.code, expected.status), answer.message)


@for_each(UNBUILT)
class Unbuilt(unittest.TestCase):
    def check(self, operation: str) -> None:
        shape = MODELS[operation].input_shape
        with self.assertRaisesRegex(AssertionError, "code='NotImplemented', status=501"):
            account().caller.answer(operation, sample(shape) if shape else {})


if __name__ == "__main__":
    unittest.main()
