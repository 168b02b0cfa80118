//! The stored form of entities: JSON, one record each, with a format number.
//!
//! These structs are the format. They are apart from the entities, so that the
//! domain can change without the format and the format never by accident: golden
//! tests show every difference. Unknown fields are refused: a record written by a
//! later version must not lose anything by passing through this one.

mod account;
mod credential;
mod delegation;
pub(crate) mod field;
mod instance_profile;
mod outbound;
mod policy;
mod principal;
mod provider;
mod server_certificate;
mod user_credential;

use aws_lc_rs::digest;
use serde::Serialize;
use serde::de::DeserializeOwned;
use stead_types::AccountId;

use crate::EncodedRecord;
use crate::entity::{Entity, EntityKey};
use crate::limits::RECORD_BODY_BYTES_MAX;
use crate::snapshot::LoadReason;

/// The only format there has been.
const FORMAT: u16 = 1;

impl EntityKey {
    /// The key of the entity's record, such as `user/AIDA...`: at most 160
    /// printable ASCII characters.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Account => "account".to_owned(),
            Self::User(id) => format!("user/{id}"),
            Self::Group(id) => format!("group/{id}"),
            Self::Role(id) => format!("role/{id}"),
            Self::ManagedPolicy(id) => format!("policy/{id}"),
            Self::AccessKey(id) => format!("access-key/{id}"),
            // A serial number holds a path of up to 512 characters: too long for
            // a key, and a device has no other id.
            Self::MfaDevice(serial) => format!("mfa-device/{}", sha256_hex(serial.as_str())),
            // Likewise a URL of up to 255 characters.
            Self::OidcProvider(arn) => format!("oidc-provider/{}", sha256_hex(arn.as_str())),
            Self::SamlProvider(arn) => format!("saml-provider/{}", sha256_hex(arn.as_str())),
            Self::InstanceProfile(id) => format!("instance-profile/{id}"),
            Self::Alias(name) => format!("alias/{name}"),
            Self::PasswordPolicy => "password-policy".to_owned(),
            Self::LoginProfile(user) => format!("login-profile/{user}"),
            Self::ServiceCredential(id) => format!("service-credential/{id}"),
            Self::SshPublicKey(id) => format!("ssh-public-key/{id}"),
            Self::SigningCertificate(id) => format!("signing-certificate/{id}"),
            Self::ServerCertificate(id) => format!("server-certificate/{id}"),
            Self::TokenPreferences => "token-preferences".to_owned(),
            Self::TokenIssuer => "token-issuer".to_owned(),
            Self::OutboundFederation => "outbound-federation".to_owned(),
            Self::DelegationRequest(id) => format!("delegation-request/{id}"),
            Self::Delegation(id) => format!("delegation/{id}"),
        }
    }
}

fn sha256_hex(text: &str) -> String {
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The record of an entity.
pub(crate) fn encode(entity: &Entity) -> EncodedRecord {
    let body = match entity {
        Entity::Account(root) => to_json(&credential::AccountRecord::from(&**root)),
        Entity::User(user) => to_json(&principal::UserRecord::from(&**user)),
        Entity::Group(group) => to_json(&principal::GroupRecord::from(&**group)),
        Entity::Role(role) => to_json(&principal::RoleRecord::from(&**role)),
        Entity::ManagedPolicy(policy) => to_json(&policy::PolicyRecord::from(&**policy)),
        Entity::AccessKey(key) => to_json(&credential::AccessKeyRecord::from(&**key)),
        Entity::MfaDevice(device) => to_json(&credential::MfaDeviceRecord::from(&**device)),
        Entity::OidcProvider(provider) => to_json(&provider::OidcProviderRecord::from(&**provider)),
        Entity::SamlProvider(provider) => to_json(&provider::SamlProviderRecord::from(&**provider)),
        Entity::Alias(alias) => to_json(&account::AliasRecord::from(&**alias)),
        Entity::PasswordPolicy(policy) => to_json(&account::PasswordPolicyRecord::from(&**policy)),
        Entity::LoginProfile(profile) => to_json(&credential::LoginProfileRecord::from(&**profile)),
        Entity::ServiceCredential(held) => {
            to_json(&user_credential::ServiceCredentialRecord::from(&**held))
        }
        Entity::SshPublicKey(key) => to_json(&user_credential::SshPublicKeyRecord::from(&**key)),
        Entity::SigningCertificate(held) => {
            to_json(&user_credential::SigningCertificateRecord::from(&**held))
        }
        Entity::ServerCertificate(held) => {
            to_json(&server_certificate::ServerCertificateRecord::from(&**held))
        }
        Entity::TokenPreferences(preferences) => {
            to_json(&account::TokenPreferencesRecord::from(*preferences))
        }
        Entity::TokenIssuer(issuer) => to_json(&outbound::TokenIssuerRecord::from(&**issuer)),
        Entity::OutboundFederation(federation) => {
            to_json(&outbound::OutboundFederationRecord::from(&**federation))
        }
        Entity::DelegationRequest(request) => {
            to_json(&delegation::DelegationRequestRecord::from(&**request))
        }
        Entity::Delegation(held) => to_json(&delegation::DelegationRecord::from(&**held)),
        Entity::InstanceProfile(profile) => {
            to_json(&instance_profile::InstanceProfileRecord::from(&**profile))
        }
    };
    EncodedRecord { format: FORMAT, body }
}

#[expect(
    clippy::expect_used,
    reason = "records are structs, lists, strings and numbers: none has a serializer that fails"
)]
fn to_json(record: &impl Serialize) -> String {
    serde_json::to_string(record).expect("a record is always JSON")
}

