"""Operations whose right answer here is a refusal, and the few that are not built."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Refused:
    """An operation that is refused whatever a caller may do, and why."""

    code: str
    status: int
    reason: str
    parameters: dict


_NO_ORGANIZATION = "the account belongs to no organization, as AWS answers such an account"
_ROOT_TASK = {"arn": "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"}

REFUSED = {
    "AssumeRoot": Refused(
        "AccessDenied", 403, _NO_ORGANIZATION, {"TargetPrincipal": "999988887777", "TaskPolicyArn": _ROOT_TASK}
    ),
    "GenerateOrganizationsAccessReport": Refused(
        "AccessDenied", 403, _NO_ORGANIZATION, {"EntityPath": "o-a1b2c3d4e5/r-f6g7"}
    ),
    "GetOrganizationsAccessReport": Refused(
        "NoSuchEntity", 404, "no report can have been generated", {"JobId": "01234567-89ab-cdef-0123-456789abcdef"}
    ),
    **{
        operation: Refused("OrganizationNotFoundException", 400, _NO_ORGANIZATION, {})
        for operation in [
            "ListOrganizationsFeatures",
            "EnableOrganizationsRootSessions",
            "DisableOrganizationsRootSessions",
            "EnableOrganizationsRootCredentialsManagement",
            "DisableOrganizationsRootCredentialsManagement",
        ]
    },
}

# Answered with 501: none today. Who builds one takes it from here and gives it a valid request, in
# `reads.py` or in an `effects_*.py`; until then the test of this list fails.
UNBUILT: set[str] = set()
