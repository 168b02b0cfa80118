//! `stead explain --accounts`: what was exported, and what flags or an event tell.

use serde_json::{Value, json};

use crate::process::{Scratch, ending};

pub(crate) const OWNER: &str = r#"{
  "UserDetailList": [],
  "RoleDetailList": [
    {
      "Path": "/", "RoleName": "deploy", "RoleId": "AROAIOSFODNN7EXAMPLE1",
      "Arn": "arn:aws:iam::444455556666:role/deploy",
      "AssumeRolePolicyDocument": {
        "Version": "2012-10-17",
        "Statement": [{
          "Effect": "Allow",
          "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
          "Action": "sts:AssumeRole",
          "Condition": {"StringEquals": {"sts:ExternalId": "7f3a"}}
        }]
      }
    },
    {
      "Path": "/", "RoleName": "release", "RoleId": "AROAIOSFODNN7EXAMPLE2",
      "Arn": "arn:aws:iam::444455556666:role/release",
      "AssumeRolePolicyDocument": {
        "Version": "2012-10-17",
        "Statement": [{
          "Effect": "Allow",
          "Principal": {"Federated": "arn:aws:iam::444455556666:oidc-provider/idp.example.com"},
          "Action": "sts:AssumeRoleWithWebIdentity",
          "Condition": {"StringEquals": {"idp.example.com:sub": "job-8"}}
        }]
      }
    }
  ]
}"#;

pub(crate) const PROVIDER: &str =
    r#"{"Url": "idp.example.com", "ClientIDList": ["sts"], "ThumbprintList": []}"#;

pub(crate) const CALLER: &str = r#"{
  "UserDetailList": [{
    "Path": "/", "UserName": "ann", "UserId": "AIDAIOSFODNN7EXAMPLE1",
    "Arn": "arn:aws:iam::111122223333:user/ann",
    "UserPolicyList": [{"PolicyName": "assume", "PolicyDocument": {
      "Version": "2012-10-17",
      "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}]
    }}]
  }],
  "RoleDetailList": []
}"#;

/// Of `https://idp.example.com`, subject `job-7`, from 2026-03-01T11:59:00Z to 12:59:00Z.
const TOKEN: &str = concat!(
    "eyJhbGciOiJFUzI1NiIsImtpZCI6IjEifQ",
    ".eyJpc3MiOiJodHRwczovL2lkcC5leGFtcGxlLmNvbSIsInN1YiI6ImpvYi03IiwiYXVkIjoic3RzIiwi",
    "aWF0IjoxNzcyMzY2MzQwLCJleHAiOjE3NzIzNjk5NDB9",
    ".c2ln",
);

const ANN: &str = "arn:aws:iam::111122223333:user/ann";
const DEPLOY: &str = "arn:aws:iam::444455556666:role/deploy";
const NOON: &str = "2026-03-01T12:00:00Z";

fn scratch(name: &str) -> Scratch {
    let scratch = Scratch::new(name);
    let accounts = scratch.path().join("accounts");
    std::fs::create_dir_all(accounts.join("shop")).unwrap();
    let write = |name: &str, text: &str| std::fs::write(accounts.join(name), text).unwrap();
    write("shop/details.json", OWNER);
    write("shop/provider.json", PROVIDER);
    write("shop/notes.txt", "not looked at");
    write("111122223333.json", CALLER);
    std::fs::write(scratch.path().join("token"), format!("{TOKEN}\n")).unwrap();
    scratch
}

fn explain(scratch: &Scratch, arguments: &[&str]) -> (i32, String, String) {
    ending(scratch.path(), &[&["explain", "--accounts", "accounts"], arguments].concat())
}

#[test]
fn flags_tell_an_attempt_and_the_place_is_that_in_the_file() {
    let scratch = scratch("accounts");
    let attempt = ["--caller", ANN, "--role", DEPLOY, "--at", NOON];
    let (code, stdout, stderr) = explain(&scratch, &attempt);
    assert_eq!((code, stderr.as_str()), (3, ""), "{stdout}");
    for expected in [
        "denied: trust-external-id-missing, in the trust policy of the role\n",
        "--> accounts/shop/details.json:13:42\n",
        "                                          ^^^^^^^^^^^^^^^^^^^^^^^^\n",
    ] {
        assert!(stdout.contains(expected), "{expected}: {stdout}");
    }
    let (code, stdout, _) = explain(&scratch, &[&attempt[..], &["--external-id", "7f3a"]].concat());
    assert_eq!(code, 0, "{stdout}");
    let (_, stdout, _) = explain(&scratch, &[&attempt[..], &["--json"]].concat());
    let answer: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(answer["where"]["file"], "accounts/shop/details.json");
    assert_eq!((&answer["where"]["line"], &answer["where"]["column"]), (&json!(13), &json!(42)));
}

