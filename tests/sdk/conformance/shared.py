"""The account of the tests that share one server, and a valid request of each operation."""

import functools

from calls import Caller
from effects import EFFECTS
from fixtures import World
from operations import MODELS
from reads import READS
from refusals import REFUSED, UNBUILT

BUILT = sorted(MODELS.keys() - UNBUILT)


@functools.cache
def account() -> World:
    return World()


def new_request(operation: str) -> tuple[Caller, dict]:
    """Who calls an operation, and with what it is right: all that it names is there."""
    w = account()
    if operation in REFUSED:
        return w.caller, REFUSED[operation].parameters
    if operation in READS:
        return w.caller, READS[operation](w)
    effect = EFFECTS[operation](w)
    return Caller(effect.keys) if effect.keys else w.caller, effect.parameters


@functools.cache
def request(operation: str) -> tuple[Caller, dict]:
    """The same each time, for calls that are to be refused."""
    return new_request(operation)
