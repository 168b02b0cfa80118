//! What the tests of this crate share: an account, documents, counted bytes.

use stead_policy::PolicyText;
use stead_types::{
    AccountId, Arn, Entropy, P384Point, Path, PublicTokenKey, RsaNumbers, Tag, Timestamp, UniqueId,
    UniqueIdKind,
};

use crate::commands::outbound_federation::NewTokenKey;
use crate::commands::{
    group, instance_profile, managed_policy, oidc_provider, role, saml_provider,
    server_certificate, user,
};
use crate::entity::{
    AccountRoot, Group, InstanceProfile, ManagedPolicy, MaxSessionDuration, OidcProvider, Role,
    SamlMetadata, SamlProvider, ServerCertificate, User, WrappedSecret,
};
use crate::{DirectoryError, Draft, Snapshot};
use std::sync::Arc;

pub(crate) const ALLOW: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#;
pub(crate) const DENY: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:*","Resource":"*"}}"#;
pub(crate) const BROKEN: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow"}}"#;

/// Bytes that never repeat: a counter, so that every test runs the same way.
#[derive(Default)]
pub(crate) struct Counter(u64);

impl Entropy for Counter {
    fn fill(&mut self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            // A step of a linear generator, so that the first bytes differ too.
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let bytes = self.0.to_be_bytes();
            chunk.copy_from_slice(&bytes[..chunk.len()]);
        }
    }
}

/// An account with everything that a command needs besides its parameters.
pub(crate) struct Fixture {
    pub(crate) draft: Draft,
    pub(crate) entropy: Counter,
}

pub(crate) fn account() -> AccountId {
    "111122223333".parse().unwrap()
}

pub(crate) fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

pub(crate) fn secret() -> WrappedSecret {
    WrappedSecret::new([1, 2, 3])
}

/// A key of each kind, whose numbers make none: nothing here signs.
pub(crate) fn token_keys() -> Vec<NewTokenKey> {
    let rsa = RsaNumbers::new(vec![0x80; 256], [1, 0, 1]).unwrap();
    let point = P384Point::new(&[1; 48], &[2; 48]).unwrap();
    [PublicTokenKey::Rsa(rsa), PublicTokenKey::P384(point)]
        .map(|public| NewTokenKey { public, private: secret() })
        .into()
}

/// Metadata with one signing certificate, which is none: nothing here looks into it.
pub(crate) fn saml_metadata(entity_id: &str) -> SamlMetadata {
    SamlMetadata {
        document: format!("<m e=\"{entity_id}\"/>").into(),
        entity_id: entity_id.into(),
        valid_until: "2126-02-28T12:00:00Z".parse().unwrap(),
        signing_certificates: vec![[0x30, 3, 2, 1, 1].into()],
    }
}

pub(crate) fn trust_of(principal: &str) -> PolicyText {
    format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{{"AWS":"{principal}"}},"Action":"sts:AssumeRole"}}}}"#
    )
    .into()
}

/// An identity policy of exactly this many counted characters.
pub(crate) fn document_of(characters: usize) -> PolicyText {
    let document = |sid: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Sid":"{sid}","Effect":"Allow","Action":"s3:*","Resource":"*"}}}}"#
        )
    };
    let frame = document("").chars().count();
    document(&"x".repeat(characters - frame)).into()
}

pub(crate) fn name<T: std::str::FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    text.parse().unwrap()
}

pub(crate) fn arn(resource: &str) -> Arn {
    Arn::iam(account(), resource)
}

pub(crate) fn tag(key: &str, value: &str) -> Tag {
    Tag { key: name(key), value: name(value) }
}

pub(crate) fn tags(count: usize) -> Vec<Tag> {
    (0..count).map(|index| tag(&format!("key-{index}"), "value")).collect()
}

impl Fixture {
    pub(crate) fn new() -> Self {
        let root = AccountRoot {
            id: account(),
            created_at: now(),
            data_key: secret(),
            login_profile: None,
        };
        Self { draft: Draft::create_account(root), entropy: Counter::default() }
    }

    pub(crate) fn snapshot(&self) -> &Snapshot {
        self.draft.snapshot()
    }

