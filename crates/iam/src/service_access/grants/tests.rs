use stead_policy::{DocumentKind, parse};

use super::*;

fn policy(statements: &str) -> Policy {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
    parse(&text, DocumentKind::Identity).policy.expect(statements)
}

fn statement(effect: &str, action: &str, resource: &str, condition: &str) -> String {
    let condition = match condition {
        "" => String::new(),
        _ => format!(r#","Condition":{condition}"#),
    };
    format!(r#"{{"Effect":"{effect}","Action":"{action}","Resource":"{resource}"{condition}}}"#)
}

const NOBODY: &str = r#"{"StringEquals":{"aws:username":"nobody"}}"#;
const A: &str = "arn:aws:s3:::a/*";
const B: &str = "arn:aws:s3:::b/*";

/// Cases of one user with one policy: whether the policy is listed for S3, and whether S3 is
/// in the report.
///
/// Observed: radkawar/stackd, recorded in 2026, where both are said; else the first.
fn cases() -> Vec<(String, bool, bool)> {
    let allow = |action: &str, resource: &str| statement("Allow", action, resource, "");
    let deny = |action: &str, resource: &str| statement("Deny", action, resource, "");
    let both = |one: String, other: String| format!("{one},{other}");
    let object = "s3:GetObject";
    vec![
        (allow(object, "*"), true, true),
        (deny("s3:*", "*"), false, false),
        (both(allow(object, "*"), deny("s3:*", "*")), false, false),
        (statement("Allow", object, "*", NOBODY), true, true),
        (allow(object, "arn:aws:iam::111122223333:user/nobody"), false, false),
        (allow("s3:StackdUnmodeledAction", "*"), true, false),
        (allow("stackdunmodeled:Read", "*"), false, false),
        (allow("s3:Get*", "*"), true, true),
        (allow("S3:GETOBJECT", "*"), true, true),
        (allow("*", "*"), true, true),
        (r#"{"Effect":"Allow","NotAction":"s3:*","Resource":"*"}"#.into(), false, false),
        (r#"{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}"#.into(), true, true),
        (format!(r#"{{"Effect":"Allow","Action":"{object}","NotResource":"*"}}"#), false, false),
        (format!(r#"{{"Effect":"Allow","Action":"{object}","NotResource":"{A}"}}"#), true, true),
        (both(allow(object, "*"), statement("Deny", "s3:*", "*", NOBODY)), true, true),
        (allow(object, "arn:aws:s3:::a"), true, false),
        (both(allow(object, A), deny("s3:*", B)), true, true),
        (both(allow(object, A), deny("s3:*", A)), true, false),
        (both(allow(object, A), deny(object, A)), true, false),
        (both(allow(object, A), deny("s3:*", "arn:aws:s3:::*")), true, false),
        (both(allow(object, A), deny(object, "*")), true, false),
        (both(allow("s3:*", "*"), deny("s3:*", A)), true, true),
        (both(statement("Allow", object, "*", NOBODY), deny("s3:*", "*")), false, false),
        (
            both(
                allow(object, A),
                format!(r#"{{"Effect":"Deny","Action":"{object}","NotResource":"{A}"}}"#),
            ),
            true,
            true,
        ),
        (
            both(
                allow(object, A),
                format!(r#"{{"Effect":"Deny","Action":"{object}","NotResource":"{B}"}}"#),
            ),
            true,
            false,
        ),
    ]
}

#[test]
fn services_are_granted_as_recorded() {
    let s3 = stead_catalogue::service("s3").unwrap();
    for (statements, listed, reported) in cases() {
        let policy = policy(&statements);
        assert_eq!(grants_service(&policy, s3), listed, "{statements}");
        let found = Granted::by([&policy]).of(s3, 1);
        assert_eq!(!found.is_empty(), reported, "{statements}");
    }
}

#[test]
fn a_report_takes_all_policies_together() {
    let allow = policy(&statement("Allow", "sqs:SendMessage", "*", ""));
    let deny = policy(&statement("Deny", "sqs:*", "*", ""));
    let sqs = stead_catalogue::service("sqs").unwrap();
    assert_eq!(Granted::by([&allow]).of(sqs, 9).len(), 1);
    assert!(Granted::by([&allow, &deny]).of(sqs, 9).is_empty());
    assert!(grants_service(&allow, sqs));
}

#[test]
fn actions_are_told_one_by_one() {
    let policy = policy(&statement("Allow", "iam:*User", "*", ""));
    let iam = stead_catalogue::service("iam").unwrap();
    let names: Vec<&str> =
        Granted::by([&policy]).of(iam, usize::MAX).iter().map(|it| it.name).collect();
    assert!(names.contains(&"GetUser") && !names.contains(&"GetRole"), "{names:?}");
    assert_eq!(Granted::by([&policy]).of(iam, 1).len(), 1);
}

#[test]
fn much_to_compare_comes_to_an_end() {
    let resources: Vec<String> =
        (0..60).map(|number| format!(r#""arn:aws:s3:*:*:{number}*""#)).collect();
    let text = format!(r#"{{"Effect":"Allow","Action":"*","Resource":[{}]}}"#, resources.join(","));
    let policy = policy(&text);
    let mut granted = Granted::by([&policy]);
    let services = stead_catalogue::services().filter_map(stead_catalogue::service);
    let found: usize = services.map(|service| granted.of(service, usize::MAX).len()).sum();
    assert!(found > 0);
}
