"""The providers that AWS knows by their names, each played by a stand-in that answers
as the provider's public documentation says."""

import contextlib
import json
import unittest
import urllib.parse

import boto3
import botocore
import botocore.config

import case
import server
import server_log
import world
from issuer import DISCOVERY, KEYS, Issuer

GOOGLE = "https://accounts.google.com"
COGNITO = "https://cognito-identity.amazonaws.com"
DENIED = "Not authorized to perform sts:AssumeRoleWithWebIdentity"
UNSIGNED = botocore.config.Config(signature_version=botocore.UNSIGNED, retries={"total_max_attempts": 1})


class NamedProviders(case.Case):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        stack = contextlib.ExitStack()
        cls.addClassCleanup(stack.close)
        cls.stand_in = Issuer()
        stack.callback(cls.stand_in.close)
        names = [GOOGLE, COGNITO, "www.amazon.com", "graph.facebook.com"]
        endpoint = f'endpoint = "{cls.stand_in.url}"\n'
        configuration = "".join(f'[issuer."{name}"]\n{endpoint}' for name in names)
        variables = stack.enter_context(server.another(configuration=configuration))
        stack.enter_context(world.environment(variables))
        cls.log = variables["STEAD_LOG"]

    def setUp(self) -> None:
        super().setUp()
        self.stand_in.replies.clear()
        self.unsigned = boto3.client("sts", config=UNSIGNED)

    def publish(self, issuer: str) -> None:
        """The stand-in is this issuer."""
        self.stand_in.replies[DISCOVERY] = {"issuer": issuer, "jwks_uri": f"{self.stand_in.url}{KEYS}"}

    def trusting(self, provider: str, condition: dict, *statements: dict) -> str:
        trust = {
            "Effect": "Allow",
            "Principal": {"Federated": provider},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": condition,
        }
        return self.role(trust, *statements)

    def assume(self, role: str, token: str, **more) -> dict:
        return self.unsigned.assume_role_with_web_identity(
            RoleArn=role, RoleSessionName="job", WebIdentityToken=token, **more
        )

    def denied_by_trust(self, role: str, token: str, **more) -> None:
        message = self.refused("AccessDenied", 403, self.assume, role, token, **more)
        self.assertTrue(message.startswith(DENIED), message)

    def session(self, answer: dict):
        return world.client("iam", world.Keys.of_session(answer["Credentials"]))

    def test_google(self) -> None:
        self.publish(GOOGLE)
        keys = {f"accounts.google.com:{claim}": claim for claim in ["aud", "oaud", "sub"]}
        asked = {"StringEquals": keys}
        again = world.allow("iam:ListUsers", Condition={"StringEquals": {"accounts.google.com:sub": "sub"}})
        role = self.trusting("accounts.google.com", asked, again)
        for issuer in [GOOGLE, "accounts.google.com"]:
            # `aud` is the application (`azp`), `oaud` the audience.
            token = self.stand_in.token(iss=issuer, azp="aud", aud="oaud", sub="sub")
            answer = self.assume(role, token)
            self.assertEqual(answer["Provider"], "accounts.google.com")
            self.assertEqual((answer["Audience"], answer["SubjectFromWebIdentityToken"]), ("aud", "sub"))
            self.session(answer).list_users()
        self.denied_by_trust(role, self.stand_in.token(iss=GOOGLE, aud="aud", sub="sub"))
        self.denied_by_trust(role, self.stand_in.token(iss=GOOGLE, azp="other", aud="oaud", sub="sub"))
        near = self.stand_in.token(iss=f"{GOOGLE}/")
        message = self.refused("InvalidIdentityToken", 400, self.assume, role, near)
        self.assertEqual(message, f"No OpenIDConnect provider found in your account for {GOOGLE}/")
        forged = Issuer().token(iss=GOOGLE, azp="aud", aud="oaud", sub="sub")
        self.refused("InvalidIdentityToken", 400, self.assume, role, forged)
        # A trust policy must say whose tokens count.
        self.refused("MalformedPolicyDocument", 400, self.trusting, "accounts.google.com", {})

    def test_cognito(self) -> None:
        self.publish(COGNITO)
        pool = "us-east-1:12345678-ffff-ffff-ffff-123456"

        def role(method: str) -> str:
            return self.trusting(
                "cognito-identity.amazonaws.com",
                {
                    "StringEquals": {"cognito-identity.amazonaws.com:aud": pool},
                    "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": method},
                },
            )

        def token(*methods: str, **more) -> str:
            return self.stand_in.token(iss=COGNITO, aud=pool, amr=list(methods), **more)

        guest, user = role("unauthenticated"), role("authenticated")
        login = "graph.facebook.com"
        self.assertEqual(self.assume(guest, token("unauthenticated"))["Provider"], "cognito-identity.amazonaws.com")
        self.assume(user, token("authenticated", login))
        self.assume(role(login), token("authenticated", login))
        self.denied_by_trust(guest, token("authenticated", login))
        self.denied_by_trust(user, token("unauthenticated"))
        self.denied_by_trust(user, self.stand_in.token(iss=COGNITO, aud="other", amr=["authenticated"]))

    def test_login_with_amazon(self) -> None:
        info = {
            "iss": "https://www.amazon.com",
            "user_id": "amzn1.account.K2LI23KL2LK2",
            "aud": "amzn1.oa2-client.ASFWDFBRN",
            "app_id": "amzn1.application.436457DFHDH",
            "exp": 3597,
            "iat": 1_311_280_970,
        }
        good = "Atza|IQEBLjAsAhRmHjNgHpi0U-Dme37rR6CuUpSR&x=1"
        self.answers("/auth/o2/tokeninfo", {good: info})
        condition = {"StringEquals": {"www.amazon.com:app_id": info["app_id"]}}
        again = {"StringEquals": {"www.amazon.com:user_id": info["user_id"], "aws:FederatedProvider": "www.amazon.com"}}
        role = self.trusting("www.amazon.com", condition, world.allow("iam:ListUsers", Condition=again))
        answer = self.assume(role, good, ProviderId="www.amazon.com")
        self.assertEqual(answer["Provider"], "www.amazon.com")
        self.assertEqual(answer["SubjectFromWebIdentityToken"], info["user_id"])
        self.assertEqual(answer["Audience"], info["aud"])
        self.session(answer).list_users()
        other = self.trusting("www.amazon.com", {"StringEquals": {"www.amazon.com:app_id": "other"}})
        self.denied_by_trust(other, good, ProviderId="www.amazon.com")

        asked = len(self.stand_in.paths)
        message = self.refused("InvalidIdentityToken", 400, self.assume, role, "eyJ.eyJ.x", ProviderId="www.amazon.com")
        self.assertEqual(message, "Provided Token is not a Login With Amazon token")
        self.assertEqual(len(self.stand_in.paths), asked, "it was sent to nobody")
        message = self.refused("IDPRejectedClaim", 403, self.assume, role, "Atza|bad", ProviderId="www.amazon.com")
        self.assertIn("www.amazon.com rejected OAuth token with response", message)
        self.stand_in.replies["/auth/o2/tokeninfo?access_token=Atza%7Cdown"] = lambda handler: handler.answer(503, b"")
        self.refused("IDPCommunicationError", 400, self.assume, role, "Atza|down", ProviderId="www.amazon.com")
        # What is for the operator names the provider, and never the token.
        with open(self.log) as log:
            reason = "answer about the access token at `www.amazon.com`: the status is 503"
            text = server_log.until(log, reason)
        self.assertIn(reason, text)
        self.assertNotIn("Atza", text)

    def test_facebook(self) -> None:
        self.answers("/app?fields=id", {"EAABgood": {"id": "7007"}})
        self.answers("/me?fields=id", {"EAABgood": {"id": "8008"}})
        condition = {"StringEquals": {"graph.facebook.com:app_id": "7007", "graph.facebook.com:id": "8008"}}
        again = world.allow("iam:ListUsers", Condition={"StringEquals": {"graph.facebook.com:id": "8008"}})
        role = self.trusting("graph.facebook.com", condition, again)
        answer = self.assume(role, "EAABgood", ProviderId="graph.facebook.com")
        self.assertEqual(answer["Provider"], "graph.facebook.com")
        self.assertEqual((answer["SubjectFromWebIdentityToken"], answer["Audience"]), ("8008", "7007"))
        self.session(answer).list_users()
        condition = {"StringEquals": {"graph.facebook.com:app_id": "7008"}}
        self.denied_by_trust(self.trusting("graph.facebook.com", condition), "EAABgood", ProviderId="graph.facebook.com")
        message = self.refused("IDPRejectedClaim", 403, self.assume, role, "EAABbad", ProviderId="graph.facebook.com")
        self.assertEqual(
            message, 'graph.facebook.com rejected OAuth token with response "Bad signature" and code 190'
        )

    def answers(self, question: str, owners: dict[str, dict]) -> None:
        """What the stand-in answers to this question about tokens, and about every other."""
        separator = "&" if "?" in question else "?"
        for token, answer in owners.items():
            asked = f"{question}{separator}access_token={urllib.parse.quote(token, safe='')}"
            self.stand_in.replies[asked] = answer
        amazon = {"error": "invalid_token", "error_description": "The request has an invalid parameter: access_token"}
        facebook = {"error": {"message": "Bad signature", "type": "OAuthException", "code": 190}}
        for token, refusal in [("Atza|bad", amazon), ("EAABbad", facebook)]:
            asked = f"{question}{separator}access_token={urllib.parse.quote(token, safe='')}"
            self.stand_in.replies[asked] = lambda handler, refusal=refusal: handler.answer(400, as_json(refusal))


def as_json(document: dict) -> bytes:
    return json.dumps(document).encode()


if __name__ == "__main__":
    unittest.main()
