//! A keyring as bytes, for rest. The bytes are secret: they leave this crate
//! only wrapped under a root key.
//!
//! ```text
//! record = version (1) || count (1) || key*
//! key    = id (8) || secret (32) || created at (8) || no longer primary since (8)
//! ```
//! The first key is the primary one, and its last field is zero.

use stead_types::{Secret, Timestamp};
use thiserror::Error;

use super::{Keyring, MasterKey, OpeningKey};
use crate::codec::{Reader, Unreadable, Writer};
use crate::limits::KEYRING_KEYS_MAX;
use crate::sealing::KeyId;

const VERSION: u8 = 1;
const KEY_BYTES: usize = KeyId::BYTES + 32 + 8 + 8;

/// Why bytes are not a keyring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RecordError {
    /// Written by a version of Stead that this one does not know.
    #[error("keyring record of version {0}, which is unknown")]
    UnknownVersion(u8),
    /// Cut short, too long, or with a time out of range.
    #[error("not a keyring record")]
    Malformed,
    /// A secret that does not give the id it is stored under.
    #[error("the secret of key {0} is not the one that was written")]
    Damaged(KeyId),
}

impl From<Unreadable> for RecordError {
    fn from(_: Unreadable) -> Self {
        Self::Malformed
    }
}

impl Keyring {
    pub(crate) fn to_record(&self) -> Secret<Vec<u8>> {
        let mut writer = Writer::with_capacity(2 + KEYRING_KEYS_MAX * KEY_BYTES);
        writer.byte(VERSION);
        writer.count(1 + self.opening.len());
        write_key(&mut writer, &self.primary, 0);
        for opening in &self.opening {
            write_key(&mut writer, &opening.key, opening.since.epoch_seconds());
        }
        #[expect(
            clippy::expect_used,
            reason = "only a count above 255 does not fit; `rotate` and `from_record` stop at KEYRING_KEYS_MAX"
        )]
        Secret::new(writer.finish().expect("the number of keys fits a byte"))
    }

    pub(crate) fn from_record(record: &Secret<Vec<u8>>) -> Result<Self, RecordError> {
        let mut reader = Reader::new(record.expose());
        match reader.byte()? {
            VERSION => {}
            other => return Err(RecordError::UnknownVersion(other)),
        }
        let count = usize::from(reader.byte()?);
        if count == 0 || count > KEYRING_KEYS_MAX {
            return Err(RecordError::Malformed);
        }
        let OpeningKey { key: primary, .. } = read_key(&mut reader)?;
        let opening = (1..count).map(|_| read_key(&mut reader)).collect::<Result<_, _>>()?;
        reader.finish()?;
        Ok(Self { primary, opening })
    }
}

fn write_key(writer: &mut Writer, key: &MasterKey, since: i64) {
    writer.bytes(key.id.as_bytes());
    writer.bytes(key.secret.expose());
    writer.signed(key.created_at.epoch_seconds());
    writer.signed(since);
}

fn read_key(reader: &mut Reader<'_>) -> Result<OpeningKey, RecordError> {
    let id = KeyId::from_bytes(*reader.array()?);
    let secret = Secret::new(*reader.array()?);
    let created_at = reader.timestamp()?;
    let since: Timestamp = reader.timestamp()?;
    let key = MasterKey::new(secret, created_at);
    if key.id == id { Ok(OpeningKey { key, since }) } else { Err(RecordError::Damaged(id)) }
}
