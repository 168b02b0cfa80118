//! One-time codes that are passed with a call.

use stead_api::ApiError;
use stead_directory::entity::KeyOwner;
use stead_policy::Caller;
use stead_service::{Call, ReplayGuard};
use stead_session::totp::{Step, Window, verify};
use stead_session::vault::{SecretName, WrappedSecret};
use stead_types::{Arn, Secret};

/// A code that was right for the caller's own device.
#[derive(Clone, Debug)]
pub(crate) struct MfaProof {
    serial: Arn,
    step: Step,
}

impl MfaProof {
    /// Checks the code, if one was passed. The same call gives the same proof, until
    /// too many wrong codes were tried.
    ///
    /// # Errors
    /// Half of the pair, a device that is not the caller's, a wrong code, or any code
    /// after too many wrong ones.
    pub(crate) fn check(
        serial: Option<&str>,
        code: Option<&Secret<String>>,
        call: &Call<'_>,
    ) -> Result<Option<Self>, ApiError> {
        match (serial, code) {
            (None, None) => Ok(None),
            (Some(serial), Some(code)) => Self::verify(serial, code, call).map(Some),
            (None, Some(_)) | (Some(_), None) => Err(incomplete()),
        }
    }

    fn verify(serial: &str, code: &Secret<String>, call: &Call<'_>) -> Result<Self, ApiError> {
        let owner = match call.caller.principal() {
            Caller::Root { .. } => KeyOwner::Root,
            Caller::User { id, .. } => KeyOwner::User(id.clone()),
            // A role or a federated user has no device.
            _ => return Err(not_yours()),
        };
        let serial: Arn = serial.parse().map_err(|_| not_yours())?;
        let device = call.account.mfa_device(&serial).ok_or_else(not_yours)?;
        if device.assigned.as_ref().map(|assigned| &assigned.owner) != Some(&owner) {
            return Err(not_yours());
        }
        if !call.code_attempts.begin(&serial) {
            // Choice: the text of a wrong code, so that a guesser does not learn when to wait.
            return Err(wrong_code().with_context("too many wrong codes"));
        }
        let wrapped = WrappedSecret::from_bytes(device.seed.as_bytes().to_vec());
        let seed = call
            .vault
            .unwrap(SecretName::MfaSeed(serial.as_str()), &wrapped)
            .map_err(|error| ApiError::internal(format!("the seed of {serial}: {error}")))?;
        let step =
            verify(&seed, code.expose(), call.facts.now, Window::USUAL).ok_or_else(wrong_code)?;
        call.code_attempts.right(&serial);
        Ok(Self { serial, step })
    }

    /// What makes the code count once: the shell claims it before it answers.
    pub(crate) fn guard(&self, call: &Call<'_>) -> ReplayGuard {
        let (account, now) = (call.caller.account(), call.facts.now);
        ReplayGuard::one_time_code(account, &self.serial, self.step, now, wrong_code())
    }
}

/// The answer to a wrong code, and to one that was used before.
fn wrong_code() -> ApiError {
    ApiError::access_denied("MultiFactorAuthentication failed with invalid MFA one time pass code.")
}

// Observed: aws/aws-cli issue 6325; the two spaces are AWS's.
fn not_yours() -> ApiError {
    ApiError::access_denied(
        "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.",
    )
}

fn incomplete() -> ApiError {
    ApiError::access_denied(
        "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.",
    )
}
