"""Nothing of the model is left out, so that what a new version brings shows."""

import re
import unittest

import texts
from constraints import probes
from effects import EFFECTS
from operations import MODELS, PAGINATORS, READING, WRITING, Member, members
from reads import READS
from refusals import REFUSED, UNBUILT
from shared import BUILT


COVERED = {
    "operations": 187,
    "built": 187,
    "writing": 110,
    "paged": 34,
    "members": 573,
    "required": 273,
    "broken": 1259,
    "kept": 988,
}


class Coverage(unittest.TestCase):
    def test_every_operation_is_in_one_table(self) -> None:
        for name, tables in [("writing", [EFFECTS]), ("reading", [READS])]:
            operations = {"writing": WRITING, "reading": READING}[name]
            listed = sorted(operation for table in [*tables, REFUSED] for operation in table if operation in operations)
            listed += sorted(UNBUILT & set(operations))
            self.assertEqual(sorted(listed), operations, name)
        strangers = (EFFECTS.keys() | READS.keys() | REFUSED.keys() | UNBUILT) - MODELS.keys()
        self.assertEqual(strangers, set())
        self.assertEqual(set(EFFECTS) - set(WRITING), set(), "these only read")

    def test_each_constraint_is_broken_and_kept(self) -> None:
        for operation in BUILT:
            broken = {(probe.member.name, probe.constraint) for probe in probes(operation) if probe.refusal}
            kept = {(probe.member.name, probe.constraint) for probe in probes(operation) if not probe.refusal}
            for member in members(operation):
                with self.subTest(operation=operation, member=member.name):
                    declared = {(member.name, constraint) for constraint in _declared(member)}
                    self.assertEqual(declared - broken - _unbreakable(member), set())
                    self.assertEqual({one for one in declared if one[1] != "pattern"} - kept, set())

    def test_this_much_of_the_model_is_covered(self) -> None:
        every = [member for operation in BUILT for member in members(operation)]
        found = [probe for operation in BUILT for probe in probes(operation)]
        covered = {
            "operations": len(MODELS),
            "built": len(BUILT),
            "writing": len(EFFECTS),
            "paged": sum(len(config) for config in PAGINATORS.values()),
            "members": len(every),
            "required": len([member for member in every if member.required]),
            "broken": len([probe for probe in found if probe.refusal]),
            "kept": len([probe for probe in found if not probe.refusal]),
        }
        # Whoever takes a newer boto3, or builds an operation, counts again.
        self.assertEqual(covered, COVERED)

    def test_the_sample_texts_are_what_they_say(self) -> None:
        shapes = {id(member.shape): member.shape for operation in MODELS for member in members(operation)}
        patterns = {shape.metadata["pattern"]: shape for shape in shapes.values() if "pattern" in shape.metadata}
        self.assertEqual(patterns.keys() - texts.BY_PATTERN.keys(), set(), "no samples of these expressions")
        self.assertEqual(texts.BY_PATTERN.keys() - patterns.keys(), set(), "nothing has these expressions")
        for pattern, shape in patterns.items():
            with self.subTest(pattern):
                expression = re.compile(_for_python(pattern), re.ASCII)
                shortest = max(shape.metadata.get("min", 1), texts.SHORTEST.get(pattern, 1))
                for length in [shortest, shortest + 20]:
                    if pattern != r"\d{12}" or length == 12:
                        sample = texts.BY_PATTERN[pattern].matching(length)
                        self.assertIsNotNone(expression.fullmatch(sample), sample)
                other = texts.other_text(shape)
                self.assertIsNone(expression.fullmatch(other), other)


def _declared(member: Member) -> list[str]:
    """The constraints of a member, as the probes call them."""
    limits, kind = member.shape.metadata, member.shape.type_name
    word = {"integer": "range", "long": "range", "list": "count"}.get(kind, "length")
    if limits.get("enum"):
        return ["enum"]
    bounds = [f"{word} {bound}" for bound in ("min", "max") if bound in limits]
    return bounds + ["pattern"] * ("pattern" in limits)


def _unbreakable(member: Member) -> set[tuple[str, str]]:
    """Nothing is shorter than nothing."""
    empty = member.shape.metadata.get("min") == 0 and member.shape.type_name == "string"
    return {(member.name, "length min")} if empty else set()


def _for_python(pattern: str) -> str:
    """An expression of Java's: what Python spells otherwise."""
    pattern = pattern.replace(r"\p{L}\p{Z}\p{N}", r"\w ").replace(r"\uD7FF\uE000-\uFFFD\u10000-\u10FFFF", r"\uFFFD")
    return pattern


if __name__ == "__main__":
    unittest.main()
