"""What the administrator does in the scenario, for clients that speak STS only.

    admin.py prepare    makes users and role; prints the user's key as JSON
    admin.py trust      names the user in the trust policy
    admin.py recreate   deletes the user and makes it again; prints its new key
"""

import json
import sys

import world


def main(command: str) -> None:
    iam = world.client("iam")
    account = world.client("sts").get_caller_identity()["Account"]
    role_arn = f"arn:aws:iam::{account}:role/reader"
    if command == "trust":
        named = world.trust(f"arn:aws:iam::{account}:user/alice")
        iam.update_assume_role_policy(RoleName="reader", PolicyDocument=world.document(named))
        return
    if command == "prepare":
        bob_arn, _ = world.make_user(iam, "bob")
        world.make_role(iam, "reader", [world.trust(bob_arn)], world.allow("sts:GetAccessKeyInfo"))
    elif command == "recreate":
        world.delete_user(iam, "alice")
    else:
        sys.exit(__doc__)
    _, key = world.make_user(iam, "alice", world.allow("sts:*"))
    made = {"account": account, "access_key_id": key.access_key_id, "secret_access_key": key.secret_access_key}
    print(json.dumps(made))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) == 2 else "")
