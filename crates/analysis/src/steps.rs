//! What IAM is asked to do, so that accounts become what a patch makes of them.

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};
use thiserror::Error;

use crate::Case;
use crate::patch::{Change, Patch, PatchError};

/// A call of IAM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The number of the account that is changed.
    pub account: String,
    /// The operation.
    pub action: String,
    /// Its parameters, by their names in the API.
    pub parameters: Vec<(String, String)>,
}

/// Why a patch cannot be carried out by calls of IAM.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StepsError {
    /// It changes the call, which only the caller can.
    #[error("it changes the call, and not what is in the accounts")]
    OfTheCall,
    /// IAM has no operation for it here.
    #[error("IAM has no operation that changes `{place}` so")]
    NoOperation {
        /// A JSON pointer.
        place: String,
    },
    /// It does not fit the case.
    #[error(transparent)]
    Patch(#[from] PatchError),
}

/// The calls of IAM after which the accounts are as the patch makes them, in order: a policy
/// is there before it is attached.
///
/// # Errors
/// A patch that changes the call, or something that IAM does not change.
pub fn steps(case: &Case, patch: &Patch) -> Result<Vec<Step>, StepsError> {
    if patch.0.iter().any(Change::is_of_attempt) {
        return Err(StepsError::OfTheCall);
    }
    let after = case.patched(patch)?;
    let [before, after] = [case.document(), after.document()].map(accounts);
    let mut steps = Vec::new();
    for ((place, before), (_, after)) in before.iter().zip(&after) {
        let account = before.get("AccountId").and_then(Value::as_str).unwrap_or_default();
        let mut differing = Differing { account, place: place.clone(), steps: &mut steps };
        differing.account(before, after)?;
    }
    Ok(steps)
}

/// The accounts of a case, each with its place.
fn accounts(document: &Value) -> Vec<(String, &Value)> {
    let own = document.get("account").map(|account| ("/account".to_owned(), account));
    let others = document.get("otherAccounts").and_then(Value::as_array);
    let others = others.into_iter().flatten().enumerate();
    let others = others.map(|(index, account)| (format!("/otherAccounts/{index}"), account));
    own.into_iter().chain(others).collect()
}

/// Users, groups and roles: what stands before the names of their operations and members.
const HOLDERS: [(&str, &str); 3] =
    [("User", "UserDetailList"), ("Group", "GroupDetailList"), ("Role", "RoleDetailList")];

struct Differing<'a> {
    account: &'a str,
    place: String,
    steps: &'a mut Vec<Step>,
}

