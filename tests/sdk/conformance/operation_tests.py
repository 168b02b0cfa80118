"""Tests that are one method for each operation, so that a failure names it."""

import unittest
from collections.abc import Callable, Iterable


def for_each(operations: Iterable[str]) -> Callable[[type], type]:
    """Gives a class of tests a `test_OPERATION` for each one, which calls its `check`."""

    def fill(tests: type[unittest.TestCase]) -> type[unittest.TestCase]:
        for operation in operations:
            test = lambda self, operation=operation: self.check(operation)
            test.__name__ = f"test_{operation}"
            test.__qualname__ = f"{tests.__qualname__}.{test.__name__}"
            setattr(tests, test.__name__, test)
        return tests

    return fill
