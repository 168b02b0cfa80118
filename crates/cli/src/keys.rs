//! `stead keys`: the keys that sessions and secrets are sealed with.

use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use stead_administration::{Command, KeyDigits, KeysShown, Outcome, RewrapShown};
use stead_server::config::Settings;
use stead_server::root_key::{RootKeySource, digits};
use stead_types::Secret;

use crate::administration::{ask, carry_out, unexpected};
use crate::arguments::{InstallationPlace, KeysCommand, RewrapFlags};
use crate::configuration::gather_for_command;
use crate::environment::Environment;
use crate::exit::{Exit, Failure};

/// How often a change of the root key is asked after.
const ASKED_AFTER_EVERY: Duration = Duration::from_millis(100);

pub(crate) async fn run(command: KeysCommand) -> Result<Exit, Failure> {
    match command {
        KeysCommand::List(place) => list(&place).await,
        KeysCommand::Rotate(flags) => match flags.token_keys_of {
            Some(account) => rotate_token_keys(account, &flags.place).await,
            None => rotate(flags.revoke_now, &flags.place).await,
        },
        KeysCommand::Rewrap(flags) => rewrap(&flags).await,
    }
}

async fn list(place: &InstallationPlace) -> Result<Exit, Failure> {
    let settings = gather_for_command(&place.flags())?;
    let keys = match carry_out(&settings, Command::ListKeys {}).await? {
        Outcome::Keys(keys) => keys,
        other => return Err(unexpected(other)),
    };
    let mut stdout = std::io::stdout().lock();
    match place.json {
        true => writeln!(stdout, "{}", as_json(&keys))?,
        false => write!(stdout, "{}", as_text(&keys))?,
    }
    Ok(Exit::Success)
}

async fn rotate(revoke: bool, place: &InstallationPlace) -> Result<Exit, Failure> {
    let settings = gather_for_command(&place.flags())?;
    let (dropped, keys) = match carry_out(&settings, Command::RotateKeys { revoke }).await? {
        Outcome::KeysRotated { dropped, keys } => (dropped, keys),
        other => return Err(unexpected(other)),
    };
    let mut stdout = std::io::stdout().lock();
    if place.json {
        let mut object = as_json(&keys);
        if let Some(members) = object.as_object_mut() {
            members.insert("dropped".to_owned(), json!(dropped));
        }
        writeln!(stdout, "{object}")?;
        return Ok(Exit::Success);
    }
    write!(stdout, "{}", as_text(&keys))?;
    for id in dropped {
        writeln!(stdout, "dropped      {id}")?;
    }
    if revoke {
        writeln!(stdout, "\nEvery session that was issued before has ended.")?;
    }
    Ok(Exit::Success)
}

async fn rotate_token_keys(account: String, place: &InstallationPlace) -> Result<Exit, Failure> {
    let settings = gather_for_command(&place.flags())?;
    let command = Command::RotateTokenKeys { account };
    let (signing, published) = match carry_out(&settings, command).await? {
        Outcome::TokenKeysRotated { signing, published } => (signing, published),
        other => return Err(unexpected(other)),
    };
    let mut stdout = std::io::stdout().lock();
    if place.json {
        writeln!(stdout, "{}", json!({"signing": signing, "published": published}))?;
        return Ok(Exit::Success);
    }
    for id in signing {
        writeln!(stdout, "signs        {id}")?;
    }
    for id in published {
        writeln!(stdout, "published    {id}")?;
    }
    Ok(Exit::Success)
}

