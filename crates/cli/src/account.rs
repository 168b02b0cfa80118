//! `stead account`: through the running server where there is one, else on the
//! directory itself.

use std::io::Write as _;

use serde_json::json;
use stead_administration::{Command, Outcome};
use stead_server::start::{create_account_offline, list_accounts_offline};

use crate::administration::{ask, unexpected};
use crate::arguments::{AccountCommand, InstallationPlace};
use crate::configuration::gather_for_command;
use crate::exit::{Exit, Failure};

pub(crate) async fn run(command: AccountCommand) -> Result<Exit, Failure> {
    match command {
        AccountCommand::Create(flags) => create(flags.account, &flags.place).await,
        AccountCommand::List(place) => list(&place).await,
    }
}

async fn create(account: Option<String>, place: &InstallationPlace) -> Result<Exit, Failure> {
    let settings = gather_for_command(&place.flags())?;
    let outcome = match ask(&settings, &Command::CreateAccount { account: account.clone() }).await?
    {
        Some(outcome) => outcome,
        None => {
            let number = account.map(|text| {
                text.parse().map_err(|_| {
                    Failure::new("the account id is not 12 digits")
                        .with_help("such as 111122223333")
                })
            });
            let root = create_account_offline(&settings, number.transpose()?).await?;
            Outcome::AccountCreated {
                account: root.account.to_string(),
                access_key_id: root.access_key_id.to_string(),
                secret_access_key: root.secret_access_key.expose().clone(),
            }
        }
    };
    match outcome {
        Outcome::AccountCreated { account, access_key_id, secret_access_key } => {
            let mut stdout = std::io::stdout().lock();
            if place.json {
                let created = json!({
                    "version": 1,
                    "account": account,
                    "access_key_id": access_key_id,
                    "secret_access_key": secret_access_key,
                });
                writeln!(stdout, "{created}")?;
            } else {
                writeln!(stdout, "account            {account}")?;
                writeln!(stdout, "access key id      {access_key_id}")?;
                writeln!(stdout, "secret access key  {secret_access_key}")?;
                writeln!(stdout, "\nThe secret is shown this once.")?;
            }
            Ok(Exit::Success)
        }
        other => Err(unexpected(other)),
    }
}

async fn list(place: &InstallationPlace) -> Result<Exit, Failure> {
    let settings = gather_for_command(&place.flags())?;
    let accounts = match ask(&settings, &Command::ListAccounts {}).await? {
        Some(Outcome::Accounts { accounts }) => accounts,
        Some(other) => return Err(unexpected(other)),
        None => {
            let accounts = list_accounts_offline(&settings.data).await?;
            accounts.iter().map(ToString::to_string).collect()
        }
    };
    let mut stdout = std::io::stdout().lock();
    if place.json {
        writeln!(stdout, "{}", json!({ "version": 1, "accounts": accounts }))?;
    } else {
        for account in accounts {
            writeln!(stdout, "{account}")?;
        }
    }
    Ok(Exit::Success)
}
