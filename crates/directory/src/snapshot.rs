//! All of an account at one revision: immutable, cheap to clone, indexed.

mod applied;
mod collection;
mod load;
mod lookup;
mod prepared;

pub use load::{LoadProblem, LoadReason};
pub use lookup::PolicyUse;

use std::sync::Arc;

use imbl::{OrdMap, OrdSet};
use stead_types::{AccessKeyId, AccountAlias, AccountId, Arn, CredentialId, UniqueId, Uuid};

use crate::change::EntityChange;
use crate::entity::{
    AccessKey, AccountRoot, Alias, Delegation, DelegationRequest, Entity, EntityKey, Group,
    InstanceProfile, KeyOwner, LoginProfile, ManagedPolicy, MfaDevice, OidcProvider,
    OutboundFederation, PasswordPolicy, Role, SamlProvider, ServerCertificate, ServiceCredential,
    SigningCertificate, SshPublicKey, TokenIssuer, TokenPreferences, User,
};
use collection::{Collection, Index};
use prepared::Prepared;

/// An account as it was at one moment: every entity, compiled, with the indexes
/// that requests and listings need.
///
/// A clone shares everything; a change copies what lies on the way to it, in
/// O(log n). Look-ups are O(log n) too. Applying changes to a snapshot gives what
/// loading the changed records gives.
#[derive(Clone, Debug)]
pub struct Snapshot {
    root: Arc<AccountRoot>,
    users: Collection<User>,
    groups: Collection<Group>,
    roles: Collection<Role>,
    policies: Collection<ManagedPolicy>,
    instance_profiles: Collection<InstanceProfile>,
    server_certificates: Collection<ServerCertificate>,
    access_keys: OrdMap<AccessKeyId, Arc<AccessKey>>,
    mfa_devices: OrdMap<Arn, Arc<MfaDevice>>,
    oidc_providers: OrdMap<Arn, Arc<OidcProvider>>,
    saml_providers: OrdMap<Arn, Arc<SamlProvider>>,
    // One at most; a map, since another one is put before the first is deleted.
    aliases: OrdMap<AccountAlias, Arc<Alias>>,
    password_policy: Option<Arc<PasswordPolicy>>,
    login_profiles: OrdMap<UniqueId, Arc<LoginProfile>>,
    service_credentials: OrdMap<CredentialId, Arc<ServiceCredential>>,
    ssh_public_keys: OrdMap<CredentialId, Arc<SshPublicKey>>,
    signing_certificates: OrdMap<CredentialId, Arc<SigningCertificate>>,
    token_preferences: Option<TokenPreferences>,
    token_issuer: Option<Arc<TokenIssuer>>,
    outbound_federation: Option<Arc<OutboundFederation>>,
    delegation_requests: OrdMap<Uuid, Arc<DelegationRequest>>,
    delegations: OrdMap<Uuid, Arc<Delegation>>,

    // Derived from the entities above.
    keys_by_owner: Index<KeyOwner, AccessKeyId>,
    devices_by_owner: Index<KeyOwner, Arn>,
    service_credentials_by_user: Index<UniqueId, CredentialId>,
    ssh_keys_by_user: Index<UniqueId, CredentialId>,
    certificates_by_user: Index<UniqueId, CredentialId>,
    // The members of a group by folded name, so that they are listed in order.
    members: Index<UniqueId, (String, UniqueId)>,
    // The instance profiles of a role by folded name, likewise.
    profiles_by_role: Index<UniqueId, (String, UniqueId)>,
    uses: Index<Arn, PolicyUse>,

    // Keys of records that can't be read; as long as there is one, nothing is written.
    unreadable: OrdSet<Arc<str>>,

    // Made of all this when it is asked for.
    prepared: Prepared,
}

impl Snapshot {
    /// An account that holds nothing yet.
    #[must_use]
    pub fn empty(root: AccountRoot) -> Self {
        Self {
            root: Arc::new(root),
            users: Collection::default(),
            groups: Collection::default(),
            roles: Collection::default(),
            policies: Collection::default(),
            instance_profiles: Collection::default(),
            server_certificates: Collection::default(),
            access_keys: OrdMap::new(),
            mfa_devices: OrdMap::new(),
            oidc_providers: OrdMap::new(),
            saml_providers: OrdMap::new(),
            aliases: OrdMap::new(),
            password_policy: None,
            login_profiles: OrdMap::new(),
            service_credentials: OrdMap::new(),
            ssh_public_keys: OrdMap::new(),
            signing_certificates: OrdMap::new(),
            token_preferences: None,
            token_issuer: None,
            outbound_federation: None,
            delegation_requests: OrdMap::new(),
            delegations: OrdMap::new(),
            keys_by_owner: Index::default(),
            devices_by_owner: Index::default(),
            service_credentials_by_user: Index::default(),
            ssh_keys_by_user: Index::default(),
            certificates_by_user: Index::default(),
            members: Index::default(),
            profiles_by_role: Index::default(),
            uses: Index::default(),
            unreadable: OrdSet::new(),
            prepared: Prepared::default(),
        }
    }

