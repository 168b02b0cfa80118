//! What an assertion asks of the session, and for which roles it is.
//!
//! Spec: UG:id_roles_providers_create_saml_assertions, for every attribute's name, which
//! is compared exactly, and for its values.

use std::time::Duration;

use stead_types::{Arn, SessionName, SourceIdentity, Tag, TagError, TagKey, TagSet};

use super::assertion::malformed;
use super::attributes::Attributes;
use super::refusal::Refusal;
use super::verified::RoleAndProvider;
use crate::oidc::{SessionTags, echo};

const ROLE: &str = "https://aws.amazon.com/SAML/Attributes/Role";
const ROLE_SESSION_NAME: &str = "https://aws.amazon.com/SAML/Attributes/RoleSessionName";
const SESSION_DURATION: &str = "https://aws.amazon.com/SAML/Attributes/SessionDuration";
const SOURCE_IDENTITY: &str = "https://aws.amazon.com/SAML/Attributes/SourceIdentity";
const TAG_PREFIX: &str = "https://aws.amazon.com/SAML/Attributes/PrincipalTag:";
const TRANSITIVE: &str = "https://aws.amazon.com/SAML/Attributes/TransitiveTagKeys";

/// Seconds that a session may be asked to last.
const DURATION_SECONDS: std::ops::RangeInclusive<u64> = 900..=43_200;

/// The pairs of a role and a provider. What is no such pair is passed over: it offers
/// nothing.
///
/// Observed (radkawar/stackd, recorded in 2026): the two may come in either order.
pub(super) fn roles(attributes: &Attributes) -> Vec<RoleAndProvider> {
    attributes.values(ROLE).filter_map(pair).collect()
}

fn pair(text: &str) -> Option<RoleAndProvider> {
    let (one, other) = text.split_once(',')?;
    let (one, other): (Arn, Arn) = (one.trim().parse().ok()?, other.trim().parse().ok()?);
    let is = |arn: &Arn, kind| arn.service() == "iam" && arn.resource_of(kind).is_some();
    let fits = |role: &Arn, provider: &Arn| is(role, "role") && is(provider, "saml-provider");
    if fits(&one, &other) {
        Some(RoleAndProvider { role: one, provider: other })
    } else if fits(&other, &one) {
        Some(RoleAndProvider { role: other, provider: one })
    } else {
        None
    }
}

pub(super) fn role_session_name(attributes: &Attributes) -> Result<SessionName, Refusal> {
    let text = attributes.value(ROLE_SESSION_NAME)?.ok_or(Refusal::NoRoleSessionName)?;
    text.parse().map_err(|error| Refusal::RoleSessionName { found: echo(text), error })
}

pub(super) fn source_identity(attributes: &Attributes) -> Result<Option<SourceIdentity>, Refusal> {
    let Some(text) = attributes.value(SOURCE_IDENTITY)? else { return Ok(None) };
    let refuse = |error| Refusal::SourceIdentity { found: echo(text), error };
    text.parse().map(Some).map_err(refuse)
}

pub(super) fn duration(attributes: &Attributes) -> Result<Option<Duration>, Refusal> {
    let Some(text) = attributes.value(SESSION_DURATION)? else { return Ok(None) };
    let seconds = text.trim().parse().ok().filter(|it| DURATION_SECONDS.contains(it));
    let expected = "900 to 43,200 seconds";
    let seconds = seconds.ok_or_else(|| malformed(SESSION_DURATION, expected, text))?;
    Ok(Some(Duration::from_secs(seconds)))
}

/// The session tags: an attribute with one value for each, and one with the keys that
/// are to last through role chains.
pub(super) fn tags(attributes: &Attributes) -> Result<SessionTags, Refusal> {
    let mut tags = TagSet::default();
    for (name, values) in attributes.iter() {
        let Some(key) = name.strip_prefix(TAG_PREFIX) else { continue };
        let refuse = |error| Refusal::SessionTag { key: echo(key), error };
        let [value] = values else {
            return Err(Refusal::Several { part: TAG_PREFIX, found: values.len() });
        };
        let tag = Tag { key: key.parse().map_err(refuse)?, value: value.parse().map_err(refuse)? };
        if tags.find(key).is_some() {
            return Err(refuse(TagError::Duplicate));
        }
        tags.put(tag);
    }
    let transitive = attributes.values(TRANSITIVE).map(tag_key).collect::<Result<_, _>>()?;
    Ok(SessionTags { tags, transitive })
}

fn tag_key(text: &str) -> Result<TagKey, Refusal> {
    text.parse().map_err(|error| Refusal::SessionTag { key: echo(text), error })
}
