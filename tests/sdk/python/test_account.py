"""What IAM's clients are told of an account, and its alias."""

import csv
import unittest

import case
import world


class Account(case.Case):
    def test_an_alias_is_given_listed_and_taken_away(self) -> None:
        name, other = self.name("stead-alias"), self.name("stead-alias")
        self.iam.create_account_alias(AccountAlias=name)
        self.assertEqual(self.iam.list_account_aliases()["AccountAliases"], [name])
        self.iam.create_account_alias(AccountAlias=other)
        pages = self.iam.get_paginator("list_account_aliases").paginate()
        self.assertEqual([page["AccountAliases"] for page in pages], [[other]])
        message = self.refused("NoSuchEntity", 404, self.iam.delete_account_alias, AccountAlias=name)
        self.assertEqual(message, f"The account alias {name} cannot be found.")
        self.iam.delete_account_alias(AccountAlias=other)
        self.assertEqual(self.iam.list_account_aliases()["AccountAliases"], [])

    def test_an_alias_of_another_account_is_taken(self) -> None:
        name = self.name("stead-alias")
        _, keys = self.other_account()
        world.client("iam", keys).create_account_alias(AccountAlias=name)
        message = self.refused("EntityAlreadyExists", 409, self.iam.create_account_alias, AccountAlias=name)
        self.assertEqual(message, f"The account alias {name} already exists.")
        world.client("iam", keys).delete_account_alias(AccountAlias=name)
        self.iam.create_account_alias(AccountAlias=name)
        self.iam.delete_account_alias(AccountAlias=name)

    def test_the_summary_counts(self) -> None:
        before = self.iam.get_account_summary()["SummaryMap"]
        self.iam.create_user(UserName=self.name("user"))
        self.iam.create_instance_profile(InstanceProfileName=self.name("profile"))
        after = self.iam.get_account_summary()["SummaryMap"]
        told = {key: after[key] - before[key] for key in after if after[key] != before[key]}
        self.assertEqual(told, {"Users": 1, "InstanceProfiles": 1})
        self.assertEqual((after["UsersQuota"], after["AccountAccessKeysPresent"]), (5000, 1))
        user, keys = self.user()
        self.denied(user, "iam:GetAccountSummary", world.client("iam", keys).get_account_summary, resource="*")

    def test_a_credential_report_is_generated_and_read(self) -> None:
        name = self.name("user")
        self.iam.create_user(UserName=name)
        # Another test may have had one made before this user was there.
        self.assertIn(self.iam.generate_credential_report()["State"], ["STARTED", "COMPLETE"])
        self.assertEqual(self.iam.generate_credential_report()["State"], "COMPLETE")
        report = self.iam.get_credential_report()
        self.assertEqual(report["ReportFormat"], "text/csv")
        rows = list(csv.DictReader(report["Content"].decode().splitlines()))
        self.assertEqual((rows[0]["user"], rows[0]["access_key_1_active"]), ("<root_account>", "true"))
        self.assertEqual(len(rows[0]), 22)

    def test_what_the_account_wants_of_sts_and_organizations(self) -> None:
        self.iam.set_security_token_service_preferences(GlobalEndpointTokenVersion="v2Token")
        summary = self.iam.get_account_summary()["SummaryMap"]
        self.assertEqual(summary["GlobalEndpointTokenVersion"], 2)
        self.iam.set_security_token_service_preferences(GlobalEndpointTokenVersion="v1Token")
        self.refused("OrganizationNotFoundException", 400, self.iam.list_organizations_features)


if __name__ == "__main__":
    unittest.main()
