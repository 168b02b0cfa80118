//! What several records have in common.

use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use stead_types::{Arn, PolicyName, Tag, TagSet, Timestamp, UniqueId, UniqueIdKind};

use crate::entity::{
    AttachedPolicies, InlinePolicies, KeyOwner, PermissionsBoundary, ResourceTags, WrappedSecret,
};
use crate::snapshot::LoadReason;

/// Reads one field.
pub(crate) fn parse<T: FromStr>(field: &'static str, text: &str) -> Result<T, LoadReason> {
    text.parse().map_err(|_| LoadReason::Field { field })
}

/// Reads a field that is a list without repetitions.
pub(crate) fn parse_list<T: FromStr + PartialEq>(
    field: &'static str,
    texts: &[String],
) -> Result<Vec<T>, LoadReason> {
    let mut values = Vec::with_capacity(texts.len());
    for text in texts {
        let value = parse(field, text)?;
        if values.contains(&value) {
            return Err(LoadReason::Field { field });
        }
        values.push(value);
    }
    Ok(values)
}

/// Reads the unique id of an entity of a kind.
pub(super) fn parse_id(text: &str, kind: UniqueIdKind) -> Result<UniqueId, LoadReason> {
    let id: UniqueId = parse("id", text)?;
    if id.kind() == kind { Ok(id) } else { Err(LoadReason::Field { field: "id" }) }
}

pub(super) fn parse_time(field: &'static str, text: &str) -> Result<Timestamp, LoadReason> {
    parse(field, text)
}

pub(super) fn secret_text(secret: &WrappedSecret) -> String {
    STANDARD.encode(secret.as_bytes())
}

pub(super) fn parse_secret(field: &'static str, text: &str) -> Result<WrappedSecret, LoadReason> {
    let bytes = STANDARD.decode(text).map_err(|_| LoadReason::Field { field })?;
    Ok(WrappedSecret::new(bytes))
}

/// `root`, or the unique id of a user.
pub(super) fn owner_text(owner: &KeyOwner) -> String {
    match owner {
        KeyOwner::Root => "root".to_owned(),
        KeyOwner::User(id) => id.to_string(),
    }
}

pub(super) fn parse_owner(text: &str) -> Result<KeyOwner, LoadReason> {
    if text == "root" {
        return Ok(KeyOwner::Root);
    }
    let id: UniqueId = parse("owner", text)?;
    match id.kind() {
        UniqueIdKind::User => Ok(KeyOwner::User(id)),
        _ => Err(LoadReason::Field { field: "owner" }),
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TagRecord {
    key: String,
    value: String,
}

impl TagRecord {
    pub(super) fn of_set(tags: &TagSet) -> Vec<Self> {
        let record = |tag: &Tag| Self {
            key: tag.key.as_str().to_owned(),
            value: tag.value.as_str().to_owned(),
        };
        tags.iter().map(record).collect()
    }

    pub(crate) fn of_resource(tags: &ResourceTags) -> Vec<Self> {
        tags.iter()
            .map(|(key, value)| Self {
                key: key.as_str().to_owned(),
                value: value.as_str().to_owned(),
            })
            .collect()
    }

    pub(super) fn set(records: &[Self]) -> Result<TagSet, LoadReason> {
        TagSet::new(Self::tags(records)?).map_err(|_| LoadReason::Field { field: "tags" })
    }

    pub(crate) fn resource(records: &[Self]) -> Result<ResourceTags, LoadReason> {
        ResourceTags::new(Self::tags(records)?).map_err(|_| LoadReason::Field { field: "tags" })
    }

    fn tags(records: &[Self]) -> Result<Vec<Tag>, LoadReason> {
        let tag = |record: &Self| {
            Ok(Tag { key: parse("tags", &record.key)?, value: parse("tags", &record.value)? })
        };
        records.iter().map(tag).collect()
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InlinePolicyRecord {
    name: String,
    document: String,
}

impl InlinePolicyRecord {
    pub(super) fn of(policies: &InlinePolicies) -> Vec<Self> {
        policies
            .iter()
            .map(|(name, policy)| Self {
                name: name.as_str().to_owned(),
                document: policy.text.as_str().to_owned(),
            })
            .collect()
    }

    pub(super) fn policies(records: Vec<Self>, owner: &Arn) -> Result<InlinePolicies, LoadReason> {
        let mut policies = InlinePolicies::default();
        for record in records {
            let name: PolicyName = parse("inline", &record.name)?;
            if policies.find(&name).is_some() {
                return Err(LoadReason::Field { field: "inline" });
            }
            policies.put(owner, name, record.document.into());
        }
        Ok(policies)
    }
}

pub(super) fn attached_texts(attached: &AttachedPolicies) -> Vec<String> {
    attached.iter().map(Arn::to_string).collect()
}

pub(super) fn parse_attached(
    texts: &[String],
    owner: &Arn,
) -> Result<AttachedPolicies, LoadReason> {
    let arns: Vec<Arn> =
        texts.iter().map(|text| parse("attached", text)).collect::<Result<_, _>>()?;
    Ok(AttachedPolicies::new(owner, arns))
}

pub(super) fn boundary_text(boundary: Option<&PermissionsBoundary>) -> Option<String> {
    boundary.map(|boundary| boundary.arn().to_string())
}

pub(super) fn parse_boundary(
    text: Option<&String>,
) -> Result<Option<PermissionsBoundary>, LoadReason> {
    text.map(|text| parse("boundary", text).map(PermissionsBoundary::new)).transpose()
}
