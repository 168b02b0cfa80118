"""An account to call the operations in: entities under names that nothing else has."""

import atexit
import base64
import contextlib
import datetime
import functools
import itertools
import pathlib
import re
import time

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

import clock
import totp
import world
from calls import Caller
from identity_providers import samlp
from issuer import Issuer

ROOT = pathlib.Path(__file__).resolve().parents[3]
CERTIFICATES = ROOT / "crates/iam/tests/server-certificates"
METADATA = (ROOT / "crates/iam/tests/saml-metadata.xml").read_text()
SSH_KEY = (ROOT / "crates/iam/tests/ssh/rsa-2048.pub").read_text()
SIGNING_CERTIFICATE = (ROOT / "crates/iam/tests/signing-certificate.pem").read_text()
DECRYPTION_KEY = (ROOT / "crates/federation/tests/saml/rsa-pkcs8.key").read_text()
THUMBPRINT = "6ef423e5272b2347200970d1cd9d1a72beabc592"
PASSWORD = "First-Passw0rd"
DOCUMENT = world.document(world.allow("s3:GetObject"))
OTHER_DOCUMENT = world.document(world.allow("s3:PutObject"))
EC2 = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
TAG = {"Key": "Team", "Value": "red"}


class World:
    """An account with an administrator who calls, and what can be put into it.

    Each method makes something new and gives the member of a request that names it."""

    def __init__(self) -> None:
        self.root = Caller()
        self.account = self.root.result("GetCallerIdentity", {})["Account"]
        self._numbers = itertools.count(1)
        user = self.user(UserName="administrator")
        self.administrator = user["UserName"]
        self.do("PutUserPolicy", **user, PolicyName="all", PolicyDocument=world.document(world.allow("*")))
        self.keys = self.keys_of(user)
        self.caller = Caller(self.keys)

    def name(self, word: str) -> str:
        return f"{word}-{next(self._numbers)}"

    def arn(self, resource: str) -> str:
        return f"arn:aws:iam::{self.account}:{resource}"

    def do(self, operation: str, **parameters) -> dict:
        return self.root.result(operation, parameters)

    def keys_of(self, user: dict) -> world.Keys:
        key = self.do("CreateAccessKey", **user)["AccessKey"]
        return world.Keys(key["AccessKeyId"], key["SecretAccessKey"])

    def user(self, **more) -> dict:
        name = {"UserName": self.name("user"), **more}
        self.do("CreateUser", **name)
        return {"UserName": name["UserName"]}

    def group(self, **more) -> dict:
        name = self.name("group")
        self.do("CreateGroup", GroupName=name, **more)
        return {"GroupName": name}

    def role(self, *statements: dict, **more) -> dict:
        name = self.name("role")
        trust = world.document(*(statements or [EC2]))
        self.do("CreateRole", RoleName=name, AssumeRolePolicyDocument=trust, **more)
        return {"RoleName": name}

    def role_for(self, *statements: dict) -> str:
        return self.arn("role/" + self.role(*statements)["RoleName"])

    def policy(self, **more) -> dict:
        made = self.do("CreatePolicy", PolicyName=self.name("policy"), PolicyDocument=DOCUMENT, **more)
        return {"PolicyArn": made["Policy"]["Arn"]}

    def policy_with_versions(self, count: int = 2) -> dict:
        policy = self.policy()
        for _ in range(count - 1):
            self.do("CreatePolicyVersion", PolicyDocument=OTHER_DOCUMENT, **policy)
        return policy

    def profile(self, **more) -> dict:
        name = self.name("profile")
        self.do("CreateInstanceProfile", InstanceProfileName=name, **more)
        return {"InstanceProfileName": name}

    def profile_with_role(self) -> tuple[dict, dict]:
        profile, role = self.profile(), self.role()
        self.do("AddRoleToInstanceProfile", **profile, **role)
        return profile, role

    def certificate(self, **more) -> dict:
        name = {"ServerCertificateName": self.name("certificate")}
        self.do("UploadServerCertificate", **name, **server_certificate(), **more)
        return name

    def key(self, user: dict | None = None) -> dict:
        user = user or self.user()
        made = self.do("CreateAccessKey", **user)["AccessKey"]
        return {**user, "AccessKeyId": made["AccessKeyId"]}

    def ssh_key(self) -> dict:
        user = self.user()
        made = self.do("UploadSSHPublicKey", SSHPublicKeyBody=SSH_KEY, **user)["SSHPublicKey"]
        return {**user, "SSHPublicKeyId": made["SSHPublicKeyId"]}

    def new_ssh_key(self) -> str:
        """A public key that no user has."""
        kind = serialization.PublicFormat.OpenSSH
        public = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
        return public.public_bytes(serialization.Encoding.OpenSSH, kind).decode()

    def signing_certificate(self, user: dict | None = None) -> dict:
        user = user or self.user()
        held = self.do("UploadSigningCertificate", CertificateBody=new_certificate(), **user)["Certificate"]
        return {**user, "CertificateId": held["CertificateId"]}

    def credential(self) -> dict:
        user = self.user()
        made = self.do("CreateServiceSpecificCredential", ServiceName="codecommit.amazonaws.com", **user)
        return {**user, "ServiceSpecificCredentialId": made["ServiceSpecificCredential"]["ServiceSpecificCredentialId"]}

    def login(self, **more) -> dict:
        user = self.user()
        self.do("CreateLoginProfile", Password=PASSWORD, **user, **more)
        return user

    def issuer(self, **more) -> dict:
        bare = f"{self.name('idp')}.example.com"
        given = {"Url": f"https://{bare}", "ThumbprintList": [THUMBPRINT], **more}
        return {"OpenIDConnectProviderArn": self.do("CreateOpenIDConnectProvider", **given)["OpenIDConnectProviderArn"]}

    def saml(self, **more) -> dict:
        given = {"Name": self.name("idp"), "SAMLMetadataDocument": METADATA, **more}
        return {"SAMLProviderArn": self.do("CreateSAMLProvider", **given)["SAMLProviderArn"]}

    def device(self, **more) -> "Device":
        name = self.name("device")
        made = self.do("CreateVirtualMFADevice", VirtualMFADeviceName=name, **more)["VirtualMFADevice"]
        return Device(made["SerialNumber"], base64.b32decode(made["Base32StringSeed"]))

    def enabled_device(self, user: dict) -> "Device":
        device = self.device()
        self.do("EnableMFADevice", **user, **device.two_codes())
        return device

    def service_role(self) -> dict:
        made = self.do("CreateServiceLinkedRole", **self.service_with_suffix())
        return {"RoleName": made["Role"]["RoleName"]}

    def service_with_suffix(self) -> dict:
        return {"AWSServiceName": "autoscaling.amazonaws.com", "CustomSuffix": self.name("x")}

    def job(self, **more) -> dict:
        given = {"Arn": self.arn("user/" + self.administrator), **more}
        return {"JobId": self.caller.result("GenerateServiceLastAccessedDetails", given)["JobId"]}

    def denial(self) -> str:
        """The id of a denial of the account."""
        nobody = Caller(self.keys_of(self.user()))
        return re.search(r"\(denial (\S+)\)", nobody.answer("ListUsers", {}).message).group(1)

    def outbound_enabled(self) -> None:
        """Identity tokens for services elsewhere are given out from now on."""
        self.root.answer("EnableOutboundWebIdentityFederation", {})

    def web_identity(self) -> dict:
        """A token of an issuer that a role trusts."""
        issuer = _issuer()
        url = {"Url": issuer.url, "ClientIDList": ["app"]}
        made = self.root.answer("CreateOpenIDConnectProvider", url)
        bare = issuer.url.split("//")[1]
        arn = self.arn("oidc-provider/" + bare) if not isinstance(made, dict) else made["OpenIDConnectProviderArn"]
        role = self.role_for(
            {
                "Effect": "Allow",
                "Principal": {"Federated": arn},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {"StringEquals": {f"{bare}:sub": "alice"}},
            }
        )
        return {"RoleArn": role, "RoleSessionName": "job", "WebIdentityToken": issuer.token()}

    def trusting_role(self) -> str:
        return self.role_for(world.trust(self.arn("root")))

    def saml_identity(self) -> dict:
        """A response of a SAML provider that a role trusts."""
        idp = _saml_idp()
        provider = self.saml(SAMLMetadataDocument=idp.metadata())["SAMLProviderArn"]
        role = self.role_for(
            {
                "Effect": "Allow",
                "Principal": {"Federated": provider},
                "Action": "sts:AssumeRoleWithSAML",
                "Condition": {"StringEquals": {"saml:sub": "alice"}},
            }
        )
        response = idp.response("alice", Role=[f"{role},{provider}"], RoleSessionName=["alice"])
        return {"RoleArn": role, "PrincipalArn": provider, "SAMLAssertion": response}


class Device:
    """A virtual MFA device."""

    def __init__(self, serial_number: str, seed: bytes) -> None:
        self.serial_number = serial_number
        self._seed = seed

    def two_codes(self) -> dict:
        """The device and two codes that follow one another and were not used: moves the clock."""
        clock.advance(2 * totp.STEP_SECONDS)
        return {
            "SerialNumber": self.serial_number,
            "AuthenticationCode1": totp.code(self._seed, -1),
            "AuthenticationCode2": totp.code(self._seed, 0),
        }


def server_certificate() -> dict:
    text = lambda name: (CERTIFICATES / name).read_text()
    return {"CertificateBody": text("leaf.pem"), "PrivateKey": text("leaf.key")}


def new_certificate() -> str:
    """A certificate that no user has."""
    key = _certificate_key()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a user of the tests")])
    now = datetime.datetime.fromtimestamp(time.time(), datetime.timezone.utc)
    days = datetime.timedelta(days=1)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number()).not_valid_before(now - days).not_valid_after(now + 99 * days)
    return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


@functools.cache
def _certificate_key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@functools.cache
def _issuer() -> Issuer:
    return Issuer()


@functools.cache
def _saml_idp() -> samlp.Provider:
    stack = contextlib.ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(samlp.provider())
