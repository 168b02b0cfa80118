//! The password policy of the account.

use std::collections::BTreeSet;

use stead_api::ApiError;
use stead_api::iam::{
    DeleteAccountPasswordPolicy, DeleteAccountPasswordPolicyRequest,
    DeleteAccountPasswordPolicyResponse, GetAccountPasswordPolicy, GetAccountPasswordPolicyRequest,
    GetAccountPasswordPolicyResponse, PasswordPolicy as PasswordPolicyView,
    UpdateAccountPasswordPolicy, UpdateAccountPasswordPolicyRequest,
    UpdateAccountPasswordPolicyResponse,
};
use stead_authorizer::Authorized;
use stead_directory::EntityKind;
use stead_directory::commands::password_policy as command;
use stead_directory::entity::{CharacterKind, PasswordPolicy};
use stead_service::{Call, Handle, Work};

use crate::Iam;
use crate::error::api_error;
use crate::target::missing;

// Spec: Service Authorization Reference, IAM: the actions on the policy know no resource.

impl Handle<UpdateAccountPasswordPolicy> for Iam {
    /// Spec: API UpdateAccountPasswordPolicy: what is not given gets its default, whatever
    /// the policy said before.
    fn execute(
        _permit: Authorized<UpdateAccountPasswordPolicy>,
        input: UpdateAccountPasswordPolicyRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<UpdateAccountPasswordPolicyResponse, ApiError> {
        command::put(work.draft, policy(&input)?);
        Ok(UpdateAccountPasswordPolicyResponse {})
    }
}

impl Handle<GetAccountPasswordPolicy> for Iam {
    fn execute(
        _permit: Authorized<GetAccountPasswordPolicy>,
        _input: GetAccountPasswordPolicyRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<GetAccountPasswordPolicyResponse, ApiError> {
        let policy = call.account.password_policy().ok_or_else(|| {
            missing(EntityKind::PasswordPolicy, &call.account.account().to_string())
        })?;
        Ok(GetAccountPasswordPolicyResponse { password_policy: view(policy) })
    }
}

impl Handle<DeleteAccountPasswordPolicy> for Iam {
    fn execute(
        _permit: Authorized<DeleteAccountPasswordPolicy>,
        _input: DeleteAccountPasswordPolicyRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<DeleteAccountPasswordPolicyResponse, ApiError> {
        command::delete(work.draft).map_err(api_error)?;
        Ok(DeleteAccountPasswordPolicyResponse {})
    }
}

fn policy(input: &UpdateAccountPasswordPolicyRequest) -> Result<PasswordPolicy, ApiError> {
    let required = [
        (input.require_lowercase_characters, CharacterKind::Lowercase),
        (input.require_uppercase_characters, CharacterKind::Uppercase),
        (input.require_numbers, CharacterKind::Number),
        (input.require_symbols, CharacterKind::Symbol),
    ];
    let required = required.into_iter().filter(|(is_required, _)| is_required.unwrap_or(false));
    let minimum = number::<u8>(input.minimum_password_length)?;
    Ok(PasswordPolicy {
        minimum_length: minimum.unwrap_or(PasswordPolicy::MINIMUM_LENGTH_DEFAULT),
        required: required.map(|(_, kind)| kind).collect::<BTreeSet<_>>(),
        users_may_change: input.allow_users_to_change_password.unwrap_or(false),
        max_age_days: number(input.max_password_age)?,
        reuse_prevention: number(input.password_reuse_prevention)?,
        hard_expiry: input.hard_expiry,
    })
}

/// A number that the decoder has found within its bounds.
fn number<N: TryFrom<i32>>(number: Option<i32>) -> Result<Option<N>, ApiError> {
    let out_of_bounds = |_| ApiError::internal("a decoded number is out of its bounds");
    number.map(N::try_from).transpose().map_err(out_of_bounds)
}

/// Observed: recorded for GetAccountPasswordPolicy (2026-02): what was not given is left out,
/// but for what has a default.
fn view(policy: &PasswordPolicy) -> PasswordPolicyView {
    let requires = |kind| Some(policy.required.contains(&kind));
    PasswordPolicyView {
        minimum_password_length: Some(i32::from(policy.minimum_length)),
        require_symbols: requires(CharacterKind::Symbol),
        require_numbers: requires(CharacterKind::Number),
        require_uppercase_characters: requires(CharacterKind::Uppercase),
        require_lowercase_characters: requires(CharacterKind::Lowercase),
        allow_users_to_change_password: Some(policy.users_may_change),
        expire_passwords: Some(policy.max_age_days.is_some()),
        max_password_age: policy.max_age_days.map(i32::from),
        password_reuse_prevention: policy.reuse_prevention.map(i32::from),
        hard_expiry: policy.hard_expiry,
    }
}
