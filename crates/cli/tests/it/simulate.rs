//! `stead simulate`: what is printed, what is refused, and how it ends.

use serde_json::{Value, json};

use crate::process::{Scratch, ending, stead};

const POLICY: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {"Sid": "Read", "Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::reports/*"},
    {
      "Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::reports/*",
      "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    },
    {"Sid": "Never", "Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::reports/secret/*"}
  ]
}
"#;

const DETAILS: &str = r#"{
  "UserDetailList": [{
    "UserName": "ann", "Arn": "arn:aws:iam::111122223333:user/ann",
    "UserPolicyList": [{"PolicyName": "assume", "PolicyDocument": {
      "Version": "2012-10-17",
      "Statement": {"Effect": "Allow", "Action": ["sts:AssumeRole", "s3:*"], "Resource": "*"}
    }}]
  }],
  "RoleDetailList": [{
    "RoleName": "deploy", "Arn": "arn:aws:iam::111122223333:role/deploy",
    "AssumeRolePolicyDocument": {
      "Version": "2012-10-17",
      "Statement": [{
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": "7f3a"}}
      }]
    }
  }]
}"#;

const GUARDRAIL: &str = r#"{"Version": "2012-10-17", "Statement": [
  {"Effect": "Allow", "Action": "*", "Resource": "*"},
  {"Sid": "NoDeletion", "Effect": "Deny", "Action": "s3:DeleteBucket", "Resource": "*"}
]}"#;

const ANN: &str = "arn:aws:iam::111122223333:user/ann";
const DEPLOY: &str = "arn:aws:iam::111122223333:role/deploy";

fn scratch(name: &str) -> Scratch {
    let scratch = Scratch::new(&format!("simulate-{name}"));
    let account = scratch.path().join("accounts/111122223333");
    std::fs::create_dir_all(&account).unwrap();
    std::fs::write(account.join("details.json"), DETAILS).unwrap();
    std::fs::write(account.join("scp.json"), GUARDRAIL).unwrap();
    std::fs::write(scratch.path().join("policy.json"), POLICY).unwrap();
    scratch
}

fn simulate(scratch: &Scratch, arguments: &[&str]) -> (i32, String, String) {
    ending(scratch.path(), &[&["simulate"], arguments].concat())
}

fn over_accounts(scratch: &Scratch, arguments: &[&str]) -> (i32, String, String) {
    simulate(scratch, &[&["--accounts", "accounts"], arguments].concat())
}

