"""What ends a key or a session before its time."""

import time
import unittest

import case
import clock
import world


class Endings(case.Case):
    def who(self, keys: world.Keys):
        return world.client("sts", keys).get_caller_identity

    def test_a_key_made_inactive_or_deleted(self) -> None:
        name = self.name("user")
        _, keys = world.make_user(self.iam, name)
        key = {"UserName": name, "AccessKeyId": keys.access_key_id}
        self.who(keys)()
        self.iam.update_access_key(Status="Inactive", **key)
        self.refused("InvalidClientTokenId", 403, self.who(keys))
        self.iam.update_access_key(Status="Active", **key)
        self.who(keys)()
        self.iam.delete_access_key(**key)
        self.refused("InvalidClientTokenId", 403, self.who(keys))

    def test_a_deleted_role_takes_its_sessions_along(self) -> None:
        arn, keys = self.user()
        name = self.name("role")
        role_arn = world.make_role(self.iam, name, [world.trust(arn)])
        session = world.assume(keys, role_arn)
        self.who(session)()
        self.iam.delete_role(RoleName=name)
        self.assertEqual(world.refusal(self.who(session))[1], 403)
        # A new role of that name is another role.
        world.make_role(self.iam, name, [world.trust(arn)], world.allow("*"))
        self.assertEqual(world.refusal(self.who(session))[1], 403)
        self.who(world.assume(keys, role_arn))()

    def test_a_deleted_user_takes_its_session_tokens_along(self) -> None:
        name = self.name("user")
        _, keys = world.make_user(self.iam, name)
        session = world.Keys.of_session(world.client("sts", keys).get_session_token()["Credentials"])
        self.who(session)()
        world.delete_user(self.iam, name)
        self.assertEqual(world.refusal(self.who(session))[1], 403)
        world.make_user(self.iam, name)
        self.assertEqual(world.refusal(self.who(session))[1], 403)

    def test_a_policy_ends_older_sessions(self) -> None:
        arn, keys = self.user()
        name = self.name("role")
        role_arn = world.make_role(self.iam, name, [world.trust(arn)], world.allow("iam:ListUsers"))
        old = world.assume(keys, role_arn)
        world.client("iam", old).list_users()
        clock.advance(60)
        revoked_at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        older = {"DateLessThan": {"aws:TokenIssueTime": revoked_at}}
        self.iam.put_role_policy(
            RoleName=name,
            PolicyName="AWSRevokeOlderSessions",
            PolicyDocument=world.document(world.deny("*", Condition=older)),
        )
        self.refused("AccessDenied", 403, world.client("iam", old).list_users)
        clock.advance(60)
        world.client("iam", world.assume(keys, role_arn)).list_users()

    def test_a_token_fits_its_own_key_only(self) -> None:
        arn, keys = self.user()
        role_arn = self.role(world.trust(arn))
        one, two = world.assume(keys, role_arn, "one"), world.assume(keys, role_arn, "two")
        for mixed in [
            world.Keys(one.access_key_id, one.secret_access_key, two.session_token),
            world.Keys(keys.access_key_id, keys.secret_access_key, one.session_token),
            world.Keys(one.access_key_id, one.secret_access_key, None),
            world.Keys(one.access_key_id, one.secret_access_key, one.session_token[:-8] + "AAAAAAA="),
            world.Keys(one.access_key_id, one.secret_access_key, "nonsense"),
        ]:
            self.refused("InvalidClientTokenId", 403, self.who(mixed))


if __name__ == "__main__":
    unittest.main()
