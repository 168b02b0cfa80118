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


def entry(key: str, *values: str, kind: str = "string") -> dict:
    return {"ContextKeyName": key, "ContextKeyType": kind, "ContextKeyValues": list(values)}


class Simulations(case.Case):
    def simulated(self, **parameters) -> dict:
        results = self.iam.simulate_principal_policy(**parameters)["EvaluationResults"]
        self.assertEqual(len(results), 1)
        return results[0]

    def test_a_simulation_says_what_the_call_is_answered(self) -> None:
        arn, keys = self.user(world.allow("sts:AssumeRole"))
        trust = world.trust(arn, Condition={"StringEquals": {"sts:ExternalId": "7f3a"}})
        role = self.role(trust)
        question = {"PolicySourceArn": arn, "ActionNames": ["sts:AssumeRole"], "ResourceArns": [role]}
        sts = world.client("sts", keys)
        for external_id, decision in [(None, "implicitDeny"), ("7f3a", "allowed"), ("guess", "implicitDeny")]:
            given = [] if external_id is None else [entry("sts:ExternalId", external_id)]
            result = self.simulated(**question, ContextEntries=given)
            self.assertEqual(result["EvalDecision"], decision)
            self.assertEqual(result["MissingContextValues"], ["sts:ExternalId"] if external_id is None else [])
            call = {"RoleArn": role, "RoleSessionName": "me"}
            if external_id is not None:
                call["ExternalId"] = external_id
            if decision == "allowed":
                sts.assume_role(**call)
            else:
                self.refused("AccessDenied", 403, sts.assume_role, **call)

    def test_statements_are_told_with_their_places(self) -> None:
        texts = [document(world.allow("s3:GetObject")), document(world.deny("s3:PutObject"))]
        actions = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
        parameters = {"PolicyInputList": texts, "ActionNames": actions, "ResourceArns": ["arn:aws:s3:::b/x"]}
        paginator = self.iam.get_paginator("simulate_custom_policy")
        pages = list(paginator.paginate(**parameters, PaginationConfig={"PageSize": 1}))
        results = [result for page in pages for result in page["EvaluationResults"]]
        self.assertEqual([len(page["EvaluationResults"]) for page in pages], [1, 1, 1])
        decisions = ["allowed", "explicitDeny", "implicitDeny"]
        self.assertEqual([result["EvalDecision"] for result in results], decisions)
        for result, text, number in zip(results, texts, [1, 2]):
            (statement,) = result["ResourceSpecificResults"][0]["MatchedStatements"]
            self.assertEqual(statement["SourcePolicyId"], f"PolicyInputList.{number}")
            self.assertEqual(statement["SourcePolicyType"], "IAM Policy")
            start, end = statement["StartPosition"], statement["EndPosition"]
            shown = text[start["Column"] - 1 : end["Column"] - 1]
            self.assertEqual(json.loads(shown), json.loads(text)["Statement"][0])
        self.assertEqual(results[2]["MatchedStatements"], [])
        self.assertEqual(results[0]["EvalDecisionDetails"], {})

    def test_context_entries_are_checked(self) -> None:
        parameters = {"PolicyInputList": [document(world.allow("*"))], "ActionNames": ["s3:GetObject"]}
        for kind, bad, expected in [
            ("numeric", "abc", "numeric format"),
            ("dateList", "tomorrow", "DateTime format"),
            ("ip", "999.0.0.1", "IP address"),
            ("binary", "!base64", "base-64 encoded binary format"),
        ]:
            given = [entry("stack:test", bad, kind=kind)]
            message = self.refused(
                "InvalidInput", 400, self.iam.simulate_custom_policy, **parameters, ContextEntries=given
            )
            self.assertEqual(message, f"Invalid context value for key stack:test: expected {expected}.")


if __name__ == "__main__":
    unittest.main()