    /// The account after these changes. Nothing is checked: changes come from
    /// commands, which have checked everything.
    #[must_use]
    pub fn apply(&self, changes: &[EntityChange]) -> Self {
        let mut next = self.clone();
        for change in changes {
            match change {
                EntityChange::Put(entity) => next.put(entity.clone()),
                EntityChange::Delete(key) => next.delete(key),
            }
        }
        next
    }

    /// The account number.
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.root.id
    }

    /// The account itself.
    #[must_use]
    pub const fn root(&self) -> &Arc<AccountRoot> {
        &self.root
    }

    /// Whether every record of the account could be read.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.unreadable.is_empty()
    }

    pub(crate) fn put(&mut self, entity: Entity) {
        // It makes way for what it replaces, and what was prepared goes with that.
        self.delete(&entity.key());
        match entity {
            Entity::Account(root) => self.root = root,
            Entity::User(user) => self.put_user(user),
            Entity::Group(group) => {
                self.use_policies(group.attached.iter(), &PolicyUse::Group(group.id.clone()));
                self.groups.insert(group);
            }
            Entity::Role(role) => self.put_role(role),
            Entity::ManagedPolicy(policy) => self.policies.insert(policy),
            Entity::AccessKey(key) => {
                self.keys_by_owner.insert(key.owner.clone(), key.id.clone());
                self.access_keys.insert(key.id.clone(), key);
            }
            Entity::MfaDevice(device) => {
                if let Some(assigned) = &device.assigned {
                    self.devices_by_owner.insert(assigned.owner.clone(), device.serial.clone());
                }
                self.mfa_devices.insert(device.serial.clone(), device);
            }
            Entity::OidcProvider(provider) => {
                self.oidc_providers.insert(provider.arn.clone(), provider);
            }
            Entity::SamlProvider(provider) => {
                self.saml_providers.insert(provider.arn.clone(), provider);
            }
            Entity::Alias(alias) => drop(self.aliases.insert(alias.name.clone(), alias)),
            Entity::PasswordPolicy(policy) => self.password_policy = Some(policy),
            Entity::LoginProfile(profile) => {
                self.login_profiles.insert(profile.user.clone(), profile);
            }
            Entity::ServiceCredential(held) => {
                self.service_credentials_by_user.insert(held.user.clone(), held.id.clone());
                self.service_credentials.insert(held.id.clone(), held);
            }
            Entity::SshPublicKey(key) => {
                self.ssh_keys_by_user.insert(key.user.clone(), key.id.clone());
                self.ssh_public_keys.insert(key.id.clone(), key);
            }
            Entity::SigningCertificate(held) => {
                self.certificates_by_user.insert(held.user.clone(), held.id.clone());
                self.signing_certificates.insert(held.id.clone(), held);
            }
            Entity::ServerCertificate(held) => self.server_certificates.insert(held),
            Entity::TokenPreferences(preferences) => self.token_preferences = Some(preferences),
            Entity::TokenIssuer(issuer) => self.token_issuer = Some(issuer),
            Entity::OutboundFederation(federation) => self.outbound_federation = Some(federation),
            Entity::DelegationRequest(request) => {
                self.delegation_requests.insert(request.id.clone(), request);
            }
            Entity::Delegation(held) => drop(self.delegations.insert(held.id().clone(), held)),
            Entity::InstanceProfile(profile) => {
                if let Some(role) = &profile.role {
                    let named = (profile.name.fold(), profile.id.clone());
                    self.profiles_by_role.insert(role.clone(), named);
                }
                self.instance_profiles.insert(profile);
            }
        }
    }

    pub(crate) fn delete(&mut self, key: &EntityKey) {
        self.prepared.begin_anew();
        match key {
            // An account ends with its aggregate, not by a change within it.
            EntityKey::Account => {}
            EntityKey::User(id) => self.delete_user(id),
            EntityKey::Group(id) => {
                if let Some(group) = self.groups.remove(id) {
                    self.unuse_policies(group.attached.iter(), &PolicyUse::Group(id.clone()));
                }
            }
            EntityKey::Role(id) => self.delete_role(id),
            EntityKey::ManagedPolicy(id) => drop(self.policies.remove(id)),
            EntityKey::AccessKey(id) => {
                if let Some(key) = self.access_keys.remove(id) {
                    self.keys_by_owner.remove(&key.owner, id);
                }
            }
            EntityKey::MfaDevice(serial) => {
                let device = self.mfa_devices.remove(serial);
                if let Some(assigned) = device.and_then(|device| device.assigned.clone()) {
                    self.devices_by_owner.remove(&assigned.owner, serial);
                }
            }
            EntityKey::OidcProvider(arn) => drop(self.oidc_providers.remove(arn)),
            EntityKey::SamlProvider(arn) => drop(self.saml_providers.remove(arn)),
            EntityKey::InstanceProfile(id) => self.delete_instance_profile(id),
            EntityKey::Alias(name) => drop(self.aliases.remove(name)),
            EntityKey::PasswordPolicy => self.password_policy = None,
            EntityKey::LoginProfile(user) => drop(self.login_profiles.remove(user)),
            EntityKey::ServiceCredential(id) => {
                if let Some(held) = self.service_credentials.remove(id) {
                    self.service_credentials_by_user.remove(&held.user, id);
                }
            }
            EntityKey::SigningCertificate(id) => {
                if let Some(held) = self.signing_certificates.remove(id) {
                    self.certificates_by_user.remove(&held.user, id);
                }
            }
            EntityKey::ServerCertificate(id) => drop(self.server_certificates.remove(id)),
            EntityKey::TokenPreferences => self.token_preferences = None,
            EntityKey::TokenIssuer => self.token_issuer = None,
            EntityKey::OutboundFederation => self.outbound_federation = None,
            EntityKey::DelegationRequest(id) => drop(self.delegation_requests.remove(id)),
            EntityKey::Delegation(id) => drop(self.delegations.remove(id)),
            EntityKey::SshPublicKey(id) => {
                if let Some(key) = self.ssh_public_keys.remove(id) {
                    self.ssh_keys_by_user.remove(&key.user, id);
                }
            }
        }
    }

    fn put_user(&mut self, user: Arc<User>) {
        for group in &user.groups {
            self.members.insert(group.clone(), (user.name.fold(), user.id.clone()));
        }
        self.use_policies(user.attached.iter(), &PolicyUse::User(user.id.clone()));
        if let Some(boundary) = &user.boundary {
            self.uses.insert(boundary.arn().clone(), PolicyUse::UserBoundary(user.id.clone()));
        }
        self.users.insert(user);
    }

    fn delete_user(&mut self, id: &UniqueId) {
        let Some(user) = self.users.remove(id) else { return };
        for group in &user.groups {
            self.members.remove(group, &(user.name.fold(), id.clone()));
        }
        self.unuse_policies(user.attached.iter(), &PolicyUse::User(id.clone()));
        if let Some(boundary) = &user.boundary {
            self.uses.remove(boundary.arn(), &PolicyUse::UserBoundary(id.clone()));
        }
    }

    fn put_role(&mut self, role: Arc<Role>) {
        self.use_policies(role.attached.iter(), &PolicyUse::Role(role.id.clone()));
        if let Some(boundary) = &role.boundary {
            self.uses.insert(boundary.arn().clone(), PolicyUse::RoleBoundary(role.id.clone()));
        }
        self.roles.insert(role);
    }

    fn delete_role(&mut self, id: &UniqueId) {
        let Some(role) = self.roles.remove(id) else { return };
        self.unuse_policies(role.attached.iter(), &PolicyUse::Role(id.clone()));
        if let Some(boundary) = &role.boundary {
            self.uses.remove(boundary.arn(), &PolicyUse::RoleBoundary(id.clone()));
        }
    }

    fn delete_instance_profile(&mut self, id: &UniqueId) {
        let Some(profile) = self.instance_profiles.remove(id) else { return };
        if let Some(role) = &profile.role {
            self.profiles_by_role.remove(role, &(profile.name.fold(), id.clone()));
        }
    }

    fn use_policies<'a>(&mut self, arns: impl Iterator<Item = &'a Arn>, policy_use: &PolicyUse) {
        for arn in arns {
            self.uses.insert(arn.clone(), policy_use.clone());
        }
    }

    fn unuse_policies<'a>(&mut self, arns: impl Iterator<Item = &'a Arn>, policy_use: &PolicyUse) {
        for arn in arns {
            self.uses.remove(arn, policy_use);
        }
    }
}

#[cfg(test)]
mod tests;
