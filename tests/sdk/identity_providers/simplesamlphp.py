"""SimpleSAMLphp of Debian, in the flow that AWS's console uses: the browser goes to the
identity provider first and is sent to AWS with a response that nobody has asked for."""

import contextlib
import html
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile

import server
from identity_providers.browser import Browser

ROOT = pathlib.Path(__file__).resolve().parents[3]
KEYS = ROOT / "crates/federation/tests/saml"
# Where `run` unpacks it.
PROGRAM = pathlib.Path(__file__).resolve().parent / "debian/usr/share/simplesamlphp"

SERVICE = "urn:amazon:webservices"
RECIPIENT = "https://signin.aws.amazon.com/saml"
ATTRIBUTES = "https://aws.amazon.com/SAML/Attributes/"
# Of everybody.
PASSWORD = "any"

CONFIG = """<?php
$config = [
    'baseurlpath' => 'simplesaml/',
    'certdir' => __DIR__ . '/cert/',
    'loggingdir' => __DIR__ . '/log/',
    'datadir' => __DIR__ . '/data/',
    'tempdir' => __DIR__ . '/tmp/',
    'metadatadir' => __DIR__ . '/metadata/',
    'technicalcontact_email' => 'na@example.org',
    'secretsalt' => 'of a test',
    'auth.adminpassword' => 'of a test',
    'logging.handler' => 'errorlog',
    'session.phpsession.savepath' => __DIR__ . '/tmp/',
    'session.cookie.secure' => false,
    'language.default' => 'en',
    'store.type' => 'phpsession',
    'enable.saml20-idp' => true,
    'module.enable' => ['exampleauth' => true, 'core' => true, 'saml' => true],
    'metadata.sources' => [['type' => 'flatfile']],
];
"""

# Who can log in stands in a file that tests write.
AUTHSOURCES = """<?php
$users = json_decode(file_get_contents(__DIR__ . '/users.json'), true);
$config = ['everybody' => ['exampleauth:UserPass'] + $users];
"""

HOSTED = """<?php
$metadata['ENTITY'] = [
    'host' => '__DEFAULT__',
    'privatekey' => 'idp.pem',
    'certificate' => 'idp.crt',
    'auth' => 'everybody',
    'signature.algorithm' => 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    'attributes.NameFormat' => 'urn:oasis:names:tc:SAML:2.0:attrname-format:uri',
    'authproc' => [
        10 => [
            'class' => 'saml:AttributeNameID',
            'attribute' => 'uid',
            'Format' => 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
        ],
    ],
];
"""

REMOTE = """<?php
$metadata['SERVICE'] = [
    'AssertionConsumerService' => 'RECIPIENT',
    'NameIDFormat' => 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
    'certData' => 'CERTIFICATE',
    'assertion.encryption' => ENCRYPTION,
];
"""


@contextlib.contextmanager
def provider(service: pathlib.Path | None = None, encrypts: bool = False):
    """A running provider, with this file about the service in place of the usual one,
    which says whether assertions are encrypted for the key `idp.key`."""
    with tempfile.TemporaryDirectory(prefix="stead-simplesamlphp-") as folder:
        folder = pathlib.Path(folder)
        port = free_port()
        url = f"http://127.0.0.1:{port}/simplesaml"
        configure(folder, f"{url}/idp", service, encrypts)
        environment = os.environ | {"SIMPLESAMLPHP_CONFIG_DIR": str(folder)}
        command = ["php", "-S", f"127.0.0.1:{port}", "-t", folder / "www"]
        with (folder / "output").open("wb") as output:
            process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        try:
            await_listening(process, port)
            yield Provider(url, folder)
        finally:
            process.kill()
            process.wait()


class Provider:
    """The provider, and everybody who logs in to it."""

    def __init__(self, url: str, folder: pathlib.Path) -> None:
        self.url = url
        self.entity_id = f"{url}/idp"
        self._folder = folder

    def metadata(self) -> str:
        """What it says of itself."""
        _, page = Browser().visit(f"{self.url}/saml2/idp/metadata.php")
        return page

    def enrol(self, subject: str, **attributes) -> None:
        """Lets one person log in, and nobody else, who has these attributes."""
        users = {f"{subject}:{PASSWORD}": {"uid": [subject], **attributes}}
        (self._folder / "users.json").write_text(json.dumps(users))

    def response(self, subject: str, **attributes) -> str:
        """The response, in base64, that `subject` is sent to AWS with. Attributes are
        those of AWS."""
        self.enrol(subject, **{f"{ATTRIBUTES}{name}": values for name, values in attributes.items()})
        browser = Browser()
        url = f"{self.url}/saml2/idp/SSOService.php?spentityid={SERVICE}"
        form = None
        for _ in range(10):
            location, page = browser.visit(url, form)
            form = None
            if location:
                url = location
                continue
            fields = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page))
            if "SAMLResponse" in fields:
                return html.unescape(fields["SAMLResponse"])
            state = html.unescape(fields["AuthState"])
            form = {"username": subject, "password": PASSWORD, "AuthState": state}
        raise AssertionError(f"no response: {page}")


def configure(folder: pathlib.Path, entity: str, service: pathlib.Path | None, encrypts: bool) -> None:
    for name in ["cert", "log", "data", "tmp", "metadata", "www"]:
        (folder / name).mkdir()
    (folder / "www/simplesaml").symlink_to(PROGRAM / "www")
    shutil.copy(KEYS / "rsa-pkcs8.key", folder / "cert/idp.pem")
    certificate = (KEYS / "rsa-2048.txt").read_text().strip()
    pem = f"-----BEGIN CERTIFICATE-----\n{certificate}\n-----END CERTIFICATE-----\n"
    (folder / "cert/idp.crt").write_text(pem)
    (folder / "config.php").write_text(CONFIG)
    (folder / "authsources.php").write_text(AUTHSOURCES)
    (folder / "users.json").write_text("{}")
    (folder / "metadata/saml20-idp-hosted.php").write_text(HOSTED.replace("ENTITY", entity))
    remote = folder / "metadata/saml20-sp-remote.php"
    if service:
        remote.symlink_to(service)
    else:
        text = REMOTE.replace("SERVICE", SERVICE, 1).replace("RECIPIENT", RECIPIENT)
        text = text.replace("CERTIFICATE", "".join((KEYS / "idp.txt").read_text().split()))
        remote.write_text(text.replace("ENCRYPTION", str(encrypts).lower()))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def await_listening(process: subprocess.Popen, port: int) -> None:
    for _ in range(500):
        if process.poll() is not None:
            raise AssertionError(f"it ended with {process.returncode}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        server.pause()
    raise AssertionError("it does not listen")
