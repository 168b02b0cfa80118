//! Principals put into and taken out of a trust policy, without touching its layout.

use stead_policy::{DocumentKind, PolicyText, parse, replace_strings};

const TEXT: &str = r#"{
  "Statement" : [ { "Effect": "Allow",
    "Principal": {"AWS": ["arn:aws:iam::111122223333:user/Al\u0069ce" , "111122223333"], "Service": "ec2.amazonaws.com"},
    "Action": "sts:AssumeRole", "Condition": {"StringEquals": {"x": "arn:aws:iam::111122223333:user/Alice"}} } ]
}"#;

#[test]
fn principals_are_replaced_and_put_back() {
    let policy = parse(TEXT, DocumentKind::Trust).policy.unwrap();
    let principals: Vec<_> = policy.aws_principals().map(|(_, text)| text.to_owned()).collect();
    assert_eq!(principals, ["arn:aws:iam::111122223333:user/Alice", "111122223333"]);
    let (span, _) = policy.aws_principals().next().unwrap();
    let stored = replace_strings(TEXT, &[(span, "AIDAALICEALICEALICE01".to_owned())]);
    assert!(stored.contains(r#"["AIDAALICEALICEALICE01" , "111122223333"]"#), "{stored}");
    assert!(stored.contains(r#"{"x": "arn:aws:iam::111122223333:user/Alice"}"#), "{stored}");

    let policy = parse(&stored, DocumentKind::Trust).policy.unwrap();
    let (span, id) = policy.aws_principals().next().unwrap();
    assert_eq!(id, "AIDAALICEALICEALICE01");
    let shown = replace_strings(&stored, &[(span, "arn:aws:iam::111122223333:user/Alice".into())]);
    assert_eq!(shown, TEXT.replace("\\u0069", "i"));
}

#[test]
fn quotas_count_what_is_left_without_white_space() {
    let compact = r#"{"Statement":[]}"#;
    assert_eq!(PolicyText::from(compact).counted_characters(), compact.len());
    assert_eq!(PolicyText::from("{ \"Statement\" :\n\t[ ] }").counted_characters(), compact.len());
}
