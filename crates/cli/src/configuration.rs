//! The settings: where they are gathered, and the commands that show them.

use std::io::Write as _;
use std::path::PathBuf;

use serde_json::json;
use stead_server::check::Problem;
use stead_server::clock::{Clock as _, SystemClock};
use stead_server::config::{Layer, Layers, Settings, show, show_issuers};
use stead_server::root_key;
use stead_types::Secret;

use crate::arguments::{ConfigCommand, ConfigFlags, ServeFlags};
use crate::exit::{Exit, Failure};

/// Reads file, environment and flags of a server. This is the only place that
/// reads the environment.
pub(crate) fn gather(flags: &ServeFlags) -> Result<Settings, Failure> {
    let settings = Settings::parse(&layers(flags)?, fixture_keys()?.as_deref())?;
    Ok(settings.with_root_key(root_key()?)?.with_traces(variable)?)
}

/// The same for a command that starts no server, so that fixture keys concern it
/// as little as they would a client.
pub(crate) fn gather_for_command(flags: &ServeFlags) -> Result<Settings, Failure> {
    Ok(Settings::parse(&layers(flags)?, None)?.with_root_key(root_key()?)?)
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

fn fixture_keys() -> Result<Option<String>, Failure> {
    secret_variable("STEAD_FIXTURE_KEYS")
}

fn root_key() -> Result<Option<Secret<String>>, Failure> {
    Ok(secret_variable(root_key::VARIABLE)?.map(Secret::new))
}

#[expect(clippy::disallowed_methods, reason = "the configuration is read here, once")]
fn secret_variable(name: &str) -> Result<Option<String>, Failure> {
    let Some(text) = std::env::var_os(name).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    // The value holds secrets: nothing of it is shown.
    let refuse = |_| Failure::new(format!("{name} is not UTF-8"));
    text.into_string().map(Some).map_err(refuse)
}

#[expect(clippy::disallowed_methods, reason = "the configuration is read here, once")]
fn variable(name: &str) -> Option<String> {
    std::env::var_os(name).map(|text| text.to_string_lossy().into_owned())
}

pub(crate) async fn run(command: ConfigCommand) -> Result<Exit, Failure> {
    match command {
        ConfigCommand::Show(flags) => print(&flags),
        ConfigCommand::Check(flags) => check(&flags).await,
    }
}

fn print(flags: &ConfigFlags) -> Result<Exit, Failure> {
    let layers = layers(&flags.serve)?;
    let (has_fixtures, has_root_key) = (fixture_keys()?.is_some(), root_key()?.is_some());
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
            "root_key_in_environment": has_root_key,
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
    for (name, is_set) in [("STEAD_FIXTURE_KEYS", has_fixtures), (root_key::VARIABLE, has_root_key)]
    {
        if is_set {
            writeln!(stdout, "{:<44} # environment, redacted", format!("# {name}"))?;
        }
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

/// Says all that a start would fail at; a configuration that cannot be read is all that
/// can be said.
async fn check(flags: &ConfigFlags) -> Result<Exit, Failure> {
    let problems = match gather(&flags.serve) {
        Ok(settings) => stead_server::check::check(&settings, SystemClock.now()).await,
        Err(failure) => {
            vec![Problem {
                problem: failure.message().to_owned(),
                help: failure.help().unwrap_or_default().to_owned(),
            }]
        }
    };
    let ok = problems.is_empty();
    if flags.json {
        let problems = problems.iter().map(|it| json!({ "problem": it.problem, "help": it.help }));
        let problems: Vec<_> = problems.collect();
        let found = json!({ "version": 1, "ok": ok, "problems": problems });
        writeln!(std::io::stdout().lock(), "{found}")?;
    } else if ok {
        writeln!(std::io::stdout().lock(), "the settings are fine")?;
    } else {
        for Problem { problem, help } in problems {
            let _told = Failure::new(problem).with_help(help).report();
        }
    }
    Ok(if ok { Exit::Success } else { Exit::Failed })
}
