"""Every way in which a web identity is refused, through the wire, beside a neighbour
that is accepted. The table of what was covered is printed at the end."""

import json
import os
import socket
import sys
import threading
import time
import unittest

import boto3
import botocore
import botocore.config

import case
import clock
import server_log
import world
from issuer import DISCOVERY, KEYS, Certificate, Issuer, Key, compact, encoded, hs256

INVALID, EXPIRED = "InvalidIdentityToken", "ExpiredTokenException"
NO_KEY = (
    "Couldn't retrieve verification key from your identity provider,  please reference "
    "AssumeRoleWithWebIdentity documentation for requirements"
)
NOT_VALIDATED = (
    "The web identity token provided could not be validated. See the "
    "AssumeRoleWithWebIdentity documentation for requirements."
)
NO_TOKEN = "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
UNREACHABLE = "The identity provider could not be reached to verify the token."
CERTIFICATE = "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint"
SEVERAL = "Token audience contains more than one audience while authorized party is not present"
TOKEN_CHARACTERS_MAX = 20_000
# A fetch takes six seconds at the most; the machine may be busy.
ANSWER_SECONDS_MAX = 15

RSA, OTHER_RSA = Key.rsa("rsa"), Key.rsa("rsa")
EC = Key.p256("ec")
UNSIGNED = botocore.config.Config(
    signature_version=botocore.UNSIGNED, retries={"total_max_attempts": 1}, read_timeout=60
)


