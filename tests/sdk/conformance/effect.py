"""What a writing operation changes, as a reading one shows it."""

import dataclasses
from collections.abc import Callable

import jmespath

import world
from calls import Caller, Refusal


@dataclasses.dataclass(frozen=True)
class Reading:
    """A part of what another operation answers, or the code with which it refuses; asked by
    the administrator or with the `keys` of another."""

    operation: str
    part: str
    parameters: dict = dataclasses.field(default_factory=dict)
    keys: world.Keys | None = None

    def look(self, caller: Caller):
        caller = Caller(self.keys) if self.keys else caller
        answer = caller.answer(self.operation, self.parameters)
        return answer.code if isinstance(answer, Refusal) else jmespath.search(self.part, answer)


@dataclasses.dataclass(frozen=True)
class Effect:
    """A call, the reading that shows what it did, and what that must then show.

    `reading` is a function of the answer where only that names what was made, and there is
    then nothing to be read before. So may `expected` be."""

    parameters: dict
    reading: Reading | Callable[[dict], Reading]
    expected: object
    keys: world.Keys | None = None

    def wanted(self, answer: dict):
        return self.expected(answer) if callable(self.expected) else self.expected