fn objects(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_table_is_answered_in_its_order_with_the_statements() {
    let scratch = scratch("human");
    let (code, out, err) = simulate(
        &scratch,
        &[
            "--policy",
            "policy.json",
            "--action",
            "s3:GetObject",
            "--action",
            "s3:PutObject",
            "--resource",
            "arn:aws:s3:::reports/a",
            "--resource",
            "arn:aws:s3:::reports/secret/a",
        ],
    );
    let wanted = "\
allowed        arn:aws:iam::123456789012:user/supposed  s3:GetObject  arn:aws:s3:::reports/a
    allowed by identity-based policy, statement 0 (Read), policy.json:4:5
explicit-deny  arn:aws:iam::123456789012:user/supposed  s3:GetObject  arn:aws:s3:::reports/secret/a
    denied by identity-based policy, statement 2 (Never), policy.json:9:5
implicit-deny  arn:aws:iam::123456789012:user/supposed  s3:PutObject  arn:aws:s3:::reports/a
    no identity-based policy allows it
    not told: aws:SourceIp
explicit-deny  arn:aws:iam::123456789012:user/supposed  s3:PutObject  arn:aws:s3:::reports/secret/a
    denied by identity-based policy, statement 2 (Never), policy.json:9:5
    not told: aws:SourceIp
4 requests: 1 allowed, 2 denied by a statement, 1 by none that allows
";
    assert_eq!((code, out.as_str(), err.as_str()), (3, wanted, ""));
}

#[test]
fn a_role_is_asked_of_its_trust_policy_too() {
    let scratch = scratch("role");
    let request = ["--caller", ANN, "--action", "sts:AssumeRole", "--resource", DEPLOY];
    let (code, out, _) = over_accounts(&scratch, &request);
    assert_eq!(code, 3, "{out}");
    assert!(
        out.contains("no role trust policy allows it\n    not told: sts:ExternalId\n"),
        "{out}"
    );
    let told = [&request[..], &["--context", "sts:ExternalId=7f3a", "--json"]].concat();
    let (code, out, err) = over_accounts(&scratch, &told);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    let answer = &objects(&out)[0];
    assert_eq!((&answer["version"], &answer["decision"]), (&json!(1), &json!("allowed")));
    assert_eq!(answer["request"]["context"], json!({"sts:ExternalId": ["7f3a"]}));
    let layers: Vec<&Value> =
        answer["statements"].as_array().unwrap().iter().map(|it| &it["layer"]).collect();
    assert!(layers.contains(&&json!("trust")) && layers.contains(&&json!("identity")), "{out}");
    let of = |layer: &str| {
        answer["statements"].as_array().unwrap().iter().find(|it| it["layer"] == layer).unwrap()
    };
    let trust = of("trust");
    assert_eq!(
        (&trust["file"], &trust["line"]),
        (&json!("accounts/111122223333/details.json"), &json!(13))
    );
    // A statement that stands alone, without a list.
    assert_eq!((&of("identity")["line"], &of("identity")["policy"]), (&json!(6), &json!("assume")));
}

#[test]
fn a_service_control_policy_denies_with_its_statement() {
    let scratch = scratch("scp");
    let request = ["--caller", ANN, "--action", "s3:DeleteBucket", "--resource", "arn:aws:s3:::a"];
    let (code, out, _) = over_accounts(&scratch, &[&request[..], &["--json"]].concat());
    let answer = &objects(&out)[0];
    assert_eq!((code, &answer["decision"]), (3, &json!("explicit-deny")));
    assert_eq!(answer["blockedBy"], json!([{"layer": "scp", "decision": "explicit-deny"}]));
    let statement = &answer["statements"][0];
    assert_eq!((&statement["sid"], &statement["line"]), (&json!("NoDeletion"), &json!(3)));
    assert_eq!(statement["file"], "accounts/111122223333/scp.json");
}

#[test]
fn a_long_table_is_answered_in_its_order() {
    let scratch = scratch("long");
    let mut table = "action,resource,aws:SourceIp\n".to_owned();
    for number in 0..3_000 {
        let from = if number % 3 == 0 { "203.0.113.7" } else { "198.51.100.1" };
        table.push_str(&format!("s3:PutObject,arn:aws:s3:::reports/{number},{from}\n"));
    }
    std::fs::write(scratch.path().join("table.csv"), table).unwrap();
    let arguments = ["--policy", "policy.json", "--requests", "table.csv", "--json"];
    let (code, out, err) = simulate(&scratch, &arguments);
    assert_eq!((code, err.as_str()), (3, ""));
    let answers = objects(&out);
    assert_eq!(answers.len(), 3_000);
    for (number, answer) in answers.iter().enumerate() {
        let wanted = if number % 3 == 0 { "allowed" } else { "implicit-deny" };
        assert_eq!(answer["request"]["resource"], format!("arn:aws:s3:::reports/{number}"));
        assert_eq!(
            (&answer["request"]["line"], &answer["decision"]),
            (&json!(number + 2), &json!(wanted))
        );
    }
}

/// Three of which two are as expected; the name of the third has all that is escaped.
const EXPECTED: &str = "\
caller,action,resource,expect
arn:aws:iam::111122223333:user/ann,s3:GetObject,arn:aws:s3:::a,allow
arn:aws:iam::111122223333:user/ann,s3:DeleteBucket,arn:aws:s3:::a,deny
arn:aws:iam::111122223333:user/ann,s3:PutObject,\"arn:aws:s3:::<a>&'\"\"%,\u{1}\",deny
";

#[test]
fn what_is_expected_is_a_test_suite() {
    let scratch = scratch("expect");
    let file = scratch.path().join("access.csv");
    std::fs::write(&file, EXPECTED).unwrap();
    let arguments = ["--expect", "access.csv", "--junit", "report.xml", "--github"];
    let (code, out, err) = over_accounts(&scratch, &arguments);
    assert_eq!((code, err.as_str()), (4, ""), "{out}");
    assert!(out.starts_with("access.csv:4: expected deny, found:\nallowed        arn:"), "{out}");
    assert!(out.contains("\n3 requests: 2 as expected, 1 not\n::error file=access.csv,line=4::expected deny, found allowed: "), "{out}");
    let annotation = out.lines().last().unwrap();
    assert!(annotation.contains("<a>&'\"%25,\u{fffd}%0A"), "{annotation}");
    let report = std::fs::read_to_string(scratch.path().join("report.xml")).unwrap();
    let names = elements(&report);
    assert_eq!(names, ["testsuites", "testsuite", "testcase", "testcase", "testcase", "failure"]);
    assert!(
        report.contains("<testsuite name=\"access.csv\" tests=\"3\" failures=\"1\">"),
        "{report}"
    );
    assert!(report.contains("file=\"access.csv\" line=\"4\""), "{report}");
    // The last is as expected without what is different.
    let same: String = EXPECTED.lines().take(3).map(|line| format!("{line}\n")).collect();
    std::fs::write(&file, same).unwrap();
    let (code, out, _) = over_accounts(&scratch, &arguments);
    assert_eq!((code, out.as_str()), (0, "2 requests: 2 as expected, 0 not\n"));
}

/// The names of the elements of a document that is well-formed, with what attributes say.
fn elements(document: &str) -> Vec<String> {
    let mut reader = quick_xml::Reader::from_str(document);
    reader.config_mut().check_end_names = true;
    let mut names = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Start(element) | quick_xml::events::Event::Empty(element) => {
                for attribute in element.attributes() {
                    let text = attribute.unwrap().value.into_owned();
                    let text = quick_xml::escape::unescape(&text).unwrap().into_owned();
                    assert!(!text.contains('\u{1}'), "{text}");
                    if text.contains("<a>") {
                        assert!(text.contains("arn:aws:s3:::<a>&'\"%,\u{fffd}"), "{text}");
                    }
                }
                names.push(element.name().as_ref().to_owned());
            }
            quick_xml::events::Event::Eof => return names,
            _ => {}
        }
    }
}

