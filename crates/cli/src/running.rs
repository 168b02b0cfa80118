//! A running server as the source of accounts: what is asked of it, and by whom.

mod account;
mod credential_report;
mod organization;

use std::collections::BTreeMap;

use serde_json::Value;
use stead_analysis::{ExportFile, Step};

use crate::arguments::{AccountsFlags, ServiceFlags};
use crate::client::{Caller, Client, Credentials, Reply, Service};
use crate::credentials::Administrator;
use crate::environment::Environment;
use crate::exit::{Exit, Failure};

/// A server with the credentials of somebody who asks it.
pub(crate) struct Running {
    sts: Client,
    iam: Client,
    organizations: Client,
    credentials: Credentials,
}

/// Accounts as a server has them, in the form of an export.
pub(crate) struct Fetched {
    /// What the server is called.
    pub(crate) name: String,
    pub(crate) files: Vec<ExportFile>,
}

impl Running {
    /// For each profile that is named, or for whoever the environment says.
    pub(crate) fn all(flags: &AccountsFlags) -> Result<Vec<Self>, Failure> {
        let environment = Environment::of_process();
        let service = ServiceFlags {
            endpoint_url: flags.endpoint.clone(),
            region: flags.asking.region.clone(),
            ca_file: flags.asking.ca_file.clone(),
        };
        let one = |profile: Option<&str>| {
            let asking = Administrator::new(&service, profile, &environment);
            Ok(Self {
                sts: asking.client(Service::Sts)?,
                iam: asking.client(Service::Iam)?,
                organizations: asking.client(Service::Organizations)?,
                credentials: asking.credentials()?,
            })
        };
        match flags.asking.profile.as_slice() {
            [] => Ok(vec![one(None)?]),
            profiles => profiles.iter().map(|profile| one(Some(profile))).collect(),
        }
    }

    /// Asks an operation of IAM or STS, and gives the members of its result.
    pub(crate) async fn ask(
        &self,
        service: Service,
        action: &str,
        parameters: &[(&str, &str)],
    ) -> Result<Value, Failure> {
        match self.reply(service, action, parameters).await? {
            Reply::Done(result) => Ok(result),
            Reply::Refused { code, message } => Err(refused(service, action, &code, &message)),
        }
    }

    /// The same with an error as an answer.
    pub(crate) async fn reply(
        &self,
        service: Service,
        action: &str,
        parameters: &[(&str, &str)],
    ) -> Result<Reply, Failure> {
        let client = match service {
            Service::Sts => &self.sts,
            Service::Iam => &self.iam,
            Service::Organizations => &self.organizations,
        };
        client.ask(Caller::Signed(&self.credentials), service, action, parameters).await
    }

    /// Asks an operation of Organizations.
    pub(crate) async fn ask_organizations(
        &self,
        action: &str,
        input: &Value,
    ) -> Result<Reply, Failure> {
        let caller = Caller::Signed(&self.credentials);
        self.organizations.ask_organizations(caller, action, input).await
    }
}

/// Fetches the accounts of all who ask, each once, with what organizations do to them.
pub(crate) async fn fetch(flags: &AccountsFlags) -> Result<Fetched, Failure> {
    let name = flags.endpoint.clone().unwrap_or_default();
    let (mut files, mut asked) = (Vec::new(), Vec::new());
    for running in Running::all(flags)? {
        let account = account::number(&running).await?;
        if !asked.iter().any(|(_, known): &(_, String)| *known == account) {
            files.extend(account::files(&running, &account).await?);
        }
        asked.push((running, account));
    }
    files.extend(organization::files(&asked).await?);
    Ok(Fetched { name, files })
}

/// The credential reports of the accounts of all who ask, as IAM answers; of who may not ask
/// for one it is said.
pub(crate) async fn credential_reports(flags: &AccountsFlags) -> Result<Vec<String>, Failure> {
    let mut reports = BTreeMap::new();
    for running in Running::all(flags)? {
        let account = account::number(&running).await?;
        if reports.contains_key(&account) {
            continue;
        }
        match credential_report::of(&running).await? {
            Ok(report) => drop(reports.insert(account, report)),
            Err(why) => Failure::new(format!("account {account}: no credential report: {why}"))
                .with_help(
                    "who asks needs iam:GenerateCredentialReport and iam:GetCredentialReport",
                )
                .warn(),
        }
    }
    Ok(reports.into_values().collect())
}

/// What each of those who ask is told of a denial: the account of the caller and that of
/// the role see different parts of it.
pub(crate) async fn decode(flags: &AccountsFlags, encoded: &str) -> Result<Vec<String>, Failure> {
    const ACTION: &str = "DecodeAuthorizationMessage";
    let (mut told, mut failure) = (Vec::new(), None);
    for running in Running::all(flags)? {
        match running.reply(Service::Sts, ACTION, &[("EncodedMessage", encoded)]).await? {
            Reply::Done(result) => {
                let text = result.get("DecodedMessage").and_then(Value::as_str);
                told.extend(text.map(str::to_owned));
            }
            Reply::Refused { code, message } if code == "InvalidAuthorizationMessageException" => {
                failure = Some(Failure::new(message).with_help(
                    "ask soon after the denial, as somebody of the caller's account or of the \
                     role's: others are not told, and records are kept for twelve hours",
                ));
            }
            Reply::Refused { code, message } => {
                failure = Some(refused(Service::Sts, ACTION, &code, &message));
            }
        }
    }
    match failure {
        Some(failure) if told.is_empty() => Err(failure),
        _ => Ok(told),
    }
}

/// Carries calls of IAM out, each as whoever asks for its account.
pub(crate) async fn carry_out(flags: &AccountsFlags, steps: &[Step]) -> Result<(), Failure> {
    let mut asking = BTreeMap::new();
    for running in Running::all(flags)? {
        asking.entry(account::number(&running).await?).or_insert(running);
    }
    // Known before anything is changed.
    let of = |step: &Step| {
        asking.get(&step.account).ok_or_else(|| {
            let message = format!("nobody who asks is of account {}", step.account);
            Failure::new(message).with_help("name a profile of that account too")
        })
    };
    for step in steps {
        of(step)?;
    }
    for (step, done) in steps.iter().zip(0_usize..) {
        let parameters: Vec<(&str, &str)> =
            step.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let reply = of(step)?.reply(Service::Iam, &step.action, &parameters).await?;
        if let Reply::Refused { code, message } = reply {
            let (action, all) = (&step.action, steps.len());
            return Err(Failure::new(format!(
                "the server refuses {action}: {code}: {message}; {done} of {all} changes were made"
            )));
        }
    }
    Ok(())
}

fn refused(service: Service, action: &str, code: &str, message: &str) -> Failure {
    let prefix = service.name();
    let failure = Failure::new(format!("the server refuses {action}: {code}: {message}"));
    match code {
        "AccessDenied" => failure.ending(Exit::Failed).with_help(format!(
            "whoever asks needs {prefix}:{action}; together {} let an account be asked about, and \
             sts:DecodeAuthorizationMessage a denial",
            account::PERMISSIONS.join(", ")
        )),
        _ => failure.with_help("see that --endpoint, --profile and --region are those of a caller"),
    }
}
