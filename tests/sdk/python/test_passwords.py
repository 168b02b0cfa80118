"""Passwords of users, as the clients of IAM set and change them."""

import contextlib
import unittest

import case
import world


class Passwords(case.Case):
    def tearDown(self) -> None:
        with contextlib.suppress(self.iam.exceptions.NoSuchEntityException):
            self.iam.delete_account_password_policy()

    def test_a_policy_is_set_shown_and_deleted(self) -> None:
        self.refused("NoSuchEntity", 404, self.iam.get_account_password_policy)
        self.iam.update_account_password_policy(MinimumPasswordLength=12, RequireSymbols=True, MaxPasswordAge=90)
        policy = self.iam.get_account_password_policy()["PasswordPolicy"]
        self.assertEqual((policy["MinimumPasswordLength"], policy["RequireSymbols"]), (12, True))
        self.assertEqual((policy["ExpirePasswords"], policy["MaxPasswordAge"]), (True, 90))
        self.assertEqual((policy["RequireNumbers"], policy["AllowUsersToChangePassword"]), (False, False))
        self.iam.delete_account_password_policy()
        self.refused("NoSuchEntity", 404, self.iam.delete_account_password_policy)

    def test_a_user_gets_a_password_and_changes_it(self) -> None:
        arn, keys = self.user(world.allow("iam:ChangePassword", "*"))
        user = arn.split("/")[-1]
        made = self.iam.create_login_profile(UserName=user, Password="First-Passw0rd", PasswordResetRequired=True)
        self.assertEqual(made["LoginProfile"]["PasswordResetRequired"], True)
        iam = world.client("iam", keys)
        change = {"OldPassword": "First-Passw0rd", "NewPassword": "Second-Passw0rd"}
        iam.change_password(**change)
        self.refused("AccessDenied", 403, iam.change_password, **change)
        self.refused("PasswordPolicyViolation", 400, iam.change_password, OldPassword="Second-Passw0rd", NewPassword="x")
        shown = self.iam.get_login_profile(UserName=user)["LoginProfile"]
        self.assertEqual((shown["UserName"], shown["PasswordResetRequired"]), (user, False))
        self.assertNotIn("PasswordLastUsed", self.iam.get_user(UserName=user)["User"])
        self.iam.delete_login_profile(UserName=user)
        self.refused("NoSuchEntity", 404, self.iam.get_login_profile, UserName=user)

    def test_the_root_user_has_none_to_change(self) -> None:
        message = self.refused(
            "InvalidUserType", 400, self.iam.change_password, OldPassword="First-Passw0rd", NewPassword="Second-Passw0rd"
        )
        self.assertEqual(message, "Only IAM Users can change their own password")


if __name__ == "__main__":
    unittest.main()
