//! An organization, and calls by who manages it.

use stead_api::Operation;
use stead_api::organizations::{
    CreateAccount, CreateAccountRequest, CreateOrganization, CreateOrganizationRequest,
    CreateOrganizationalUnit, CreateOrganizationalUnitRequest, CreatePolicy, CreatePolicyRequest,
    DescribeCreateAccountStatus, DescribeCreateAccountStatusRequest, ListRoots, ListRootsRequest,
    PolicyType,
};
use stead_organizations::Organizations;
use stead_service::Handle;
use stead_types::Secret;
use stead_world::{Credentials, World};

pub(crate) const MANAGEMENT: &str = "111122223333";

/// An organization whose management account calls as its root user.
pub(crate) struct Fixture {
    pub(crate) world: World,
    pub(crate) root: Credentials,
    /// The id of the organization's root.
    pub(crate) root_id: String,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        let mut world = World::new();
        let (_, root) = world.create_account(MANAGEMENT);
        let mut fixture = Self { world, root, root_id: String::new() };
        fixture.call::<CreateOrganization>(CreateOrganizationRequest { feature_set: None });
        let page = ListRootsRequest { next_token: None, max_results: None };
        let roots = fixture.call::<ListRoots>(page).roots.unwrap();
        fixture.root_id = roots[0].id.clone().unwrap();
        fixture
    }

    /// A call that succeeds.
    pub(crate) fn call<Op: Operation>(&mut self, input: Op::Input) -> Op::Output
    where
        Organizations: Handle<Op>,
    {
        let root = self.root.clone();
        self.world.call::<Organizations, Op>(&root, input).unwrap()
    }

    /// The code of a call that fails.
    pub(crate) fn refused<Op: Operation>(&mut self, input: Op::Input) -> String
    where
        Organizations: Handle<Op>,
    {
        let root = self.root.clone();
        match self.world.call::<Organizations, Op>(&root, input) {
            Ok(_) => panic!("{} was not refused", Op::NAME),
            Err(failure) => failure.code,
        }
    }

    /// A unit below a parent, by its id.
    pub(crate) fn unit(&mut self, parent: &str, name: &str) -> String {
        let input = CreateOrganizationalUnitRequest {
            parent_id: parent.to_owned(),
            name: name.to_owned(),
            tags: vec![],
        };
        let unit = self.call::<CreateOrganizationalUnit>(input).organizational_unit.unwrap();
        unit.id.unwrap()
    }

    /// A member account, by its number.
    pub(crate) fn account(&mut self, name: &str) -> String {
        let status = self.call::<CreateAccount>(account_request(name)).create_account_status;
        let asked = DescribeCreateAccountStatusRequest {
            create_account_request_id: status.unwrap().id.unwrap(),
        };
        let status = self.call::<DescribeCreateAccountStatus>(asked).create_account_status;
        status.unwrap().account_id.unwrap()
    }

    /// A service control policy, by its id.
    pub(crate) fn policy(&mut self, name: &str) -> String {
        let created =
            self.call::<CreatePolicy>(policy_request(name, PolicyType::ServiceControlPolicy));
        created.policy.unwrap().policy_summary.unwrap().id.unwrap()
    }
}

pub(crate) fn account_request(name: &str) -> CreateAccountRequest {
    CreateAccountRequest {
        email: Secret::new(format!("{name}@example.com")),
        account_name: Secret::new(name.to_owned()),
        role_name: None,
        iam_user_access_to_billing: None,
        tags: vec![],
    }
}

pub(crate) const DENY_IAM: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"iam:*","Resource":"*"}]}"#;

pub(crate) fn policy_request(name: &str, kind: PolicyType) -> CreatePolicyRequest {
    CreatePolicyRequest {
        content: DENY_IAM.to_owned(),
        description: "for a test".to_owned(),
        name: name.to_owned(),
        r#type: kind,
        tags: vec![],
    }
}
