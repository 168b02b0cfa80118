//! `stead log query`.

use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;

use stead_audit::{EventView, Filter, Mark, Outcome};
use stead_server::audit;
use stead_types::Timestamp;

use super::{place, unreadable};
use crate::arguments::QueryFlags;
use crate::exit::{Exit, Failure};

pub(super) fn run(flags: &QueryFlags) -> Result<Exit, Failure> {
    let filter = filter(flags)?;
    let (_, directory) = place(&flags.place)?;
    let mut out = BufWriter::new(io::stdout().lock());
    let each = |line: &[u8]| -> Result<ControlFlow<()>, Ended> {
        if Mark::is(line) {
            return Ok(ControlFlow::Continue(()));
        }
        // What cannot be read is for `stead log verify` to tell.
        if let Some(event) = EventView::parse(line).filter(|event| filter.admits(event)) {
            let written = match flags.place.json {
                true => out.write_all(line).and_then(|()| out.write_all(b"\n")),
                false => writeln!(out, "{}", human(&event)),
            };
            written.map_err(Ended::Written)?;
        }
        Ok(ControlFlow::Continue(()))
    };
    match audit::each_line(&directory, each) {
        Ok(()) => out.flush()?,
        Err(Ended::Written(error)) => return Err(error.into()),
        Err(Ended::Read(error)) => return Err(unreadable(&directory, &error)),
    }
    Ok(Exit::Success)
}

/// Why not every line was looked at.
enum Ended {
    Read(io::Error),
    Written(io::Error),
}

impl From<io::Error> for Ended {
    fn from(error: io::Error) -> Self {
        Self::Read(error)
    }
}

/// One line: when, what came of it, what, who, from where, and the error's code. What
/// callers chose is shown without control characters.
fn human(event: &EventView) -> String {
    let (time, outcome, action) = (&event.event_time, event.outcome().as_str(), event.action());
    let code = event.error_code.as_deref().map(|code| format!(" {code}")).unwrap_or_default();
    let role = event.role().map(|role| format!(" role {role}")).unwrap_or_default();
    let (principal, source) = (event.principal(), &event.source_ip_address);
    let line = format!("{time} {outcome:7} {action} {principal} from {source}{role}{code}");
    line.chars().filter(|letter| !letter.is_control()).collect()
}

fn filter(flags: &QueryFlags) -> Result<Filter, Failure> {
    Ok(Filter {
        principal: flags.principal.clone(),
        role: flags.role.clone(),
        action: flags.action.clone(),
        outcome: flags.outcome.as_deref().map(outcome).transpose()?,
        since: flags.since.as_deref().map(moment).transpose()?,
        until: flags.until.as_deref().map(moment).transpose()?,
        account: flags.account.as_deref().map(account).transpose()?,
    })
}

fn outcome(text: &str) -> Result<Outcome, Failure> {
    let all = [Outcome::Allowed, Outcome::Denied, Outcome::Failed];
    all.into_iter().find(|outcome| outcome.as_str() == text).ok_or_else(|| {
        Failure::usage(format!("`{text}` is no outcome")).with_help("allowed, denied or failed")
    })
}

fn moment(text: &str) -> Result<Timestamp, Failure> {
    text.parse().map_err(|_| {
        Failure::usage(format!("`{text}` is no moment")).with_help("such as 2026-03-01T12:00:00Z")
    })
}

fn account(text: &str) -> Result<stead_types::AccountId, Failure> {
    text.parse().map_err(|_| {
        Failure::usage(format!("`{text}` is no account id")).with_help("such as 111122223333")
    })
}
