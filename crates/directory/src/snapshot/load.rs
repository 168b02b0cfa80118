//! Making a snapshot from the records of an account.

use std::sync::Arc;

use stead_types::{AccountId, Timestamp};

use crate::Snapshot;
use crate::entity::{AccountRoot, Entity, InlinePolicies, WrappedSecret};
use crate::limits::RECORDS_MAX;
use crate::records;

/// Something that was found wrong with a stored account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadProblem {
    /// The key of the record.
    pub key: String,
    /// What is wrong.
    pub reason: LoadReason,
}

/// What is wrong with a record. Never shows what the record holds.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoadReason {
    /// The key names no kind of record that is known here.
    #[error("key of an unknown kind")]
    UnknownKind,
    /// The format is not one that is known here, likely of a later version.
    #[error("format {found} is not known")]
    UnknownFormat {
        /// The format the record has.
        found: u16,
    },
    /// The body is longer than what is read.
    #[error("body too long")]
    TooLong,
    /// The body is not JSON of the expected shape.
    #[error("not the JSON of its kind, line {line} column {column}")]
    Shape {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// A field holds a value that is none.
    #[error("field {field} is no valid value")]
    Field {
        /// The field.
        field: &'static str,
    },
    /// The record belongs under another key.
    #[error("does not belong under its key")]
    Misplaced,
    /// Another entity has the name already.
    #[error("name is in use")]
    NameInUse,
    /// There are more records than are read.
    #[error("more than {RECORDS_MAX} records")]
    TooMany,
    /// There is no record of the account itself.
    #[error("record of the account is missing")]
    AccountMissing,
    /// A stored policy is no longer a valid one. The entity is there; what can't
    /// be understood of the policy grants nothing and denies.
    #[error("a policy can't be understood in full")]
    DamagedPolicy,
}

impl Snapshot {
    /// The account that these records make: key, format and body each.
    ///
    /// Total. What can't be read fails closed, and is reported: a user or role
    /// does not exist, and whoever calls as it is refused; an access key or MFA
    /// device is unknown; members of a group, and holders of a managed policy,
    /// that can't be read are denied everything; without a record of the account
    /// no secret opens. An account with unreadable records is served and not
    /// written to (see [`crate::Draft::new`]).
    pub fn load<K: AsRef<str>, B: AsRef<str>>(
        account: AccountId,
        records: impl IntoIterator<Item = (K, u16, B)>,
    ) -> (Self, Vec<LoadProblem>) {
        let mut loading = Loading {
            snapshot: Self::empty(AccountRoot {
                id: account,
                created_at: Timestamp::from_epoch_seconds(0),
                data_key: WrappedSecret::new([]),
                login_profile: None,
            }),
            problems: Vec::new(),
            has_account: false,
        };
        for (count, (key, format, body)) in records.into_iter().enumerate() {
            if count >= RECORDS_MAX {
                loading.unreadable(key.as_ref(), LoadReason::TooMany);
                break;
            }
            loading.take(key.as_ref(), format, body.as_ref());
        }
        if !loading.has_account {
            loading.unreadable("account", LoadReason::AccountMissing);
        }
        (loading.snapshot, loading.problems)
    }

    /// Whether another entity has the name of this one.
    pub(crate) fn has_name_of(&self, entity: &Entity) -> bool {
        match entity {
            Entity::User(user) => self.user_by_name(user.name.as_str()).is_some(),
            Entity::Group(group) => self.group_by_name(group.name.as_str()).is_some(),
            Entity::Role(role) => self.role_by_name(role.name.as_str()).is_some(),
            Entity::ManagedPolicy(policy) => {
                self.customer_policy_by_name(policy.name.as_str()).is_some()
            }
            Entity::InstanceProfile(profile) => {
                self.instance_profile_by_name(profile.name.as_str()).is_some()
            }
            Entity::ServerCertificate(held) => {
                self.server_certificate_by_name(held.name.as_str()).is_some()
            }
            // Those are stored under what tells them apart.
            Entity::Account(_)
            | Entity::AccessKey(_)
            | Entity::MfaDevice(_)
            | Entity::OidcProvider(_)
            | Entity::SamlProvider(_)
            | Entity::Alias(_)
            | Entity::PasswordPolicy(_)
            | Entity::LoginProfile(_)
            | Entity::ServiceCredential(_)
            | Entity::SshPublicKey(_)
            | Entity::SigningCertificate(_)
            | Entity::TokenPreferences(_)
            | Entity::TokenIssuer(_)
            | Entity::OutboundFederation(_)
            | Entity::DelegationRequest(_)
            | Entity::Delegation(_) => false,
        }
    }

    /// What is wrong with stored policies, which are compiled when they are first
    /// evaluated: a problem for each entity that has one. Takes a second for some tens of
    /// thousands of them, and keeps nothing.
    #[must_use]
    pub fn damaged_policies(&self) -> Vec<LoadProblem> {
        let damaged = self.entities().filter(has_damaged_policy);
        let problem = |entity: Entity| LoadProblem {
            key: entity.key().text(),
            reason: LoadReason::DamagedPolicy,
        };
        damaged.map(problem).collect()
    }
}

fn has_damaged_policy(entity: &Entity) -> bool {
    let in_inline =
        |policies: &InlinePolicies| policies.iter().any(|(_, policy)| policy.stored.is_damaged());
    match entity {
        Entity::User(user) => in_inline(&user.inline),
        Entity::Group(group) => in_inline(&group.inline),
        Entity::Role(role) => role.trust.is_damaged() || in_inline(&role.inline),
        Entity::ManagedPolicy(policy) => policy.stored.is_damaged(),
        Entity::Account(_)
        | Entity::AccessKey(_)
        | Entity::MfaDevice(_)
        | Entity::OidcProvider(_)
        | Entity::SamlProvider(_)
        | Entity::InstanceProfile(_)
        | Entity::Alias(_)
        | Entity::PasswordPolicy(_)
        | Entity::LoginProfile(_)
        | Entity::ServiceCredential(_)
        | Entity::SshPublicKey(_)
        | Entity::SigningCertificate(_)
        | Entity::ServerCertificate(_)
        | Entity::TokenPreferences(_)
        | Entity::TokenIssuer(_)
        | Entity::OutboundFederation(_)
        | Entity::DelegationRequest(_)
        | Entity::Delegation(_) => false,
    }
}

struct Loading {
    snapshot: Snapshot,
    problems: Vec<LoadProblem>,
    has_account: bool,
}

impl Loading {
    fn take(&mut self, key: &str, format: u16, body: &str) {
        match records::decode(self.snapshot.account(), key, format, body) {
            Ok(entity) => {
                if self.snapshot.has_name_of(&entity) {
                    return self.unreadable(key, LoadReason::NameInUse);
                }
                self.has_account |= matches!(entity, Entity::Account(_));
                self.snapshot.put(entity);
            }
            Err(reason) => self.unreadable(key, reason),
        }
    }

    fn unreadable(&mut self, key: &str, reason: LoadReason) {
        self.snapshot.unreadable.insert(Arc::from(key));
        self.report(key, reason);
    }

    fn report(&mut self, key: &str, reason: LoadReason) {
        self.problems.push(LoadProblem { key: key.to_owned(), reason });
    }
}
