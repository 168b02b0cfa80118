//! IAM's rules for an account, as plainly as they can be written: maps, and what may be done
//! to them. Spec: the errors of each operation in the API reference, and UG:reference_iam-quotas.

use std::collections::{BTreeMap, BTreeSet};

use super::draw::Drawn;
use super::operation::{Kind, Operation};

const GROUPS_PER_USER: usize = 10;
const ATTACHED_PER_ENTITY: usize = 10;
const KEYS_PER_USER: usize = 2;
const VERSIONS_PER_POLICY: usize = 5;

/// Why an operation is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    Missing,
    Exists,
    Conflict,
    Limit,
}

impl Refusal {
    /// The code on the wire.
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Missing => "NoSuchEntity",
            Self::Exists => "EntityAlreadyExists",
            Self::Conflict => "DeleteConflict",
            Self::Limit => "LimitExceeded",
        }
    }
}

/// A user, a group or a role. Most have only some of this.
#[derive(Debug, Default)]
pub(super) struct Holder {
    pub(super) name: String,
    /// Of groups, which keep it under another name.
    id: u64,
    /// The documents of inline policies.
    pub(super) inline: BTreeMap<String, u64>,
    /// Names of managed policies.
    pub(super) attached: BTreeSet<String>,
    pub(super) boundary: Option<String>,
    groups: BTreeSet<u64>,
    pub(super) keys: BTreeSet<String>,
    pub(super) tags: BTreeMap<String, (String, String)>,
}

/// A managed policy.
#[derive(Debug)]
pub(super) struct Policy {
    pub(super) versions: BTreeMap<u64, u64>,
    pub(super) default: u64,
    next: u64,
}

/// An instance profile: its name, and the role in it by its name in small letters.
#[derive(Debug, Default)]
pub(super) struct Profile {
    pub(super) name: String,
    pub(super) role: Option<String>,
}

/// An account. Names in small letters lead to what has them.
#[derive(Debug, Default)]
pub(super) struct Model {
    pub(super) users: BTreeMap<String, Holder>,
    pub(super) groups: BTreeMap<String, Holder>,
    pub(super) roles: BTreeMap<String, Holder>,
    pub(super) profiles: BTreeMap<String, Profile>,
    /// By the name as it was given: it is part of the ARN.
    pub(super) policies: BTreeMap<String, Policy>,
    last_id: u64,
}

type Answer<T = ()> = Result<T, Refusal>;

impl Model {
    /// Does it, or says why not and changes nothing.
    pub(super) fn apply(&mut self, operation: &Operation) -> Answer {
        match operation {
            Operation::Create { kind, name, boundary } => {
                self.create(*kind, name, boundary.as_ref())
            }
            Operation::Delete { kind, name } => self.delete(*kind, name),
            Operation::Rename { kind, name, new } => self.rename(*kind, name, new),
            Operation::AddUserToGroup { user, group } => self.add_to_group(user, group),
            Operation::RemoveUserFromGroup { user, group } => {
                let id = self.holder(Kind::Group, group)?.id;
                self.holder(Kind::User, user)?.groups.remove(&id);
                Ok(())
            }
            Operation::TagUser { user, key, value } => {
                let tag = (key.clone(), value.clone());
                self.holder(Kind::User, user)?.tags.insert(small(key), tag);
                Ok(())
            }
            Operation::UntagUser { user, key } => {
                self.holder(Kind::User, user)?.tags.remove(&small(key));
                Ok(())
            }
            Operation::CreateAccessKey { user } => {
                let full = self.holder(Kind::User, user)?.keys.len() >= KEYS_PER_USER;
                unless(full, Refusal::Limit)
            }
            Operation::DeleteAccessKey { user, id } => {
                there(self.holder(Kind::User, user)?.keys.remove(id))
            }
            Operation::PutPolicy { kind, name, policy, document } => {
                self.holder(*kind, name)?.inline.insert(policy.clone(), *document);
                Ok(())
            }
            Operation::DeleteInlinePolicy { kind, name, policy } => {
                there(self.holder(*kind, name)?.inline.remove(policy).is_some())
            }
            Operation::Attach { kind, name, policy } => self.attach(*kind, name, policy),
            Operation::Detach { kind, name, policy } => {
                there(self.holder(*kind, name)?.attached.remove(policy))
            }
            Operation::PutBoundary { kind, name, policy } => {
                self.policy(policy)?;
                self.holder(*kind, name)?.boundary = Some(policy.clone());
                Ok(())
            }
            Operation::DeleteBoundary { kind, name } => {
                self.holder(*kind, name)?.boundary = None;
                Ok(())
            }
            Operation::CreatePolicy { policy, document } => self.create_policy(policy, *document),
            Operation::DeletePolicy { policy } => self.delete_policy(policy),
            Operation::CreatePolicyVersion { policy, document, default } => {
                self.policy(policy)?.create_version(*document, *default)
            }
            Operation::SetDefaultPolicyVersion { policy, version } => {
                self.policy(policy)?.set_default(*version)
            }
            Operation::DeletePolicyVersion { policy, version } => {
                self.policy(policy)?.delete_version(*version)
            }
            Operation::CreateInstanceProfile { profile } => self.create_profile(profile),
            Operation::DeleteInstanceProfile { profile } => self.delete_profile(profile),
            Operation::AddRoleToInstanceProfile { profile, role } => self.put_in(profile, role),
            Operation::RemoveRoleFromInstanceProfile { profile, role } => {
                self.take_out(profile, role)
            }
        }
    }

