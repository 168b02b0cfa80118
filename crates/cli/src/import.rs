//! `stead import`: exported accounts, created in an installation.
//!
//! The export is read by the loader that explanations use, and what it makes of it is
//! sent as the records that the store keeps: there is one reader of exports, and one of
//! records.

use std::io::Write as _;

use serde_json::{Value, json};
use stead_administration::limits::LINE_BYTES_MAX;
use stead_administration::{Command, NewKey, Outcome, RecordText, UserKey};
use stead_analysis::{Account, Export, World};
use stead_directory::EntityChange;
use stead_directory::entity::Entity;

use crate::administration::{carry_out, unexpected};
use crate::arguments::ImportFlags;
use crate::configuration::gather_for_command;
use crate::excerpt::printable;
use crate::exit::{Exit, Failure};
use crate::explain::{accounts, faults};

/// An account that was created.
struct Imported {
    account: String,
    root: NewKey,
    users: Vec<UserKey>,
}

pub(crate) async fn run(flags: &ImportFlags) -> Result<Exit, Failure> {
    let world = world(flags)?;
    let mut commands = Vec::new();
    for account in world.accounts() {
        commands.push(command(account, flags)?);
    }
    let settings = gather_for_command(&flags.place.flags())?;
    none_is_there(&world, carry_out(&settings, Command::ListAccounts {}).await?)?;
    let mut imported = Vec::new();
    for command in commands {
        match carry_out(&settings, command).await? {
            Outcome::AccountImported { account, root, users } => {
                imported.push(Imported { account, root, users });
            }
            other => {
                let failure = unexpected(other);
                // Secrets of those that are there are told before it.
                report(&imported, flags)?;
                return Err(failure);
            }
        }
    }
    report(&imported, flags)?;
    Ok(Exit::Success)
}

fn world(flags: &ImportFlags) -> Result<World, Failure> {
    let name = flags.export.display().to_string();
    let files = accounts::files(&flags.export)?;
    let mut export =
        Export::read_for_world(&files).map_err(|error| faults::export(&error, &name, &files))?;
    accounts::world(&mut export, &name)
}

/// Before any is created.
fn none_is_there(world: &World, listed: Outcome) -> Result<(), Failure> {
    let Outcome::Accounts { accounts } = listed else { return Err(unexpected(listed)) };
    let number = |account: &Account| account.snapshot.account().to_string();
    let there = world.accounts().map(number).find(|number| accounts.contains(number));
    match there {
        Some(number) => Err(Failure::new(format!("account {number} exists already"))
            .with_help("nothing was imported; leave it out, or import into another directory")),
        None => Ok(()),
    }
}

/// What creates an account. What would be lost is refused.
fn command(account: &Account, flags: &ImportFlags) -> Result<Command, Failure> {
    let number = account.snapshot.account();
    if let Some(missing) = account.missing().iter().chain(account.not_in_view()).next() {
        let message = format!("account {number} is not exported in full: {}", printable(missing));
        return Err(Failure::new(message).with_help("export it again, with all its policies"));
    }
    if account.has_control_policies() {
        Failure::new(format!("account {number}: the policies of its organization are left out"))
            .with_help("create them in the organization: see docs/organizations.md")
            .warn();
    }
    warn_of_saml(account);
    let records = account.snapshot.entities().filter(is_of_account).filter_map(|entity| {
        let change = EntityChange::Put(entity).encode();
        let value = change.value?;
        Some(RecordText { key: change.key, format: value.format, body: value.body })
    });
    let command = Command::ImportAccount {
        account: number.to_string(),
        records: records.collect(),
        access_keys: flags.access_keys,
    };
    let bytes = u64::try_from(command.to_line().len()).unwrap_or(u64::MAX);
    if bytes >= LINE_BYTES_MAX {
        return Err(Failure::new(format!(
            "account {number} takes {bytes} bytes, and the server reads {LINE_BYTES_MAX} at most"
        )));
    }
    Ok(command)
}

/// Providers without metadata cannot be made, and their private keys are in no export.
fn warn_of_saml(account: &Account) {
    let (number, there) = (account.snapshot.account(), &account.snapshot);
    let bare = account.saml_providers().iter().filter(|arn| there.saml_provider(arn).is_none());
    for arn in bare {
        Failure::new(format!("account {number}: the provider {arn} is left out"))
            .with_help(format!(
                "save what `aws iam get-saml-provider --saml-provider-arn {arn}` prints beside the \
                 list of providers"
            ))
            .warn();
    }
    for arn in account.saml_providers_with_keys() {
        Failure::new(format!("account {number}: the private keys of {arn} are left out"))
            .with_help("no assertion that is encrypted for them is opened until they are added")
            .warn();
    }
}

/// Exports have the policies of AWS that an account uses, and Stead its own of these; the
/// account itself is made with its keys.
fn is_of_account(entity: &Entity) -> bool {
    match entity {
        Entity::Account(_) => false,
        Entity::ManagedPolicy(policy) => policy.arn.account().is_some(),
        _ => true,
    }
}

fn report(imported: &[Imported], flags: &ImportFlags) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    if flags.place.json {
        let accounts: Vec<Value> = imported.iter().map(object).collect();
        writeln!(stdout, "{}", json!({ "version": 1, "accounts": accounts }))?;
        return Ok(());
    }
    for Imported { account, root, users } in imported {
        writeln!(stdout, "account {account}")?;
        let owners = users.iter().map(|user| (user.user.as_str(), &user.key));
        for (owner, key) in std::iter::once(("the root user", root)).chain(owners) {
            writeln!(stdout, "  {owner}")?;
            writeln!(stdout, "    access key id      {}", key.access_key_id)?;
            writeln!(stdout, "    secret access key  {}", key.secret_access_key)?;
        }
    }
    if !imported.is_empty() {
        writeln!(stdout, "\nThe secrets are shown this once.")?;
    }
    Ok(())
}

fn object(imported: &Imported) -> Value {
    let key = |key: &NewKey| {
        json!({
            "access_key_id": key.access_key_id,
            "secret_access_key": key.secret_access_key,
        })
    };
    let users = imported.users.iter().map(|user| (user.user.clone(), key(&user.key)));
    json!({
        "account": imported.account,
        "root": key(&imported.root),
        "users": users.collect::<serde_json::Map<_, _>>(),
    })
}
