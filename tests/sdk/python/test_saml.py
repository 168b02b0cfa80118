"""AssumeRoleWithSAML: from the responses of real identity providers to credentials."""

import base64
import contextlib
import pathlib
import re
import subprocess
import tempfile
import time
import unittest

import boto3
import botocore
import botocore.config

import case
import clock
import server
import world
from identity_providers import samlp, simplesamlphp

DENIED = "Not authorized to perform sts:AssumeRoleWithSAML"
RECIPIENT = "https://signin.aws.amazon.com/saml"
INVALID = (
    r"\(Service: AWSOpenIdDiscoveryService; Status Code: 400; Error Code: %s; "
    r"Request ID: [0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}; Proxy: null\)"
)
KEYS = pathlib.Path(__file__).resolve().parents[3] / "crates/federation/tests/saml"
# What assertions are encrypted for, and another.
DECRYPTION_KEY, OTHER_KEY = [(KEYS / name).read_text() for name in ["idp.key", "attacker.key"]]
UNSIGNED = botocore.config.Config(signature_version=botocore.UNSIGNED, retries={"total_max_attempts": 1})


class Saml(case.Case):
    def setUp(self) -> None:
        super().setUp()
        self.requests: list[str] = []

    def registered(self, metadata: str, **more) -> str:
        """A SAML provider of the account: its ARN."""
        made = self.iam.create_saml_provider(Name=self.name("idp"), SAMLMetadataDocument=metadata, **more)
        return made["SAMLProviderArn"]

    def saml_role(self, provider: str, condition: dict, *statements: dict, **more) -> str:
        trust = {
            "Effect": "Allow",
            "Principal": {"Federated": provider},
            "Action": ["sts:AssumeRoleWithSAML", "sts:TagSession", "sts:SetSourceIdentity"],
            "Condition": condition,
        }
        return self.role(trust, *statements, **more)

    def assume(self, role: str, provider: str, response: str, **more) -> dict:
        # A server of its own has its own endpoint.
        unsigned = boto3.client("sts", config=UNSIGNED)
        with world.noting_request(self.requests):
            return unsigned.assume_role_with_saml(RoleArn=role, PrincipalArn=provider, SAMLAssertion=response, **more)

    def not_admitted(self, role: str, provider: str, response: str, code: str, status: int, **more) -> str:
        return self.refused(code, status, self.assume, role, provider, response, **more)

    def not_opened(self, role: str, provider: str, response: str) -> None:
        """Refused in AWS's words for whatever it cannot read."""
        message = self.not_admitted(role, provider, response, "InvalidIdentityToken", 400)
        self.assertRegex(message, "^Invalid base64 SAMLResponse " + INVALID % "AuthSamlInvalidSamlResponseException")

    def enter(self, context):
        """What a context manager gives, until the test ends."""
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        return stack.enter_context(context)


def offer(role: str, provider: str, name: str = "alice", **more) -> dict:
    """The attributes that let somebody in to a role."""
    return {"Role": [f"{role},{provider}"], "RoleSessionName": [name], **more}


def alice(**more) -> dict:
    return {"StringEquals": {"saml:sub": "alice", "saml:aud": RECIPIENT, **more}}


