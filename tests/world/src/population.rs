//! Who lives in a world: made by the directory's own commands.

use std::time::Duration;

use stead_directory::commands::saml_provider::{NewPrivateKey, SamlProviderChange};
use stead_directory::commands::{PolicyHolder, attachment, boundary};
use stead_directory::commands::{
    access_key, inline_policy, managed_policy, mfa_device, oidc_provider, role, saml_provider, user,
};
use stead_directory::entity::{
    AccountRoot, AssertionEncryption, KeyOwner, MaxSessionDuration, Role, SamlMetadata, User,
    WrappedSecret,
};
use stead_directory::{DirectoryError, Draft, PrincipalLookup, PrincipalStatus};
use stead_policy::PolicyText;
use stead_session::totp;
use stead_session::vault::{SecretName, SecretVault};
use stead_types::{AccountId, Arn, Entropy, Path, SamlId, Secret, Tag, Timestamp, UniqueId};

use crate::{Credentials, Hosted, SamlIdp, World};

/// How long the metadata of SAML providers holds.
pub const METADATA_VALID_SECONDS: u64 = 7 * 24 * 3_600;

impl World {
    /// Hosts an account and gives the credentials of its root user.
    pub fn create_account(&mut self, number: &str) -> (AccountId, Credentials) {
        let id: AccountId = number.parse().unwrap();
        let vault = self.new_vault(id);
        let root = AccountRoot {
            id,
            created_at: self.now,
            data_key: WrappedSecret::new(Vec::new()),
            login_profile: None,
        };
        let (snapshot, _) = Draft::create_account(root).into_parts();
        self.accounts.insert(id, Hosted { snapshot, vault });
        let credentials = self.create_key(id, KeyOwner::Root);
        (id, credentials)
    }

    /// Creates a user with one inline policy and an access key.
    pub fn create_user(&mut self, account: AccountId, name: &str, policy: &str) -> Credentials {
        let user = self.create_bare_user(account, name, &[]);
        if !policy.is_empty() {
            self.put_user_policy(account, name, policy);
        }
        self.create_key(account, KeyOwner::User(user.id.clone()))
    }

    /// Creates a user without policies or keys.
    pub fn create_bare_user(
        &mut self,
        account: AccountId,
        name: &str,
        tags: &[(&str, &str)],
    ) -> User {
        let new = user::NewUser {
            name: name.parse().unwrap(),
            path: Path::root(),
            boundary: None,
            tags: self::tags(tags),
        };
        let now = self.now;
        let made = self.edit(account, |draft, entropy, _| user::create(draft, new, now, entropy));
        (*made).clone()
    }

    /// Gives a user an inline policy named `inline`.
    pub fn put_user_policy(&mut self, account: AccountId, name: &str, policy: &str) {
        let name = name.parse().unwrap();
        self.edit(account, |draft, _, _| {
            let holder = PolicyHolder::User(&name);
            inline_policy::put(draft, holder, "inline".parse().unwrap(), text(policy))
        });
    }

    /// Bounds a user by a new managed policy of this document.
    pub fn bound_user(&mut self, account: AccountId, name: &str, policy: &str) {
        let arn = self.create_policy(account, &format!("{name}-boundary"), policy);
        let name = name.parse().unwrap();
        self.edit(account, |draft, _, _| {
            boundary::put(draft, boundary::BoundaryHolder::User(&name), &arn)
        });
    }

    /// Creates a managed policy and gives its ARN.
    pub fn create_policy(&mut self, account: AccountId, name: &str, policy: &str) -> Arn {
        let new = managed_policy::NewPolicy {
            name: name.parse().unwrap(),
            path: Path::root(),
            text: text(policy),
            description: None,
            tags: Vec::new(),
        };
        let now = self.now;
        let made = self
            .edit(account, |draft, entropy, _| managed_policy::create(draft, new, now, entropy));
        made.arn.clone()
    }

    /// Registers an OpenID Connect provider for these applications.
    pub fn create_oidc_provider(&mut self, account: AccountId, url: &str, client_ids: &[&str]) {
        let new = oidc_provider::NewOidcProvider {
            issuer: url.parse().unwrap(),
            client_ids: client_ids.iter().map(|id| id.parse().unwrap()).collect(),
            thumbprints: Vec::new(),
            tags: Vec::new(),
        };
        let now = self.now;
        self.edit(account, |draft, _, _| oidc_provider::create(draft, new, now));
    }

