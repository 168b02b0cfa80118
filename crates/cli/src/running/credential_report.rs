//! The credential report of an account: made, waited for, and fetched.

use std::time::Duration;

use serde_json::Value;

use super::Running;
use crate::client::{Reply, Service};
use crate::exit::Failure;

/// How often it is asked whether the report is made, and how long is waited between.
///
/// Choice: a report that was made in the last four hours is there at once, and others take
/// seconds.
const ASKED_MAX: usize = 40;
const BETWEEN: Duration = Duration::from_millis(250);

/// What GetCredentialReport answers, or why there is none.
pub(super) async fn of(running: &Running) -> Result<Result<String, String>, Failure> {
    for _ in 0..ASKED_MAX {
        match running.reply(Service::Iam, "GenerateCredentialReport", &[]).await? {
            Reply::Refused { code, message } => return Ok(Err(format!("{code}: {message}"))),
            Reply::Done(made) if made.get("State").and_then(Value::as_str) == Some("COMPLETE") => {
                return Ok(match running.reply(Service::Iam, "GetCredentialReport", &[]).await? {
                    Reply::Done(report) => Ok(report.to_string()),
                    Reply::Refused { code, message } => Err(format!("{code}: {message}")),
                });
            }
            Reply::Done(_) => tokio::time::sleep(BETWEEN).await,
        }
    }
    Ok(Err("the server was not done with it in time".to_owned()))
}
