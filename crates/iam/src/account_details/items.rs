//! What is listed of an account, in which order.

use stead_api::iam::EntityType;
use stead_directory::entity::{Group, InlinePolicies, ManagedPolicy, Role, User};
use stead_directory::{Snapshot, aws_managed_policies};
use stead_types::{AccountId, TagSet};

/// What an item without any document takes of a page: names, ARNs, dates.
const ITEM_CHARACTERS: usize = 512;

/// Something that is listed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Item<'a> {
    User(&'a User),
    Group(&'a Group),
    Role(&'a Role),
    Policy(&'a ManagedPolicy),
}

/// Which kinds are asked for.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a kind that the filter may name")]
pub(super) struct Wanted {
    users: bool,
    groups: bool,
    roles: bool,
    local_policies: bool,
    aws_policies: bool,
}

impl Wanted {
    /// Spec: API GetAccountAuthorizationDetails, Filter: without one everything.
    pub(super) fn read(filter: &[EntityType]) -> Self {
        let is = |kind| filter.is_empty() || filter.contains(&kind);
        Self {
            users: is(EntityType::User),
            groups: is(EntityType::Group),
            roles: is(EntityType::Role),
            local_policies: is(EntityType::LocalManagedPolicy),
            aws_policies: is(EntityType::AWSManagedPolicy),
        }
    }
}

/// The items in the order of their keys, behind the key `after` or from before it on:
/// users, groups, roles, the account's policies, and those of AWS that it uses.
///
/// Choice: of AWS's policies the ones that are in use, as every export of an account has
/// them; ListPolicies tells all.
pub(super) fn of<'a>(account: &'a Snapshot, wanted: &Wanted, after: Option<&str>) -> Vec<Item<'a>> {
    let users = wanted.users.then(|| account.users("/", None)).into_iter().flatten();
    let groups = wanted.groups.then(|| account.groups("/", None)).into_iter().flatten();
    let roles = wanted.roles.then(|| account.roles("/", None)).into_iter().flatten();
    let local = wanted.local_policies.then(|| account.customer_policies("/", None));
    let aws = wanted.aws_policies.then(aws_managed_policies).into_iter().flatten();
    let in_use = aws.filter(|policy| account.entities_with_policy(&policy.arn).next().is_some());
    users
        .map(|user| Item::User(user))
        .chain(groups.map(|group| Item::Group(group)))
        .chain(roles.map(|role| Item::Role(role)))
        .chain(local.into_iter().flatten().map(|policy| Item::Policy(policy)))
        .chain(in_use.map(|policy| Item::Policy(policy)))
        // Those of the pages before are not needed, only the one that the marker names.
        .skip_while(|item| after.is_some_and(|after| item.key().as_str() <= after))
        .collect()
}

impl Item<'_> {
    /// What the list is ordered by.
    pub(super) fn key(&self) -> String {
        match self {
            Self::User(user) => format!("0{}", user.name.fold()),
            Self::Group(group) => format!("1{}", group.name.fold()),
            Self::Role(role) => format!("2{}", role.name.fold()),
            Self::Policy(policy) if policy.arn.account().is_some() => {
                format!("3{}", policy.name.fold())
            }
            Self::Policy(policy) => format!("4{}", policy.arn),
        }
    }

    /// The accounts that must be known to show the item.
    pub(super) fn foreign_accounts(&self) -> Vec<AccountId> {
        match self {
            Self::Role(role) => role.trust.foreign_accounts().collect(),
            Self::User(_) | Self::Group(_) | Self::Policy(_) => Vec::new(),
        }
    }

    /// About how much of a page the item takes.
    pub(super) fn characters(&self, account: &Snapshot) -> usize {
        let held = match self {
            Self::User(user) => inline(&user.inline) + tags(&user.tags),
            Self::Group(group) => inline(&group.inline),
            Self::Role(role) => {
                let trust = role.trust.stored().as_str().len();
                // Each profile shows the role, and so its trust policy, again.
                let profiles = account.instance_profiles_of(&role.id, None).count();
                let profiles = profiles.saturating_mul(trust.saturating_add(ITEM_CHARACTERS));
                (inline(&role.inline) + tags(&role.tags) + trust).saturating_add(profiles)
            }
            Self::Policy(policy) => {
                let description = policy.description.as_ref().map_or(0, String::len);
                let versions = policy.versions.values();
                versions.map(|version| version.text.as_str().len()).sum::<usize>() + description
            }
        };
        held.saturating_add(ITEM_CHARACTERS)
    }
}

fn inline(policies: &InlinePolicies) -> usize {
    policies.iter().map(|(_, policy)| policy.text.as_str().len()).sum()
}

fn tags(tags: &TagSet) -> usize {
    tags.iter().map(|tag| tag.key.as_str().len() + tag.value.as_str().len()).sum()
}
