//! Texts of requests as the domain's types.
//!
//! The decoder has checked the model's constraints. What it lets through and the
//! types refuse is worded here.

#[cfg(test)]
mod tests;

use std::str::FromStr;

use stead_api::{ApiError, ErrorCode, iam};
use stead_directory::EntityKind;
use stead_types::{NameError, Path, Tag, TagError, TagKey};

use crate::target::missing;

/// The name of something that is to be created or renamed.
///
/// # Errors
/// None that a decoded request can have: the decoder checks the same bounds.
pub(crate) fn new_name<N: FromStr<Err = NameError>>(name: &str) -> Result<N, ApiError> {
    name.parse().map_err(|error| ApiError::validation(format!("{name} {error}")))
}

/// The name of something that should exist.
///
/// # Errors
/// Requests may name a user with up to 128 characters, and no user has more than 64:
/// a name that nothing can have is not found.
pub(crate) fn existing_name<N: FromStr<Err = NameError>>(
    kind: EntityKind,
    name: &str,
) -> Result<N, ApiError> {
    name.parse().map_err(|_| missing(kind, name))
}

/// The path of something that is to be created: `/` if none is given.
///
/// # Errors
/// Observed: CreateVirtualMFADevice with a path without its slashes (2026-02).
pub(crate) fn new_path(path: Option<&str>) -> Result<Path, ApiError> {
    Ok(changed_path(path)?.unwrap_or_else(Path::root))
}

/// The path that something is to get, if it is to get another.
///
/// # Errors
/// As [`new_path`].
pub(crate) fn changed_path(path: Option<&str>) -> Result<Option<Path>, ApiError> {
    let refusal = |_| {
        ApiError::validation(
            "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.",
        )
    };
    path.map(str::parse).transpose().map_err(refusal)
}

/// The path under which things are listed: `/` if none is given.
///
/// # Errors
/// Observed: aws/aws-cli issue 5860, ListPolicies.
pub(crate) fn path_prefix(prefix: Option<&str>) -> Result<&str, ApiError> {
    match prefix {
        None => Ok("/"),
        Some(prefix) if prefix.starts_with('/') => Ok(prefix),
        Some(_) => Err(ApiError::validation(
            "The specified value for pathPrefix is invalid. It must begin with the / character and contain only alphanumeric characters and/or / characters.",
        )),
    }
}

/// Tags as they were given; two may have one key still.
///
/// # Errors
/// A key in the prefix that AWS reserves for itself.
pub(crate) fn tags(given: &[iam::Tag]) -> Result<Vec<Tag>, ApiError> {
    given
        .iter()
        .map(|tag| {
            let value = tag.value.parse().map_err(|error| refused_tag(error, &tag.key))?;
            Ok(Tag { key: tag_key(&tag.key)?, value })
        })
        .collect()
}

/// Tag keys as they were given.
///
/// # Errors
/// None that a decoded request can have but a reserved prefix.
pub(crate) fn tag_keys(given: &[String]) -> Result<Vec<TagKey>, ApiError> {
    given.iter().map(|key| tag_key(key)).collect()
}

fn tag_key(key: &str) -> Result<TagKey, ApiError> {
    key.parse().map_err(|error| refused_tag(error, key))
}

fn refused_tag(error: TagError, key: &str) -> ApiError {
    match error {
        // Spec: UG:id_tags, "Rules for tagging": the prefix is reserved. Choice: the text.
        TagError::Reserved => ApiError::new(
            ErrorCode::InvalidInput,
            "The specified tag key cannot begin with aws:, which is reserved.",
        ),
        TagError::Length | TagError::Character | TagError::Duplicate => {
            ApiError::validation(format!("The tag {key} is not valid: {error}."))
        }
    }
}
