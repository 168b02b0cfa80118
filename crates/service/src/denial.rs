//! What is kept of a denial, and the document DecodeAuthorizationMessage returns.

mod document;

use stead_authorizer::Denied;
use stead_types::{AccountId, Timestamp};

pub use document::DenialDocument;

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

    /// The record as bytes, to be sealed into a long authorization message.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let value = serde_json::json!({
            "version": 1,
            "callerAccount": self.caller_account.to_string(),
            "resourceAccount": self.resource_account.to_string(),
            "expiresAt": self.expires_at.epoch_seconds(),
            "forCaller": self.for_caller.as_str(),
            "forOwner": self.for_owner.as_str(),
        });
        value.to_string().into_bytes()
    }

    /// Reads what [`DenialRecord::to_bytes`] wrote, from bytes that were authentic.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let value: serde_json::Value = serde_json::from_slice(bytes).ok()?;
        let text = |name: &str| value.get(name).and_then(serde_json::Value::as_str);
        if value.get("version").and_then(serde_json::Value::as_u64) != Some(1) {
            return None;
        }
        Some(Self {
            caller_account: text("callerAccount")?.parse().ok()?,
            resource_account: text("resourceAccount")?.parse().ok()?,
            expires_at: Timestamp::from_epoch_seconds(value.get("expiresAt")?.as_i64()?),
            for_caller: DenialDocument::from_text(text("forCaller")?),
            for_owner: DenialDocument::from_text(text("forOwner")?),
        })
    }
}
