//! What the operations on passwords share: hashes at rest, and what is computed of them.

use stead_api::{ApiError, ErrorCode};
use stead_directory::entity::{LoginProfile, PasswordPolicy, WrappedSecret};
use stead_directory::{DirectoryError, Snapshot};
use stead_service::{Call, PasswordOutcome, PasswordWork};
use stead_session::password::PasswordHash;
use stead_session::vault::{self, SecretName};
use stead_types::{Entropy, Secret, UniqueId};

use crate::error::api_error;

/// Checks a new password by the policy of the account, and says what is to be computed:
/// its hash, and whether it is one of those that must not come again.
///
/// # Errors
/// It is not as the policy says.
pub(crate) fn prepare(
    new: &Secret<String>,
    present: Option<&LoginProfile>,
    call: &Call<'_>,
) -> Result<PasswordWork, ApiError> {
    let policy = call.account.password_policy().map(AsRef::as_ref);
    let name = call.account.alias().map(|alias| alias.name.to_string());
    let name = name.unwrap_or_else(|| call.account.account().to_string());
    PasswordPolicy::check(policy, new.expose(), &name)
        .map_err(|fault| api_error(DirectoryError::PasswordPolicyViolation(fault)))?;
    let remembered = PasswordPolicy::remembered(policy);
    let former = present.into_iter().flat_map(|profile| {
        let last = profile.last_passwords().take(remembered);
        last.map(|hash| unwrap(&profile.user, hash, call))
    });
    Ok(PasswordWork {
        old: None,
        new: new.clone(),
        former: former.collect::<Result<_, _>>()?,
        basis: basis(present),
    })
}

/// The outcome of [`prepare`], if it is about the password as it is now.
///
/// # Errors
/// The password was changed meanwhile.
pub(crate) fn outcome(
    user: &UniqueId,
    account: &Snapshot,
    outcome: Option<PasswordOutcome>,
) -> Result<PasswordOutcome, ApiError> {
    let outcome = outcome.ok_or_else(|| ApiError::internal("no password was hashed"))?;
    let present = account.login_profile(user);
    if outcome.basis == basis(present.map(AsRef::as_ref)) {
        return Ok(outcome);
    }
    // Choice: worded as where another change came in between.
    let message = "The request conflicts with another change. Try again.";
    Err(ApiError::new(ErrorCode::ConcurrentModification, message))
}

/// A hash as it rests.
pub(crate) fn wrap(
    user: &UniqueId,
    hash: &PasswordHash,
    call: &Call<'_>,
    entropy: &mut dyn Entropy,
) -> Result<WrappedSecret, ApiError> {
    let wrapped = call.vault.wrap_text(SecretName::PasswordHash(user), &hash.to_text(), entropy);
    let wrapped = wrapped.map_err(|error| ApiError::internal(format!("a password: {error}")))?;
    Ok(WrappedSecret::new(wrapped.as_bytes()))
}

/// The hash that rests so.
pub(crate) fn unwrap(
    user: &UniqueId,
    wrapped: &WrappedSecret,
    call: &Call<'_>,
) -> Result<PasswordHash, ApiError> {
    let unreadable = || ApiError::internal(format!("the password of {user} can't be read"));
    let wrapped = vault::WrappedSecret::from_bytes(wrapped.as_bytes().to_vec());
    let text = call.vault.unwrap_text(SecretName::PasswordHash(user), &wrapped);
    text.map_err(|_| unreadable())?.expose().parse().map_err(|_| unreadable())
}

fn basis(present: Option<&LoginProfile>) -> Vec<Box<[u8]>> {
    let last = present.into_iter().flat_map(LoginProfile::last_passwords);
    last.map(|hash| hash.as_bytes().into()).collect()
}
