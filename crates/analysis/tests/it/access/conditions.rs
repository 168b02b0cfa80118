//! What has to hold for somebody to assume a role: conditions, tokens, services.

use serde_json::{Value, json};
use stead_analysis::Principal;

use super::accounts::{
    Account, HERE, assume, policy, role, role_arn, shown, trust, trust_if, user, who_can_assume,
    world,
};

#[test]
fn conditions_are_found_and_those_that_cannot_hold_are_not() {
    let condition = json!({
        "StringEquals": {"sts:ExternalId": "7f3a"},
        "Bool": {"aws:MultiFactorAuthPresent": "true"},
        "IpAddress": {"aws:SourceIp": "10.1.0.0/16"},
        "StringLike": {"sts:RoleSessionName": "${aws:username}-*"},
    });
    let target = trust_if(json!({"AWS": format!("arn:aws:iam::{HERE}:root")}), condition);
    let past = json!({"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}});
    let past = trust_if(json!({"AWS": format!("arn:aws:iam::{HERE}:root")}), past);
    let tagged = json!({"StringEquals": {"aws:PrincipalTag/team": "ops"}});
    let tagged = trust_if(json!({"AWS": format!("arn:aws:iam::{HERE}:root")}), tagged);
    let mut ops = user(HERE, "ops", &[assume("*")]);
    ops["Tags"] = json!([{"Key": "team", "Value": "ops"}]);
    let account = Account {
        users: vec![user(HERE, "ann", &[assume("*")]), ops],
        roles: vec![
            role(HERE, "target", &target, &[]),
            role(HERE, "past", &past, &[]),
            role(HERE, "tagged", &tagged, &[]),
        ],
        ..Account::default()
    };
    let world = world(&[(HERE, account)]);
    let answer = who_can_assume(&world, "target");
    assert_eq!(answer.principals.len(), 2, "{answer:?}");
    let ann = &answer.principals[0].path[0].conditions;
    let value = |key: &str| ann.iter().find(|it| it.key == key).unwrap().value.clone();
    assert_eq!(value("sts:ExternalId"), "7f3a");
    assert_eq!(value("aws:MultiFactorAuthPresent"), "true");
    assert!(value("aws:SourceIp").as_str().unwrap().starts_with("10.1."));
    assert!(value("sts:RoleSessionName").as_str().unwrap().starts_with("ann-"));
    let external = ann.iter().find(|it| it.key == "sts:ExternalId").unwrap();
    assert_eq!(
        json!(external.tests),
        json!([{"policy": "role trust policy", "effect": "Allow", "operator": "StringEquals",
            "values": ["7f3a"]}])
    );
    assert_eq!(shown(&who_can_assume(&world, "past")), [""; 0]);
    // The tags of users are known.
    assert_eq!(shown(&who_can_assume(&world, "tagged")), ["user 111122223333:user/ops > tagged"]);
}

/// Spec: UG:id_credentials_mfa_configure-api-require: the credentials of AssumeRole carry no
/// second factor, also where one was shown to get them.
#[test]
fn sessions_of_roles_have_no_second_factor() {
    let account = format!("arn:aws:iam::{HERE}:root");
    let guarded =
        trust_if(json!({"AWS": account}), json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}}));
    let hop = assume(&role_arn(HERE, "*"));
    let account = Account {
        users: vec![user(HERE, "ann", std::slice::from_ref(&hop))],
        roles: vec![role(HERE, "guarded", &guarded, &[]), role(HERE, "hop", &guarded, &[hop])],
        ..Account::default()
    };
    let answer = who_can_assume(&world(&[(HERE, account)]), "guarded");
    let told = "user 111122223333:user/ann > guarded aws:MultiFactorAuthPresent=\"true\"";
    assert_eq!(shown(&answer), [told]);
}

#[test]
fn a_deny_that_a_condition_lifts_is_told() {
    let mut target = trust(json!({"AWS": format!("arn:aws:iam::{HERE}:user/ann")}));
    target["Statement"].as_array_mut().unwrap().push(json!({
        "Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole",
        "Condition": {"NotIpAddress": {"aws:SourceIp": "10.1.0.0/16"}}}));
    let account = Account {
        users: vec![user(HERE, "ann", &[])],
        roles: vec![role(HERE, "target", &target, &[])],
        ..Account::default()
    };
    let answer = who_can_assume(&world(&[(HERE, account)]), "target");
    assert_eq!(answer.principals.len(), 1, "{answer:?}");
    let condition = &answer.principals[0].path[0].conditions[0];
    assert!(condition.value.as_str().unwrap().starts_with("10.1."), "{condition:?}");
    assert_eq!(condition.tests[0].effect, "Deny");
}

