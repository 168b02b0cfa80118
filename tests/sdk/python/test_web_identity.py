"""AssumeRoleWithWebIdentity: from an issuer's token to credentials that work."""

import os
import pathlib
import tempfile
import time
import unittest

import boto3
import botocore
import botocore.config

import case
import clock
import world
from issuer import Issuer

DENIED = r"Not authorized to perform sts:AssumeRoleWithWebIdentity"
NO_KEY = (
    "Couldn't retrieve verification key from your identity provider,  please reference "
    "AssumeRoleWithWebIdentity documentation for requirements"
)
UNSIGNED = botocore.config.Config(signature_version=botocore.UNSIGNED, retries={"total_max_attempts": 1})


class WebIdentity(case.Case):
    def setUp(self) -> None:
        super().setUp()
        self.issuer = Issuer()
        self.addCleanup(self.issuer.close)
        made = self.iam.create_open_id_connect_provider(Url=self.issuer.url, ClientIDList=["app"])
        self.provider = made["OpenIDConnectProviderArn"]
        self.bare = self.provider.split(":oidc-provider/")[1]
        self.unsigned = boto3.client("sts", config=UNSIGNED)

    def web_role(self, condition: dict | None = None, *statements: dict, **more) -> str:
        trust = {
            "Effect": "Allow",
            "Principal": {"Federated": self.provider},
            "Action": ["sts:AssumeRoleWithWebIdentity", "sts:TagSession"],
            "Condition": condition or {"StringEquals": {f"{self.bare}:sub": "alice"}},
        }
        return self.role(trust, *statements, **more)

    def assume(self, role: str, token: str, **more) -> dict:
        return self.unsigned.assume_role_with_web_identity(
            RoleArn=role, RoleSessionName="job", WebIdentityToken=token, **more
        )

    def not_admitted(self, role: str, token: str, code: str, status: int, **more) -> str:
        return self.refused(code, status, self.assume, role, token, **more)

    def test_a_token_becomes_credentials_that_work_and_expire(self) -> None:
        role = self.web_role(None, world.allow("iam:ListUsers"))
        answer = self.assume(role, self.issuer.token())
        self.assertEqual(answer["SubjectFromWebIdentityToken"], "alice")
        self.assertEqual(answer["Audience"], "app")
        self.assertEqual(answer["Provider"], self.provider)
        keys = world.Keys.of_session(answer["Credentials"])
        who = world.client("sts", keys).get_caller_identity()
        self.assertEqual(who["Arn"], answer["AssumedRoleUser"]["Arn"])
        iam = world.client("iam", keys)
        iam.list_users()
        self.denied(who["Arn"], "iam:ListRoles", iam.list_roles)
        clock.advance(3_600)
        self.refused("ExpiredToken", 403, iam.list_users)

    def test_the_trust_policy_decides_by_what_the_token_says(self) -> None:
        role = self.web_role()
        message = self.not_admitted(role, self.issuer.token(sub="bob"), "AccessDenied", 403)
        self.assertRegex(message, f"^{DENIED}( \\(denial d-[A-Za-z0-9_-]+\\))?$")
        tagged = {"https://aws.amazon.com/tags/principal_tags/team": "blue"}
        team = self.web_role({"StringEquals": {"aws:RequestTag/team": "blue"}})
        self.assume(team, self.issuer.token(**tagged))
        self.not_admitted(team, self.issuer.token(), "AccessDenied", 403)
        missing = f"arn:aws:iam::{self.account}:role/{self.name('missing')}"
        self.not_admitted(missing, self.issuer.token(), "AccessDenied", 403)

    def test_tokens_are_refused_in_awss_words(self) -> None:
        role, now = self.web_role(), self.now()
        other = f"{self.issuer.url}/other"
        good = self.issuer.token()
        head, body, signature = good.split(".")
        for token, code, message in [
            (self.issuer.token(iss=other), "InvalidIdentityToken", f"No OpenIDConnect provider found in your account for {other}"),
            (self.issuer.token(aud="else"), "InvalidIdentityToken", "Incorrect token audience"),
            (self.issuer.token(sub=None), "InvalidIdentityToken", "Missing a required claim: sub"),
            (self.issuer.token(aud=None), "InvalidIdentityToken", "Missing a required claim: aud"),
            (self.issuer.token(kid="unknown"), "InvalidIdentityToken", NO_KEY),
            (self.issuer.token(iat=now + 4_000), "InvalidIdentityToken", f"Token issued in the future: {now + 4_000}"),
            (f"{head}.{body}.{signature[:-8]}AAAAAAAA", "InvalidIdentityToken", "The web identity token provided could not be validated. See the AssumeRoleWithWebIdentity documentation for requirements."),
            ("not.a.token", "InvalidIdentityToken", "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"),
        ]:
            self.assertEqual(self.not_admitted(role, token, code, 400), message)
        expired = self.not_admitted(role, self.issuer.token(exp=now - 400), "ExpiredTokenException", 400)
        self.assertRegex(expired, r"^Token expired: current date/time \d+ must be before the expiration date/time \d+$")
        self.assertTrue(expired.endswith(str(now - 400)))
        self.assertRegex(
            self.not_admitted(role, self.issuer.token(iat=now - 200_000), "ExpiredTokenException", 400),
            r"^Token too old: \d+$",
        )
        named = self.not_admitted(role, good, "AccessDenied", 403, ProviderId="custom.example")
        self.assertEqual(
            named,
            "Unrecognized OAuth provider. Do not include a provider parameter when submitting OpenIDConnect ID tokens",
        )

    def test_a_deleted_provider_lets_nobody_in(self) -> None:
        role, token = self.web_role(), self.issuer.token()
        self.assume(role, token)
        self.iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=self.provider)
        message = self.not_admitted(role, token, "InvalidIdentityToken", 400)
        self.assertEqual(message, f"No OpenIDConnect provider found in your account for {self.issuer.url}")

    def test_rotated_keys_are_found_and_an_outage_is_survived(self) -> None:
        role = self.web_role()
        self.assume(role, self.issuer.token())
        # The interval between fetches is over.
        clock.advance(30)
        self.issuer.rotate("second")
        self.assume(role, self.issuer.token())
        for _ in range(5):
            self.assume(role, self.issuer.token())
        self.assertLessEqual(self.issuer.fetches, 3)
        token = self.issuer.token()
        self.issuer.close()
        self.assume(role, token)

    def test_the_default_credential_chain_reads_a_token_file(self) -> None:
        role = self.web_role()
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "token")
            file.write_text(self.issuer.token())
            endpoint = self.sts.meta.endpoint_url
            environment = {
                "AWS_WEB_IDENTITY_TOKEN_FILE": str(file),
                "AWS_ROLE_ARN": role,
                "AWS_ROLE_SESSION_NAME": "chain",
                "AWS_ENDPOINT_URL_STS": endpoint,
                "AWS_DEFAULT_REGION": "us-east-1",
            }
            kept = dict(os.environ)
            try:
                for name in ["AWS_PROFILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"]:
                    os.environ.pop(name, None)
                os.environ.update(environment)
                session = boto3.Session()
                who = session.client("sts").get_caller_identity()
            finally:
                os.environ.clear()
                os.environ.update(kept)
        name = role.split("/")[-1]
        self.assertEqual(who["Arn"], f"arn:aws:sts::{self.account}:assumed-role/{name}/chain")

    def now(self) -> int:
        return int(time.time())


if __name__ == "__main__":
    unittest.main()
