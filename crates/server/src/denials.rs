//! The denials of the last hours, for DecodeAuthorizationMessage.

use std::sync::Arc;

use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use stead_authorizer::Denied;
use stead_service::{DenialRecord, DenialRecords, RefusedCall, RefusedProof};
use stead_session::Keyring;
use stead_types::{Entropy, Timestamp};

use crate::limits::{DENIAL_BYTES_MAX, DENIAL_LIFETIME, REFUSED_PROOF_BYTES_MAX};
use crate::request_id::RequestId;

/// What a short denial id begins with.
const PREFIX: &str = "d-";

/// The 128 random bits of a denial's id: whoever holds it was told it.
type Id = [u8; 16];

/// Recent denials, by id, and apart from them the foreign proofs and the calls that were
/// refused before any policy was asked, by the id of their request.
///
/// Choice: these texts are AWS's to the letter, so that they have no room for an id of ours;
/// that of the request stands in every answer.
///
/// Bounds: [`DENIAL_BYTES_MAX`] and [`REFUSED_PROOF_BYTES_MAX`], the least recently used go
/// first; each is gone after [`DENIAL_LIFETIME`]. Nothing is invalidated: a denial is
/// history.
#[derive(Debug)]
pub(crate) struct DenialLog {
    denials: Records,
    unasked: Records,
}

type Records = Cache<Id, Arc<DenialRecord>>;

/// The log together with the keys of sealed messages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DenialReader<'a> {
    pub(crate) log: &'a DenialLog,
    pub(crate) keyring: &'a Keyring,
}

/// A denial that is kept, and its id.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) id: String,
    record: Arc<DenialRecord>,
}

impl Kept {
    /// The denial as a long message; `None` when it is too long for one.
    pub(crate) fn seal(&self, keyring: &Keyring, entropy: &mut dyn Entropy) -> Option<String> {
        stead_session::seal_denial(keyring, &self.record.to_bytes(), entropy).ok()
    }
}

impl DenialLog {
    pub(crate) fn new() -> Self {
        Self { denials: records(DENIAL_BYTES_MAX), unasked: records(REFUSED_PROOF_BYTES_MAX) }
    }

    /// Keeps a denial and gives it an id, such as `d-` and 32 hexadecimal digits.
    pub(crate) fn keep(&self, denied: &Denied, now: Timestamp, entropy: &mut dyn Entropy) -> Kept {
        let mut id = Id::default();
        entropy.fill(&mut id);
        let text = spell(&id);
        let record = Arc::new(DenialRecord::new(denied, &text, now, now.plus(DENIAL_LIFETIME)));
        self.denials.insert(id, Arc::clone(&record));
        Kept { id: text, record }
    }

    /// Keeps a foreign proof that was refused, under the id of its request.
    pub(crate) fn keep_refused_proof(
        &self,
        refused: &RefusedProof<'_>,
        id: RequestId,
        now: Timestamp,
    ) {
        let expires_at = now.plus(DENIAL_LIFETIME);
        let record = DenialRecord::of_refused_proof(refused, &id.to_string(), now, expires_at);
        self.unasked.insert(id.bytes(), Arc::new(record));
    }

    /// Keeps a call of a known caller that was refused, under the id of its request.
    pub(crate) fn keep_refused_call(
        &self,
        refused: &RefusedCall<'_>,
        id: RequestId,
        now: Timestamp,
    ) {
        let expires_at = now.plus(DENIAL_LIFETIME);
        let record = DenialRecord::of_refused_call(refused, &id.to_string(), now, expires_at);
        self.unasked.insert(id.bytes(), Arc::new(record));
    }

    /// What is kept under an id of either kind.
    fn find(&self, text: &str) -> Option<Arc<DenialRecord>> {
        match RequestId::parse(text) {
            Some(id) => self.unasked.get(&id.bytes()),
            None => self.denials.get(&parse(text)?),
        }
    }
}

fn records(bytes_max: u64) -> Records {
    let weigh = |_: &Id, record: &Arc<DenialRecord>| {
        // The rest of an entry is counted with a flat amount.
        let texts = record.for_caller.as_str().len() + record.for_owner.as_str().len();
        u32::try_from(texts + 512).unwrap_or(u32::MAX)
    };
    Cache::builder()
        .max_capacity(bytes_max)
        .weigher(weigh)
        .time_to_live(DENIAL_LIFETIME)
        // The default would rather keep the old than admit the new.
        .eviction_policy(EvictionPolicy::lru())
        .build()
}

impl DenialRecords for DenialReader<'_> {
    fn find(&self, encoded_message: &str) -> Option<Arc<DenialRecord>> {
        let message = encoded_message.trim();
        if message.starts_with(PREFIX) || RequestId::parse(message).is_some() {
            return self.log.find(message);
        }
        let bytes = stead_session::open_denial(self.keyring, message).ok()?;
        DenialRecord::from_bytes(bytes.expose()).map(Arc::new)
    }
}

fn spell(id: &Id) -> String {
    id.iter().fold(PREFIX.to_owned(), |text, byte| text + &format!("{byte:02x}"))
}

fn parse(text: &str) -> Option<Id> {
    let digits = text.strip_prefix(PREFIX)?;
    let lower = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if digits.len() != 32 || !digits.bytes().all(lower) {
        return None;
    }
    u128::from_str_radix(digits, 16).ok().map(u128::to_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_as_it_is_spelled() {
        let id = [0xab; 16];
        assert_eq!(spell(&id), format!("d-{}", "ab".repeat(16)));
        assert_eq!(parse(&spell(&id)), Some(id));
        assert_eq!(parse(&spell(&[0; 16])), Some([0; 16]));
        for bad in [
            String::new(),
            "d-".to_owned(),
            "ab".repeat(16),
            format!("d-{}", "ab".repeat(15)),
            format!("d-{}", "ab".repeat(17)),
            format!("d-{}", "AB".repeat(16)),
            format!("d-+{}", "a".repeat(31)),
            format!("D-{}", "ab".repeat(16)),
        ] {
            assert_eq!(parse(&bad), None, "{bad}");
        }
    }
}
