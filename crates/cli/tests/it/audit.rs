//! `stead audit`.

use serde_json::Value;

use crate::process::{Scratch, ending};

const ACCOUNT: &str = r#"{
  "UserDetailList": [
    {"Path": "/", "UserName": "ann", "UserId": "AIDAIOSFODNN7EXAMPLE1",
     "Arn": "arn:aws:iam::111122223333:user/ann",
     "UserPolicyList": [{"PolicyName": "keys", "PolicyDocument": {
       "Version": "2012-10-17",
       "Statement": [{"Effect": "Allow", "Action": "iam:CreateAccessKey",
         "Resource": "arn:aws:iam::111122223333:user/boss"}]}}]},
    {"Path": "/", "UserName": "boss", "UserId": "AIDAIOSFODNN7EXAMPLE2",
     "Arn": "arn:aws:iam::111122223333:user/boss",
     "AttachedManagedPolicies": [{"PolicyName": "AdministratorAccess",
       "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}]}
  ],
  "RoleDetailList": [
    {"Path": "/", "RoleName": "app", "RoleId": "AROAIOSFODNN7EXAMPLE1",
     "Arn": "arn:aws:iam::111122223333:role/app",
     "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{
       "Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"},
       "Action": "sts:AssumeRole"}]}}
  ]
}"#;

fn scratch(name: &str) -> Scratch {
    Scratch::with_account(name, ACCOUNT)
}

fn run(scratch: &Scratch, arguments: &[&str]) -> (i32, String, String) {
    ending(scratch.path(), &[&["audit"], arguments].concat())
}

#[test]
fn findings_are_told_with_their_places() {
    let scratch = scratch("audit");
    let (code, out, err) = run(&scratch, &["accounts", "--severity", "high"]);
    let wanted = "\
high[administrator-user]: user `boss` may do everything, IAM included
  arn:aws:iam::111122223333:user/boss
    allowed by arn:aws:iam::aws:policy/AdministratorAccess, statement 0
  fix: have people assume a role with a second factor, and take the policy from the user
  see: AWS Security Hub IAM.1, CIS AWS Foundations Benchmark v1.4.0/1.16

high[privilege-escalation]: `user/ann` can make itself an administrator: iam:CreateAccessKey
  arn:aws:iam::111122223333:user/ann
    user arn:aws:iam::111122223333:user/ann may call iam:CreateAccessKey on arn:aws:iam::111122223333:user/boss
    an Allow of iam:CreateAccessKey: keys of arn:aws:iam::111122223333:user/ann, statement 0
      --> accounts/111122223333.json:7:22
  fix: take away one call of the way, name the resources it may be about, or set a permissions boundary and make it a condition
  see: https://pathfinding.cloud

note: no service control policy of account 111122223333 is in view: what one denies is not seen
note: no credential report of account 111122223333 was given: passwords, access keys and second factors were not looked at
note: no role of account 111122223333 says when it was used last: unused ones were not looked for

0 critical, 2 high, 0 medium, 0 low, 0 informational
2 users and 1 roles of 111122223333
";
    assert_eq!((code, out.as_str(), err.as_str()), (4, wanted, ""));
}

#[test]
fn a_file_is_taken_as_a_directory_is_and_one_name_twice_is_refused() {
    let scratch = scratch("audit-file");
    let (code, of_file, _) = run(&scratch, &["accounts/111122223333.json", "--json"]);
    let (_, of_directory, _) = run(&scratch, &["accounts", "--json"]);
    let findings = |text: &str| serde_json::from_str::<Value>(text).unwrap()["findings"].clone();
    assert_eq!((code, findings(&of_file)), (4, findings(&of_directory)));
    let (code, _, err) = run(&scratch, &["accounts/111122223333.json", "accounts"]);
    assert_eq!(code, 1);
    assert!(err.contains("have one name"), "{err}");
    let (code, _, err) = run(&scratch, &["nothing"]);
    assert_eq!(code, 1, "{err}");
}

#[test]
fn the_object_has_its_documented_form() {
    let scratch = scratch("audit-json");
    let (_, out, _) = run(&scratch, &["accounts", "--json", "--at", "2026-01-01T00:00:00Z"]);
    let report: Value = serde_json::from_str(&out).unwrap();
    let members = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(
        members(&report),
        ["accounts", "at", "counts", "findings", "known", "notes", "roles", "users", "version"]
    );
    assert_eq!(report["version"], 1);
    let finding = &report["findings"][1];
    assert_eq!(
        members(finding),
        [
            "account",
            "evidence",
            "fix",
            "id",
            "message",
            "path",
            "references",
            "rule",
            "severity",
            "subject",
            "title",
        ]
    );
    assert_eq!(finding["id"], "privilege-escalation arn:aws:iam::111122223333:user/ann");
    assert_eq!(members(&finding["path"][0]), ["becomes", "calls", "from", "method"]);
    assert_eq!(members(&finding["evidence"][1]), ["column", "file", "line", "text"]);
}

