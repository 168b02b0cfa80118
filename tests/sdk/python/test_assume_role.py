"""AssumeRole: who may, with which parameters, and what comes back."""

import datetime
import unittest

import botocore.config

import case
import clock
import totp
import world
from case import forbidden, unimplied


class Trust(case.Case):
    def assume(self, keys: world.Keys):
        return world.client("sts", keys).assume_role

    def test_a_user_named_by_arn_needs_no_policy_of_its_own(self) -> None:
        arn, keys = self.user()
        world.assume(keys, self.role(world.trust(arn)))

    def test_an_account_named_leaves_it_to_the_users_policies(self) -> None:
        role_arn = self.role(world.trust(f"arn:aws:iam::{self.account}:root"))
        arn, without = self.user()
        why = unimplied("sts:AssumeRole", "identity-based policy")
        parameters = {"RoleArn": role_arn, "RoleSessionName": "my-session"}
        self.denied(arn, "sts:AssumeRole", self.assume(without), resource=role_arn, why=why, **parameters)
        _, allowed = self.user(world.allow("sts:AssumeRole", role_arn))
        world.assume(allowed, role_arn)

    def test_a_deny_of_the_users_wins(self) -> None:
        arn, keys = self.user(world.deny("sts:AssumeRole"))
        role_arn = self.role(world.trust(arn))
        why = forbidden("an identity-based policy")
        parameters = {"RoleArn": role_arn, "RoleSessionName": "my-session"}
        self.denied(arn, "sts:AssumeRole", self.assume(keys), resource=role_arn, why=why, **parameters)

    def test_a_boundary_must_allow_too(self) -> None:
        boundary = self.iam.create_policy(
            PolicyName=self.name("boundary"), PolicyDocument=world.document(world.allow("iam:*"))
        )["Policy"]["Arn"]
        arn, keys = self.user(world.allow("sts:AssumeRole"))
        self.iam.put_user_permissions_boundary(UserName=arn.split("/")[-1], PermissionsBoundary=boundary)
        role_arn = self.role(world.trust(f"arn:aws:iam::{self.account}:root"))
        why = unimplied("sts:AssumeRole", "permissions boundary")
        parameters = {"RoleArn": role_arn, "RoleSessionName": "my-session"}
        self.denied(arn, "sts:AssumeRole", self.assume(keys), resource=role_arn, why=why, **parameters)

    def test_a_missing_role_looks_like_an_untrusting_one(self) -> None:
        arn, keys = self.user(world.allow("sts:*"))
        other_arn, _ = self.user()
        untrusting = self.role(world.trust(other_arn))
        missing = f"arn:aws:iam::{self.account}:role/{self.name('missing')}"
        tails = []
        for role_arn in [untrusting, missing]:
            message = self.refused(
                "AccessDenied", 403, self.assume(keys), RoleArn=role_arn, RoleSessionName="my-session"
            )
            start = f"User: {arn} is not authorized to perform: sts:AssumeRole on resource: {role_arn}"
            self.assertEqual(message[: len(start)], start)
            tails.append(message[len(start) :].split("d-")[0])
        self.assertEqual(tails[0], tails[1])

    def test_root_assumes_nothing(self) -> None:
        role_arn = self.role(world.trust(f"arn:aws:iam::{self.account}:root"))
        message = self.refused(
            "AccessDenied", 403, self.sts.assume_role, RoleArn=role_arn, RoleSessionName="my-session"
        )
        self.assertTrue(message.startswith("Roles may not be assumed by root accounts."), message)

    def test_a_condition_on_the_external_id(self) -> None:
        arn, keys = self.user()
        condition = {"StringEquals": {"sts:ExternalId": "secret-between-us"}}
        role_arn = self.role(world.trust(arn, Condition=condition))
        for parameters in [{}, {"ExternalId": "Secret-between-us"}, {"ExternalId": "wrong"}]:
            self.denied(
                arn,
                "sts:AssumeRole",
                self.assume(keys),
                resource=role_arn,
                RoleArn=role_arn,
                RoleSessionName="my-session",
                **parameters,
            )
        world.assume(keys, role_arn, ExternalId="secret-between-us")

    def test_a_condition_on_the_session_name(self) -> None:
        name = self.name("user")
        arn, keys = world.make_user(self.iam, name)
        condition = {"StringEquals": {"sts:RoleSessionName": "${aws:username}"}}
        role_arn = self.role(world.trust(arn, Condition=condition))
        world.assume(keys, role_arn, name)
        self.denied(arn, "sts:AssumeRole", self.assume(keys), RoleArn=role_arn, RoleSessionName="someone-else")

    def test_another_account_must_allow_and_be_trusted(self) -> None:
        other_account, root = self.other_account()
        iam = world.client("iam", root)
        role_arn = self.role(world.trust(f"arn:aws:iam::{other_account}:root"))
        untrusting = self.role(world.trust(f"arn:aws:iam::{self.account}:root"))
        allowed_arn, allowed = world.make_user(iam, self.name("user"), world.allow("sts:AssumeRole"))
        session = world.assume(allowed, role_arn)
        identity = world.client("sts", session).get_caller_identity()
        self.assertEqual(identity["Account"], self.account)
        arn, unallowed = world.make_user(iam, self.name("user"))
        # Callers of another account are not told which kind of policy it was.
        refusals = [(arn, unallowed, role_arn), (allowed_arn, allowed, untrusting)]
        for caller_arn, keys, refused in refusals:
            parameters = {"RoleArn": refused, "RoleSessionName": "my-session"}
            self.denied(caller_arn, "sts:AssumeRole", self.assume(keys), resource=refused, why="", **parameters)


