"""Who a caller is, and the ways in which others prove it to a third party."""

import base64
import json
import os
import unittest
import urllib.error
import urllib.request

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import botocore.session
import botocore.signers

import case
import clock
import world

BODY = "Action=GetCallerIdentity&Version=2011-06-15"


def fetch(request: urllib.request.Request) -> tuple[int, str]:
    """Status and text of an answer, whatever the status."""
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read().decode()


class Identity(case.Case):
    def test_root_is_named_by_its_account(self) -> None:
        identity = self.sts.get_caller_identity()
        self.assertEqual(identity["Arn"], f"arn:aws:iam::{self.account}:root")
        self.assertEqual(identity["UserId"], self.account)

    def test_a_user_needs_no_permission_and_no_deny_stops_it(self) -> None:
        for statements in [[], [world.deny("*")]]:
            arn, keys = self.user(*statements)
            identity = world.client("sts", keys).get_caller_identity()
            self.assertEqual(identity["Arn"], arn)
            self.assertRegex(identity["UserId"], r"^AIDA[A-Z0-9]{17}$")

    def test_a_users_path_shows_in_its_arn(self) -> None:
        name = self.name("user")
        self.iam.create_user(UserName=name, Path="/division/unit/")
        identity = world.client("sts", world.make_key(self.iam, name)).get_caller_identity()
        self.assertEqual(identity["Arn"], f"arn:aws:iam::{self.account}:user/division/unit/{name}")

    def test_a_wrong_secret_is_refused(self) -> None:
        _, keys = self.user()
        wrong = world.Keys(keys.access_key_id, "x" * 40)
        message = self.refused("SignatureDoesNotMatch", 403, world.client("sts", wrong).get_caller_identity)
        self.assertTrue(message.startswith("The request signature we calculated does not match"), message)

    def test_an_unknown_key_is_refused(self) -> None:
        for access_key_id in ["AKIAIOSFODNN7EXAMPLE", "AKIAAAAAAAAAAAAAAAAA", "nonsense-of-a-key-id"]:
            unknown = world.Keys(access_key_id, "x" * 40)
            self.refused("InvalidClientTokenId", 403, world.client("sts", unknown).get_caller_identity)

    def test_the_account_of_a_key_is_told(self) -> None:
        _, keys = self.user()
        for access_key_id in [keys.access_key_id, "ASIA" + keys.access_key_id[4:]]:
            self.assertEqual(self.sts.get_access_key_info(AccessKeyId=access_key_id)["Account"], self.account)


