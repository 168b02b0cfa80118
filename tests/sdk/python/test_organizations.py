"""Organizations, over its own protocol: built up, and in effect on every call."""

import json
import unittest

import case
import server
import test_services
import world


class NoOrganization(case.Case):
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
        self.refused("NotImplemented", 501, organizations.describe_resource_policy)

    def test_a_wrong_key_is_refused_in_the_words_of_the_protocol(self) -> None:
        _, keys = self.user()
        wrong = world.Keys(keys.access_key_id, "x" * 40)
        refused = world.client("organizations", wrong).describe_organization
        self.refused("InvalidSignatureException", 400, refused)
        unknown = world.Keys("AKIAIOSFODNN7EXAMPLE", "x" * 40)
        refused = world.client("organizations", unknown).describe_organization
        self.refused("UnrecognizedClientException", 400, refused)


class Organization(case.Case):
    """The second account manages an organization while each test runs."""

    def setUp(self) -> None:
        super().setUp()
        self.management, self.root_keys = self.other_account()
        self.organizations = world.client("organizations", self.root_keys)
        self.iam = world.client("iam", self.root_keys)
        self.organization = self.organizations.create_organization(FeatureSet="ALL")["Organization"]
        self.addCleanup(self.take_down)
        self.root = self.organizations.list_roots()["Roots"][0]["Id"]

    def take_down(self) -> None:
        for account in self.everything("list_accounts", "Accounts"):
            if account["Id"] != self.management and account["Status"] == "ACTIVE":
                self.organizations.remove_account_from_organization(AccountId=account["Id"])
        self.organizations.delete_organization()
        self.refused("AWSOrganizationsNotInUseException", 400, self.organizations.describe_organization)

    def everything(self, operation: str, member: str, **parameters) -> list:
        pages = self.organizations.get_paginator(operation).paginate(**parameters)
        return [item for page in pages for item in page[member]]

    def create_account(self, name: str, organizations=None, **more) -> str:
        """A member account, by its number."""
        organizations = organizations or self.organizations
        asked = organizations.create_account(Email=f"{name}@example.com", AccountName=name, **more)
        status = asked["CreateAccountStatus"]
        self.assertEqual(status["State"], "IN_PROGRESS")
        for _ in range(200):
            status = organizations.describe_create_account_status(CreateAccountRequestId=status["Id"])
            status = status["CreateAccountStatus"]
            if status["State"] != "IN_PROGRESS":
                break
            server.pause()
        self.assertEqual(status["State"], "SUCCEEDED", status)
        return status["AccountId"]

    def enter(self, account: str, role: str = "OrganizationAccountAccessRole") -> world.Keys:
        """The access role of a member account."""
        _, keys = self.user(world.allow("sts:*"))
        return world.assume(keys, f"arn:aws:iam::{account}:role/{role}")

    def policy(self, kind: str, *statements: dict) -> str:
        policy = self.organizations.create_policy(
            Name=self.name("policy"), Description="", Type=kind, Content=world.document(*statements)
        )
        return policy["Policy"]["PolicySummary"]["Id"]

    def enable(self, kind: str) -> None:
        self.organizations.enable_policy_type(RootId=self.root, PolicyType=kind)
        types = self.organizations.list_roots()["Roots"][0]["PolicyTypes"]
        self.assertIn({"Type": kind, "Status": "ENABLED"}, types)