#[test]
fn what_the_baseline_has_is_left_out() {
    let scratch = scratch("audit-baseline");
    let (_, known, _) = run(&scratch, &["accounts", "--json"]);
    std::fs::write(scratch.path().join("known.json"), &known).unwrap();
    let (code, out, err) = run(&scratch, &["accounts", "--baseline", "known.json", "--json"]);
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, report["findings"].as_array().unwrap().len()), (0, 0), "{err}");
    let count =
        serde_json::from_str::<Value>(&known).unwrap()["findings"].as_array().unwrap().len();
    assert_eq!(report["known"], count);
    // Somebody new is told, and nobody else.
    let more = ACCOUNT.replace("user/boss\"}]}}]}", "user/boss\"}]}}]},
      {\"UserName\": \"eve\", \"Arn\": \"arn:aws:iam::111122223333:user/eve\",
       \"UserPolicyList\": [{\"PolicyName\": \"all\", \"PolicyDocument\": {\"Version\": \"2012-10-17\",
        \"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\"}]}}]}");
    std::fs::write(scratch.path().join("accounts/111122223333.json"), more).unwrap();
    let (code, out, _) = run(&scratch, &["accounts", "--baseline", "known.json", "--csv"]);
    let subjects: Vec<&str> =
        out.lines().skip(1).map(|line| line.split(',').nth(3).unwrap()).collect();
    assert_eq!(code, 4);
    assert_eq!(subjects, ["arn:aws:iam::111122223333:user/eve"; 3]);
    std::fs::write(scratch.path().join("known.json"), "{}").unwrap();
    let (code, _, err) = run(&scratch, &["accounts", "--baseline", "known.json"]);
    assert_eq!(code, 1);
    assert!(err.contains("is no report"), "{err}");
}

#[test]
fn sarif_has_a_rule_and_a_place_for_each_finding() {
    let scratch = scratch("audit-sarif");
    let (code, out, _) = run(&scratch, &["accounts", "--sarif"]);
    let report: Value = serde_json::from_str(&out).unwrap();
    let run = &report["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    assert_eq!((code, results.len()), (4, 4));
    for result in results {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(result["partialFingerprints"]["steadAudit/v1"].is_string());
        assert_eq!(result["locations"].as_array().unwrap().len(), 1);
    }
    let place = &results[1]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "accounts/111122223333.json");
    assert_eq!(place["region"]["startLine"], 7);
}

#[test]
fn one_form_at_a_time() {
    let scratch = scratch("audit-forms");
    let (code, _, _) = run(&scratch, &["accounts", "--json", "--csv"]);
    assert_eq!(code, 2);
    let (code, _, _) = run(&scratch, &[]);
    assert_eq!(code, 2);
}

#[test]
fn credential_reports_are_read_and_what_is_none_is_refused() {
    let scratch = scratch("audit-credentials");
    let report = "user,arn,password_enabled,mfa_active,access_key_1_active,\
        access_key_1_last_rotated,access_key_1_last_used_date,access_key_2_active,\
        access_key_2_last_rotated\n<root_account>,arn:aws:iam::111122223333:root,not_supported,\
        true,true,2026-01-01T00:00:00+00:00,N/A,false,N/A\n";
    std::fs::write(scratch.path().join("report.csv"), report).unwrap();
    let flags = ["accounts", "--severity", "critical", "--credential-report", "report.csv"];
    let (code, out, err) = run(&scratch, &flags);
    assert_eq!((code, err.as_str()), (4, ""));
    assert!(
        out.starts_with("critical[root-access-key]: the root user of account 111122223333 has")
    );
    assert!(!out.contains("no credential report"), "{out}");
    std::fs::write(scratch.path().join("report.csv"), "{}").unwrap();
    let (code, _, err) = run(&scratch, &flags);
    assert_eq!(code, 1);
    assert!(err.contains("`report.csv` is no credential report"), "{err}");
    let (code, _, _) = run(&scratch, &["accounts", "--unused-days", "0"]);
    assert_eq!(code, 2);
}

