//! The organization that limits the accounts of a stage.

use std::cell::RefCell;
use std::path::Path;

use serde_json::{Value, json};
use stead_system_tests::{Client, Credentials, Scratch, Service, Signing, sign};

use super::documents::{resource_control, service_control};
use super::stage::{HOME, OTHER};
use crate::drawn::Drawn;

/// The account that manages the organization, which nothing limits.
pub(super) const MANAGER: &str = "777788889999";

/// What service control policies are attached to: every level above the first account.
const LEVELS: usize = 3;

const EVERYTHING: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;

/// Denies what never comes.
const NEVER: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"sts:*","Resource":"*","Condition":{"Null":{"aws:CurrentTime":"true"}}}]}"#;

/// The organization, and its policies as they were drawn last.
#[derive(Debug)]
pub(super) struct Organization {
    client: Client,
    manager: Credentials,
    id: String,
    /// Where the first account is in it.
    path: String,
    service: Vec<String>,
    resource: Vec<String>,
    /// The service control policies, from the root to the first account.
    levels: RefCell<Vec<String>>,
    /// Where the first account is told of, for `stead simulate`.
    accounts: Scratch,
}

impl Organization {
    /// Makes one, with the first account in a unit and the other one under the root.
    pub(super) fn new(client: Client, manager: Credentials, members: &[&Credentials]) -> Self {
        let mut organization = Self {
            client,
            manager,
            id: String::new(),
            path: String::new(),
            service: Vec::new(),
            resource: Vec::new(),
            levels: RefCell::default(),
            accounts: Scratch::new("simulated-accounts").unwrap(),
        };
        organization.set_up(members);
        organization
    }

    fn set_up(&mut self, members: &[&Credentials]) {
        let made = self.manage("CreateOrganization", &json!({}));
        self.id = text(&made["Organization"]["Id"]);
        let root = text(&self.manage("ListRoots", &json!({}))["Roots"][0]["Id"]);
        let unit = json!({"ParentId": root, "Name": "unit"});
        let unit =
            text(&self.manage("CreateOrganizationalUnit", &unit)["OrganizationalUnit"]["Id"]);
        for (account, credentials) in [HOME, OTHER].into_iter().zip(members) {
            let target = json!({"Target": {"Id": account, "Type": "ACCOUNT"}});
            let invited = self.manage("InviteAccountToOrganization", &target);
            let id = json!({"HandshakeId": invited["Handshake"]["Id"]});
            self.call(credentials, "AcceptHandshake", &id);
        }
        let to = json!({"AccountId": HOME, "SourceParentId": root, "DestinationParentId": unit});
        self.manage("MoveAccount", &to);
        self.path = format!("{}/{root}/{unit}/", self.id);
        self.service =
            self.attached("SERVICE_CONTROL_POLICY", EVERYTHING, &root, &[&root, &unit, HOME]);
        self.resource =
            self.attached("RESOURCE_CONTROL_POLICY", NEVER, &root, &[&root, OTHER, HOME]);
    }

    /// A policy of this type for each target, which limits nothing until it is drawn. Beside
    /// service control policies that allow but some actions AWS's own, which allows all, must
    /// not be.
    fn attached(&self, kind: &str, content: &str, root: &str, targets: &[&str]) -> Vec<String> {
        self.manage("EnablePolicyType", &json!({"RootId": root, "PolicyType": kind}));
        let mut policies = Vec::new();
        for (target, number) in targets.iter().zip(0..) {
            let name = format!("{kind}-{number}");
            let policy = json!({"Name": name, "Description": "", "Type": kind, "Content": content});
            let made = self.manage("CreatePolicy", &policy);
            let id = text(&made["Policy"]["PolicySummary"]["Id"]);
            self.manage("AttachPolicy", &json!({"PolicyId": id, "TargetId": target}));
            if kind == "SERVICE_CONTROL_POLICY" {
                let full = json!({"PolicyId": "p-FullAWSAccess", "TargetId": target});
                self.manage("DetachPolicy", &full);
            }
            policies.push(id);
        }
        policies
    }

    /// Draws all policies anew.
    pub(super) fn redraw(&self, drawn: &mut Drawn) {
        let mut levels = Vec::new();
        for id in &self.service {
            let content = service_control(drawn);
            self.manage("UpdatePolicy", &json!({"PolicyId": id, "Content": content}));
            levels.push(content);
        }
        assert_eq!(levels.len(), LEVELS);
        for id in &self.resource {
            let content = resource_control(drawn);
            self.manage("UpdatePolicy", &json!({"PolicyId": id, "Content": content}));
        }
        self.levels.replace(levels);
        self.write_account();
    }

    /// What `stead simulate` is told of the first account.
    fn write_account(&self) {
        let levels: Vec<Value> = self
            .levels
            .borrow()
            .iter()
            .map(|document| json!([serde_json::from_str::<Value>(document).unwrap()]))
            .collect();
        let account = json!({
            "AccountId": HOME,
            "Authorization": {"UserDetailList": []},
            "ServiceControlPolicies": levels,
            "Organization": {"Id": self.id},
        });
        std::fs::write(self.accounts().join("home.json"), account.to_string()).unwrap();
    }

    /// The directory of accounts for `stead simulate`.
    pub(super) fn accounts(&self) -> &Path {
        self.accounts.path()
    }

    /// Condition keys of the organization that a call within the first account has, which an
    /// exported account does not tell.
    pub(super) fn keys(&self) -> [(&'static str, String); 2] {
        ["aws:PrincipalOrgPaths", "aws:ResourceOrgPaths"].map(|key| (key, self.path.clone()))
    }

    fn manage(&self, operation: &str, input: &Value) -> Value {
        self.call(&self.manager, operation, input)
    }

    /// Calls Organizations; it must succeed.
    fn call(&self, credentials: &Credentials, operation: &str, input: &Value) -> Value {
        let mut message = self.client.post(input.to_string().into_bytes());
        for (name, value) in &mut message.headers {
            if name == "content-type" {
                *value = b"application/x-amz-json-1.1".to_vec();
            }
        }
        let target = format!("AWSOrganizationsV20161128.{operation}");
        message.headers.push(("x-amz-target".to_owned(), target.into_bytes()));
        let usual = self.client.signing(credentials, Service::Iam);
        sign(&mut message, &Signing { service: "organizations", ..usual }).unwrap();
        let answer = self.client.send(&message).unwrap().answer();
        assert!(answer.is_ok(), "{operation} {input}: {}", answer.body);
        serde_json::from_str(&answer.body).unwrap_or(Value::Null)
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}