impl Differing<'_> {
    fn account(&mut self, before: &Value, after: &Value) -> Result<(), StepsError> {
        let pairs = |list: &str| [before, after].map(|account| named(account.pointer(list), "Arn"));
        let [old, new] = pairs("/Authorization/Policies");
        for (arn, policy) in &new {
            self.policy(arn, find(&old, arn), policy)?;
        }
        for (kind, list) in HOLDERS {
            let [old, new] = pairs(&format!("/Authorization/{list}"));
            for (arn, holder) in &new {
                let place = format!("{}/Authorization/{list}", self.place);
                let old = find(&old, arn).ok_or(StepsError::NoOperation { place })?;
                self.holder(kind, old, holder)?;
            }
        }
        let [old, new] = pairs("/OpenIDConnectProviders");
        for (arn, provider) in &new {
            self.provider(arn, find(&old, arn), provider)?;
        }
        self.nothing_else(before, after)
    }

    /// What else an account has is not IAM's, such as the policies of its organization.
    fn nothing_else(&self, before: &Value, after: &Value) -> Result<(), StepsError> {
        for member in members(before, after) {
            let is_known = ["Authorization", "OpenIDConnectProviders"].contains(&member.as_str());
            if !is_known && before.get(&member) != after.get(&member) {
                return Err(self.no_operation(&member));
            }
        }
        Ok(())
    }

    fn no_operation(&self, member: &str) -> StepsError {
        StepsError::NoOperation { place: format!("{}/{member}", self.place) }
    }

    fn call(&mut self, action: impl Into<String>, parameters: &[(&str, &str)]) {
        let parameters =
            parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let (account, action) = (self.account.to_owned(), action.into());
        self.steps.push(Step { account, action, parameters: parameters.collect() });
    }

    fn policy(&mut self, arn: &str, old: Option<&Value>, new: &Value) -> Result<(), StepsError> {
        let document = |policy: &Value| default_document(policy).map(text_of);
        let text = document(new).ok_or_else(|| self.no_operation("Authorization/Policies"))?;
        match old {
            None => {
                let member = |name: &str| new.get(name).and_then(Value::as_str);
                let name = member("PolicyName").unwrap_or_default();
                let path = member("Path").unwrap_or("/");
                let parameters =
                    [("PolicyName", name), ("Path", path), ("PolicyDocument", text.as_str())];
                self.call("CreatePolicy", &parameters);
            }
            Some(old) if document(old).as_ref() != Some(&text) => {
                let parameters = [
                    ("PolicyArn", arn),
                    ("PolicyDocument", text.as_str()),
                    ("SetAsDefault", "true"),
                ];
                self.call("CreatePolicyVersion", &parameters);
            }
            Some(_) => {}
        }
        Ok(())
    }

    fn holder(&mut self, kind: &str, old: &Value, new: &Value) -> Result<(), StepsError> {
        let key = format!("{kind}Name");
        let name = new.get(&key).and_then(Value::as_str).unwrap_or_default();
        let who = (key.as_str(), name);
        for member in members(old, new) {
            let (before, after) = (old.get(&member), new.get(&member));
            if before == after {
                continue;
            }
            match member.as_str() {
                "UserPolicyList" | "GroupPolicyList" | "RolePolicyList" => {
                    self.inline(kind, who, before, after);
                }
                "AttachedManagedPolicies" => self.attached(kind, who, before, after),
                "PermissionsBoundary" if kind != "Group" => self.boundary(kind, who, after),
                "AssumeRolePolicyDocument" => {
                    let text = after.map(text_of).unwrap_or_default();
                    self.call("UpdateAssumeRolePolicy", &[who, ("PolicyDocument", &text)]);
                }
                "MaxSessionDuration" => {
                    let seconds = after.map(Value::to_string).unwrap_or_default();
                    self.call("UpdateRole", &[who, ("MaxSessionDuration", &seconds)]);
                }
                _ => return Err(self.no_operation(&format!("{kind} {name} {member}"))),
            }
        }
        Ok(())
    }

    fn inline(
        &mut self,
        kind: &str,
        who: (&str, &str),
        before: Option<&Value>,
        after: Option<&Value>,
    ) {
        let [before, after] = [before, after].map(|list| named(list, "PolicyName"));
        for (name, policy) in &after {
            if find(&before, name) != Some(*policy) {
                let text = policy.get("PolicyDocument").map(text_of).unwrap_or_default();
                let parameters = [who, ("PolicyName", name), ("PolicyDocument", text.as_str())];
                self.call(format!("Put{kind}Policy"), &parameters);
            }
        }
        for (name, _) in before.iter().filter(|(name, _)| find(&after, name).is_none()) {
            self.call(format!("Delete{kind}Policy"), &[who, ("PolicyName", name)]);
        }
    }

    fn attached(
        &mut self,
        kind: &str,
        who: (&str, &str),
        before: Option<&Value>,
        after: Option<&Value>,
    ) {
        let [before, after] = [before, after].map(|list| named(list, "PolicyArn"));
        for (arn, _) in after.iter().filter(|(arn, _)| find(&before, arn).is_none()) {
            self.call(format!("Attach{kind}Policy"), &[who, ("PolicyArn", arn)]);
        }
        for (arn, _) in before.iter().filter(|(arn, _)| find(&after, arn).is_none()) {
            self.call(format!("Detach{kind}Policy"), &[who, ("PolicyArn", arn)]);
        }
    }

    fn boundary(&mut self, kind: &str, who: (&str, &str), after: Option<&Value>) {
        match after.and_then(|it| it.get("PermissionsBoundaryArn")?.as_str()) {
            Some(arn) => {
                let parameters = [who, ("PermissionsBoundary", arn)];
                self.call(format!("Put{kind}PermissionsBoundary"), &parameters);
            }
            None => self.call(format!("Delete{kind}PermissionsBoundary"), &[who]),
        }
    }

    fn provider(&mut self, arn: &str, old: Option<&Value>, new: &Value) -> Result<(), StepsError> {
        let Some(old) = old else {
            self.new_provider(new);
            return Ok(());
        };
        let who = ("OpenIDConnectProviderArn", arn);
        for member in members(old, new) {
            if old.get(&member) == new.get(&member) {
                continue;
            }
            let [before, after] = [old, new].map(|provider| texts(provider, &member));
            match member.as_str() {
                "ClientIDList" => {
                    for id in after.iter().filter(|id| !before.contains(id)) {
                        self.call("AddClientIDToOpenIDConnectProvider", &[who, ("ClientID", id)]);
                    }
                    for id in before.iter().filter(|id| !after.contains(id)) {
                        let parameters = [who, ("ClientID", id.as_str())];
                        self.call("RemoveClientIDFromOpenIDConnectProvider", &parameters);
                    }
                }
                "ThumbprintList" => {
                    let list = listed("ThumbprintList", &after);
                    let list = list.iter().map(|(name, value)| (name.as_str(), value.as_str()));
                    let parameters: Vec<_> = std::iter::once(who).chain(list).collect();
                    self.call("UpdateOpenIDConnectProviderThumbprint", &parameters);
                }
                _ => return Err(self.no_operation(&format!("OpenIDConnectProviders {member}"))),
            }
        }
        Ok(())
    }

    fn new_provider(&mut self, provider: &Value) {
        let url = provider.get("Url").and_then(Value::as_str).unwrap_or_default();
        let url = if url.contains("://") { url.to_owned() } else { format!("https://{url}") };
        let mut parameters = vec![("Url".to_owned(), url)];
        for member in ["ClientIDList", "ThumbprintList"] {
            parameters.extend(listed(member, &texts(provider, member)));
        }
        let parameters: Vec<_> =
            parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.call("CreateOpenIDConnectProvider", &parameters);
    }
}