#[test]
fn tokens_assertions_services_and_everybody_are_told() {
    let oidc = format!("arn:aws:iam::{HERE}:oidc-provider/idp.example.com");
    let saml = format!("arn:aws:iam::{HERE}:saml-provider/corp");
    let with = |principal: Value, action: &str, condition: Value| {
        policy(json!([{"Effect": "Allow", "Principal": principal, "Action": action,
            "Condition": condition}]))
    };
    let ci = with(
        json!({"Federated": oidc}),
        "sts:AssumeRoleWithWebIdentity",
        json!({"StringEquals": {"idp.example.com:aud": ["sts.amazonaws.com", "nobody"]},
            "StringLike": {"idp.example.com:sub": "repo:shop/*"}}),
    );
    let staff = with(
        json!({"Federated": saml}),
        "sts:AssumeRoleWithSAML",
        json!({"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}),
    );
    let service = with(
        json!({"Service": "ec2.amazonaws.com"}),
        "sts:AssumeRole",
        json!({"StringEquals": {"aws:SourceAccount": HERE}}),
    );
    let gone = with(
        json!({"Federated": format!("arn:aws:iam::{HERE}:oidc-provider/gone.example.com")}),
        "sts:AssumeRoleWithWebIdentity",
        json!({}),
    );
    let organization = json!({"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}});
    let account = Account {
        roles: vec![
            role(HERE, "ci", &ci, &[]),
            role(HERE, "staff", &staff, &[]),
            role(HERE, "box", &service, &[]),
            role(HERE, "gone", &gone, &[]),
            role(HERE, "open", &trust(json!("*")), &[]),
            role(HERE, "org", &trust_if(json!({"AWS": "*"}), organization), &[]),
        ],
        users: vec![user(HERE, "ann", &[])],
        oidc: vec![json!({"Arn": oidc, "Url": "idp.example.com", "ThumbprintList": [],
            "ClientIDList": ["sts.amazonaws.com", "other"]})],
        saml: vec![json!({"Arn": saml})],
        ..Account::default()
    };
    let world = world(&[(HERE, account)]);
    let ci = who_can_assume(&world, "ci");
    assert_eq!(ci.principals.len(), 1, "{ci:?}");
    assert_eq!(
        ci.principals[0].principal.words(),
        format!("any token of {oidc} with aud=sts.amazonaws.com")
    );
    let subject = &ci.principals[0].path[0].conditions[0];
    assert!(subject.value.as_str().unwrap().starts_with("repo:shop/"), "{subject:?}");
    assert_eq!(subject.tests[0].values, ["repo:shop/*"]);
    let staff = shown(&who_can_assume(&world, "staff"));
    assert_eq!(staff.len(), 1);
    assert!(staff[0].contains("saml-provider/corp > staff"), "{staff:?}");
    assert!(staff[0].contains("aud=\"https://signin.aws.amazon.com/saml\""), "{staff:?}");
    assert_eq!(
        shown(&who_can_assume(&world, "box")),
        [format!("service ec2.amazonaws.com > box aws:SourceAccount=\"{HERE}\"")]
    );
    assert_eq!(
        shown(&who_can_assume(&world, "gone")),
        [format!("any token of {HERE}:oidc-provider/gone.example.com ? > gone")]
    );
    let open = shown(&who_can_assume(&world, "open"));
    assert!(open.iter().any(|it| it.starts_with("everybody: ")), "{open:?}");
    assert!(open.contains(&"user 111122223333:user/ann > open".to_owned()), "{open:?}");
    let org = who_can_assume(&world, "org");
    let everybody = org.principals.iter().find(|it| it.principal == Principal::Everybody).unwrap();
    assert_eq!(everybody.path[0].conditions[0].key, "aws:PrincipalOrgID");
    assert_eq!(everybody.path[0].conditions[0].value, "o-a1b2c3d4e5");
}
