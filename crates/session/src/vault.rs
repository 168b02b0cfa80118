//! Secrets at rest: a root key wraps the data key of each account, and the data
//! key wraps the account's secrets.
//!
//! Every wrapped value names the key that wraps it, and opens only for the
//! account, the purpose and the name it was wrapped for: a row copied over
//! another one in the store opens as nothing.
//! `docs/decisions/0003-secrets-at-rest.md` has the reasons.

use std::fmt;

use stead_types::{
    AccessKeyId, AccountId, CredentialId, Entropy, SamlId, Secret, ServicePrincipal, UniqueId,
};
use thiserror::Error;

use crate::keyring::{Keyring, RecordError};
use crate::limits::SECRET_BYTES_MAX;
use crate::sealing::{
    self, Envelope, EnvelopeError, FamilyKind, KeyFamily, KeyId, NotAuthentic, SealingKey,
};

/// A secret as it rests: safe to store, useless without the key that it names.
#[derive(Clone, PartialEq, Eq)]
pub struct WrappedSecret(Vec<u8>);

/// What a secret is and whose, beside its account: it opens under no other name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretName<'a> {
    /// The secret access key of a long-term access key.
    AccessKey(&'a AccessKeyId),
    /// The seed of a virtual MFA device, by the device's serial number.
    MfaSeed(&'a str),
    /// A private key of a SAML provider.
    SamlPrivateKey {
        /// The provider's ARN.
        provider: &'a str,
        /// The key's id.
        id: &'a SamlId,
    },
    /// The hash of a user's password, by the user's unique id.
    PasswordHash(&'a UniqueId),
    /// The secret of a credential for one service, by the credential's id.
    ServiceCredential(&'a CredentialId),
    /// The private key of a server certificate, by the certificate's unique id.
    ServerCertificateKey(&'a UniqueId),
    /// The private half of a key that signs the account's identity tokens, by its id.
    TokenKey(&'a str),
}

/// Where an account's secrets are wrapped and unwrapped.
pub trait SecretVault {
    /// Wraps a secret for rest.
    ///
    /// # Errors
    /// [`VaultError::TooLong`] above [`SECRET_BYTES_MAX`].
    fn wrap(
        &self,
        name: SecretName<'_>,
        secret: &Secret<Vec<u8>>,
        entropy: &mut dyn Entropy,
    ) -> Result<WrappedSecret, VaultError>;

    /// The secret again, if it was wrapped here under this name.
    ///
    /// # Errors
    /// Everything else is refused.
    fn unwrap(
        &self,
        name: SecretName<'_>,
        wrapped: &WrappedSecret,
    ) -> Result<Secret<Vec<u8>>, VaultError>;

    /// Wraps a secret that is a text.
    ///
    /// # Errors
    /// As [`SecretVault::wrap`].
    fn wrap_text(
        &self,
        name: SecretName<'_>,
        secret: &Secret<String>,
        entropy: &mut dyn Entropy,
    ) -> Result<WrappedSecret, VaultError> {
        self.wrap(name, &Secret::new(secret.expose().as_bytes().to_vec()), entropy)
    }

    /// A secret that is a text again.
    ///
    /// # Errors
    /// As [`SecretVault::unwrap`]; also when it is not a text.
    fn unwrap_text(
        &self,
        name: SecretName<'_>,
        wrapped: &WrappedSecret,
    ) -> Result<Secret<String>, VaultError> {
        let bytes = self.unwrap(name, wrapped)?;
        let text = std::str::from_utf8(bytes.expose()).map_err(|_| VaultError::Malformed)?;
        Ok(Secret::new(text.to_owned()))
    }
}

/// Why something can't be wrapped or unwrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum VaultError {
    /// More than [`SECRET_BYTES_MAX`] bytes.
    #[error("a secret has at most {SECRET_BYTES_MAX} bytes")]
    TooLong,
    /// Cut short, or of another shape than what was wrapped.
    #[error("not a wrapped secret")]
    Malformed,
    /// A construction this version does not know.
    #[error("wrapped by construction {0}, which is unknown")]
    UnknownVersion(u8),
    /// Wrapped under another key than the one at hand.
    #[error("wrapped under key {wrapped_under}, not under {at_hand}")]
    OtherKey {
        /// The key that it names.
        wrapped_under: KeyId,
        /// The key that was to open it.
        at_hand: KeyId,
    },
    /// Changed, or wrapped for another account, purpose or name.
    #[error("not authentic for this account and name")]
    Forged,
    /// Authentic, but not a keyring.
    #[error("the wrapped keyring can't be read")]
    Keyring(#[source] RecordError),
}

/// The key above all others at rest: 32 bytes that are kept apart from the data.
pub struct RootKey {
    secret: Secret<[u8; 32]>,
    id: KeyId,
    data_keys: SealingKey,
    keyrings: SealingKey,
    audit_log: SealingKey,
    root_keys: SealingKey,
    services: SealingKey,
}

impl RootKey {
    /// The root key of these 32 bytes.
    #[must_use]
    pub fn new(secret: &Secret<[u8; 32]>) -> Self {
        let family = KeyFamily::new(FamilyKind::Root, secret);
        Self {
            secret: secret.clone(),
            id: family.id(),
            data_keys: family.domain("data keys"),
            keyrings: family.domain("keyrings"),
            audit_log: family.domain("audit log"),
            root_keys: family.domain("root keys"),
            services: family.domain("services"),
        }
    }

    /// The key with which this one vouches for the end of the audit log.
    #[must_use]
    pub fn audit_log_key(&self) -> Secret<[u8; 32]> {
        Secret::new(*self.audit_log.derive("head", &[0; 32], &[]))
    }

    /// The 32 bytes, for who keeps the key.
    #[must_use]
    pub const fn secret(&self) -> &Secret<[u8; 32]> {
        &self.secret
    }

    /// The id that everything wrapped under this key names.
    #[must_use]
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// Wraps the data key of an account. Each time the result differs.
    #[must_use]
    pub fn wrap_data_key(
        &self,
        account: AccountId,
        key: &DataKey,
        entropy: &mut dyn Entropy,
    ) -> WrappedSecret {
        let context = account.number().to_be_bytes();
        wrap(&self.data_keys, &context, key.secret.expose(), entropy)
    }

    /// The data key of an account again.
    ///
    /// # Errors
    /// What this key has not wrapped for this account is refused.
    pub fn unwrap_data_key(
        &self,
        account: AccountId,
        wrapped: &WrappedSecret,
    ) -> Result<DataKey, VaultError> {
        let context = account.number().to_be_bytes();
        let secret = unwrap(&self.data_keys, &context, wrapped)?;
        let bytes = secret.expose().as_slice().try_into().map_err(|_| VaultError::Malformed)?;
        Ok(DataKey { secret: Secret::new(bytes) })
    }

    /// Wraps the installation's keyring.
    #[must_use]
    pub fn wrap_keyring(&self, keyring: &Keyring, entropy: &mut dyn Entropy) -> WrappedSecret {
        wrap(&self.keyrings, &[], keyring.to_record().expose(), entropy)
    }

    /// The installation's keyring again.
    ///
    /// # Errors
    /// What this key has not wrapped is refused, and what it has but this
    /// version can't read.
    pub fn unwrap_keyring(&self, wrapped: &WrappedSecret) -> Result<Keyring, VaultError> {
        let record = unwrap(&self.keyrings, &[], wrapped)?;
        Keyring::from_record(&record).map_err(VaultError::Keyring)
    }

    /// Wraps the secret access key of a registered service.
    #[must_use]
    pub fn wrap_service_secret(
        &self,
        service: &ServicePrincipal,
        id: &AccessKeyId,
        secret: &Secret<String>,
        entropy: &mut dyn Entropy,
    ) -> WrappedSecret {
        let context = service_context(service, id);
        wrap(&self.services, &context, secret.expose().as_bytes(), entropy)
    }

    /// The secret access key of a registered service again.
    ///
    /// # Errors
    /// What this key has not wrapped for this service and this access key is refused.
    pub fn unwrap_service_secret(
        &self,
        service: &ServicePrincipal,
        id: &AccessKeyId,
        wrapped: &WrappedSecret,
    ) -> Result<Secret<String>, VaultError> {
        let bytes = unwrap(&self.services, &service_context(service, id), wrapped)?;
        let text = std::str::from_utf8(bytes.expose()).map_err(|_| VaultError::Malformed)?;
        Ok(Secret::new(text.to_owned()))
    }

    /// Wraps the root key that this one takes the place of, for the time in which some
    /// things are still wrapped under that one. Never the other way round: who has the
    /// old key must not get the new one by it.
    #[must_use]
    pub fn wrap_replaced(&self, replaced: &Self, entropy: &mut dyn Entropy) -> WrappedSecret {
        wrap(&self.root_keys, &[], replaced.secret.expose(), entropy)
    }

    /// The root key that this one takes the place of again.
    ///
    /// # Errors
    /// What this key has not wrapped as one is refused.
    pub fn unwrap_replaced(&self, wrapped: &WrappedSecret) -> Result<Self, VaultError> {
        let secret = unwrap(&self.root_keys, &[], wrapped)?;
        let bytes = secret.expose().as_slice().try_into().map_err(|_| VaultError::Malformed)?;
        Ok(Self::new(&Secret::new(bytes)))
    }
}

// Ids hold no blanks: no two pairs give one context.
fn service_context(service: &ServicePrincipal, id: &AccessKeyId) -> Vec<u8> {
    format!("{id} {service}").into_bytes()
}

impl fmt::Debug for RootKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("RootKey").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The key of one account's secrets. It rests wrapped under the root key, so that
/// a new root key rewraps one key per account and no secret.
#[derive(Clone, Debug)]
pub struct DataKey {
    secret: Secret<[u8; 32]>,
}

impl DataKey {
    /// A fresh key.
    #[must_use]
    pub fn generate(entropy: &mut dyn Entropy) -> Self {
        let mut secret = [0; 32];
        entropy.fill(&mut secret);
        Self { secret: Secret::new(secret) }
    }
}

/// The vault of one account.
pub struct AccountVault {
    account: AccountId,
    secrets: SealingKey,
}

impl AccountVault {
    /// The vault of `account` under its data key.
    #[must_use]
    pub fn new(account: AccountId, key: &DataKey) -> Self {
        let family = KeyFamily::new(FamilyKind::Data, &key.secret);
        Self { account, secrets: family.domain("secrets") }
    }

    // A number, a letter and a name up to the end: no two names give one context.
    fn context(&self, name: SecretName<'_>) -> Vec<u8> {
        let (letter, name) = match name {
            SecretName::AccessKey(id) => (b'A', id.as_str().to_owned()),
            SecretName::MfaSeed(serial_number) => (b'M', serial_number.to_owned()),
            // Ids hold no blanks.
            SecretName::SamlPrivateKey { provider, id } => (b'S', format!("{id} {provider}")),
            SecretName::PasswordHash(user) => (b'P', user.to_string()),
            SecretName::ServiceCredential(id) => (b'C', id.to_string()),
            SecretName::ServerCertificateKey(id) => (b'K', id.to_string()),
            SecretName::TokenKey(id) => (b'T', id.to_owned()),
        };
        [&self.account.number().to_be_bytes(), [letter].as_slice(), name.as_bytes()].concat()
    }
}

impl SecretVault for AccountVault {
    fn wrap(
        &self,
        name: SecretName<'_>,
        secret: &Secret<Vec<u8>>,
        entropy: &mut dyn Entropy,
    ) -> Result<WrappedSecret, VaultError> {
        if secret.expose().len() > SECRET_BYTES_MAX {
            return Err(VaultError::TooLong);
        }
        Ok(wrap(&self.secrets, &self.context(name), secret.expose(), entropy))
    }

    fn unwrap(
        &self,
        name: SecretName<'_>,
        wrapped: &WrappedSecret,
    ) -> Result<Secret<Vec<u8>>, VaultError> {
        unwrap(&self.secrets, &self.context(name), wrapped)
    }
}

impl fmt::Debug for AccountVault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("AccountVault")
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}

impl WrappedSecret {
    /// Bytes from the store, as they are: whether they open is seen on unwrapping.
    #[must_use]
    pub const fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes to store.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The key it says it is wrapped under, such as the root key of a data key:
    /// what still has to be rewrapped names another one than the current.
    ///
    /// # Errors
    /// Bytes of another shape name none.
    pub fn claimed_key(&self) -> Result<KeyId, VaultError> {
        Ok(Envelope::parse(&self.0)?.claimed_key)
    }
}

impl fmt::Debug for WrappedSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "WrappedSecret({} bytes)", self.0.len())
    }
}

impl From<EnvelopeError> for VaultError {
    fn from(error: EnvelopeError) -> Self {
        match error {
            EnvelopeError::Short => Self::Malformed,
            EnvelopeError::Version(version) => Self::UnknownVersion(version),
        }
    }
}

fn wrap(
    key: &SealingKey,
    context: &[u8],
    plaintext: &[u8],
    entropy: &mut dyn Entropy,
) -> WrappedSecret {
    WrappedSecret(key.seal(&sealing::draw_nonce(entropy), context, plaintext))
}

fn unwrap(
    key: &SealingKey,
    context: &[u8],
    wrapped: &WrappedSecret,
) -> Result<Secret<Vec<u8>>, VaultError> {
    let envelope = Envelope::parse(&wrapped.0)?;
    let (wrapped_under, at_hand) = (envelope.claimed_key, key.id());
    if wrapped_under != at_hand {
        return Err(VaultError::OtherKey { wrapped_under, at_hand });
    }
    key.open(&envelope, context).map_err(|NotAuthentic| VaultError::Forged)
}
