//! An assertion that nobody has signed.

use stead_types::{SessionName, SourceIdentity, Timestamp};

use super::assertion::UseCount;
use super::verified::{RoleAndProvider, Subject, VerifiedAssertion};
use crate::oidc::{ConditionKey, SessionTags};

/// What an assertion would say, for whoever asks what a call with it would be answered.
#[derive(Clone, Debug)]
pub struct SupposedAssertion {
    /// The issuer, as `saml:iss` has it.
    pub issuer: String,
    /// The `NameID`, as `saml:sub` has it.
    pub subject: String,
    /// The format of the `NameID`: `persistent`, `transient` or a URI.
    pub subject_format: String,
    /// The recipient, as `saml:aud` has it.
    pub recipient: String,
    /// The roles that the subject may assume, with the providers through which.
    pub roles: Vec<RoleAndProvider>,
    /// The name of the session.
    pub role_session_name: SessionName,
    /// The session tags asked for.
    pub session_tags: SessionTags,
    /// The source identity asked for.
    pub source_identity: Option<SourceIdentity>,
    /// The condition keys of its attributes, by their whole names.
    pub attribute_keys: Vec<ConditionKey>,
    /// Until when it could be used.
    pub usable_until: Timestamp,
}

impl SupposedAssertion {
    /// What the assertion would be taken for if its provider had signed it. Whatever is
    /// built on it proves nothing.
    pub fn as_if_verified(self) -> VerifiedAssertion {
        VerifiedAssertion {
            issuer: self.issuer,
            id: String::new(),
            subject: Subject { name: self.subject, format: self.subject_format },
            recipient: self.recipient,
            usable_until: self.usable_until,
            session_ends: None,
            use_count: UseCount::Any,
            roles: self.roles,
            role_session_name: self.role_session_name,
            session_duration: None,
            session_tags: self.session_tags,
            source_identity: self.source_identity,
            attribute_keys: self.attribute_keys,
        }
    }
}
