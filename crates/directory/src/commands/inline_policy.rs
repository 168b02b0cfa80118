//! Policies embedded in users, groups and roles.

use stead_policy::{DocumentKind, PolicyText};
use stead_types::PolicyName;

use super::PolicyHolder;
use crate::{DirectoryError, Draft, policy_document};

/// Embeds a policy, or replaces the one with its name.
///
/// # Errors
/// The holder does not exist, the document is wrong, or all inline policies of
/// the holder together would be too large.
pub fn put(
    draft: &mut Draft,
    holder: PolicyHolder<'_>,
    name: PolicyName,
    text: PolicyText,
) -> Result<(), DirectoryError> {
    policy_document::admit(&text, DocumentKind::Identity)?;
    holder.edit(draft, |arn, policies| {
        policies.inline.put(arn, name, text);
        holder.inline_quota().admit(policies.inline.counted_characters())
    })
}

/// Removes an inline policy.
///
/// # Errors
/// The holder does not exist, or has no such policy.
pub fn delete(
    draft: &mut Draft,
    holder: PolicyHolder<'_>,
    name: &PolicyName,
) -> Result<(), DirectoryError> {
    holder.edit(draft, |_, policies| match policies.inline.remove(name) {
        Some(_) => Ok(()),
        None => Err(DirectoryError::missing(holder.inline_kind(), name)),
    })
}
