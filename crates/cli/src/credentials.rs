//! `stead credentials`: sessions of a role for programs that know AWS's SDKs.

mod ask;
mod broker;
mod cache;
mod serve;
mod session;
mod settings;

use std::io::Write as _;

use crate::arguments::{CredentialsCommand, PrintFlags};
use crate::environment::Environment;
use crate::exit::{Exit, Failure};
use cache::Entry;
use session::Freshness;

pub(crate) use serve::{Endpoints, Exports, Imds};
pub(crate) use session::Session;
pub(crate) use settings::{Administrator, Origin, Source};

pub(crate) async fn run(command: CredentialsCommand) -> Result<Exit, Failure> {
    let environment = Environment::of_process();
    let (source, print) = match command {
        CredentialsCommand::WebIdentity(flags) => {
            (Source::of_web_identity(&flags, &environment)?, flags.print)
        }
        CredentialsCommand::Role(flags) => (Source::of_role(&flags, &environment)?, flags.print),
        CredentialsCommand::Serve(flags) => return serve::run(&flags, &environment).await,
    };
    let session = match entry(&source, &print, &environment) {
        Some(entry) => through(&entry, &source).await?,
        None => source.ask.call(&source.client).await?,
    };
    writeln!(std::io::stdout().lock(), "{}", session.for_process())?;
    Ok(Exit::Success)
}

/// Where the session is kept. A cache that cannot be used costs a call, not the command.
fn entry(source: &Source, print: &PrintFlags, environment: &Environment) -> Option<Entry> {
    if print.no_cache {
        return None;
    }
    let directory = print.cache_dir.clone().or_else(|| cache::default_directory(environment))?;
    let entry = Entry::of(&source.ask, &source.client, &directory);
    entry.map_err(|failure| failure.warn()).ok()
}

/// The session that is kept, or a new one. Of several processes one asks.
async fn through(entry: &Entry, source: &Source) -> Result<Session, Failure> {
    let now = || source.client.clock.now();
    let fresh = |session: &Session| session.freshness(now()) == Freshness::Fresh;
    if let Some(session) = entry.read().filter(fresh) {
        return Ok(session);
    }
    let locked = entry.lock().await;
    let _lock = locked.map_err(|failure| failure.warn()).ok();
    let kept = entry.read();
    if let Some(session) = kept.clone().filter(fresh) {
        return Ok(session);
    }
    match source.ask.call(&source.client).await {
        Ok(session) => {
            let _ = entry.write(&session).map_err(|failure| failure.warn());
            Ok(session)
        }
        Err(failure) => match kept.filter(|kept| kept.freshness(now()) == Freshness::Due) {
            // What is left of the old session is better than nothing.
            Some(session) => {
                failure.warn();
                Ok(session)
            }
            None => Err(failure),
        },
    }
}
