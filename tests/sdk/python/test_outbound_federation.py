"""Identity tokens of an account, verified by who knows nothing of Stead, and traded in."""

import json
import unittest
import urllib.error
import urllib.request

import boto3
import botocore
import botocore.config
import joserfc.errors
import joserfc.jwt
from joserfc.jwk import KeySet

import case
import world

AUDIENCE = "https://api.example.com"
NAMESPACE = "https://sts.amazonaws.com/"
UNSIGNED = botocore.config.Config(signature_version=botocore.UNSIGNED, retries={"total_max_attempts": 1})


def read(url: str) -> dict:
    with urllib.request.urlopen(url, timeout=30) as answer:
        assert answer.headers["content-type"] == "application/json", answer.headers
        return json.load(answer)


class OutboundFederation(case.Case):
    def setUp(self) -> None:
        super().setUp()
        try:
            self.issuer = self.iam.enable_outbound_web_identity_federation()["IssuerIdentifier"]
        except self.iam.exceptions.FeatureEnabledException:
            self.issuer = self.iam.get_outbound_web_identity_federation_info()["IssuerIdentifier"]

    def keys(self) -> KeySet:
        found = read(f"{self.issuer}/.well-known/openid-configuration")
        self.assertEqual(found["issuer"], self.issuer)
        self.assertEqual(found["id_token_signing_alg_values_supported"], ["RS256", "ES384"])
        return KeySet.import_key_set(read(found["jwks_uri"]))

    def verified(self, token: str) -> joserfc.jwt.Token:
        return joserfc.jwt.decode(token, self.keys(), algorithms=["RS256", "ES384"])

    def test_a_token_is_verified_with_what_the_issuer_publishes(self) -> None:
        arn, keys = self.user(world.allow("sts:GetWebIdentityToken"), world.allow("sts:TagGetWebIdentityToken"))
        sts = world.client("sts", keys)
        for algorithm in ["RS256", "ES384"]:
            answer = sts.get_web_identity_token(
                Audience=[AUDIENCE],
                SigningAlgorithm=algorithm,
                DurationSeconds=600,
                Tags=[{"Key": "job", "Value": "nightly"}],
            )
            token = self.verified(answer["WebIdentityToken"])
            self.assertEqual(token.header["alg"], algorithm)
            claims = token.claims
            self.assertEqual((claims["iss"], claims["sub"], claims["aud"]), (self.issuer, arn, AUDIENCE))
            self.assertEqual(claims["exp"] - claims["iat"], 600)
            self.assertEqual(claims["exp"], int(answer["Expiration"].timestamp()))
            self.assertEqual(claims[NAMESPACE]["aws_account"], self.account)
            self.assertEqual(claims[NAMESPACE]["request_tags"], {"job": "nightly"})
            head, body, signature = answer["WebIdentityToken"].split(".")
            with self.assertRaises(joserfc.errors.BadSignatureError):
                self.verified(f"{head}.{body}.{signature[::-1]}")

    def test_policies_decide_about_audience_algorithm_and_duration(self) -> None:
        condition = {
            "ForAllValues:StringEquals": {"sts:IdentityTokenAudience": AUDIENCE},
            "StringEquals": {"sts:SigningAlgorithm": "ES384"},
            "NumericLessThanEquals": {"sts:DurationSeconds": "300"},
        }
        arn, keys = self.user(world.allow("sts:GetWebIdentityToken") | {"Condition": condition})
        get = world.client("sts", keys).get_web_identity_token
        get(Audience=[AUDIENCE], SigningAlgorithm="ES384")
        own = f"arn:aws:sts::{self.account}:self"
        for parameters in [
            {"Audience": [AUDIENCE, "else"], "SigningAlgorithm": "ES384"},
            {"Audience": [AUDIENCE], "SigningAlgorithm": "RS256"},
            {"Audience": [AUDIENCE], "SigningAlgorithm": "ES384", "DurationSeconds": 301},
        ]:
            self.denied(arn, "sts:GetWebIdentityToken", get, resource=own, **parameters)
        tags = [{"Key": "a", "Value": "b"}]
        parameters = {"Audience": [AUDIENCE], "SigningAlgorithm": "ES384", "Tags": tags}
        self.denied(arn, "sts:TagGetWebIdentityToken", get, resource=own, **parameters)
        self.refused("ValidationError", 400, get, Audience=[AUDIENCE], SigningAlgorithm="HS256")

    def test_another_account_lets_the_bearer_in(self) -> None:
        arn, keys = self.user(world.allow("sts:GetWebIdentityToken"))
        _, other_keys = self.other_account()
        other = world.client("iam", other_keys)
        provider = other.create_open_id_connect_provider(Url=self.issuer, ClientIDList=[AUDIENCE])["OpenIDConnectProviderArn"]
        self.addCleanup(other.delete_open_id_connect_provider, OpenIDConnectProviderArn=provider)
        bare = provider.split(":oidc-provider/")[1]
        trust = {
            "Effect": "Allow",
            "Principal": {"Federated": provider},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": {f"{bare}:sub": arn}},
        }
        role = world.make_role(other, self.name("guest"), [trust], world.allow("iam:ListUsers"))
        unsigned = boto3.client("sts", config=UNSIGNED)
        assume = unsigned.assume_role_with_web_identity
        for algorithm in ["RS256", "ES384"]:
            token = world.client("sts", keys).get_web_identity_token(Audience=[AUDIENCE], SigningAlgorithm=algorithm)
            answer = assume(RoleArn=role, RoleSessionName="visit", WebIdentityToken=token["WebIdentityToken"])
            self.assertEqual(answer["SubjectFromWebIdentityToken"], arn)
            world.client("iam", world.Keys.of_session(answer["Credentials"])).list_users()
        _, stranger = self.user(world.allow("sts:GetWebIdentityToken"))
        token = world.client("sts", stranger).get_web_identity_token(Audience=[AUDIENCE], SigningAlgorithm="ES384")
        parameters = {"RoleArn": role, "RoleSessionName": "visit", "WebIdentityToken": token["WebIdentityToken"]}
        self.refused("AccessDenied", 403, assume, **parameters)

    def test_switched_off_nothing_is_issued_and_everything_stays_verifiable(self) -> None:
        get = self.sts.get_web_identity_token
        before = get(Audience=[AUDIENCE], SigningAlgorithm="ES384")["WebIdentityToken"]
        self.iam.disable_outbound_web_identity_federation()
        code = "OutboundWebIdentityFederationDisabledException"
        message = self.refused(code, 403, get, Audience=[AUDIENCE], SigningAlgorithm="ES384")
        self.assertEqual(message, "OutboundWebIdentityFederation is disabled.")
        self.refused("FeatureDisabled", 404, self.iam.get_outbound_web_identity_federation_info)
        self.refused("FeatureDisabled", 404, self.iam.disable_outbound_web_identity_federation)
        self.verified(before)
        again = self.iam.enable_outbound_web_identity_federation()["IssuerIdentifier"]
        self.assertEqual(again, self.issuer)
        self.refused("FeatureEnabled", 409, self.iam.enable_outbound_web_identity_federation)

    def test_other_paths_are_no_documents(self) -> None:
        unknown = self.issuer.rsplit("/", 1)[0] + "/00000000-0000-4000-8000-000000000000"
        with self.assertRaises(urllib.error.HTTPError) as refused:
            read(f"{unknown}/.well-known/jwks.json")
        self.assertEqual(refused.exception.code, 404)


if __name__ == "__main__":
    unittest.main()
