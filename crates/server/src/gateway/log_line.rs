//! What the log of the process says of a call.

use stead_api::{ApiError, ErrorCode, Fault, KnownOperation};
use tracing::level_filters::LevelFilter;
use tracing::{debug, error, info};

use super::answer::Known;
use super::perform::Decided;
use crate::request_id::RequestId;

/// Which calls have a line in the log of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CallLines {
    /// Every call.
    All,
    /// Those that were refused or failed, and the others where debugging output is wanted.
    Refused,
}

impl CallLines {
    /// Those to write where calls are recorded in files or not, and somebody watches the log
    /// or not.
    ///
    /// Choice: a call that is recorded is not told twice: the line would cost a request some
    /// 6,000 instructions, a twelfth of an AssumeRole, and fill a journal that nobody reads.
    pub(crate) const fn of(is_recorded: bool, is_watched: bool) -> Self {
        if is_recorded && !is_watched { Self::Refused } else { Self::All }
    }
}

/// At most one line per request. What a caller sent is in it only as names that were
/// recognised: no body, no token, no header.
pub(super) fn log(
    lines: CallLines,
    request_id: RequestId,
    known: &Known,
    outcome: &Result<String, ApiError>,
) {
    let is_untold = outcome.is_ok() && lines == CallLines::Refused;
    if is_untold && LevelFilter::current() < LevelFilter::DEBUG {
        return;
    }
    let account = known.caller.as_ref().map(|caller| caller.caller.account().to_string());
    let account = account.as_deref().unwrap_or("-");
    let action = known.operation.map_or("-", KnownOperation::action);
    let decision = match known.trail.decided {
        Decided::Nothing => "-",
        Decided::Allowed => "allow",
        Decided::Denied => "deny",
    };
    match outcome {
        Ok(_) if is_untold => {
            debug!(%request_id, account, action, decision, code = "OK", "answered");
        }
        Ok(_) => info!(%request_id, account, action, decision, code = "OK", "answered"),
        Err(error) => {
            let code = error.code().as_str();
            let reason = error.context().unwrap_or("-");
            let not_built = error.code() == ErrorCode::NotImplemented;
            match error.code().fault() {
                Fault::Receiver if !not_built => {
                    error!(%request_id, account, action, decision, code, reason, "failed");
                }
                Fault::Receiver | Fault::Sender => {
                    info!(%request_id, account, action, decision, code, reason, "refused");
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_told_twice_only_to_who_watches() {
        assert_eq!(CallLines::of(true, false), CallLines::Refused);
        assert_eq!(CallLines::of(true, true), CallLines::All);
        assert_eq!(CallLines::of(false, false), CallLines::All);
        assert_eq!(CallLines::of(false, true), CallLines::All);
    }
}