    /// Registers a SAML provider, and gives its ARN. Its metadata holds for
    /// [`METADATA_VALID_SECONDS`].
    pub fn create_saml_provider(&mut self, account: AccountId, name: &str, idp: &SamlIdp) -> Arn {
        let new = saml_provider::NewSamlProvider {
            name: name.parse().unwrap(),
            metadata: SamlMetadata {
                document: "shown and not read".into(),
                entity_id: idp.entity_id().into(),
                valid_until: self.now.plus(Duration::from_secs(METADATA_VALID_SECONDS)),
                signing_certificates: vec![SamlIdp::certificate().into()],
            },
            encryption: AssertionEncryption::Allowed,
            private_key: None,
            tags: Vec::new(),
        };
        let now = self.now;
        let made =
            self.edit(account, |draft, entropy, _| saml_provider::create(draft, new, now, entropy));
        made.arn.clone()
    }

    /// Says whether assertions of a SAML provider must be encrypted.
    pub fn demand_encryption(
        &mut self,
        account: AccountId,
        provider: &Arn,
        encryption: AssertionEncryption,
    ) {
        let change =
            SamlProviderChange { encryption: Some(encryption), ..SamlProviderChange::default() };
        self.change_saml_provider(account, provider, change);
    }

    /// Gives a SAML provider one more private key, in PEM.
    pub fn add_decryption_key(&mut self, account: AccountId, provider: &Arn, pem: &str) {
        let Hosted { vault, .. } = self.accounts.get(&account).unwrap();
        let id = SamlId::generate(&mut self.entropy);
        let name = SecretName::SamlPrivateKey { provider: provider.as_str(), id: &id };
        let pem = Secret::new(pem.to_owned());
        let wrapped = vault.wrap_text(name, &pem, &mut self.entropy).unwrap();
        let key = WrappedSecret::new(wrapped.as_bytes());
        let added = NewPrivateKey { id, key };
        let change =
            SamlProviderChange { add_private_key: Some(added), ..SamlProviderChange::default() };
        self.change_saml_provider(account, provider, change);
    }

    fn change_saml_provider(&mut self, account: AccountId, arn: &Arn, change: SamlProviderChange) {
        let now = self.now;
        self.edit(account, |draft, _, _| saml_provider::update(draft, arn, change, now));
    }

    /// Attaches a managed policy to a role.
    pub fn attach_to_role(&mut self, account: AccountId, role: &str, policy: &Arn) {
        let name = role.parse().unwrap();
        self.edit(account, |draft, _, _| {
            attachment::attach(draft, PolicyHolder::Role(&name), policy)
        });
    }

    /// Creates a role with a trust policy and one inline policy.
    pub fn create_role(
        &mut self,
        account: AccountId,
        name: &str,
        trust: &str,
        policy: &str,
    ) -> Role {
        self.create_tagged_role(account, name, trust, policy, &[])
    }

    /// Creates a role with tags.
    pub fn create_tagged_role(
        &mut self,
        account: AccountId,
        name: &str,
        trust: &str,
        policy: &str,
        tags: &[(&str, &str)],
    ) -> Role {
        let new = role::NewRole {
            name: name.parse().unwrap(),
            path: Path::root(),
            trust: text(trust),
            description: None,
            max_session_duration: MaxSessionDuration::DEFAULT,
            boundary: None,
            tags: self::tags(tags),
        };
        let now = self.now;
        let made = self.edit(account, |draft, entropy, principals| {
            role::create(draft, new, principals, now, entropy)
        });
        if !policy.is_empty() {
            let name = name.parse().unwrap();
            self.edit(account, |draft, _, _| {
                let holder = PolicyHolder::Role(&name);
                inline_policy::put(draft, holder, "inline".parse().unwrap(), text(policy))
            });
        }
        (*made).clone()
    }

    /// Lets a role give longer sessions.
    pub fn lengthen(&mut self, account: AccountId, role: &str, seconds: u32) {
        let (name, longest) = (role.parse().unwrap(), MaxSessionDuration::from_seconds(seconds));
        self.edit(account, |draft, _, _| role::update(draft, &name, None, longest));
    }

    /// Replaces a role's trust policy.
    pub fn trust(&mut self, account: AccountId, role: &str, trust: &str) {
        let name = role.parse().unwrap();
        self.edit(account, |draft, _, principals| {
            role::update_trust(draft, &name, &text(trust), principals)
        });
    }

    /// Deletes a role that has at most the policy `inline`.
    pub fn delete_role(&mut self, account: AccountId, name: &str) {
        let name = name.parse().unwrap();
        self.edit(account, |draft, _, _| {
            let holder = PolicyHolder::Role(&name);
            let _ = inline_policy::delete(draft, holder, &"inline".parse().unwrap());
            role::delete(draft, &name)
        });
    }

