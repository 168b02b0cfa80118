//! GetFederationToken.

use stead_api::sts::{GetFederationToken, GetFederationTokenRequest, Tag};
use stead_sts::Sts;
use stead_world::World;

use crate::assume_role::may;
use crate::requests::{ACCOUNT, allowing, assume, held, request, trusting, who_am_i};

fn federate(name: &str, policy: Option<String>) -> GetFederationTokenRequest {
    GetFederationTokenRequest {
        name: name.to_owned(),
        policy,
        policy_arns: Vec::new(),
        duration_seconds: None,
        tags: Vec::new(),
    }
}

const ALL: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

#[test]
fn a_federated_user_has_what_both_the_user_and_the_session_policy_allow() {
    let mut world = World::new();
    let (account, _) = world.create_account(ACCOUNT);
    let identity = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:*","sts:*"],"Resource":"*"}]}"#;
    let alice = world.create_user(account, "alice", identity);
    world.create_role(account, "target", &trusting(ACCOUNT), "");
    let get = allowing("s3:Get*", "*");
    let broad = ALL.to_owned();
    for (policy, get, put, run) in [
        (None, false, false, false),
        (Some(get), true, false, false),
        (Some(broad), true, true, false),
    ] {
        let answer =
            world.call::<Sts, GetFederationToken>(&alice, federate("visitor", policy)).unwrap();
        let user = answer.federated_user.unwrap();
        let arn = format!("arn:aws:sts::{ACCOUNT}:federated-user/visitor");
        assert_eq!((user.federated_user_id, user.arn), (format!("{ACCOUNT}:visitor"), arn.clone()));
        let held = held(answer.credentials.unwrap());
        assert_eq!(who_am_i(&mut world, &held), arn);
        let allowed = ["s3:GetObject", "s3:PutObject", "ec2:RunInstances"]
            .map(|action| may(&world, &held, action));
        assert_eq!(allowed, [get, put, run]);
        assert!(!may(&world, &held, "iam:ListUsers"));
        let failure = assume(&mut world, &held, request("target")).unwrap_err();
        assert_eq!(failure.code, "AccessDenied");
    }
}

#[test]
fn it_must_be_allowed_and_so_must_tags() {
    let mut world = World::new();
    let (account, root) = world.create_account(ACCOUNT);
    let own = format!("arn:aws:sts::{ACCOUNT}:federated-user/v*");
    let alice = world.create_user(account, "alice", &allowing("sts:GetFederationToken", &own));
    assert!(world.call::<Sts, GetFederationToken>(&alice, federate("visitor", None)).is_ok());
    let failure =
        world.call::<Sts, GetFederationToken>(&alice, federate("other", None)).unwrap_err();
    assert_eq!(
        failure.message,
        format!(
            "User: arn:aws:iam::{ACCOUNT}:user/alice is not authorized to perform: \
             sts:GetFederationToken on resource: arn:aws:sts::{ACCOUNT}:federated-user/other \
             because no identity-based policy allows the sts:GetFederationToken action"
        )
    );
    let mut tagged = federate("visitor", None);
    tagged.tags = vec![Tag { key: "Team".to_owned(), value: "blue".to_owned() }];
    let failure = world.call::<Sts, GetFederationToken>(&alice, tagged.clone()).unwrap_err();
    assert!(failure.message.contains("sts:TagSession"), "{}", failure.message);
    assert!(world.call::<Sts, GetFederationToken>(&root, tagged).is_ok());
}