#[test]
fn annotations_come_by_themselves_on_github_and_leave_json_alone() {
    let scratch = scratch("github");
    std::fs::write(scratch.path().join("access.csv"), EXPECTED).unwrap();
    let arguments = ["simulate", "--accounts", "accounts", "--expect", "access.csv", "--json"];
    let output = stead(scratch.path(), &arguments).env("GITHUB_ACTIONS", "true").output().unwrap();
    let answers = objects(std::str::from_utf8(&output.stdout).unwrap());
    assert_eq!(output.status.code(), Some(4));
    let as_expected: Vec<&Value> = answers.iter().map(|it| &it["asExpected"]).collect();
    assert_eq!(as_expected, [true, true, false]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.starts_with("::error file=access.csv,line=4::"), "{stderr}");
}

#[test]
fn wrong_files_are_refused_with_line_and_column() {
    let scratch = scratch("wrong");
    let head = "caller,action,resource\n";
    for (text, place, message) in [
        (b"caller,act\na,b\n".to_vec(), ":1:8: ", "`act` is no column"),
        (format!("{head}{ANN},s3:GetObject\n").into_bytes(), ":2:48: ", "2 values for 3 columns"),
        (format!("{head}{ANN},s3:*,*\n").into_bytes(), ":2:36: ", "`s3:*` is no action"),
        (format!("{head}{ANN}x,s3:GetObject,*\n").into_bytes(), ":2:1: ", "among the accounts"),
        (format!("{head}ann,s3:GetObject,*\n").into_bytes(), ":2:1: ", "`ann` is no ARN"),
        (format!("{head},s3:GetObject,*\n").into_bytes(), ":2:1: ", "nothing says who calls"),
        (b"caller,action\n\xff,b\n".to_vec(), ":2:1: ", "not UTF-8"),
        (format!("{head}{}\n", "a".repeat(70_000)).into_bytes(), ":2:1: ", "at most 65536"),
        (b"caller,action,expect\na,b,allow\n".to_vec(), ":2:1: ", "not looked at"),
        (b"{\"action\": 1}\n".to_vec(), ":1:2: ", "expected a text"),
    ] {
        std::fs::write(scratch.path().join("table"), text).unwrap();
        let (code, out, err) = over_accounts(&scratch, &["--requests", "table"]);
        assert_eq!((code, out.as_str()), (1, ""), "{message}: {err}");
        assert!(err.starts_with(&format!("error: table{place}")), "{err}");
        assert!(err.contains(message) && err.contains("\n  help: "), "{err}");
    }
    // All requests are looked at before it ends.
    let many = format!("{head}{}", "x,s3:GetObject,*\n".repeat(12));
    std::fs::write(scratch.path().join("table"), many).unwrap();
    let (code, _, err) = over_accounts(&scratch, &["--requests", "table"]);
    assert_eq!((code, err.matches("error: table:").count()), (1, 10), "{err}");
    assert!(err.ends_with("error: 2 more requests cannot be asked\n"), "{err}");
}

