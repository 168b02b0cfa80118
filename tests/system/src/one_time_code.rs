use anyhow::{Context as _, Result};
use data_encoding::{BASE32_NOPAD, BASE64};
use stead_session::totp::{Step, code};
use stead_types::{Secret, Timestamp};

/// The codes a virtual MFA device shows around a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneTimeCodes {
    /// The code of the step before.
    pub previous: String,
    /// The code of the moment.
    pub current: String,
    /// The code of the step behind.
    pub next: String,
}

impl OneTimeCodes {
    /// The codes of the device with this seed, as CreateVirtualMFADevice returns
    /// it: base64 of base32.
    ///
    /// # Errors
    /// A seed of another form.
    pub fn at(seed: &str, moment: Timestamp) -> Result<Self> {
        let at = |ahead: i64| code_at(seed, moment.epoch_seconds() + ahead);
        Ok(Self { previous: at(-30)?, current: at(0)?, next: at(30)? })
    }
}

/// The code a device shows at a moment, given in seconds since the epoch.
///
/// # Errors
/// A seed that is not what CreateVirtualMFADevice returns.
pub fn code_at(seed: &str, epoch_seconds: i64) -> Result<String> {
    // The member is a blob, whose bytes are the text that people type.
    let seed = BASE64.decode(seed.as_bytes()).context("a seed that is not base64")?;
    let seed = BASE32_NOPAD.decode(seed.trim_ascii()).context("a seed that is not base32")?;
    let step = Step::at(Timestamp::from_epoch_seconds(epoch_seconds));
    Ok(code(&Secret::new(seed), step).expose().clone())
}
