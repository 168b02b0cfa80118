//! `stead backup` and `stead restore`.

use std::io::Write as _;
use std::path::Path;

use serde_json::{Value, json};
use stead_administration::{Command, Manifest, Outcome};
use stead_server::backup::restore;

use crate::administration::{carry_out, unexpected};
use crate::arguments::{BackupFlags, RestoreFlags};
use crate::configuration::gather_for_command;
use crate::exit::{Exit, Failure};

pub(crate) async fn back_up(flags: &BackupFlags) -> Result<Exit, Failure> {
    let settings = gather_for_command(&flags.place.flags())?;
    let absolute = std::path::absolute(&flags.target);
    let target = absolute.map_err(|error| {
        Failure::new(format!("cannot use `{}`: {error}", flags.target.display()))
    })?;
    let command = Command::Backup { target, root_key: flags.with_root_key };
    let manifest = match carry_out(&settings, command).await? {
        Outcome::BackedUp(manifest) => manifest,
        other => return Err(unexpected(other)),
    };
    let mut stdout = std::io::stdout().lock();
    if flags.place.json {
        writeln!(stdout, "{}", as_json("backup", &flags.target, &manifest))?;
        return Ok(Exit::Success);
    }
    writeln!(stdout, "{}", as_text("backup", &flags.target, &manifest))?;
    match manifest.root_key_included {
        true => writeln!(stdout, "\nThe root key is in it: whoever has it has every secret.")?,
        false => writeln!(stdout, "\nThe root key is not in it: keep that apart.")?,
    }
    Ok(Exit::Success)
}

pub(crate) async fn put_back(flags: &RestoreFlags) -> Result<Exit, Failure> {
    let settings = gather_for_command(&flags.place.flags())?;
    let restored = restore(&flags.backup, &settings.data, &settings.root_key).await;
    let manifest =
        restored.map_err(|error| Failure::new(error.to_string()).with_help(error.help()))?;
    let mut stdout = std::io::stdout().lock();
    if flags.place.json {
        writeln!(stdout, "{}", as_json("data", &settings.data, &manifest))?;
        return Ok(Exit::Success);
    }
    writeln!(stdout, "{}", as_text("restored", &settings.data, &manifest))?;
    if !manifest.root_key_included {
        let path = settings.data.join("root.key");
        writeln!(
            stdout,
            "\nIts root key was not in the backup: put it at {} (mode 600), or name it.",
            path.display()
        )?;
    }
    Ok(Exit::Success)
}

/// The documented form, version 1: the manifest under a name, and where it is.
fn as_json(name: &str, path: &Path, manifest: &Manifest) -> Value {
    json!({ "version": 1, name: path, "manifest": manifest })
}

fn as_text(name: &str, path: &Path, manifest: &Manifest) -> String {
    format!(
        "{name:<9} {}\ntaken at  {}\nroot key  {}\naccounts  {}",
        path.display(),
        manifest.taken_at,
        manifest.root_key,
        manifest.accounts
    )
}
