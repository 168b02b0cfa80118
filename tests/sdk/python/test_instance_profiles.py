"""Instance profiles of IAM as its clients use them."""

import json
import unittest

import case
import world

EC2 = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}


class InstanceProfiles(case.Case):
    def profile(self, **more) -> str:
        name = self.name("profile")
        self.iam.create_instance_profile(InstanceProfileName=name, **more)
        return name

    def test_a_profile_is_made_waited_for_shown_and_deleted(self) -> None:
        name = self.profile(Path="/fleet/", Tags=[{"Key": "Team", "Value": "red"}])
        self.iam.get_waiter("instance_profile_exists").wait(InstanceProfileName=name)
        shown = self.iam.get_instance_profile(InstanceProfileName=name)["InstanceProfile"]
        self.assertEqual(shown["Arn"], f"arn:aws:iam::{self.account}:instance-profile/fleet/{name}")
        self.assertRegex(shown["InstanceProfileId"], "^AIPA[A-Z0-9]{17}$")
        self.assertEqual((shown["Roles"], shown["Tags"]), ([], [{"Key": "Team", "Value": "red"}]))
        self.iam.delete_instance_profile(InstanceProfileName=name)
        message = self.refused("NoSuchEntity", 404, self.iam.get_instance_profile, InstanceProfileName=name)
        self.assertEqual(message, f"Instance Profile {name} cannot be found.")

    def test_a_role_is_put_in_shown_everywhere_and_taken_out(self) -> None:
        name, role = self.profile(), self.role(EC2).split("/")[-1]
        self.iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=role)
        message = self.refused(
            "LimitExceeded", 409, self.iam.add_role_to_instance_profile, InstanceProfileName=name, RoleName=role
        )
        self.assertEqual(message, "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1")
        (shown,) = self.iam.get_instance_profile(InstanceProfileName=name)["InstanceProfile"]["Roles"]
        self.assertEqual((shown["RoleName"], shown["AssumeRolePolicyDocument"]["Statement"]), (role, [EC2]))
        (listed,) = self.iam.list_instance_profiles_for_role(RoleName=role)["InstanceProfiles"]
        self.assertEqual(listed["InstanceProfileName"], name)
        pages = self.iam.get_paginator("get_account_authorization_details").paginate(Filter=["Role"])
        details = [detail for page in pages for detail in page["RoleDetailList"] if detail["RoleName"] == role]
        self.assertEqual([one["InstanceProfileName"] for one in details[0]["InstanceProfileList"]], [name])
        self.refused("DeleteConflict", 409, self.iam.delete_role, RoleName=role)
        self.iam.remove_role_from_instance_profile(InstanceProfileName=name, RoleName=role)
        self.iam.delete_role(RoleName=role)

    def test_pages_hold_every_profile_once(self) -> None:
        path = f"/{self.name('path')}/"
        names = [self.profile(Path=path) for _ in range(5)]
        paginator = self.iam.get_paginator("list_instance_profiles")
        pages = list(paginator.paginate(PathPrefix=path, PaginationConfig={"PageSize": 2}))
        self.assertEqual([len(page["InstanceProfiles"]) for page in pages], [2, 2, 1])
        listed = [profile["InstanceProfileName"] for page in pages for profile in page["InstanceProfiles"]]
        self.assertEqual(sorted(listed), sorted(names))

    def test_tags_come_in_pages_and_are_seen_by_policies(self) -> None:
        name = self.profile(Tags=[{"Key": f"k{number}", "Value": "v"} for number in range(3)])
        paginator = self.iam.get_paginator("list_instance_profile_tags")
        pages = list(paginator.paginate(InstanceProfileName=name, PaginationConfig={"PageSize": 2}))
        self.assertEqual([[tag["Key"] for tag in page["Tags"]] for page in pages], [["k0", "k1"], ["k2"]])
        condition = {"StringEquals": {"aws:ResourceTag/k0": "v"}}
        user, keys = self.user(world.allow("iam:GetInstanceProfile", "*", Condition=condition))
        iam = world.client("iam", keys)
        iam.get_instance_profile(InstanceProfileName=name)
        self.iam.untag_instance_profile(InstanceProfileName=name, TagKeys=["k0"])
        shown = f"instance profile {name}"
        self.denied(
            user, "iam:GetInstanceProfile", iam.get_instance_profile, resource=shown, InstanceProfileName=name
        )
        self.iam.tag_instance_profile(InstanceProfileName=name, Tags=[{"Key": "k0", "Value": "v"}])
        iam.get_instance_profile(InstanceProfileName=name)

    def test_who_may_not_pass_a_role_cannot_hand_it_to_machines(self) -> None:
        name, role = self.profile(), self.role(EC2)
        user, keys = self.user(world.allow("iam:AddRoleToInstanceProfile", "*"))
        call = world.client("iam", keys).add_role_to_instance_profile
        parameters = {"InstanceProfileName": name, "RoleName": role.split("/")[-1]}
        self.denied(user, "iam:PassRole", call, resource=role, **parameters)
        condition = {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
        statement = world.allow("iam:PassRole", role, Condition=condition)
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.iam.put_user_policy(UserName=user.split("/")[-1], PolicyName="pass", PolicyDocument=document)
        call(**parameters)


if __name__ == "__main__":
    unittest.main()
