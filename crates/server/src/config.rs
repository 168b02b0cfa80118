//! What an operator sets: read from a file, the environment and the command
//! line, parsed once into final types, and passed down.
//!
//! Every setting is a [`Key`]. A [`Layer`] holds the texts one place gives; the
//! strongest layer that names a key decides its value, whole lists included.
//! [`Settings`] are the parsed values together with the rules between them.

mod audit;
mod duration;
mod error;
mod fixture;
mod issuers;
mod key;
mod layer;
mod nearest;
mod saml;
mod settings;
mod show;
#[cfg(test)]
mod tests;
mod tls;
mod traces;

pub use audit::{Audit, AuditTarget};
pub use error::{ConfigError, Origin};
pub use fixture::{FixtureKey, FixtureKeys, FixtureKeysError};
pub use issuers::{Issuer, IssuerFault, IssuerProxy, Issuers, PinnedKeys};
pub use key::{Key, Shape};
pub use layer::{Layer, Layers};
pub use saml::Saml;
pub use settings::{LogFormat, Region, Settings, Storage};
pub use show::{ShownValue, show, show_issuers};
pub use tls::{CertificateName, Tls, TlsFiles};
pub use traces::Traces;
