//! Who can make an administrator of themselves by IAM, and who is a call short of it.

use serde_json::{Value, json};

use super::{allow, allow_if, audit_of, everything, found};
use crate::access::accounts::{
    Account, HERE, THERE, group, managed, policy, role, role_arn, trust, trust_if, user,
};

/// An account with an administrator of each kind, a group of them, and `ann`.
fn account(ann: Value) -> Account {
    let queue = trust(json!({"Service": "sqs.amazonaws.com"}));
    let readers = allow("s3:GetObject", "arn:aws:s3:::reports/*");
    Account {
        users: vec![ann, user(HERE, "boss", &[everything()])],
        roles: vec![
            role(HERE, "admin", &queue, &[everything()]),
            role(HERE, "nobody", &queue, &[]),
        ],
        groups: vec![
            group(HERE, "bosses", &[everything()]),
            group(HERE, "readers", std::slice::from_ref(&readers)),
        ],
        policies: vec![managed(HERE, "own", &[readers.clone(), everything()])],
        ..Account::default()
    }
}

fn of(ann: Value) -> Vec<String> {
    found(&audit_of(&[(HERE, account(ann))]), "privilege-escalation")
}

/// `ann` has the managed policy `own`, is a member of `readers`, and has this.
fn ann(policies: &[Value]) -> Value {
    let mut ann = user(HERE, "ann", policies);
    ann["GroupList"] = json!(["readers"]);
    ann["AttachedManagedPolicies"] = json!([{"PolicyArn": arn("policy/own")}]);
    ann
}

fn arn(resource: &str) -> String {
    format!("arn:aws:iam::{HERE}:{resource}")
}

#[test]
fn each_call_makes_an_administrator_where_it_may_be_made_and_only_there() {
    let cases = [
        ("iam:CreatePolicyVersion", "policy/own", "policy/other"),
        ("iam:AttachUserPolicy", "user/ann", "user/bob"),
        ("iam:PutUserPolicy", "user/ann", "user/bob"),
        ("iam:AttachGroupPolicy", "group/readers", "group/bosses"),
        ("iam:PutGroupPolicy", "group/readers", "group/bosses"),
        ("iam:AddUserToGroup", "group/bosses", "group/readers"),
        ("iam:CreateAccessKey", "user/boss", "user/ann"),
        ("iam:CreateLoginProfile", "user/boss", "user/ann"),
        ("iam:UpdateLoginProfile", "user/boss", "user/ann"),
        ("iam:UpdateAssumeRolePolicy", "role/admin", "role/nobody"),
    ];
    for (action, there, elsewhere) in cases {
        let able = of(ann(&[allow(action, arn(there))]));
        assert_eq!(able, [format!("ann: {action}")], "{action}");
        assert_eq!(of(ann(&[allow(action, arn(elsewhere))])), [""; 0], "{action} elsewhere");
        let denied = policy(json!([{"Effect": "Deny", "Action": action, "Resource": "*"}]));
        assert_eq!(of(ann(&[allow(action, "*"), denied])), [""; 0], "{action} denied");
    }
}

#[test]
fn a_version_counts_if_it_makes_an_administrator() {
    let set = allow("iam:SetDefaultPolicyVersion", arn("policy/own"));
    assert_eq!(of(ann(std::slice::from_ref(&set))), ["ann: iam:SetDefaultPolicyVersion to v2"]);
    let mut harmless = account(ann(&[set]));
    let read = allow("s3:GetObject", "*");
    harmless.policies = vec![managed(HERE, "own", &[read.clone(), read])];
    assert_eq!(found(&audit_of(&[(HERE, harmless)]), "privilege-escalation"), [""; 0]);
}

#[test]
fn what_the_call_may_attach_counts() {
    let only = |policy: &str| json!({"ArnEquals": {"iam:PolicyARN": policy}});
    let attach = |condition| of(ann(&[allow_if("iam:AttachUserPolicy", "*", condition)]));
    assert_eq!(attach(only("arn:aws:iam::aws:policy/ReadOnlyAccess")), [""; 0]);
    let administrator = only("arn:aws:iam::aws:policy/AdministratorAccess");
    assert_eq!(attach(administrator), ["ann: iam:AttachUserPolicy"]);
    // Delegated administrators may change whom they have bounded, and are not bounded so.
    let bounded = json!({"ArnEquals": {"iam:PermissionsBoundary": arn("policy/own")}});
    assert_eq!(attach(bounded), [""; 0]);
}