class SimpleSamlPhp(Saml):
    """Debian's SimpleSAMLphp, as AWS's console is logged in to."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        stack = contextlib.ExitStack()
        cls.addClassCleanup(stack.close)
        cls.idp = stack.enter_context(simplesamlphp.provider())

    def setUp(self) -> None:
        super().setUp()
        self.provider = self.registered(self.idp.metadata())

    def test_a_response_becomes_credentials_that_work_and_expire(self) -> None:
        role = self.saml_role(self.provider, alice(), world.allow("iam:ListUsers"))
        answer = self.assume(role, self.provider, self.idp.response("alice", **offer(role, self.provider)))
        self.assertEqual(answer["Subject"], "alice")
        self.assertEqual(answer["SubjectType"], "persistent")
        self.assertEqual(answer["Audience"], RECIPIENT)
        self.assertEqual(answer["Issuer"], self.idp.entity_id)
        self.assertRegex(answer["NameQualifier"], "^[A-Za-z0-9+/]{27}=$")
        keys = world.Keys.of_session(answer["Credentials"])
        who = world.client("sts", keys).get_caller_identity()
        self.assertEqual(who["Arn"], answer["AssumedRoleUser"]["Arn"])
        self.assertTrue(who["Arn"].endswith("/alice"))
        iam = world.client("iam", keys)
        iam.list_users()
        self.denied(who["Arn"], "iam:ListRoles", iam.list_roles)
        clock.advance(3_600)
        self.refused("ExpiredToken", 403, iam.list_users)

    def test_the_trust_policy_decides_by_what_the_assertion_says(self) -> None:
        role = self.saml_role(self.provider, alice())
        mallory = self.idp.response("mallory", **offer(role, self.provider))
        message = self.not_admitted(role, self.provider, mallory, "AccessDenied", 403)
        matched = re.fullmatch(f"{DENIED}{case.DENIAL}", message)
        self.assertIsNotNone(matched, message)
        # The denial tells which key had which value.
        told = self.sts.decode_authorization_message(EncodedMessage=matched[1])["DecodedMessage"]
        for part in ["saml:sub", "mallory", "saml:doc", self.provider]:
            self.assertIn(part, told)
        self.assertNotIn(mallory[:64], told)
        missing = f"arn:aws:iam::{self.account}:role/{self.name('missing')}"
        response = self.idp.response("alice", **offer(missing, self.provider))
        self.not_admitted(missing, self.provider, response, "AccessDenied", 403)

    def test_tags_and_source_identity_go_with_the_session(self) -> None:
        condition = {"StringEquals": {"aws:RequestTag/Team": "blue", "sts:SourceIdentity": "alice-7"}}
        tagged = world.allow("iam:ListUsers", Condition={"StringEquals": {"aws:PrincipalTag/Team": "blue"}})
        role = self.saml_role(self.provider, condition, tagged)
        said = {"PrincipalTag:Team": ["blue"], "SourceIdentity": ["alice-7"], "SessionDuration": ["900"]}
        response = self.idp.response("alice", **offer(role, self.provider), **said)
        answer = self.assume(role, self.provider, response)
        self.assertEqual(answer["SourceIdentity"], "alice-7")
        world.client("iam", world.Keys.of_session(answer["Credentials"])).list_users()

    def test_responses_are_refused_in_awss_words(self) -> None:
        role = self.saml_role(self.provider, alice())
        response = self.idp.response("alice", **offer(role, self.provider))
        text = base64.b64decode(response).decode()
        encoded = lambda changed: base64.b64encode(changed.encode()).decode()
        invalid = "Invalid base64 SAMLResponse " + INVALID % "AuthSamlInvalidSamlResponseException"
        no_provider = "Specified provider doesn't exist " + INVALID % "AuthSamlManifestNotFoundException"
        other_role = "SAML Assertion doesn't contain the requested Role and Metadata in the attributes"
        unsigned = re.sub(r"<ds:Signature .*?</ds:Signature>", "", text, flags=re.DOTALL)
        other = self.saml_role(self.provider, alice())
        for given, to, through, expected in [
            (encoded(text.replace(">alice<", ">mallo<")), role, self.provider, "Response signature invalid"),
            (encoded(unsigned), role, self.provider, r"Response \(with optional signature\) must contain .*"),
            ("AAAA", role, self.provider, invalid),
            (encoded("<x/>"), role, self.provider, invalid),
            (response, role, f"{self.provider}x", no_provider),
            (response, other, self.provider, other_role),
        ]:
            with self.subTest(expected=expected):
                message = self.not_admitted(to, through, given, "InvalidIdentityToken", 400)
                self.assertRegex(message, f"^{expected}$")
                why = self.why_refused(self.requests[-1])
                self.assertEqual((why["code"], why["message"]), ("InvalidIdentityToken", message))
                self.assertTrue(why["reason"])
        elsewhere = self.registered(self.idp.metadata().replace(self.idp.entity_id, "urn:another"))
        response = self.idp.response("alice", **offer(role, elsewhere))
        message = self.not_admitted(role, elsewhere, response, "InvalidIdentityToken", 400)
        self.assertRegex(message, "^Issuer not present in specified provider " + INVALID % "Auth[A-Za-z]+Exception")
        why = self.why_refused(self.requests[-1])["reason"]
        for part in [elsewhere, f"`{self.idp.entity_id}`", "expected `urn:another`"]:
            self.assertIn(part, why)
        clock.advance(301)
        message = self.not_admitted(role, self.provider, response, "ExpiredTokenException", 400)
        self.assertEqual(message, "Response has expired")

    def test_the_session_lasts_no_longer_than_role_assertion_and_caller_say(self) -> None:
        role = self.saml_role(self.provider, alice(), MaxSessionDuration=7_200)
        long = self.idp.response("alice", **offer(role, self.provider))
        message = self.not_admitted(role, self.provider, long, "ValidationError", 400, DurationSeconds=7_201)
        self.assertIn("exceeds the MaxSessionDuration", message)
        short = self.idp.response("alice", **offer(role, self.provider, SessionDuration=["900"]))
        for response, asked, lasts in [(long, {}, 3_600), (long, {"DurationSeconds": 7_200}, 7_200), (short, {}, 900)]:
            with self.subTest(lasts=lasts):
                answer = self.assume(role, self.provider, response, **asked)
                left = answer["Credentials"]["Expiration"].timestamp() - time.time()
                self.assertAlmostEqual(left, lasts, delta=30)

    def test_the_aws_cli_trades_a_response(self) -> None:
        role = self.saml_role(self.provider, alice())
        response = self.idp.response("alice", **offer(role, self.provider))
        with tempfile.TemporaryDirectory(prefix="stead-sdk-") as folder:
            file = pathlib.Path(folder) / "response"
            file.write_text(response)
            command = ["aws", "sts", "assume-role-with-saml", "--role-arn", role, "--principal-arn", self.provider]
            command += ["--saml-assertion", f"file://{file}", "--query", "AssumedRoleUser.Arn", "--output", "text"]
            outcome = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        self.assertEqual(outcome.returncode, 0, outcome.stderr)
        self.assertTrue(outcome.stdout.strip().endswith("/alice"), outcome.stdout)


class EncryptingSimpleSamlPhp(Saml):
    """The same, set to encrypt."""

    def test_its_assertions_are_opened(self) -> None:
        idp = self.enter(simplesamlphp.provider(encrypts=True))
        demanding = {"AssertionEncryptionMode": "Required", "AddPrivateKey": DECRYPTION_KEY}
        provider, locked = self.registered(idp.metadata(), **demanding), self.registered(idp.metadata())
        role = self.saml_role(provider, alice())
        response = idp.response("alice", **offer(role, provider))
        self.assertIn("EncryptedAssertion", base64.b64decode(response).decode())
        self.assertEqual(self.assume(role, provider, response)["Subject"], "alice")
        self.not_opened(role, locked, response)


class Samlp(Saml):
    """The npm library, which signs the assertion, or both."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        stack = contextlib.ExitStack()
        cls.addClassCleanup(stack.close)
        cls.idp = stack.enter_context(samlp.provider())

    def test_responses_become_credentials_whichever_is_signed(self) -> None:
        provider = self.registered(self.idp.metadata())
        role = self.saml_role(provider, alice())
        for switches in [[], ["sign response"]]:
            with self.subTest(switches=switches):
                response = self.idp.response("alice", *switches, **offer(role, provider))
                answer = self.assume(role, provider, response)
                self.assertEqual(answer["Subject"], "alice")
                mallory = self.idp.response("mallory", *switches, **offer(role, provider))
                self.assertIn(DENIED, self.not_admitted(role, provider, mallory, "AccessDenied", 403))

    def test_encrypted_assertions_are_opened_with_the_keys_of_the_provider(self) -> None:
        provider = self.registered(self.idp.metadata())
        role = self.saml_role(provider, alice())
        for switches in [["encrypt"], ["encrypt", "sign response"]]:
            with self.subTest(switches=switches):
                response = self.idp.response("alice", *switches, **offer(role, provider))
                self.not_opened(role, provider, response)
                self.assertNotIn("alice", base64.b64decode(response).decode())
                wrong = self.add_key(provider, OTHER_KEY)
                self.not_opened(role, provider, response)
                right = self.add_key(provider, DECRYPTION_KEY)
                self.assertEqual(self.assume(role, provider, response)["Subject"], "alice")
                mallory = self.idp.response("mallory", *switches, **offer(role, provider))
                self.assertIn(DENIED, self.not_admitted(role, provider, mallory, "AccessDenied", 403))
                for key in [right, wrong]:
                    self.iam.update_saml_provider(SAMLProviderArn=provider, RemovePrivateKey=key)
                    self.not_opened(role, provider, response)

    def test_a_provider_can_demand_encryption(self) -> None:
        demanding = {"AssertionEncryptionMode": "Required", "AddPrivateKey": DECRYPTION_KEY}
        provider = self.registered(self.idp.metadata(), **demanding)
        role = self.saml_role(provider, alice())
        plain = self.idp.response("alice", **offer(role, provider))
        encrypted = self.idp.response("alice", "encrypt", **offer(role, provider))
        self.not_opened(role, provider, plain)
        self.assume(role, provider, encrypted)
        self.iam.update_saml_provider(SAMLProviderArn=provider, AssertionEncryptionMode="Allowed")
        self.assume(role, provider, plain)
        self.assume(role, provider, encrypted)

    def add_key(self, provider: str, key: str) -> str:
        """One more private key: its id."""
        before = self.keys(provider)
        self.iam.update_saml_provider(SAMLProviderArn=provider, AddPrivateKey=key)
        [added] = self.keys(provider) - before
        return added

    def keys(self, provider: str) -> set[str]:
        shown = self.iam.get_saml_provider(SAMLProviderArn=provider)
        return {key["KeyId"] for key in shown["PrivateKeyList"]}

    def test_an_assertion_is_used_once_where_that_is_switched_on(self) -> None:
        variables = self.enter(server.another("--saml-single-use"))
        self.enter(world.environment(variables))
        self.setUp()
        provider = self.registered(self.idp.metadata())
        role = self.saml_role(provider, alice())
        response = self.idp.response("alice", **offer(role, provider))
        self.assume(role, provider, response)
        message = self.not_admitted(role, provider, response, "ExpiredTokenException", 400)
        self.assertEqual(message, "Response has expired")
        self.assume(role, provider, self.idp.response("alice", **offer(role, provider)))


if __name__ == "__main__":
    unittest.main()
