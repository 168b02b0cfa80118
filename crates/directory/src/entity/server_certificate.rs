use std::sync::Arc;

use stead_types::{AccountId, Arn, Path, ServerCertificateName, Timestamp, UniqueId};

use crate::entity::{ResourceTags, WrappedSecret, arn_with_path};

/// A certificate of a server, with its private key and its chain.
#[derive(Clone, Debug)]
pub struct ServerCertificate {
    /// The unique id, `ASCA...`.
    pub id: UniqueId,
    /// The name, in the case it was given.
    pub name: ServerCertificateName,
    /// The path, `/` when none was given.
    pub path: Path,
    /// When it was uploaded.
    pub uploaded_at: Timestamp,
    /// When the certificate expires.
    pub expires_at: Timestamp,
    /// The certificate in PEM, read and found in order.
    pub body: Arc<str>,
    /// The certificates above it in PEM, the one that signed it first.
    pub chain: Option<Arc<str>>,
    /// The private key in PEM, encrypted. It never leaves: no service that takes it is here.
    pub private_key: WrappedSecret,
    /// The certificate's tags; their keys are told apart by case.
    pub tags: ResourceTags,
}

impl ServerCertificate {
    /// The ARN, `arn:aws:iam::111122223333:server-certificate/path/Name`.
    #[must_use]
    pub fn arn(&self, account: AccountId) -> Arn {
        arn_with_path(account, "server-certificate", &self.path, self.name.as_str())
    }
}
