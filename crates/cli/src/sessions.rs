//! `stead sessions`: what AWS's console offers for the sessions of a role, through the
//! ordinary API of IAM and with the rights of whoever calls.

use std::io::Write as _;
use std::time::Duration;

use serde_json::{Value, json};
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
    let server = Server::of(&administrator, &credentials).await?;
    let role = role_name(&flags.role, &server)?;
    let client = administrator.client(Service::Iam)?;
    let standing = standing(&client, &credentials, role).await?;
    // Never back: sessions that were ended would be good again.
    let until = standing.map_or(server.just_after, |standing| standing.max(server.just_after));
    put(&client, &credentials, role, until).await?;
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

/// What the server says of the caller, before anything is written.
struct Server {
    /// The caller's account.
    account: String,
    /// The end of this second by the server's clock. What counts is when sessions were issued
    /// by that one, and it may be ahead of the one here; where it tells no date, this one has
    /// to do.
    just_after: Timestamp,
}

impl Server {
    async fn of(administrator: &Administrator, credentials: &Credentials) -> Result<Self, Failure> {
        let client = administrator.client(Service::Sts)?;
        let caller = Caller::Signed(credentials);
        let answer = client.call(caller, Service::Sts, "GetCallerIdentity", &[]).await?;
        let account = accepted(&answer)?.text("Account")?.to_owned();
        let now = answer.date().unwrap_or_else(|| client.clock.now());
        Ok(Self { account, just_after: just_after(now) })
    }
}

/// The role's name. An ARN says which account is meant, and IAM takes a name only: it must
/// not be the role of the same name in the caller's account.
fn role_name<'a>(role: &'a str, server: &Server) -> Result<&'a str, Failure> {
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
    let own = &server.account;
    if *own != account.to_string() {
        let message = format!("the role is of account {account}, and the caller of {own}");
        return Err(Failure::new(message).with_help("call as somebody of the role's account"));
    }
    Ok(name)
}

/// The date of the policy that stands there from an earlier time; `None` where none does.
async fn standing(
    client: &Client,
    credentials: &Credentials,
    role: &str,
) -> Result<Option<Timestamp>, Failure> {
    let parameters = [("RoleName", role), ("PolicyName", POLICY_NAME)];
    let caller = Caller::Signed(credentials);
    let answer = client.call(caller, Service::Iam, "GetRolePolicy", &parameters).await?;
    if answer.find("Code") == Some("NoSuchEntity") {
        // No such policy, or no such role: writing it tells.
        return Ok(None);
    }
    let document = accepted(&answer)?.text("PolicyDocument")?;
    date_of(document).map(Some).ok_or_else(|| {
        let message = format!("the policy {POLICY_NAME} of the role is not the console's");
        Failure::new(message).with_help("give what it says to another policy, and delete it")
    })
}

/// The date in a document as the console writes it, escaped as IAM returns documents.
fn date_of(standing: &str) -> Option<Timestamp> {
    let text = percent_encoding::percent_decode_str(standing).decode_utf8().ok()?;
    let value: Value = serde_json::from_str(&text).ok()?;
    let statement = match value.get("Statement")? {
        Value::Array(statements) => match statements.as_slice() {
            [statement] => statement,
            _ => return None,
        },
        statement => statement,
    };
    let date = statement.get("Condition")?.get("DateLessThan")?.get("aws:TokenIssueTime")?;
    let date = match date {
        Value::Array(dates) => match dates.as_slice() {
            [date] => date,
            _ => return None,
        },
        date => date,
    };
    let text = date.as_str()?;
    // Anything else that it says would be lost.
    let expected: Value = serde_json::from_str(&document(text)).ok()?;
    if normalized(&value) != normalized(&expected) {
        return None;
    }
    // The console's have milliseconds; the second after them is not earlier.
    let date: jiff::Timestamp = text.parse().ok()?;
    let begun = i64::from(date.subsec_nanosecond() > 0);
    Some(Timestamp::from_epoch_seconds(date.as_second().checked_add(begun)?))
}

async fn put(
    client: &Client,
    credentials: &Credentials,
    role: &str,
    until: Timestamp,
) -> Result<(), Failure> {
    let document = document(&until.to_string());
    let parameters =
        [("RoleName", role), ("PolicyName", POLICY_NAME), ("PolicyDocument", document.as_str())];
    let caller = Caller::Signed(credentials);
    let answer = client.call(caller, Service::Iam, "PutRolePolicy", &parameters).await?;
    accepted(&answer).map(drop)
}

/// Observed: the document of the console, with its lists of one.
fn document(until: &str) -> String {
    let condition = json!({ "DateLessThan": { "aws:TokenIssueTime": until } });
    let statement =
        json!({ "Effect": "Deny", "Action": ["*"], "Resource": ["*"], "Condition": condition });
    json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string()
}

/// A list of one means the same as what is in it.
fn normalized(value: &Value) -> Value {
    match value {
        Value::Array(values) => match values.as_slice() {
            [one] => normalized(one),
            values => values.iter().map(normalized).collect(),
        },
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| (name.clone(), normalized(value)));
            Value::Object(members.collect())
        }
        other => other.clone(),
    }
}

fn accepted(answer: &Answer) -> Result<&Answer, Failure> {
    if answer.status() == 200 {
        return Ok(answer);
    }
    let [code, message] = ["Code", "Message"].map(|name| answer.find(name).unwrap_or("-"));
    let failure = Failure::new(format!("{code}: {message}"));
    Err(match code {
        "AccessDenied" => failure.ending(Exit::Denied).with_help(
            "it takes iam:GetRolePolicy and iam:PutRolePolicy on the role to end its sessions",
        ),
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
        let written: Value = serde_json::from_str(&document(&just_after(now).to_string())).unwrap();
        assert_eq!(written, expected);
    }

    #[test]
    fn the_date_of_a_standing_policy_is_read_and_no_other_document_is_taken_for_one() {
        let now = Timestamp::from_epoch_seconds(1_772_366_400);
        let own = document(&now.to_string());
        assert_eq!(date_of(&own), Some(now));
        let escaped = own.replace('"', "%22").replace('{', "%7B").replace(' ', "%20");
        assert_eq!(date_of(&escaped), Some(now));
        let date = now.to_string();
        for (told, expected) in [
            ("2026-03-01T12:00:00.000Z", Some(now)),
            ("2026-03-01T12:00:00.001Z", Some(just_after(now))),
            ("2026-03-01T13:00:00+01:00", Some(now)),
            ("yesterday", None),
        ] {
            assert_eq!(date_of(&own.replace(&date, told)), expected, "{told}");
        }
        for bad in [
            String::new(),
            "{}".to_owned(),
            own.replace("DateLessThan", "DateGreaterThan"),
            own.replace("[{", "[{},{"),
            own.replace("aws:TokenIssueTime", "aws:CurrentTime"),
            own.replace("Deny", "Allow"),
            own.replace(r#""Resource":["*"]"#, r#""Resource":["arn:aws:s3:::b"]"#),
            own.replace(r#""Effect""#, r#""Sid":"mine","Effect""#),
        ] {
            assert_eq!(date_of(&bad), None, "{bad}");
        }
    }
}
