"""HTTPS with the certificate that the server makes itself, and with one that is given."""

import configparser
import os
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
import unittest
import urllib.parse

import boto3
import botocore.exceptions

import case
import certificates
import server
import server_log
import world
from federated import SDK, run

# Longer than a server takes to look at its files again.
RELOAD_SECONDS_MAX = 60


class Secure(case.Case):
    """A test whose server speaks HTTPS."""

    def serve(self, *flags: str) -> None:
        self.variables = self.enterContext(server.another(*flags))
        self.enterContext(world.environment(self.variables))
        url = urllib.parse.urlsplit(self.variables["STEAD_ENDPOINT"])
        self.assertEqual(url.scheme, "https")
        self.address = (url.hostname, url.port)

    def handshake(self, name: str, authority: pathlib.Path) -> bytes:
        """What any client does: connects, and looks whether this is `name`; the certificate."""
        context = ssl.create_default_context(cafile=authority)
        with socket.create_connection(self.address) as plain:
            with context.wrap_socket(plain, server_hostname=name) as secure:
                return secure.getpeercert(binary_form=True)


class OwnCertificate(Secure):
    def setUp(self) -> None:
        self.serve("--tls")
        super().setUp()
        self.config = pathlib.Path(self.variables["AWS_CONFIG_FILE"])
        self.authority = self.config.with_name("ca.pem")
        self.url = self.variables["STEAD_ENDPOINT"]

    def outside(self, **more: str) -> dict[str, str]:
        """The environment of a program that has the root key and no profile."""
        keys = boto3.Session().get_credentials()
        kept = {name: os.environ[name] for name in ["PATH", "HOME", *server.CLOCK] if name in os.environ}
        return kept | {
            "AWS_ACCESS_KEY_ID": keys.access_key,
            "AWS_SECRET_ACCESS_KEY": keys.secret_key,
            "AWS_ENDPOINT_URL": self.url,
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            # A client that tries again sleeps, which fails under the clock of the tests.
            "AWS_MAX_ATTEMPTS": "1",
            **more,
        }

    def test_clients_trust_it_by_the_profile(self) -> None:
        # `setUp` has asked who it is, by boto3.
        profiles = configparser.ConfigParser()
        profiles.read(self.config)
        self.assertEqual(profiles["profile stead"]["ca_bundle"], str(self.authority))
        command = ["aws", "sts", "get-caller-identity", "--query", "Account", "--output", "text"]
        outcome = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        self.assertEqual(outcome.stdout.strip(), self.account, outcome.stderr)

    def test_the_log_has_the_line_for_the_environment(self) -> None:
        with open(self.variables["STEAD_LOG"]) as log:
            told = server_log.until(log, "ready")
        self.assertIn(f"AWS_CA_BUNDLE={self.authority}", told)
        self.assertIn("takes the place of every authority", told)

    def test_boto3_trusts_it_by_the_variable_and_not_without(self) -> None:
        command = [os.environ["STEAD_PYTHON"], SDK / "python/whoami.py"]
        outcome = run(command, self.outside())
        self.assertIn("CERTIFICATE_VERIFY_FAILED", outcome.stdout)
        outcome = run(command, self.outside(AWS_CA_BUNDLE=str(self.authority)))
        self.assertEqual(outcome.stdout.strip(), f"arn:aws:iam::{self.account}:root")

    def test_javascript_trusts_it_by_the_variable_of_node_and_not_without(self) -> None:
        command = ["node", SDK / "javascript/whoami_v3.js", "chain"]
        outcome = run(command, self.outside())
        self.assertIn("unable to verify the first certificate", outcome.stdout)
        outcome = run(command, self.outside(NODE_EXTRA_CA_CERTS=str(self.authority)))
        self.assertEqual(outcome.stdout.splitlines()[-1:], [f"arn:aws:iam::{self.account}:root"], outcome.stdout)

    def test_curl_trusts_it_when_told_and_not_without(self) -> None:
        command = ["curl", "--silent", "--show-error", f"{self.url}/healthz"]
        outcome = run(command, self.outside())
        self.assertEqual(outcome.returncode, 60, outcome.stdout)
        outcome = run([*command, "--cacert", self.authority], self.outside())
        self.assertEqual(outcome.returncode, 0, outcome.stdout)

    def test_openssl_verifies_it(self) -> None:
        environment = self.outside()
        with tempfile.TemporaryDirectory(prefix="stead-sdk-tls-") as folder:
            certificate = pathlib.Path(folder, "certificate.pem")
            certificate.write_text(ssl.DER_cert_to_PEM_cert(self.handshake("localhost", self.authority)))
            verify = ["openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-no-CApath"]
            outcome = run([*verify, "-CAfile", self.authority, "-verify_ip", "127.0.0.1", certificate], environment)
            self.assertEqual(outcome.returncode, 0, outcome.stdout)
            outcome = run([*verify, "-CAfile", self.authority, "-verify_hostname", "a.test", certificate], environment)
            self.assertNotEqual(outcome.returncode, 0, outcome.stdout)
        connect = ["openssl", "s_client", "-connect", ":".join(map(str, self.address)), "-CAfile", self.authority]
        outcome = run([*connect, "-verify_return_error", "-verify_hostname", "localhost", "-alpn", "h2"], environment)
        for expected in ["Verify return code: 0 (ok)", "TLSv1.3", "ALPN protocol: h2"]:
            self.assertIn(expected, outcome.stdout)
        # What is older than TLS 1.2 is not spoken.
        outcome = run([*connect, "-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0"], environment)
        self.assertNotEqual(outcome.returncode, 0, outcome.stdout)
        shown = run(["openssl", "x509", "-in", self.authority, "-noout", "-text"], environment).stdout
        self.assertRegex(shown, r"X509v3 Name Constraints: critical\n\s+Permitted:\n")
        self.assertRegex(shown, r"X509v3 Basic Constraints: critical\n\s+CA:TRUE, pathlen:0\n")

    def test_it_is_for_its_names_and_for_none_of_aws(self) -> None:
        for name in ["localhost", "127.0.0.1", "::1"]:
            self.handshake(name, self.authority)
        for name in ["sts.amazonaws.com", "iam.amazonaws.com", "example.com", "127.0.0.2"]:
            with self.assertRaises(ssl.SSLCertVerificationError, msg=name):
                self.handshake(name, self.authority)


