//! The stored form of an organization: JSON, one record per thing, with a format number. As
//! in [`crate::records`], these structs are the format.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use stead_policy::PolicyText;
use stead_types::{OrganizationId, RootId, Timestamp};

use super::Organization;
use super::entity::{
    AccountRequest, AccountRequestState, AttachedControls, ControlKind, ControlPolicy, Handshake,
    HandshakeState, JoinedBy, MemberAccount, MemberStatus, OrganizationKey, OrganizationRoot,
    OrganizationalUnit, Parent, RootFeature,
};
use crate::limits::{RECORD_BODY_BYTES_MAX, RECORDS_MAX};
use crate::records::field::{TagRecord, parse, parse_list};
use crate::{EncodedChange, EncodedRecord, LoadProblem, LoadReason, StoredPolicy};

/// The format of all records so far.
const FORMAT: u16 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OrganizationRecord {
    root: String,
    management: String,
    created_at: String,
    enabled: Vec<String>,
    policies: Vec<String>,
    tags: Vec<TagRecord>,
    trusted_services: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    root_features: Vec<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    dissolved: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct UnitRecord {
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parent: Option<String>,
    policies: Vec<String>,
    tags: Vec<TagRecord>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AccountRecord {
    name: String,
    email: String,
    status: Status,
    joined_at: String,
    joined_by: Joined,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parent: Option<String>,
    policies: Vec<String>,
    tags: Vec<TagRecord>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    administers: BTreeMap<String, String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Active,
    Suspended,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Joined {
    Created,
    Invited,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyRecord {
    kind: String,
    name: String,
    description: String,
    document: String,
    tags: Vec<TagRecord>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RequestRecord {
    account: String,
    name: String,
    email: String,
    role: String,
    tags: Vec<TagRecord>,
    requested_at: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    succeeded_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    email_in_use_at: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct HandshakeRecord {
    account: String,
    notes: String,
    tags: Vec<TagRecord>,
    requested_at: String,
    expires_at: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    answer: Option<Answered>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answered {
    Accepted,
    Declined,
    Canceled,
}

/// A thing of the organization as it is stored; nothing for one that is gone.
pub(super) fn encode(organization: &Organization, key: &OrganizationKey) -> EncodedChange {
    let body = match key {
        OrganizationKey::Organization => Some(to_json(&organization_record(organization))),
        OrganizationKey::Unit(id) => organization.units.get(id).map(|it| to_json(&unit_record(it))),
        OrganizationKey::Account(id) => {
            organization.accounts.get(id).map(|it| to_json(&account_record(it)))
        }
        OrganizationKey::Policy(id) => {
            organization.policies.get(id).map(|it| to_json(&policy_record(it)))
        }
        OrganizationKey::AccountRequest(id) => {
            organization.requests.get(id).map(|it| to_json(&request_record(it)))
        }
        OrganizationKey::Handshake(id) => {
            organization.handshakes.get(id).map(|it| to_json(&handshake_record(it)))
        }
    };
    let value = body.map(|body| EncodedRecord { format: FORMAT, body });
    EncodedChange { key: key.text(), value }
}

fn to_json(record: &impl Serialize) -> String {
    // Structs of texts and lists: nothing in them can fail.
    serde_json::to_string(record).unwrap_or_default()
}

fn organization_record(organization: &Organization) -> OrganizationRecord {
    let root = &organization.root;
    OrganizationRecord {
        root: root.root.to_string(),
        management: root.management.to_string(),
        created_at: root.created_at.to_string(),
        enabled: root.enabled.iter().map(|kind| kind.wire_name().to_owned()).collect(),
        policies: texts(&root.policies),
        tags: TagRecord::of_resource(&root.tags),
        trusted_services: moment_texts(&root.trusted_services),
        root_features: root.root_features.iter().map(|it| it.wire_name().to_owned()).collect(),
        dissolved: organization.dissolved,
    }
}

fn unit_record(unit: &OrganizationalUnit) -> UnitRecord {
    UnitRecord {
        name: unit.name.to_string(),
        parent: parent_text(&unit.parent),
        policies: texts(&unit.policies),
        tags: TagRecord::of_resource(&unit.tags),
    }
}

fn account_record(account: &MemberAccount) -> AccountRecord {
    AccountRecord {
        name: account.name.to_string(),
        email: account.email.to_string(),
        status: match account.status {
            MemberStatus::Active => Status::Active,
            MemberStatus::Suspended => Status::Suspended,
        },
        joined_at: account.joined_at.to_string(),
        joined_by: match account.joined_by {
            JoinedBy::Created => Joined::Created,
            JoinedBy::Invited => Joined::Invited,
        },
        parent: parent_text(&account.parent),
        policies: texts(&account.policies),
        tags: TagRecord::of_resource(&account.tags),
        administers: moment_texts(&account.administers),
    }
}

fn policy_record(policy: &ControlPolicy) -> PolicyRecord {
    PolicyRecord {
        kind: policy.kind.wire_name().to_owned(),
        name: policy.name.to_string(),
        description: policy.description.to_string(),
        document: policy.text.as_str().to_owned(),
        tags: TagRecord::of_resource(&policy.tags),
    }
}

fn request_record(request: &AccountRequest) -> RequestRecord {
    RequestRecord {
        account: request.account.to_string(),
        name: request.name.to_string(),
        email: request.email.to_string(),
        role: request.role.to_string(),
        tags: TagRecord::of_resource(&request.tags),
        requested_at: request.requested_at.to_string(),
        succeeded_at: match request.state {
            AccountRequestState::Succeeded { at } => Some(at.to_string()),
            _ => None,
        },
        email_in_use_at: match request.state {
            AccountRequestState::EmailInUse { at } => Some(at.to_string()),
            _ => None,
        },
    }
}

fn handshake_record(handshake: &Handshake) -> HandshakeRecord {
    HandshakeRecord {
        account: handshake.account.to_string(),
        notes: handshake.notes.to_string(),
        tags: TagRecord::of_resource(&handshake.tags),
        requested_at: handshake.requested_at.to_string(),
        expires_at: handshake.expires_at.to_string(),
        answer: match handshake.state {
            HandshakeState::Open | HandshakeState::Expired => None,
            HandshakeState::Accepted => Some(Answered::Accepted),
            HandshakeState::Declined => Some(Answered::Declined),
            HandshakeState::Canceled => Some(Answered::Canceled),
        },
    }
}

/// Services by their principals, since when.
fn moment_texts(services: &BTreeMap<Box<str>, Timestamp>) -> BTreeMap<String, String> {
    services.iter().map(|(name, at)| (name.to_string(), at.to_string())).collect()
}

/// The same, read.
fn moments(
    field: &'static str,
    texts: &BTreeMap<String, String>,
) -> Result<BTreeMap<Box<str>, Timestamp>, LoadReason> {
    texts.iter().map(|(name, at)| Ok((Box::from(name.as_str()), parse(field, at)?))).collect()
}

fn texts(policies: &AttachedControls) -> Vec<String> {
    policies.iter().map(ToString::to_string).collect()
}

fn parent_text(parent: &Parent) -> Option<String> {
    match parent {
        Parent::Root => None,
        Parent::Unit(id) => Some(id.to_string()),
    }
}

impl Organization {
    /// Reads all records of an organization. What can't be read is told, and is as if it
    /// were not there: what is attached and not found denies everything, and so does a path
    /// that can't be followed to its end.
    ///
    /// `None` where the organization itself can't be read: whose accounts are limited, and by
    /// whom, is then unknown, and nothing may be served.
    #[must_use]
    pub fn load<K: AsRef<str>, B: AsRef<str>>(
        id: OrganizationId,
        records: impl IntoIterator<Item = (K, u16, B)>,
    ) -> (Option<Self>, Vec<LoadProblem>) {
        let (mut root, mut rest, mut problems) = (None, Vec::new(), Vec::new());
        let problem = |key: &str, reason| LoadProblem { key: key.to_owned(), reason };
        for (count, (key, format, body)) in records.into_iter().enumerate() {
            let (key, body) = (key.as_ref(), body.as_ref());
            if count >= RECORDS_MAX {
                problems.push(problem(key, LoadReason::TooMany));
                break;
            }
            if key == "organization" {
                match read::<OrganizationRecord>(format, body).and_then(|it| it.entity(&id)) {
                    Ok(found) => root = Some(found),
                    Err(reason) => problems.push(problem(key, reason)),
                }
            } else {
                rest.push((key.to_owned(), format, body.to_owned()));
            }
        }
        let Some((root, dissolved)) = root else {
            return (None, problems);
        };
        let mut organization = Self::empty(root);
        organization.dissolved = dissolved;
        for (key, format, body) in rest {
            if let Err(reason) = organization.take(&key, format, &body) {
                problems.push(problem(&key, reason));
            }
        }
        for problem in &problems {
            organization.unreadable.insert(Arc::from(problem.key.as_str()));
        }
        (Some(organization), problems)
    }

    fn take(&mut self, key: &str, format: u16, body: &str) -> Result<(), LoadReason> {
        let (kind, id) = key.split_once('/').ok_or(LoadReason::UnknownKind)?;
        match kind {
            "unit" => {
                let unit = read::<UnitRecord>(format, body)?.entity(id)?;
                self.units.insert(unit.id.clone(), Arc::new(unit));
            }
            "account" => {
                let account = read::<AccountRecord>(format, body)?.entity(id)?;
                self.accounts.insert(account.account, Arc::new(account));
            }
            "policy" => {
                let policy = read::<PolicyRecord>(format, body)?.entity(id)?;
                self.policies.insert(policy.id.clone(), Arc::new(policy));
            }
            "account-request" => {
                let request = read::<RequestRecord>(format, body)?.entity(id)?;
                self.requests.insert(request.id.clone(), Arc::new(request));
            }
            "handshake" => {
                let handshake = read::<HandshakeRecord>(format, body)?.entity(id)?;
                self.handshakes.insert(handshake.id.clone(), Arc::new(handshake));
            }
            _ => return Err(LoadReason::UnknownKind),
        }
        Ok(())
    }
}

fn read<T: DeserializeOwned>(format: u16, body: &str) -> Result<T, LoadReason> {
    if format != FORMAT {
        return Err(LoadReason::UnknownFormat { found: format });
    }
    if body.len() > RECORD_BODY_BYTES_MAX {
        return Err(LoadReason::TooLong);
    }
    serde_json::from_str(body)
        .map_err(|error| LoadReason::Shape { line: error.line(), column: error.column() })
}

fn attached(texts: &[String]) -> Result<AttachedControls, LoadReason> {
    Ok(parse_list("policies", texts)?.into_iter().collect())
}

fn parent(text: Option<&String>) -> Result<Parent, LoadReason> {
    text.map_or(Ok(Parent::Root), |text| parse("parent", text).map(Parent::Unit))
}

fn control_kind(field: &'static str, text: &str) -> Result<ControlKind, LoadReason> {
    ControlKind::from_wire(text).ok_or(LoadReason::Field { field })
}

impl OrganizationRecord {
    fn entity(self, id: &OrganizationId) -> Result<(OrganizationRoot, bool), LoadReason> {
        let root: RootId = parse("root", &self.root)?;
        let enabled = self.enabled.iter().map(|text| control_kind("enabled", text));
        let features = self.root_features.iter().map(|text| {
            RootFeature::from_wire(text).ok_or(LoadReason::Field { field: "root_features" })
        });
        let root = OrganizationRoot {
            id: id.clone(),
            root,
            management: parse("management", &self.management)?,
            created_at: parse("created_at", &self.created_at)?,
            enabled: enabled.collect::<Result<_, _>>()?,
            policies: attached(&self.policies)?,
            tags: TagRecord::resource(&self.tags)?,
            trusted_services: moments("trusted_services", &self.trusted_services)?,
            root_features: features.collect::<Result<_, _>>()?,
        };
        Ok((root, self.dissolved))
    }
}

impl UnitRecord {
    fn entity(self, id: &str) -> Result<OrganizationalUnit, LoadReason> {
        Ok(OrganizationalUnit {
            id: parse("id", id)?,
            name: self.name.into(),
            parent: parent(self.parent.as_ref())?,
            policies: attached(&self.policies)?,
            tags: TagRecord::resource(&self.tags)?,
        })
    }
}

impl AccountRecord {
    fn entity(self, id: &str) -> Result<MemberAccount, LoadReason> {
        Ok(MemberAccount {
            account: parse("id", id)?,
            name: self.name.into(),
            email: self.email.into(),
            status: match self.status {
                Status::Active => MemberStatus::Active,
                Status::Suspended => MemberStatus::Suspended,
            },
            administers: moments("administers", &self.administers)?,
            joined_at: parse("joined_at", &self.joined_at)?,
            joined_by: match self.joined_by {
                Joined::Created => JoinedBy::Created,
                Joined::Invited => JoinedBy::Invited,
            },
            parent: parent(self.parent.as_ref())?,
            policies: attached(&self.policies)?,
            tags: TagRecord::resource(&self.tags)?,
        })
    }
}

impl PolicyRecord {
    fn entity(self, id: &str) -> Result<ControlPolicy, LoadReason> {
        let kind = control_kind("kind", &self.kind)?;
        let text = PolicyText::new(self.document);
        Ok(ControlPolicy {
            id: parse("id", id)?,
            kind,
            name: self.name.into(),
            description: self.description.into(),
            stored: StoredPolicy::new(text.clone(), kind.document_kind()),
            text,
            tags: TagRecord::resource(&self.tags)?,
        })
    }
}

impl RequestRecord {
    fn entity(self, id: &str) -> Result<AccountRequest, LoadReason> {
        let succeeded =
            self.succeeded_at.as_ref().map(|at| parse("succeeded_at", at)).transpose()?;
        let in_use = self.email_in_use_at.as_ref();
        let in_use = in_use.map(|at| parse("email_in_use_at", at)).transpose()?;
        Ok(AccountRequest {
            id: parse("id", id)?,
            account: parse("account", &self.account)?,
            name: self.name.into(),
            email: self.email.into(),
            role: parse("role", &self.role)?,
            tags: TagRecord::resource(&self.tags)?,
            requested_at: parse("requested_at", &self.requested_at)?,
            state: match (succeeded, in_use) {
                (Some(at), _) => AccountRequestState::Succeeded { at },
                (None, Some(at)) => AccountRequestState::EmailInUse { at },
                (None, None) => AccountRequestState::InProgress,
            },
        })
    }
}

impl HandshakeRecord {
    fn entity(self, id: &str) -> Result<Handshake, LoadReason> {
        Ok(Handshake {
            id: parse("id", id)?,
            account: parse("account", &self.account)?,
            notes: self.notes.into(),
            tags: TagRecord::resource(&self.tags)?,
            requested_at: parse("requested_at", &self.requested_at)?,
            expires_at: parse("expires_at", &self.expires_at)?,
            state: match self.answer {
                None => HandshakeState::Open,
                Some(Answered::Accepted) => HandshakeState::Accepted,
                Some(Answered::Declined) => HandshakeState::Declined,
                Some(Answered::Canceled) => HandshakeState::Canceled,
            },
        })
    }
}
