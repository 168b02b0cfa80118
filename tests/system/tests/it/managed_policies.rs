//! Managed policies of AWS that whoever runs the server adds as files.

use std::path::Path;

use stead_system_tests::{Built, Client, Credentials, Scratch, Service};

/// A policy as the CLI of AWS prints it within `get-account-authorization-details`.
fn policy(arn: &str, statement: &str) -> String {
    format!(
        r#"{{
  "PolicyName": "not looked at",
  "Arn": "{arn}",
  "DefaultVersionId": "v3",
  "CreateDate": "2024-05-01T09:00:00Z",
  "UpdateDate": "2024-06-01T09:00:00Z",
  "PolicyVersionList": [
    {{
      "VersionId": "v3",
      "IsDefaultVersion": true,
      "CreateDate": "2024-06-01T09:00:00Z",
      "Document": {{"Version": "2012-10-17", "Statement": [{statement}]}}
    }}
  ]
}}
"#
    )
}

const ADDED: &str = "arn:aws:iam::aws:policy/service-role/SteadAdded";
/// One that comes with Stead, and allows to list users there.
const REPLACED: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";

struct Installation {
    built: Built,
    data: Scratch,
    policies: Scratch,
}

impl Installation {
    fn new(name: &str) -> Self {
        let scratch = |part: &str| Scratch::new(&format!("{name}-{part}")).unwrap();
        Self { built: Built::find().unwrap(), data: scratch("data"), policies: scratch("files") }
    }

    fn file(&self, name: &str, text: &str) {
        std::fs::write(self.policies.path().join(name), text).unwrap();
    }

    fn flags(&self) -> [&str; 2] {
        ["--managed-policies", text_of(self.policies.path())]
    }

    /// What a start that is refused says.
    fn refusal(&self) -> String {
        match self.built.serve(self.data.path(), &self.flags()) {
            Ok(_) => panic!("it serves"),
            Err(error) => error.to_string(),
        }
    }
}

fn text_of(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// What a call of IAM is answered.
fn code(
    client: &Client,
    caller: &Credentials,
    action: &str,
    parameters: &[(&str, &str)],
) -> String {
    client.call(Some(caller), Service::Iam, action, parameters).unwrap().code().to_owned()
}

#[test]
fn a_policy_of_the_directory_is_attached_and_decides() {
    let installation = Installation::new("managed-added");
    let allow = r#"{"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*"}"#;
    installation.file("added.json", &policy(ADDED, allow));
    let deny = r#"{"Effect": "Deny", "Action": "iam:ListUsers", "Resource": "*"}"#;
    installation.file("replaced.json", &policy(REPLACED, deny));
    installation.file("notes.txt", "not a policy, and not read");

    let data = installation.data.path();
    let server = installation.built.serve(data, &installation.flags()).unwrap();
    let client = server.client();
    let root = Credentials::of_directory(data).unwrap();
    let set = |action: &str, parameters: &[(&str, &str)]| {
        let answer = client.call(Some(&root), Service::Iam, action, parameters).unwrap();
        assert!(answer.is_ok(), "{action}: {}", answer.body);
        answer
    };
    let user = ("UserName", "alice");
    set("CreateUser", &[user]);
    let alice = Credentials::of(&set("CreateAccessKey", &[user])).unwrap();
    let list = |client: &Client| code(client, &alice, "ListUsers", &[]);

    assert_eq!(list(&client), "AccessDenied");
    set("AttachUserPolicy", &[user, ("PolicyArn", ADDED)]);
    assert_eq!(list(&client), "OK");
    assert_eq!(code(&client, &alice, "ListRoles", &[]), "AccessDenied");
    let shown = set("GetPolicy", &[("PolicyArn", ADDED)]);
    assert_eq!(shown.text("DefaultVersionId"), Some("v3"));
    assert_eq!(
        (shown.text("PolicyName"), shown.text("Path")),
        (Some("SteadAdded"), Some("/service-role/"))
    );
    let path = [("Scope", "AWS"), ("PathPrefix", "/service-role/"), ("MaxItems", "1000")];
    assert!(set("ListPolicies", &path).all("Arn").any(|arn| arn == ADDED));
    // Nobody changes it, as any of AWS's.
    let version = [("PolicyArn", ADDED), ("PolicyDocument", "{}")];
    assert_eq!(code(&client, &root, "CreatePolicyVersion", &version), "AccessDenied");

    // The one of a file takes the place of the one that comes with Stead.
    set("AttachUserPolicy", &[user, ("PolicyArn", REPLACED)]);
    assert_eq!(list(&client), "AccessDenied");
    set("DetachUserPolicy", &[user, ("PolicyArn", REPLACED)]);
    assert_eq!(list(&client), "OK");
    drop(server);

    // Without the directory nobody knows what the policy would have denied.
    let server = installation.built.serve(data, &[]).unwrap();
    assert_eq!(list(&server.client()), "AccessDenied");
    drop(server);
    let server = installation.built.serve(data, &installation.flags()).unwrap();
    assert_eq!(list(&server.client()), "OK");
}

#[test]
fn a_file_that_is_none_ends_the_start_with_its_place() {
    let installation = Installation::new("managed-refused");
    let allow = r#"{"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*"}"#;
    let good = policy(ADDED, allow);
    installation.file("good.json", &good);
    let path = |name: &str| text_of(installation.policies.path()).to_owned() + "/" + name;
    for (text, expected) in [
        // The comma behind the third line is missing: the next line begins at column 3.
        (good.replace("SteadAdded\",", "SteadAdded\""), "line 4, column 3"),
        (good.replace("\"v3\",\n      \"Is", "3,\n      \"Is"), "line 9, column 20"),
        (good.replace("\"Allow\"", "\"Permit\""), "line 12, column "),
        (good.replace("iam::aws:", "iam::111122223333:"), "`Arn` is not valid"),
        (good.clone(), &*format!("the policy `{ADDED}` is in `{}` too", path("bad.json"))),
    ] {
        installation.file("bad.json", &text);
        let said = installation.refusal();
        assert!(said.contains(expected), "{expected}: {said}");
        assert!(said.contains(&path("bad.json")), "{said}");
        assert!(said.contains("help: --managed-policies names a directory"), "{said}");
        // The check of the settings says it too, before anything is started.
        let mut command = installation.built.command();
        command.args(["config", "check", "--data"]).arg(installation.data.path());
        let checked = command.args(installation.flags()).output().unwrap();
        let told =
            String::from_utf8_lossy(&checked.stdout) + String::from_utf8_lossy(&checked.stderr);
        assert!(!checked.status.success() && told.contains(expected), "{told}");
    }
    // What was refused has left nothing behind that a start would stumble on.
    std::fs::remove_file(path("bad.json")).unwrap();
    installation.built.serve(installation.data.path(), &installation.flags()).unwrap();
}
