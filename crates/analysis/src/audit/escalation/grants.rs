//! Who can give themselves, or somebody they can become, the policy that allows everything.

use std::collections::{BTreeMap, BTreeSet};

use stead_directory::Snapshot;
use stead_directory::entity::{AttachedPolicies, Group};
use stead_policy::{ContextBuilder, PolicyText};
use stead_types::Arn;

use super::super::administrators::conditions;
use super::super::asker::{EVERYTHING, is_kept_by_aws, may, may_somewhere, with_boundary};
use super::super::supposed::{in_group, with_version};
use super::super::{Asked, Progress};
use super::takeover::takes_over;
use super::{granting, is_allowed, is_bounded};
use crate::access::{Access, Hop, Kind, Person, Principal, Reaches, Wanted, hops_to};
use crate::audit::AuditStep;
use crate::audit::supposed::without_boundary;

const OF_USERS: [&str; 2] = ["iam:AttachUserPolicy", "iam:PutUserPolicy"];
const OF_ROLES: [&str; 2] = ["iam:AttachRolePolicy", "iam:PutRolePolicy"];
const OF_GROUPS: [&str; 2] = ["iam:AttachGroupPolicy", "iam:PutGroupPolicy"];
const VERSION: &str = "iam:CreatePolicyVersion";
const DEFAULT: &str = "iam:SetDefaultPolicyVersion";
const MEMBER: &str = "iam:AddUserToGroup";

const DELETE: [&str; 2] =
    ["iam:DeleteUserPermissionsBoundary", "iam:DeleteRolePermissionsBoundary"];
const REPLACE: [&str; 2] = ["iam:PutUserPermissionsBoundary", "iam:PutRolePermissionsBoundary"];

/// All of these calls.
pub(super) const ACTIONS: [&[&str]; 6] =
    [&OF_USERS, &OF_ROLES, &OF_GROUPS, &[VERSION, DEFAULT, MEMBER], &DELETE, &REPLACE];

/// Whose policies may let them change policies.
pub(super) struct Grants {
    users: Vec<Reaches>,
    roles: Vec<Reaches>,
    versions: Reaches,
    /// Everybody who may do any of it, to whatever.
    all: BTreeSet<usize>,
}

impl Grants {
    pub(super) fn of(asked: &Asked<'_, '_>, is_asked: &dyn Fn(usize) -> bool) -> Self {
        let of = |action: &&str| asked.access.reaches(action, is_asked);
        let users: Vec<Reaches> = OF_USERS.iter().map(of).collect();
        let roles: Vec<Reaches> = OF_ROLES.iter().map(of).collect();
        let versions = of(&VERSION);
        let further =
            OF_GROUPS.iter().chain([&DEFAULT, &MEMBER]).chain(&DELETE).chain(&REPLACE).map(of);
        let further: Vec<Reaches> = further.collect();
        let each = users.iter().chain(&roles).chain(&further).chain([&versions]);
        let all = each.flat_map(Reaches::holders).collect();
        Self { users, roles, versions, all }
    }

    /// Everybody who can give themselves everything.
    pub(super) fn own(
        &self,
        asked: &Asked<'_, '_>,
        progress: &mut Progress<'_>,
    ) -> BTreeMap<usize, Vec<AuditStep>> {
        let mut found = BTreeMap::new();
        for (done, place) in self.all.iter().enumerate() {
            progress.tell("changes of own policies", done, self.all.len());
            let Some(who) = asked.access.people().get(*place) else { continue };
            let step = own_step(asked.access, who);
            found.extend(step.map(|step| (*place, vec![step])));
        }
        found
    }

    /// Whoever's policies may let them give the user or role everything.
    fn candidates(&self, access: &Access<'_>, target: &Person) -> BTreeSet<usize> {
        let reaches = if target.kind == Kind::User { &self.users } else { &self.roles };
        let direct = reaches.iter().flat_map(|it| it.candidates(target.arn.as_str()));
        let home = access.world().account(target.account).map(|account| &account.snapshot);
        let policies = home.map(|home| customer_policies(home, target)).unwrap_or_default();
        let versions = policies.iter().flat_map(|arn| self.versions.candidates(arn.as_str()));
        direct.chain(versions).collect()
    }

