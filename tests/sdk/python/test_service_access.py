"""Which services somebody may call and when they last did, as the clients of IAM ask for it."""

import unittest

import case


class ServiceAccess(case.Case):
    def report(self, arn: str, **more) -> dict:
        self.job = {"JobId": self.iam.generate_service_last_accessed_details(Arn=arn, **more)["JobId"]}
        report = self.iam.get_service_last_accessed_details(**self.job)
        self.assertEqual(report["JobStatus"], "COMPLETED")
        return {service["ServiceNamespace"]: service for service in report["ServicesLastAccessed"]}

    def test_a_call_is_told_of_the_user_who_made_it(self) -> None:
        allowed = {"Effect": "Allow", "Action": ["iam:GetUser", "s3:GetObject"], "Resource": "*"}
        arn, keys = self.user(allowed)
        before = self.report(arn)
        self.assertEqual(sorted(before), ["iam", "s3"])
        self.assertNotIn("LastAuthenticated", before["iam"])
        iam = case.world.client("iam", keys)
        iam.get_user()
        after = self.report(arn, Granularity="ACTION_LEVEL")
        self.assertEqual(after["iam"]["LastAuthenticatedEntity"], arn)
        self.assertEqual(after["iam"]["TotalAuthenticatedEntities"], 1)
        (action,) = after["iam"]["TrackedActionsLastAccessed"]
        self.assertEqual((action["ActionName"], action["LastAccessedEntity"]), ("GetUser", arn))
        self.assertNotIn("LastAuthenticated", after["s3"])
        details = self.iam.get_service_last_accessed_details_with_entities(ServiceNamespace="iam", **self.job)
        (entity,) = details["EntityDetailsList"]
        self.assertEqual((entity["EntityInfo"]["Arn"], entity["EntityInfo"]["Type"]), (arn, "USER"))
        self.assertIn("LastAuthenticated", entity)
        # Only who asked for a report reads it.
        self.denied(arn, "iam:GetServiceLastAccessedDetails", iam.get_service_last_accessed_details, **self.job)

    def test_the_policies_that_grant_a_service_are_listed(self) -> None:
        arn, _ = self.user({"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
        (s3, iam) = self.iam.list_policies_granting_service_access(Arn=arn, ServiceNamespaces=["s3", "iam"])[
            "PoliciesGrantingServiceAccess"
        ]
        (policy,) = s3["Policies"]
        self.assertEqual((policy["PolicyType"], policy["EntityName"]), ("INLINE", arn.rsplit("/", 1)[1]))
        self.assertEqual((iam["ServiceNamespace"], iam["Policies"]), ("iam", []))
        listed = self.iam.list_policies_granting_service_access
        self.refused("InvalidInput", 400, listed, Arn=arn, ServiceNamespaces=["nothing"])
        self.refused("NoSuchEntity", 404, listed, Arn=arn + "x", ServiceNamespaces=["s3"])


if __name__ == "__main__":
    unittest.main()
