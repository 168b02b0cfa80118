//! `stead who-can` and `stead can`: who can do something, and what somebody can.

mod graph;
mod print;

use std::io::Write as _;

use stead_analysis::{Access, AccessError, Export, Reached, World};
use stead_server::clock::{Clock as _, SystemClock};

use crate::arguments::{AccessFlags, CanFlags, WhoCanFlags};
use crate::excerpt::{printable, printable_json};
use crate::exit::{Exit, Failure};
use crate::explain::{accounts, faults};
use crate::token::moment;

/// The action that stands for the assuming of a role.
const ASSUME: &str = "assume";

pub(crate) fn who_can(flags: &WhoCanFlags) -> Result<Exit, Failure> {
    let is_assume = flags.action == ASSUME;
    let action = if is_assume { "sts:AssumeRole" } else { &flags.action };
    if !is_assume {
        check_action(action)?;
    }
    let (world, now) = world(&flags.common)?;
    let access = Access::new(&world, now);
    let answer = access.who_can(action, &flags.resource).map_err(|error| refused(&error))?;
    let is_anybody = !answer.principals.is_empty();
    write(&flags.common, &answer, &answer.principals, || print::who_can(&answer))?;
    Ok(if is_anybody { Exit::Success } else { Exit::Denied })
}

pub(crate) fn can(flags: &CanFlags) -> Result<Exit, Failure> {
    let (world, now) = world(&flags.common)?;
    let access = Access::new(&world, now);
    let abilities = access.can(&flags.principal).map_err(|error| refused(&error))?;
    write(&flags.common, &abilities, &abilities.becomes, || print::can(&abilities))?;
    Ok(Exit::Success)
}

fn world(flags: &AccessFlags) -> Result<(World, stead_types::Timestamp), Failure> {
    let now = flags.at.as_deref().map_or_else(|| Ok(SystemClock.now()), moment)?;
    let (name, files) = accounts::read(&flags.of)?;
    let mut export =
        Export::read_for_world(&files).map_err(|error| faults::export(&error, &name, &files))?;
    Ok((accounts::world(&mut export, &name)?, now))
}

fn write(
    flags: &AccessFlags,
    answer: &impl serde::Serialize,
    ways: &[Reached],
    human: impl FnOnce() -> String,
) -> Result<(), Failure> {
    let json = |value: &serde_json::Value| {
        serde_json::to_string_pretty(value)
            .map(|text| format!("{}\n", printable_json(&text)))
            .map_err(|error| Failure::new(format!("cannot write the answer: {error}")))
    };
    let text = match flags.graph {
        Some(form) => graph::of(ways).written(form),
        None if flags.json => json(&serde_json::json!(answer))?,
        None => human(),
    };
    std::io::stdout().lock().write_all(text.as_bytes())?;
    Ok(())
}

fn refused(error: &AccessError) -> Failure {
    let failure = Failure::new(printable(&error.to_string()));
    match error {
        AccessError::Unknown { alike, .. } if alike.is_empty() => {
            failure.with_help("give the ARN or the name of one that the files have")
        }
        AccessError::Unknown { alike, .. } => {
            failure.with_help(printable(&format!("is {} meant?", alike.join(" or "))))
        }
        AccessError::Ambiguous { arns, .. } => {
            failure.with_help(printable(&format!("give one of {}", arns.join(", "))))
        }
        AccessError::Action(_) | AccessError::Resource(_) => failure.ending(Exit::Usage),
    }
}

/// An action that AWS does not have is nobody's, and hardly ever what was meant.
fn check_action(action: &str) -> Result<(), Failure> {
    let Some((prefix, name)) = action.split_once(':') else {
        return Err(Failure::usage(format!("`{}` is no action", printable(action)))
            .with_help("such as s3:GetObject; or `assume` for the assuming of a role"));
    };
    let known = stead_catalogue::service(prefix);
    if known.is_some_and(|service| service.action(name).is_some()) {
        return Ok(());
    }
    let what = if known.is_some() { "action" } else { "service" };
    Err(Failure::usage(format!("`{}`: AWS documents no such {what}", printable(action)))
        .with_help("the service authorization reference lists actions by service"))
}
