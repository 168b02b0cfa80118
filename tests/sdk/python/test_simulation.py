"""What policies would say: asked of IAM, and compared with what calls are answered."""

import json
import unittest

import case
import world


def document(*statements: dict) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


class ContextKeys(case.Case):
    def test_of_texts(self) -> None:
        condition = {"StringEquals": {"aws:RequestedRegion": "${aws:PrincipalTag/Region}"}}
        texts = [document(world.allow("s3:*", Condition=condition)), document(world.allow("*", "${aws:username}"))]
        names = self.iam.get_context_keys_for_custom_policy(PolicyInputList=texts)["ContextKeyNames"]
        self.assertEqual(names, ["aws:RequestedRegion", "aws:PrincipalTag/Region", "aws:username"])
        message = self.refused("InvalidInput", 400, self.iam.get_context_keys_for_custom_policy, PolicyInputList=["{"])
        self.assertEqual(message, "Policy input list item 1 has invalid content")

    def test_of_those_who_have_policies(self) -> None:
        arn, _ = self.user(world.allow("*", Condition={"Bool": {"aws:SecureTransport": "true"}}))
        group = self.name("group")
        self.iam.create_group(GroupName=group)
        statement = world.allow("*", Condition={"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}})
        self.iam.put_group_policy(GroupName=group, PolicyName="p", PolicyDocument=document(statement))
        self.iam.add_user_to_group(GroupName=group, UserName=arn.rpartition("/")[2])
        found = self.iam.get_context_keys_for_principal_policy(PolicySourceArn=arn, PolicyInputList=[document()])
        self.assertEqual(found["ContextKeyNames"], ["aws:SecureTransport", "aws:SourceIp"])
        absent = f"arn:aws:iam::{self.account}:role/{self.name('absent')}"
        self.refused("NoSuchEntity", 404, self.iam.get_context_keys_for_principal_policy, PolicySourceArn=absent)


if __name__ == "__main__":
    unittest.main()
