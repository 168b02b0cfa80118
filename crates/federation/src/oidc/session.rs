//! What a token asks of the session: tags, a source identity, and for which roles it is.

use serde_json::{Map, Value};
use stead_types::{Arn, SourceIdentity, Tag, TagError, TagKey, TagSet};

use super::claims::{Claims, malformed};
use super::refusal::{Refusal, echo};

const TAGS: &str = "https://aws.amazon.com/tags";
const TRANSITIVE: &str = "https://aws.amazon.com/tags/transitive_tag_keys";
const TAG_PREFIX: &str = "https://aws.amazon.com/tags/principal_tags/";
const ROLES: &str = "https://aws.amazon.com/roles";
const SOURCE_IDENTITY: &str = "https://aws.amazon.com/source_identity";

/// The session tags of a token. How many there may be, and whether each transitive key
/// is among the tags, is for the operation to check, as with AssumeRole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionTags {
    /// The tags.
    pub tags: TagSet,
    /// The keys of tags that are to last through role chains, as given.
    pub transitive: Vec<TagKey>,
}

/// The roles that a token may be used for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorizedRoles(Vec<Arn>);

impl SessionTags {
    /// Reads both forms; tags of both are put together.
    ///
    /// Spec: UG:id_session-tags: nested, `{"principal_tags": {"Key": ["value"]},
    /// "transitive_tag_keys": ["Key"]}`, and flattened, a claim for each tag. Observed: a
    /// nested value is a list of exactly one text, a flattened one is a text.
    pub(crate) fn read(claims: Claims<'_>) -> Result<Self, Refusal> {
        let nested = match claims.get(TAGS) {
            None => None,
            Some(Value::Object(members)) => Some(members),
            Some(other) => return Err(malformed(TAGS, "an object", other)),
        };
        let mut tags = Vec::new();
        if let Some(members) = nested {
            nested_tags(members, &mut tags)?;
        }
        for (claim, value) in claims.0 {
            if let Some(key) = claim.strip_prefix(TAG_PREFIX) {
                let text = value.as_str();
                let text = text.ok_or_else(|| {
                    malformed(TAG_PREFIX, "a claim with a text for each key", value)
                })?;
                tags.push(tag(key, text)?);
            }
        }
        let nested_keys = nested.and_then(|members| members.get("transitive_tag_keys"));
        let keys = match (nested_keys, claims.get(TRANSITIVE)) {
            (Some(_), Some(_)) => return Err(Refusal::TransitiveTagKeysTwice),
            (Some(keys), None) | (None, Some(keys)) => transitive(keys)?,
            (None, None) => Vec::new(),
        };
        Ok(Self { tags: set(tags)?, transitive: keys })
    }

    /// Whether the token asks for no tags at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tags.iter().len() == 0 && self.transitive.is_empty()
    }
}

fn nested_tags(members: &Map<String, Value>, tags: &mut Vec<Tag>) -> Result<(), Refusal> {
    let expected = "an object whose `principal_tags` have a list of one text for each key";
    let principal_tags = match members.get("principal_tags") {
        None => return Ok(()),
        Some(Value::Object(principal_tags)) => principal_tags,
        Some(other) => return Err(malformed(TAGS, expected, other)),
    };
    for (key, value) in principal_tags {
        match value.as_array().map(Vec::as_slice) {
            Some([Value::String(text)]) => tags.push(tag(key, text)?),
            _ => return Err(malformed(TAGS, expected, value)),
        }
    }
    Ok(())
}

fn tag(key: &str, value: &str) -> Result<Tag, Refusal> {
    let refuse = |error| Refusal::SessionTag { key: echo(key), error };
    Ok(Tag { key: key.parse().map_err(refuse)?, value: value.parse().map_err(refuse)? })
}

fn set(tags: Vec<Tag>) -> Result<TagSet, Refusal> {
    let mut set = TagSet::default();
    for tag in tags {
        if set.find(tag.key.as_str()).is_some() {
            let (key, error) = (echo(tag.key.as_str()), TagError::Duplicate);
            return Err(Refusal::SessionTag { key, error });
        }
        set.put(tag);
    }
    Ok(set)
}

fn transitive(value: &Value) -> Result<Vec<TagKey>, Refusal> {
    let refuse = || malformed(TRANSITIVE, "a list of tag keys", value);
    let keys = value.as_array().ok_or_else(refuse)?;
    keys.iter()
        .map(|key| {
            let text = key.as_str().ok_or_else(refuse)?;
            text.parse().map_err(|error| Refusal::SessionTag { key: echo(text), error })
        })
        .collect()
}

impl AuthorizedRoles {
    /// Reads the claim: a list of ARNs, or a text with ARNs between semicolons.
    ///
    /// Observed: `null` counts as absent, blanks around an ARN do not count, and entries
    /// that are no ARN are passed over; without any ARN the token is refused. The claim
    /// only ever narrows what a token is good for, so that passing over an entry grants
    /// nothing.
    pub(crate) fn read(claims: Claims<'_>) -> Result<Option<Self>, Refusal> {
        let entries: Vec<&str> = match claims.get(ROLES) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::String(text)) => text.split(';').collect(),
            Some(Value::Array(entries)) => entries.iter().filter_map(Value::as_str).collect(),
            Some(other) => {
                return Err(malformed(ROLES, "a list or a text of role ARNs", other));
            }
        };
        let arns = entries.into_iter().filter_map(|entry| entry.trim().parse::<Arn>().ok());
        let roles: Vec<Arn> = arns.filter(is_role).collect();
        if roles.is_empty() { Err(Refusal::NoRoles) } else { Ok(Some(Self(roles))) }
    }

    /// Whether the token is for this role. ARNs are compared exactly.
    #[must_use]
    pub fn contains(&self, role: &str) -> bool {
        self.iter().any(|arn| arn == role)
    }

    /// The roles' ARNs, in the order of the claim.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(Arn::as_str)
    }
}

fn is_role(arn: &Arn) -> bool {
    arn.service() == "iam" && arn.resource_of("role").is_some()
}

/// Spec: UG:id_credentials_temp_control-access_monitor: the claim is one text.
pub(crate) fn source_identity(claims: Claims<'_>) -> Result<Option<SourceIdentity>, Refusal> {
    match claims.get(SOURCE_IDENTITY) {
        None => Ok(None),
        Some(Value::String(text)) => text.parse().map(Some).map_err(Refusal::SourceIdentity),
        Some(other) => Err(malformed(SOURCE_IDENTITY, "a text", other)),
    }
}
