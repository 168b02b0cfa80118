//! The policy that would have been enough, from recorded calls.

use std::io::Write as _;
use std::path::PathBuf;

use stead_analysis::{ACTIVITY_BYTES_MAX, Activity, ProposalError, World, least_privilege};
use stead_types::Timestamp;

use crate::excerpt::printable;
use crate::exit::{Exit, Failure};
use crate::explain::accounts;

/// The recorded calls of files; none where no file is named.
pub(super) fn activity(paths: &[PathBuf]) -> Result<Option<Activity>, Failure> {
    let mut activity = Activity::default();
    for path in paths {
        let text = accounts::text(path, ACTIVITY_BYTES_MAX)?;
        activity.add(&text).map_err(|error| {
            Failure::new(format!("`{}` has no recorded calls: {error}", path.display()))
                .with_help("give files of a trail, unpacked, or of the audit log of a server")
        })?;
    }
    Ok((!paths.is_empty()).then_some(activity))
}

/// Prints the policy, or with it all that is said of it as one object.
pub(super) fn run(
    world: &World,
    at: Timestamp,
    role: &str,
    activity: &Activity,
    is_json: bool,
) -> Result<Exit, Failure> {
    let proposal = least_privilege(world, at, role, activity).map_err(|error| refused(&error))?;
    let mut stdout = std::io::stdout().lock();
    if is_json {
        writeln!(stdout, "{:#}", serde_json::json!(proposal))?;
        return Ok(Exit::Success);
    }
    writeln!(stdout, "{:#}", proposal.policy)?;
    let mut stderr = std::io::stderr().lock();
    for call in &proposal.left_out {
        let call = printable(call);
        writeln!(
            stderr,
            "note: no policy of the role allows this today, and it is left out: {call}"
        )?;
    }
    for note in &proposal.notes {
        writeln!(stderr, "note: {}", printable(note))?;
    }
    Ok(Exit::Success)
}

fn refused(error: &ProposalError) -> Failure {
    let failure = Failure::new(printable(&error.to_string()));
    match error {
        ProposalError::Role(_) => {
            failure.with_help("give the ARN or the name of a role of the files")
        }
        ProposalError::Nothing(_) | ProposalError::NotByPolicies(_) => {
            failure.with_help("give events of a time in which the role was used")
        }
        ProposalError::Wrong(_) => failure.with_help("narrow the policies by hand"),
    }
}