#[test]
fn a_token_speaks_for_itself() {
    let scratch = scratch("accounts-token");
    let role = "arn:aws:iam::444455556666:role/release";
    let (code, stdout, stderr) =
        explain(&scratch, &["--role", role, "--token", "token", "--at", NOON]);
    assert_eq!((code, stderr.as_str()), (3, ""), "{stdout}");
    assert!(stdout.contains("denied: trust-condition-value-mismatch"), "{stdout}");
    assert!(stdout.contains("expected  job-8\n  actual    job-7\n"), "{stdout}");
}

#[test]
fn the_event_of_a_failed_call_is_explained_and_the_case_can_be_kept() {
    let scratch = scratch("accounts-event");
    let event = json!({
        "eventSource": "sts.amazonaws.com", "eventName": "AssumeRole", "eventTime": NOON,
        "awsRegion": "eu-central-1", "sourceIPAddress": "203.0.113.7",
        "userIdentity": {"type": "IAMUser", "arn": ANN, "accessKeyId": "AKIAIOSFODNN7EXAMPLE"},
        "errorCode": "AccessDenied",
        "errorMessage": format!("User: {ANN} is not authorized to perform: sts:AssumeRole on resource: {DEPLOY}"),
        "requestParameters": {"roleArn": DEPLOY, "roleSessionName": "run", "externalId": "7F3A"},
    });
    let path = scratch.path().join("event.json");
    std::fs::write(&path, event.to_string()).unwrap();
    let (code, stdout, stderr) = explain(&scratch, &["--event", "event.json"]);
    assert_eq!((code, stderr.as_str()), (3, ""), "{stdout}");
    assert!(stdout.contains("denied: trust-external-id-mismatch"), "{stdout}");
    // The case of both is one that is answered alike.
    let (_, case, _) = explain(&scratch, &["--event", "event.json", "--print-case"]);
    std::fs::write(scratch.path().join("case.json"), case).unwrap();
    let json = |arguments: &[&str]| {
        let (_, stdout, _) = ending(scratch.path(), &[&["explain", "--json"], arguments].concat());
        serde_json::from_str::<Value>(&stdout).unwrap()
    };
    let (one, two) = (
        json(&["--case", "case.json"]),
        json(&["--accounts", "accounts", "--event", "event.json"]),
    );
    for member in ["verdict", "cause", "layer", "fixes", "missing"] {
        assert_eq!(one[member], two[member], "{member}");
    }
    // Without the parameters nobody knows of the external id; whoever does can tell.
    let mut unseen = event;
    unseen["requestParameters"] = Value::Null;
    std::fs::write(&path, unseen.to_string()).unwrap();
    let (code, stdout, _) = explain(&scratch, &["--event", "event.json"]);
    assert_eq!(code, 3);
    assert!(stdout.starts_with("unexplained: perhaps trust-external-id-missing"), "{stdout}");
    assert!(stdout.contains("the value of `sts:ExternalId` in the call"), "{stdout}");
    let (_, stdout, _) = explain(&scratch, &["--event", "event.json", "--external-id", "8c1d"]);
    assert!(stdout.starts_with("denied: trust-external-id-mismatch"), "{stdout}");
}

#[test]
fn what_cannot_be_read_is_shown_where_it_stands() {
    let scratch = scratch("accounts-wrong");
    let accounts = scratch.path().join("accounts");
    let attempt = ["--caller", ANN, "--role", DEPLOY, "--at", NOON];
    let refused = |name: &str, text: &str| {
        std::fs::write(accounts.join(name), text).unwrap();
        let (code, stdout, stderr) = explain(&scratch, &attempt);
        std::fs::remove_file(accounts.join(name)).unwrap();
        assert_eq!((code, stdout.as_str()), (1, ""), "{stderr}");
        stderr
    };
    let stderr = refused("zz.json", "{\n  \"UserDetailList\": [,]\n}");
    assert_eq!(
        stderr,
        "error: `accounts/zz.json`: this is not JSON\n --> accounts/zz.json:2:22\n  |\n\
         2 |   \"UserDetailList\": [,]\n  |                      ^\n  \
         help: save what the AWS CLI prints with --output json\n"
    );
    let again = "{\"UserDetailList\": [\n  {\"Arn\": \"arn:aws:iam::111122223333:user/ann\"}\n]}";
    let stderr = refused("zz.json", again);
    assert!(
        stderr.contains(
            "is there twice: `111122223333.json` has it too\n --> accounts/zz.json:2:3\n"
        ),
        "{stderr}"
    );
    assert!(stderr.contains("  help: keep the newer one"), "{stderr}");
    let nameless =
        "{\"RoleDetailList\": [\n  {\"Arn\": \"arn:aws:iam::111122223333:role/app\"}\n]}";
    let stderr = refused("zz.json", nameless);
    assert!(stderr.contains("--> accounts/zz.json:2:3\n"), "{stderr}");
    assert!(stderr.contains("a member `"), "{stderr}");
    std::fs::write(scratch.path().join("event.json"), "{\"eventSource\": \"s3.amazonaws.com\"}")
        .unwrap();
    let (code, _, stderr) = explain(&scratch, &["--event", "event.json"]);
    assert_eq!(code, 1);
    assert!(
        stderr.contains("expected `sts.amazonaws.com` at `/eventSource`\n --> event.json:1:2\n"),
        "{stderr}"
    );
    assert!(stderr.contains("  help: save the event"), "{stderr}");
}

