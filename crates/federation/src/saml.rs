//! SAML 2.0: what an identity provider says of itself, read within limits.

pub mod limits;

mod certificate;
mod metadata;
mod private_key;
mod xml;

pub use certificate::CertificateFault;
pub use metadata::{Metadata, MetadataFault};
pub use private_key::{PrivateKeyFault, check_private_key};
pub use xml::XmlFault;
