//! AssumeRoot, where no account belongs to an organization.

use stead_api::sts::{AssumeRoot, AssumeRootRequest, PolicyDescriptorType};
use stead_sts::Sts;
use stead_world::{Credentials, World};

use crate::requests::ACCOUNT;

const AUDIT: &str = "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials";
const OTHER: &str = "444455556666";

fn refused(world: &mut World, caller: &Credentials, target: &str, task: &str) -> (String, String) {
    let request = AssumeRootRequest {
        target_principal: target.to_owned(),
        task_policy_arn: PolicyDescriptorType { arn: Some(task.to_owned()) },
        duration_seconds: None,
    };
    let failure = world.call::<Sts, AssumeRoot>(caller, request).unwrap_err();
    (failure.code, failure.message)
}

fn sentence(caller: &str, account: &str) -> String {
    format!(
        "User: {caller} is not authorized to perform: sts:AssumeRoot on resource: arn:aws:iam::{account}:root"
    )
}

#[test]
fn nobody_acts_as_the_root_user_of_an_account() {
    let mut world = World::new();
    let (account, _) = world.create_account(ACCOUNT);
    world.create_account(OTHER);
    let all =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    let alice = world.create_user(account, "alice", all);
    let arn = format!("arn:aws:iam::{ACCOUNT}:user/alice");
    for target in [ACCOUNT, OTHER, "999988887777"] {
        for principal in [target.to_owned(), format!("arn:aws:iam::{target}:root")] {
            let (code, message) = refused(&mut world, &alice, &principal, AUDIT);
            assert_eq!((code.as_str(), message), ("AccessDenied", sentence(&arn, target)));
        }
    }
}

#[test]
fn the_policies_are_asked_about_the_task() {
    let mut world = World::new();
    let (account, _) = world.create_account(ACCOUNT);
    let audit_only = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"sts:AssumeRoot","Resource":"arn:aws:iam::{ACCOUNT}:root","Condition":{{"StringEquals":{{"sts:TaskPolicyArn":"{AUDIT}"}}}}}}]}}"#
    );
    let alice = world.create_user(account, "alice", &audit_only);
    let arn = format!("arn:aws:iam::{ACCOUNT}:user/alice");
    let (_, allowed) = refused(&mut world, &alice, ACCOUNT, AUDIT);
    assert_eq!(allowed, sentence(&arn, ACCOUNT));
    let other = "arn:aws:iam::aws:policy/root-task/SQSUnlockQueuePolicy";
    let (_, denied) = refused(&mut world, &alice, ACCOUNT, other);
    let why = " because no identity-based policy allows the sts:AssumeRoot action";
    assert_eq!(denied, sentence(&arn, ACCOUNT) + why);
}

#[test]
fn what_is_no_target_and_no_task_is_told_before_policies_are_asked() {
    let mut world = World::new();
    let (account, _) = world.create_account(ACCOUNT);
    let nobody = world.create_user(account, "nobody", "");
    for target in [
        format!("arn:aws:iam::{ACCOUNT}:user/alice"),
        format!("arn:aws:sts::{ACCOUNT}:root"),
        "arn:aws:iam:::root".to_owned(),
        "1111222233334".to_owned(),
        "not-a-principal".to_owned(),
    ] {
        let expected = "Request must contain a valid target principal";
        let (code, message) = refused(&mut world, &nobody, &target, AUDIT);
        assert_eq!((code.as_str(), message.as_str()), ("ValidationError", expected), "{target}");
    }
    for task in
        ["arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::aws:policy/root-task/Other"]
    {
        let expected = "Request must contain valid AWS managed task policy ARN";
        let (code, message) = refused(&mut world, &nobody, ACCOUNT, task);
        assert_eq!((code.as_str(), message.as_str()), ("ValidationError", expected), "{task}");
    }
}
