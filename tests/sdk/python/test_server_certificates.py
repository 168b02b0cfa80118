"""Server certificates, as the clients of IAM manage them."""

import pathlib
import unittest

import case

FILES = pathlib.Path(__file__).resolve().parents[3] / "crates/iam/tests/server-certificates"


def text(name: str) -> str:
    return (FILES / name).read_text()


class ServerCertificates(case.Case):
    def setUp(self) -> None:
        super().setUp()
        self.chosen = {"ServerCertificateName": self.name("certificate")}

    def upload(self, body: str = "leaf.pem", key: str = "leaf.key", **more) -> dict:
        parts = {"CertificateBody": text(body), "PrivateKey": text(key)}
        return self.iam.upload_server_certificate(**parts, **{**self.chosen, **more})

    def test_a_certificate_is_uploaded_shown_and_deleted(self) -> None:
        chain = text("intermediate.pem") + text("root.pem")
        tags = [{"Key": "Team", "Value": "red"}]
        made = self.upload(Path="/cloudfront/site/", CertificateChain=chain, Tags=tags)
        metadata = made["ServerCertificateMetadata"]
        name = self.chosen["ServerCertificateName"]
        arn = f"arn:aws:iam::{self.account}:server-certificate/cloudfront/site/{name}"
        self.assertEqual((metadata["Arn"], made["Tags"]), (arn, tags))
        self.assertRegex(metadata["ServerCertificateId"], "^ASCA[A-Z2-7]{17}$")
        self.assertEqual(metadata["Expiration"].year, 2046)
        shown = self.iam.get_server_certificate(**self.chosen)["ServerCertificate"]
        self.assertEqual(shown["CertificateBody"], text("leaf.pem").strip())
        self.assertEqual(shown["CertificateChain"], chain.strip())
        self.assertNotIn("PrivateKey", str(shown))
        pages = self.iam.get_paginator("list_server_certificates").paginate(PathPrefix="/cloudfront/site/")
        self.assertEqual([held for page in pages for held in page["ServerCertificateMetadataList"]], [metadata])
        self.iam.delete_server_certificate(**self.chosen)
        self.refused("NoSuchEntity", 404, self.iam.get_server_certificate, **self.chosen)

    def test_what_does_not_belong_together_is_refused(self) -> None:
        self.refused("KeyPairMismatch", 400, self.upload, key="rsa.key")
        self.refused("MalformedCertificate", 400, self.upload, body="leaf.key")
        self.refused("MalformedCertificate", 400, self.upload, body="expired.pem")
        self.refused("MalformedCertificate", 400, self.upload, CertificateChain=text("root.pem"))
        self.upload()
        self.refused("EntityAlreadyExists", 409, self.upload)

    def test_a_certificate_is_renamed_and_tagged(self) -> None:
        self.upload(body="rsa.pem", key="rsa.key")
        before = self.iam.get_server_certificate(**self.chosen)["ServerCertificate"]["ServerCertificateMetadata"]
        other = {"ServerCertificateName": self.name("certificate")}
        self.iam.update_server_certificate(
            NewServerCertificateName=other["ServerCertificateName"], NewPath="/new/", **self.chosen
        )
        self.refused("NoSuchEntity", 404, self.iam.get_server_certificate, **self.chosen)
        after = self.iam.get_server_certificate(**other)["ServerCertificate"]["ServerCertificateMetadata"]
        self.assertEqual((after["ServerCertificateId"], after["Path"]), (before["ServerCertificateId"], "/new/"))
        self.iam.tag_server_certificate(Tags=[{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}], **other)
        self.iam.untag_server_certificate(TagKeys=["a"], **other)
        self.assertEqual(self.iam.list_server_certificate_tags(**other)["Tags"], [{"Key": "A", "Value": "2"}])

    def test_who_may_not_is_refused(self) -> None:
        self.upload(Path="/hidden/")
        name = self.chosen["ServerCertificateName"]
        resource = f"arn:aws:iam::{self.account}:server-certificate/hidden/{name}"
        arn, keys = self.user({"Effect": "Allow", "Action": "iam:GetServerCertificate", "Resource": resource})
        iam = case.world.client("iam", keys)
        iam.get_server_certificate(**self.chosen)
        self.denied(arn, "iam:DeleteServerCertificate", iam.delete_server_certificate, **self.chosen)


if __name__ == "__main__":
    unittest.main()
