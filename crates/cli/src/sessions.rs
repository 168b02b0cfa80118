//! `stead sessions`: what AWS's console offers for the sessions of a role, through the
//! ordinary API of IAM and with the rights of whoever calls.

use std::io::Write as _;
use std::time::Duration;

use serde_json::json;
use stead_types::{Arn, Timestamp};

use crate::arguments::{RevokeFlags, SessionsCommand};
use crate::client::{Answer, Caller, Client, Credentials, Service};
use crate::credentials::Administrator;
use crate::environment::Environment;
use crate::exit::{Exit, Failure};

/// The policy that the console writes.
/// Spec: docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
const POLICY_NAME: &str = "AWSRevokeOlderSessions";

pub(crate) async fn run(command: SessionsCommand) -> Result<Exit, Failure> {
    match command {
        SessionsCommand::Revoke(flags) => revoke(&flags).await,
    }
}

async fn revoke(flags: &RevokeFlags) -> Result<Exit, Failure> {
    let environment = Environment::of_process();
    let administrator = Administrator::new(&flags.place, flags.profile.as_deref(), &environment);
    let credentials = administrator.credentials()?;
    let role = role_name(&flags.role, &administrator, &credentials).await?;
    let client = administrator.client(Service::Iam)?;
    let mut until = just_after(client.clock.now());
    let answer = put(&client, &credentials, role, until).await?;
    // What counts is when sessions were issued by the server's clock, which may be ahead.
    if let Some(date) = answer.date().map(just_after)
        && date > until
    {
        until = date;
        put(&client, &credentials, role, until).await?;
    }
    let mut stdout = std::io::stdout().lock();
    match flags.json {
        true => writeln!(
            stdout,
            "{}",
            json!({
                "version": 1,
                "role": role,
                "policy": POLICY_NAME,
                "issued_before": until.to_string(),
            })
        )?,
        false => writeln!(
            stdout,
            "every session of the role {role} that was issued before {until} is denied everything"
        )?,
    }
    Ok(Exit::Success)
}

/// The end of a second: sessions say when they were issued in whole ones, and those of this
/// second are meant. (With the console's milliseconds it is the same.)
fn just_after(now: Timestamp) -> Timestamp {
    now.plus(Duration::from_secs(1))
}

/// The role's name. An ARN says which account is meant, and IAM takes a name only: it must
/// not be the role of the same name in the caller's account.
async fn role_name<'a>(
    role: &'a str,
    administrator: &Administrator,
    credentials: &Credentials,
) -> Result<&'a str, Failure> {
    if !role.starts_with("arn:") {
        return Ok(role);
    }
    let no_role = || {
        Failure::usage(format!("`{role}` is not the ARN of a role"))
            .with_help("such as arn:aws:iam::111122223333:role/deploy")
    };
    let arn: Arn = role.parse().map_err(|_| no_role())?;
    let account = arn.account().filter(|_| arn.resource_of("role").is_some());
    let account = account.ok_or_else(no_role)?;
    let (_, name) = role.rsplit_once('/').ok_or_else(no_role)?;
    let client = administrator.client(Service::Sts)?;
    let caller = Caller::Signed(credentials);
    let answer = client.call(caller, Service::Sts, "GetCallerIdentity", &[]).await?;
    let own = accepted(&answer)?.text("Account")?;
    if own != account.to_string() {
        let message = format!("the role is of account {account}, and the caller of {own}");
        return Err(Failure::new(message).with_help("call as somebody of the role's account"));
    }
    Ok(name)
}

async fn put(
    client: &Client,
    credentials: &Credentials,
    role: &str,
    until: Timestamp,
) -> Result<Answer, Failure> {
    let document = document(until);
    let parameters =
        [("RoleName", role), ("PolicyName", POLICY_NAME), ("PolicyDocument", document.as_str())];
    let caller = Caller::Signed(credentials);
    let answer = client.call(caller, Service::Iam, "PutRolePolicy", &parameters).await?;
    accepted(&answer)?;
    Ok(answer)
}

/// Observed: the document of the console, with its lists of one.
fn document(until: Timestamp) -> String {
    let condition = json!({ "DateLessThan": { "aws:TokenIssueTime": until.to_string() } });
    let statement =
        json!({ "Effect": "Deny", "Action": ["*"], "Resource": ["*"], "Condition": condition });
    json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string()
}

fn accepted(answer: &Answer) -> Result<&Answer, Failure> {
    if answer.status() == 200 {
        return Ok(answer);
    }
    let [code, message] = ["Code", "Message"].map(|name| answer.find(name).unwrap_or("-"));
    let failure = Failure::new(format!("{code}: {message}"));
    Err(match code {
        "AccessDenied" => failure
            .ending(Exit::Denied)
            .with_help("it takes iam:PutRolePolicy on the role to end its sessions"),
        "NoSuchEntity" => failure.with_help("`aws iam list-roles` shows the roles there are"),
        _ => failure,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_is_the_consoles() {
        let now = Timestamp::from_epoch_seconds(1_772_366_400);
        let expected = json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Deny",
                "Action": ["*"],
                "Resource": ["*"],
                "Condition": { "DateLessThan": { "aws:TokenIssueTime": "2026-03-01T12:00:01Z" } },
            }],
        });
        let written: serde_json::Value = serde_json::from_str(&document(just_after(now))).unwrap();
        assert_eq!(written, expected);
    }
}
