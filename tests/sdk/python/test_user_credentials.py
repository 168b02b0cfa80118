"""SSH public keys, and credentials for single services, as the clients of IAM manage them."""

import pathlib
import unittest

import case

KEYS = pathlib.Path(__file__).resolve().parents[3] / "crates/iam/tests/ssh"


class UserCredentials(case.Case):
    def setUp(self) -> None:
        super().setUp()
        self.user_name = self.name("user")
        self.iam.create_user(UserName=self.user_name)

    def test_a_key_is_uploaded_and_shown_in_both_encodings(self) -> None:
        user, line = {"UserName": self.user_name}, (KEYS / "rsa-2048.pub").read_text()
        key = self.iam.upload_ssh_public_key(SSHPublicKeyBody=line, **user)["SSHPublicKey"]
        self.assertEqual(key["Fingerprint"], (KEYS / "rsa-2048.md5").read_text().strip())
        pem = (KEYS / "rsa-2048.pem").read_text()
        self.refused("DuplicateSSHPublicKey", 400, self.iam.upload_ssh_public_key, SSHPublicKeyBody=pem, **user)
        chosen = {"SSHPublicKeyId": key["SSHPublicKeyId"], **user}
        for encoding, body in [("PEM", pem), ("SSH", line.rsplit(" ", 1)[0])]:
            shown = self.iam.get_ssh_public_key(Encoding=encoding, **chosen)["SSHPublicKey"]
            self.assertEqual(shown["SSHPublicKeyBody"], body)
        self.iam.update_ssh_public_key(Status="Inactive", **chosen)
        (listed,) = self.iam.list_ssh_public_keys(**user)["SSHPublicKeys"]
        self.assertEqual(listed["Status"], "Inactive")
        self.refused("DeleteConflict", 409, self.iam.delete_user, **user)
        self.iam.delete_ssh_public_key(**chosen)
        self.refused("NoSuchEntity", 404, self.iam.get_ssh_public_key, Encoding="PEM", **chosen)

    def test_a_service_gets_a_credential_of_its_own(self) -> None:
        user = {"UserName": self.user_name}
        made = self.iam.create_service_specific_credential(ServiceName="codecommit.amazonaws.com", **user)
        made = made["ServiceSpecificCredential"]
        self.assertEqual(made["ServiceUserName"], f"{self.user_name}-at-{self.account}")
        self.assertEqual(len(made["ServicePassword"]), 60)
        chosen = {"ServiceSpecificCredentialId": made["ServiceSpecificCredentialId"], **user}
        reset = self.iam.reset_service_specific_credential(**chosen)["ServiceSpecificCredential"]
        self.assertNotEqual(reset["ServicePassword"], made["ServicePassword"])
        self.iam.update_service_specific_credential(Status="Inactive", **chosen)
        (listed,) = self.iam.list_service_specific_credentials(**user)["ServiceSpecificCredentials"]
        self.assertEqual((listed["Status"], "ServicePassword" in listed), ("Inactive", False))
        self.iam.delete_service_specific_credential(**chosen)
        self.assertEqual(self.iam.list_service_specific_credentials(**user)["ServiceSpecificCredentials"], [])
        create = self.iam.create_service_specific_credential
        self.refused("NoSuchEntity", 404, create, ServiceName="sqs.amazonaws.com", **user)

    def test_a_signing_certificate_is_uploaded_once(self) -> None:
        user = {"UserName": self.user_name}
        body = (KEYS.parent / "signing-certificate.pem").read_text()
        held = self.iam.upload_signing_certificate(CertificateBody=body, **user)["Certificate"]
        self.assertEqual((held["CertificateBody"], held["Status"]), (body, "Active"))
        other = self.name("user")
        self.iam.create_user(UserName=other)
        upload = self.iam.upload_signing_certificate
        self.refused("DuplicateCertificate", 409, upload, UserName=other, CertificateBody=body)
        self.refused("MalformedCertificate", 400, upload, CertificateBody="none", **user)
        chosen = {"CertificateId": held["CertificateId"], **user}
        self.iam.update_signing_certificate(Status="Inactive", **chosen)
        (listed,) = self.iam.list_signing_certificates(**user)["Certificates"]
        self.assertEqual(listed["Status"], "Inactive")
        self.iam.delete_signing_certificate(**chosen)
        self.assertEqual(self.iam.list_signing_certificates(**user)["Certificates"], [])


if __name__ == "__main__":
    unittest.main()