    /// A user has one more key.
    pub(super) fn learn_key(&mut self, user: &str, id: &str) {
        let holder = self.users.get_mut(&small(user)).unwrap();
        assert!(holder.keys.insert(id.to_owned()), "the key {id} was there before");
    }

    /// Some key of a user.
    pub(super) fn key_of(&self, user: &str, drawn: &mut Drawn) -> Option<String> {
        let keys = &self.users.get(&small(user))?.keys;
        let count = u64::try_from(keys.len()).unwrap();
        let chosen = usize::try_from(drawn.below(count.max(1))).unwrap();
        keys.iter().nth(chosen).cloned()
    }

    /// The names of the groups a user is in.
    pub(super) fn groups_of(&self, user: &Holder) -> Vec<&str> {
        let within = self.groups.values().filter(|group| user.groups.contains(&group.id));
        within.map(|group| group.name.as_str()).collect()
    }

    /// Everybody who can have managed policies.
    pub(super) fn holders(&self) -> impl Iterator<Item = &Holder> {
        self.users.values().chain(self.groups.values()).chain(self.roles.values())
    }

    const fn all(&mut self, kind: Kind) -> &mut BTreeMap<String, Holder> {
        match kind {
            Kind::User => &mut self.users,
            Kind::Group => &mut self.groups,
            Kind::Role => &mut self.roles,
        }
    }

    fn holder(&mut self, kind: Kind, name: &str) -> Answer<&mut Holder> {
        self.all(kind).get_mut(&small(name)).ok_or(Refusal::Missing)
    }

    fn policy(&mut self, name: &str) -> Answer<&mut Policy> {
        self.policies.get_mut(name).ok_or(Refusal::Missing)
    }

    fn profile(&mut self, name: &str) -> Answer<&mut Profile> {
        self.profiles.get_mut(&small(name)).ok_or(Refusal::Missing)
    }

    fn create(&mut self, kind: Kind, name: &str, boundary: Option<&String>) -> Answer {
        unless(self.all(kind).contains_key(&small(name)), Refusal::Exists)?;
        if let Some(boundary) = boundary {
            self.policy(boundary)?;
        }
        self.last_id += 1;
        let (name, boundary) = (name.to_owned(), boundary.cloned());
        let holder = Holder { name, id: self.last_id, boundary, ..Holder::default() };
        self.all(kind).insert(small(&holder.name), holder);
        Ok(())
    }

    fn delete(&mut self, kind: Kind, name: &str) -> Answer {
        let key = small(name);
        let held = self.holder(kind, name)?;
        let id = held.id;
        let busy = !held.inline.is_empty()
            || !held.attached.is_empty()
            || !held.groups.is_empty()
            || !held.keys.is_empty();
        let members = self.users.values().any(|user| user.groups.contains(&id));
        let in_profile = self.profiles.values().any(|it| it.role.as_ref() == Some(&key));
        let conflict = match kind {
            Kind::User => busy,
            Kind::Group => busy || members,
            Kind::Role => busy || in_profile,
        };
        unless(conflict, Refusal::Conflict)?;
        self.all(kind).remove(&key);
        Ok(())
    }

