//! Managed policies attached to users, groups and roles.

use stead_types::Arn;

use super::{PolicyHolder, find};
use crate::{DirectoryError, Draft, EntityKind};

/// Attaches a managed policy; no error if it is attached already.
///
/// # Errors
/// The holder or the policy does not exist, or the holder has too many.
pub fn attach(
    draft: &mut Draft,
    holder: PolicyHolder<'_>,
    policy: &Arn,
) -> Result<(), DirectoryError> {
    let attachable = find::attachable(draft.snapshot(), policy);
    holder.edit(draft, |arn, policies| {
        policies.attached.attach(arn, attachable?.arn.clone());
        holder.attached_quota().admit(policies.attached.len())
    })
}

/// Detaches a managed policy.
///
/// # Errors
/// The holder does not exist, or the policy is not attached to it.
pub fn detach(
    draft: &mut Draft,
    holder: PolicyHolder<'_>,
    policy: &Arn,
) -> Result<(), DirectoryError> {
    holder.edit(draft, |_, policies| {
        if policies.attached.detach(policy) {
            Ok(())
        } else {
            // Observed: the answer is the same whether the policy exists (2026-02).
            Err(DirectoryError::missing(EntityKind::AttachedPolicy, policy))
        }
    })
}
