"""Each constraint of the model at its edges: what it must refuse and what it must let through."""

import dataclasses
import re

import texts
from operations import Member, members, sample

# What stands instead of `regular expression pattern` in IAM's words for names and paths.
_STATED = "is invalid. It must"


@dataclasses.dataclass(frozen=True)
class Probe:
    """One value for one member. `refusal` is what AWS says of the constraint it breaks;
    without one it is just within."""

    member: Member
    constraint: str
    edge: str
    value: object = dataclasses.field(compare=False)
    refusal: str | None = None

    def broken_in(self, message: str) -> bool:
        """Whether a message says that this member breaks this constraint."""
        return self._complains(message) and any(words in message for words in self._words())

    def complained_of(self, message: str) -> bool:
        """Whether a message says that this member breaks any constraint of the model."""
        return "validation error" in message and self._complains(message)

    def _complains(self, message: str) -> bool:
        # The path in the message counts elements and says `member` for each.
        plain = [name for name in self.member.path if name != "[]"]
        wanted = r"[.\dmember]*\.".join(re.escape(name) for name in plain)
        return re.search(rf"(at '|value for ){wanted}", message, re.IGNORECASE) is not None

    def _words(self) -> list[str]:
        return [self.refusal, _STATED] if self.constraint == "pattern" else [self.refusal]


def probes(operation: str) -> list[Probe]:
    """Every constraint of an operation's request at its edges."""
    return [probe for member in members(operation) for probe in _of(member)]


def _of(member: Member):
    shape, limits = member.shape, member.shape.metadata
    if shape.type_name in ("integer", "long"):
        yield from _bounds(member, "range", limits, lambda number: number, "value")
    elif shape.type_name == "list":
        of = lambda count: [sample(shape.member) for _ in range(count)]
        yield from _bounds(member, "count", limits, of, "length")
    elif shape.type_name == "string" and limits.get("enum"):
        for value in limits["enum"]:
            yield Probe(member, "enum", value, value)
        yield Probe(member, "enum", "none of them", "nothing", "enum value set")
        yield Probe(member, "enum", "another case", limits["enum"][0].swapcase(), "enum value set")
    elif shape.type_name == "string":
        of = lambda length: texts.text(shape, length)
        yield from _bounds(member, "length", limits, of, "length")
        if pattern := limits.get("pattern"):
            words = f"regular expression pattern: {pattern}"
            yield Probe(member, "pattern", "broken", texts.other_text(shape), words)


def _bounds(member: Member, constraint: str, limits: dict, of, noun: str):
    low, high = limits.get("min"), limits.get("max")
    shortest = texts.SHORTEST.get(limits.get("pattern"), 0)
    if low is not None:
        yield Probe(member, f"{constraint} min", "at", of(low))
    if low is not None and (constraint == "range" or low > 0):
        # What is too short for the expression breaks both.
        value = of(low - 1) if constraint == "range" or low > shortest else "x" * (low - 1)
        yield Probe(member, f"{constraint} min", "below", value, f"{noun} greater than or equal to {low}")
    if high is not None:
        yield Probe(member, f"{constraint} max", "at", of(high))
        yield Probe(member, f"{constraint} max", "above", of(high + 1), f"{noun} less than or equal to {high}")