    fn rename(&mut self, kind: Kind, name: &str, new: &str) -> Answer {
        self.holder(kind, name)?;
        // One's own name is taken too, in whatever case.
        unless(self.all(kind).contains_key(&small(new)), Refusal::Exists)?;
        let mut holder = self.all(kind).remove(&small(name)).unwrap();
        new.clone_into(&mut holder.name);
        self.all(kind).insert(small(new), holder);
        Ok(())
    }

    fn add_to_group(&mut self, user: &str, group: &str) -> Answer {
        let id = self.holder(Kind::Group, group)?.id;
        let groups = &mut self.holder(Kind::User, user)?.groups;
        let full = groups.len() >= GROUPS_PER_USER && !groups.contains(&id);
        unless(full, Refusal::Limit)?;
        groups.insert(id);
        Ok(())
    }

    fn attach(&mut self, kind: Kind, name: &str, policy: &str) -> Answer {
        self.policy(policy)?;
        let attached = &mut self.holder(kind, name)?.attached;
        let full = attached.len() >= ATTACHED_PER_ENTITY && !attached.contains(policy);
        unless(full, Refusal::Limit)?;
        attached.insert(policy.to_owned());
        Ok(())
    }

    fn create_profile(&mut self, name: &str) -> Answer {
        unless(self.profiles.contains_key(&small(name)), Refusal::Exists)?;
        self.profiles.insert(small(name), Profile { name: name.to_owned(), role: None });
        Ok(())
    }

    fn delete_profile(&mut self, name: &str) -> Answer {
        unless(self.profile(name)?.role.is_some(), Refusal::Conflict)?;
        self.profiles.remove(&small(name));
        Ok(())
    }

    fn put_in(&mut self, profile: &str, role: &str) -> Answer {
        self.holder(Kind::Role, role)?;
        let profile = self.profile(profile)?;
        unless(profile.role.is_some(), Refusal::Limit)?;
        profile.role = Some(small(role));
        Ok(())
    }

    fn take_out(&mut self, profile: &str, role: &str) -> Answer {
        self.holder(Kind::Role, role)?;
        let profile = self.profile(profile)?;
        there(profile.role == Some(small(role)))?;
        profile.role = None;
        Ok(())
    }

    fn create_policy(&mut self, name: &str, document: u64) -> Answer {
        let taken = self.policies.keys().any(|held| small(held) == small(name));
        unless(taken, Refusal::Exists)?;
        let policy = Policy { versions: BTreeMap::from([(1, document)]), default: 1, next: 2 };
        self.policies.insert(name.to_owned(), policy);
        Ok(())
    }

    fn delete_policy(&mut self, name: &str) -> Answer {
        let versions = self.policy(name)?.versions.len();
        let used = self.holders().any(|holder| {
            holder.attached.contains(name) || holder.boundary.as_deref() == Some(name)
        });
        unless(used || versions > 1, Refusal::Conflict)?;
        self.policies.remove(name);
        Ok(())
    }
}

impl Policy {
    fn create_version(&mut self, document: u64, default: bool) -> Answer {
        unless(self.versions.len() >= VERSIONS_PER_POLICY, Refusal::Limit)?;
        self.versions.insert(self.next, document);
        if default {
            self.default = self.next;
        }
        self.next += 1;
        Ok(())
    }

    fn set_default(&mut self, version: u64) -> Answer {
        there(self.versions.contains_key(&version))?;
        self.default = version;
        Ok(())
    }

    fn delete_version(&mut self, version: u64) -> Answer {
        there(self.versions.contains_key(&version))?;
        unless(self.default == version, Refusal::Conflict)?;
        self.versions.remove(&version);
        Ok(())
    }
}

fn small(name: &str) -> String {
    name.to_lowercase()
}

const fn unless(refused: bool, refusal: Refusal) -> Answer {
    if refused { Err(refusal) } else { Ok(()) }
}

const fn there(found: bool) -> Answer {
    unless(!found, Refusal::Missing)
}