/// The elements of a list by the text that tells them apart.
fn named<'v>(list: Option<&'v Value>, member: &str) -> Vec<(String, &'v Value)> {
    let elements = list.and_then(Value::as_array).into_iter().flatten();
    let name = |element: &'v Value| Some((element.get(member)?.as_str()?.to_owned(), element));
    elements.filter_map(name).collect()
}

fn find<'v>(list: &[(String, &'v Value)], name: &str) -> Option<&'v Value> {
    list.iter().find(|(other, _)| other == name).map(|(_, value)| *value)
}

/// The names of the members of either.
fn members(before: &Value, after: &Value) -> Vec<String> {
    let none = Map::new();
    let names = |value: &Value| -> Vec<String> {
        value.as_object().unwrap_or(&none).keys().cloned().collect()
    };
    let mut all = names(before);
    all.extend(names(after).into_iter().filter(|name| before.get(name).is_none()));
    all
}

fn texts(value: &Value, member: &str) -> Vec<String> {
    let elements = value.get(member).and_then(Value::as_array).into_iter().flatten();
    elements.filter_map(|element| element.as_str().map(str::to_owned)).collect()
}

/// Spec: AWS's Query protocol: members of lists are `Name.member.N`, from 1.
fn listed(name: &str, values: &[String]) -> Vec<(String, String)> {
    let numbered = values.iter().zip(1..);
    numbered.map(|(value, number)| (format!("{name}.member.{number}"), value.clone())).collect()
}

fn default_document(policy: &Value) -> Option<&Value> {
    let versions = policy.get("PolicyVersionList")?.as_array()?;
    let is_default = |it: &&Value| it.get("IsDefaultVersion") == Some(&Value::Bool(true));
    versions.iter().find(is_default)?.get("Document")
}

