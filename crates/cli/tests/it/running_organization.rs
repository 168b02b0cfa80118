//! What an organization does to the accounts of a running server is part of every answer.

use serde_json::{Value, json};
use stead_types::Secret;

use crate::calls::{Profile, organizations};
use crate::running::{ANN, DEPLOY, Stage};

const MEMBER: &str = "111122223333";
const MANAGER: &str = "444455556666";

/// The owner of the role manages an organization, of which the caller is a member, in a unit.
struct Company {
    stage: Stage,
    owner: Profile,
    root: String,
    unit: String,
}

impl Company {
    fn new(name: &str) -> Self {
        let stage = Stage::new(name);
        let [owner, caller] = ["owner", "caller"].map(|name| profile(&stage, name));
        let call = |who: &Profile, operation: &str, input: Value| {
            organizations(&stage.served, who, operation, &input)
        };
        call(&owner, "CreateOrganization", json!({}));
        let root = text(&call(&owner, "ListRoots", json!({})), "/Roots/0/Id");
        let enabled = json!({"RootId": root, "PolicyType": "SERVICE_CONTROL_POLICY"});
        call(&owner, "EnablePolicyType", enabled);
        let unit = json!({"ParentId": root, "Name": "people"});
        let unit = call(&owner, "CreateOrganizationalUnit", unit);
        let unit = text(&unit, "/OrganizationalUnit/Id");
        let target = json!({"Target": {"Type": "ACCOUNT", "Id": MEMBER}});
        let invited = call(&owner, "InviteAccountToOrganization", target);
        let handshake = json!({"HandshakeId": text(&invited, "/Handshake/Id")});
        call(&caller, "AcceptHandshake", handshake);
        let moved =
            json!({"AccountId": MEMBER, "SourceParentId": root, "DestinationParentId": unit});
        call(&owner, "MoveAccount", moved);
        Self { stage, owner, root, unit }
    }

    /// Attaches a service control policy.
    fn limit(&self, target: &str, statement: &Value) {
        let document = json!({"Version": "2012-10-17", "Statement": statement});
        let input = json!({"Name": "limit", "Description": "", "Type": "SERVICE_CONTROL_POLICY",
            "Content": document.to_string()});
        let created = organizations(&self.stage.served, &self.owner, "CreatePolicy", &input);
        let id = text(&created, "/Policy/PolicySummary/Id");
        let input = json!({"PolicyId": id, "TargetId": target});
        organizations(&self.stage.served, &self.owner, "AttachPolicy", &input);
    }

    /// Whether ann may assume the role, and what is not in view, as these profiles see it.
    fn simulated(&self, profiles: &[&str]) -> (String, String) {
        let question = ["simulate", "--json", "--caller", ANN, "--action", "sts:AssumeRole"];
        let of = ["--resource", DEPLOY, "--context", "sts:ExternalId=7f3a"];
        let (code, out, err) = self.stage.ask_as(profiles, &[&question[..], &of].concat());
        assert!([0, 3].contains(&code), "{out}{err}");
        let answer: Value = serde_json::from_str(&out).unwrap();
        (text(&answer, "/decision"), answer["notInView"].to_string())
    }
}

fn text(value: &Value, pointer: &str) -> String {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found.unwrap_or_else(|| panic!("{value}")).to_owned()
}

fn profile(stage: &Stage, name: &str) -> Profile {
    let file = stage.scratch.path().join("home/.aws/credentials");
    let file = std::fs::read_to_string(file).unwrap();
    let (_, section) = file.split_once(&format!("[{name}]")).unwrap();
    let value = |key: &str| {
        let mut lines = section.lines().filter_map(|line| line.split_once(" = "));
        lines.find(|(found, _)| *found == key).unwrap().1.to_owned()
    };
    Profile { id: value("aws_access_key_id"), secret: Secret::new(value("aws_secret_access_key")) }
}

#[test]
fn policies_of_the_organization_decide_with_who_manages_it() {
    let company = Company::new("running-organization");
    assert_eq!(company.simulated(&["owner", "caller"]).0, "allowed");
    let deny = json!({"Effect": "Deny", "Action": "sts:AssumeRole", "Resource": DEPLOY});
    company.limit(&company.unit, &deny);
    assert_eq!(company.simulated(&["owner", "caller"]).0, "explicit-deny");
    let told = ["explain", "--json", "--caller", ANN, "--role", DEPLOY, "--external-id", "7f3a"];
    let (code, out, err) = company.stage.ask(&told);
    assert_eq!(code, 3, "{err}");
    let answer: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(answer["cause"], "scp-deny", "{out}");
    let file = answer["where"]["file"].as_str().unwrap();
    assert!(file.ends_with(&format!("/{MEMBER}/organization.json")), "{file}");
    let (code, out, _) = company.stage.ask(&["who-can", "assume", DEPLOY]);
    assert_eq!(code, 3, "{out}");
    assert!(!out.contains(ANN), "{out}");
}

/// Each level must allow; what is attached to the root and the account allows here, and the
/// unit's policy is only for something else.
#[test]
fn every_level_has_to_allow() {
    let company = Company::new("running-levels");
    company.limit(&company.unit, &json!({"Effect": "Allow", "Action": "iam:*", "Resource": "*"}));
    assert_eq!(company.simulated(&["owner", "caller"]).0, "allowed");
    let full = json!({"PolicyId": "p-FullAWSAccess", "TargetId": company.unit});
    organizations(&company.stage.served, &company.owner, "DetachPolicy", &full);
    assert_eq!(company.simulated(&["owner", "caller"]).0, "implicit-deny");
    let told = ["explain", "--json", "--caller", ANN, "--role", DEPLOY, "--external-id", "7f3a"];
    let (_, out, _) = company.stage.ask(&told);
    let answer: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(answer["cause"], "scp-no-allow", "{out}");
}

#[test]
fn what_a_member_is_not_told_is_said_to_be_missing() {
    let company = Company::new("running-member");
    let (_, missing) = company.simulated(&["caller"]);
    let expected = format!("name a profile of account {MANAGER}, which manages it");
    assert!(missing.contains(&expected), "{missing}");
    let (_, missing) = company.simulated(&["owner", "caller"]);
    assert!(!missing.contains("organization"), "{missing}");
    // Now the member is not even told whether it is one.
    let deny = json!({"Effect": "Deny", "Action": "organizations:*", "Resource": "*"});
    company.limit(&company.root, &deny);
    let (_, missing) = company.simulated(&["caller"]);
    assert!(missing.contains("AccessDeniedException"), "{missing}");
    assert!(missing.contains("organizations:DescribeOrganization"), "{missing}");
    let (_, missing) = company.simulated(&["owner", "caller"]);
    assert!(!missing.contains("organization"), "{missing}");
}