    /// Deletes a user with its keys and at most the policy `inline`.
    pub fn delete_user(&mut self, account: AccountId, name: &str) {
        let owner = KeyOwner::User(self.account(account).user_by_name(name).unwrap().id.clone());
        let name = name.parse().unwrap();
        self.edit(account, |draft, _, _| {
            let keys: Vec<_> = draft.snapshot().keys_of(&owner).map(|key| key.id.clone()).collect();
            for key in keys {
                access_key::delete(draft, &owner, &key)?;
            }
            let holder = PolicyHolder::User(&name);
            let _ = inline_policy::delete(draft, holder, &"inline".parse().unwrap());
            user::delete(draft, &name)
        });
    }

    /// Gives a user or root user an access key.
    pub fn create_key(&mut self, account: AccountId, owner: KeyOwner) -> Credentials {
        let secret = Secret::new("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned());
        let now = self.now;
        let Hosted { snapshot, vault } = self.accounts.get_mut(&account).unwrap();
        let id = access_key::new_id(snapshot, &mut self.entropy);
        let wrapped = vault.wrap_text(SecretName::AccessKey(&id), &secret, &mut self.entropy);
        let wrapped = WrappedSecret::new(wrapped.unwrap().as_bytes());
        let mut draft = Draft::new(snapshot).unwrap();
        access_key::create(&mut draft, owner, id.clone(), wrapped, now).unwrap();
        *snapshot = draft.into_parts().0;
        Credentials { access_key_id: id.to_string(), secret, session_token: None }
    }

    /// Gives a user a virtual MFA device; the function gives its code at a moment.
    pub fn give_mfa(
        &mut self,
        account: AccountId,
        name: &str,
    ) -> (Arn, impl Fn(Timestamp) -> Secret<String> + use<>) {
        let owner = KeyOwner::User(self.account(account).user_by_name(name).unwrap().id.clone());
        let mut seed = vec![0; 20];
        self.entropy.fill(&mut seed);
        let seed = Secret::new(seed);
        let serial = Arn::iam(account, &format!("mfa/{name}"));
        let vault = &self.accounts.get(&account).unwrap().vault;
        let wrapped = vault.wrap(SecretName::MfaSeed(serial.as_str()), &seed, &mut self.entropy);
        let new = mfa_device::NewMfaDevice {
            name: name.parse().unwrap(),
            path: Path::root(),
            seed: WrappedSecret::new(wrapped.unwrap().as_bytes()),
            tags: Vec::new(),
        };
        let now = self.now;
        self.edit(account, |draft, _, _| {
            mfa_device::create(draft, new, now)?;
            mfa_device::enable(draft, owner, &serial, mfa_device::ConsecutiveCodes::Right, now)
        });
        let serial = Arn::iam(account, &format!("mfa/{name}"));
        (serial, move |moment| totp::code(&seed, totp::Step::at(moment)))
    }

    fn edit<T>(
        &mut self,
        account: AccountId,
        command: impl FnOnce(
            &mut Draft,
            &mut dyn Entropy,
            &dyn PrincipalLookup,
        ) -> Result<T, DirectoryError>,
    ) -> T {
        let everyone =
            Everyone(self.accounts.values().map(|hosted| hosted.snapshot.clone()).collect());
        let hosted = self.accounts.get_mut(&account).expect("a hosted account");
        let mut draft = Draft::new(&hosted.snapshot).unwrap();
        let made = command(&mut draft, &mut self.entropy, &everyone).unwrap();
        hosted.snapshot = draft.into_parts().0;
        made
    }
}

struct Everyone(Vec<stead_directory::Snapshot>);

impl PrincipalLookup for Everyone {
    fn lookup(&self, arn: &Arn) -> PrincipalStatus {
        let home = self.0.iter().find(|snapshot| Some(snapshot.account()) == arn.account());
        home.map_or(PrincipalStatus::NotHosted, |snapshot| snapshot.lookup(arn))
    }

    fn arn_of(&self, id: &UniqueId) -> Option<Arn> {
        self.0.iter().find_map(|snapshot| snapshot.arn_of(id))
    }
}

fn text(policy: &str) -> PolicyText {
    PolicyText::from(policy.to_owned())
}

fn tags(tags: &[(&str, &str)]) -> Vec<Tag> {
    let tag = |(key, value): &(&str, &str)| Tag {
        key: key.parse().unwrap(),
        value: value.parse().unwrap(),
    };
    tags.iter().map(tag).collect()
}
