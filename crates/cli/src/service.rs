//! `stead service`: the services that sign with a key of their own.

use std::io::Write as _;

use serde_json::json;
use stead_administration::{Command, Outcome};

use crate::administration::{carry_out, unexpected};
use crate::arguments::{InstallationPlace, NamedService, ServiceCommand};
use crate::configuration::gather_for_command;
use crate::exit::{Exit, Failure};

pub(crate) async fn run(command: ServiceCommand) -> Result<Exit, Failure> {
    match command {
        ServiceCommand::Register(flags) => register(flags).await,
        ServiceCommand::List(place) => list(&place).await,
        ServiceCommand::Remove(flags) => remove(flags).await,
    }
}

async fn register(NamedService { service, place }: NamedService) -> Result<Exit, Failure> {
    let settings = gather_for_command(&place.flags())?;
    let command = Command::RegisterService { service };
    let (service, key) = match carry_out(&settings, command).await? {
        Outcome::ServiceRegistered { service, key } => (service, key),
        other => return Err(unexpected(other)),
    };
    let mut stdout = std::io::stdout().lock();
    if place.json {
        let registered = json!({
            "version": 1,
            "service": service,
            "access_key_id": key.access_key_id,
            "secret_access_key": key.secret_access_key,
        });
        writeln!(stdout, "{registered}")?;
        return Ok(Exit::Success);
    }
    writeln!(stdout, "service            {service}")?;
    writeln!(stdout, "access key id      {}", key.access_key_id)?;
    writeln!(stdout, "secret access key  {}", key.secret_access_key)?;
    writeln!(stdout, "\nThe secret is shown this once.")?;
    Ok(Exit::Success)
}

async fn list(place: &InstallationPlace) -> Result<Exit, Failure> {
    let settings = gather_for_command(&place.flags())?;
    let services = match carry_out(&settings, Command::ListServices {}).await? {
        Outcome::Services { services } => services,
        other => return Err(unexpected(other)),
    };
    let mut stdout = std::io::stdout().lock();
    if place.json {
        writeln!(stdout, "{}", json!({ "version": 1, "services": services }))?;
        return Ok(Exit::Success);
    }
    for shown in services {
        let (service, id, at) = (shown.service, shown.access_key_id, shown.created_at);
        writeln!(stdout, "{service}  {id}  registered {at}")?;
    }
    Ok(Exit::Success)
}

async fn remove(NamedService { service, place }: NamedService) -> Result<Exit, Failure> {
    let settings = gather_for_command(&place.flags())?;
    let removed = match carry_out(&settings, Command::RemoveService { service }).await? {
        Outcome::ServiceRemoved(removed) => removed,
        other => return Err(unexpected(other)),
    };
    let mut stdout = std::io::stdout().lock();
    match place.json {
        true => {
            let removed = json!({ "version": 1, "removed": removed });
            writeln!(stdout, "{removed}")?;
        }
        false => writeln!(stdout, "removed  {}  {}", removed.service, removed.access_key_id)?,
    }
    Ok(Exit::Success)
}
