"""What the scenario and the tests make an account of: users, keys, roles."""

import contextlib
import dataclasses
import json
import os

import boto3
import botocore.config
import botocore.exceptions

# A refusal is an answer here, not a reason to try again.
CONFIG = botocore.config.Config(retries={"total_max_attempts": 1}, ignore_configured_endpoint_urls=False)


@dataclasses.dataclass(frozen=True)
class Keys:
    """A long-term or a session's credentials."""

    access_key_id: str
    secret_access_key: str
    session_token: str | None = None

    @classmethod
    def of_session(cls, credentials: dict) -> "Keys":
        """From the `Credentials` of an STS answer."""
        return cls(credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"])


def client(service: str, keys: Keys | None = None, **config):
    """A client for `service`: with `keys`, or with the root key of the profile."""
    config = CONFIG.merge(botocore.config.Config(**config))
    if keys is None:
        return boto3.client(service, config=config)
    return boto3.client(
        service,
        aws_access_key_id=keys.access_key_id,
        aws_secret_access_key=keys.secret_access_key,
        aws_session_token=keys.session_token,
        config=config,
    )


@contextlib.contextmanager
def environment(variables: dict[str, str]):
    """Sets variables of this process for a while; clients made meanwhile know no others."""
    before = dict(os.environ)
    os.environ.update(variables)
    boto3.DEFAULT_SESSION = None
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        boto3.DEFAULT_SESSION = None


def document(*statements: dict) -> str:
    """A policy document of the current version."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(actions, resources="*", **more) -> dict:
    """An Allow statement of an identity policy."""
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


def deny(actions, resources="*", **more) -> dict:
    """A Deny statement of an identity policy."""
    return {"Effect": "Deny", "Action": actions, "Resource": resources, **more}


def trust(principals, actions="sts:AssumeRole", **more) -> dict:
    """An Allow statement of a trust policy that names `principals`."""
    return {"Effect": "Allow", "Principal": {"AWS": principals}, "Action": actions, **more}


def make_user(iam, name: str, *statements: dict) -> tuple[str, Keys]:
    """A user with one inline policy of `statements` and one access key: its ARN and key."""
    arn = iam.create_user(UserName=name)["User"]["Arn"]
    if statements:
        iam.put_user_policy(UserName=name, PolicyName="inline", PolicyDocument=document(*statements))
    return arn, make_key(iam, name)


def make_key(iam, user_name: str) -> Keys:
    """One more access key of a user."""
    key = iam.create_access_key(UserName=user_name)["AccessKey"]
    return Keys(key["AccessKeyId"], key["SecretAccessKey"])


def delete_user(iam, name: str) -> None:
    """Deletes a user and what must go before it."""
    for key in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
        iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    for policy_name in iam.list_user_policies(UserName=name)["PolicyNames"]:
        iam.delete_user_policy(UserName=name, PolicyName=policy_name)
    iam.delete_user(UserName=name)


def make_role(iam, name: str, trust_statements, *statements: dict, **more) -> str:
    """A role with a trust policy and one inline policy of `statements`: its ARN."""
    trust_policy = document(*trust_statements)
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust_policy, **more)["Role"]
    if statements:
        iam.put_role_policy(RoleName=name, PolicyName="inline", PolicyDocument=document(*statements))
    return role["Arn"]


def assume(keys: Keys, role_arn: str, session_name: str = "my-session", **more) -> Keys:
    """The credentials that AssumeRole gives `keys` for a role."""
    answer = client("sts", keys).assume_role(RoleArn=role_arn, RoleSessionName=session_name, **more)
    return Keys.of_session(answer["Credentials"])


def refusal(call, *arguments, **parameters) -> tuple[str, int, str]:
    """The error code, HTTP status and message with which `call` is refused."""
    try:
        call(*arguments, **parameters)
    except botocore.exceptions.ClientError as error:
        answer = error.response
        return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Message"]
    raise AssertionError(f"{call.__name__} was not refused")


@contextlib.contextmanager
def noting_request(kept: list[str]):
    """Notes the id of a request that is refused."""
    try:
        yield
    except botocore.exceptions.ClientError as error:
        kept.append(error.response["ResponseMetadata"]["RequestId"])
        raise
