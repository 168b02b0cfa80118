//! Administrative commands: through the running server where there is one, else on the
//! directory itself.

use stead_administration::{Command, Outcome};
use stead_server::admin::AdminClient;
use stead_server::config::Settings;
use stead_server::start::administer_offline;

use crate::exit::Failure;

/// What came of a command, wherever it was carried out.
pub(crate) async fn carry_out(settings: &Settings, command: Command) -> Result<Outcome, Failure> {
    match ask(settings, &command).await? {
        Some(outcome) => Ok(outcome),
        None => Ok(administer_offline(settings, command).await?),
    }
}

/// The answer of the server that runs on the directory; `None` where none does.
pub(crate) async fn ask(
    settings: &Settings,
    command: &Command,
) -> Result<Option<Outcome>, Failure> {
    let connected = AdminClient::connect(&settings.data).await.map_err(|error| {
        Failure::new(format!("cannot reach the server of `{}`: {error}", settings.data.display()))
            .with_help("run the command as the user the server runs as")
    })?;
    let Some(mut client) = connected else { return Ok(None) };
    let answered = client.ask(command).await;
    answered.map(Some).map_err(|error| Failure::new(error.to_string()))
}

/// Another answer than the command has.
pub(crate) fn unexpected(outcome: Outcome) -> Failure {
    match outcome {
        Outcome::Refused(refusal) => refusal.into(),
        _ => Failure::new("the server answered something else")
            .with_help("use the `stead` of the same version as the server"),
    }
}