    /// Everybody else who can give everything to somebody whom they can become.
    pub(super) fn others(
        &self,
        asked: &Asked<'_, '_>,
        is_left: &dyn Fn(usize) -> bool,
    ) -> BTreeMap<usize, Vec<AuditStep>> {
        let access = asked.access;
        let mut found: BTreeMap<usize, Vec<AuditStep>> = BTreeMap::new();
        let left = self.all.iter().copied().filter(|place| is_left(*place));
        let able =
            |place: &usize| access.people().get(*place).is_some_and(|who| could(access, who));
        let able: BTreeSet<usize> = left.filter(able).collect();
        if able.is_empty() {
            return found;
        }
        for (place, target) in access.people().iter() {
            let mut candidates = self.candidates(access, target);
            candidates
                .retain(|who| *who != place && able.contains(who) && !found.contains_key(who));
            for who in candidates {
                let step = access.people().get(who).and_then(|who| to_other(access, who, target));
                found.extend(step.map(|step| (who, vec![step])));
            }
        }
        found
    }
}

/// Whether somebody may make one of the calls about anything that a policy names: whoever
/// may not need not be asked about everybody.
fn could(access: &Access<'_>, who: &Person) -> bool {
    let kinds = [(OF_USERS, "user"), (OF_ROLES, "role"), (OF_GROUPS, "group")];
    let calls = kinds.iter().flat_map(|(actions, kind)| actions.iter().map(move |it| (it, *kind)));
    let mut calls = calls.chain([(&VERSION, "policy")]);
    calls.any(|(action, kind)| {
        may_somewhere(access, who, action, &format!("arn:aws:iam::ACCOUNT:{kind}/")).is_some()
    })
}

/// How somebody gives themselves everything.
fn own_step(access: &Access<'_>, who: &Person) -> Option<AuditStep> {
    if let Some(hop) = grant(access, who, who) {
        if !is_bounded(access, who) {
            return Some(granting(who, &hop.action.clone(), vec![hop]));
        }
        return by_boundary(access, who);
    }
    let by_policies = by_version(access, who).or_else(|| by_group(access, who));
    by_policies.or_else(|| by_boundary(access, who))
}

