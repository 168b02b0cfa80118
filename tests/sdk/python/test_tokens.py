"""GetSessionToken and GetFederationToken: what their credentials may and may not."""

import unittest

import case
import totp
import world


class SessionToken(case.Case):
    def test_it_is_the_user_without_iam(self) -> None:
        arn, keys = self.user(world.allow("*"))
        answer = world.client("sts", keys).get_session_token(DurationSeconds=900)
        session = world.Keys.of_session(answer["Credentials"])
        self.assertTrue(session.access_key_id.startswith("ASIA"), session.access_key_id)
        self.assertEqual(world.client("sts", session).get_caller_identity()["Arn"], arn)
        _, status, message = world.refusal(world.client("iam", session).list_users)
        self.assertEqual(status, 403, message)

    def test_of_sts_it_may_assume_roles_only(self) -> None:
        arn, keys = self.user(world.allow("*"))
        role_arn = self.role(world.trust(arn), MaxSessionDuration=7200)
        answer = world.client("sts", keys).get_session_token()
        session = world.Keys.of_session(answer["Credentials"])
        world.assume(session, role_arn)
        sts = world.client("sts", session)
        for call, parameters in [(sts.get_session_token, {}), (sts.get_federation_token, {"Name": "guest"})]:
            _, status, message = world.refusal(call, **parameters)
            self.assertEqual(status, 403, message)
        message = self.refused(
            "ValidationError",
            400,
            sts.assume_role,
            RoleArn=role_arn,
            RoleSessionName="my-session",
            DurationSeconds=3601,
        )
        text = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
        self.assertEqual(message, text)

    def test_with_a_code_it_may_use_iam(self) -> None:
        name = self.name("user")
        _, keys = world.make_user(self.iam, name, world.allow("*"))
        device = totp.Device(self.iam, name, self.name("device"))
        answer = world.client("sts", keys).get_session_token(
            SerialNumber=device.serial_number, TokenCode=device.next_code()
        )
        world.client("iam", world.Keys.of_session(answer["Credentials"])).list_users()

    def test_a_wrong_code_is_refused(self) -> None:
        name = self.name("user")
        _, keys = world.make_user(self.iam, name)
        device = totp.Device(self.iam, name, self.name("device"))
        wrong = "000000" if device.next_code() != "000000" else "000001"
        call = world.client("sts", keys).get_session_token
        message = self.refused("AccessDenied", 403, call, SerialNumber=device.serial_number, TokenCode=wrong)
        self.assertTrue(message.startswith("MultiFactorAuthentication failed"), message)


class FederationToken(case.Case):
    def test_it_has_a_name_and_no_permission_of_its_own(self) -> None:
        _, keys = self.user(world.allow("*"))
        answer = world.client("sts", keys).get_federation_token(Name="guest")
        federated = answer["FederatedUser"]
        self.assertEqual(federated["Arn"], f"arn:aws:sts::{self.account}:federated-user/guest")
        self.assertEqual(federated["FederatedUserId"], f"{self.account}:guest")
        session = world.Keys.of_session(answer["Credentials"])
        identity = world.client("sts", session).get_caller_identity()
        self.assertEqual((identity["Arn"], identity["UserId"]), (federated["Arn"], federated["FederatedUserId"]))
        info = world.client("sts", session).get_access_key_info
        self.assertEqual(world.refusal(info, AccessKeyId=keys.access_key_id)[1], 403)

    def test_it_uses_neither_iam_nor_roles(self) -> None:
        _, keys = self.user(world.allow("*"))
        role_arn = self.role(world.trust(f"arn:aws:iam::{self.account}:root"))
        answer = world.client("sts", keys).get_federation_token(
            Name="guest", Policy=world.document(world.allow("*"))
        )
        session = world.Keys.of_session(answer["Credentials"])
        self.assertEqual(world.refusal(world.client("iam", session).list_users)[1], 403)
        assume = world.client("sts", session).assume_role
        self.assertEqual(world.refusal(assume, RoleArn=role_arn, RoleSessionName="my-session")[1], 403)

    def test_the_user_must_be_allowed_to(self) -> None:
        arn, keys = self.user()
        self.denied(arn, "sts:GetFederationToken", world.client("sts", keys).get_federation_token, Name="guest")

    def test_a_role_cannot_ask_for_either_token(self) -> None:
        arn, keys = self.user()
        session = world.assume(keys, self.role(world.trust(arn), world.allow("*")))
        sts = world.client("sts", session)
        self.refused("AccessDenied", 403, sts.get_session_token)
        self.refused("AccessDenied", 403, sts.get_federation_token, Name="guest")


if __name__ == "__main__":
    unittest.main()
