//! Trust policies: who may assume a role.
//!
//! Spec: UG:reference_policies_elements_principal: on saving, the ARN of a user or
//! role is stored as its unique id; on display it is turned back. A user who was
//! deleted and made again is another user: the id stays, matches nobody and shows.

use std::collections::BTreeSet;
use std::sync::Arc;

use stead_policy::{
    DocumentKind, Policy, PolicyRef, PolicySource, PolicyText, Span, parse, replace_strings,
};
use stead_types::{AccountId, Arn, UniqueId, UniqueIdKind};

use crate::policy_document::{self, StoredPolicy};
use crate::{DirectoryError, PrincipalLookup, PrincipalStatus, Quota};

/// The trust policy of a role.
#[derive(Clone, Debug)]
pub struct TrustPolicy {
    text: PolicyText,
    stored: StoredPolicy,
    // An id does not tell whose it is. These accounts, which are not the role's
    // own, are where the others were known when the document was saved.
    foreign_accounts: Arc<BTreeSet<AccountId>>,
    source: PolicySource,
}

impl TrustPolicy {
    /// Checks a document as someone sent it and puts unique ids for the ARNs of
    /// users and roles.
    ///
    /// # Errors
    /// A document that is malformed, too large, or names a principal that does not
    /// exist or can't be one.
    pub fn admit(
        text: &PolicyText,
        role: &Arn,
        principals: &dyn PrincipalLookup,
    ) -> Result<Self, DirectoryError> {
        let policy = policy_document::admit_trust(text)?;
        Quota::TrustPolicySize.admit(text.counted_characters())?;
        let mut edits = Vec::new();
        let mut accounts = BTreeSet::new();
        for (span, principal) in policy.aws_principals() {
            match Admitted::of(principal, principals) {
                Admitted::AsWritten => {}
                Admitted::IdOf(account) => accounts.extend(account),
                Admitted::StoredAs(id, account) => {
                    edits.push((span, id.as_str().to_owned()));
                    accounts.insert(account);
                }
                Admitted::Refused => {
                    return Err(DirectoryError::InvalidPrincipal { text: principal.to_owned() });
                }
            }
        }
        let stored = PolicyText::from(replace_strings(text.as_str(), &edits));
        Ok(Self::from_stored(stored, accounts, role))
    }

    /// Reads a document back as it was stored. Total: what can't be read any more
    /// lets nobody in.
    pub(crate) fn from_stored(
        text: PolicyText,
        mut accounts: BTreeSet<AccountId>,
        role: &Arn,
    ) -> Self {
        let stored = StoredPolicy::new(text.clone(), DocumentKind::Trust);
        if let Some(own) = role.account() {
            accounts.remove(&own);
        }
        let foreign_accounts = Arc::new(accounts);
        let source = PolicySource::Trust { role: role.clone() };
        Self { text, stored, foreign_accounts, source }
    }

    /// The accounts, besides the role's own, whose users and roles the document
    /// names: those that [`display`](Self::display) needs to know.
    pub fn foreign_accounts(&self) -> impl ExactSizeIterator<Item = AccountId> {
        self.foreign_accounts.iter().copied()
    }

    /// The document as it is stored: unique ids for users and roles.
    #[must_use]
    pub const fn stored(&self) -> &PolicyText {
        &self.text
    }

    pub(crate) fn is_damaged(&self) -> bool {
        self.stored.is_damaged()
    }

    /// The document as it is shown: the present ARN of every user and role that
    /// still exists, the bare unique id of those that do not.
    #[must_use]
    pub fn display(&self, principals: &dyn PrincipalLookup) -> PolicyText {
        let text = self.text.as_str();
        // Lists show a thousand of them. What is escaped may say anything.
        if !["AIDA", "AROA", "\\"].iter().any(|sign| text.contains(sign)) {
            return self.text.clone();
        }
        let parsed = parse(text, DocumentKind::Trust);
        let ids = parsed.policy.as_ref().map(unique_ids).unwrap_or_default();
        let arn_of = |id| Some(principals.arn_of(&id)?.as_str().to_owned());
        let edits: Vec<_> =
            ids.into_iter().filter_map(|(span, id)| Some((span, arn_of(id)?))).collect();
        if edits.is_empty() {
            return self.text.clone();
        }
        replace_strings(text, &edits).into()
    }