/// Without the boundary, or with one that allows everything, somebody is an administrator,
/// or can give themselves everything.
///
/// Source: pathfinding.cloud, iam:DeleteRolePermissionsBoundary and its like.
fn by_boundary(access: &Access<'_>, who: &Person) -> Option<AuditStep> {
    if is_kept_by_aws(who) {
        return None;
    }
    who.boundary(&access.world().account(who.account)?.snapshot)?;
    let of_kind =
        |[user, role]: [&'static str; 2]| if who.kind == Kind::User { user } else { role };
    // Spec: service authorization reference, IAM: iam:PermissionsBoundary is the boundary that
    // is put, and of the deletion the one that is there.
    let everything = || ContextBuilder::new().single("iam:PermissionsBoundary", EVERYTHING);
    let asks = [(DELETE, with_boundary(access, who)), (REPLACE, everything())];
    let hop = asks
        .into_iter()
        .find_map(|(of, known)| may(access, who, of_kind(of), who.arn.as_str(), known))?;
    let world = without_boundary(access.world(), who)?;
    let free = access.over(&world);
    let method = hop.action.clone();
    if conditions(&free, who).is_some() {
        return Some(granting(who, &method, vec![hop]));
    }
    let then = grant(&free, who, who).filter(|_| !is_bounded(&free, who))?;
    Some(granting(who, &format!("{method} + {}", then.action), vec![hop, then]))
}

/// How somebody gives another everything and becomes that other.
fn to_other(access: &Access<'_>, who: &Person, target: &Person) -> Option<AuditStep> {
    let hop = grant(access, who, target)?;
    let becoming = match target.kind {
        Kind::User => takes_over(access, who, target)?.calls,
        Kind::Role => match assumes(access, who, target) {
            Some(hop) => vec![hop],
            None => takes_over(access, who, target)?.calls,
        },
    };
    if is_bounded(access, target) {
        return None;
    }
    let calls: Vec<Hop> = std::iter::once(hop).chain(becoming).collect();
    let methods: Vec<&str> = calls.iter().map(|hop| hop.action.as_str()).collect();
    let method = methods.join(" + ");
    Some(granting(who, &method, calls))
}

fn assumes(access: &Access<'_>, who: &Person, role: &Person) -> Option<Hop> {
    let own = who.principal();
    let is_own = |principal: &Principal| *principal == own;
    let edges = access.direct_among(&role.arn, &Wanted::default(), &is_own);
    hops_to(&role.arn, &edges).into_iter().find(is_allowed)
}

/// A call by which one gives the other a policy that allows everything.
fn grant(access: &Access<'_>, who: &Person, target: &Person) -> Option<Hop> {
    if who.account != target.account || is_kept_by_aws(target) {
        return None;
    }
    let home = &access.world().account(target.account)?.snapshot;
    let actions = if target.kind == Kind::User { OF_USERS } else { OF_ROLES };
    let known = || with_boundary(access, target).single("iam:PolicyARN", EVERYTHING);
    let direct =
        actions.iter().find_map(|action| may(access, who, action, target.arn.as_str(), known()));
    direct.or_else(|| by_own_group(access, who, target, home)).or_else(|| {
        let policies = customer_policies(home, target);
        let may = |arn: &Arn| may(access, who, VERSION, arn.as_str(), ContextBuilder::new());
        policies.iter().find_map(may)
    })
}

/// A policy for a group that the user is a member of.
fn by_own_group(
    access: &Access<'_>,
    who: &Person,
    target: &Person,
    home: &Snapshot,
) -> Option<Hop> {
    let user = home.user(&target.id).filter(|_| target.kind == Kind::User)?;
    let known = || ContextBuilder::new().single("iam:PolicyARN", EVERYTHING);
    home.groups_of(user).iter().find_map(|group| {
        let arn = group.arn(home.account());
        OF_GROUPS.iter().find_map(|action| may(access, who, action, arn.as_str(), known()))
    })
}

/// The account's own managed policies that somebody has, through groups too.
fn customer_policies(home: &Snapshot, who: &Person) -> Vec<Arn> {
    let own = |attached: &AttachedPolicies| -> Vec<Arn> {
        attached.iter().filter(|arn| arn.account().is_some()).cloned().collect()
    };
    match who.kind {
        Kind::Role => home.role(&who.id).map(|role| own(&role.attached)).unwrap_or_default(),
        Kind::User => home.user(&who.id).map_or_else(Vec::new, |user| {
            let groups = home.groups_of(user).into_iter().flat_map(|group| own(&group.attached));
            own(&user.attached).into_iter().chain(groups).collect()
        }),
    }
}

/// A version of an own policy that is not in force and makes an administrator.
fn by_version(access: &Access<'_>, who: &Person) -> Option<AuditStep> {
    let account = access.world().account(who.account)?;
    let home = &account.snapshot;
    for arn in customer_policies(home, who) {
        let Some(versions) = account.other_versions.get(&arn) else { continue };
        let Some(hop) = may(access, who, DEFAULT, arn.as_str(), ContextBuilder::new()) else {
            continue;
        };
        let policy = home.policy(&arn)?;
        let makes = |(_, text): &&(String, PolicyText)| {
            let world = with_version(access.world(), policy, text);
            world.is_some_and(|world| conditions(&access.over(&world), who).is_some())
        };
        if let Some((name, _)) = versions.iter().find(makes) {
            return Some(granting(who, &format!("{DEFAULT} to {name}"), vec![hop]));
        }
    }
    None
}

/// A group whose member is an administrator, or can become one by a change of policies.
fn by_group(access: &Access<'_>, who: &Person) -> Option<AuditStep> {
    let home = &access.world().account(who.account)?.snapshot;
    let user = home.user(&who.id).filter(|_| who.kind == Kind::User)?;
    let has_any = |group: &Group| !group.inline.is_empty() || !group.attached.is_empty();
    let groups = home.groups("/", None);
    let groups = groups.filter(|group| !user.groups.contains(&group.id) && has_any(group));
    for group in groups {
        let arn = group.arn(home.account());
        let Some(hop) = may(access, who, MEMBER, arn.as_str(), ContextBuilder::new()) else {
            continue;
        };
        let Some(world) = in_group(access.world(), who, group) else { continue };
        let joined = access.over(&world);
        if conditions(&joined, who).is_some() {
            return Some(granting(who, MEMBER, vec![hop]));
        }
        if let Some(then) = grant(&joined, who, who).filter(|_| !is_bounded(&joined, who)) {
            let method = format!("{MEMBER} + {}", then.action);
            return Some(granting(who, &method, vec![hop, then]));
        }
    }
    None
}
