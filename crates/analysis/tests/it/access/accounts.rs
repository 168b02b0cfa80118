//! Accounts that are put together for a question, and answers in short.

use serde_json::{Value, json};
use stead_analysis::{Access, AccessAnswer, AccessVerdict, Export, ExportFile, Reached, World};
use stead_types::Timestamp;

pub(crate) const HERE: &str = "111122223333";
pub(crate) const THERE: &str = "444455556666";
pub(crate) const NOW: Timestamp = Timestamp::from_epoch_seconds(1_772_366_400);

/// An account while it is put together.
#[derive(Default)]
pub(crate) struct Account {
    pub(crate) users: Vec<Value>,
    pub(crate) roles: Vec<Value>,
    pub(crate) groups: Vec<Value>,
    pub(crate) policies: Vec<Value>,
    pub(crate) service_control: Vec<Value>,
    pub(crate) oidc: Vec<Value>,
    pub(crate) saml: Vec<Value>,
}

pub(crate) fn policy(statements: Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

pub(crate) fn assume(resource: &str) -> Value {
    policy(json!([{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": resource}]))
}

pub(crate) fn trust(principal: Value) -> Value {
    policy(json!([{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]))
}

pub(crate) fn trust_if(principal: Value, condition: Value) -> Value {
    let mut policy = trust(principal);
    policy["Statement"][0]["Condition"] = condition;
    policy
}

pub(crate) fn user(account: &str, name: &str, policies: &[Value]) -> Value {
    json!({"UserName": name, "Arn": format!("arn:aws:iam::{account}:user/{name}"), "Path": "/",
        "UserPolicyList": inline(policies)})
}

pub(crate) fn group(account: &str, name: &str, policies: &[Value]) -> Value {
    json!({"GroupName": name, "Arn": format!("arn:aws:iam::{account}:group/{name}"), "Path": "/",
        "GroupPolicyList": inline(policies)})
}

/// A managed policy of the account: its versions, of which the first is in force.
pub(crate) fn managed(account: &str, name: &str, versions: &[Value]) -> Value {
    let version = |(document, number): (&Value, usize)| {
        json!({"VersionId": format!("v{number}"), "IsDefaultVersion": number == 1,
            "Document": document})
    };
    json!({"PolicyName": name, "Arn": format!("arn:aws:iam::{account}:policy/{name}"),
        "PolicyVersionList": versions.iter().zip(1..).map(version).collect::<Vec<_>>()})
}

pub(crate) fn role(account: &str, name: &str, trust: &Value, policies: &[Value]) -> Value {
    json!({"RoleName": name, "Arn": format!("arn:aws:iam::{account}:role/{name}"), "Path": "/",
        "AssumeRolePolicyDocument": trust, "RolePolicyList": inline(policies)})
}

fn inline(policies: &[Value]) -> Vec<Value> {
    let one = |(policy, number): (&Value, usize)| json!({"PolicyName": format!("p{number}"), "PolicyDocument": policy});
    policies.iter().zip(0..).map(one).collect()
}

pub(crate) fn export(accounts: &[(&str, Account)]) -> Export {
    Export::read(&files(accounts)).unwrap()
}

fn files(accounts: &[(&str, Account)]) -> Vec<ExportFile> {
    let files = accounts.iter().map(|(number, account)| {
        let text = json!({
            "AccountId": number,
            "Authorization": {
                "UserDetailList": account.users, "RoleDetailList": account.roles,
                "GroupDetailList": account.groups, "Policies": account.policies,
            },
            "OpenIDConnectProviders": account.oidc, "SAMLProviders": account.saml,
            "ServiceControlPolicies": account.service_control,
        });
        ExportFile { name: format!("{number}.json"), text: text.to_string() }
    });
    files.collect()
}

pub(crate) fn world(accounts: &[(&str, Account)]) -> World {
    Export::read_for_world(&files(accounts)).unwrap().take_world().unwrap()
}

pub(crate) fn role_arn(account: &str, name: &str) -> String {
    format!("arn:aws:iam::{account}:role/{name}")
}

pub(crate) fn who_can_assume(world: &World, role: &str) -> AccessAnswer {
    Access::new(world, NOW).who_can_assume(role).unwrap()
}

/// Each principal in words, with the hops and the conditions, as `key=value`.
pub(crate) fn shown(answer: &AccessAnswer) -> Vec<String> {
    answer.principals.iter().map(line).collect()
}

fn line(reached: &Reached) -> String {
    let mut line = reached.principal.words().replace("arn:aws:iam::", "");
    if reached.verdict == AccessVerdict::Unknown {
        line.push_str(" ?");
    }
    for hop in &reached.path {
        let to = hop.to.rsplit('/').next().unwrap();
        let conditions = hop.conditions.iter().map(|it| format!(" {}={}", it.key, it.value));
        line.push_str(&format!(" > {to}{}", conditions.collect::<String>()));
    }
    line
}