/// The entity of a record.
pub(crate) fn decode(
    account: AccountId,
    key: &str,
    format: u16,
    body: &str,
) -> Result<Entity, LoadReason> {
    if format != FORMAT {
        return Err(LoadReason::UnknownFormat { found: format });
    }
    if body.len() > RECORD_BODY_BYTES_MAX {
        return Err(LoadReason::TooLong);
    }
    let kind = key.split_once('/').map_or(key, |(kind, _)| kind);
    let entity = match kind {
        "account" => from_json::<credential::AccountRecord>(body)?.entity(account)?,
        "user" => from_json::<principal::UserRecord>(body)?.entity(account)?,
        "group" => from_json::<principal::GroupRecord>(body)?.entity(account)?,
        "role" => from_json::<principal::RoleRecord>(body)?.entity(account)?,
        "policy" => from_json::<policy::PolicyRecord>(body)?.entity(account)?,
        "access-key" => from_json::<credential::AccessKeyRecord>(body)?.entity()?,
        "mfa-device" => from_json::<credential::MfaDeviceRecord>(body)?.entity(account)?,
        "oidc-provider" => from_json::<provider::OidcProviderRecord>(body)?.entity(account)?,
        "saml-provider" => from_json::<provider::SamlProviderRecord>(body)?.entity(account)?,
        "instance-profile" => {
            from_json::<instance_profile::InstanceProfileRecord>(body)?.entity()?
        }
        "alias" => from_json::<account::AliasRecord>(body)?.entity()?,
        "password-policy" => from_json::<account::PasswordPolicyRecord>(body)?.entity()?,
        "login-profile" => from_json::<credential::LoginProfileRecord>(body)?.entity()?,
        "service-credential" => {
            from_json::<user_credential::ServiceCredentialRecord>(body)?.entity()?
        }
        "ssh-public-key" => from_json::<user_credential::SshPublicKeyRecord>(body)?.entity()?,
        "signing-certificate" => {
            from_json::<user_credential::SigningCertificateRecord>(body)?.entity()?
        }
        "server-certificate" => {
            from_json::<server_certificate::ServerCertificateRecord>(body)?.entity()?
        }
        "token-preferences" => from_json::<account::TokenPreferencesRecord>(body)?.entity(),
        "token-issuer" => from_json::<outbound::TokenIssuerRecord>(body)?.entity()?,
        "outbound-federation" => from_json::<outbound::OutboundFederationRecord>(body)?.entity()?,
        "delegation-request" => {
            from_json::<delegation::DelegationRequestRecord>(body)?.entity(account)?
        }
        "delegation" => from_json::<delegation::DelegationRecord>(body)?.entity(account)?,
        _ => return Err(LoadReason::UnknownKind),
    };
    if entity.key().text() == key { Ok(entity) } else { Err(LoadReason::Misplaced) }
}

fn from_json<R: DeserializeOwned>(body: &str) -> Result<R, LoadReason> {
    // The error's own text can quote the record, so only the place is kept.
    serde_json::from_str(body)
        .map_err(|error| LoadReason::Shape { line: error.line(), column: error.column() })
}

#[cfg(test)]
mod tests;
