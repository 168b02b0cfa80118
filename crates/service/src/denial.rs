//! What is kept of a denial, and the document DecodeAuthorizationMessage returns.

mod document;
mod refused_call;
mod refused_proof;

use stead_authorizer::Denied;
use stead_types::{AccountId, Timestamp};

pub use document::DenialDocument;
pub use refused_call::RefusedCall;
pub use refused_proof::RefusedProof;

/// A denial as it is kept: whose it is, and what each side may read of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DenialRecord {
    /// The account that called.
    pub caller_account: AccountId,
    /// The account that owns what was asked for.
    pub resource_account: AccountId,
    /// When the record is forgotten.
    pub expires_at: Timestamp,
    /// The document for the caller's account.
    pub for_caller: DenialDocument,
    /// The document for the resource's account.
    pub for_owner: DenialDocument,
}

/// The length of every record that is sealed and is not too long for it.
///
/// Spec: `encodedMessageType` of the STS model has at most 10,240 characters, of
/// which the seal takes some.
const SEALED_BYTES: usize = 7_600;

/// From which account a denial is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Viewer {
    /// The account that called: it sees its identity, boundary and session policies.
    CallerAccount,
    /// The account that owns the resource: it sees the resource's policy.
    ResourceAccount,
    /// Both are one account: it sees everything.
    Both,
}

impl DenialRecord {
    /// What is kept of this denial.
    #[must_use]
    pub fn new(denied: &Denied, id: &str, occurred_at: Timestamp, expires_at: Timestamp) -> Self {
        let one_account = denied.caller_account == denied.resource_account;
        let [caller, owner] = match one_account {
            true => [Viewer::Both; 2],
            false => [Viewer::CallerAccount, Viewer::ResourceAccount],
        };
        Self {
            caller_account: denied.caller_account,
            resource_account: denied.resource_account,
            expires_at,
            for_caller: DenialDocument::new(denied, id, occurred_at, caller),
            for_owner: DenialDocument::new(denied, id, occurred_at, owner),
        }
    }

    /// The document that `account` may read at `now`.
    ///
    /// `None` for every other account and after the record has expired: the two
    /// answer alike, and like a denial that never was.
    #[must_use]
    pub fn document_for(&self, account: AccountId, now: Timestamp) -> Option<&DenialDocument> {
        if now >= self.expires_at {
            None
        } else if account == self.caller_account {
            Some(&self.for_caller)
        } else if account == self.resource_account {
            Some(&self.for_owner)
        } else {
            None
        }
    }

    /// The record as bytes, to be sealed into a long authorization message: with
    /// spaces behind it, up to `SEALED_BYTES`, so that the length of the message
    /// says nothing. A role that exists has a longer trace than one that does not.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let value = serde_json::json!({
            "version": 1,
            "callerAccount": self.caller_account.to_string(),
            "resourceAccount": self.resource_account.to_string(),
            "expiresAt": self.expires_at.epoch_seconds(),
            "forCaller": self.for_caller.as_str(),
            // Within one account the two are the same, and the message is long enough.
            "forOwner": (self.for_owner != self.for_caller).then(|| self.for_owner.as_str()),
        });
        let mut bytes = value.to_string().into_bytes();
        bytes.resize(bytes.len().max(SEALED_BYTES), b' ');
        bytes
    }

    /// Reads what [`DenialRecord::to_bytes`] wrote, from bytes that were authentic.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let value: serde_json::Value = serde_json::from_slice(bytes).ok()?;
        let text = |name: &str| value.get(name).and_then(serde_json::Value::as_str);
        if value.get("version").and_then(serde_json::Value::as_u64) != Some(1) {
            return None;
        }
        let for_caller = DenialDocument::from_text(text("forCaller")?);
        let for_owner = match value.get("forOwner")? {
            serde_json::Value::Null => for_caller.clone(),
            other => DenialDocument::from_text(other.as_str()?),
        };
        Some(Self {
            caller_account: text("callerAccount")?.parse().ok()?,
            resource_account: text("resourceAccount")?.parse().ok()?,
            expires_at: Timestamp::from_epoch_seconds(value.get("expiresAt")?.as_i64()?),
            for_caller,
            for_owner,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> DenialRecord {
        DenialRecord {
            caller_account: "111122223333".parse().unwrap(),
            resource_account: "444455556666".parse().unwrap(),
            expires_at: Timestamp::from_epoch_seconds(1_772_366_400),
            for_caller: DenialDocument::from_text(r#"{"mine":"\u00e4"}"#),
            for_owner: DenialDocument::from_text("{}"),
        }
    }

    #[test]
    fn a_record_is_read_as_it_was_written() {
        assert_eq!(DenialRecord::from_bytes(&record().to_bytes()), Some(record()));
        let same = DenialRecord { for_owner: record().for_caller, ..record() };
        assert_eq!(DenialRecord::from_bytes(&same.to_bytes()), Some(same));
        let text = String::from_utf8(record().to_bytes()).unwrap();
        for (part, other) in [
            (r#""version":1"#, r#""version":2"#),
            ("111122223333", "11112222333"),
            ("expiresAt", "expiredAt"),
            (r#""forOwner":"{}""#, r#""forOwner":{}"#),
        ] {
            let changed = text.replace(part, other);
            assert_ne!(changed, text);
            assert_eq!(DenialRecord::from_bytes(changed.as_bytes()), None, "{changed}");
        }
        assert_eq!(DenialRecord::from_bytes(b""), None);
    }

    #[test]
    fn only_the_accounts_concerned_read_it_and_only_for_a_time() {
        let (record, account) = (record(), |text: &str| text.parse().unwrap());
        let before = Timestamp::from_epoch_seconds(1_772_366_399);
        let document = |id| record.document_for(account(id), before);
        assert_eq!(document("111122223333"), Some(&record.for_caller));
        assert_eq!(document("444455556666"), Some(&record.for_owner));
        assert_eq!(document("777788889999"), None);
        assert_eq!(record.document_for(account("111122223333"), record.expires_at), None);
    }
}
