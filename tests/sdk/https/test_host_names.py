"""Clients that know STS by its host names at AWS only, and no setting.

They reach another server when these names lead to it and its certificate is
one they trust: the route of docs/tls.md. Here both are arranged in a mount and
a network namespace of their own, so that nothing of the machine changes and
port 443 is free.
"""

import os
import pathlib
import unittest

from federated import run

SECONDS_MAX = 300

INSIDE = pathlib.Path(__file__).resolve().with_name("host_names.py")


class HostNames(unittest.TestCase):
    def test_clients(self) -> None:
        command = ["unshare", "--mount", "--net", "--map-root-user"]
        # Whatever is left in there ends with it.
        command += ["--pid", "--fork", "--kill-child"]
        command += [os.environ["STEAD_PYTHON"], INSIDE, "--verbose"]
        outcome = run(command, dict(os.environ), SECONDS_MAX)
        self.assertEqual(outcome.returncode, 0, outcome.stdout)


if __name__ == "__main__":
    unittest.main()
