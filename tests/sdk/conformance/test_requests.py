"""Requests that break the model: a required member is missing, a constraint broken."""

import unittest

from calls import Refusal
from constraints import Probe, probes
from operation_tests import for_each
from operations import MODELS, changed, members, value_at
from shared import BUILT, request


def _required(operation: str):
    return [member for member in members(operation) if member.required]


@for_each([operation for operation in BUILT if _required(operation)])
class Required(unittest.TestCase):
    """Without one required member, which is then named."""

    def check(self, operation: str) -> None:
        caller, parameters = request(operation)
        shape = MODELS[operation].input_shape
        for member in _required(operation):
            with self.subTest(member=member.name):
                answer = caller.answer(operation, changed(parameters, member.path, None, shape))
                self.assertIsInstance(answer, Refusal, "it is answered without the member")
                self.assertEqual((answer.code, answer.status), ("ValidationError", 400), answer)
                probe = Probe(member, "required", "missing", None, "Member must not be null")
                self.assertTrue(probe.broken_in(answer.message), answer)


@for_each([operation for operation in BUILT if probes(operation)])
class Constraints(unittest.TestCase):
    """Each constraint, one step before its edge and one beyond."""

    def check(self, operation: str) -> None:
        caller, parameters = request(operation)
        shape = MODELS[operation].input_shape
        for probe in probes(operation):
            with self.subTest(member=probe.member.name, constraint=probe.constraint, edge=probe.edge):
                given = changed(parameters, probe.member.path, probe.value, shape)
                self.assertEqual(value_at(given, probe.member.path), probe.value, "the value is not where it belongs")
                self.judge(probe, caller.answer(operation, given))

    def judge(self, probe: Probe, answer: dict | Refusal) -> None:
        if probe.refusal is None:
            if isinstance(answer, Refusal):
                self.assertFalse(probe.complained_of(answer.message), answer)
            return
        self.assertIsInstance(answer, Refusal, "it is answered")
        self.assertEqual((answer.code, answer.status), ("ValidationError", 400), answer)
        self.assertTrue(probe.broken_in(answer.message), f"no word of `{probe.refusal}`: {answer}")


if __name__ == "__main__":
    unittest.main()