#[test]
fn endings_are_told_apart() {
    let scratch = scratch("endings");
    std::fs::write(scratch.path().join("broken.json"), "{\"Statement\": [{}]}").unwrap();
    std::fs::write(scratch.path().join("access.csv"), "action\ns3:GetObject\n").unwrap();
    let policy = ["--policy", "policy.json"];
    let action = ["--action", "s3:GetObject"];
    let resource = ["--resource", "arn:aws:s3:::reports/a"];
    for (arguments, wanted) in [
        ([&policy[..], &action, &resource].concat(), 0),
        ([&policy[..], &action].concat(), 3),
        ([&policy[..], &resource].concat(), 2),
        (action.to_vec(), 2),
        ([&policy[..], &action, &["--caller", ANN]].concat(), 2),
        ([&policy[..], &action, &["--junit", "x.xml"]].concat(), 2),
        ([&policy[..], &["--expect", "access.csv"]].concat(), 1),
        ([&policy[..], &["--requests", "absent.csv"]].concat(), 1),
        ([&["--policy", "broken.json"], &action[..]].concat(), 1),
        ([&["--policy", "absent.json"], &action[..]].concat(), 1),
        ([&["--accounts", "absent", "--caller", ANN], &action[..]].concat(), 1),
        ([&["--accounts", "accounts"], &action[..]].concat(), 2),
        ([&["--accounts", "accounts", "--caller", "ann"], &action[..]].concat(), 2),
        (vec!["--accounts", "accounts", "--caller", ANN, "--mfa", "--action", "s3:GetObject"], 0),
    ] {
        let (code, out, err) = simulate(&scratch, &arguments);
        assert_eq!(code, wanted, "{arguments:?}\n{out}\n{err}");
    }
    let (_, help, _) = ending(scratch.path(), &["--help"]);
    assert!(help.contains("4 not as expected"), "{help}");
}

const ROLE: &str = "arn:aws:sts::111122223333:assumed-role/deploy/run";

/// A role that may do everything in S3, policies for its sessions, and one of a bucket.
fn with_session(name: &str) -> Scratch {
    let scratch = scratch(name);
    let details = DETAILS.replace(
        "\"RoleName\": \"deploy\",",
        "\"RoleName\": \"deploy\", \"RolePolicyList\": [{\"PolicyName\": \"s3\", \"PolicyDocument\": {
          \"Version\": \"2012-10-17\",
          \"Statement\": {\"Effect\": \"Allow\", \"Action\": \"s3:*\", \"Resource\": \"*\"}}}],",
    );
    let write = |name: &str, text: &str| {
        std::fs::write(scratch.path().join(name), text).unwrap();
    };
    write("accounts/111122223333/details.json", &details);
    write(
        "session.json",
        "{\"Version\": \"2012-10-17\",\n \"Statement\": [{\"Effect\": \"Allow\",\n  \"Action\": \"s3:Get*\", \"Resource\": \"*\"}]}",
    );
    write(
        "bucket.json",
        "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Principal\": \
         {\"AWS\": \"arn:aws:iam::999988887777:user/eve\"}, \"Action\": \"s3:GetObject\",\n \
         \"Resource\": \"arn:aws:s3:::reports/*\"},\n {\"Sid\": \"NotNow\", \"Effect\": \"Deny\", \
         \"Principal\": \"*\", \"Action\": \"s3:PutObject\", \"Resource\": \"*\"}]}",
    );
    scratch
}

#[test]
fn policies_of_the_session_and_of_the_resource_are_asked_too() {
    let scratch = with_session("given");
    let object = "arn:aws:s3:::reports/a";
    let ask = |more: &[&str]| {
        let (code, out, err) = over_accounts(
            &scratch,
            &[&["--caller", ROLE, "--resource", object, "--json"], more].concat(),
        );
        assert!(err.is_empty(), "{err}");
        (code, objects(&out).remove(0))
    };
    let (code, answer) = ask(&["--action", "s3:PutObject"]);
    assert_eq!((code, &answer["decision"]), (0, &json!("allowed")));
    let session = ["--session-policy", "session.json"];
    let (code, answer) = ask(&[&["--action", "s3:PutObject"], &session[..]].concat());
    assert_eq!((code, &answer["decision"]), (3, &json!("implicit-deny")));
    assert_eq!(answer["blockedBy"], json!([{"layer": "session", "decision": "implicit-deny"}]));
    assert_eq!(answer["request"]["sessionPolicies"], json!(["session.json"]));
    let (code, answer) = ask(&[&["--action", "s3:GetObject"], &session[..]].concat());
    assert_eq!(code, 0, "{answer}");
    let of_session = answer["statements"].as_array().unwrap().iter();
    let of_session: Vec<&Value> = of_session.filter(|it| it["layer"] == "session").collect();
    assert_eq!(
        (&of_session[0]["file"], &of_session[0]["line"]),
        (&json!("session.json"), &json!(2))
    );
    // Several documents allow what one of them does, and a managed policy is one of them.
    let managed = "arn:aws:iam::aws:policy/AdministratorAccess";
    let both = [&["--action", "s3:PutObject", "--session-policy", managed], &session[..]].concat();
    assert_eq!(ask(&both).0, 0);
    let bucket = ["--resource-policy", "bucket.json"];
    let (code, answer) = ask(&[&["--action", "s3:PutObject"], &bucket[..]].concat());
    assert_eq!((code, &answer["decision"]), (3, &json!("explicit-deny")));
    let by = &answer["statements"][0];
    assert_eq!(
        json!([by["layer"], by["sid"], by["file"], by["line"]]),
        json!(["resource", "NotNow", "bucket.json", 3])
    );
    // Somebody of another account is let in by the bucket's policy alone.
    let eve = ["--caller", "arn:aws:iam::999988887777:user/eve", "--action", "s3:GetObject"];
    let owner = ["--context", "aws:ResourceAccount=111122223333", "--resource", object];
    let (code, _, _) = over_accounts(&scratch, &[&eve[..], &owner[..]].concat());
    assert_eq!(code, 3);
    let (code, out, _) = over_accounts(&scratch, &[&eve[..], &owner[..], &bucket[..]].concat());
    assert_eq!(code, 0, "{out}");
}

