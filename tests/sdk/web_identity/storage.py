"""Tests whose client speaks S3: what it was given is known by who signs."""

import s3
from federated import Federated, run


class Storage(Federated):
    def proves(self, command: list, output: str, storage: s3.S3, **more: str) -> None:
        """The client gets what it asks S3 for with a session of alice's, and with
        mallory's token does not even ask."""
        role = self.web_role(self.register("app-RS256"))
        environment = self.workload(role, **more)
        self.file.write_text(self.provider.token("alice"))
        outcome = run(command, environment)
        self.assertEqual((outcome.returncode, outcome.stdout.splitlines()[-1:]), (0, [output]), outcome.stdout)
        self.signed(storage)
        self.file.write_text(self.provider.token("mallory"))
        outcome = run(command, environment)
        self.assertNotEqual(outcome.returncode, 0, outcome.stdout)
        self.assertEqual(storage.signers, [], outcome.stdout)
        self.refusal = outcome.stdout

    def signed(self, storage: s3.S3) -> None:
        """The storage was asked with a session of this account."""
        signers = set(storage.signers)
        storage.signers.clear()
        self.assertEqual(len(signers), 1, signers)
        (signer,) = signers
        self.assertTrue(signer.access_key_id.startswith("ASIA") and signer.session_token, signer)
        known = self.sts.get_access_key_info(AccessKeyId=signer.access_key_id)
        self.assertEqual(known["Account"], self.account)