    pub(crate) fn user(&mut self, text: &str) -> Arc<User> {
        self.try_user(text).unwrap()
    }

    pub(crate) fn try_user(&mut self, text: &str) -> Result<Arc<User>, DirectoryError> {
        let new = user::NewUser {
            name: name(text),
            path: Path::root(),
            boundary: None,
            tags: Vec::new(),
        };
        user::create(&mut self.draft, new, now(), &mut self.entropy)
    }

    pub(crate) fn group(&mut self, text: &str) -> Arc<Group> {
        group::create(&mut self.draft, name(text), Path::root(), now(), &mut self.entropy).unwrap()
    }

    pub(crate) fn role(&mut self, text: &str, trusts: &str) -> Arc<Role> {
        self.try_role(text, trusts).unwrap()
    }

    pub(crate) fn try_role(
        &mut self,
        text: &str,
        trusts: &str,
    ) -> Result<Arc<Role>, DirectoryError> {
        let new = role::NewRole {
            name: name(text),
            path: Path::root(),
            trust: trust_of(trusts),
            description: None,
            max_session_duration: MaxSessionDuration::DEFAULT,
            boundary: None,
            tags: Vec::new(),
        };
        let principals = self.draft.snapshot().clone();
        role::create(&mut self.draft, new, &principals, now(), &mut self.entropy)
    }

    pub(crate) fn policy(&mut self, text: &str) -> Arc<ManagedPolicy> {
        self.try_policy(text, ALLOW.into()).unwrap()
    }

    pub(crate) fn oidc_provider(&mut self, issuer: &str) -> Arc<OidcProvider> {
        self.try_oidc_provider(issuer).unwrap()
    }

    pub(crate) fn try_oidc_provider(
        &mut self,
        issuer: &str,
    ) -> Result<Arc<OidcProvider>, DirectoryError> {
        let new = oidc_provider::NewOidcProvider {
            issuer: name(issuer),
            client_ids: Vec::new(),
            thumbprints: Vec::new(),
            tags: Vec::new(),
        };
        oidc_provider::create(&mut self.draft, new, now())
    }

    pub(crate) fn try_saml_provider(
        &mut self,
        text: &str,
    ) -> Result<Arc<SamlProvider>, DirectoryError> {
        let new = saml_provider::NewSamlProvider {
            name: name(text),
            metadata: saml_metadata("idp"),
            encryption: crate::entity::AssertionEncryption::Allowed,
            private_key: None,
            tags: Vec::new(),
        };
        saml_provider::create(&mut self.draft, new, now(), &mut self.entropy)
    }

    pub(crate) fn try_instance_profile(
        &mut self,
        text: &str,
    ) -> Result<Arc<InstanceProfile>, DirectoryError> {
        let new = instance_profile::NewInstanceProfile {
            name: name(text),
            path: Path::root(),
            tags: Vec::new(),
        };
        instance_profile::create(&mut self.draft, new, now(), &mut self.entropy)
    }

    pub(crate) fn try_server_certificate(
        &mut self,
        text: &str,
    ) -> Result<Arc<ServerCertificate>, DirectoryError> {
        let new = server_certificate::NewServerCertificate {
            id: UniqueId::generate(UniqueIdKind::Certificate, &mut self.entropy),
            name: name(text),
            path: Path::root(),
            body: "pem".into(),
            chain: None,
            private_key: secret(),
            expires_at: "2036-03-01T12:00:00Z".parse().unwrap(),
            tags: Vec::new(),
        };
        server_certificate::upload(&mut self.draft, new, now())
    }

    pub(crate) fn try_policy(
        &mut self,
        policy_name: &str,
        text: PolicyText,
    ) -> Result<Arc<ManagedPolicy>, DirectoryError> {
        let new = managed_policy::NewPolicy {
            name: name(policy_name),
            path: Path::root(),
            text,
            description: None,
            tags: Vec::new(),
        };
        managed_policy::create(&mut self.draft, new, now(), &mut self.entropy)
    }
}

pub(crate) fn missing(kind: crate::EntityKind, name: impl ToString) -> DirectoryError {
    DirectoryError::missing(kind, name)
}
