"""Clients that know STS by its host names at AWS only, and no setting.

They reach another server when these names lead to it and its certificate is
one they trust. Here both are arranged in a mount and a network namespace of
their own, so that nothing of the machine changes and port 443 is free.
"""

import os
import unittest

from federated import HERE, run


class HostNames(unittest.TestCase):
    def test_pyarrow(self) -> None:
        command = ["unshare", "--mount", "--net", "--map-root-user"]
        # Whatever is left in there ends with it.
        command += ["--pid", "--fork", "--kill-child"]
        command += [os.environ["STEAD_PYTHON"], HERE / "host_names.py", "--verbose"]
        outcome = run(command, dict(os.environ))
        self.assertEqual(outcome.returncode, 0, outcome.stdout)


if __name__ == "__main__":
    unittest.main()