#[test]
fn what_makes_no_attempt_is_a_wrong_use() {
    let scratch = scratch("accounts-use");
    for (arguments, expected) in [
        (&["--caller", ANN][..], "nothing says which role is asked for\n  help: give --role ARN"),
        (&["--role", DEPLOY], "nothing says who called\n  help: give --caller ARN"),
        (&["--role", DEPLOY, "--caller", "ann"], "`ann` is no ARN"),
        (&["--role", DEPLOY, "--caller", ANN, "--tag", "x"], "expected KEY=VALUE"),
        (&["--role", DEPLOY, "--caller", ANN, "--at", "noon"], "`noon` is no moment"),
        (&["--role", DEPLOY, "--caller", ANN, "--source-ip", "here"], "invalid IP address"),
        (&["--case", "case.json"], "cannot be used with"),
    ] {
        let (code, _, stderr) = explain(&scratch, arguments);
        assert_eq!(code, 2, "{stderr}");
        assert!(stderr.contains(expected), "{expected}: {stderr}");
    }
    let (code, _, stderr) = ending(scratch.path(), &["explain", "--role", DEPLOY]);
    assert_eq!(code, 2, "{stderr}");
    let (code, _, stderr) =
        ending(scratch.path(), &["explain", "--accounts", "absent", "--role", DEPLOY]);
    assert_eq!(code, 1);
    assert!(stderr.contains("cannot read the directory `absent`"), "{stderr}");
}

const SAML_PROVIDER: &str = "arn:aws:iam::444455556666:saml-provider/corp";

/// With a role that trusts a SAML provider.
fn with_saml(name: &str) -> Scratch {
    let scratch = scratch(name);
    let trust = json!({"RoleDetailList": [{
        "Path": "/", "RoleName": "people", "RoleId": "AROAIOSFODNN7EXAMPLE9",
        "Arn": "arn:aws:iam::444455556666:role/people",
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": {"Federated": SAML_PROVIDER},
            "Action": "sts:AssumeRoleWithSAML",
            "Condition": {"StringEquals": {"saml:aud": "https://signin.aws.amazon.com/saml",
                "saml:edupersonorgdn": "ou=people"}},
        }]},
    }]});
    let providers = json!({"SAMLProviderList": [{"Arn": SAML_PROVIDER}]});
    let shop = scratch.path().join("accounts/shop");
    std::fs::write(shop.join("people.json"), trust.to_string()).unwrap();
    std::fs::write(shop.join("saml.json"), providers.to_string()).unwrap();
    scratch
}

#[test]
fn an_assertion_is_told_by_its_claims() {
    let scratch = with_saml("accounts-saml");
    let role = "arn:aws:iam::444455556666:role/people";
    let call = ["--role", role, "--saml-provider", SAML_PROVIDER, "--at", NOON];
    let audience = ["--claim", "saml:aud=https://signin.aws.amazon.com/saml"];
    let ask = |more: &[&str]| {
        let (code, out, err) = explain(&scratch, &[&call[..], &audience[..], more].concat());
        assert_eq!(err, "");
        (code, out)
    };
    let (code, out) = ask(&["--claim", "saml:edupersonorgdn=ou=people"]);
    assert_eq!(code, 0, "{out}");
    let (code, out) = ask(&["--claim", "saml:edupersonorgdn=ou=others"]);
    assert_eq!(code, 3);
    assert!(out.starts_with("denied: trust-condition-value-mismatch"), "{out}");
    let (code, out) = ask(&["--json"]);
    let answer: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &answer["cause"]), (3, &json!("trust-condition-key-absent")), "{out}");
    let wrong = [vec!["--claim", "aud=x"], vec!["--caller", ANN], vec!["--token", "token"]];
    for flags in wrong {
        let (code, _, err) = explain(&scratch, &[&call[..], flags.as_slice()].concat());
        assert_eq!(code, 2, "{err}");
    }
    let (code, _, _) = explain(&scratch, &["--role", role, "--claim", "saml:aud=x"]);
    assert_eq!(code, 2);
}