class NamedCertificate(Secure):
    def test_it_is_for_the_names_that_are_asked_for(self) -> None:
        self.serve("--tls", "--tls-name=sts.amazonaws.com", "--tls-name=stead.test", "--tls-name=192.0.2.7")
        authority = pathlib.Path(self.variables["AWS_CONFIG_FILE"]).with_name("ca.pem")
        for name in ["localhost", "127.0.0.1", "sts.amazonaws.com", "stead.test", "192.0.2.7"]:
            self.handshake(name, authority)
        for name in ["iam.amazonaws.com", "sts.us-east-1.amazonaws.com", "192.0.2.8"]:
            with self.assertRaises(ssl.SSLCertVerificationError, msg=name):
                self.handshake(name, authority)
        with open(self.variables["STEAD_LOG"]) as log:
            self.assertIn("takes this server for AWS", server_log.until(log, "ready"))


class GivenCertificate(Secure):
    def setUp(self) -> None:
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="stead-sdk-tls-")))
        self.first, self.second = (self.make(folder / name) for name in ["first", "second"])
        self.certificate, self.key = folder / "certificate.pem", folder / "key.pem"
        self.put(self.first)
        # For the administrator's boto3.
        self.serve("--tls-cert", str(self.certificate), "--tls-key", str(self.key))
        os.environ["AWS_CA_BUNDLE"] = str(self.first.authority)
        super().setUp()

    def make(self, folder: pathlib.Path) -> certificates.Files:
        folder.mkdir()
        return certificates.make(folder, "127.0.0.1")

    def put(self, files: certificates.Files) -> None:
        for source, target in [(files.key, self.key), (files.certificate, self.certificate)]:
            shutil.copy(source, target.with_suffix(".new"))
            target.with_suffix(".new").rename(target)

    def is_offered(self, files: certificates.Files) -> bool:
        try:
            self.handshake("127.0.0.1", files.authority)
        except ssl.SSLCertVerificationError:
            return False
        return True

    def await_offered(self, files: certificates.Files) -> None:
        end = time.monotonic() + RELOAD_SECONDS_MAX
        while not self.is_offered(files):
            self.assertLess(time.monotonic(), end, "the new certificate is not offered")
            server.pause()

    def test_new_files_are_offered_and_broken_ones_are_not(self) -> None:
        log = self.enterContext(open(self.variables["STEAD_LOG"]))
        context = ssl.create_default_context(cafile=self.first.authority)
        plain = self.enterContext(socket.create_connection(self.address))
        secure = self.enterContext(context.wrap_socket(plain, server_hostname="127.0.0.1"))
        self.put(self.second)
        self.await_offered(self.second)
        self.assertFalse(self.is_offered(self.first))
        # The connection of before is still good.
        secure.sendall(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n")
        self.assertTrue(secure.recv(1024).startswith(b"HTTP/1.1 200 "))
        self.certificate.write_text("no certificate\n")
        self.await_logged(log, "cannot be used")
        self.assertTrue(self.is_offered(self.second))
        self.put(self.first)
        self.await_offered(self.first)

    def await_logged(self, log, text: str) -> None:
        end, told = time.monotonic() + RELOAD_SECONDS_MAX, ""
        while text not in told:
            self.assertLess(time.monotonic(), end, told)
            told += log.read()
            server.pause()
        self.assertTrue(re.search(r"cannot read a certificate chain from", told), told)


if __name__ == "__main__":
    unittest.main()
