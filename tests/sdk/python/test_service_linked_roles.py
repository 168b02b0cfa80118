"""Service-linked roles and AWS's managed policies, as the clients of IAM meet them."""

import unittest

import case


class ServiceLinkedRoles(case.Case):
    def test_a_role_is_made_protected_and_deleted(self) -> None:
        made = self.iam.create_service_linked_role(
            AWSServiceName="autoscaling.amazonaws.com", CustomSuffix=self.name("x"), Description="for scaling"
        )["Role"]
        name = {"RoleName": made["RoleName"]}
        self.assertTrue(made["RoleName"].startswith("AWSServiceRoleForAutoScaling_"))
        self.assertEqual(made["Path"], "/aws-service-role/autoscaling.amazonaws.com/")
        self.assertEqual(self.iam.get_role(**name)["Role"]["Description"], "for scaling")
        (policy,) = self.iam.list_attached_role_policies(**name)["AttachedPolicies"]
        self.assertEqual(policy["PolicyName"], "AutoScalingServiceRolePolicy")
        self.refused("UnmodifiableEntity", 400, self.iam.delete_role, **name)
        arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
        self.refused("UnmodifiableEntity", 400, self.iam.attach_role_policy, PolicyArn=arn, **name)
        task = self.iam.delete_service_linked_role(**name)["DeletionTaskId"]
        status = self.iam.get_service_linked_role_deletion_status(DeletionTaskId=task)["Status"]
        self.assertEqual(status, "SUCCEEDED")
        self.refused("NoSuchEntity", 404, self.iam.get_role, **name)
        create = self.iam.create_service_linked_role
        self.refused("InvalidInput", 400, create, AWSServiceName="ecs.amazonaws.com", CustomSuffix="x")

    def test_policies_of_aws_are_listed_and_attached(self) -> None:
        pages = self.iam.get_paginator("list_policies").paginate(Scope="AWS")
        names = {policy["PolicyName"] for page in pages for policy in page["Policies"]}
        wanted = {"AdministratorAccess", "ReadOnlyAccess", "SecurityAudit", "AWSLambdaBasicExecutionRole"}
        self.assertEqual(wanted - names, set())
        arn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
        policy = self.iam.get_policy(PolicyArn=arn)["Policy"]
        version = self.iam.get_policy_version(PolicyArn=arn, VersionId=policy["DefaultVersionId"])["PolicyVersion"]
        self.assertIn("ecr:GetAuthorizationToken", str(version["Document"]))
        user, _ = self.user()
        name = {"UserName": user.rsplit("/", 1)[1]}
        self.iam.attach_user_policy(PolicyArn=arn, **name)
        (held,) = self.iam.list_attached_user_policies(**name)["AttachedPolicies"]
        self.assertEqual(held["PolicyArn"], arn)

    def test_there_is_no_organization_to_report_on(self) -> None:
        generate = self.iam.generate_organizations_access_report
        self.refused("AccessDenied", 403, generate, EntityPath="o-a1b2c3d4e5/r-f6g7")


if __name__ == "__main__":
    unittest.main()
