//! All that is told of an account, as lines: by the server's answers, and by the model.

use std::collections::BTreeSet;

use serde_json::Value;

use super::model::{Holder, Model};
use super::operation::{arn, text};
use crate::script::Script;
use crate::wire;

/// What GetAccountAuthorizationDetails, ListAccessKeys and ListInstanceProfiles answer.
pub(super) fn by_server(script: &mut Script) -> BTreeSet<String> {
    let kinds = ["User", "Group", "Role", "LocalManagedPolicy"];
    let filters: Vec<(String, &str)> =
        kinds.iter().zip(1..).map(|(kind, at)| (format!("Filter.member.{at}"), *kind)).collect();
    let filters: Vec<(&str, &str)> =
        filters.iter().map(|(at, kind)| (at.as_str(), *kind)).collect();
    let told = script.call("root", "GetAccountAuthorizationDetails", &filters).unwrap();
    assert_eq!(told["IsTruncated"], false);
    let mut lines = BTreeSet::new();
    for user in list(&told["UserDetailList"]) {
        lines.insert(holder("user", user));
        let name = user["UserName"].as_str().unwrap();
        let keys = script.call("root", "ListAccessKeys", &[("UserName", name)]).unwrap();
        lines.insert(line(&["keys", name, &names(&keys["AccessKeyMetadata"], "AccessKeyId")]));
    }
    lines.extend(list(&told["GroupDetailList"]).map(|group| holder("group", group)));
    lines.extend(list(&told["RoleDetailList"]).map(|role| holder("role", role)));
    lines.extend(list(&told["Policies"]).map(policy));
    let profiles = script.call("root", "ListInstanceProfiles", &[]).unwrap();
    lines.extend(list(&profiles["InstanceProfiles"]).map(|it| {
        line(&[
            "profile",
            it["InstanceProfileName"].as_str().unwrap(),
            &names(&it["Roles"], "RoleName"),
        ])
    }));
    lines
}

/// What it should be.
pub(super) fn by_model(model: &Model) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    for user in model.users.values() {
        let groups = model.groups_of(user).into_iter().map(str::to_owned).collect();
        let tags = user.tags.values().map(|(key, value)| format!("{key}={value}")).collect();
        lines.insert(wanted("user", user, groups, tags));
        lines.insert(line(&["keys", &user.name, &joined(user.keys.iter().cloned().collect())]));
    }
    lines.extend(model.groups.values().map(|it| wanted("group", it, Vec::new(), Vec::new())));
    lines.extend(model.roles.values().map(|it| wanted("role", it, Vec::new(), Vec::new())));
    for (name, policy) in &model.policies {
        let attached = model.holders().filter(|it| it.attached.contains(name)).count();
        let bounds = model.holders().filter(|it| it.boundary.as_ref() == Some(name)).count();
        let version = |(id, document): (&u64, &u64)| format!("v{id}={}", text(*document));
        let versions = joined(policy.versions.iter().map(version).collect());
        let default = format!("v{}", policy.default);
        let counts = [attached.to_string(), bounds.to_string()];
        lines.insert(line(&["policy", name, &default, &counts[0], &counts[1], &versions]));
    }
    for profile in model.profiles.values() {
        let role = profile.role.as_ref().map(|role| model.roles[role].name.clone());
        lines.insert(line(&["profile", &profile.name, &joined(role.into_iter().collect())]));
    }
    lines
}

fn wanted(kind: &str, holder: &Holder, groups: Vec<String>, tags: Vec<String>) -> String {
    let inline = holder.inline.iter().map(|(name, document)| format!("{name}={}", text(*document)));
    let attached = holder.attached.iter().cloned().collect();
    let boundary = holder.boundary.as_deref().map(arn).unwrap_or_default();
    let policies = joined(inline.collect());
    line(&[
        kind,
        &holder.name,
        &joined(groups),
        &policies,
        &joined(attached),
        &boundary,
        &joined(tags),
    ])
}

/// A user, a group or a role of GetAccountAuthorizationDetails.
fn holder(kind: &str, told: &Value) -> String {
    let member = |end: &str| match kind {
        "user" => format!("User{end}"),
        "group" => format!("Group{end}"),
        _ => format!("Role{end}"),
    };
    let inline = list(&told[member("PolicyList")]).map(|policy| {
        let document = wire::document(policy["PolicyDocument"].as_str().unwrap());
        format!("{}={document}", policy["PolicyName"].as_str().unwrap())
    });
    let tags = list(&told["Tags"])
        .map(|tag| format!("{}={}", tag["Key"].as_str().unwrap(), tag["Value"].as_str().unwrap()));
    let groups = list(&told["GroupList"]).map(|group| group.as_str().unwrap().to_owned());
    line(&[
        kind,
        told[member("Name")].as_str().unwrap(),
        &joined(groups.collect()),
        &joined(inline.collect()),
        &names(&told["AttachedManagedPolicies"], "PolicyName"),
        told["PermissionsBoundary"]["PermissionsBoundaryArn"].as_str().unwrap_or_default(),
        &joined(tags.collect()),
    ])
}

fn policy(told: &Value) -> String {
    let versions = list(&told["PolicyVersionList"]).map(|version| {
        let id = version["VersionId"].as_str().unwrap();
        let default = version["IsDefaultVersion"] == true;
        assert_eq!(default, told["DefaultVersionId"] == id, "{told}");
        format!("{id}={}", wire::document(version["Document"].as_str().unwrap()))
    });
    line(&[
        "policy",
        told["PolicyName"].as_str().unwrap(),
        told["DefaultVersionId"].as_str().unwrap(),
        &told["AttachmentCount"].to_string(),
        &told["PermissionsBoundaryUsageCount"].to_string(),
        &joined(versions.collect()),
    ])
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn names(value: &Value, member: &str) -> String {
    joined(list(value).map(|it| it[member].as_str().unwrap().to_owned()).collect())
}

fn joined(mut parts: Vec<String>) -> String {
    parts.sort();
    parts.join(",")
}

fn line(parts: &[&str]) -> String {
    parts.join(" | ")
}
