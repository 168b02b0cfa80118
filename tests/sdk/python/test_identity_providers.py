"""Identity providers of IAM as its clients use them."""

import datetime
import pathlib
import unittest

import case
import world

ROOT = pathlib.Path(__file__).resolve().parents[3]
METADATA = (ROOT / "crates/iam/tests/saml-metadata.xml").read_text()
PRIVATE_KEY = (ROOT / "crates/federation/tests/saml/rsa-pkcs8.key").read_text()
THUMBPRINT = "6EF423E5272B2347200970D1CD9D1A72BEABC592"


class OpenIDConnect(case.Case):
    def provider(self, **more) -> tuple[str, str]:
        """A new provider: its host and path, and its ARN."""
        bare = f"{self.name('idp')}.example.com/realms/a"
        # With thumbprints, the issuer need not exist.
        more.setdefault("ThumbprintList", [THUMBPRINT])
        made = self.iam.create_open_id_connect_provider(Url=f"https://{bare}", **more)
        arn = made["OpenIDConnectProviderArn"]
        self.assertEqual(arn, f"arn:aws:iam::{self.account}:oidc-provider/{bare}")
        return bare, arn

    def test_a_provider_is_made_shown_listed_and_deleted(self) -> None:
        tags = [{"Key": "Team", "Value": "red"}]
        bare, arn = self.provider(ClientIDList=["one", "two"], ThumbprintList=[THUMBPRINT], Tags=tags)
        shown = self.iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
        self.assertEqual(shown["Url"], bare)
        self.assertEqual(shown["ClientIDList"], ["one", "two"])
        self.assertEqual(shown["ThumbprintList"], [THUMBPRINT.lower()])
        self.assertEqual(shown["Tags"], tags)
        listed = self.iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
        self.assertIn({"Arn": arn}, listed)
        self.iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)
        self.refused("NoSuchEntity", 404, self.iam.get_open_id_connect_provider, OpenIDConnectProviderArn=arn)
        self.refused("NoSuchEntity", 404, self.iam.delete_open_id_connect_provider, OpenIDConnectProviderArn=arn)

    def test_an_issuer_is_registered_once(self) -> None:
        bare, _ = self.provider()
        url = f"https://{bare}"
        message = self.refused("EntityAlreadyExists", 409, self.iam.create_open_id_connect_provider, Url=url)
        self.assertEqual(message, f"Provider with url {url} already exists.")

    def test_urls_are_judged(self) -> None:
        for url in ["idp.example.com", "http://idp.example.com", "https://idp.example.com?a=b"]:
            with self.subTest(url):
                message = self.refused("ValidationError", 400, self.iam.create_open_id_connect_provider, Url=url)
                self.assertEqual(message, "Invalid Open ID Connect Provider URL")

    def test_what_is_registered_changes(self) -> None:
        _, arn = self.provider(ClientIDList=["one"])
        provider = {"OpenIDConnectProviderArn": arn}
        for _ in range(2):
            self.iam.add_client_id_to_open_id_connect_provider(ClientID="two", **provider)
            self.iam.remove_client_id_from_open_id_connect_provider(ClientID="one", **provider)
        self.iam.update_open_id_connect_provider_thumbprint(ThumbprintList=["a" * 40, "b" * 40], **provider)
        shown = self.iam.get_open_id_connect_provider(**provider)
        self.assertEqual((shown["ClientIDList"], shown["ThumbprintList"]), (["two"], ["a" * 40, "b" * 40]))
        message = self.refused(
            "InvalidInput",
            400,
            self.iam.update_open_id_connect_provider_thumbprint,
            ThumbprintList=[digit * 40 for digit in "abcdef"],
            **provider,
        )
        self.assertEqual(message, "Thumbprint list must contain fewer than 5 entries.")

    def test_tags_come_in_pages_and_are_seen_by_policies(self) -> None:
        _, arn = self.provider(Tags=[{"Key": f"k{number}", "Value": "v"} for number in range(5)])
        provider = {"OpenIDConnectProviderArn": arn}
        pages = list(
            self.iam.get_paginator("list_open_id_connect_provider_tags").paginate(
                PaginationConfig={"PageSize": 2}, **provider
            )
        )
        self.assertEqual([[tag["Key"] for tag in page["Tags"]] for page in pages], [["k0", "k1"], ["k2", "k3"], ["k4"]])
        condition = {"StringEquals": {"aws:ResourceTag/k0": "v"}}
        user, keys = self.user(world.allow("iam:GetOpenIDConnectProvider", arn, Condition=condition))
        iam = world.client("iam", keys)
        iam.get_open_id_connect_provider(**provider)
        self.iam.untag_open_id_connect_provider(TagKeys=["k0"], **provider)
        self.denied(
            user, "iam:GetOpenIDConnectProvider", iam.get_open_id_connect_provider, resource=arn, **provider
        )
        self.iam.tag_open_id_connect_provider(Tags=[{"Key": "k0", "Value": "v"}], **provider)
        iam.get_open_id_connect_provider(**provider)

    def test_a_role_trusts_what_need_not_exist(self) -> None:
        arn = f"arn:aws:iam::{self.account}:oidc-provider/{self.name('idp')}.example.com"
        statement = {
            "Effect": "Allow",
            "Principal": {"Federated": arn},
            "Action": "sts:AssumeRoleWithWebIdentity",
        }
        role = self.role(statement).split("/")[-1]
        document = self.iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
        self.assertEqual(document["Statement"][0]["Principal"], {"Federated": arn})


