//! Policies that users, groups and roles have: their texts, by where they come from.

use stead_directory::Snapshot;
use stead_directory::entity::InlinePolicies;
use stead_policy::{PolicySource, PolicyText};
use stead_types::{Arn, PolicyName};

/// The text of an inline or managed policy; none where its record can't be read.
pub(super) fn text_of<'a>(source: &PolicySource, account: &'a Snapshot) -> Option<&'a PolicyText> {
    match source {
        PolicySource::Inline { owner, name } => inline(owner, name, account),
        PolicySource::Managed { arn, .. } | PolicySource::Boundary { arn } => managed(arn, account),
        PolicySource::SessionInline
        | PolicySource::SessionManaged { .. }
        | PolicySource::Restriction { .. }
        | PolicySource::Trust { .. }
        | PolicySource::Resource { .. }
        | PolicySource::ServiceControl { .. }
        | PolicySource::ResourceControl { .. } => None,
    }
}

fn inline<'a>(owner: &Arn, name: &str, account: &'a Snapshot) -> Option<&'a PolicyText> {
    let name: PolicyName = name.parse().ok()?;
    let (kind, path_and_name) = owner.resource().split_once('/')?;
    let owner = path_and_name.rsplit_once('/').map_or(path_and_name, |(_, name)| name);
    let policies: &InlinePolicies = match kind {
        "user" => &account.user_by_name(owner)?.inline,
        "group" => &account.group_by_name(owner)?.inline,
        "role" => &account.role_by_name(owner)?.inline,
        _ => return None,
    };
    policies.find(&name).map(|policy| &policy.text)
}

fn managed<'a>(arn: &Arn, account: &'a Snapshot) -> Option<&'a PolicyText> {
    let policy = account.policy(arn)?;
    policy.versions.get(&policy.default_version).map(|version| &version.text)
}
