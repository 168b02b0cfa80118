use std::sync::Arc;

use stead_types::{CredentialId, Timestamp, UniqueId};

use crate::entity::KeyStatus;

/// A public key with which a user proves who they are to a service that speaks SSH.
#[derive(Clone, Debug)]
pub struct SshPublicKey {
    /// The id, `APKA...`.
    pub id: CredentialId,
    /// The unique id of the user.
    pub user: UniqueId,
    /// The key as SSH has it on the wire (RFC 4253, section 6.6), read and found in order.
    pub blob: Arc<[u8]>,
    /// Whether it may be used.
    pub status: KeyStatus,
    /// When it was uploaded.
    pub uploaded_at: Timestamp,
}
