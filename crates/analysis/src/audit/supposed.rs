//! Accounts in which one thing is different: what somebody has changed. Whoever is said to
//! be able after a change was asked about in such accounts.

use std::sync::Arc;

use serde_json::json;
use stead_directory::entity::{Entity, Group, ManagedPolicy};
use stead_directory::{EntityChange, imported};
use stead_policy::PolicyText;
use stead_types::Arn;

use super::asker::EVERYTHING;
use crate::World;
use crate::access::{Kind, Person};

/// Somebody has the policy that allows everything, besides their own and their boundary.
pub(super) fn with_everything(world: &World, who: &Person) -> Option<World> {
    let home = &world.account(who.account)?.snapshot;
    let everything: Arn = EVERYTHING.parse().ok()?;
    let and_everything = |attached: &stead_directory::entity::AttachedPolicies| {
        let arns: Vec<Arn> = attached.iter().cloned().chain([everything]).collect();
        imported::attached_policies(&who.arn, arns)
    };
    let entity = match who.kind {
        Kind::User => {
            let mut user = home.user(&who.id)?.as_ref().clone();
            user.attached = and_everything(&user.attached);
            Entity::User(Arc::new(user))
        }
        Kind::Role => {
            let mut role = home.role(&who.id)?.as_ref().clone();
            role.attached = and_everything(&role.attached);
            Entity::Role(Arc::new(role))
        }
    };
    Some(world.changed(who.account, &[EntityChange::Put(entity)]))
}

/// Somebody has no permissions boundary.
pub(super) fn without_boundary(world: &World, who: &Person) -> Option<World> {
    let home = &world.account(who.account)?.snapshot;
    let entity = match who.kind {
        Kind::User => {
            let mut user = home.user(&who.id)?.as_ref().clone();
            user.boundary = None;
            Entity::User(Arc::new(user))
        }
        Kind::Role => {
            let mut role = home.role(&who.id)?.as_ref().clone();
            role.boundary = None;
            Entity::Role(Arc::new(role))
        }
    };
    Some(world.changed(who.account, &[EntityChange::Put(entity)]))
}

/// Somebody has this policy and no other, besides their boundary.
pub(super) fn with_only(world: &World, who: &Person, document: &str) -> Option<World> {
    let home = &world.account(who.account)?.snapshot;
    let policy = ("supposed".parse().ok()?, PolicyText::from(document.to_owned()));
    let inline = imported::inline_policies(&who.arn, [policy]);
    let attached = imported::attached_policies(&who.arn, []);
    let entity = match who.kind {
        Kind::User => {
            let mut user = home.user(&who.id)?.as_ref().clone();
            (user.inline, user.attached) = (inline, attached);
            user.groups.clear();
            Entity::User(Arc::new(user))
        }
        Kind::Role => {
            let mut role = home.role(&who.id)?.as_ref().clone();
            (role.inline, role.attached) = (inline, attached);
            Entity::Role(Arc::new(role))
        }
    };
    Some(world.changed(who.account, &[EntityChange::Put(entity)]))
}

/// A user is a member of a group.
pub(super) fn in_group(world: &World, who: &Person, group: &Group) -> Option<World> {
    let home = &world.account(who.account)?.snapshot;
    let mut user = home.user(&who.id)?.as_ref().clone();
    user.groups.insert(group.id.clone());
    Some(world.changed(who.account, &[EntityChange::Put(Entity::User(Arc::new(user)))]))
}

/// A role trusts somebody, and nobody else.
pub(super) fn trusting(world: &World, role: &Person, who: &Person) -> Option<World> {
    let home = &world.account(role.account)?.snapshot;
    let mut changed = home.role(&role.id)?.as_ref().clone();
    let document = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": who.arn.as_str()}, "Action": "sts:AssumeRole",
    }]});
    let text = PolicyText::from(document.to_string());
    changed.trust = imported::trust_policy(&text, &role.arn, world);
    Some(world.changed(role.account, &[EntityChange::Put(Entity::Role(Arc::new(changed)))]))
}

/// Another version of a policy is the default one.
pub(super) fn with_version(
    world: &World,
    policy: &ManagedPolicy,
    text: &PolicyText,
) -> Option<World> {
    let account = policy.arn.account()?;
    let mut changed = policy.clone();
    changed.stored = imported::managed_policy(text.clone());
    if let Some(version) = changed.versions.get_mut(&changed.default_version) {
        version.text = text.clone();
    }
    let entity = Entity::ManagedPolicy(Arc::new(changed));
    Some(world.changed(account, &[EntityChange::Put(entity)]))
}
