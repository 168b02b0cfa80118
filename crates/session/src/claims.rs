//! What a session carries.

mod codec;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use stead_types::{
    AccountId, Arn, FederatedUserName, OrganizationId, RoleName, RootTask, SessionName,
    SourceIdentity, Tag, TagKey, TagSet, Timestamp, UniqueId,
};
use thiserror::Error;

pub use codec::ClaimsError;
pub(crate) use codec::{EncodeError, plain_bytes};

/// What a session token says about its session.
///
/// Everything a later request needs to know of this moment, and nothing that
/// the account's snapshot knows better: policies of roles and users are not
/// here, their unique ids are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// The account the session acts in: the role's, or the user's.
    pub account: AccountId,
    /// Who acts.
    pub principal: SessionPrincipal,
    /// When the session began: `aws:TokenIssueTime`.
    pub issued_at: Timestamp,
    /// The first moment at which the session is no longer valid.
    pub expires_at: Timestamp,
    /// The session policies.
    pub policies: SessionPolicies,
    /// The session tags, those inherited through a role chain included.
    pub tags: SessionTags,
    /// `aws:SourceIdentity`, kept through role chains.
    pub source_identity: Option<SourceIdentity>,
    /// Whether and when a second factor was shown.
    pub mfa: MfaState,
    /// Who vouched for the caller, for sessions begun with a foreign proof.
    pub federation: Option<Federation>,
}

/// Who acts in a session.
///
/// Every id must be looked up when the session is used: a session dies with its
/// role or user, also when one of the same name takes its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionPrincipal {
    /// A role, by any of the AssumeRole operations.
    AssumedRole {
        /// The role's unique id.
        role_id: UniqueId,
        /// The role's name: a role can't be renamed, so the name goes with the id.
        role_name: RoleName,
        /// The caller's name for the session.
        session_name: SessionName,
        /// Whether another role's session began this one.
        chaining: Chaining,
    },
    /// A federated user, by GetFederationToken.
    FederatedUser {
        /// Whose permissions are the most it can have.
        holder: Holder,
        /// The name given to it.
        name: FederatedUserName,
    },
    /// The caller itself, by GetSessionToken.
    SessionToken {
        /// Who it is.
        holder: Holder,
    },
    /// Who has accepted a delegation request, by GetDelegatedAccessToken: no role, whose
    /// session would be one of the role. Never without session policies.
    Delegated {
        /// Whose permissions are the most it can have.
        holder: Holder,
    },
    /// The root user of a member account, by AssumeRoot of who manages its organization.
    AssumedRoot {
        /// What it is for: its policy limits the session.
        task: RootTask,
        /// The organization whose member the account was.
        organization: OrganizationId,
    },
}

/// The long-term identity behind a session that is not a role's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    /// The root user of the account.
    Root,
    /// An IAM user, by unique id: users can be renamed.
    User {
        /// The user's unique id.
        user_id: UniqueId,
    },
}

/// Whether a role's session was begun by another role's session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chaining {
    /// By a long-term identity or a foreign proof.
    Direct,
    /// By a role's session: it lasts an hour at most.
    Chained,
}

/// Whether a session knows of a second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MfaState {
    /// None was shown.
    Absent,
    /// One was shown: `aws:MultiFactorAuthAge` counts from then.
    Authenticated {
        /// When it was verified.
        at: Timestamp,
    },
}

/// The proof a session was begun with: what of it outlives the beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Federation {
    /// `aws:FederatedProvider`: the provider's ARN, or a bare name such as
    /// `accounts.google.com`.
    pub provider: String,
    /// The claims that stay as condition keys, without the provider's prefix:
    /// `sub`, `aud`, `amr`, each with its values in the order they were given.
    pub claims: BTreeMap<String, Vec<String>>,
}

/// The policies that limit a session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionPolicies {
    inline: Option<Box<str>>,
    managed: Vec<Arn>,
}

/// The tags of a session, and which of them go on to the next in a role chain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionTags {
    tags: TagSet,
    // INVARIANT: folded keys, each of a tag in `tags`.
    transitive: BTreeSet<String>,
}

/// A key is said to be transitive but no tag has it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the transitive tag key `{0:?}` is not among the tags")]
pub struct TransitiveKeyError(pub TagKey);

impl SessionPolicies {
    /// The inline session policy and the ARNs of managed ones, as many as were given.
    ///
    /// The policy is kept without the white space between its tokens. It must
    /// have been parsed before: in a text that is not JSON, white space can be
    /// all that keeps two tokens apart.
    #[must_use]
    pub fn new(inline: Option<&str>, managed: Vec<Arn>) -> Self {
        Self { inline: inline.map(|text| without_space(text).into()), managed }
    }

    /// The inline session policy, without the white space between its tokens.
    #[must_use]
    pub fn inline(&self) -> Option<&str> {
        self.inline.as_deref()
    }

    /// The ARNs of the managed session policies, in the order they were given.
    #[must_use]
    pub fn managed(&self) -> &[Arn] {
        &self.managed
    }

    /// Whether no session policy limits the session.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.inline.is_none() && self.managed.is_empty()
    }
}

// In JSON the four white space characters mean nothing outside strings, and a
// string ends at the first quote that no backslash precedes.
fn without_space(json: &str) -> String {
    enum Place {
        Between,
        InString,
        Escaped,
    }
    let mut place = Place::Between;
    let keep = |character: &char| {
        let (next, kept) = match (&place, character) {
            (Place::Between, ' ' | '\t' | '\n' | '\r') => (Place::Between, false),
            (Place::Between, '"') => (Place::InString, true),
            (Place::Between, _) | (Place::InString, '"') => (Place::Between, true),
            (Place::InString, '\\') => (Place::Escaped, true),
            (Place::InString | Place::Escaped, _) => (Place::InString, true),
        };
        place = next;
        kept
    };
    json.chars().filter(keep).collect()
}

impl SessionTags {
    /// Tags, and the keys of those that are transitive; case does not tell keys apart.
    ///
    /// # Errors
    /// Names the first transitive key that no tag has.
    pub fn new<'a>(
        tags: TagSet,
        transitive: impl IntoIterator<Item = &'a TagKey>,
    ) -> Result<Self, TransitiveKeyError> {
        let folded = |key: &TagKey| match tags.find(key.as_str()) {
            Some(_) => Ok(key.fold()),
            None => Err(TransitiveKeyError(key.clone())),
        };
        let transitive = transitive.into_iter().map(folded).collect::<Result<_, _>>()?;
        Ok(Self { tags, transitive })
    }

    /// All tags: `aws:PrincipalTag/...`.
    #[must_use]
    pub const fn all(&self) -> &TagSet {
        &self.tags
    }

    /// The tags that the next session in a role chain inherits.
    pub fn transitive(&self) -> impl Iterator<Item = &Tag> {
        self.tags.iter().filter(|tag| self.is_transitive(&tag.key))
    }

    /// Whether the tag with this key is inherited.
    #[must_use]
    pub fn is_transitive(&self, key: &TagKey) -> bool {
        self.transitive.contains(&key.fold())
    }

    /// Whether there are no tags.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tags.is_empty()
    }
}
