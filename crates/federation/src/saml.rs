//! SAML 2.0: what an identity provider says of itself, and what it says of others.
//!
//! [`UnverifiedResponse`] is read and not believed; [`verify`] makes a
//! [`VerifiedAssertion`] of it.

pub mod limits;

mod assertion;
mod attributes;
mod certificate;
mod condition_keys;
mod decoded;
mod decryption;
mod metadata;
mod private_key;
mod refusal;
mod response;
mod service_names;
mod session;
mod signature;
mod signature_form;
mod supposed;
mod verified;
mod verify;
mod xml;

pub use certificate::CertificateFault;
pub use decoded::{Claimed, DecodedAssertion};
pub use metadata::{Metadata, MetadataFault};
pub use private_key::{PrivateKeyFault, check_private_key};
pub use refusal::{Refusal, Signed};
pub use response::{ResponseFault, UnverifiedResponse};
pub use service_names::ServiceNames;
pub use supposed::SupposedAssertion;
pub use verified::{RoleAndProvider, VerifiedAssertion};
pub use verify::{Encryption, Expected, verify};
pub use xml::XmlFault;
