//! `stead token inspect`: what a token says, for people who wonder why it is refused.
//!
//! Offline: nothing is sent, nothing is fetched, and no signature is shown, so that what
//! is printed cannot be used in the token's place.

mod oidc;
mod print;
mod report;
mod saml;
mod words;

use std::io::{Read as _, Write as _};

use stead_server::clock::{Clock as _, SystemClock};
use stead_types::Timestamp;

use crate::arguments::{InspectFlags, TokenCommand};
use crate::exit::{Exit, Failure};
use report::Report;

/// Bytes of what is looked at. Spec: STS takes SAML responses of 100,000 characters and
/// tokens of 20,000; a few line breaks may stand in them.
const INPUT_BYTES_MAX: u64 = 150_000;

pub(crate) fn run(command: TokenCommand) -> Result<Exit, Failure> {
    match command {
        TokenCommand::Inspect(flags) => inspect(&flags),
    }
}

fn inspect(flags: &InspectFlags) -> Result<Exit, Failure> {
    let now = flags.at.as_deref().map_or_else(|| Ok(SystemClock.now()), moment)?;
    let text = input(&flags.token)?;
    let text = text.trim();
    if text.is_empty() {
        return Err(Failure::usage("there is no token"));
    }
    // Base64 has no dots, and the parts of a token have nothing else between them.
    let report = match text.contains('.') {
        true => oidc::report(text, flags, now)?,
        false => saml::report(text, flags, now)?,
    };
    show(&report, flags)?;
    Ok(if report.refusals.is_empty() { Exit::Success } else { Exit::Denied })
}

fn show(report: &Report, flags: &InspectFlags) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    match flags.json {
        true => writeln!(stdout, "{}", report.json())?,
        false => stdout.write_all(print::human(report).as_bytes())?,
    }
    Ok(())
}

/// A moment as AWS writes it, or in seconds after 1970.
pub(crate) fn moment(text: &str) -> Result<Timestamp, Failure> {
    let seconds = text.parse().ok().map(Timestamp::from_epoch_seconds);
    seconds.or_else(|| text.parse().ok()).ok_or_else(|| {
        Failure::usage(format!("`{text}` is no moment"))
            .with_help("such as 2026-03-01T12:00:00Z, or seconds after 1970")
    })
}

fn input(token: &str) -> Result<String, Failure> {
    let place = match token.strip_prefix('@') {
        None if token != "-" => return Ok(token.to_owned()),
        None => "standard input",
        Some(path) => path,
    };
    let refuse =
        |reason: String| Failure::usage(format!("cannot read the token from `{place}`: {reason}"));
    let mut text = String::new();
    let read = match token.strip_prefix('@') {
        None => std::io::stdin().lock().take(INPUT_BYTES_MAX + 1).read_to_string(&mut text),
        Some(path) => std::fs::File::open(path)
            .and_then(|file| file.take(INPUT_BYTES_MAX + 1).read_to_string(&mut text)),
    };
    let length = read.map_err(|error| refuse(error.to_string()))?;
    if u64::try_from(length).unwrap_or(u64::MAX) > INPUT_BYTES_MAX {
        return Err(refuse(format!("it is longer than {INPUT_BYTES_MAX} bytes")));
    }
    Ok(text)
}