class KubernetesAuthenticator(case.Case):
    """A cluster's token is a presigned GetCallerIdentity with the cluster's name
    as a signed header; the authenticator sends it and reads JSON."""

    CLUSTER_HEADER = "x-k8s-aws-id"

    def token_url(self, keys: world.Keys, cluster: str) -> str:
        credentials = botocore.credentials.Credentials(
            keys.access_key_id, keys.secret_access_key, keys.session_token
        )
        signer = botocore.signers.RequestSigner(
            self.sts.meta.service_model.service_id,
            "us-east-1",
            "sts",
            "v4",
            credentials,
            botocore.session.get_session().get_component("event_emitter"),
        )
        request = {
            "method": "GET",
            "url": f"{os.environ['STEAD_ENDPOINT'].rstrip('/')}/?{BODY}",
            "body": {},
            "headers": {self.CLUSTER_HEADER: cluster},
            "context": {},
        }
        return signer.generate_presigned_url(request, region_name="us-east-1", expires_in=60, operation_name="")

    def verify(self, url: str, cluster: str | None) -> tuple[int, str]:
        headers = {"Accept": "application/json"}
        if cluster is not None:
            headers[self.CLUSTER_HEADER] = cluster
        return fetch(urllib.request.Request(url, headers=headers))

    def test_a_users_token_is_verified_in_json(self) -> None:
        arn, keys = self.user()
        status, text = self.verify(self.token_url(keys, "blue"), "blue")
        self.assertEqual(status, 200, text)
        result = json.loads(text)["GetCallerIdentityResponse"]["GetCallerIdentityResult"]
        self.assertEqual((result["Account"], result["Arn"]), (self.account, arn))

    def test_a_sessions_token_is_verified(self) -> None:
        arn, keys = self.user()
        session = world.assume(keys, self.role(world.trust(arn)))
        status, text = self.verify(self.token_url(session, "blue"), "blue")
        self.assertEqual(status, 200, text)
        result = json.loads(text)["GetCallerIdentityResponse"]["GetCallerIdentityResult"]
        self.assertRegex(result["UserId"], "^AROA[A-Z0-9]+:my-session$")

    def test_a_token_for_another_cluster_is_refused(self) -> None:
        _, keys = self.user()
        url = self.token_url(keys, "blue")
        for cluster in ["green", None]:
            status, text = self.verify(url, cluster)
            self.assertEqual(status, 403, text)
            self.assertEqual(json.loads(text)["Error"]["Code"], "SignatureDoesNotMatch", text)

    def test_a_token_lasts_a_quarter_of_an_hour(self) -> None:
        # It says 60 seconds, which STS ignores, here as on AWS: authenticators
        # measure the age themselves.
        _, keys = self.user()
        url = self.token_url(keys, "blue")
        clock.advance(14 * 60)
        status, text = self.verify(url, "blue")
        self.assertEqual(status, 200, text)
        clock.advance(2 * 60)
        status, text = self.verify(url, "blue")
        self.assertEqual(status, 403, text)
        error = json.loads(text)["Error"]
        self.assertEqual(error["Code"], "SignatureDoesNotMatch", text)
        self.assertTrue(error["Message"].startswith("Signature expired: "), text)


class Vault(case.Case):
    """Vault is handed a signed GetCallerIdentity in parts and sends it itself."""

    SERVER_HEADER = "X-Vault-AWS-IAM-Server-ID"

    def login(self, keys: world.Keys) -> dict:
        request = botocore.awsrequest.AWSRequest(
            method="POST",
            url=os.environ["STEAD_ENDPOINT"].rstrip("/") + "/",
            data=BODY,
            headers={
                "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
                self.SERVER_HEADER: "vault.example.com",
            },
        )
        credentials = botocore.credentials.Credentials(
            keys.access_key_id, keys.secret_access_key, keys.session_token
        )
        botocore.auth.SigV4Auth(credentials, "sts", "us-east-1").add_auth(request)
        return {
            "iam_http_request_method": "POST",
            "iam_request_url": base64.b64encode(request.url.encode()).decode(),
            "iam_request_body": base64.b64encode(BODY.encode()).decode(),
            "iam_request_headers": dict(request.headers.items()),
        }

    def replay(self, login: dict) -> tuple[int, str]:
        request = urllib.request.Request(
            base64.b64decode(login["iam_request_url"]).decode(),
            method=login["iam_http_request_method"],
            data=base64.b64decode(login["iam_request_body"]),
            headers=login["iam_request_headers"],
        )
        return fetch(request)

    def test_a_login_is_verified(self) -> None:
        arn, keys = self.user()
        status, text = self.replay(self.login(keys))
        self.assertEqual(status, 200, text)
        self.assertIn(f"<Arn>{arn}</Arn>", text)

    def test_a_login_is_bound_to_its_headers_and_body(self) -> None:
        _, keys = self.user()
        for change in ["header", "body"]:
            login = self.login(keys)
            if change == "header":
                login["iam_request_headers"][self.SERVER_HEADER] = "other.example.com"
            else:
                login["iam_request_body"] = base64.b64encode(f"{BODY}&X=1".encode()).decode()
            status, text = self.replay(login)
            self.assertEqual(status, 403, text)
            self.assertIn("<Code>SignatureDoesNotMatch</Code>", text)


if __name__ == "__main__":
    unittest.main()
