"""Organizations, over its own protocol."""

import unittest

import case
import world


class Organizations(case.Case):
    def test_an_account_is_in_no_organization(self) -> None:
        organizations = world.client("organizations")
        message = self.refused("AWSOrganizationsNotInUseException", 400, organizations.describe_organization)
        self.assertEqual(message, "Your account is not a member of an organization.")

    def test_a_denial_is_worded_as_that_of_other_services_and_named_as_here(self) -> None:
        arn, keys = self.user()
        message = self.refused(
            "AccessDeniedException", 400, world.client("organizations", keys).describe_organization
        )
        sentence = (
            f"User: {arn} is not authorized to perform: organizations:DescribeOrganization on resource: * "
            "because no identity-based policy allows the organizations:DescribeOrganization action"
        )
        self.assertRegex(message, f"^{case.re.escape(sentence)}{case.DENIAL}$")

    def test_who_may_describe_it_is_told_that_there_is_none(self) -> None:
        _, keys = self.user(world.allow("organizations:Describe*"))
        organizations = world.client("organizations", keys)
        self.refused("AWSOrganizationsNotInUseException", 400, organizations.describe_organization)

    def test_an_operation_that_is_not_built_is_known(self) -> None:
        organizations = world.client("organizations")
        self.refused("NotImplemented", 501, organizations.list_handshakes_for_account)

    def test_a_wrong_key_is_refused_in_the_words_of_the_protocol(self) -> None:
        _, keys = self.user()
        wrong = world.Keys(keys.access_key_id, "x" * 40)
        refused = world.client("organizations", wrong).describe_organization
        self.refused("InvalidSignatureException", 400, refused)
        unknown = world.Keys("AKIAIOSFODNN7EXAMPLE", "x" * 40)
        refused = world.client("organizations", unknown).describe_organization
        self.refused("UnrecognizedClientException", 400, refused)


if __name__ == "__main__":
    unittest.main()