    /// The policy in the form in which it is evaluated.
    #[must_use]
    pub fn reference(&self) -> PolicyRef<'_> {
        PolicyRef { source: &self.source, policy: self.stored.compiled() }
    }
}

fn unique_ids(policy: &Policy) -> Vec<(Span, UniqueId)> {
    policy.aws_principals().filter_map(|(span, text)| Some((span, principal_id(text)?))).collect()
}

/// The id, where the text is the unique id of a user or role.
fn principal_id(text: &str) -> Option<UniqueId> {
    let id: UniqueId = text.parse().ok()?;
    matches!(id.kind(), UniqueIdKind::User | UniqueIdKind::Role).then_some(id)
}

/// What becomes of one `AWS` principal when a trust policy is saved.
enum Admitted {
    AsWritten,
    /// It stands as the id that it is, of someone in this account.
    IdOf(Option<AccountId>),
    StoredAs(UniqueId, AccountId),
    Refused,
}

impl Admitted {
    fn of(principal: &str, principals: &dyn PrincipalLookup) -> Self {
        if principal == "*" || principal.parse::<AccountId>().is_ok() {
            return Self::AsWritten;
        }
        if let Some(id) = principal_id(principal) {
            // Choice: an id is taken only while its user or role exists. AWS refuses
            // to save a document in which the id of a deleted principal stands, and
            // so tells the author that it means nobody any more.
            return match principals.arn_of(&id) {
                Some(arn) => Self::IdOf(arn.account()),
                None => Self::Refused,
            };
        }
        match principal.parse::<Arn>() {
            Ok(arn) if arn.partition() == "aws" && arn.region().is_empty() => {
                Self::of_arn(&arn, principals)
            }
            _ => Self::Refused,
        }
    }

    fn of_arn(arn: &Arn, principals: &dyn PrincipalLookup) -> Self {
        let Some(account) = arn.account() else { return Self::Refused };
        // Spec: UG:reference_policies_elements_principal: no wildcard stands for
        // part of a name or an ARN; groups are not principals.
        if arn.resource().contains(['*', '?']) {
            return Self::Refused;
        }
        let is_entity = arn.resource_of("user").is_some() || arn.resource_of("role").is_some();
        match arn.service() {
            // Choice: AWS refuses account numbers that do not exist. An account that
            // is not hosted here has nobody who could call, so it is let stand.
            "iam" if arn.resource() == "root" => Self::AsWritten,
            "iam" if is_entity => match principals.lookup(arn) {
                PrincipalStatus::Known(id) => Self::StoredAs(id, account),
                PrincipalStatus::Missing => Self::Refused,
                PrincipalStatus::NotHosted => Self::AsWritten,
            },
            // Choice: sessions have no unique id of their own and stand as written.
            "sts" => Self::written_if(is_session(arn)),
            _ => Self::Refused,
        }
    }

    const fn written_if(stands: bool) -> Self {
        if stands { Self::AsWritten } else { Self::Refused }
    }
}

/// `assumed-role/Role/session` or `federated-user/name`.
fn is_session(arn: &Arn) -> bool {
    let named = |part: &str| !part.is_empty() && !part.contains('/');
    let assumed = arn.resource_of("assumed-role").and_then(|names| names.split_once('/'));
    assumed.is_some_and(|(role, session)| named(role) && named(session))
        || arn.resource_of("federated-user").is_some_and(named)
}

#[cfg(test)]
mod tests;