#[test]
fn boundaries_hold_whoever_attaches_to_themselves() {
    let mut bound = ann(&[allow("iam:*", "*")]);
    assert_eq!(of(bound.clone()), ["ann: iam:AttachUserPolicy"]);
    bound["PermissionsBoundary"] = json!({"PermissionsBoundaryArn": arn("policy/own")});
    assert_eq!(of(bound), [""; 0]);
}

#[test]
fn ways_go_through_others() {
    let chain = |ann_may: Value, app_trusts: Value| {
        let mut account = account(ann(&[ann_may]));
        let key = allow("iam:CreateAccessKey", arn("user/boss"));
        account.roles.push(role(HERE, "app", &trust(app_trusts), &[key]));
        found(&audit_of(&[(HERE, account)]), "privilege-escalation")
    };
    let root = json!({"AWS": arn("root")});
    let way = chain(allow("sts:AssumeRole", role_arn(HERE, "app")), root.clone());
    let both = ["app: iam:CreateAccessKey", "ann: sts:AssumeRole, iam:CreateAccessKey"];
    assert_eq!(way, both);
    let none = chain(allow("sts:AssumeRole", role_arn(HERE, "other")), root);
    assert_eq!(none, ["app: iam:CreateAccessKey"]);
}

#[test]
fn whoever_is_let_into_a_role_of_administrators_is_told_as_less_bad() {
    let severities = |may: Value, trusts: Value| {
        let mut account = account(ann(&[may]));
        account.roles.push(role(HERE, "open", &trust(trusts), &[everything()]));
        let audit = audit_of(&[(HERE, account)]);
        let found = audit.findings.iter().filter(|it| it.rule.code == "privilege-escalation");
        found.map(|it| it.severity.as_str()).collect::<Vec<_>>()
    };
    let assume = allow("sts:AssumeRole", role_arn(HERE, "open"));
    assert_eq!(severities(assume, json!({"AWS": arn("root")})), ["medium"]);
    let key = allow("iam:CreateAccessKey", arn("user/boss"));
    assert_eq!(severities(key, json!({"Service": "sqs.amazonaws.com"})), ["high"]);
}

#[test]
fn giving_another_everything_takes_being_able_to_become_them() {
    let account = |policies: &[Value], trusts: Value| {
        let mut account = account(ann(policies));
        account.roles.push(role(HERE, "app", &trust(trusts), &[]));
        found(&audit_of(&[(HERE, account)]), "privilege-escalation")
    };
    let attach = allow("iam:AttachRolePolicy", role_arn(HERE, "app"));
    let assume = allow("sts:AssumeRole", role_arn(HERE, "app"));
    let root = || json!({"AWS": arn("root")});
    let service = || json!({"Service": "sqs.amazonaws.com"});
    let both = "ann: iam:AttachRolePolicy + sts:AssumeRole";
    assert_eq!(account(&[attach.clone(), assume.clone()], root()), [both]);
    assert_eq!(account(std::slice::from_ref(&attach), root()), [""; 0]);
    assert_eq!(account(&[attach.clone(), assume], service()), [""; 0]);
    let trust = allow("iam:UpdateAssumeRolePolicy", role_arn(HERE, "app"));
    let by_trust = "ann: iam:AttachRolePolicy + iam:UpdateAssumeRolePolicy + sts:AssumeRole";
    assert_eq!(account(&[attach, trust], service()), [by_trust]);
}

#[test]
fn a_policy_of_another_counts_too() {
    let of = |resource: &str| {
        let version = allow("iam:CreatePolicyVersion", arn(resource));
        let assume = allow("sts:AssumeRole", role_arn(HERE, "app"));
        let mut account = account(user(HERE, "ann", &[version, assume]));
        let mut app = role(HERE, "app", &trust(json!({"AWS": arn("root")})), &[]);
        app["AttachedManagedPolicies"] = json!([{"PolicyArn": arn("policy/own")}]);
        account.roles.push(app);
        found(&audit_of(&[(HERE, account)]), "privilege-escalation")
    };
    assert_eq!(of("policy/own"), ["ann: iam:CreatePolicyVersion + sts:AssumeRole"]);
    assert_eq!(of("policy/other"), [""; 0]);
}

