"""Whatever names something that is not there is answered with what AWS answers then."""

import unittest

from calls import Refusal
from operation_tests import for_each
from operations import MODELS, names_error
from refusals import REFUSED
from shared import BUILT, account, new_request

NO_SUCH_ENTITY = ("NoSuchEntity", 404)


# What no entity is called, for each member that names one; `ARN:` stands for the account's.
UNKNOWN = {
    "AccessKeyId": "AKIAIOSFODNN7EXAMPLE",
    "AccountAlias": "nobodys-alias",
    "Arn": "ARN:user/nobody",
    "CertificateId": "NOBODYSCERTIFICATE1234567890",
    "DelegationRequestId": "01234567-89ab-cdef-0123-456789abcdef",
    "DeletionTaskId": "task/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling/"
    "01234567-89ab-cdef-0123-456789abcdef",
    "EntityArn": "ARN:delegation-request/01234567-89ab-cdef-0123-456789abcdef",
    "GroupName": "nobodys-group",
    "InstanceProfileName": "nobodys-profile",
    "JobId": "01234567-89ab-cdef-0123-456789abcdef",
    "OpenIDConnectProviderArn": "ARN:oidc-provider/nobody.example.com",
    "PermissionsBoundary": "ARN:policy/nobodys-policy",
    "PolicyArn": "ARN:policy/nobodys-policy",
    "PolicyName": "nobodys-policy",
    "PolicySourceArn": "ARN:user/nobody",
    "RoleArn": "ARN:role/nobody",
    "RoleName": "nobodys-role",
    "SAMLProviderArn": "ARN:saml-provider/nobody",
    "SSHPublicKeyId": "APKAIOSFODNN7EXAMPLE",
    "SerialNumber": "ARN:mfa/nobodys-device",
    "ServerCertificateName": "nobodys-certificate",
    "ServiceSpecificCredentialId": "ACCAIOSFODNN7EXAMPLE",
    "UserName": "nobody",
    "VersionId": "v9",
}

# Names that are given with the request, to what it makes.
GIVEN = {
    ("CreateUser", "UserName"),
    ("CreateGroup", "GroupName"),
    ("CreateRole", "RoleName"),
    ("CreateAccountAlias", "AccountAlias"),
    ("PutGroupPolicy", "PolicyName"),
    ("PutRolePolicy", "PolicyName"),
    ("PutUserPolicy", "PolicyName"),
}

# Where an entity that is not there is told otherwise than by NoSuchEntity.
OTHERWISE = {
    # Spec: API AssumeRole and the others: whether the role is there is not told.
    ("AssumeRole", "RoleArn"): ("AccessDenied", 403),
    ("AssumeRoleWithWebIdentity", "RoleArn"): ("AccessDenied", 403),
    # The assertion is for another role.
    ("AssumeRoleWithSAML", "RoleArn"): ("InvalidIdentityToken", 400),
    # Observed: radkawar/stackd, recorded in 2026.
    ("DeleteServiceSpecificCredential", "ServiceSpecificCredentialId"): ("ValidationError", 400),
    ("ResetServiceSpecificCredential", "ServiceSpecificCredentialId"): ("ValidationError", 400),
    ("UpdateServiceSpecificCredential", "ServiceSpecificCredentialId"): ("ValidationError", 400),
}

# The model has NoSuchEntity for these, and no member of theirs names an entity that must be
# there.
NO_MEMBER = {
    "ChangePassword": "it is about the caller",
    "CreateGroup": "it names only what it makes",
    "CreateServiceLinkedRole": "a service that is not known is InvalidInput",
    "DeleteAccountPasswordPolicy": "there is one or none",
    "GetAccountPasswordPolicy": "there is one or none",
    "ListDelegationRequests": "whoever is not there has taken up none",
    "UpdateAccountPasswordPolicy": "it is made when there is none",
}


def named(operation: str) -> list[str]:
    """The members of an operation's request that name an entity."""
    shape = MODELS[operation].input_shape
    members = list(shape.members) if shape else []
    if not names_error(operation, "NoSuchEntity"):
        return [member for member in members if (operation, member) in OTHERWISE]
    return [member for member in members if member in UNKNOWN and (operation, member) not in GIVEN]


class Table(unittest.TestCase):
    def test_every_operation_that_may_miss_an_entity_is_asked(self) -> None:
        may = {operation for operation in BUILT if names_error(operation, "NoSuchEntity")}
        silent = {operation for operation in may if not named(operation)}
        self.assertEqual(silent, NO_MEMBER.keys() | (silent & REFUSED.keys()))
        self.assertGreaterEqual(sum(len(named(operation)) for operation in BUILT), 150)


@for_each([operation for operation in BUILT if named(operation)])
class Unknown(unittest.TestCase):
    def check(self, operation: str) -> None:
        # What a request makes may be there since another test.
        caller, parameters = new_request(operation)
        for member in named(operation):
            with self.subTest(member=member):
                value = UNKNOWN[member].replace("ARN:", account().arn(""))
                answer = caller.answer(operation, {**parameters, member: value})
                self.assertIsInstance(answer, Refusal, "it is answered")
                expected = OTHERWISE.get((operation, member), NO_SUCH_ENTITY)
                self.assertEqual((answer.code, answer.status), expected, answer.message)


if __name__ == "__main__":
    unittest.main()
