//! The one place here that asks for the time.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use anyhow::Result;
use stead_types::Timestamp;

#[expect(clippy::disallowed_methods, reason = "requests are signed with the real time")]
pub(crate) fn now() -> Result<Timestamp> {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    Ok(Timestamp::from_epoch_seconds(seconds.try_into()?))
}

#[expect(clippy::disallowed_methods, reason = "elapsed time is what is measured")]
pub(crate) fn instant() -> Instant {
    Instant::now()
}
