//! `stead who-can` and `stead can`.

use serde_json::Value;

use crate::process::{Scratch, ending};

const ACCOUNT: &str = r#"{
  "UserDetailList": [{
    "Path": "/", "UserName": "ann", "UserId": "AIDAIOSFODNN7EXAMPLE1",
    "Arn": "arn:aws:iam::111122223333:user/ann",
    "UserPolicyList": [{"PolicyName": "work", "PolicyDocument": {
      "Version": "2012-10-17",
      "Statement": [
        {"Sid": "Jump", "Effect": "Allow", "Action": "sts:AssumeRole",
         "Resource": "arn:aws:iam::111122223333:role/jump"},
        {"Sid": "Read", "Effect": "Allow", "Action": ["s3:Get*", "s3:ListBucket"],
         "Resource": "arn:aws:s3:::reports*"}]
    }}]
  }],
  "RoleDetailList": [
    {"Path": "/", "RoleName": "jump", "RoleId": "AROAIOSFODNN7EXAMPLE1",
     "Arn": "arn:aws:iam::111122223333:role/jump",
     "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{
       "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
       "Action": "sts:AssumeRole",
       "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}]}},
    {"Path": "/", "RoleName": "deploy", "RoleId": "AROAIOSFODNN7EXAMPLE2",
     "Arn": "arn:aws:iam::111122223333:role/deploy",
     "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [
       {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/jump"},
        "Action": "sts:AssumeRole"},
       {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"},
        "Action": "sts:AssumeRole"}]}}
  ]
}"#;

fn scratch(name: &str) -> Scratch {
    Scratch::with_account(name, ACCOUNT)
}

fn run(scratch: &Scratch, arguments: &[&str]) -> (i32, String, String) {
    ending(scratch.path(), &[arguments, &["--accounts", "accounts"]].concat())
}

#[test]
fn everybody_who_can_is_named_with_the_way_and_the_conditions() {
    let scratch = scratch("who-can");
    let (code, out, err) = run(&scratch, &["who-can", "assume", "deploy"]);
    let wanted = "\
role arn:aws:iam::111122223333:role/jump
service ec2.amazonaws.com
user arn:aws:iam::111122223333:user/ann
    -> arn:aws:iam::111122223333:role/jump
       if aws:MultiFactorAuthPresent = \"true\"  (Bool true, role trust policy)
    -> arn:aws:iam::111122223333:role/deploy
";
    assert_eq!((code, out.as_str(), err.as_str()), (0, wanted, ""));
    let (code, out, _) = run(&scratch, &["who-can", "assume", "deploy", "--json"]);
    let answer: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &answer["version"]), (0, &1.into()));
    assert_eq!(answer["principals"][1]["principal"]["kind"], "service");
    let ann = &answer["principals"][2];
    assert_eq!((&ann["verdict"], &ann["principal"]["kind"]), (&"allowed".into(), &"user".into()));
    assert_eq!(ann["path"][0]["conditions"][0]["value"], "true");
}

#[test]
fn graphs_have_each_hop_once() {
    let scratch = scratch("who-can-graph");
    let graph = |form| run(&scratch, &["who-can", "assume", "deploy", "--graph", form]).1;
    let dot = "\
digraph access {
  rankdir=LR;
  node [shape=box];
  n0 [label=\"arn:aws:iam::111122223333:role/jump\"];
  n1 [label=\"arn:aws:iam::111122223333:role/deploy\"];
  n2 [label=\"service ec2.amazonaws.com\", style=rounded];
  n3 [label=\"user arn:aws:iam::111122223333:user/ann\", style=rounded];
  n0 -> n1 [label=\"sts:AssumeRole\"];
  n2 -> n1 [label=\"sts:AssumeRole\"];
  n3 -> n0 [label=\"sts:AssumeRole\\naws:MultiFactorAuthPresent = \\\"true\\\"\"];
}
";
    assert_eq!(graph("dot"), dot);
    let mermaid = graph("mermaid");
    let edge = "  n3 -->|\"sts:AssumeRole<br/>aws:MultiFactorAuthPresent = #34;true#34;\"| n0\n";
    assert!(mermaid.starts_with("flowchart LR\n") && mermaid.ends_with(edge), "{mermaid}");
    let json: Value = serde_json::from_str(&graph("json")).unwrap();
    assert_eq!(json["nodes"].as_array().unwrap().len(), 4);
    assert_eq!(json["edges"].as_array().unwrap().len(), 3);
}

#[test]
fn what_somebody_can_become_and_do_is_told() {
    let scratch = scratch("can");
    let (code, out, err) = run(&scratch, &["can", "ann"]);
    let wanted = "\
user arn:aws:iam::111122223333:user/ann

can become:
  arn:aws:iam::111122223333:role/jump
    if aws:MultiFactorAuthPresent = \"true\"  (Bool true, role trust policy)
  arn:aws:iam::111122223333:role/deploy
    -> arn:aws:iam::111122223333:role/jump
       if aws:MultiFactorAuthPresent = \"true\"  (Bool true, role trust policy)
    -> arn:aws:iam::111122223333:role/deploy

can do, by its own policies:
  statement 0 (Jump) of work of arn:aws:iam::111122223333:user/ann
    sts:AssumeRole on arn:aws:iam::111122223333:role/jump
      if aws:MultiFactorAuthPresent = \"true\"  (Bool true, role trust policy)
  statement 1 (Read) of work of arn:aws:iam::111122223333:user/ann
    s3:Get*, s3:ListBucket on arn:aws:s3:::reports*
";
    assert_eq!((code, out.as_str(), err.as_str()), (0, wanted, ""));
}

#[test]
fn nobody_and_what_is_not_there_are_told_apart() {
    let scratch = scratch("who-can-not");
    let bucket = "arn:aws:s3:::other/x";
    let (code, out, _) = run(&scratch, &["who-can", "s3:PutObject", bucket]);
    assert_eq!(code, 0, "{out}");
    assert!(out.starts_with("the root user of account 111122223333\n"), "{out}");
    assert!(out.contains("\nnote: policies of resources other than roles"), "{out}");
    let elsewhere = "arn:aws:sqs:eu-west-1:444455556666:q";
    let (code, out, _) = run(&scratch, &["who-can", "sqs:SendMessage", elsewhere]);
    assert_eq!(code, 3, "{out}");
    assert!(out.starts_with("nobody in view can sqs:SendMessage on "), "{out}");
    for (arguments, wanted, ends) in [
        (["who-can", "assume", "deplo"], 1, "is arn:aws:iam::111122223333:role/deploy meant?\n"),
        (["who-can", "s3:GetObjcet", bucket], 2, "lists actions by service\n"),
        (["who-can", "nosuch:Thing", bucket], 2, "lists actions by service\n"),
        (["who-can", "GetObject", bucket], 2, "for the assuming of a role\n"),
        (["who-can", "s3:GetObject", "reports"], 2, ""),
    ] {
        let (code, out, err) = run(&scratch, &arguments);
        assert_eq!((code, out.as_str()), (wanted, ""), "{err}");
        assert!(err.ends_with(ends), "{err}");
    }
    let (code, _, err) = run(&scratch, &["can", "nobody"]);
    assert_eq!(code, 1, "{err}");
}