async fn rewrap(flags: &RewrapFlags) -> Result<Exit, Failure> {
    let settings = gather_for_command(&flags.place.flags())?;
    let root_key = match source(flags)? {
        None => None,
        Some(source) => {
            let key = source.read(Path::new(".")).await;
            let key = key.map_err(|error| {
                Failure::new(error.to_string()).with_help("a root key is 64 hexadecimal digits")
            })?;
            Some(KeyDigits::new(&digits(key.secret())))
        }
    };
    let keys = match carry_out(&settings, Command::RewrapKeys { root_key }).await? {
        // Without a server the change is over, or has stopped.
        Outcome::Keys(keys) => not_stopped(keys)?,
        Outcome::RewrapBegun {} if flags.no_wait => asked(&settings).await?,
        Outcome::RewrapBegun {} => wait(&settings).await?,
        other => return Err(unexpected(other)),
    };
    let mut stdout = std::io::stdout().lock();
    if flags.place.json {
        writeln!(stdout, "{}", as_json(&keys))?;
        return Ok(Exit::Success);
    }
    write!(stdout, "{}", as_text(&keys))?;
    if keys.rewrap.is_none() && source(flags)?.is_some() {
        writeln!(stdout, "\nGive the server this root key from its next start on.")?;
    }
    Ok(Exit::Success)
}

/// Asks until the change is over, or has stopped.
async fn wait(settings: &Settings) -> Result<KeysShown, Failure> {
    loop {
        let keys = not_stopped(asked(settings).await?)?;
        if keys.rewrap.is_none() {
            return Ok(keys);
        }
        tokio::time::sleep(ASKED_AFTER_EVERY).await;
    }
}

fn not_stopped(keys: KeysShown) -> Result<KeysShown, Failure> {
    let Some(RewrapShown { failed: Some(error), .. }) = &keys.rewrap else { return Ok(keys) };
    let help = "both root keys are needed until it is carried on: mend what is told, and give the \
                same command again";
    Err(Failure::new(format!("the change of the root key has stopped: {error}")).with_help(help))
}

/// What the server says of its keys, which has begun to change the root key just now.
async fn asked(settings: &Settings) -> Result<KeysShown, Failure> {
    match ask(settings, &Command::ListKeys {}).await? {
        Some(Outcome::Keys(keys)) => Ok(keys),
        Some(other) => Err(unexpected(other)),
        None => Err(Failure::new("the server has ended before the root key was changed")
            .with_help("start it, with the new root key: it carries the change on")),
    }
}

/// Where the new root key comes from; `None` where the server is to make one.
fn source(flags: &RewrapFlags) -> Result<Option<RootKeySource>, Failure> {
    if let Some(path) = &flags.to_file {
        return Ok(Some(RootKeySource::File(path.clone())));
    }
    if !flags.to_command.is_empty() {
        return Ok(Some(RootKeySource::Command(flags.to_command.clone())));
    }
    let Some(name) = &flags.to_env else { return Ok(None) };
    let text = Environment::of_process().text(name).map(|text| Secret::new(text.to_owned()));
    let text = text.ok_or_else(|| Failure::new(format!("`{name}` is not set or empty")))?;
    Ok(Some(RootKeySource::Environment(text)))
}

/// The documented form, version 1.
fn as_json(keys: &KeysShown) -> Value {
    json!({
        "version": 1,
        "root_key": keys.root_key,
        "session_keys": keys.session_keys,
        "rewrap": keys.rewrap,
        "left_behind": keys.left_behind,
    })
}

fn as_text(keys: &KeysShown) -> String {
    let mut text = format!("root key     {}\n", keys.root_key);
    for key in &keys.session_keys {
        let use_of = match &key.opens_until {
            None => "seals".to_owned(),
            Some(until) => format!("opens until {until}"),
        };
        text += &format!("session key  {}  made {}  {use_of}\n", key.id, key.created_at);
    }
    if let Some(rewrap) = &keys.rewrap {
        let remaining = match rewrap.remaining {
            Some(number) => format!("{number} accounts left"),
            None => "beginning".to_owned(),
        };
        text += &format!("in place of  {}  {remaining}\n", rewrap.from);
        if let Some(error) = &rewrap.failed {
            text += &format!("stopped      {error}\n");
        }
    }
    if let Some(path) = &keys.left_behind {
        text += &format!(
            "left behind  {} holds a root key that opens nothing here any more: delete it, unless \
             backups from before the change need it\n",
            path.display()
        );
    }
    text
}
