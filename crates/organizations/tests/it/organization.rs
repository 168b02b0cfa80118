//! DescribeOrganization.

use stead_api::organizations::{DescribeOrganization, DescribeOrganizationRequest};
use stead_organizations::Organizations;
use stead_world::World;

const ACCOUNT: &str = "111122223333";

const MAY_DESCRIBE: &str = r#"{"Version":"2012-10-17","Statement":[
    {"Effect":"Allow","Action":"organizations:DescribeOrganization","Resource":"*"}]}"#;

#[test]
fn an_account_belongs_to_none_and_who_may_not_ask_is_not_told() {
    let mut world = World::new();
    let (account, root) = world.create_account(ACCOUNT);
    let alice = world.create_user(account, "alice", MAY_DESCRIBE);
    let bob = world.create_user(account, "bob", "");
    for (caller, code) in [
        (&root, "AWSOrganizationsNotInUseException"),
        (&alice, "AWSOrganizationsNotInUseException"),
        (&bob, "AccessDenied"),
    ] {
        let asked = DescribeOrganizationRequest {};
        let failure = world.call::<Organizations, DescribeOrganization>(caller, asked).unwrap_err();
        assert_eq!(failure.code, code);
    }
}