#[test]
fn policies_stand_in_columns_and_members() {
    let scratch = with_session("given-table");
    let table = format!(
        "caller,action,resource,sessionPolicy,resourcePolicy,expect\n\
         {ROLE},s3:PutObject,arn:aws:s3:::reports/a,,,allow\n\
         {ROLE},s3:PutObject,arn:aws:s3:::reports/a,session.json,,deny\n\
         {ROLE},s3:PutObject,arn:aws:s3:::reports/a,,bucket.json,deny\n\
         {ROLE},s3:GetObject,arn:aws:s3:::reports/a,session.json,bucket.json,allow\n"
    );
    std::fs::write(scratch.path().join("t.csv"), table).unwrap();
    let (code, out, err) = over_accounts(&scratch, &["--expect", "t.csv"]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    let document = json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}});
    let line = json!({"caller": ROLE, "action": "s3:PutObject", "sessionPolicy": [document],
        "resource": "arn:aws:s3:::reports/a", "expect": "deny"});
    std::fs::write(scratch.path().join("t.jsonl"), line.to_string()).unwrap();
    let (code, out, err) = over_accounts(&scratch, &["--expect", "t.jsonl"]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
}

#[test]
fn policies_that_are_none_or_are_nobodys_are_refused() {
    let scratch = with_session("given-wrong");
    let object = ["--resource", "arn:aws:s3:::reports/a", "--action", "s3:GetObject"];
    let refused = |flags: &[&str], wanted: &str, code: i32| {
        let (found, _, err) = over_accounts(&scratch, &[&object[..], flags].concat());
        assert_eq!(found, code, "{err}");
        assert!(err.contains(wanted) && err.contains("help:"), "{err}");
    };
    let session = ["--session-policy", "session.json"];
    refused(&[&["--caller", ANN], &session[..]].concat(), "in no session that has policies", 2);
    refused(
        &["--caller", ROLE, "--session-policy", "bucket.json"],
        "this is no session policy: ",
        2,
    );
    refused(
        &["--caller", ROLE, "--resource-policy", "session.json"],
        "this is no resource policy: ",
        2,
    );
    let (code, _, err) = over_accounts(
        &scratch,
        &[&object[..], &["--caller", ROLE, "--session-policy", "x"]].concat(),
    );
    assert_eq!(code, 1);
    assert!(err.contains("cannot read `x`"), "{err}");
    let role = ["--caller", ROLE, "--action", "sts:AssumeRole", "--resource", DEPLOY];
    let (code, _, err) =
        over_accounts(&scratch, &[&role[..], &["--resource-policy", "bucket.json"]].concat());
    assert_eq!(code, 2);
    assert!(err.contains("the role's trust policy"), "{err}");
    let (code, _, err) = over_accounts(&scratch, &["--expect", "wrong.csv", "--caller", ROLE]);
    assert_eq!(code, 1, "{err}");
    std::fs::write(
        scratch.path().join("wrong.csv"),
        "action,sessionPolicy,expect\ns3:GetObject,bucket.json,allow\n",
    )
    .unwrap();
    let (code, _, err) = over_accounts(&scratch, &["--expect", "wrong.csv", "--caller", ROLE]);
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("wrong.csv:2:14: this is no session policy"), "{err}");
}