class InOrganization(Organization):
    def test_the_organization_is_described_and_created_once(self) -> None:
        shown = self.organizations.describe_organization()["Organization"]
        self.assertEqual(shown, self.organization)
        self.assertEqual(shown["FeatureSet"], "ALL")
        self.assertEqual(shown["MasterAccountId"], self.management)
        self.refused("AlreadyInOrganizationException", 400, self.organizations.create_organization)
        refused = self.organizations.enable_all_features
        self.refused("HandshakeConstraintViolationException", 400, refused)
        self.create_account(self.name("first"))
        self.refused("OrganizationNotEmptyException", 400, self.organizations.delete_organization)

    def test_a_created_account_has_a_role_and_its_number_counts(self) -> None:
        account = self.create_account(self.name("first"), RoleName="Enter")
        keys = self.enter(account, "Enter")
        who = world.client("sts", keys).get_caller_identity()
        self.assertEqual(who["Account"], account)
        iam = world.client("iam", keys)
        iam.create_user(UserName="alice")
        self.assertEqual(len(iam.list_users()["Users"]), 1)
        shown = self.organizations.describe_account(AccountId=account)["Account"]
        self.assertEqual((shown["Status"], shown["JoinedMethod"]), ("ACTIVE", "CREATED"))
        self.assertEqual(shown["Paths"], [f"{self.organization['Id']}/{self.root}/{account}/"])
        statuses = self.organizations.list_create_account_status(States=["SUCCEEDED"])["CreateAccountStatuses"]
        self.assertEqual([status["AccountId"] for status in statuses], [account])
        member = world.client("organizations", keys)
        self.assertEqual(member.describe_organization()["Organization"]["Id"], self.organization["Id"])
        message = self.refused("AccessDeniedException", 400, member.list_accounts)
        self.assertEqual(message, "You don't have permissions to access this resource.")

    def test_an_address_that_is_used_makes_no_account(self) -> None:
        name = self.name("first")
        self.create_account(name)
        asked = self.organizations.create_account(Email=f"{name}@example.com", AccountName="again")
        identifier = asked["CreateAccountStatus"]["Id"]
        status = self.organizations.describe_create_account_status(CreateAccountRequestId=identifier)
        status = status["CreateAccountStatus"]
        self.assertEqual((status["State"], status["FailureReason"]), ("FAILED", "EMAIL_ALREADY_EXISTS"))

    def test_a_closed_account_is_closed_to_everybody(self) -> None:
        # A closed account stays, and with it the organization: so it is one of its own here.
        owner = self.create_account(self.name("owner"))
        keys = self.enter(owner)
        self.organizations.remove_account_from_organization(AccountId=owner)
        organizations = world.client("organizations", keys)
        organizations.create_organization()
        account = self.create_account(self.name("first"), organizations)
        _, user = world.make_user(world.client("iam", keys), "user", world.allow("sts:*"))
        role = f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole"
        session = world.assume(user, role)
        _, long_term = world.make_user(world.client("iam", session), "alice", world.allow("*"))
        world.client("sts", long_term).get_caller_identity()
        organizations.close_account(AccountId=account)
        for closed in [session, long_term]:
            self.refused("InvalidClientTokenId", 403, world.client("sts", closed).get_caller_identity)
        assume = world.client("sts", user).assume_role
        self.refused("AccessDenied", 403, assume, RoleArn=role, RoleSessionName="session")
        refused = organizations.close_account
        self.refused("AccountAlreadyClosedException", 400, refused, AccountId=account)
        self.refused("ConstraintViolationException", 400, refused, AccountId=owner)
        refused = organizations.remove_account_from_organization
        self.refused("ConstraintViolationException", 400, refused, AccountId=account)

    def test_a_member_leaves_and_is_limited_no_more(self) -> None:
        self.enable("SERVICE_CONTROL_POLICY")
        account = self.create_account(self.name("first"))
        keys = self.enter(account)
        policy = self.policy("SERVICE_CONTROL_POLICY", world.deny("iam:*"))
        self.organizations.attach_policy(PolicyId=policy, TargetId=account)
        iam = world.client("iam", keys)
        self.refused("AccessDenied", 403, iam.list_users)
        world.client("organizations", keys).leave_organization()
        iam.list_users()
        refused = self.organizations.leave_organization
        self.refused("MasterCannotLeaveOrganizationException", 400, refused)

    def test_service_control_policies_limit_members_per_level(self) -> None:
        self.enable("SERVICE_CONTROL_POLICY")
        account = self.create_account(self.name("first"))
        keys = self.enter(account)
        iam = world.client("iam", keys)
        arn, alice = world.make_user(iam, "alice", world.allow("*"))
        policy = self.policy("SERVICE_CONTROL_POLICY", world.deny("iam:ListRoles"))
        self.organizations.attach_policy(PolicyId=policy, TargetId=self.root)
        listed = world.client("iam", alice).list_roles
        policy_arn = self.organizations.describe_policy(PolicyId=policy)["Policy"]["PolicySummary"]["Arn"]
        why = f" with an explicit deny in a service control policy: {policy_arn}"
        self.denied(arn, "iam:ListRoles", listed, resource=f"arn:aws:iam::{account}:role/", why=why)
        # Who manages the organization is not limited.
        self.iam.list_roles()
        self.organizations.detach_policy(PolicyId=policy, TargetId=self.root)
        listed()

        unit = self.organizations.create_organizational_unit(ParentId=self.root, Name="sandbox")
        unit = unit["OrganizationalUnit"]["Id"]
        narrow = self.policy("SERVICE_CONTROL_POLICY", world.allow("sts:*"))
        self.organizations.attach_policy(PolicyId=narrow, TargetId=unit)
        self.organizations.detach_policy(PolicyId="p-FullAWSAccess", TargetId=unit)
        listed()
        self.organizations.move_account(AccountId=account, SourceParentId=self.root, DestinationParentId=unit)
        why = case.unimplied("iam:ListRoles", "service control policy")
        self.denied(arn, "iam:ListRoles", listed, resource=f"arn:aws:iam::{account}:role/", why=why)
        world.client("sts", alice).get_session_token()
        self.organizations.update_policy(PolicyId=narrow, Content=world.document(world.allow("*")))
        listed()

    def test_resource_control_policies_limit_who_assumes_roles_of_members(self) -> None:
        self.enable("RESOURCE_CONTROL_POLICY")
        account = self.create_account(self.name("first"))
        arn, keys = self.user(world.allow("sts:*"))
        role = f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole"
        world.assume(keys, role)
        statement = world.deny("sts:AssumeRole", Principal="*")
        policy = self.policy("RESOURCE_CONTROL_POLICY", statement)
        self.organizations.attach_policy(PolicyId=policy, TargetId=account)
        policy_arn = self.organizations.describe_policy(PolicyId=policy)["Policy"]["PolicySummary"]["Arn"]
        why = f" with an explicit deny in a resource control policy: {policy_arn}"
        assume = world.client("sts", keys).assume_role
        more = {"RoleArn": role, "RoleSessionName": "session"}
        self.denied(arn, "sts:AssumeRole", assume, resource=role, why=why, **more)
        self.organizations.disable_policy_type(RootId=self.root, PolicyType="RESOURCE_CONTROL_POLICY")
        world.assume(keys, role)
        iam_is_no_resource = world.document(world.deny("iam:*", Principal="*"))
        self.refused(
            "MalformedPolicyDocumentException",
            400,
            self.organizations.create_policy,
            Name=self.name("policy"),
            Description="",
            Type="RESOURCE_CONTROL_POLICY",
            Content=iam_is_no_resource,
        )

    def test_services_meet_resource_control_policies_and_tell_whose_organization_they_act_for(self) -> None:
        service = self.name("storage") + ".example.internal"
        made = test_services.stead("register", service)
        self.addCleanup(test_services.stead, "remove", service)
        keys = world.Keys(made["access_key_id"], made["secret_access_key"])
        trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        account = self.create_account(self.name("first"))
        iam = world.client("iam", self.enter(account))

        def made_role(iam, statement: dict) -> str:
            document = world.document(statement)
            role = iam.create_role(RoleName=self.name("role"), AssumeRolePolicyDocument=document)
            return role["Role"]["Arn"]

        def parameters(role: str) -> dict:
            return {"RoleArn": role, "RoleSessionName": "storage"}

        def given(role: str, source: str) -> None:
            test_services.service_client(keys, account=source).assume_role(**parameters(role))

        def denied(role: str, source: str) -> None:
            call = test_services.service_client(keys, account=source).assume_role
            self.denied(service, "sts:AssumeRole", call, resource=role, why="", **parameters(role))

        # The organization of the source is a key of the call, for a trust policy to ask for.
        identifier, outside = self.organization["Id"], "999999999999"
        own = {**trust, "Condition": {"StringEquals": {"aws:SourceOrgID": identifier}}}
        within = {"ForAnyValue:StringLike": {"aws:SourceOrgPaths": f"{identifier}/{self.root}/ou-*"}}
        open_role, own_role = made_role(iam, trust), made_role(iam, own)
        unit_role = made_role(iam, {**trust, "Condition": within})
        for source in [account, self.management, self.account, outside]:
            given(open_role, source)
        for source in [account, self.management]:
            given(own_role, source)
            denied(unit_role, source)
        for source in [self.account, outside]:
            denied(own_role, source)
            denied(unit_role, source)
        unit = self.organizations.create_organizational_unit(ParentId=self.root, Name=self.name("unit"))
        unit = unit["OrganizationalUnit"]["Id"]
        self.organizations.move_account(AccountId=account, SourceParentId=self.root, DestinationParentId=unit)
        given(unit_role, account)
        denied(unit_role, self.management)

        # A resource control policy asks for it in the whole organization.
        self.enable("RESOURCE_CONTROL_POLICY")
        confused_deputy = {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sts:*",
            "Resource": "*",
            "Condition": {
                "StringNotEqualsIfExists": {"aws:SourceOrgID": identifier},
                "Null": {"aws:SourceAccount": "false"},
                "Bool": {"aws:PrincipalIsAWSService": "true"},
            },
        }
        policy = self.policy("RESOURCE_CONTROL_POLICY", confused_deputy)
        self.organizations.attach_policy(PolicyId=policy, TargetId=self.root)
        for source in [account, self.management]:
            given(open_role, source)
        for source in [self.account, outside]:
            denied(open_role, source)
        # It is about services, and not about roles of the managing account.
        self.enter(account)
        given(made_role(self.iam, trust), outside)
        self.organizations.detach_policy(PolicyId=policy, TargetId=self.root)
        given(open_role, outside)

        nobody = self.policy("RESOURCE_CONTROL_POLICY", {**confused_deputy, "Condition": {
            "StringEquals": {"aws:PrincipalServiceName": service},
        }})
        self.organizations.attach_policy(PolicyId=nobody, TargetId=unit)
        denied(open_role, account)

    def test_a_delegated_administrator_reads_the_organization_and_changes_nothing(self) -> None:
        service = "cloudtrail.amazonaws.com"
        account = self.create_account(self.name("first"))
        other = self.create_account(self.name("second"))
        member = world.client("organizations", self.enter(account))
        stranger = world.client("organizations", self.enter(other))
        register = self.organizations.register_delegated_administrator
        of = {"AccountId": account, "ServicePrincipal": service}
        self.refused("ConstraintViolationException", 400, register, **of)
        self.organizations.enable_aws_service_access(ServicePrincipal=service)
        management = {**of, "AccountId": self.management}
        self.refused("ConstraintViolationException", 400, register, **management)
        nobody = {**of, "AccountId": "999999999999"}
        self.refused("AccountNotFoundException", 400, register, **nobody)
        self.refused("AccessDeniedException", 400, member.register_delegated_administrator, **of)
        self.refused("AccessDeniedException", 400, member.list_accounts)
        deregister = self.organizations.deregister_delegated_administrator
        self.refused("AccountNotRegisteredException", 400, deregister, **of)
        services = self.organizations.list_delegated_services_for_account
        self.refused("AccountNotRegisteredException", 400, services, AccountId=account)

        register(**of)
        self.refused("AccountAlreadyRegisteredException", 400, register, **of)
        listed = self.everything("list_delegated_administrators", "DelegatedAdministrators")
        shown = self.organizations.describe_account(AccountId=account)["Account"]
        self.assertEqual([administrator["Id"] for administrator in listed], [account])
        for member_of_both in ["Arn", "Email", "Name", "Status", "JoinedMethod", "JoinedTimestamp"]:
            self.assertEqual(listed[0][member_of_both], shown[member_of_both])
        self.assertGreaterEqual(listed[0]["DelegationEnabledDate"], listed[0]["JoinedTimestamp"])
        for name, count in [(service, 1), ("config.amazonaws.com", 0)]:
            found = member.list_delegated_administrators(ServicePrincipal=name)["DelegatedAdministrators"]
            self.assertEqual(len(found), count)
        told = member.list_delegated_services_for_account(AccountId=account)["DelegatedServices"]
        self.assertEqual([item["ServicePrincipal"] for item in told], [service])

        # It reads, if its own policies let it, and writes nothing. Others of the organization do neither.
        self.assertEqual(len(member.list_accounts()["Accounts"]), 3)
        self.assertEqual(member.describe_account(AccountId=other)["Account"]["Id"], other)
        self.assertEqual(member.list_roots()["Roots"][0]["Id"], self.root)
        self.refused("AccessDeniedException", 400, stranger.list_accounts)
        create = member.create_organizational_unit
        self.refused("AccessDeniedException", 400, create, ParentId=self.root, Name="unit")
        self.refused("AccessDeniedException", 400, member.deregister_delegated_administrator, **of)
        _, keys = world.make_user(world.client("iam", self.enter(account)), "user", world.allow("iam:*"))
        self.refused("AccessDeniedException", 400, world.client("organizations", keys).list_accounts)

        # It cannot go, nor the service, while it is one.
        remove = self.organizations.remove_account_from_organization
        self.refused("ConstraintViolationException", 400, remove, AccountId=account)
        self.refused("ConstraintViolationException", 400, member.leave_organization)
        disable = self.organizations.disable_aws_service_access
        self.refused("ConstraintViolationException", 400, disable, ServicePrincipal=service)
        deregister(**of)
        self.refused("AccessDeniedException", 400, member.list_accounts)
        self.assertEqual(self.everything("list_delegated_administrators", "DelegatedAdministrators"), [])
        disable(ServicePrincipal=service)
        member.leave_organization()

    def test_the_simulator_says_what_the_organization_allows(self) -> None:
        self.enable("SERVICE_CONTROL_POLICY")
        account = self.create_account(self.name("first"))
        iam = world.client("iam", self.enter(account))
        arn, _ = world.make_user(iam, "alice", world.allow("iam:*"))

        def simulated(action: str) -> tuple:
            answer = iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=[action])
            result = answer["EvaluationResults"][0]
            return result["EvalDecision"], result["OrganizationsDecisionDetail"]["AllowedByOrganizations"]

        policy = self.policy("SERVICE_CONTROL_POLICY", world.deny("iam:ListRoles"))
        self.assertEqual(simulated("iam:ListRoles"), ("allowed", True))
        self.organizations.attach_policy(PolicyId=policy, TargetId=account)
        self.assertEqual(simulated("iam:ListRoles"), ("explicitDeny", False))
        self.assertEqual(simulated("iam:ListUsers"), ("allowed", True))

    def test_units_make_a_tree(self) -> None:
        create = self.organizations.create_organizational_unit
        outer = create(ParentId=self.root, Name="outer", Tags=[{"Key": "Team", "Value": "blue"}])
        outer = outer["OrganizationalUnit"]["Id"]
        inner = create(ParentId=outer, Name="inner")["OrganizationalUnit"]
        self.assertEqual(inner["Path"], f"{self.organization['Id']}/{self.root}/{outer}/{inner['Id']}/")
        self.refused("DuplicateOrganizationalUnitException", 400, create, ParentId=outer, Name="inner")
        renamed = self.organizations.update_organizational_unit(OrganizationalUnitId=inner["Id"], Name="new")
        self.assertEqual(renamed["OrganizationalUnit"]["Name"], "new")
        shown = self.organizations.describe_organizational_unit(OrganizationalUnitId=inner["Id"])
        self.assertEqual(shown["OrganizationalUnit"]["Name"], "new")
        parents = self.organizations.list_parents(ChildId=inner["Id"])["Parents"]
        self.assertEqual(parents, [{"Id": outer, "Type": "ORGANIZATIONAL_UNIT"}])
        children = self.organizations.list_children(ParentId=self.root, ChildType="ORGANIZATIONAL_UNIT")
        self.assertEqual(children["Children"], [{"Id": outer, "Type": "ORGANIZATIONAL_UNIT"}])
        delete = self.organizations.delete_organizational_unit
        self.refused("OrganizationalUnitNotEmptyException", 400, delete, OrganizationalUnitId=outer)
        delete(OrganizationalUnitId=inner["Id"])
        missing = self.organizations.describe_organizational_unit
        self.refused("OrganizationalUnitNotFoundException", 400, missing, OrganizationalUnitId=inner["Id"])
        tags = self.organizations.list_tags_for_resource(ResourceId=outer)["Tags"]
        self.assertEqual(tags, [{"Key": "Team", "Value": "blue"}])
        self.organizations.tag_resource(ResourceId=outer, Tags=[{"Key": "Team", "Value": "red"}])
        self.organizations.untag_resource(ResourceId=outer, TagKeys=["None"])
        tags = self.organizations.list_tags_for_resource(ResourceId=outer)["Tags"]
        self.assertEqual(tags, [{"Key": "Team", "Value": "red"}])

    def test_lists_come_in_pages(self) -> None:
        for number in range(5):
            self.organizations.create_organizational_unit(ParentId=self.root, Name=f"unit {number}")
            self.policy("SERVICE_CONTROL_POLICY", world.deny("s3:*"))
            self.create_account(self.name("page"))
            self.organizations.enable_aws_service_access(ServicePrincipal=f"service-{number}.amazonaws.com")
        self.enable("SERVICE_CONTROL_POLICY")
        policy = self.policy("SERVICE_CONTROL_POLICY", world.deny("s3:*"))
        for unit in self.everything("list_organizational_units_for_parent", "OrganizationalUnits", ParentId=self.root):
            self.organizations.attach_policy(PolicyId=policy, TargetId=unit["Id"])
        for number in range(4):
            another = self.policy("SERVICE_CONTROL_POLICY", world.deny("sqs:*"))
            self.organizations.attach_policy(PolicyId=another, TargetId=self.root)
        kind = {"Filter": "SERVICE_CONTROL_POLICY"}
        lists = {
            "list_accounts": ("Accounts", {}, 6),
            "list_accounts_for_parent": ("Accounts", {"ParentId": self.root}, 6),
            "list_organizational_units_for_parent": ("OrganizationalUnits", {"ParentId": self.root}, 5),
            "list_children": ("Children", {"ParentId": self.root, "ChildType": "ACCOUNT"}, 6),
            "list_policies": ("Policies", kind, 11),
            "list_policies_for_target": ("Policies", {"TargetId": self.root, **kind}, 5),
            "list_targets_for_policy": ("Targets", {"PolicyId": policy}, 5),
            "list_create_account_status": ("CreateAccountStatuses", {}, 5),
            "list_aws_service_access_for_organization": ("EnabledServicePrincipals", {}, 5),
        }
        for operation, (member, parameters, expected) in lists.items():
            pages = self.organizations.get_paginator(operation)
            pages = list(pages.paginate(**parameters, PaginationConfig={"PageSize": 2}))
            found = [json.dumps(item, default=str) for page in pages for item in page[member]]
            self.assertEqual((len(found), len(set(found))), (expected, expected), operation)
            self.assertGreaterEqual(len(pages), 3, operation)
            wrong = getattr(self.organizations, operation)
            answer = world.refusal(wrong, **parameters, NextToken="wrong")
            self.assertEqual(answer[:2], ("InvalidInputException", 400))
        self.organizations.disable_aws_service_access(ServicePrincipal="service-0.amazonaws.com")
        left = self.organizations.list_aws_service_access_for_organization()
        self.assertEqual(len(left["EnabledServicePrincipals"]), 4)
        for account in self.everything("list_accounts", "Accounts"):
            self.assertIn(account["JoinedMethod"], ["CREATED", "INVITED"])

    def test_an_account_is_invited(self) -> None:
        invited = self.sts.get_caller_identity()["Account"]
        mine = world.client("organizations")
        invite = self.organizations.invite_account_to_organization
        target = {"Target": {"Type": "ACCOUNT", "Id": invited}, "Notes": "come in"}
        identifiers = [invite(**target)["Handshake"]["Id"]]
        self.refused("DuplicateHandshakeException", 400, invite, **target)
        declined = mine.decline_handshake(HandshakeId=identifiers[0])["Handshake"]
        self.assertEqual(declined["State"], "DECLINED")
        identifiers.append(invite(**target)["Handshake"]["Id"])
        self.organizations.cancel_handshake(HandshakeId=identifiers[1])
        refused = mine.accept_handshake
        self.refused("InvalidHandshakeTransitionException", 400, refused, HandshakeId=identifiers[1])
        identifiers.append(invite(**target)["Handshake"]["Id"])
        for client in [self.organizations, mine]:
            shown = client.describe_handshake(HandshakeId=identifiers[2])["Handshake"]
            self.assertEqual((shown["State"], shown["Action"]), ("OPEN", "INVITE"))
        accepted = mine.accept_handshake(HandshakeId=identifiers[2])["Handshake"]
        self.assertEqual(accepted["State"], "ACCEPTED")
        self.assertEqual(mine.describe_organization()["Organization"]["Id"], self.organization["Id"])
        self.refused("HandshakeConstraintViolationException", 400, invite, **target)
        for operation, client in [
            ("list_handshakes_for_account", mine),
            ("list_handshakes_for_organization", self.organizations),
        ]:
            pages = list(client.get_paginator(operation).paginate(PaginationConfig={"PageSize": 1}))
            found = [item["Id"] for page in pages for item in page["Handshakes"]]
            self.assertEqual([identifier for identifier in found if identifier in identifiers], sorted(identifiers))
            self.assertGreaterEqual(len(pages), 3)
        mine.leave_organization()
        self.refused("AWSOrganizationsNotInUseException", 400, mine.describe_organization)

    def test_policies_are_refused_with_reasons(self) -> None:
        create = self.organizations.create_policy
        parameters = {"Name": self.name("policy"), "Description": "", "Type": "SERVICE_CONTROL_POLICY"}
        message = self.refused("MalformedPolicyDocumentException", 400, create, Content="{}", **parameters)
        self.assertTrue(message.startswith("The provided policy document does not meet the requirements"), message)
        policy = self.policy("SERVICE_CONTROL_POLICY", world.deny("s3:*"))
        attach = self.organizations.attach_policy
        target = {"PolicyId": policy, "TargetId": self.root}
        self.refused("PolicyTypeNotEnabledException", 400, attach, **target)
        self.enable("SERVICE_CONTROL_POLICY")
        attach(**target)
        self.refused("DuplicatePolicyAttachmentException", 400, attach, **target)
        self.refused("PolicyInUseException", 400, self.organizations.delete_policy, PolicyId=policy)
        self.organizations.detach_policy(**target)
        self.refused("PolicyNotAttachedException", 400, self.organizations.detach_policy, **target)
        self.organizations.delete_policy(PolicyId=policy)
        self.refused("PolicyNotFoundException", 400, self.organizations.describe_policy, PolicyId=policy)
        last = {"PolicyId": "p-FullAWSAccess", "TargetId": self.root}
        error = world.refusal(self.organizations.detach_policy, **last)
        self.assertEqual(error[:2], ("ConstraintViolationException", 400))
        try:
            self.organizations.detach_policy(**last)
        except self.organizations.exceptions.ConstraintViolationException as refused:
            self.assertEqual(refused.response["Reason"], "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED")


if __name__ == "__main__":
    unittest.main()
