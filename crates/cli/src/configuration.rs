//! The settings: where they are gathered, and the commands that show them.

use std::io::Write as _;
use std::path::PathBuf;

use serde_json::json;
use stead_server::config::{Layer, Layers, Settings, show, show_issuers};

use crate::arguments::{ConfigCommand, ConfigFlags, ServeFlags};
use crate::exit::{Exit, Failure};

/// Reads file, environment and flags of a server. This is the only place that
/// reads the environment.
pub(crate) fn gather(flags: &ServeFlags) -> Result<Settings, Failure> {
    Ok(Settings::parse(&layers(flags)?, fixture_keys()?.as_deref())?)
}

/// The same for a command that starts no server, so that fixture keys concern it
/// as little as they would a client.
pub(crate) fn gather_for_command(flags: &ServeFlags) -> Result<Settings, Failure> {
    Ok(Settings::parse(&layers(flags)?, None)?)
}

fn layers(flags: &ServeFlags) -> Result<Layers, Failure> {
    let mut layers = Vec::new();
    if let Some(path) = flags.config.clone().or_else(config_path) {
        layers.push(Layer::from_file(&path)?);
    }
    layers.push(Layer::from_environment(std::env::vars_os())?);
    layers.push(flags.layer());
    Ok(Layers::new(layers))
}

#[expect(clippy::disallowed_methods, reason = "the configuration is read here, once")]
fn config_path() -> Option<PathBuf> {
    std::env::var_os("STEAD_CONFIG").filter(|path| !path.is_empty()).map(PathBuf::from)
}

#[expect(clippy::disallowed_methods, reason = "the configuration is read here, once")]
fn fixture_keys() -> Result<Option<String>, Failure> {
    let Some(text) = std::env::var_os("STEAD_FIXTURE_KEYS").filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    // The value holds secrets: nothing of it is shown.
    let refuse = |_| Failure::new("STEAD_FIXTURE_KEYS is not UTF-8");
    text.into_string().map(Some).map_err(refuse)
}

pub(crate) fn run(command: ConfigCommand) -> Result<Exit, Failure> {
    match command {
        ConfigCommand::Show(flags) => print(&flags),
        ConfigCommand::Check(flags) => check(&flags),
    }
}

fn print(flags: &ConfigFlags) -> Result<Exit, Failure> {
    let layers = layers(&flags.serve)?;
    let has_fixtures = fixture_keys()?.is_some();
    let mut stdout = std::io::stdout().lock();
    if flags.json {
        let settings = show(&layers).into_iter().map(|value| {
            let shown = json!({ "value": value.toml(), "origin": value.origin.to_string() });
            (value.key.name().to_owned(), shown)
        });
        let settings: serde_json::Map<_, _> = settings.collect();
        let issuers = show_issuers(&layers);
        let all = json!({
            "version": 1, "settings": settings, "issuers": issuers, "fixture_keys": has_fixtures,
        });
        writeln!(stdout, "{all}")?;
        return Ok(Exit::Success);
    }
    for value in show(&layers) {
        let name = value.key.name();
        match value.toml() {
            Some(text) => {
                writeln!(stdout, "{:<44} # {}", format!("{name} = {text}"), value.origin)?
            }
            None => writeln!(stdout, "{:<44} # not set", format!("# {name}"))?,
        }
    }
    if has_fixtures {
        writeln!(stdout, "{:<44} # environment, redacted", "# STEAD_FIXTURE_KEYS")?;
    }
    // Only a file can hold them.
    for (issuer, fields) in show_issuers(&layers) {
        let issuer = toml::Value::String(issuer);
        writeln!(stdout, "\n[issuer.{issuer}]")?;
        for (name, value) in fields.as_table().into_iter().flatten() {
            writeln!(stdout, "{name} = {value}")?;
        }
    }
    Ok(Exit::Success)
}

fn check(flags: &ConfigFlags) -> Result<Exit, Failure> {
    gather(&flags.serve)?;
    let mut stdout = std::io::stdout().lock();
    match flags.json {
        true => writeln!(stdout, "{}", json!({ "version": 1, "ok": true }))?,
        false => writeln!(stdout, "the settings are fine")?,
    }
    Ok(Exit::Success)
}