#[test]
fn roles_that_aws_keeps_cannot_be_changed() {
    let change = allow(json!(["iam:UpdateAssumeRolePolicy", "iam:AttachRolePolicy"]), "*");
    let with_path = |path: &str| {
        let queue = trust(json!({"Service": "sqs.amazonaws.com"}));
        let mut kept = role(HERE, "kept", &queue, &[everything()]);
        kept["Arn"] = json!(arn(&format!("role{path}kept")));
        kept["Path"] = json!(path);
        let account = Account { roles: vec![kept], ..account(ann(std::slice::from_ref(&change))) };
        found(&audit_of(&[(HERE, account)]), "privilege-escalation")
    };
    assert_eq!(with_path("/aws-service-role/sqs.amazonaws.com/"), [""; 0]);
    assert_eq!(with_path("/aws-reserved/sso.amazonaws.com/"), [""; 0]);
    assert_eq!(with_path("/teams/"), ["ann: iam:UpdateAssumeRolePolicy"]);
}

#[test]
fn strangers_who_become_administrators_are_told_apart() {
    let of = |trust: &Value| {
        let mut account = account(ann(&[]));
        account.roles.push(role(HERE, "open", trust, &[everything()]));
        let audit = audit_of(&[(HERE, account)]);
        let outside = audit.findings.iter().filter(|it| it.rule.code == "outside-administrator");
        outside.map(|it| format!("{} {}", it.severity.as_str(), it.detail)).collect::<Vec<_>>()
    };
    let everybody = "everybody: any principal of any account that its administrators allow";
    assert_eq!(of(&trust(json!("*")))[0], format!("critical {everybody}"));
    let external = json!({"StringEquals": {"sts:ExternalId": "x1"}});
    assert_eq!(of(&trust_if(json!({"AWS": "*"}), external))[0], format!("high {everybody}"));
    let account = format!("high any principal of account {THERE} that its administrators allow");
    assert_eq!(of(&trust(json!({"AWS": THERE}))), [account]);
    assert_eq!(of(&trust(json!({"Service": "ec2.amazonaws.com"}))), [""; 0]);
}

/// `ann` is an administrator but for her boundary, which lets her do this.
fn bounded(policies: &[Value], boundary: &[Value]) -> Vec<String> {
    let mut ann = user(HERE, "ann", policies);
    ann["PermissionsBoundary"] = json!({"PermissionsBoundaryArn": arn("policy/boundary")});
    let mut account = account(ann);
    let statements: Vec<&Value> =
        boundary.iter().flat_map(|it| it["Statement"].as_array().unwrap()).collect();
    account.policies.push(managed(HERE, "boundary", &[policy(json!(statements))]));
    found(&audit_of(&[(HERE, account)]), "privilege-escalation")
}

#[test]
fn a_boundary_holds_back_nobody_who_may_take_it_away() {
    let own = |action: &str| allow(action, arn("user/ann"));
    for action in ["iam:DeleteUserPermissionsBoundary", "iam:PutUserPermissionsBoundary"] {
        let able = bounded(&[everything()], &[allow("s3:*", "*"), own(action)]);
        assert_eq!(able, [format!("ann: {action}")]);
        let of_another = allow(action, arn("user/bob"));
        assert_eq!(bounded(&[everything()], &[of_another]), [""; 0], "{action} of another");
        let denied = policy(json!([{"Effect": "Deny", "Action": action, "Resource": "*"}]));
        let denied = bounded(&[everything(), denied], &[own(action)]);
        assert_eq!(denied, [""; 0], "{action} is denied");
        // Whoever has nothing of it without the boundary gains nothing.
        let reads = bounded(&[allow("s3:*", "*"), own(action)], &[own(action)]);
        assert_eq!(reads, [""; 0], "{action} of somebody who may read");
    }
    let only = json!({"StringEquals": {"iam:PermissionsBoundary": arn("policy/boundary")}});
    let put = allow_if("iam:PutUserPermissionsBoundary", &arn("user/ann"), only);
    assert_eq!(bounded(&[everything()], &[put]), [""; 0], "another boundary may not be put");
    let two = bounded(
        &[own("iam:PutUserPolicy"), own("iam:DeleteUserPermissionsBoundary")],
        &[own("iam:DeleteUserPermissionsBoundary")],
    );
    assert_eq!(two, ["ann: iam:DeleteUserPermissionsBoundary + iam:PutUserPolicy"]);
    assert_eq!(bounded(&[everything()], &[allow("s3:*", "*")]), [""; 0]);
}