class Saml(case.Case):
    def provider(self, **more) -> str:
        """A new provider: its ARN."""
        name = self.name("Corp")
        made = self.iam.create_saml_provider(Name=name, SAMLMetadataDocument=METADATA, **more)
        self.assertEqual(made["SAMLProviderArn"], f"arn:aws:iam::{self.account}:saml-provider/{name}")
        return made["SAMLProviderArn"]

    def test_a_provider_is_made_shown_listed_and_deleted(self) -> None:
        tags = [{"Key": "Team", "Value": "red"}]
        arn = self.provider(Tags=tags)
        shown = self.iam.get_saml_provider(SAMLProviderArn=arn)
        self.assertEqual(shown["SAMLMetadataDocument"], METADATA)
        self.assertEqual((shown["AssertionEncryptionMode"], shown["PrivateKeyList"]), ("Allowed", []))
        self.assertEqual(shown["Tags"], tags)
        self.assertRegex(shown["SAMLProviderUUID"], "^[A-Z0-9]{22,64}$")
        self.assertGreater(shown["ValidUntil"] - shown["CreateDate"], datetime.timedelta(days=36000))
        listed = {entry["Arn"]: entry for entry in self.iam.list_saml_providers()["SAMLProviderList"]}
        self.assertEqual(listed[arn]["ValidUntil"], shown["ValidUntil"])
        self.iam.delete_saml_provider(SAMLProviderArn=arn)
        message = self.refused("NoSuchEntity", 404, self.iam.get_saml_provider, SAMLProviderArn=arn)
        self.assertEqual(message, f"Manifest not found for arn {arn}")

    def test_metadata_is_judged(self) -> None:
        with_dtd = METADATA.replace("\n", "\n<!DOCTYPE x>\n", 1)
        for document in ["x" * 1000, with_dtd, METADATA.replace("IDPSSODescriptor", "SPSSODescriptor")]:
            message = self.refused(
                "InvalidInput",
                400,
                self.iam.create_saml_provider,
                Name=self.name("Corp"),
                SAMLMetadataDocument=document,
            )
            self.assertEqual(message, "Could not parse metadata")

    def test_private_keys_come_and_go(self) -> None:
        arn = self.provider(AddPrivateKey=PRIVATE_KEY, AssertionEncryptionMode="Required")
        shown = self.iam.get_saml_provider(SAMLProviderArn=arn)
        self.assertEqual(shown["AssertionEncryptionMode"], "Required")
        (key,) = shown["PrivateKeyList"]
        self.iam.update_saml_provider(SAMLProviderArn=arn, RemovePrivateKey=key["KeyId"])
        self.assertEqual(self.iam.get_saml_provider(SAMLProviderArn=arn)["PrivateKeyList"], [])


if __name__ == "__main__":
    unittest.main()
