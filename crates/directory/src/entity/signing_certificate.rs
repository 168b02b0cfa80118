use std::sync::Arc;

use stead_types::{CredentialId, Timestamp, UniqueId};

use crate::entity::KeyStatus;

/// A certificate with whose key a user signs requests to some services.
#[derive(Clone, Debug)]
pub struct SigningCertificate {
    /// The id, 32 upper-case letters and digits.
    pub id: CredentialId,
    /// The unique id of the user.
    pub user: UniqueId,
    /// The certificate in PEM as it was sent, read and found in order.
    pub body: Arc<str>,
    /// The certificate in DER: one form for each certificate.
    pub der: Arc<[u8]>,
    /// Whether it may be used.
    pub status: KeyStatus,
    /// When it was uploaded.
    pub uploaded_at: Timestamp,
}