/// A document as IAM takes it.
fn text_of(document: &Value) -> String {
    match document {
        Value::String(text) if !text.trim_start().starts_with('{') => {
            percent_decode_str(text).decode_utf8_lossy().into_owned()
        }
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn case() -> Case {
        let policy =
            |action: &str| json!({"Version": "2012-10-17", "Statement": [{"Action": action}]});
        let text = json!({
            "account": {
                "AccountId": "111122223333",
                "Authorization": {
                    "RoleDetailList": [{"RoleName": "r", "Arn": "arn:r", "MaxSessionDuration": 3_600,
                        "AssumeRolePolicyDocument": policy("a"),
                        "RolePolicyList": [{"PolicyName": "i", "PolicyDocument": policy("b")}]}],
                    "UserDetailList": [{"UserName": "u", "Arn": "arn:u", "Tags": []}],
                    "Policies": [{"PolicyName": "p", "Arn": "arn:p", "PolicyVersionList":
                        [{"IsDefaultVersion": true, "Document": policy("c")}]}],
                },
                "OpenIDConnectProviders": [{"Arn": "arn:o", "Url": "idp.example.com",
                    "ClientIDList": ["a"], "ThumbprintList": []}],
                "ServiceControlPolicies": [],
            },
            "otherAccounts": [],
            "attempt": {},
        });
        Case::parse(&text.to_string()).unwrap()
    }

    fn calls(changes: Vec<Change>) -> Result<Vec<String>, StepsError> {
        let steps = steps(&case(), &Patch(changes))?;
        let shown = steps.iter().map(|step| {
            let parameters: Vec<_> =
                step.parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
            format!("{} {}", step.action, parameters.join(" "))
        });
        Ok(shown.collect())
    }

    #[test]
    fn every_change_has_its_operation() {
        let role = "/account/Authorization/RoleDetailList/0";
        for (change, expected) in [
            (
                Change::replace(format!("{role}/AssumeRolePolicyDocument"), json!({})),
                "UpdateAssumeRolePolicy RoleName=r PolicyDocument={}",
            ),
            (
                Change::replace(format!("{role}/MaxSessionDuration"), 7_200),
                "UpdateRole RoleName=r MaxSessionDuration=7200",
            ),
            (
                Change::replace(format!("{role}/RolePolicyList/0/PolicyDocument"), json!({})),
                "PutRolePolicy RoleName=r PolicyName=i PolicyDocument={}",
            ),
            (
                Change::remove(format!("{role}/RolePolicyList/0")),
                "DeleteRolePolicy RoleName=r PolicyName=i",
            ),
            (
                Change::add(
                    "/account/Authorization/UserDetailList/0/UserPolicyList",
                    json!([{"PolicyName": "n", "PolicyDocument": {}}]),
                ),
                "PutUserPolicy UserName=u PolicyName=n PolicyDocument={}",
            ),
            (
                Change::add(
                    "/account/Authorization/UserDetailList/0/PermissionsBoundary",
                    json!({"PermissionsBoundaryArn": "arn:p"}),
                ),
                "PutUserPermissionsBoundary UserName=u PermissionsBoundary=arn:p",
            ),
            (
                Change::replace(
                    "/account/Authorization/Policies/0/PolicyVersionList/0/Document",
                    json!({}),
                ),
                "CreatePolicyVersion PolicyArn=arn:p PolicyDocument={} SetAsDefault=true",
            ),
            (
                Change::add("/account/OpenIDConnectProviders/0/ClientIDList/-", "b"),
                "AddClientIDToOpenIDConnectProvider OpenIDConnectProviderArn=arn:o ClientID=b",
            ),
            (
                Change::add("/account/OpenIDConnectProviders/0/ThumbprintList/-", "ff"),
                "UpdateOpenIDConnectProviderThumbprint OpenIDConnectProviderArn=arn:o \
                 ThumbprintList.member.1=ff",
            ),
            (
                Change::add(
                    "/account/OpenIDConnectProviders/-",
                    json!({"Arn": "arn:n", "Url": "new.example.com", "ClientIDList": ["c"]}),
                ),
                "CreateOpenIDConnectProvider Url=https://new.example.com ClientIDList.member.1=c",
            ),
        ] {
            assert_eq!(calls(vec![change]), Ok(vec![expected.to_owned()]));
        }
    }

    #[test]
    fn what_iam_does_not_change_is_refused() {
        let call = Change::replace("/attempt/parameters", json!({}));
        assert_eq!(calls(vec![call]), Err(StepsError::OfTheCall));
        for change in [
            Change::add("/account/ServiceControlPolicies/-", json!({})),
            Change::add("/account/Authorization/UserDetailList/0/Tags/-", json!({})),
            Change::replace("/account/OpenIDConnectProviders/0/Url", "x"),
            Change::add(
                "/account/Authorization/RoleDetailList/-",
                json!({"RoleName": "n", "Arn": "arn:n"}),
            ),
        ] {
            let refused = calls(vec![change]);
            assert!(matches!(refused, Err(StepsError::NoOperation { .. })), "{refused:?}");
        }
    }
}
