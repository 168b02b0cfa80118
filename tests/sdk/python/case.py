"""What the tests of one server share: names of their own, and refusals."""

import itertools
import json
import os
import re
import unittest

import world

_numbers = itertools.count(1)

# Of a trust policy that lets nobody in who has only a key.
WITH_MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}

DENIAL = r" \(denial (d-[A-Za-z0-9_-]+)\)"


class Case(unittest.TestCase):
    """A test with the root user's clients. All tests share one server."""

    maxDiff = None

    def setUp(self) -> None:
        self.iam = world.client("iam")
        self.sts = world.client("sts")
        self.account = self.sts.get_caller_identity()["Account"]

    def name(self, word: str) -> str:
        """A name that no other test uses."""
        return f"{word}-{next(_numbers)}"

    def user(self, *statements: dict) -> tuple[str, world.Keys]:
        """A new user with an inline policy: its ARN and key."""
        return world.make_user(self.iam, self.name("user"), *statements)

    def role(self, trust, *statements: dict, **more) -> str:
        """A new role: its ARN. `trust` is one statement or a list of them."""
        statement_list = trust if isinstance(trust, list) else [trust]
        return world.make_role(self.iam, self.name("role"), statement_list, *statements, **more)

    def other_account(self) -> tuple[str, world.Keys]:
        """A second account of this server, and its root key."""
        account, key, secret = os.environ["STEAD_OTHER_ACCOUNT"].split(":")
        return account, world.Keys(key, secret)

    def refused(self, code: str, status: int, call, *arguments, **parameters) -> str:
        """Expects a refusal; gives its message."""
        refusal = world.refusal(call, *arguments, **parameters)
        self.assertEqual(refusal[:2], (code, status), refusal)
        return refusal[2]

    def why_refused(self, request_id: str) -> dict:
        """What is kept of a token or an assertion that was refused, by the id of its request."""
        told = self.sts.decode_authorization_message(EncodedMessage=request_id)["DecodedMessage"]
        return json.loads(told)["stead"]["refusedProof"]

    def denied(self, arn: str, action: str, call, *, resource: str | None = None, why: str | None = None, **parameters):
        """Expects AWS's sentence for a caller, an action and, when given, a
        resource and a policy type; gives the id of the denial."""
        message = self.refused("AccessDenied", 403, call, **parameters)
        start = f"User: {arn} is not authorized to perform: {action} on resource: {resource or ''}"
        self.assertEqual(message[: len(start)], start)
        rest = message[len(start) :]
        expected = re.escape(why) if why is not None else r"[^()]*"
        matched = re.fullmatch(f"{expected}{DENIAL}", rest)
        self.assertIsNotNone(matched, f"{rest!r} is not {expected}{DENIAL}")
        return matched.group(1)


def unimplied(action: str, policy_type: str) -> str:
    """The end of the sentence where no policy of a type allows."""
    return f" because no {policy_type} allows the {action} action"


def forbidden(policy_type: str) -> str:
    """The end of the sentence where a policy of a type denies."""
    return f" with an explicit deny in {policy_type}"