class Duration(case.Case):
    # The SDK's own checks would keep what is tested here from being sent.
    UNCHECKED = botocore.config.Config(parameter_validation=False, retries={"total_max_attempts": 1})

    def test_the_session_lasts_as_long_as_asked(self) -> None:
        arn, keys = self.user()
        role_arn = self.role(world.trust(arn), MaxSessionDuration=43200)
        for asked in [None, 900, 43200]:
            parameters = {} if asked is None else {"DurationSeconds": asked}
            answer = world.client("sts", keys).assume_role(
                RoleArn=role_arn, RoleSessionName="my-session", **parameters
            )
            now = datetime.datetime.now(datetime.timezone.utc)
            lifetime = (answer["Credentials"]["Expiration"] - now).total_seconds()
            self.assertAlmostEqual(lifetime, asked or 3600, delta=60)

    def test_the_bounds_of_the_parameter(self) -> None:
        arn, keys = self.user()
        role_arn = self.role(world.trust(arn), MaxSessionDuration=43200)
        session = world.boto3.client(
            "sts",
            aws_access_key_id=keys.access_key_id,
            aws_secret_access_key=keys.secret_access_key,
            config=self.UNCHECKED,
        )
        for asked, bound in [(899, "greater than or equal to 900"), (43201, "less than or equal to 43200")]:
            message = self.refused(
                "ValidationError",
                400,
                session.assume_role,
                RoleArn=role_arn,
                RoleSessionName="my-session",
                DurationSeconds=asked,
            )
            start = "1 validation error detected: Value"
            self.assertTrue(message.startswith(start), message)
            self.assertIn(f"at 'durationSeconds' failed to satisfy constraint: Member must have value {bound}", message)

    def test_the_role_has_a_maximum(self) -> None:
        arn, keys = self.user()
        role_arn = self.role(world.trust(arn))
        parameters = {"RoleArn": role_arn, "RoleSessionName": "my-session"}
        message = self.refused(
            "ValidationError", 400, world.client("sts", keys).assume_role, DurationSeconds=3601, **parameters
        )
        self.assertEqual(message, "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
        self.iam.update_role(RoleName=role_arn.split("/")[-1], MaxSessionDuration=7200)
        world.assume(keys, role_arn, DurationSeconds=7200)

    def test_a_chained_session_lasts_an_hour_at_most(self) -> None:
        arn, keys = self.user()
        first = self.role(world.trust(arn), MaxSessionDuration=7200)
        second = self.role(world.trust(first), MaxSessionDuration=7200)
        session = world.assume(keys, first, DurationSeconds=7200)
        message = self.refused(
            "ValidationError",
            400,
            world.client("sts", session).assume_role,
            RoleArn=second,
            RoleSessionName="my-session",
            DurationSeconds=3601,
        )
        text = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
        self.assertEqual(message, text)
        chained = world.assume(session, second, DurationSeconds=3600)
        identity = world.client("sts", chained).get_caller_identity()
        self.assertEqual(identity["Arn"].split("/")[1], second.split("/")[-1])


class SessionPolicies(case.Case):
    def test_a_session_policy_limits_the_role(self) -> None:
        arn, keys = self.user()
        role_arn = self.role(world.trust(arn), world.allow("iam:*"))
        answer = world.client("sts", keys).assume_role(
            RoleArn=role_arn, RoleSessionName="my-session", Policy=world.document(world.allow("iam:GetRole"))
        )
        self.assertGreater(answer["PackedPolicySize"], 0)
        iam = world.client("iam", world.Keys.of_session(answer["Credentials"]))
        iam.get_role(RoleName=role_arn.split("/")[-1])
        session_arn = answer["AssumedRoleUser"]["Arn"]
        self.denied(session_arn, "iam:ListUsers", iam.list_users, why=None)
        message = self.refused("AccessDenied", 403, iam.list_users)
        self.assertIn(unimplied("iam:ListUsers", "session policy"), message)

    def test_a_session_policy_grants_nothing(self) -> None:
        arn, keys = self.user()
        role_arn = self.role(world.trust(arn))
        session = world.assume(keys, role_arn, Policy=world.document(world.allow("*")))
        self.refused("AccessDenied", 403, world.client("iam", session).list_users)

    def test_managed_policies_limit_it_too(self) -> None:
        arn, keys = self.user()
        role_arn = self.role(world.trust(arn), world.allow("iam:*"))
        policy_arn = self.iam.create_policy(
            PolicyName=self.name("policy"), PolicyDocument=world.document(world.allow("iam:GetRole"))
        )["Policy"]["Arn"]
        session = world.assume(keys, role_arn, PolicyArns=[{"arn": policy_arn}])
        iam = world.client("iam", session)
        iam.get_role(RoleName=role_arn.split("/")[-1])
        self.refused("AccessDenied", 403, iam.list_users)


class Tags(case.Case):
    def tagged(self, **tags: str) -> list[dict]:
        return [{"Key": key, "Value": value} for key, value in tags.items()]

    def test_tagging_a_session_is_an_action_of_its_own(self) -> None:
        arn, keys = self.user()
        role_arn = self.role(world.trust(arn))
        parameters = {"RoleArn": role_arn, "RoleSessionName": "my-session", "Tags": self.tagged(Team="red")}
        self.denied(arn, "sts:TagSession", world.client("sts", keys).assume_role, resource=role_arn, **parameters)
        permitted = self.role(world.trust(arn, ["sts:AssumeRole", "sts:TagSession"]))
        world.assume(keys, permitted, Tags=self.tagged(Team="red"))

    def test_a_policy_sees_the_sessions_tags(self) -> None:
        arn, keys = self.user()
        condition = {"StringEquals": {"aws:PrincipalTag/team": "red"}}
        role_arn = self.role(
            world.trust(arn, ["sts:AssumeRole", "sts:TagSession"]), world.allow("iam:ListUsers", Condition=condition)
        )
        for tags, works in [({"Team": "red"}, True), ({"Team": "Red"}, False), ({}, False)]:
            session = world.assume(keys, role_arn, Tags=self.tagged(**tags))
            iam = world.client("iam", session)
            if works:
                iam.list_users()
            else:
                self.refused("AccessDenied", 403, iam.list_users)

    def test_transitive_tags_pass_to_the_next_role_and_others_do_not(self) -> None:
        arn, keys = self.user()
        actions = ["sts:AssumeRole", "sts:TagSession"]
        first = self.role(world.trust(arn, actions))
        project = {"StringEquals": {"aws:PrincipalTag/Project": "dam"}}
        team = {"StringEquals": {"aws:PrincipalTag/Team": "red"}}
        second = self.role(
            world.trust(first, actions),
            world.allow("iam:ListUsers", Condition=project),
            world.allow("iam:ListRoles", Condition=team),
        )
        tags = self.tagged(Project="dam", Team="red")
        session = world.assume(keys, first, Tags=tags, TransitiveTagKeys=["Project"])
        chained = world.assume(session, second)
        world.client("iam", chained).list_users()
        self.refused("AccessDenied", 403, world.client("iam", chained).list_roles)
        message = self.refused(
            "InvalidParameterValue",
            400,
            world.client("sts", session).assume_role,
            RoleArn=second,
            RoleSessionName="my-session",
            Tags=self.tagged(project="other"),
        )
        text = (
            "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key"
            " from the calling session."
        )
        self.assertEqual(message, text)

    def test_keys_must_differ_by_more_than_case(self) -> None:
        arn, keys = self.user()
        role_arn = self.role(world.trust(arn, ["sts:AssumeRole", "sts:TagSession"]))
        parameters = {"RoleArn": role_arn, "RoleSessionName": "my-session"}
        call = world.client("sts", keys).assume_role
        message = self.refused("InvalidParameterValue", 400, call, Tags=self.tagged(Team="a", team="b"), **parameters)
        self.assertEqual(message, "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
        message = self.refused(
            "InvalidParameterValue", 400, call, Tags=self.tagged(Team="a"), TransitiveTagKeys=["Project"], **parameters
        )
        self.assertEqual(message, "The specified transitive tag key must be included in the requested tags.")


    def test_more_than_there_is_room_for_are_refused(self) -> None:
        arn, keys = self.user()
        parameters = {
            "RoleArn": self.role(world.trust(arn, ["sts:AssumeRole", "sts:TagSession"])),
            "RoleSessionName": "my-session",
        }
        call = world.client("sts", keys).assume_role
        self.assertEqual(call(Tags=self.tagged(b="b", c="b", d="b"), **parameters)["PackedPolicySize"], 3)
        nine = self.tagged(**{f"T{number}": "a" * 250 for number in range(1, 10)})
        message = self.refused("PackedPolicyTooLarge", 400, call, Tags=nine, **parameters)
        self.assertEqual(message, "Packed size of session tags consumes 498% of allotted space.")


class SourceIdentity(case.Case):
    ACTIONS = ["sts:AssumeRole", "sts:SetSourceIdentity"]

    def test_setting_it_is_an_action_of_its_own(self) -> None:
        arn, keys = self.user()
        parameters = {"RoleSessionName": "my-session", "SourceIdentity": "alice"}
        untrusting = self.role(world.trust(arn))
        call = world.client("sts", keys).assume_role
        self.denied(arn, "sts:SetSourceIdentity", call, resource=untrusting, RoleArn=untrusting, **parameters)
        answer = call(RoleArn=self.role(world.trust(arn, self.ACTIONS)), **parameters)
        self.assertEqual(answer["SourceIdentity"], "alice")

    def test_it_stays_through_chaining_and_cannot_be_changed(self) -> None:
        arn, keys = self.user()
        first = self.role(world.trust(arn, self.ACTIONS))
        condition = {"StringEquals": {"aws:SourceIdentity": "alice"}}
        second = self.role(world.trust(first, self.ACTIONS), world.allow("iam:ListUsers", Condition=condition))
        session = world.assume(keys, first, SourceIdentity="alice")
        answer = world.client("sts", session).assume_role(RoleArn=second, RoleSessionName="my-session")
        self.assertEqual(answer["SourceIdentity"], "alice")
        world.client("iam", world.Keys.of_session(answer["Credentials"])).list_users()
        _, status, message = world.refusal(
            world.client("sts", session).assume_role,
            RoleArn=second,
            RoleSessionName="my-session",
            SourceIdentity="mallory",
        )
        self.assertEqual(status, 403, message)


class MultiFactor(case.Case):
    def setUp(self) -> None:
        super().setUp()
        self.user_name = self.name("user")
        self.arn, self.keys = world.make_user(self.iam, self.user_name)
        self.device = totp.Device(self.iam, self.user_name, self.name("device"))
        condition = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
        self.parameters = {
            "RoleArn": self.role(world.trust(self.arn, Condition=condition)),
            "RoleSessionName": "my-session",
        }

    def assume(self, **more):
        return world.client("sts", self.keys).assume_role(**self.parameters, **more)

    def test_a_code_satisfies_the_condition_once(self) -> None:
        self.refused("AccessDenied", 403, self.assume)
        with_code = {"SerialNumber": self.device.serial_number, "TokenCode": self.device.next_code()}
        self.assume(**with_code)
        message = self.refused("AccessDenied", 403, self.assume, **with_code)
        text = "MultiFactorAuthentication failed with invalid MFA one time pass code."
        self.assertTrue(message.startswith(text), message)
        self.assume(SerialNumber=self.device.serial_number, TokenCode=self.device.next_code())

    def test_wrong_codes_and_half_requests_are_refused(self) -> None:
        code = self.device.next_code()
        wrong = "000000" if code != "000000" else "000001"
        message = self.refused(
            "AccessDenied", 403, self.assume, SerialNumber=self.device.serial_number, TokenCode=wrong
        )
        text = "MultiFactorAuthentication failed with invalid MFA one time pass code."
        self.assertTrue(message.startswith(text), message)
        for half in [{"SerialNumber": self.device.serial_number}, {"TokenCode": code}]:
            message = self.refused("AccessDenied", 403, self.assume, **half)
            text = "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code."
            self.assertTrue(message.startswith(text), message)

    def test_another_users_device_does_not_help(self) -> None:
        other_name = self.name("user")
        world.make_user(self.iam, other_name)
        other = totp.Device(self.iam, other_name, self.name("device"))
        self.refused(
            "AccessDenied", 403, self.assume, SerialNumber=other.serial_number, TokenCode=other.next_code()
        )

    def test_the_age_of_a_code_is_known_to_policies(self) -> None:
        condition = {"NumericLessThan": {"aws:MultiFactorAuthAge": "300"}}
        role_arn = self.role(world.trust(self.arn), world.allow("iam:ListUsers", Condition=condition))
        without = world.assume(self.keys, role_arn)
        self.refused("AccessDenied", 403, world.client("iam", without).list_users)
        code = {"SerialNumber": self.device.serial_number, "TokenCode": self.device.next_code()}
        session = world.client("sts", self.keys).get_session_token(**code)
        keys = world.Keys.of_session(session["Credentials"])
        self.iam.put_user_policy(
            UserName=self.user_name,
            PolicyName="inline",
            PolicyDocument=world.document(world.allow("iam:ListUsers", Condition=condition)),
        )
        world.client("iam", keys).list_users()
        clock.advance(301)
        self.refused("AccessDenied", 403, world.client("iam", keys).list_users)


if __name__ == "__main__":
    unittest.main()
