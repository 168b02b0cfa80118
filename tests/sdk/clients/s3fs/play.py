"""Plays the steps of ../steps.py with aiobotocore."""

import asyncio
import contextlib
import os
import pathlib

import aiobotocore
import botocore
import botocore.config
import botocore.exceptions
from aiobotocore.session import get_session

UNSIGNED = botocore.config.Config(signature_version=botocore.UNSIGNED)


def client(service: str, given: dict | None = None, **more):
    keys = {}
    if given:
        keys["aws_access_key_id"] = given["AccessKeyId"]
        keys["aws_secret_access_key"] = given["SecretAccessKey"]
        keys["aws_session_token"] = given["SessionToken"]
    return get_session().create_client(service, **keys, **more)


@contextlib.contextmanager
def refusals(step: str):
    try:
        yield
    except botocore.exceptions.ClientError as error:
        print(step, error.response["Error"]["Code"], error.response["Error"]["Message"])


async def identity(given: dict | None = None) -> str:
    async with client("sts", given) as sts:
        return (await sts.get_caller_identity())["Arn"]


async def assume(role: str) -> dict:
    async with client("sts") as sts:
        return (await sts.assume_role(RoleArn=os.environ[role], RoleSessionName="play"))["Credentials"]


async def web(file: str) -> dict:
    token = pathlib.Path(os.environ[file]).read_text()
    request = {"RoleArn": os.environ["WEB_ROLE_ARN"], "RoleSessionName": "play", "WebIdentityToken": token}
    async with client("sts", config=UNSIGNED) as sts:
        return (await sts.assume_role_with_web_identity(**request))["Credentials"]


async def play() -> None:
    print("version", aiobotocore.__version__)
    print("identity", await identity())
    assumed = await assume("ROLE_ARN")
    print("assumed", await identity(assumed))
    with refusals("denied"):
        await assume("CLOSED_ROLE_ARN")
    async with client("iam", assumed) as iam:
        print("iam", (await iam.get_role(RoleName=os.environ["ROLE_NAME"]))["Role"]["Arn"])
        with refusals("iam-denied"):
            await iam.list_users()
    print("web", await identity(await web("TOKEN_FILE")))
    with refusals("web-denied"):
        await web("CLOSED_TOKEN_FILE")


asyncio.run(play())