class Refusals(case.Case):
    covered: list[tuple[str, str, str]] = []

    @classmethod
    def tearDownClass(cls) -> None:
        for what, code, reason in cls.covered:
            print(f"  refused: {what:<46} {code:<22} {reason}", file=sys.stderr)
        print(f"  {len(cls.covered)} refusals of web identities", file=sys.stderr)

    def setUp(self) -> None:
        super().setUp()
        self.unsigned = boto3.client("sts", config=UNSIGNED)
        self.requests: list[str] = []

    def issuer(self, *keys: Key, **more) -> Issuer:
        """A new issuer, and a role for those it vouches for."""
        issuer = Issuer(*(keys or (RSA,)), **more)
        self.addCleanup(issuer.close)
        return issuer

    def registered(self, url: str, *thumbprints: str) -> str:
        """A role that trusts a new provider. With thumbprints the issuer need not answer."""
        made = self.iam.create_open_id_connect_provider(
            Url=url, ClientIDList=["app"], ThumbprintList=list(thumbprints)
        )
        provider = made["OpenIDConnectProviderArn"]
        trust = {
            "Effect": "Allow",
            "Principal": {"Federated": provider},
            "Action": "sts:AssumeRoleWithWebIdentity",
        }
        return self.role(trust)

    def assume(self, role: str, token: str) -> dict:
        with world.noting_request(self.requests):
            return self.unsigned.assume_role_with_web_identity(RoleArn=role, RoleSessionName="job", WebIdentityToken=token)

    def refuses(self, what: str, role: str, token: str, code: str, message: str, reason: str) -> None:
        """Code and text are AWS's; the server's log says what was looked for, and so does what
        the role's account can read."""
        with open(os.environ["STEAD_LOG"]) as log:
            log.seek(0, os.SEEK_END)
            with self.subTest(what):
                self.assertEqual(self.refused(code, 400, self.assume, role, token), message)
                told = server_log.until(log, reason)
                self.assertIn(reason, told)
                signature = token.split(".")[-1]
                self.assertTrue(len(signature) < 20 or signature not in told)
                if code != "ValidationError":
                    why = self.why_refused(self.requests[-1])
                    self.assertEqual((why["code"], why["message"]), (code, message))
                    self.assertIn(reason, why["reason"])
                    self.assertTrue(len(signature) < 20 or signature not in json.dumps(why))
        self.covered.append((what, code, reason))

    def test_what_a_token_says(self) -> None:
        issuer = self.issuer()
        role, now, token = self.registered(issuer.url), int(time.time()), issuer.token
        stranger = f"{issuer.url}/stranger"
        unknown = f"No OpenIDConnect provider found in your account for {issuer.url}"
        future = now + 400
        for accepted in [
            token(),
            token(aud=["app"]),
            token(aud=["app", "x"], azp="app"),
            token(aud="x", azp="app"),
            token(exp=now - 240, iat=now - 600),
            token(iat=now - 86_400),
            token(iat=now + 240),
            token(nbf=now + 240),
            token(nbf=now),
            # As a token file has it that `echo` wrote.
            token() + "\n",
        ]:
            self.assume(role, accepted)
        for what, refused, code, message, reason in [
            ("issuer with a slash more", token(iss=f"{issuer.url}/"), INVALID, f"{unknown}/", f"no provider of the issuer `{issuer.url}/`"),
            ("issuer that is not registered", token(iss=stranger), INVALID, f"{unknown}/stranger", f"no provider of the issuer `{stranger}`"),
            ("no issuer", token(iss=None), INVALID, "Missing a required claim: iss", "names no issuer"),
            ("issuer that is a number", token(iss=1), INVALID, NO_TOKEN, "its issuer is not a string"),
            ("audience", token(aud="x"), INVALID, "Incorrect token audience", "is for `x`, which is not registered with the provider; registered: `app`"),
            ("azp before audience", token(azp="x"), INVALID, "Incorrect token audience", "is for `x`"),
            ("several audiences without azp", token(aud=["app", "x"]), INVALID, SEVERAL, "for 2 audiences"),
            ("audience that is a number", token(aud=1), INVALID, NOT_VALIDATED, "its claim `aud` is not a text"),
            ("no audience", token(aud=None), INVALID, "Missing a required claim: aud", "no claim `aud`"),
            ("no subject", token(sub=None), INVALID, "Missing a required claim: sub", "no claim `sub`"),
            ("empty subject", token(sub=""), INVALID, NOT_VALIDATED, "its claim `sub` is not a text"),
            ("no expiry", token(exp=None), INVALID, "Missing a required claim: exp", "no claim `exp`"),
            ("no time of issue", token(iat=None), INVALID, "Missing a required claim: iat", "no claim `iat`"),
            ("expiry that is a word", token(exp="soon"), INVALID, "Invalid timestamp in token claims.", "`exp`"),
            ("issued in the future", token(iat=future), INVALID, f"Token issued in the future: {future}", "issued at"),
        ]:
            self.refuses(what, role, refused, code, message, reason)
        self.times(role, token, now)

    def test_why_a_token_was_refused_is_for_the_account_of_the_role(self) -> None:
        issuer = self.issuer()
        role = self.registered(issuer.url)
        self.refused(INVALID, 400, self.assume, role, issuer.token(aud="x"))
        request = self.requests[-1]
        decode = lambda keys: world.client("sts", keys).decode_authorization_message
        told = json.loads(decode(None)(EncodedMessage=request)["DecodedMessage"])
        self.assertIs(told["allowed"], False)
        self.assertEqual(told["context"]["action"], "sts:AssumeRoleWithWebIdentity")
        self.assertEqual(told["context"]["resource"], role)
        self.assertEqual(told["stead"]["denial"], request)
        _, other_root = self.other_account()
        unknown = world.refusal(decode(None), EncodedMessage="ffffffff-ffff-4fff-bfff-ffffffffffff")
        self.assertEqual(unknown[0], "InvalidAuthorizationMessageException")
        self.assertEqual(world.refusal(decode(other_root), EncodedMessage=request), unknown)
        arn, keys = self.user()
        self.denied(arn, "sts:DecodeAuthorizationMessage", decode(keys), EncodedMessage=request)
        # For a role of an account that is not here there is nobody to read it.
        elsewhere = "arn:aws:iam::777788889999:role/any"
        self.refused(INVALID, 400, self.assume, elsewhere, issuer.token())
        self.assertEqual(world.refusal(decode(None), EncodedMessage=self.requests[-1]), unknown)

    def times(self, role: str, token, now: int) -> None:
        """Refusals whose text has the server's time."""
        for what, refused, code, pattern, reason in [
            ("expired", token(exp=now - 301), EXPIRED, rf"^Token expired: .* \d+ must be before .* {now - 301}$", "expired at"),
            ("not yet valid", token(nbf=now + 400), INVALID, rf"^Token not yet valid: .* \d+ must be .* {now + 400}$", "is valid from"),
            ("too old", token(iat=now - 87_000), EXPIRED, r"^Token too old: 870\d\d$", "seconds ago"),
        ]:
            with open(os.environ["STEAD_LOG"]) as log:
                log.seek(0, os.SEEK_END)
                self.assertRegex(self.refused(code, 400, self.assume, role, refused), pattern)
                self.assertIn(reason, server_log.until(log, reason))
            self.covered.append((what, code, reason))

    def test_how_a_token_is_signed(self) -> None:
        spare = Key.rsa("enc", use="enc")
        strict = Key.rsa("rs512", alg="RS512")
        issuer = self.issuer(RSA, EC, spare, strict, Key.rsa("rsa-2"))
        role, token = self.registered(issuer.url), issuer.token
        good = token()
        head, body, signature = good.split(".")
        other_head, other_body, _ = token(sub="mallory", header={"typ": "at+jwt"}).split(".")
        self.assume(role, good)
        self.assume(role, token(key=EC))
        # What a header says of keys is not read, and nobody goes there.
        elsewhere = f"{issuer.url}/elsewhere"
        self.assume(role, token(header={"jku": elsewhere, "x5u": elsewhere, "jwk": OTHER_RSA.jwk()}))
        claims = {"iss": issuer.url, "sub": "alice", "aud": "app", "exp": int(time.time()) + 300, "iat": int(time.time())}
        bare = {"typ": "JWT", "kid": "rsa"}
        none = lambda name: f"{encoded(json.dumps({'alg': name, **bare}).encode())}.{body}."
        hmac = lambda secret: compact({"alg": "HS256", **bare}, claims, hs256(secret))
        twice = f'{{"iss":"{issuer.url}","sub":"alice","sub":"root","aud":"app","exp":{claims["exp"]},"iat":{claims["iat"]}}}'
        signed = "the signature does not belong"
        for what, refused, message, reason in [
            ("payload of another token", f"{head}.{other_body}.{signature}", NOT_VALIDATED, signed),
            ("header of another token", f"{other_head}.{body}.{signature}", NOT_VALIDATED, signed),
            ("signature with one bit changed", tampered(good), NOT_VALIDATED, signed),
            ("signature of another key of that id", token(key=OTHER_RSA), NOT_VALIDATED, signed),
            ("signature cut short", good[:-2], NOT_VALIDATED, signed),
            ("no signature", f"{head}.{body}.", NO_TOKEN, "empty signature"),
            ("two parts", f"{head}.{body}", NO_TOKEN, "expected three"),
            ("five parts, encrypted", f"{good}.a.b", NO_TOKEN, "expected three"),
            ("padded base64", f"{head}=.{body}.{signature}", NO_TOKEN, "is not base64url"),
            ("`none`", none("none"), NO_TOKEN, "is not signed: its algorithm is `none`"),
            ("`None` with a signature", none("None") + signature, NO_TOKEN, "is not signed"),
            ("HS256 with the public key as secret", hmac(RSA.pem()), NO_TOKEN, "symmetric algorithm `HS256`"),
            ("HS256 with the JWK as secret", hmac(json.dumps(RSA.jwk()).encode()), NO_TOKEN, "symmetric"),
            ("algorithm that is not switched on", token(header={"alg": "PS256"}), NOT_VALIDATED, "PS256, which is not"),
            ("unknown algorithm", token(header={"alg": "RS257"}), NO_TOKEN, "unknown algorithm"),
            ("RS256 with the id of an EC key", token(kid="ec"), NO_KEY, "the key `ec` is for"),
            ("ES256 with the id of an RSA key", token(key=EC, kid="rsa"), NO_KEY, "the key `rsa` is for"),
            ("key that names another algorithm", token(key=strict, header={"alg": "RS256"}), NO_KEY, "`rs512` is for RS512"),
            ("attacker's key in `jwk`", token(key=OTHER_RSA, header={"jwk": OTHER_RSA.jwk()}), NOT_VALIDATED, signed),
            ("attacker's keys behind `jku`", token(key=OTHER_RSA, header={"jku": elsewhere}), NOT_VALIDATED, signed),
            ("attacker's key behind `x5u`", token(key=OTHER_RSA, header={"x5u": elsewhere}), NOT_VALIDATED, signed),
            ("`crit`", token(header={"crit": ["exp"]}), NO_TOKEN, "extensions (`crit`)"),
            ("claim that stands twice", compact({"alg": "RS256", **bare}, twice.encode(), RSA.sign), NO_TOKEN, "`sub` twice"),
            ("no token", "not.a.token", NO_TOKEN, "base64url"),
            ("no key id, several keys", token(header={"kid": None}, key=RSA), NO_KEY, "has no key id"),
        ]:
            # Only an id that names nothing has to wait, and only once.
            self.refuses(what, role, refused, INVALID, message, reason)
        clock.advance(30)
        late = issuer.token
        self.refuses("key that is for encryption", role, late(key=spare), INVALID, NO_KEY, "no key of the issuer has the id `enc`")
        clock.advance(30)
        self.refuses("unknown key id", role, late(kid="unknown"), INVALID, NO_KEY, "no key of the issuer has the id `unknown`")
        self.assume(role, late())
        self.assertNotIn("/realm/elsewhere", issuer.paths)

    def test_how_long_a_token_is(self) -> None:
        issuer = self.issuer()
        role = self.registered(issuer.url)
        longest = sized(issuer, TOKEN_CHARACTERS_MAX)
        self.assume(role, longest)
        message = (
            "1 validation error detected: Value at 'webIdentityToken' failed to satisfy constraint: "
            "Member must have length less than or equal to 20000"
        )
        refused = sized(issuer, TOKEN_CHARACTERS_MAX + 1)
        self.refuses("token of 20,001 characters", role, refused, "ValidationError", message, "-")

    def test_a_token_without_a_key_id_follows_a_rotation(self) -> None:
        issuer = self.issuer(RSA)
        role = self.registered(issuer.url)
        nameless = {"kid": None}
        self.assume(role, issuer.token(header=nameless))
        clock.advance(30)
        issuer.keys = [OTHER_RSA]
        self.assume(role, issuer.token(header=nameless))
        clock.advance(30)
        stale = issuer.token(header=nameless, key=RSA)
        self.refuses("no key id, key withdrawn", role, stale, INVALID, NOT_VALIDATED, "the signature does not belong")

    def test_many_keys(self) -> None:
        keys = lambda count: {"keys": [EC.jwk()] + [{**RSA.jwk(), "kid": f"rsa-{number}"} for number in range(count)]}
        for count in [100, 101]:
            issuer = self.issuer(RSA, EC)
            issuer.replies[KEYS] = keys(count)
            role = self.registered(issuer.url)
            self.assume(role, issuer.token(key=EC))
            # Keys that are too many are unknown ones, for which the issuer is asked again.
            clock.advance(30)
            token = issuer.token(kid="rsa-7")
            if count == 100:
                self.assume(role, token)
            else:
                self.refuses("101 keys of its type", role, token, INVALID, NO_KEY, "has 101 RSA keys, at most 100")

    def test_documents_that_are_not_what_they_should_be(self) -> None:
        moved = lambda handler: handler.answer(302, b"", location="/realm/elsewhere")
        failing = lambda handler: handler.answer(503, b"{}")
        at = lambda url: {"issuer": None, "jwks_uri": url}
        for what, path, reply, code, message, reason in [
            ("key set of 10 MB", KEYS, b" " * 10_000_000, INVALID, NO_KEY, "longer than 1048576 bytes"),
            ("key set that is no JSON", KEYS, b"<html>", INVALID, NO_KEY, "not a document of its kind"),
            ("key set without a usable key", KEYS, {"keys": []}, INVALID, NO_KEY, "no usable key"),
            ("redirect of the keys", KEYS, moved, INVALID, NO_KEY, "redirects are not followed"),
            ("redirect of the discovery document", DISCOVERY, moved, INVALID, NO_KEY, "redirects are not followed"),
            ("no discovery document", DISCOVERY, None, INVALID, NO_KEY, "the status is 404"),
            ("issuer out of order", DISCOVERY, failing, "IDPCommunicationError", UNREACHABLE, "the status is 503"),
            ("discovery of another issuer", DISCOVERY, {"issuer": "https://a.example", "jwks_uri": "https://a.example/k"}, INVALID, NO_KEY, "of another issuer"),
            ("keys at a private address", DISCOVERY, at("https://10.0.0.1/keys"), INVALID, NO_KEY, "no address that may be contacted"),
            ("keys at the metadata service", DISCOVERY, at("http://169.254.169.254/keys"), INVALID, NO_KEY, "no address that may be contacted"),
            ("keys at a NAT64 address", DISCOVERY, at("https://[64:ff9b::a00:1]/keys"), INVALID, NO_KEY, "no address that may be contacted"),
            ("keys behind user information", DISCOVERY, at("https://u@127.0.0.1/keys"), INVALID, NO_KEY, "jwks_uri"),
        ]:
            issuer = self.issuer()
            if isinstance(reply, dict) and "issuer" in reply:
                reply = {**reply, "issuer": reply["issuer"] or issuer.url}
            issuer.replies[path] = reply
            role = self.registered(issuer.url, "a" * 40)
            self.refuses(what, role, issuer.token(), code, message, reason)
            self.assertNotIn("/realm/elsewhere", issuer.paths)
            # The same issuer, once its document is in order and may be asked again.
            issuer.replies.clear()
            clock.advance(30)
            self.assume(role, issuer.token())

    def test_issuers_that_may_not_be_contacted(self) -> None:
        issuer = self.issuer()
        for url in ["https://10.0.0.1", "https://169.254.169.254", "https://[fd00::1]", "https://[::ffff:127.0.0.1]"]:
            role = self.registered(url, "a" * 40)
            token = issuer.token(iss=url)
            self.refuses(f"issuer {url}", role, token, INVALID, NO_KEY, "no address that may be contacted")

    def test_certificates(self) -> None:
        certificate = Certificate()
        issuer = self.issuer(certificate=certificate)
        # Without a list, that of the server is entered.
        role = self.registered(issuer.url)
        arn = f"arn:aws:iam::{self.account}:oidc-provider/{issuer.url.split('://')[1]}"
        shown = self.iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
        self.assertEqual(shown["ThumbprintList"], [certificate.thumbprint])
        self.assume(role, issuer.token())
        self.iam.update_open_id_connect_provider_thumbprint(OpenIDConnectProviderArn=arn, ThumbprintList=["a" * 40])
        clock.advance(30)
        self.refuses("certificate that is not listed", role, issuer.token(), INVALID, CERTIFICATE, certificate.thumbprint)

    def test_slow_and_silent_issuers(self) -> None:
        let_go = threading.Event()
        self.addCleanup(let_go.set)

        def dripping(handler) -> None:
            handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
            while not let_go.is_set():
                try:
                    handler.wfile.write(b" ")
                except OSError:
                    return
                socket_pause(let_go)

        silent = lambda handler: socket_pause(let_go, 60)
        cases = [("silent discovery", DISCOVERY, silent), ("silent keys", KEYS, silent), ("dripping keys", KEYS, dripping)]
        prepared = []
        for what, path, reply in cases:
            issuer = self.issuer()
            issuer.replies[path] = reply
            prepared.append((what, self.registered(issuer.url, "a" * 40), issuer.token()))
        good = self.issuer()
        good_role = self.registered(good.url)
        begun, outcomes = time.monotonic(), {}

        def ask(what: str, role: str, token: str) -> None:
            outcomes[what] = world.refusal(self.assume, role, token)

        threads = [threading.Thread(target=ask, args=arguments) for arguments in prepared]
        for thread in threads:
            thread.start()
        # Meanwhile nobody else waits.
        self.assume(good_role, good.token())
        self.assertLess(time.monotonic() - begun, 5)
        for thread in threads:
            thread.join()
        self.assertLess(time.monotonic() - begun, ANSWER_SECONDS_MAX)
        for what, _, _ in cases:
            self.assertEqual(outcomes[what], ("IDPCommunicationError", 400, UNREACHABLE), what)
            self.covered.append((what, "IDPCommunicationError", "no complete answer within 6000 ms"))
        with open(os.environ["STEAD_LOG"]) as log:
            reason = "no complete answer within 6000 ms"
            told = server_log.until(log, reason, len(cases))
            self.assertGreaterEqual(told.count(reason), len(cases))


def socket_pause(let_go: threading.Event, seconds: float = 0.05) -> None:
    """Real time: the clock of the tests is no measure, and sleeping fails under it."""
    one, other = socket.socketpair()
    with one, other:
        end = time.monotonic() + seconds
        while time.monotonic() < end and not let_go.is_set():
            one.settimeout(0.05)
            try:
                one.recv(1)
            except OSError:
                pass


def tampered(token: str) -> str:
    """The token with another character in the middle of its signature."""
    middle = len(token) - 100
    return token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]


def sized(issuer: Issuer, characters: int) -> str:
    """A good token of exactly this many characters."""
    shortest = len(issuer.token(pad=""))
    for extra in range(4):
        for less in range(-20, 4):
            length = (characters - shortest) * 3 // 4 + less
            token = issuer.token(pad="x" * length, header={"x": "x" * extra})
            if len(token) == characters:
                return token
    raise AssertionError(f"no token has {characters} characters")


if __name__ == "__main__":
    unittest.main()
