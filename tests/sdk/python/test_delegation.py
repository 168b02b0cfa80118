"""Temporary delegation: one account asks another for access and gets what was accepted."""

import datetime
import json
import uuid

import case
import world


class Delegation(case.Case):
    def setUp(self) -> None:
        super().setUp()
        self.partner_account, keys = self.other_account()
        self.partner_iam, self.partner_sts = world.client("iam", keys), world.client("sts", keys)

    def template(self, *statements: dict) -> str:
        """A policy template of the partner: its ARN."""
        made = self.partner_iam.create_policy(
            PolicyName=self.name("template"), PolicyDocument=world.document(*statements)
        )
        return made["Policy"]["Arn"]

    def request(self, template: str, *parameters: dict, **more) -> str:
        """A request of the partner: its id."""
        asked = {
            "Description": "Set up the product.",
            "Permissions": {"PolicyTemplateArn": template, "Parameters": list(parameters)},
            "RequestorWorkflowId": f"workflow-{uuid.uuid4()}",
            "NotificationChannel": f"arn:aws:sns:us-east-1:{self.partner_account}:updates",
            "SessionDuration": 3_600,
        }
        return self.partner_iam.create_delegation_request(**(asked | more))["DelegationRequestId"]

    def state(self, iam, request: str) -> str:
        return iam.get_delegation_request(DelegationRequestId=request)["DelegationRequest"]["State"]

    def test_what_was_accepted_is_what_the_partner_can_do(self) -> None:
        path = self.name("folder")
        template = self.template(
            world.allow("iam:CreateUser", resources=f"arn:aws:iam::{self.account}:user/@{{folder}}/*")
        )
        parameter = {"Name": "folder", "Values": [path], "Type": "string"}
        request = self.request(template, parameter, OwnerAccountId=self.account)
        _, keys = self.user(world.allow("iam:*"))
        iam = world.client("iam", keys)
        self.assertEqual(self.state(iam, request), "UNASSIGNED")
        iam.associate_delegation_request(DelegationRequestId=request)
        iam.update_delegation_request(DelegationRequestId=request, Notes="Please have a look.")
        self.assertEqual(self.state(self.iam, request), "PENDING_APPROVAL")

        shown = self.iam.get_delegation_request(DelegationRequestId=request, DelegationPermissionCheck=True)
        told = shown["DelegationRequest"]
        self.assertEqual(
            json.loads(told["PermissionPolicy"])["Statement"][0]["Resource"],
            f"arn:aws:iam::{self.account}:user/{path}/*",
        )
        self.assertEqual((told["RequestorId"], told["Notes"]), (self.partner_account, "Please have a look."))
        self.assertEqual(shown["PermissionCheckStatus"], "COMPLETE")
        arn = f"arn:aws:iam::{self.account}:delegation-request/{request}"
        summary = self.iam.get_human_readable_summary(EntityArn=arn, Locale="en")
        self.assertEqual(summary["SummaryState"], "AVAILABLE")
        self.assertIn("iam:CreateUser", summary["SummaryContent"])

        iam.accept_delegation_request(DelegationRequestId=request)
        exchange = self.partner_sts.get_delegated_access_token
        self.refused("AccessDenied", 403, exchange, TradeInToken=request)
        iam.send_delegation_token(DelegationRequestId=request)
        self.assertEqual(self.state(self.partner_iam, request), "FINALIZED")
        self.refused("AccessDenied", 403, self.sts.get_delegated_access_token, TradeInToken=request)
        answer = exchange(TradeInToken=request)
        approver = iam.get_user()["User"]["Arn"]
        self.assertEqual(answer["AssumedPrincipal"], approver)
        left = answer["Credentials"]["Expiration"] - datetime.datetime.now(datetime.timezone.utc)
        self.assertLessEqual(left, datetime.timedelta(hours=1, minutes=1))

        delegated = world.Keys.of_session(answer["Credentials"])
        self.assertEqual(world.client("sts", delegated).get_caller_identity()["Arn"], approver)
        iam = world.client("iam", delegated)
        iam.create_user(UserName=self.name("user"), Path=f"/{path}/")
        self.refused("AccessDenied", 403, iam.create_user, UserName=self.name("user"))
        self.refused("AccessDenied", 403, iam.list_users)

    def test_a_request_that_is_rejected_gives_nothing(self) -> None:
        request = self.request("arn:aws:iam::aws:policy/IAMReadOnlyAccess")
        self.iam.associate_delegation_request(DelegationRequestId=request)
        listed = self.iam.list_delegation_requests()["DelegationRequests"]
        self.assertIn(request, [held["DelegationRequestId"] for held in listed])
        self.iam.accept_delegation_request(DelegationRequestId=request)
        self.iam.reject_delegation_request(DelegationRequestId=request, Notes="Not now.")
        told = self.partner_iam.get_delegation_request(DelegationRequestId=request)["DelegationRequest"]
        self.assertEqual((told["State"], told["RejectionReason"]), ("REJECTED", "Not now."))
        self.refused(
            "InvalidInput", 400, self.iam.send_delegation_token, DelegationRequestId=request
        )
        exchange = self.partner_sts.get_delegated_access_token
        self.refused("AccessDenied", 403, exchange, TradeInToken=request)

    def test_two_accounts_do_not_have_one_request(self) -> None:
        request = self.request("arn:aws:iam::aws:policy/IAMReadOnlyAccess")
        self.partner_iam.associate_delegation_request(DelegationRequestId=request)
        for call in [self.iam.associate_delegation_request, self.iam.get_delegation_request]:
            self.refused("NoSuchEntity", 404, call, DelegationRequestId=request)
