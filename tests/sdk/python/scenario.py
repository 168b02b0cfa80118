"""The scenario, played by boto3."""

import datetime
import re
import sys

import clock
import world


def ok(step: str) -> None:
    print(f"ok - {step}", flush=True)


def expect(condition: bool, what: object) -> None:
    if not condition:
        raise AssertionError(what)


def expect_denied(refused: tuple[str, int, str], user_arn: str, role_arn: str) -> None:
    code, status, message = refused
    expect((code, status) == ("AccessDenied", 403), refused)
    text = f"User: {user_arn} is not authorized to perform: sts:AssumeRole on resource: {role_arn}"
    # The policy type and the denial id may follow AWS's sentence.
    tail = r"( because [^()]+)?( \(denial d-[A-Za-z0-9_-]+\))?"
    expect(re.fullmatch(re.escape(text) + tail, message) is not None, message)


def main() -> None:
    iam, sts = world.client("iam"), world.client("sts")
    account = sts.get_caller_identity()["Account"]
    role_arn = f"arn:aws:iam::{account}:role/reader"

    alice_arn, alice = world.make_user(iam, "alice", world.allow("sts:*"))
    bob_arn, _ = world.make_user(iam, "bob")
    expect(alice_arn == f"arn:aws:iam::{account}:user/alice", alice_arn)
    world.make_role(iam, "reader", [world.trust(bob_arn)], world.allow("iam:GetRole", role_arn))
    request = {"RoleArn": role_arn, "RoleSessionName": "my-session", "DurationSeconds": 3600}
    as_alice = world.client("sts", alice)

    expect_denied(world.refusal(as_alice.assume_role, **request), alice_arn, role_arn)
    ok("a user the trust policy does not name is denied, in AWS's words")

    iam.update_assume_role_policy(RoleName="reader", PolicyDocument=world.document(world.trust(alice_arn)))
    answer = as_alice.assume_role(**request)
    credentials, assumed = answer["Credentials"], answer["AssumedRoleUser"]
    lifetime = credentials["Expiration"] - datetime.datetime.now(datetime.timezone.utc)
    expect(abs(lifetime.total_seconds() - 3600) < 60, lifetime)
    expect(credentials["AccessKeyId"].startswith("ASIA"), credentials["AccessKeyId"])
    session_arn = f"arn:aws:sts::{account}:assumed-role/reader/my-session"
    expect(assumed["Arn"] == session_arn, assumed)
    expect(re.fullmatch(r"AROA[A-Z0-9]+:my-session", assumed["AssumedRoleId"]) is not None, assumed)
    ok("once named, it gets credentials for an hour")

    session = world.Keys.of_session(credentials)
    identity = world.client("sts", session).get_caller_identity()
    expect(identity["Arn"] == session_arn and identity["Account"] == account, identity)
    expect(identity["UserId"] == assumed["AssumedRoleId"], identity)
    ok("the session says who it is")

    as_reader = world.client("iam", session)
    expect(as_reader.get_role(RoleName="reader")["Role"]["Arn"] == role_arn, "GetRole")
    ok("what the role's policy allows works")

    code, status, message = world.refusal(as_reader.list_users)
    expect((code, status) == ("AccessDenied", 403), (code, status))
    text = f"User: {session_arn} is not authorized to perform: iam:ListUsers on resource: "
    expect(message.startswith(text), message)
    ok("what it does not allow is denied")

    clock.advance(3700)
    code, status, message = world.refusal(world.client("sts", session).get_caller_identity)
    expect((code, status) == ("ExpiredToken", 403), (code, status))
    expect(message == "The security token included in the request is expired", message)
    ok("the expired session is refused")

    world.delete_user(iam, "alice")
    _, alice = world.make_user(iam, "alice", world.allow("sts:*"))
    refused = world.refusal(world.client("sts", alice).assume_role, **request)
    expect_denied(refused, alice_arn, role_arn)
    ok("the user, deleted and made again under its name, is denied")


if __name__ == "__main__":
    sys.exit(main())
