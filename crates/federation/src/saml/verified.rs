//! An assertion that was verified.

use std::fmt;
use std::time::Duration;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use data_encoding::{BASE64, HEXLOWER};
use stead_types::{AccountId, Arn, SessionName, SourceIdentity, TagKey, Timestamp};

use super::assertion::UseCount;
use crate::oidc::{ConditionKey, KeyValues, SessionTags};

/// An assertion whose signature and conditions hold. Only [`verify`](super::verify)
/// makes one.
#[must_use]
#[derive(Clone, PartialEq)]
pub struct VerifiedAssertion {
    pub(super) issuer: String,
    pub(super) id: String,
    pub(super) subject: Subject,
    pub(super) recipient: String,
    pub(super) usable_until: Timestamp,
    pub(super) session_ends: Option<Timestamp>,
    pub(super) use_count: UseCount,
    pub(super) roles: Vec<RoleAndProvider>,
    pub(super) role_session_name: SessionName,
    pub(super) session_duration: Option<Duration>,
    pub(super) session_tags: SessionTags,
    pub(super) source_identity: Option<SourceIdentity>,
    pub(super) attribute_keys: Vec<ConditionKey>,
}

/// Whom the provider vouches for.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Subject {
    pub(super) name: String,
    pub(super) format: String,
}

/// A role that the subject may assume, through the provider named with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleAndProvider {
    /// The role's ARN.
    pub role: Arn,
    /// The ARN of the SAML provider.
    pub provider: Arn,
}

impl VerifiedAssertion {
    /// The issuer, equal to the provider's entity id.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The `NameID`.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject.name
    }

    /// The format of the `NameID`: `persistent`, `transient`, or the whole URI.
    ///
    /// Spec: STS API Reference, AssumeRoleWithSAML, `SubjectType`: those of SAML 2.0 are
    /// shortened. Observed (radkawar/stackd, recorded in 2026): others are not, whatever
    /// they are.
    #[must_use]
    pub fn subject_type(&self) -> &str {
        short_format(&self.subject.format)
    }

    /// What makes the subject unique among all issuers: a hash of the issuer, the
    /// account and the provider's name, 28 characters of base64.
    ///
    /// Spec: STS API Reference, AssumeRoleWithSAML, `NameQualifier`:
    /// `BASE64 ( SHA1 ( "https://example.com/saml" + "123456789012" + "/MySAMLIdP" ) )`.
    #[must_use]
    pub fn name_qualifier(&self, account: AccountId, provider: &str) -> String {
        let text = format!("{}{account}/{provider}", self.issuer);
        BASE64.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes()).as_ref())
    }

    /// The `Recipient` of the subject's confirmation: one of the expected ones, the
    /// `Audience` of the answer.
    #[must_use]
    pub fn recipient(&self) -> &str {
        &self.recipient
    }

    /// The ID of the assertion, in any letters.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What the assertion is remembered by until [`usable_until`](Self::usable_until),
    /// where a second use is refused: the SHA-256 of its ID, which its issuer uses once,
    /// in 64 hexadecimal digits. IDs may have any letters, and this has one length.
    #[must_use]
    pub fn replay_id(&self) -> String {
        HEXLOWER.encode(digest(&SHA256, self.id.as_bytes()).as_ref())
    }

    /// From when on the assertion is refused: the earliest of its own ends and five
    /// minutes after its issue.
    #[must_use]
    pub fn usable_until(&self) -> Timestamp {
        self.usable_until
    }

    /// When the session at the provider ends (`SessionNotOnOrAfter`). A session here
    /// ends then at the latest.
    #[must_use]
    pub fn session_ends(&self) -> Option<Timestamp> {
        self.session_ends
    }

    /// Whether the assertion says that it may be used once only.
    ///
    /// Observed (radkawar/stackd, recorded in 2026): AWS does not hold anybody to it.
    #[must_use]
    pub fn one_time_use(&self) -> bool {
        self.use_count == UseCount::One
    }

    /// The roles that the subject may assume, with the providers through which.
    #[must_use]
    pub fn roles(&self) -> &[RoleAndProvider] {
        &self.roles
    }

    /// Whether the subject may assume this role through this provider. ARNs are compared
    /// exactly.
    #[must_use]
    pub fn offers(&self, role: &str, provider: &str) -> bool {
        let is_it = |pair: &RoleAndProvider| {
            pair.role.as_str() == role && pair.provider.as_str() == provider
        };
        self.roles.iter().any(is_it)
    }

    /// The name of the session.
    #[must_use]
    pub fn role_session_name(&self) -> &SessionName {
        &self.role_session_name
    }

    /// How long the session may last at most, as the assertion says: 15 minutes to 12
    /// hours.
    ///
    /// Spec: UG:id_roles_providers_create_saml_assertions: for AssumeRoleWithSAML it only
    /// shortens.
    #[must_use]
    pub fn session_duration(&self) -> Option<Duration> {
        self.session_duration
    }

    /// The session tags that the assertion asks for. How many there may be, and whether
    /// each transitive key is among the tags, is for the operation to check.
    #[must_use]
    pub fn session_tags(&self) -> &SessionTags {
        &self.session_tags
    }

    /// The keys of tags that are to last through role chains, as given.
    #[must_use]
    pub fn transitive_tag_keys(&self) -> &[TagKey] {
        &self.session_tags.transitive
    }

    /// The source identity that the assertion asks for.
    #[must_use]
    pub fn source_identity(&self) -> Option<&SourceIdentity> {
        self.source_identity.as_ref()
    }

    /// The condition keys that AWS sets from this assertion: `saml:aud`, `saml:iss`,
    /// `saml:sub`, `saml:sub_type`, `saml:namequalifier`, `saml:doc`, then those of
    /// attributes. The account is the one that has the provider, `provider` the last
    /// part of its ARN.
    ///
    /// Spec: UG:reference_policies_iam-condition-keys, "Available keys for SAML-based AWS
    /// STS federation".
    #[must_use]
    pub fn condition_keys(&self, account: AccountId, provider: &str) -> Vec<ConditionKey> {
        let key = |name: &str, value: &str| ConditionKey {
            name: format!("saml:{name}"),
            values: KeyValues::One(value.to_owned()),
        };
        let mut keys = vec![
            key("aud", &self.recipient),
            key("iss", &self.issuer),
            key("sub", &self.subject.name),
            key("sub_type", self.subject_type()),
            key("namequalifier", &self.name_qualifier(account, provider)),
            key("doc", &format!("{account}/{provider}")),
        ];
        keys.extend(self.attribute_keys.iter().cloned());
        keys
    }
}

/// The format of a `NameID` as the key `saml:sub_type` has it.
pub(super) fn short_format(format: &str) -> &str {
    let short = format.strip_prefix("urn:oasis:names:tc:SAML:2.0:nameid-format:");
    short.filter(|it| matches!(*it, "persistent" | "transient")).unwrap_or(format)
}

// The attributes are somebody's personal data and stay out of logs.
impl fmt::Debug for VerifiedAssertion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("VerifiedAssertion")
            .field("issuer", &self.issuer)
            .field("subject", &self.subject.name)
            .field("recipient", &self.recipient)
            .field("usable_until", &self.usable_until)
            .finish_non_exhaustive()
    }
}