#[test]
fn the_page_stands_alone_and_nothing_of_the_accounts_gets_out_of_its_place() {
    let scratch = scratch("audit-html");
    let hostile = r#"</li><script src=\"https://example.com\">alert('x')</script>"#;
    let trust = r#""Principal": {"AWS": "444455556666"}, "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": "HOSTILE"}}}, {"Effect": "Allow",
        "Principal": {"Service": "ec2.amazonaws.com"}"#;
    let account = ACCOUNT
        .replace(r#""Principal": {"Service": "ec2.amazonaws.com"}"#, &trust.replace("HOSTILE", hostile))
        .replace("boss\"}]}}]},", "boss\"}]}}, {\"PolicyName\": \"go\", \"PolicyDocument\": {\"Version\": \"2012-10-17\",
          \"Statement\": [{\"Sid\": \"x\", \"Effect\": \"Allow\", \"Action\": [\"<b>:*\", \"s3:*\"], \"Resource\": \"*\"}]}}]},");
    std::fs::write(scratch.path().join("accounts/111122223333.json"), account).unwrap();
    let (code, _, err) = run(&scratch, &["accounts", "--html", "audit.html"]);
    assert_eq!((code, err.as_str()), (4, ""));
    let page = std::fs::read_to_string(scratch.path().join("audit.html")).unwrap();
    assert!(page.contains("&lt;/li&gt;&lt;script src="), "{page}");
    for part in ["<script", "<b>:", " src=\"", "url(", "@import", "onload"] {
        assert!(!page.contains(part), "{part}");
    }
    let links: Vec<&str> =
        page.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let is_known = |link: &&str| {
        link.starts_with("https://docs.aws.amazon.com/") || **link == *"https://pathfinding.cloud"
    };
    assert!(!links.is_empty() && links.iter().all(is_known), "{links:?}");
    assert!(page.contains("default-src 'none'") && page.contains("<svg "), "{page}");
    assert!(page.contains("111122223333:user/ann</text>"), "{page}");
    // What is opened is closed, in the order in which it was opened.
    let mut open: Vec<&str> = Vec::new();
    for tag in page.split('<').skip(1).map(|rest| rest.split('>').next().unwrap()) {
        let name = tag.split([' ', '\n']).next().unwrap();
        match name.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name)),
            None if tag.ends_with('/') || ["!doctype", "meta"].contains(&name) => {}
            None => open.push(name),
        }
    }
    assert_eq!(open, [""; 0]);
}

#[test]
fn a_policy_is_proposed_from_recorded_calls() {
    let scratch = scratch("audit-least");
    let account = ACCOUNT.replace(
        r#""AssumeRolePolicyDocument""#,
        r#""RolePolicyList": [{"PolicyName": "all", "PolicyDocument": {"Version": "2012-10-17",
          "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}}],
        "AssumeRolePolicyDocument""#,
    );
    std::fs::write(scratch.path().join("accounts/111122223333.json"), account).unwrap();
    let event = r#"{"eventSource": "s3.amazonaws.com", "eventName": "GetObject",
        "userIdentity": {"type": "AssumedRole", "sessionContext": {"sessionIssuer":
          {"arn": "arn:aws:iam::111122223333:role/app"}}},
        "resources": [{"ARN": "arn:aws:s3:::reports/x"}]}"#;
    std::fs::write(scratch.path().join("trail.json"), event).unwrap();
    let flags = ["accounts", "--activity", "trail.json", "--least-privilege", "app"];
    let (code, out, err) = run(&scratch, &flags);
    let policy: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &policy["Statement"][0]["Action"][0]), (0, &Value::from("s3:GetObject")));
    assert_eq!(policy["Statement"][0]["Resource"][0], "arn:aws:s3:::reports/x");
    assert!(err.contains("iam:PassRole, which is no call"), "{err}");
    let (code, out, _) = run(&scratch, &[&flags[..], &["--json"]].concat());
    let proposal: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &proposal["policy"], &proposal["version"]), (0, &policy, &Value::from(1)));
    let (code, _, err) =
        run(&scratch, &["accounts", "--activity", "trail.json", "--least-privilege", "nobody"]);
    assert_eq!(code, 1, "{err}");
    let (code, _, _) = run(&scratch, &["accounts", "--least-privilege", "app"]);
    assert_eq!(code, 2);
    std::fs::write(scratch.path().join("trail.json"), "[]").unwrap();
    let (code, _, err) = run(&scratch, &flags);
    assert_eq!(code, 1);
    assert!(err.contains("`trail.json` has no recorded calls"), "{err}");
}
