//! The words everything else speaks: account ids, ARNs, access key ids, names,
//! tags, secrets, times.
//!
//! Every type here is parsed once, at the edge, and then means "already
//! checked". No type knows the wire, a clock, a random generator or a store.
//! This crate is an API boundary: others build on it alone.

mod access_key_id;
mod account_alias;
mod account_id;
mod address;
mod arn;
mod client_id;
mod credential_id;
mod entropy;
mod issuer_url;
mod names;
mod organization_ids;
mod root_task;
mod saml_id;
mod saml_provider_name;
mod secret;
mod service_principal;
mod tag;
mod thumbprint;
mod timestamp;
mod token_key;
mod unique_id;
mod uuid;

pub use access_key_id::{AccessKeyId, AccessKeyIdError, AccessKeyKind};
pub use account_alias::AccountAlias;
pub use account_id::{AccountId, AccountIdError};
pub use address::AddressText;
pub use arn::{Arn, ArnError};
pub use client_id::{ClientId, ClientIdError};
pub use credential_id::{CredentialId, CredentialIdError, CredentialIdKind};
pub use entropy::Entropy;
pub use issuer_url::{IssuerScheme, IssuerUrl, IssuerUrlError};
pub use names::{
    FederatedUserName, GroupName, InstanceProfileName, MfaDeviceName, NameError, Path, PolicyName,
    RoleName, ServerCertificateName, SessionName, SourceIdentity, UserName,
};
pub use organization_ids::{
    CreateAccountRequestId, HandshakeId, OrganizationId, OrganizationPolicyId,
    OrganizationalUnitId, OrganizationsIdError, RootId,
};
pub use root_task::RootTask;
pub use saml_id::{SamlId, SamlIdError};
pub use saml_provider_name::SamlProviderName;
pub use secret::Secret;
pub use service_principal::ServicePrincipal;
pub use tag::{Tag, TagError, TagKey, TagSet, TagValue};
pub use thumbprint::{Thumbprint, ThumbprintError};
pub use timestamp::{Timestamp, TimestampError};
pub use token_key::{P384Point, PublicTokenKey, PublicTokenKeyError, RsaNumbers, TokenAlgorithm};
pub use unique_id::{UniqueId, UniqueIdError, UniqueIdKind};
pub use uuid::{Uuid, UuidError};
